//! Extensions of PING, PONG and MEET. Each has an eight-byte head (length, type, zero) and is padded to a
//! multiple of eight; types that we do not know are kept as they are.

use alloc::vec::Vec;

use bytes::{BufMut, Bytes, BytesMut};
use shoal_slots::{NodeId, ShardId};

use super::dialect::Dialect;
use super::error::PacketError;
use super::field::Field;
use super::input::Input;
use super::text::Name;

/// The length of an extension's head, which its length field includes.
const HEAD_LEN: usize = 8;

/// The reference servers check only the low 16 bits of a length but skip all 32 of it, so a longer
/// extension is a weapon, not a message.
const LENGTH_MAX: u32 = 65535;

const LENGTH: Field<0, 4, HEAD_LEN> = Field::new();
const KIND: Field<4, 2, HEAD_LEN> = Field::new();
const RESERVED: Field<6, 2, HEAD_LEN> = Field::new();
const _: () = {
    assert!(LENGTH.start() == 0);
    assert!(KIND.start() == LENGTH.end());
    assert!(RESERVED.start() == KIND.end());
    assert!(RESERVED.end() == HEAD_LEN);
};

/// What an extension says.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum ExtensionKind {
    /// The host name that clients are redirected to.
    Hostname,
    /// A name for humans.
    HumanNodename,
    /// A node that was forgotten on purpose and must not be brought back.
    ForgottenNode,
    /// The shard of the sender.
    ShardId,
    /// A secret shared by the nodes of a Redis 8 cluster.
    InternalSecret,
    /// The IPv4 address that clients use.
    ClientIpv4,
    /// The IPv6 address that clients use.
    ClientIpv6,
}

/// One extension.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Extension {
    /// The host name that clients are redirected to.
    Hostname(Name),
    /// A name for humans.
    HumanNodename(Name),
    /// A node that was forgotten on purpose.
    ForgottenNode {
        /// The node.
        node: NodeId,
        /// For how many more seconds it must not come back.
        ttl_secs: u64,
    },
    /// The shard of the sender.
    ShardId(ShardId),
    /// A secret shared by the nodes of a Redis 8 cluster.
    InternalSecret([u8; 40]),
    /// The IPv4 address that clients use.
    ClientIpv4(Name),
    /// The IPv6 address that clients use.
    ClientIpv6(Name),
    /// A type that this dialect does not know, or a forgotten node whose id is malformed: an honest peer may
    /// repeat nonsense, and the rest of its packet is good.
    Unknown {
        /// Its type.
        kind: u16,
        /// Its data, padded to a multiple of eight when written.
        data: Bytes,
    },
}

/// Reads `count` extensions from offset `at` on; also tells where the last one ends.
pub(crate) fn parse_all(
    input: Input<'_>,
    mut at: usize,
    count: u16,
    dialect: Dialect,
) -> Result<(Vec<Extension>, usize), PacketError> {
    // An extension has at least eight bytes: a count that lies reserves no more than that.
    let possible = input.bytes().len().saturating_sub(at) / HEAD_LEN;
    let mut extensions = Vec::with_capacity(possible.min(usize::from(count)));
    for _ in 0..count {
        let (extension, end) = Extension::parse(input, at, dialect)?;
        extensions.push(extension);
        at = end;
    }
    Ok((extensions, at))
}

impl Extension {
    /// Reads the extension at offset `at`; also tells where it ends.
    fn parse(input: Input<'_>, at: usize, dialect: Dialect) -> Result<(Self, usize), PacketError> {
        let rest = input.bytes().get(at..).unwrap_or_default();
        let Some(head) = rest.first_chunk::<HEAD_LEN>() else {
            return Err(PacketError::ExtensionBeyondEnd {
                at,
                length: HEAD_LEN as u32,
                left: rest.len(),
            });
        };
        let length = LENGTH.get(head);
        if (length as usize) < HEAD_LEN || length % 8 != 0 || length > LENGTH_MAX {
            return Err(PacketError::ExtensionLength { at, length });
        }
        let Some(data) = rest.get(HEAD_LEN..length as usize) else {
            return Err(PacketError::ExtensionBeyondEnd {
                at,
                length,
                left: rest.len(),
            });
        };
        let kind = KIND.get(head);
        let end = at + length as usize;
        let unknown = || Self::Unknown {
            kind,
            data: input.take(at + HEAD_LEN..end),
        };
        let Some(known) = dialect.extension(kind) else {
            return Ok((unknown(), end));
        };
        let size = PacketError::ExtensionSize { at, kind, length };
        let extension = match known {
            ExtensionKind::Hostname => Self::Hostname(host(data, at, size)?),
            ExtensionKind::ClientIpv4 => Self::ClientIpv4(host(data, at, size)?),
            ExtensionKind::ClientIpv6 => Self::ClientIpv6(host(data, at, size)?),
            ExtensionKind::HumanNodename => Self::HumanNodename(human(data, at, size)?),
            ExtensionKind::ForgottenNode => forgotten(data).ok_or(size)?.unwrap_or_else(unknown),
            ExtensionKind::ShardId => {
                let id: &[u8; 40] = data.try_into().map_err(|_| size)?;
                Self::ShardId(
                    ShardId::parse(id).map_err(|_| PacketError::BadId { at: at + HEAD_LEN })?,
                )
            }
            ExtensionKind::InternalSecret => {
                Self::InternalSecret(data.try_into().map_err(|_| size)?)
            }
        };
        Ok((extension, end))
    }

