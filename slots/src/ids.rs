//! Identities and counters that travel between nodes. Each is a type of its own, so that an epoch is
//! never passed where an offset belongs.

use core::fmt;
use core::str::FromStr;

use rand_core::Rng;

/// Why a text is not a node id.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not 40 characters of 0-9 and a-z")]
pub struct ParseIdError;

macro_rules! forty_characters {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name([u8; 40]);

        impl $name {
            /// Reads the 40 characters as they stand on the wire. Like the reference servers, digits and
            /// all lower-case letters are accepted, not only hexadecimal ones.
            ///
            /// # Errors
            /// [`ParseIdError`] if the length is not 40 or another character occurs.
            pub fn parse(text: &[u8]) -> Result<Self, ParseIdError> {
                let bytes: [u8; 40] = text.try_into().map_err(|_| ParseIdError)?;
                let valid = bytes.iter().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase());
                if valid { Ok(Self(bytes)) } else { Err(ParseIdError) }
            }

            /// Draws a new id: 40 hexadecimal digits.
            #[must_use]
            pub fn random<R: Rng + ?Sized>(rng: &mut R) -> Self {
                let mut raw = [0u8; 20];
                rng.fill_bytes(&mut raw);
                let mut text = [0u8; 40];
                for (pair, byte) in text.chunks_exact_mut(2).zip(raw) {
                    for (digit, nibble) in pair.iter_mut().zip([byte >> 4, byte & 15]) {
                        *digit = if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 };
                    }
                }
                Self(text)
            }

            /// The 40 characters.
            #[must_use]
            pub fn as_str(&self) -> &str {
                // Only ASCII gets in, so this never falls back.
                core::str::from_utf8(&self.0).unwrap_or_default()
            }

            /// The 40 characters as they stand on the wire.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 40] {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                Self::parse(text.as_bytes())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.as_str())
            }
        }
    };
}

forty_characters! {
    /// A node's name in the cluster, made once and kept in nodes.conf. Ordered by bytes, which decides
    /// epoch collisions.
    NodeId
}

forty_characters! {
    /// The name of a shard: a primary and its replicas (Redis 7.2 and later).
    ShardId
}

forty_characters! {
    /// The name of a replication history (`master_replid`).
    ReplId
}

impl ReplId {
    /// "No history": 40 zeros, as INFO shows an unset second id.
    pub const NONE: Self = Self([b'0'; 40]);
}

impl NodeId {
    /// 40 zeros: no node's name.
    pub const ZERO: Self = Self([b'0'; 40]);
}

/// A logical clock of the cluster: `currentEpoch`, `configEpoch` and vote epochs.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Epoch(pub u64);

impl Epoch {
    /// The next epoch, or `None` when the counter is exhausted (only a forged packet gets it there).
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        match self.0.checked_add(1) {
            Some(next) => Some(Self(next)),
            None => None,
        }
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A position in a replication history: how many bytes of the stream were produced or processed.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ReplOffset(pub u64);

impl ReplOffset {
    /// The position `bytes` further on. Saturates.
    #[must_use]
    pub const fn advance(self, bytes: u64) -> Self {
        Self(self.0.saturating_add(bytes))
    }
}

impl fmt::Display for ReplOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
