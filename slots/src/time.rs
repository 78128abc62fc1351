//! Time as a value: pure crates are told what time it is and never ask.
//!
//! Two clocks exist, and their types keep them apart. [`Instant`] is monotonic and serves deadlines;
//! its origin is whatever the driver picks (process start, the start of a simulation). [`UnixMillis`]
//! is the wall clock, for what other machines see: key expiry, nodes.conf, gossip entries.

use core::ops::{Add, AddAssign, Sub};
use core::time::Duration;

/// A point on the driver's monotonic clock, in microseconds since the driver's own origin.
///
/// ```
/// use core::time::Duration;
/// use shoal_slots::Instant;
///
/// let start = Instant::ORIGIN;
/// let later = start + Duration::from_millis(5);
/// assert_eq!(later - start, Duration::from_millis(5));
/// assert_eq!(start - later, Duration::ZERO);
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Instant(u64);

impl Instant {
    /// The driver's origin.
    pub const ORIGIN: Self = Self(0);

    /// The instant `micros` microseconds after the origin.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Microseconds since the origin.
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// How long ago `earlier` was; zero if it lies in the future.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    /// Saturates: an overflowing deadline is one that never comes.
    fn add(self, rhs: Duration) -> Self {
        Self(
            self.0
                .saturating_add(u64::try_from(rhs.as_micros()).unwrap_or(u64::MAX)),
        )
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, rhs: Duration) {
        *self = *self + rhs;
    }
}

impl Sub for Instant {
    type Output = Duration;

    fn sub(self, rhs: Self) -> Duration {
        self.since(rhs)
    }
}

/// Wall-clock time in milliseconds since the Unix epoch (may be negative: `EXPIREAT` accepts the past).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct UnixMillis(pub i64);

impl UnixMillis {
    /// Whole seconds since the Unix epoch, rounded down.
    #[must_use]
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(1000)
    }
}

impl Add<Duration> for UnixMillis {
    type Output = Self;

    fn add(self, rhs: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(rhs.as_millis()).unwrap_or(i64::MAX)),
        )
    }
}

/// Both clocks, read together once per turn of the driver's loop and passed down.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Now {
    /// The monotonic clock: deadlines and ages.
    pub instant: Instant,
    /// The wall clock, in microseconds since the Unix epoch.
    pub unix_micros: u64,
}

impl Now {
    /// The wall clock in milliseconds.
    #[must_use]
    pub const fn unix(self) -> UnixMillis {
        UnixMillis((self.unix_micros / 1000) as i64)
    }
}
