//! What happened, in order: a fingerprint of everything, and the end of it in words.

use std::collections::VecDeque;
use std::fmt;

use shoal_simnet::HostId;
use shoal_slots::Instant;

/// How many lines are kept.
const KEPT: usize = 400;

/// The event log of a run.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct EventLog {
    events: u64,
    fingerprint: u64,
    tail: VecDeque<String>,
}

impl EventLog {
    pub(crate) fn add(&mut self, now: Instant, host: HostId, event: fmt::Arguments<'_>) {
        let line = format!("{:>10.6} {host} {event}", now.as_micros() as f64 / 1e6);
        self.digest(line.as_bytes());
        if self.tail.len() == KEPT {
            self.tail.pop_front();
        }
        self.tail.push_back(line);
    }

    /// Counts an event without words: a packet, a chunk of a stream.
    pub(crate) fn digest(&mut self, bytes: &[u8]) {
        self.events += 1;
        for byte in bytes {
            // FNV-1a: not cryptographic, but every byte and its place count.
            self.fingerprint = (self.fingerprint ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }

    /// How many events there were.
    #[must_use]
    pub const fn events(&self) -> u64 {
        self.events
    }

    /// A number that two runs share only if all their events are the same.
    #[must_use]
    pub const fn fingerprint(&self) -> u64 {
        self.fingerprint
    }
}

impl fmt::Display for EventLog {
    /// The last events, one a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tail.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}
