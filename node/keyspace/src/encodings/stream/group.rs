//! A consumer group: what was delivered to whom and is not acknowledged yet.
//!
//! The group's list of pending entries is the truth, and names one owner for each. What a consumer has besides
//! is an index into it, kept by the few functions here that change either; so no two consumers can share an
//! entry.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::id::StreamId;
use super::numbers::Numbers;

/// A consumer of a group, by its place there. Places of deleted consumers are used again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct ConsumerKey(u32);

/// A delivery that was not acknowledged.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Pending {
    /// Whose it is.
    pub(crate) owner: ConsumerKey,
    /// When it was last delivered, in milliseconds since 1970.
    pub(crate) time: i64,
    /// How often.
    pub(crate) count: u64,
}

/// A consumer.
#[derive(Clone, Debug)]
pub(crate) struct Consumer {
    pub(crate) name: Arc<[u8]>,
    /// When it last tried to get something, in milliseconds since 1970.
    pub(crate) seen: i64,
    /// When it last got something.
    pub(crate) active: Option<i64>,
    /// What is pending for it.
    pending: BTreeSet<StreamId>,
}

/// A group.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    /// The last entry that was delivered.
    pub(crate) last_id: StreamId,
    /// How many entries were delivered, if that is known.
    pub(crate) entries_read: Option<u64>,
    pending: BTreeMap<StreamId, Pending>,
    names: BTreeMap<Arc<[u8]>, ConsumerKey>,
    consumers: Vec<Option<Consumer>>,
    /// Places of deleted consumers.
    vacant: Vec<ConsumerKey>,
    /// The memory of all names.
    name_bytes: usize,
}

impl Consumer {
    /// How many entries are pending for it.
    pub(crate) fn pending_len(&self) -> usize {
        self.pending.len()
    }

    /// These entries, from an id on.
    pub(crate) fn pending_from(&self, start: StreamId) -> impl Iterator<Item = StreamId> {
        self.pending.range(start..).copied()
    }
}

impl Group {
    pub(crate) fn new(last_id: StreamId, entries_read: Option<u64>) -> Self {
        Self {
            last_id,
            entries_read,
            ..Self::default()
        }
    }

    /// How many entries are pending.
    pub(crate) fn pending_len(&self) -> usize {
        self.pending.len()
    }

    /// The first and the last pending entry.
    pub(crate) fn pending_ends(&self) -> Option<(StreamId, StreamId)> {
        let (first, _) = self.pending.first_key_value()?;
        let (last, _) = self.pending.last_key_value()?;
        Some((*first, *last))
    }

    /// What is known of a pending entry.
    pub(crate) fn pending(&self, id: StreamId) -> Option<Pending> {
        self.pending.get(&id).copied()
    }

    /// The pending entries from an id on.
    pub(crate) fn pending_from(
        &self,
        start: StreamId,
    ) -> impl Iterator<Item = (StreamId, Pending)> {
        self.pending
            .range(start..)
            .map(|(id, pending)| (*id, *pending))
    }

    /// Notes a delivery: the entry is its owner's from now on, and nobody else's.
    pub(crate) fn assign(&mut self, id: StreamId, delivery: Pending) {
        let before = self.pending.insert(id, delivery).map(|before| before.owner);
        if before == Some(delivery.owner) {
            return;
        }
        if let Some(loser) = before.and_then(|loser| self.consumer_mut(loser)) {
            loser.pending.remove(&id);
        }
        if let Some(owner) = self.consumer_mut(delivery.owner) {
            owner.pending.insert(id);
        }
    }

    /// Notes that a pending entry was delivered again.
    pub(crate) fn redeliver(&mut self, id: StreamId, time: i64) {
        if let Some(pending) = self.pending.get_mut(&id) {
            pending.time = time;
            pending.count = pending.count.wrapping_add(1);
        }
    }

    /// Goes on to an entry, unless the group was there already. Returns whether it did.
    pub(crate) fn advance(&mut self, id: StreamId, numbers: &Numbers) -> bool {
        let further = id > self.last_id;
        if further {
            self.entries_read = numbers.count_read(self.entries_read, id);
            self.last_id = id;
        }
        further
    }

