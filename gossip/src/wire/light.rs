//! Light messages of Valkey 8: PUBLISH and PUBLISHSHARD behind 16 bytes instead of 2256. They do not say who
//! sends them; the receiver has to know the node behind the link.

use bytes::{Bytes, BytesMut};

use super::error::PacketError;
use super::field::Field;
use super::header::{SIGNATURE, VERSION};
use super::input::Input;
use super::packet::kind;
use super::publish::Publication;

/// The length of the light header.
pub const LIGHT_HEADER_LEN: usize = 16;

/// Marks a light message in the type field.
pub(crate) const LIGHT_BIT: u16 = 0x8000;

type At<const AT: usize, const LEN: usize> = Field<AT, LEN, LIGHT_HEADER_LEN>;

const SIG: At<0, 4> = At::new();
const TOTAL_LEN: At<4, 4> = At::new();
const VER: At<8, 2> = At::new();
const RESERVED: At<10, 2> = At::new();
const KIND: At<12, 2> = At::new();
const RESERVED_TOO: At<14, 2> = At::new();
const _: () = {
    assert!(SIG.start() == 0);
    assert!(TOTAL_LEN.start() == SIG.end());
    assert!(VER.start() == TOTAL_LEN.end());
    assert!(RESERVED.start() == VER.end());
    assert!(KIND.start() == RESERVED.end());
    assert!(RESERVED_TOO.start() == KIND.end());
    assert!(RESERVED_TOO.end() == LIGHT_HEADER_LEN);
};

/// A message with the light header.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LightMessage {
    /// A message for every node.
    Publish(Publication),
    /// A message for the nodes of one shard.
    PublishShard(Publication),
}

impl LightMessage {
    pub(crate) fn parse(input: Input<'_>) -> Result<Self, PacketError> {
        let packet = input.bytes();
        let Some(raw) = packet.first_chunk::<LIGHT_HEADER_LEN>() else {
            let got = u32::try_from(packet.len()).unwrap_or(u32::MAX);
            return Err(PacketError::TooShort {
                got,
                min: LIGHT_HEADER_LEN as u32,
            });
        };
        if SIG.read(raw) != SIGNATURE {
            return Err(PacketError::Signature { got: SIG.read(raw) });
        }
        let claimed = TOTAL_LEN.get(raw);
        if claimed as usize != packet.len() {
            return Err(PacketError::Truncated {
                claimed,
                have: packet.len(),
            });
        }
        if VER.get(raw) != VERSION {
            return Err(PacketError::Version { got: VER.get(raw) });
        }
        let number = KIND.get(raw) & !LIGHT_BIT;
        match number {
            kind::PUBLISH => Publication::parse(input, LIGHT_HEADER_LEN, number).map(Self::Publish),
            kind::PUBLISH_SHARD => {
                Publication::parse(input, LIGHT_HEADER_LEN, number).map(Self::PublishShard)
            }
            _ => Err(PacketError::LightKind { kind: number }),
        }
    }

    /// Writes the message.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let (number, publication) = match self {
            Self::Publish(publication) => (kind::PUBLISH, publication),
            Self::PublishShard(publication) => (kind::PUBLISH_SHARD, publication),
        };
        let total = LIGHT_HEADER_LEN + publication.len();
        let mut raw = [0; LIGHT_HEADER_LEN];
        SIG.write(&mut raw, SIGNATURE);
        TOTAL_LEN.put(&mut raw, u32::try_from(total).unwrap_or(u32::MAX));
        VER.put(&mut raw, VERSION);
        KIND.put(&mut raw, number | LIGHT_BIT);
        let mut out = BytesMut::with_capacity(total);
        out.extend_from_slice(&raw);
        publication.write(&mut out);
        out.freeze()
    }
}
