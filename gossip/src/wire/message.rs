//! Either kind of message: with the full header, or with the light one.

use alloc::boxed::Box;

use bytes::Bytes;

use super::dialect::Dialect;
use super::error::PacketError;
use super::input::Input;
use super::light::{LIGHT_BIT, LightMessage};
use super::packet::Packet;

/// Where the type stands in both kinds of header.
const KIND_AT: core::ops::Range<usize> = 12..14;

/// One message of the bus.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Message {
    /// With the full header.
    Full(Box<Packet>),
    /// With the light header.
    Light(LightMessage),
}

impl Message {
    /// Reads one whole message. Payloads are copied.
    ///
    /// # Errors
    /// As [`Packet::parse`].
    pub fn parse(message: &[u8], dialect: Dialect) -> Result<Self, PacketError> {
        Self::parse_input(Input::borrowed(message), dialect)
    }

    /// Reads one whole message. Payloads share the memory of `message`.
    ///
    /// # Errors
    /// As [`Packet::parse`].
    pub fn parse_shared(message: &Bytes, dialect: Dialect) -> Result<Self, PacketError> {
        Self::parse_input(Input::shared(message), dialect)
    }

    fn parse_input(input: Input<'_>, dialect: Dialect) -> Result<Self, PacketError> {
        if dialect.light_messages() && is_light(input.bytes()) {
            return LightMessage::parse(input).map(Self::Light);
        }
        Packet::parse_input(input, dialect).map(|packet| Self::Full(Box::new(packet)))
    }

    /// Writes the message.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        match self {
            Self::Full(packet) => packet.encode(),
            Self::Light(light) => light.encode(),
        }
    }
}

/// Whether the type field has the light bit.
pub(crate) fn is_light(message: &[u8]) -> bool {
    let kind = message.get(KIND_AT).and_then(<[u8]>::first_chunk::<2>);
    kind.is_some_and(|kind| u16::from_be_bytes(*kind) & LIGHT_BIT != 0)
}
