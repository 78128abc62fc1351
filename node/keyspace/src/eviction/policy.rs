//! `maxmemory-policy`: which keys may be evicted, and in which order.

use crate::census::Among;

/// A policy, by the names of `maxmemory-policy`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum EvictionPolicy {
    /// Keys with an expiry, the least recently used first.
    VolatileLru,
    /// Keys with an expiry, the least often used first.
    VolatileLfu,
    /// Keys with an expiry, by chance.
    VolatileRandom,
    /// Keys with an expiry, those that expire soonest first.
    VolatileTtl,
    /// The least recently used keys first.
    AllKeysLru,
    /// The least often used keys first.
    AllKeysLfu,
    /// Any key.
    AllKeysRandom,
    /// Nothing: commands that need memory are refused.
    #[default]
    NoEviction,
}

/// What tells one candidate from another.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Order {
    LeastRecent,
    LeastFrequent,
    SoonestExpiry,
    Chance,
}

impl EvictionPolicy {
    /// Whether entries count how often they are used, rather than note when they were used last.
    #[must_use]
    pub const fn counts_uses(self) -> bool {
        matches!(self, Self::VolatileLfu | Self::AllKeysLfu)
    }

    /// Whether the clocks of entries decide what goes first.
    #[must_use]
    pub const fn needs_clocks(self) -> bool {
        self.counts_uses() || matches!(self, Self::VolatileLru | Self::AllKeysLru)
    }

    /// Which keys may go, and in which order; `None`: no keys.
    pub(super) const fn rule(self) -> Option<(Among, Order)> {
        Some(match self {
            Self::VolatileLru => (Among::Expiring, Order::LeastRecent),
            Self::VolatileLfu => (Among::Expiring, Order::LeastFrequent),
            Self::VolatileRandom => (Among::Expiring, Order::Chance),
            Self::VolatileTtl => (Among::Expiring, Order::SoonestExpiry),
            Self::AllKeysLru => (Among::All, Order::LeastRecent),
            Self::AllKeysLfu => (Among::All, Order::LeastFrequent),
            Self::AllKeysRandom => (Among::All, Order::Chance),
            Self::NoEviction => return None,
        })
    }
}
