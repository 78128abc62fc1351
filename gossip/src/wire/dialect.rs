//! Where the family of servers disagrees about bytes.

use super::ext::ExtensionKind;

/// Whose bus we speak. The packets are the same for all; these differ in what they know beyond the common
/// ground, and once (extension type 4) in what the same number means.
///
/// ```
/// use shoal_gossip::wire::Dialect;
///
/// assert!(Dialect::Valkey8.light_messages());
/// assert!(!Dialect::Redis72.light_messages());
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Dialect {
    /// Redis 7.0: host names are the only extension.
    Redis70,
    /// Redis 7.2 and Valkey 7.2: human names, forgotten nodes and shard ids too.
    #[default]
    Redis72,
    /// Redis 8: as 7.2, and extension type 4 carries an internal secret.
    Redis8,
    /// Valkey 8: as 7.2, and extension types 4 and 5 carry client addresses; light messages.
    Valkey8,
}

impl Dialect {
    /// Whether a message may come with the 16-byte light header.
    #[must_use]
    pub const fn light_messages(self) -> bool {
        matches!(self, Self::Valkey8)
    }

    /// Whether every heartbeat sets EXT_DATA, also one without extensions. Redis 7.0 sets it only when it
    /// has a host name to tell.
    #[must_use]
    pub const fn always_flags_extensions(self) -> bool {
        !matches!(self, Self::Redis70)
    }

    /// Whether nodes.conf of this server carries named fields after the host name.
    #[must_use]
    pub const fn writes_aux_fields(self) -> bool {
        !matches!(self, Self::Redis70)
    }

    /// What an extension type number means in this dialect; `None` for one it does not know.
    #[must_use]
    pub const fn extension(self, number: u16) -> Option<ExtensionKind> {
        match (number, self) {
            (0, _) => Some(ExtensionKind::Hostname),
            (_, Self::Redis70) => None,
            (1, _) => Some(ExtensionKind::HumanNodename),
            (2, _) => Some(ExtensionKind::ForgottenNode),
            (3, _) => Some(ExtensionKind::ShardId),
            (4, Self::Redis8) => Some(ExtensionKind::InternalSecret),
            (4, Self::Valkey8) => Some(ExtensionKind::ClientIpv4),
            (5, Self::Valkey8) => Some(ExtensionKind::ClientIpv6),
            _ => None,
        }
    }
}
