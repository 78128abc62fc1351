//! The books: which sessions listen to a name, and which names a session listens to.

use std::collections::BTreeMap;

use super::Topic;
use crate::data_plane::ClientId;

/// Sessions by the name that they listen to, in the order in which they subscribed.
type Listeners = BTreeMap<Vec<u8>, BTreeMap<u64, ClientId>>;

/// All subscriptions of a node.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    channels: Listeners,
    patterns: Listeners,
    shard: Listeners,
    next_number: u64,
}

impl Registry {
    /// Who listens to which names of a kind.
    pub(crate) const fn listeners(&self, topic: Topic) -> &Listeners {
        match topic {
            Topic::Channel => &self.channels,
            Topic::Pattern => &self.patterns,
            Topic::Shard => &self.shard,
        }
    }

    const fn listeners_mut(&mut self, topic: Topic) -> &mut Listeners {
        match topic {
            Topic::Channel => &mut self.channels,
            Topic::Pattern => &mut self.patterns,
            Topic::Shard => &mut self.shard,
        }
    }

    /// Adds a subscription and returns its number.
    pub(super) fn add(&mut self, topic: Topic, name: &[u8], client: ClientId) -> u64 {
        self.next_number += 1;
        let number = self.next_number;
        let listeners = self.listeners_mut(topic).entry(name.to_vec());
        listeners.or_default().insert(number, client);
        number
    }

    /// Removes the subscription with this number.
    pub(super) fn remove(&mut self, topic: Topic, name: &[u8], number: u64) {
        let all = self.listeners_mut(topic);
        if let Some(listeners) = all.get_mut(name) {
            listeners.remove(&number);
            if listeners.is_empty() {
                all.remove(name);
            }
        }
    }
}

/// What one session listens to: names with the numbers of their subscriptions.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    channels: BTreeMap<Vec<u8>, u64>,
    patterns: BTreeMap<Vec<u8>, u64>,
    shard: BTreeMap<Vec<u8>, u64>,
}

impl Subscriptions {
    pub(crate) const fn of(&self, topic: Topic) -> &BTreeMap<Vec<u8>, u64> {
        match topic {
            Topic::Channel => &self.channels,
            Topic::Pattern => &self.patterns,
            Topic::Shard => &self.shard,
        }
    }

    pub(super) const fn of_mut(&mut self, topic: Topic) -> &mut BTreeMap<Vec<u8>, u64> {
        match topic {
            Topic::Channel => &mut self.channels,
            Topic::Pattern => &mut self.patterns,
            Topic::Shard => &mut self.shard,
        }
    }

    /// The number in the reply to a subscription: channels of shards are counted by themselves.
    pub(super) fn count_for(&self, topic: Topic) -> usize {
        match topic {
            Topic::Channel | Topic::Pattern => self.channels.len() + self.patterns.len(),
            Topic::Shard => self.shard.len(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.channels.is_empty() && self.patterns.is_empty() && self.shard.is_empty()
    }

    /// The memory of the names.
    pub(crate) fn memory(&self) -> usize {
        let kinds = [&self.channels, &self.patterns, &self.shard];
        let names = kinds.into_iter().flat_map(BTreeMap::keys);
        names
            .map(|name| name.len() + size_of::<(Vec<u8>, u64)>())
            .sum()
    }
}