    /// Forgets a pending entry. Returns whether it was pending.
    pub(crate) fn release(&mut self, id: StreamId) -> bool {
        let Some(pending) = self.pending.remove(&id) else {
            return false;
        };
        if let Some(owner) = self.consumer_mut(pending.owner) {
            owner.pending.remove(&id);
        }
        true
    }

    /// How many consumers there are.
    pub(crate) fn consumer_len(&self) -> usize {
        self.names.len()
    }

    /// The consumers in the order of their names.
    pub(crate) fn consumers(&self) -> impl Iterator<Item = &Consumer> {
        self.names.values().filter_map(|key| self.consumer(*key))
    }

    pub(crate) fn find_consumer(&self, name: &[u8]) -> Option<ConsumerKey> {
        self.names.get(name).copied()
    }

    pub(crate) fn consumer(&self, key: ConsumerKey) -> Option<&Consumer> {
        self.consumers.get(key.0 as usize)?.as_ref()
    }

    pub(crate) fn consumer_mut(&mut self, key: ConsumerKey) -> Option<&mut Consumer> {
        self.consumers.get_mut(key.0 as usize)?.as_mut()
    }

    /// Adds a consumer; `None` if there is one of this name.
    pub(crate) fn add_consumer(&mut self, name: &[u8], seen: i64) -> Option<ConsumerKey> {
        if self.names.contains_key(name) {
            return None;
        }
        let consumer = Consumer {
            name: name.into(),
            seen,
            active: None,
            pending: BTreeSet::new(),
        };
        let name = consumer.name.clone();
        let key = match self.vacant.pop() {
            Some(key) => key,
            None => {
                let key = ConsumerKey(u32::try_from(self.consumers.len()).ok()?);
                self.consumers.push(None);
                key
            }
        };
        if let Some(place) = self.consumers.get_mut(key.0 as usize) {
            *place = Some(consumer);
        }
        self.name_bytes += name.len();
        self.names.insert(name, key);
        Some(key)
    }

    /// Removes a consumer with everything that is pending for it, and returns how much that was.
    pub(crate) fn remove_consumer(&mut self, name: &[u8]) -> Option<usize> {
        let key = self.names.remove(name)?;
        let consumer = self.consumers.get_mut(key.0 as usize)?.take()?;
        self.vacant.push(key);
        self.name_bytes = self.name_bytes.saturating_sub(name.len());
        for id in &consumer.pending {
            self.pending.remove(id);
        }
        Some(consumer.pending.len())
    }

    /// The memory it takes, itself included.
    pub(crate) fn heap_bytes(&self) -> usize {
        // Trees of this kind are two thirds full.
        const PENDING: usize = (size_of::<(StreamId, Pending)>() + size_of::<StreamId>()) * 3 / 2;
        const CONSUMER: usize = size_of::<(Arc<[u8]>, ConsumerKey)>() * 3 / 2 + 16;
        size_of::<Self>()
            + self.pending.len() * PENDING
            + self.consumers.len() * size_of::<Option<Consumer>>()
            + self.names.len() * CONSUMER
            + self.name_bytes
    }

    /// How many pieces there are to free: pending entries, in the list and in the indexes, and consumers.
    pub(crate) fn piece_count(&self) -> usize {
        let indexed = self.consumers.iter().flatten().map(Consumer::pending_len);
        self.pending.len() + indexed.sum::<usize>() + self.consumers.len() + 1
    }

    /// Frees about `budget` pieces. Returns how much of the budget is left: if any, nothing is.
    pub(crate) fn free_some(&mut self, budget: usize) -> usize {
        let mut left = budget;
        while left > 0 && self.pending.pop_first().is_some() {
            left -= 1;
        }
        while left > 0
            && let Some(last) = self.consumers.last_mut()
        {
            left -= 1;
            let pending = last
                .as_mut()
                .and_then(|consumer| consumer.pending.pop_first());
            if pending.is_none() {
                self.consumers.pop();
            }
        }
        left
    }

    /// That the list and its indexes agree.
    #[cfg(test)]
    pub(super) fn check(&self) {
        let indexed: usize = self.consumers().map(Consumer::pending_len).sum();
        assert_eq!(indexed, self.pending.len());
        for (id, pending) in &self.pending {
            let owner = self.consumer(pending.owner).unwrap();
            assert!(owner.pending.contains(id));
        }
        for (name, key) in &self.names {
            assert_eq!(&self.consumer(*key).unwrap().name, name);
        }
    }
}
