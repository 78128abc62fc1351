//! Holding commands back: `CLIENT PAUSE`, and the pause of a manual failover.
//!
//! The two are independent, and what either holds is held. A command that is held was parsed but not
//! executed: its bytes stay in the session's pending input, and the session waits here in the order in
//! which it came.

use std::collections::VecDeque;

use shoal_slots::Instant;

use super::sessions::ClientId;

/// Which commands `CLIENT PAUSE` holds back.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum PauseKind {
    /// Those that write or may replicate.
    Writes,
    /// All.
    All,
}

/// Both pauses and who waits.
#[derive(Debug, Default)]
pub(crate) struct Pause {
    client: Option<(Instant, PauseKind)>,
    failover: Option<Instant>,
    held: VecDeque<ClientId>,
}

impl Pause {
    /// `CLIENT PAUSE`. A running pause is only ever made longer and wider, as with the reference servers.
    pub(crate) fn by_client(&mut self, until: Instant, kind: PauseKind) {
        self.client = Some(match self.client {
            Some((old_until, old_kind)) => (old_until.max(until), old_kind.max(kind)),
            None => (until, kind),
        });
    }

    /// `CLIENT UNPAUSE`.
    pub(crate) const fn end_by_client(&mut self) {
        self.client = None;
    }

    /// A manual failover began.
    pub(crate) const fn by_failover(&mut self, until: Instant) {
        self.failover = Some(until);
    }

    /// It ended.
    pub(crate) const fn end_by_failover(&mut self) {
        self.failover = None;
    }

    pub(crate) const fn for_failover(&self) -> bool {
        self.failover.is_some()
    }

    /// Whether anything is held back: keys do not expire meanwhile, so that the stream stands still.
    pub(crate) const fn is_active(&self) -> bool {
        self.client.is_some() || self.failover.is_some()
    }

    /// Whether a command is to be held back; `writes` = it writes, or may replicate.
    pub(crate) fn holds(&self, writes: bool) -> bool {
        match (self.client, self.failover) {
            (Some((_, PauseKind::All)), _) => true,
            (None, None) => false,
            _ => writes,
        }
    }

    pub(crate) fn hold(&mut self, client: ClientId) {
        self.held.push_back(client);
    }

    /// Drops pauses whose time is over. True if one was.
    pub(crate) fn expire(&mut self, now: Instant) -> bool {
        let before = self.is_active();
        self.client = self.client.filter(|(until, _)| *until > now);
        self.failover = self.failover.filter(|until| *until > now);
        before && !self.is_active()
    }

    /// Those who waited, first come first; each is to be tried again (and may be held again).
    pub(crate) fn take_held(&mut self) -> VecDeque<ClientId> {
        core::mem::take(&mut self.held)
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        let client = self.client.map(|(until, _)| until);
        [client, self.failover].into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(second: u64) -> Instant {
        Instant::from_micros(second * 1_000_000)
    }

    #[test]
    fn a_pause_is_only_widened() {
        let mut pause = Pause::default();
        pause.by_client(at(10), PauseKind::Writes);
        assert!(pause.holds(true) && !pause.holds(false));
        pause.by_client(at(5), PauseKind::All);
        assert!(pause.holds(false));
        assert!(!pause.expire(at(9)));
        assert!(pause.expire(at(10)));
        assert!(!pause.holds(true));
    }

    #[test]
    fn a_failover_pause_survives_unpause() {
        let mut pause = Pause::default();
        pause.by_client(at(10), PauseKind::All);
        pause.by_failover(at(20));
        pause.end_by_client();
        assert!(pause.holds(true) && !pause.holds(false));
        assert_eq!(pause.deadline(), Some(at(20)));
    }
}
