//! A full message: header and body.

use alloc::boxed::Box;

use bytes::{Bytes, BytesMut};
use shoal_slots::NodeId;

use super::dialect::Dialect;
use super::error::PacketError;
use super::header::{Envelope, HEADER_LEN, Header};
use super::heartbeat::Heartbeat;
use super::input::Input;
use super::module::ModuleMessage;
use super::publish::Publication;
use super::update::{self, FAIL_LEN, UPDATE_LEN, Update};

/// The numbers of the message types.
pub mod kind {
    /// Are you there?
    pub const PING: u16 = 0;
    /// I am here.
    pub const PONG: u16 = 1;
    /// Join me.
    pub const MEET: u16 = 2;
    /// A majority holds this node for dead.
    pub const FAIL: u16 = 3;
    /// A message for subscribers.
    pub const PUBLISH: u16 = 4;
    /// Vote for me.
    pub const AUTH_REQUEST: u16 = 5;
    /// You have my vote.
    pub const AUTH_ACK: u16 = 6;
    /// You missed this configuration.
    pub const UPDATE: u16 = 7;
    /// Let me take over: start a manual failover.
    pub const MF_START: u16 = 8;
    /// A module's own message.
    pub const MODULE: u16 = 9;
    /// A message for the subscribers of a shard.
    pub const PUBLISH_SHARD: u16 = 10;
}

/// A full message.
///
/// ```
/// use shoal_gossip::wire::{Body, Dialect, Packet, PacketError};
///
/// assert!(matches!(Packet::parse(b"RCmb", Dialect::Redis72), Err(PacketError::TooShort { .. })));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Packet {
    /// What the sender says about itself.
    pub header: Header,
    /// What it wants.
    pub body: Body,
}

/// What a message is about.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Body {
    /// Are you there?
    Ping(Heartbeat),
    /// I am here.
    Pong(Heartbeat),
    /// Join me.
    Meet(Heartbeat),
    /// A majority holds this node for dead.
    Fail(NodeId),
    /// A message for the subscribers of every node.
    Publish(Publication),
    /// A message for the subscribers of the sender's shard.
    PublishShard(Publication),
    /// Vote for me.
    AuthRequest,
    /// You have my vote.
    AuthAck,
    /// You missed this configuration.
    Update(Box<Update>),
    /// Start a manual failover.
    MfStart,
    /// A module's own message.
    Module(ModuleMessage),
    /// A type we do not know. Its header still counts; its body is not kept.
    Unknown(u16),
}

impl Packet {
    /// Reads one whole message with a full header.
    ///
    /// # Errors
    /// [`PacketError`] tells what is wrong and, by [`PacketError::is_fatal`], whether the connection is lost.
    pub fn parse(packet: &[u8], dialect: Dialect) -> Result<Self, PacketError> {
        Self::parse_input(Input::borrowed(packet), dialect)
    }

    pub(crate) fn parse_input(input: Input<'_>, dialect: Dialect) -> Result<Self, PacketError> {
        let (header, envelope) = Header::parse(input.bytes())?;
        let body = Body::parse(input, &header, envelope, dialect)?;
        Ok(Self { header, body })
    }

    /// Writes the message. What was parsed from a well-formed packet comes out as the same bytes.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let total = HEADER_LEN + self.body.len();
        let mut out = BytesMut::with_capacity(total);
        self.header.write(self.body.envelope(), total, &mut out);
        self.body.write(&mut out);
        debug_assert_eq!(
            out.len(),
            total,
            "the length is known before the body is written"
        );
        out.freeze()
    }
}

