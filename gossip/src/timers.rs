//! Every constant of time of the membership machine, one row per kind, and the beat that drives it.
//!
//! Redis does its periodic work in one cron every 100 ms, and what peers can observe (that a handshake
//! starts within a tick, that a random ping goes out every tenth) follows that beat. So there is one
//! deadline, the next tick, and everything else is an age compared with `now`.

use core::time::Duration;

use shoal_slots::Instant;

/// The constants of time, with the reference server's values as defaults. Durations that scale with
/// `cluster-node-timeout` are given as multiples of it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Timing {
    /// The beat.
    pub tick: Duration,
    /// Every so many ticks a random peer is pinged.
    pub random_ping_ticks: u64,
    /// How many peers are drawn for the random ping; the one heard of least recently is pinged.
    pub random_ping_draws: u32,
    /// `cluster-ping-interval`: a pong older than this calls for a ping; `None` is half a node timeout.
    pub ping_interval: Option<Duration>,
    /// A handshake lives for a node timeout, and at least this long.
    pub handshake_lifetime_min: Duration,
    /// How many node timeouts a failure report counts.
    pub report_validity_timeouts: u32,
    /// How many node timeouts FAIL sticks to a primary with slots that answers again.
    pub fail_undo_timeouts: u32,
    /// After being in a minority a primary waits for a node timeout, within these bounds.
    pub rejoin_delay_min: Duration,
    /// The upper bound.
    pub rejoin_delay_max: Duration,
    /// A primary accepts no commands for this long after it started.
    pub writable_delay: Duration,
    /// `cluster-blacklist-ttl`: how long a forgotten node stays forgotten.
    pub blacklist_ttl: Duration,
    /// The longest time for which a peer's FORGOTTEN_NODE note is believed.
    pub blacklist_ttl_max: Duration,
    /// A gossiped pong this far in the future is still believed (clocks differ).
    pub gossip_clock_skew: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            tick: Duration::from_millis(100),
            random_ping_ticks: 10,
            random_ping_draws: 5,
            ping_interval: None,
            handshake_lifetime_min: Duration::from_secs(1),
            report_validity_timeouts: 2,
            fail_undo_timeouts: 2,
            rejoin_delay_min: Duration::from_millis(500),
            rejoin_delay_max: Duration::from_secs(5),
            writable_delay: Duration::from_secs(2),
            blacklist_ttl: Duration::from_secs(60),
            blacklist_ttl_max: Duration::from_secs(24 * 3600),
            gossip_clock_skew: Duration::from_millis(500),
        }
    }
}

/// The beat: when the next tick is due, and how many there were.
#[derive(Clone, Debug)]
pub(crate) struct Beat {
    next: Instant,
    count: u64,
}

impl Beat {
    pub(crate) const fn new(now: Instant) -> Self {
        Self {
            next: now,
            count: 0,
        }
    }

    pub(crate) const fn next(&self) -> Instant {
        self.next
    }

    /// Whether a tick is due. A late call makes one tick, not several: missed work is done once.
    pub(crate) fn due(&mut self, now: Instant, period: Duration) -> bool {
        if now < self.next {
            return false;
        }
        // A period of zero would make the driver spin for ever.
        self.next = now + period.max(Duration::from_millis(1));
        self.count += 1;
        true
    }

    /// Whether this is the n-th tick.
    pub(crate) const fn every(&self, ticks: u64) -> bool {
        ticks != 0 && self.count.is_multiple_of(ticks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_call_ticks_once_and_an_early_one_never() {
        let period = Duration::from_millis(100);
        let mut beat = Beat::new(Instant::ORIGIN);
        assert!(beat.due(Instant::ORIGIN, period));
        assert!(!beat.due(Instant::from_micros(99_999), period));
        assert!(beat.due(Instant::from_micros(5_000_000), period));
        assert!(!beat.due(Instant::from_micros(5_050_000), period));
        assert_eq!(beat.next(), Instant::from_micros(5_100_000));
        assert!(beat.every(2) && !beat.every(3) && !beat.every(0));
    }
}
