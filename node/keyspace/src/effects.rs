//! What a command did to the keyspace, for those who have to repeat it: replicas, the AOF, watchers.
//!
//! Commands are repeated verbatim unless repeating them would not give the same result: relative times,
//! floating point, random choices. Such a command says what to send instead.

use crate::events::{EventClass, KeyEvent};

/// What to send in place of the command that was executed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Propagation {
    /// The command as the client sent it.
    #[default]
    Verbatim,
    /// Nothing, though something changed.
    Nothing,
    /// These commands, each a list of arguments.
    Instead(Vec<Vec<Vec<u8>>>),
}

/// A key that was deleted because its time had come.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ExpiredKey {
    /// The database it was in.
    pub db: usize,
    /// The key.
    pub key: Vec<u8>,
}

/// Collects what one command (or one expiry cycle) changed.
///
/// After a command: send a `DEL` for each of `expired` first; then, only if `dirty` is not zero, what
/// `propagation` says. Call [`Effects::clear`] before the next command.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Effects {
    /// Whether anybody listens. If not, only `dirty` is kept up, and nothing is allocated.
    pub enabled: bool,
    /// How many changes were made. Zero: there is nothing to propagate but `expired`.
    pub dirty: u64,
    /// What to send.
    pub propagation: Propagation,
    /// Keys found expired and deleted.
    pub expired: Vec<ExpiredKey>,
    /// The classes of events that somebody wants to know of.
    pub wanted_events: EventClass,
    /// What happened to keys, of the wanted classes.
    pub events: Vec<KeyEvent>,
}

impl Effects {
    /// Nothing happened yet.
    #[must_use]
    pub fn new(enabled: bool) -> Self {
        Self {
            enabled,
            ..Self::default()
        }
    }

    /// Forgets the effects of the last command.
    #[inline]
    pub fn clear(&mut self) {
        self.dirty = 0;
        self.expired.clear();
        self.events.clear();
        if self.propagation != Propagation::Verbatim {
            self.propagation = Propagation::Verbatim;
        }
    }

    /// Counts changes.
    #[inline]
    pub(crate) const fn changed(&mut self, count: u64) {
        self.dirty += count;
    }

    /// Adds a command to those that are sent instead of the executed one.
    pub(crate) fn instead(&mut self, args: &[&[u8]]) {
        if !self.enabled {
            return;
        }
        let command = args.iter().map(|arg| arg.to_vec()).collect();
        match &mut self.propagation {
            Propagation::Instead(commands) => commands.push(command),
            other => *other = Propagation::Instead(vec![command]),
        }
    }

    /// Notes an event, if anybody wants to know.
    #[inline]
    pub(crate) fn event(&mut self, class: EventClass, name: &'static str, db: usize, key: &[u8]) {
        if self.wanted_events.intersects(class) {
            self.events.push(KeyEvent {
                class,
                name,
                db,
                key: key.to_vec(),
            });
        }
    }

    /// Notes a key that expired.
    pub(crate) fn expired(&mut self, db: usize, key: &[u8]) {
        if self.enabled {
            self.expired.push(ExpiredKey {
                db,
                key: key.to_vec(),
            });
        }
    }
}
