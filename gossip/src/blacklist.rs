//! Forgotten nodes: for a while gossip cannot bring them back.

use alloc::collections::BTreeMap;
use core::time::Duration;

use shoal_slots::{Instant, NodeId};

/// Ids that were forgotten, and until when.
#[derive(Clone, Debug, Default)]
pub(crate) struct Blacklist {
    until: BTreeMap<NodeId, Instant>,
}

impl Blacklist {
    /// Keeps the id out for `ttl`; a longer stay that is already noted stands.
    pub(crate) fn add(&mut self, id: NodeId, now: Instant, ttl: Duration) {
        let until = self.until.entry(id).or_default();
        *until = (*until).max(now + ttl);
    }

    pub(crate) fn contains(&self, id: &NodeId, now: Instant) -> bool {
        self.until.get(id).is_some_and(|&until| now < until)
    }

    pub(crate) fn remove_expired(&mut self, now: Instant) {
        self.until.retain(|_, until| now < *until);
    }

    pub(crate) fn clear(&mut self) {
        self.until.clear();
    }

    /// The listed ids and how many whole seconds each still stays, for FORGOTTEN_NODE notes.
    pub(crate) fn remaining(&self, now: Instant) -> impl Iterator<Item = (NodeId, u64)> + '_ {
        self.until
            .iter()
            .map(move |(id, until)| (*id, until.since(now).as_secs()))
            .filter(|(_, seconds)| *seconds > 0)
    }
}
