//! PUBLISH and PUBLISHSHARD: a channel and a message, each with its own length.

use bytes::{BufMut, Bytes, BytesMut};

use super::error::PacketError;
use super::field::Field;
use super::input::Input;

/// The two lengths in front of the bytes.
pub(crate) const LENGTHS: usize = 8;

const CHANNEL_LEN: Field<0, 4, LENGTHS> = Field::new();
const MESSAGE_LEN: Field<4, 4, LENGTHS> = Field::new();
const _: () = assert!(CHANNEL_LEN.end() == MESSAGE_LEN.start() && MESSAGE_LEN.end() == LENGTHS);

/// A message for the subscribers of a channel. Both parts are binary safe.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Publication {
    /// The channel.
    pub channel: Bytes,
    /// The message.
    pub message: Bytes,
}

impl Publication {
    /// Reads what follows a header of `header_len` bytes.
    pub(crate) fn parse(
        input: Input<'_>,
        header_len: usize,
        kind: u16,
    ) -> Result<Self, PacketError> {
        let packet = input.bytes();
        let wrong = |expected: u64| PacketError::BodyLength {
            kind,
            expected,
            got: packet.len(),
        };
        let start = header_len + LENGTHS;
        let lengths = packet
            .get(header_len..)
            .and_then(<[u8]>::first_chunk::<LENGTHS>);
        let lengths = lengths.ok_or_else(|| wrong(start as u64))?;
        // In 64 bits: the sum of the two lengths wraps in 32, and then any packet would match.
        let (channel, message) = (CHANNEL_LEN.get(lengths), MESSAGE_LEN.get(lengths));
        let expected = start as u64 + u64::from(channel) + u64::from(message);
        if expected != packet.len() as u64 {
            return Err(wrong(expected));
        }
        let middle = start + channel as usize;
        Ok(Self {
            channel: input.take(start..middle),
            message: input.take(middle..packet.len()),
        })
    }

    /// How long the body is.
    pub(crate) fn len(&self) -> usize {
        LENGTHS + self.channel.len() + self.message.len()
    }

    pub(crate) fn write(&self, out: &mut BytesMut) {
        out.put_u32(u32::try_from(self.channel.len()).unwrap_or(u32::MAX));
        out.put_u32(u32::try_from(self.message.len()).unwrap_or(u32::MAX));
        out.extend_from_slice(&self.channel);
        out.extend_from_slice(&self.message);
    }
}
