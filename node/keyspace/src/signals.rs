//! Keys that somebody outside waits for, and what happens to them.
//!
//! Two kinds of people wait: clients blocked on a key want to know when there may be something for them, and
//! clients that watch a key want to know that it was touched. The keyspace knows the keys, not the clients. It
//! tells nothing about any other key, so a command that makes a million of them leaves nothing behind here.

use std::collections::VecDeque;

use hashbrown::HashTable;
use shoal_slots::UnixMillis;

use crate::blocking::Awaited;
use crate::entry::Entry;
use crate::hashing::KeyHasher;
use crate::keyspace::{Access, Keyspace, Place};

/// A key of a database.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct KeyName {
    /// The database.
    pub db: usize,
    /// The key.
    pub key: Vec<u8>,
}

/// What somebody wants to know of a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Interest {
    /// That a blocked command may find something there.
    Blocked,
    /// That it was touched.
    Watched,
}

/// The keys that matter, and the news of them.
#[derive(Debug, Default)]
pub(crate) struct Signals {
    wanted: HashTable<Wanted>,
    ready: VecDeque<KeyName>,
    /// Touched for certain, whatever the command says.
    touched: Vec<KeyName>,
    /// Touched if the command says that it changed something.
    handled: Vec<KeyName>,
}

#[derive(Debug)]
struct Wanted {
    hash: u64,
    db: usize,
    key: Box<[u8]>,
    /// How many clients are blocked on it.
    blocked: usize,
    /// How many watch it.
    watched: usize,
    /// It stands in `ready`.
    is_ready: bool,
}

impl Wanted {
    fn is(&self, db: usize, key: &[u8]) -> bool {
        self.db == db && *self.key == *key
    }

    const fn count(&mut self, interest: Interest) -> &mut usize {
        match interest {
            Interest::Blocked => &mut self.blocked,
            Interest::Watched => &mut self.watched,
        }
    }

    fn name(&self) -> KeyName {
        KeyName {
            db: self.db,
            key: self.key.to_vec(),
        }
    }
}

impl Signals {
    /// Whether nobody waits for anything.
    #[inline]
    pub(crate) fn is_idle(&self) -> bool {
        self.wanted.is_empty()
    }

    fn attend(&mut self, hash: u64, db: usize, key: &[u8], interest: Interest) {
        let found = self
            .wanted
            .entry(hash, |wanted| wanted.is(db, key), |wanted| wanted.hash);
        let mut entry = found.or_insert_with(|| Wanted {
            hash,
            db,
            key: key.into(),
            blocked: 0,
            watched: 0,
            is_ready: false,
        });
        *entry.get_mut().count(interest) += 1;
    }

    fn neglect(&mut self, hash: u64, db: usize, key: &[u8], interest: Interest) {
        let found = self.wanted.find_entry(hash, |wanted| wanted.is(db, key));
        if let Ok(mut entry) = found {
            let count = entry.get_mut().count(interest);
            *count = count.saturating_sub(1);
            if entry.get().blocked == 0 && entry.get().watched == 0 {
                entry.remove();
            }
        }
    }

    /// There may be something for those who are blocked on this key.
    #[cold]
    fn ready(&mut self, hash: u64, db: usize, key: &[u8]) {
        let found = self.wanted.find_mut(hash, |wanted| wanted.is(db, key));
        if let Some(wanted) = found.filter(|wanted| wanted.blocked > 0 && !wanted.is_ready) {
            wanted.is_ready = true;
            self.ready.push_back(wanted.name());
        }
    }

    /// A command laid hands on this key.
    #[cold]
    pub(crate) fn handled(&mut self, hash: u64, db: usize, key: &[u8]) {
        if let Some(name) = self.watched(hash, db, key) {
            note(&mut self.handled, name);
        }
    }

    /// This key changed, not because of what a command wanted.
    #[cold]
    pub(crate) fn touched(&mut self, hash: u64, db: usize, key: &[u8]) {
        if let Some(name) = self.watched(hash, db, key) {
            note(&mut self.touched, name);
        }
    }

    fn watched(&self, hash: u64, db: usize, key: &[u8]) -> Option<KeyName> {
        let wanted = self.wanted.find(hash, |wanted| wanted.is(db, key))?;
        (wanted.watched > 0).then(|| wanted.name())
    }

    /// An entry came to stand at a place.
    #[cold]
    pub(crate) fn came(&mut self, place: Place, entry: &Entry) {
        self.handled(place.hash, place.db, entry.key());
        if Awaited::of(entry).is_some() {
            self.ready(place.hash, place.db, entry.key());
        }
    }

    /// An entry left its place.
    #[cold]
    pub(crate) fn left(&mut self, place: Place, entry: &Entry) {
        self.handled(place.hash, place.db, entry.key());
        if Awaited::of(entry) == Some(Awaited::Stream) {
            self.ready(place.hash, place.db, entry.key());
        }
    }

