//! The name and place of the history, and what a change of role does to them.

use shoal_slots::{Now, ReplId, ReplOffset};

use super::Primary;
use crate::backlog::Backlog;
use crate::event::{CloseReason, History};

/// Where this node's data comes from, as far as PSYNC must know.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Upstream {
    /// From clients: this node is a primary.
    None,
    /// From a primary, and the link is up.
    Up,
    /// From a primary, but the link is down: no sub-replica can be served.
    Down,
    /// This node is handing its role over (`FAILOVER`).
    FailingOver,
}

impl Primary {
    /// The name of the history (`master_replid`).
    #[must_use]
    pub const fn replid(&self) -> ReplId {
        self.replid
    }

    /// The previous name (`master_replid2`); [`ReplId::NONE`] without one.
    #[must_use]
    pub fn replid2(&self) -> ReplId {
        self.previous.map_or(ReplId::NONE, |(replid, _)| replid)
    }

    /// The first byte number for which the previous name is not valid (`second_repl_offset`, −1 there
    /// when `None` here).
    #[must_use]
    pub fn second_offset(&self) -> Option<ReplOffset> {
        self.previous.map(|(_, first)| ReplOffset(first))
    }

    /// How many bytes of stream were produced, or passed on (`master_repl_offset`).
    #[must_use]
    pub fn offset(&self) -> ReplOffset {
        self.backlog.as_ref().map_or(self.resting, Backlog::end)
    }

    /// Name and place together: what this node offers when it becomes a replica, and what its snapshots
    /// carry.
    #[must_use]
    pub fn history(&self) -> History {
        History {
            replid: self.replid,
            offset: self.offset(),
        }
    }

    /// Whether the stream comes from a primary of our own.
    #[must_use]
    pub const fn is_following(&self) -> bool {
        self.following
    }

    /// This node becomes a replica: from now on the stream is passed on, not made. The history stays, and
    /// is what [`crate::Replica::new`] should offer. Replicas stay attached.
    pub fn become_replica(&mut self) {
        self.following = true;
        self.stream_db = None;
        self.ensure_backlog();
    }

    /// This node becomes a primary: the history gets a new name, the old one stays valid up to here, and
    /// all replicas are disconnected (they come back and may continue).
    pub fn become_primary(&mut self, now: Now) {
        let renamed = ReplId::random(&mut self.rng);
        self.rename_history(renamed);
        self.following = false;
        self.note_loneliness(now);
    }

    /// Our primary gave the history a new name (`+CONTINUE <id>`), or we did. Replicas are
    /// disconnected; they come back with PSYNC.
    pub fn rename_history(&mut self, renamed: ReplId) {
        if renamed == self.replid {
            return;
        }
        self.previous = Some((self.replid, self.offset().0.saturating_add(1)));
        self.replid = renamed;
        self.stream_db = None;
        self.close_all(CloseReason::HistoryChanged);
    }

    /// A full synchronisation begins: the data set is about to be replaced, so replicas are
    /// disconnected and the backlog is freed.
    pub fn abandon_history(&mut self) {
        self.resting = self.offset();
        self.backlog = None;
        self.close_all(CloseReason::HistoryChanged);
    }

    /// After a full synchronisation: this is our history now.
    pub fn adopt(&mut self, history: History) {
        self.close_all(CloseReason::HistoryChanged);
        self.replid = history.replid;
        self.previous = None;
        self.resting = history.offset;
        self.stream_db = None;
        self.backlog = None;
        self.ensure_backlog();
    }

    /// After a full synchronisation by plain `SYNC`: the primary did not say which history it is, so ours
    /// gets a name that nobody else has.
    pub fn adopt_unnamed(&mut self) {
        let replid = ReplId::random(&mut self.rng);
        let offset = ReplOffset(0);
        self.adopt(History { replid, offset });
    }

    /// After a restart from a snapshot that carried a history. A primary continues it under a new name
    /// (replicas may continue), a replica (call [`Primary::become_replica`] too) goes on with it.
    pub fn restore(&mut self, now: Now, history: History, as_replica: bool) {
        self.adopt(history);
        self.following = as_replica;
        if !as_replica {
            let renamed = ReplId::random(&mut self.rng);
            self.rename_history(renamed);
            self.note_loneliness(now);
        }
    }

    /// A new name and no past: what the first replica of a node without backlog finds, and what `DEBUG CHANGE-REPL-ID`
    /// asks for.
    pub fn start_history(&mut self) {
        self.replid = ReplId::random(&mut self.rng);
        self.previous = None;
        self.stream_db = None;
        self.ensure_backlog();
    }

    /// Nobody came for `repl-backlog-ttl`.
    pub(super) fn drop_history(&mut self) {
        self.resting = self.offset();
        self.backlog = None;
        self.replid = ReplId::random(&mut self.rng);
        self.previous = None;
        self.lonely_since = None;
    }

    pub(super) fn ensure_backlog(&mut self) {
        if self.backlog.is_none() {
            self.backlog = Some(Backlog::new(self.config.backlog_size, self.resting));
            self.unchecked = 0;
            self.longest = super::Longest::default();
        }
    }

    pub(super) fn note_loneliness(&mut self, now: Now) {
        let lonely = !self.following && self.backlog.is_some() && self.attached().next().is_none();
        self.lonely_since = lonely.then_some(now.instant);
    }
}