impl Body {
    fn parse(
        input: Input<'_>,
        header: &Header,
        envelope: Envelope,
        dialect: Dialect,
    ) -> Result<Self, PacketError> {
        let number = envelope.kind;
        let packet = input.bytes();
        let heartbeat = || Heartbeat::parse(input, header, envelope, dialect);
        let publication = || Publication::parse(input, HEADER_LEN, number);
        let nothing = || update::exactly::<0>(packet, number);
        Ok(match number {
            kind::PING => Self::Ping(heartbeat()?),
            kind::PONG => Self::Pong(heartbeat()?),
            kind::MEET => Self::Meet(heartbeat()?),
            kind::FAIL => Self::Fail(update::parse_fail(packet, number)?),
            kind::PUBLISH => Self::Publish(publication()?),
            kind::PUBLISH_SHARD => Self::PublishShard(publication()?),
            kind::AUTH_REQUEST => nothing().map(|_| Self::AuthRequest)?,
            kind::AUTH_ACK => nothing().map(|_| Self::AuthAck)?,
            kind::UPDATE => Self::Update(Box::new(Update::parse(packet, number)?)),
            kind::MF_START => nothing().map(|_| Self::MfStart)?,
            kind::MODULE => Self::Module(ModuleMessage::parse(input, number)?),
            unknown => Self::Unknown(unknown),
        })
    }

    /// The number of the message type.
    #[must_use]
    pub const fn kind(&self) -> u16 {
        match self {
            Self::Ping(_) => kind::PING,
            Self::Pong(_) => kind::PONG,
            Self::Meet(_) => kind::MEET,
            Self::Fail(_) => kind::FAIL,
            Self::Publish(_) => kind::PUBLISH,
            Self::PublishShard(_) => kind::PUBLISH_SHARD,
            Self::AuthRequest => kind::AUTH_REQUEST,
            Self::AuthAck => kind::AUTH_ACK,
            Self::Update(_) => kind::UPDATE,
            Self::MfStart => kind::MF_START,
            Self::Module(_) => kind::MODULE,
            Self::Unknown(number) => *number,
        }
    }

    /// The name of the type as CLUSTER INFO counts it, e.g. `auth-req`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Ping(_) => "ping",
            Self::Pong(_) => "pong",
            Self::Meet(_) => "meet",
            Self::Fail(_) => "fail",
            Self::Publish(_) => "publish",
            Self::PublishShard(_) => "publishshard",
            Self::AuthRequest => "auth-req",
            Self::AuthAck => "auth-ack",
            Self::Update(_) => "update",
            Self::MfStart => "mfstart",
            Self::Module(_) => "module",
            Self::Unknown(_) => "unknown",
        }
    }

    /// The gossip and extensions of a PING, PONG or MEET.
    #[must_use]
    pub const fn heartbeat(&self) -> Option<&Heartbeat> {
        match self {
            Self::Ping(heartbeat) | Self::Pong(heartbeat) | Self::Meet(heartbeat) => {
                Some(heartbeat)
            }
            _ => None,
        }
    }

    fn envelope(&self) -> Envelope {
        match self.heartbeat() {
            Some(heartbeat) => heartbeat.envelope(self.kind()),
            None => Envelope::plain(self.kind()),
        }
    }

    /// How long the body is on the wire.
    fn len(&self) -> usize {
        match self {
            Self::Ping(heartbeat) | Self::Pong(heartbeat) | Self::Meet(heartbeat) => {
                heartbeat.len()
            }
            Self::Fail(_) => FAIL_LEN,
            Self::Publish(publication) | Self::PublishShard(publication) => publication.len(),
            Self::Update(_) => UPDATE_LEN,
            Self::Module(module) => module.len(),
            Self::AuthRequest | Self::AuthAck | Self::MfStart | Self::Unknown(_) => 0,
        }
    }

    fn write(&self, out: &mut BytesMut) {
        match self {
            Self::Ping(heartbeat) | Self::Pong(heartbeat) | Self::Meet(heartbeat) => {
                heartbeat.write(out)
            }
            Self::Fail(node) => out.extend_from_slice(node.as_bytes()),
            Self::Publish(publication) | Self::PublishShard(publication) => publication.write(out),
            Self::Update(update) => update.write(out),
            Self::Module(module) => module.write(out),
            Self::AuthRequest | Self::AuthAck | Self::MfStart | Self::Unknown(_) => {}
        }
    }
}