    /// Changes an entry, perhaps into one of another type.
    #[cold]
    pub(crate) fn during_edit<R>(
        &mut self,
        place: Place,
        entry: &mut Entry,
        change: impl FnOnce(&mut Entry) -> R,
    ) -> R {
        let before = Awaited::of(entry);
        let result = change(entry);
        let after = Awaited::of(entry);
        self.handled(place.hash, place.db, entry.key());
        if before != after && (after.is_some() || before == Some(Awaited::Stream)) {
            self.ready(place.hash, place.db, entry.key());
        }
        result
    }

    /// Some of the keys that somebody waits for, in order.
    fn names(&self, among: impl Fn(usize, &[u8]) -> bool) -> Vec<KeyName> {
        let all = self
            .wanted
            .iter()
            .filter(|wanted| among(wanted.db, &wanted.key));
        let mut names: Vec<_> = all.map(Wanted::name).collect();
        names.sort_unstable();
        names
    }
}

/// Adds a key that may have been the last one already: a command can lay hands on it often.
fn note(names: &mut Vec<KeyName>, name: KeyName) {
    if names.last() != Some(&name) {
        names.push(name);
    }
}

impl Keyspace {
    /// From now on, tells what happens to a key. Counted: as many calls of [`Keyspace::neglect`] end it.
    pub fn attend(&mut self, db: usize, key: &[u8], interest: Interest) {
        let hash = self.hasher.hash(key);
        self.signals.attend(hash, db, key, interest);
    }

    /// Ends what [`Keyspace::attend`] began.
    pub fn neglect(&mut self, db: usize, key: &[u8], interest: Interest) {
        let hash = self.hasher.hash(key);
        self.signals.neglect(hash, db, key, interest);
    }

    /// Whether anybody waits for anything.
    #[inline]
    #[must_use]
    pub fn is_attended(&self) -> bool {
        !self.signals.is_idle()
    }

    /// The next key that may have something for those who are blocked on it, first signalled first. It may be
    /// signalled again from here on.
    pub fn next_ready(&mut self) -> Option<KeyName> {
        let name = self.signals.ready.pop_front()?;
        let hash = self.hasher.hash(&name.key);
        let wanted = &mut self.signals.wanted;
        if let Some(wanted) = wanted.find_mut(hash, |wanted| wanted.is(name.db, &name.key)) {
            wanted.is_ready = false;
        }
        Some(name)
    }

    /// The watched keys that were touched since the last call, perhaps some of them twice. Ask after every command,
    /// and say whether it changed anything.
    pub fn take_touched(&mut self, changed: bool) -> Vec<KeyName> {
        let signals = &mut self.signals;
        let handled = core::mem::take(&mut signals.handled);
        let mut touched = core::mem::take(&mut signals.touched);
        if changed {
            touched.extend(handled);
        }
        touched
    }

    /// Whether a client that waits for this kind of value finds one at a key. One that is past its time counts: the
    /// client's command deletes it, and replicas hear of that.
    #[must_use]
    pub fn holds(&self, db: usize, key: &[u8], awaited: Awaited) -> bool {
        let place = self.locate(Access::plain(db, UnixMillis(0)), key);
        self.entry(place).and_then(Awaited::of) == Some(awaited)
    }

    /// A blocked command may find something new at a key that was there before.
    pub(crate) fn signal(&mut self, hash: u64, db: usize, key: &[u8]) {
        if !self.signals.is_idle() {
            self.signals.ready(hash, db, key);
        }
    }

    /// All keys of some databases or slots go or come at once: as if each of them were touched. Say it before and
    /// after, because a key may exist in either state alone.
    pub(crate) fn signal_all(&mut self, among: impl Fn(usize, &[u8]) -> bool) {
        if self.signals.is_idle() {
            return;
        }
        for name in self.signals.names(among) {
            let hash = self.hasher.hash(&name.key);
            let access = Access::plain(name.db, UnixMillis(0));
            let place = self.locate(access, &name.key);
            let Some(awaited) = self.entry(place).map(Awaited::of) else {
                continue;
            };
            self.signals.touched(hash, name.db, &name.key);
            if awaited.is_some() {
                self.signals.ready(hash, name.db, &name.key);
            }
        }
    }

    /// Takes over who waits for what from a keyspace whose place this one takes. Every key counts as touched.
    pub fn inherit_signals(&mut self, old: &mut Self) {
        old.signal_all(|_, _| true);
        let signals = core::mem::take(&mut old.signals);
        let hasher: &KeyHasher = &self.hasher;
        let moved = signals.wanted.into_iter().map(|wanted| Wanted {
            hash: hasher.hash(&wanted.key),
            ..wanted
        });
        let mut wanted = HashTable::new();
        for one in moved {
            wanted.insert_unique(one.hash, one, |wanted: &Wanted| wanted.hash);
        }
        self.signals = Signals { wanted, ..signals };
        self.signal_all(|_, _| true);
    }
}