    /// Its type number.
    #[must_use]
    pub const fn number(&self) -> u16 {
        match self {
            Self::Hostname(_) => 0,
            Self::HumanNodename(_) => 1,
            Self::ForgottenNode { .. } => 2,
            Self::ShardId(_) => 3,
            Self::InternalSecret(_) | Self::ClientIpv4(_) => 4,
            Self::ClientIpv6(_) => 5,
            Self::Unknown { kind, .. } => *kind,
        }
    }

    /// How long it is on the wire.
    pub(crate) fn len(&self) -> usize {
        HEAD_LEN
            + match self {
                Self::Hostname(name)
                | Self::HumanNodename(name)
                | Self::ClientIpv4(name)
                | Self::ClientIpv6(name) => (name.as_str().len() + 1).next_multiple_of(8),
                Self::ForgottenNode { .. } => 48,
                Self::ShardId(_) | Self::InternalSecret(_) => 40,
                Self::Unknown { data, .. } => unknown_data(data).len().next_multiple_of(8),
            }
    }

    pub(crate) fn write(&self, out: &mut BytesMut) {
        let end = out.len() + self.len();
        let mut head = [0; HEAD_LEN];
        LENGTH.put(&mut head, self.len() as u32);
        KIND.put(&mut head, self.number());
        out.extend_from_slice(&head);
        match self {
            Self::Hostname(name)
            | Self::HumanNodename(name)
            | Self::ClientIpv4(name)
            | Self::ClientIpv6(name) => out.extend_from_slice(name.as_str().as_bytes()),
            Self::ForgottenNode { node, ttl_secs } => {
                out.extend_from_slice(node.as_bytes());
                out.put_u64(*ttl_secs);
            }
            Self::ShardId(shard) => out.extend_from_slice(shard.as_bytes()),
            Self::InternalSecret(secret) => out.extend_from_slice(secret),
            Self::Unknown { data, .. } => out.extend_from_slice(unknown_data(data)),
        }
        out.resize(end, 0);
    }
}

/// As much of an unknown extension's data as its length field can say.
fn unknown_data(data: &[u8]) -> &[u8] {
    const MOST: usize = (LENGTH_MAX as usize / 8 - 1) * 8;
    data.get(..MOST).unwrap_or(data)
}

/// A host name; `size` is the error for an extension that is all head.
fn host(data: &[u8], at: usize, size: PacketError) -> Result<Name, PacketError> {
    let at = at + HEAD_LEN;
    let text = if data.is_empty() {
        Err(size)
    } else {
        Name::zero_terminated(data, at)
    };
    Name::host(text?).ok_or(PacketError::BadText { at })
}

/// A name for humans; `size` is the error for an extension that is all head.
fn human(data: &[u8], at: usize, size: PacketError) -> Result<Name, PacketError> {
    let at = at + HEAD_LEN;
    let text = if data.is_empty() {
        Err(size)
    } else {
        Name::zero_terminated(data, at)
    };
    Name::human(text?).ok_or(PacketError::BadText { at })
}

/// A forgotten node: `None` if the size is wrong, `Some(None)` if the id is malformed.
fn forgotten(data: &[u8]) -> Option<Option<Extension>> {
    let raw: &[u8; 48] = data.try_into().ok()?;
    const NODE: Field<0, 40, 48> = Field::new();
    const TTL: Field<40, 8, 48> = Field::new();
    let node = NodeId::parse(&NODE.read(raw)).ok();
    Some(node.map(|node| Extension::ForgottenNode {
        node,
        ttl_secs: TTL.get(raw),
    }))
}
