//! Publish and subscribe: who listens to what, and how messages reach them.
//!
//! A message goes to the subscribers of its channel in the order in which they came, then to those of every pattern
//! that fits. In a cluster it also goes over the bus, to all nodes, or with `SPUBLISH` to those of the shard.

mod channels;
mod commands;
mod deliver;
mod events;
mod introspect;
mod shard;

pub(crate) use channels::{Registry, Subscriptions};
pub(crate) use commands::{psubscribe, publish, punsubscribe, spublish, ssubscribe};
pub(crate) use commands::{subscribe, sunsubscribe, unsubscribe};
pub(crate) use events::Notifications;
pub(crate) use introspect::run as pubsub;

/// What can be subscribed to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Topic {
    /// Channels by name.
    Channel,
    /// Channels by a pattern of their names.
    Pattern,
    /// Channels that belong to a slot.
    Shard,
}

impl Topic {
    /// What `PUBLISH` or `SPUBLISH` sends to.
    pub(crate) fn of_publisher(command: &str) -> Self {
        if command == "spublish" {
            Self::Shard
        } else {
            Self::Channel
        }
    }

    const fn subscribed(self) -> &'static [u8] {
        match self {
            Self::Channel => b"subscribe",
            Self::Pattern => b"psubscribe",
            Self::Shard => b"ssubscribe",
        }
    }

    const fn unsubscribed(self) -> &'static [u8] {
        match self {
            Self::Channel => b"unsubscribe",
            Self::Pattern => b"punsubscribe",
            Self::Shard => b"sunsubscribe",
        }
    }
}
