//! Active expiry: how much is looked at, and how often, by `active-expire-effort`.
//!
//! Each cron turn looks at a few keys. If many of them are past their time there must be more, so short pieces follow
//! in quick succession until few are: together they take a quarter of the processor (more with more effort), as
//! in the reference server, but no command waits longer than for one piece.

use core::time::Duration;

use shoal_slots::Instant;

use super::DataPlane;

/// How many keys a cron turn looks at, with the least effort; each step of effort adds a quarter.
const KEYS_PER_TURN: usize = 400;
/// How soon the next piece follows while many keys are past their time.
const PIECE_PAUSE: Duration = Duration::from_millis(1);
/// How many keys fit a quarter of that pause.
const KEYS_PER_PIECE: usize = 2500;
/// What each step of effort adds to that: two percent of the processor.
const KEYS_PER_STEP: usize = 200;
/// How many percent may be past their time with the least effort; each step of effort takes off one.
const STALE_PERCENT: usize = 10;

/// Where active expiry stands.
#[derive(Debug, Default)]
pub(crate) struct Expiry {
    /// `DEBUG SET-ACTIVE-EXPIRE 0`.
    pub(crate) disabled: bool,
    /// When the next piece is due.
    piece_at: Option<Instant>,
    /// Since the last cron turn.
    checked: usize,
    expired: usize,
    /// The estimated share of keys that are past their time.
    pub(crate) stale: f64,
    /// In how many cron periods the processor's share was used up.
    pub(crate) capped: u64,
    /// How long the turns took that expired keys.
    pub(crate) spent: Duration,
    /// This turn expired keys.
    pub(crate) busy: bool,
}

impl Expiry {
    pub(crate) const fn due(&self) -> Option<Instant> {
        self.piece_at
    }

    /// Ends a cron period: what was found in it counts for a twentieth.
    fn end_period(&mut self) {
        let current = if self.checked == 0 {
            0.0
        } else {
            self.expired as f64 / self.checked as f64
        };
        self.stale = current * 0.05 + self.stale * 0.95;
        self.capped += u64::from(self.piece_at.is_some());
        (self.checked, self.expired) = (0, 0);
    }

    /// `CONFIG RESETSTAT`.
    pub(crate) const fn reset(&mut self) {
        self.stale = 0.0;
        self.capped = 0;
        self.spent = Duration::ZERO;
    }
}

impl DataPlane {
    /// The part of the cron turn.
    pub(crate) fn expire_in_turn(&mut self) {
        self.expiry.end_period();
        let budget = KEYS_PER_TURN + KEYS_PER_TURN / 4 * self.effort();
        self.expire_keys(budget);
    }

    /// The next piece, if its time has come.
    pub(crate) fn expire_if_due(&mut self) {
        if self
            .expiry
            .piece_at
            .is_some_and(|at| at <= self.now.instant)
        {
            let budget = KEYS_PER_PIECE + KEYS_PER_STEP * self.effort();
            self.expire_keys(budget);
        }
    }

    /// From 0 to 9.
    fn effort(&self) -> usize {
        self.settings.expire_effort.clamp(1, 10) as usize - 1
    }

    /// Deletes some keys whose time is over, and tells the replicas. A replica leaves that to its primary, and
    /// while writes are held back the stream must stand still.
    fn expire_keys(&mut self, budget: usize) {
        self.expiry.piece_at = None;
        if self.expiry.disabled || self.is_replica() || self.pause.is_active() {
            return;
        }
        self.effects.clear();
        let report = self
            .keyspace
            .expire_cycle(self.now.unix(), budget, &mut self.effects);
        self.propagate_effects_of_nobody();
        self.expiry.checked += report.checked;
        self.expiry.expired += report.expired;
        self.expiry.busy |= report.expired > 0;
        if report.is_behind(STALE_PERCENT - self.effort()) {
            self.expiry.piece_at = Some(self.now.instant + PIECE_PAUSE);
        }
        self.watch_memory();
    }

    /// The shell says how long the last `handle_timeout` took: the only way to know what expiry costs.
    pub fn timeout_took(&mut self, time: Duration) {
        if core::mem::take(&mut self.expiry.busy) {
            self.expiry.spent += time;
        }
    }
}
