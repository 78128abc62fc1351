//! How bad the network is.

use core::time::Duration;

use rand_core::Rng;

/// What can go wrong with a message, apart from partitions. May be changed while the network runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Faults {
    /// The shortest way from one host to another.
    pub delay_min: Duration,
    /// The longest.
    pub delay_max: Duration,
    /// How many messages in a hundred are lost (on streams: late by a retransmission).
    pub loss_percent: u8,
    /// How many messages in a hundred may overtake the ones before them. Never on streams.
    pub reorder_percent: u8,
    /// How late a retransmission is.
    pub retransmit: Duration,
    /// How long dialling a host that cannot be reached takes to fail.
    pub dial_timeout: Duration,
}

impl Default for Faults {
    /// A quiet local network: 100 to 500 microseconds, nothing lost.
    fn default() -> Self {
        Self {
            delay_min: Duration::from_micros(100),
            delay_max: Duration::from_micros(500),
            loss_percent: 0,
            reorder_percent: 0,
            retransmit: Duration::from_millis(200),
            dial_timeout: Duration::from_secs(5),
        }
    }
}

impl Faults {
    pub(crate) fn draw_delay(&self, rng: &mut impl Rng) -> Duration {
        let spread = self.delay_max.saturating_sub(self.delay_min).as_micros();
        let spread = u64::try_from(spread).unwrap_or(u64::MAX).saturating_add(1);
        self.delay_min + Duration::from_micros(rng.next_u64() % spread)
    }

    pub(crate) fn draw(percent: u8, rng: &mut impl Rng) -> bool {
        // Drawn even if the answer is known, so that switching a fault on does not shift all later draws.
        rng.next_u32() % 100 < u32::from(percent)
    }
}
