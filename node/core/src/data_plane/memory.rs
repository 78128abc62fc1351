//! How much memory is used, known without asking anybody.
//!
//! Only the allocator knows the truth, and asking it takes longer than a command. So the shell asks it some times per
//! second, and between two answers our own books say what was added and freed since. In a simulation,
//! where nobody asks an allocator, the books are all there is.

use core::time::Duration;

use shoal_slots::Instant;

use super::DataPlane;
use super::event::MemoryFacts;

/// What is known of the memory.
#[derive(Debug, Default)]
pub(crate) struct MemoryWatch {
    /// The last answer of the allocator.
    pub(crate) facts: MemoryFacts,
    /// The books at that moment.
    books: u64,
    /// What was used before there was any data.
    pub(crate) startup: Option<u64>,
    /// The most that was ever used.
    pub(crate) peak: u64,
    /// Since when the memory is over its limit.
    over_since: Option<Instant>,
    /// How long it was over its limit before that, in all.
    over_for: Duration,
}

impl MemoryWatch {
    /// The memory is over its limit, and eviction does not (or not yet) help.
    pub(crate) const fn note_over(&mut self, now: Instant) {
        if self.over_since.is_none() {
            self.over_since = Some(now);
        }
    }

    /// The memory is within its limit.
    pub(crate) fn note_within(&mut self, now: Instant) {
        self.over_for += self.over(now);
        self.over_since = None;
    }

    /// For how long the memory has been over its limit.
    pub(crate) fn over(&self, now: Instant) -> Duration {
        self.over_since
            .map_or(Duration::ZERO, |since| now.since(since))
    }

    /// For how long the memory was over its limit in all.
    pub(crate) fn over_in_all(&self, now: Instant) -> Duration {
        self.over_for + self.over(now)
    }
}

impl DataPlane {
    /// What the allocator says of itself. The shell asks it some times per second.
    pub fn set_memory_facts(&mut self, facts: MemoryFacts) {
        self.memory.facts = facts;
        self.memory.books = self.books();
        self.memory.startup.get_or_insert(facts.allocated);
        self.note_peak();
        self.watch_memory();
    }

    /// What we ourselves know to hold: the data, what waits to be freed, and the stream for the replicas.
    fn books(&self) -> u64 {
        let keyspace = self.keyspace.memory_used() as u64;
        keyspace + self.keyspace.graveyard().pending_bytes() + self.stream_memory()
    }

    fn stream_memory(&self) -> u64 {
        self.primary
            .backlog()
            .map_or(0, |backlog| backlog.memory() as u64)
    }

    /// The memory in use, in bytes: `used_memory`.
    pub(crate) fn used_memory(&self) -> u64 {
        let books = self.books();
        (self.memory.facts.allocated + books)
            .saturating_sub(self.memory.books)
            .max(books)
    }

    /// What of it `maxmemory` does not limit: what replicas hold back of the stream (or evicting keys would lead to more
    /// evictions, as every `DEL` goes into the stream), and what is deleted already but not freed.
    pub(crate) fn memory_not_counted(&self) -> u64 {
        self.replica_memory() + self.keyspace.graveyard().pending_bytes()
    }

    /// What the stream holds beyond the size of its backlog, because replicas have not read it yet.
    pub(crate) fn replica_memory(&self) -> u64 {
        let kept = self
            .primary
            .backlog()
            .map_or(0, shoal_replication::Backlog::size);
        self.stream_memory().saturating_sub(kept)
    }

    /// What counts for `maxmemory`.
    pub(crate) fn limited_memory(&self) -> u64 {
        self.used_memory().saturating_sub(self.memory_not_counted())
    }

    pub(crate) fn note_peak(&mut self) {
        self.memory.peak = self.memory.peak.max(self.used_memory());
    }
}
