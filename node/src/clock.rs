//! The only place that asks what time it is.
//!
//! Both threads read the same clock with the same origin, so that instants in messages between the planes
//! mean the same to both.

use std::time::{Instant as SystemInstant, SystemTime, UNIX_EPOCH};

use shoal_slots::{Instant, Now};

/// The process' clocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    origin: SystemInstant,
}

impl Clock {
    /// Starts the monotonic clock. Called once.
    pub(crate) fn start() -> Self {
        Self {
            origin: SystemInstant::now(),
        }
    }

    /// Both clocks.
    pub(crate) fn now(self) -> Now {
        let micros = u64::try_from(self.origin.elapsed().as_micros()).unwrap_or(u64::MAX);
        Now {
            instant: Instant::from_micros(micros),
            unix_micros: unix_micros(),
        }
    }

    /// A deadline of a plane as the runtime's timer takes it. The far future is a day away: timers re-arm.
    pub(crate) fn deadline(self, deadline: Option<Instant>) -> tokio::time::Instant {
        const FAR: std::time::Duration = std::time::Duration::from_secs(86_400);
        let wait = deadline.map_or(FAR, |deadline| deadline.since(self.now().instant).min(FAR));
        tokio::time::Instant::from_std(SystemInstant::now() + wait)
    }
}

/// Microseconds since the Unix epoch.
pub(crate) fn unix_micros() -> u64 {
    let elapsed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX)
}
