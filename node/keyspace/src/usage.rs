//! How recently (LRU) or how often (LFU) a key was used: 24 bits of clock in each entry.
//!
//! LRU: the time in seconds. LFU: 16 bits of minutes when the counter last decayed, and 8 bits
//! of a counter whose every step is less probable than the one before.

use rand_core::Rng;
use shoal_slots::UnixMillis;

use crate::entry::Entry;
use crate::keyspace::Keyspace;

const CLOCK_MASK: u32 = 0x00ff_ffff;
/// Where the counter of a new key begins, so that it is not the first to be evicted.
const LFU_INIT: u32 = 5;

const fn lru_clock(now: UnixMillis) -> u32 {
    (now.0 / 1000) as u32 & CLOCK_MASK
}

const fn minutes(now: UnixMillis) -> u32 {
    (now.0 / 60_000) as u32 & 0xffff
}

impl Keyspace {
    /// Gives a new entry its first clock.
    #[inline]
    pub(crate) fn init_clock(&self, entry: &Entry, now: UnixMillis) {
        let clock = if self.options.policy.counts_uses() {
            (minutes(now) << 8) | LFU_INIT
        } else {
            lru_clock(now)
        };
        entry.set_clock(clock);
    }

    /// Notes that an entry was used.
    #[inline]
    pub(crate) fn use_entry(&mut self, place: crate::keyspace::Place, now: UnixMillis) {
        if self.options.policy.counts_uses() {
            self.count_use(place, now);
        } else if let Some(entry) = self.entry(place) {
            entry.set_clock(lru_clock(now));
        }
    }

    fn count_use(&mut self, place: crate::keyspace::Place, now: UnixMillis) {
        let chance = self.rng.next_u32();
        let Some(entry) = self.entry(place) else {
            return;
        };
        let mut counter = self.frequency(entry, now);
        if counter < 255 {
            let steps = counter
                .saturating_sub(LFU_INIT)
                .saturating_mul(self.options.lfu_log_factor)
                .saturating_add(1);
            counter += u32::from(chance < u32::MAX / steps);
        }
        entry.set_clock((minutes(now) << 8) | counter);
    }

    /// The LFU counter as it stands now.
    pub(crate) fn frequency(&self, entry: &Entry, now: UnixMillis) -> u32 {
        let (then, counter) = (entry.clock() >> 8, entry.clock() & 0xff);
        let elapsed = minutes(now).wrapping_sub(then) & 0xffff;
        match self.options.lfu_decay_minutes {
            0 => counter,
            decay => counter.saturating_sub(elapsed / decay),
        }
    }

    /// For how many milliseconds the entry was not used.
    pub(crate) fn idle_millis(&self, entry: &Entry, now: UnixMillis) -> u64 {
        u64::from(lru_clock(now).wrapping_sub(entry.clock()) & CLOCK_MASK) * 1000
    }

    /// Sets what a snapshot or `RESTORE` says about the use of an entry.
    pub(crate) fn age_entry(
        &self,
        entry: &Entry,
        now: UnixMillis,
        idle_secs: Option<u64>,
        freq: Option<u8>,
    ) {
        self.init_clock(entry, now);
        match (self.options.policy.counts_uses(), idle_secs, freq) {
            (true, _, Some(freq)) => entry.set_clock((minutes(now) << 8) | u32::from(freq)),
            (false, Some(secs), _) => {
                let idle = u32::try_from(secs).unwrap_or(CLOCK_MASK).min(CLOCK_MASK);
                entry.set_clock(lru_clock(now).wrapping_sub(idle) & CLOCK_MASK);
            }
            _ => {}
        }
    }
}
