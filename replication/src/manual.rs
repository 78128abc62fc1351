//! `CLUSTER FAILOVER`: an operator moves the role, without losing a write unless asked to risk it.
//!
//! The replica asks its primary (MFSTART); the primary holds back writes and says so, with its final offset, in
//! every packet (PAUSED); when the replica has processed exactly that offset it may stand for election at once.
//! FORCE leaves the primary out of it, TAKEOVER leaves out the votes as well.
//!
//! In a node of two planes "the primary holds back writes" is true only when the data plane has said so; until
//! [`ManualFailover::paused_at`] nothing is announced, since the offset might still move.

use alloc::collections::VecDeque;

use shoal_slots::{Instant, NodeId, Now, ReplOffset};

use crate::timing::Timing;

/// The three forms.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ManualKind {
    /// With the primary's help: loses nothing.
    Plain,
    /// Without the primary, by votes (`FORCE`).
    Force,
    /// Without the primary and without votes (`TAKEOVER`).
    Takeover,
}

/// What the replica's side has to know.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ManualFacts {
    /// We are a replica.
    pub is_replica: bool,
    /// Of this primary, if it is known.
    pub primary: Option<NodeId>,
    /// It is marked FAIL.
    pub primary_failed: bool,
    /// There is a bus link to it.
    pub primary_connected: bool,
}

/// What the primary's side has to know about who sent MFSTART.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PauseFacts {
    /// We are a primary.
    pub is_primary: bool,
    /// The sender is one of our replicas.
    pub from_my_replica: bool,
}

/// Why `CLUSTER FAILOVER` is refused; the texts are the reference servers'.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ManualRefusal {
    /// We are a primary.
    #[error("You should send CLUSTER FAILOVER to a replica")]
    NotAReplica,
    /// We do not know our primary.
    #[error("I'm a replica but my master is unknown to me")]
    PrimaryUnknown,
    /// It cannot help.
    #[error("Master is down or failed, please use CLUSTER FAILOVER FORCE")]
    PrimaryDown,
}

/// Why MFSTART is ignored.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PauseRefusal {
    /// We are not a primary.
    #[error("this node is not a primary")]
    NotAPrimary,
    /// The sender is not our replica.
    #[error("the sender is not a replica of this node")]
    NotMyReplica,
}

/// How a manual failover ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ManualEnd {
    /// In time it did not.
    TimedOut,
    /// The roles have changed.
    Done,
    /// Something else came between: RESET, REPLICATE, another request.
    Aborted,
}

/// What a [`ManualFailover`] wants done, in this order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ManualAction {
    /// Replica: send MFSTART.
    SendMfStart {
        /// To our primary.
        to: NodeId,
    },
    /// Replica: [`ManualFailover::may_start`] became true, so let the election look at it now.
    StartElection,
    /// Replica: bump the configuration epoch without consensus and take over the primary's slots, before
    /// the command is answered.
    TakeOver,
    /// Primary: hold back writes until then; call [`ManualFailover::paused_at`] when it is so.
    PauseWrites {
        /// At the latest until then.
        until: Instant,
    },
    /// Primary: send a PING with the PAUSED flag and the final offset.
    PingReplica {
        /// To the replica that asked.
        to: NodeId,
    },
    /// Primary: let writes go on.
    ResumeWrites,
    /// It is over.
    Ended(ManualEnd),
}

#[derive(Clone, Copy, Debug)]
enum State {
    Idle,
    /// We are the replica.
    Asking {
        primary: NodeId,
        until: Instant,
        target: Option<ReplOffset>,
        ready: bool,
    },
    /// We are the primary.
    Pausing {
        replica: NodeId,
        until: Instant,
        offset: Option<ReplOffset>,
        next_ping: Instant,
    },
}

/// A manual failover, from either side.
#[derive(Debug)]
pub struct ManualFailover {
    timing: Timing,
    state: State,
    actions: VecDeque<ManualAction>,
}

impl ManualFailover {
    /// None is going on.
    #[must_use]
    pub const fn new(timing: Timing) -> Self {
        Self {
            timing,
            state: State::Idle,
            actions: VecDeque::new(),
        }
    }

    /// Changes the durations.
    pub fn set_timing(&mut self, timing: Timing) {
        self.timing = timing;
    }

    /// Replica: the operator asks for it. A request that is going on is replaced.
    ///
    /// # Errors
    /// [`ManualRefusal`]; nothing has changed.
    pub fn request(
        &mut self,
        now: Now,
        kind: ManualKind,
        facts: &ManualFacts,
    ) -> Result<(), ManualRefusal> {
        if !facts.is_replica {
            return Err(ManualRefusal::NotAReplica);
        }
        let primary = facts.primary.ok_or(ManualRefusal::PrimaryUnknown)?;
        if kind == ManualKind::Plain && (facts.primary_failed || !facts.primary_connected) {
            return Err(ManualRefusal::PrimaryDown);
        }
        self.end(ManualEnd::Aborted);
        if kind == ManualKind::Takeover {
            self.actions.push_back(ManualAction::TakeOver);
            return Ok(());
        }
        let until = now.instant + self.timing.manual_timeout;
        let ready = kind == ManualKind::Force;
        self.state = State::Asking {
            primary,
            until,
            target: None,
            ready,
        };
        self.actions.push_back(match kind {
            ManualKind::Plain => ManualAction::SendMfStart { to: primary },
            ManualKind::Force | ManualKind::Takeover => ManualAction::StartElection,
        });
        Ok(())
    }

    /// Replica: a packet of `from` carried the PAUSED flag and this offset. The first one counts.
    pub fn primary_paused(&mut self, from: NodeId, offset: ReplOffset) {
        if let State::Asking {
            primary, target, ..
        } = &mut self.state
            && *primary == from
        {
            target.get_or_insert(offset);
        }
    }

    /// Replica: our processed offset, whenever it changed. When it is the primary's final one, the
    /// election may start.
    pub fn processed(&mut self, offset: ReplOffset) {
        if let State::Asking { target, ready, .. } = &mut self.state
            && !*ready
            && *target == Some(offset)
        {
            *ready = true;
            self.actions.push_back(ManualAction::StartElection);
        }
    }

    /// Replica: whether the election may start ([`crate::ElectionFacts::manual`]).
    #[must_use]
    pub const fn may_start(&self) -> bool {
        matches!(self.state, State::Asking { ready: true, .. })
    }

    /// Primary: MFSTART came. A pause for another replica is taken over by the newer request.
    ///
    /// # Errors
    /// [`PauseRefusal`]; nothing has changed.
    pub fn start_received(
        &mut self,
        now: Now,
        from: NodeId,
        facts: &PauseFacts,
    ) -> Result<(), PauseRefusal> {
        if !facts.is_primary {
            return Err(PauseRefusal::NotAPrimary);
        }
        if !facts.from_my_replica {
            return Err(PauseRefusal::NotMyReplica);
        }
        let until = now.instant + self.timing.manual_timeout;
        self.state = State::Pausing {
            replica: from,
            until,
            offset: None,
            next_ping: now.instant,
        };
        let pause_until = now.instant + self.timing.manual_pause;
        self.actions
            .push_back(ManualAction::PauseWrites { until: pause_until });
        Ok(())
    }

    /// Primary: writes are held back, and the stream ends at `offset` until further notice.
    pub fn paused_at(&mut self, now: Now, offset: ReplOffset) {
        if let State::Pausing {
            replica,
            offset: known,
            next_ping,
            ..
        } = &mut self.state
        {
            *known = Some(offset);
            *next_ping = now.instant + self.timing.manual_ping_period;
            self.actions
                .push_back(ManualAction::PingReplica { to: *replica });
        }
    }

    /// Primary: the final offset, if every packet has to carry it and the PAUSED flag.
    #[must_use]
    pub const fn paused_offset(&self) -> Option<ReplOffset> {
        match self.state {
            State::Pausing { offset, .. } => offset,
            _ => None,
        }
    }

    /// Either side: whether one is going on.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        !matches!(self.state, State::Idle)
    }

    /// Either side: the roles have changed, or something made it pointless.
    pub fn end(&mut self, reason: ManualEnd) {
        match core::mem::replace(&mut self.state, State::Idle) {
            State::Idle => return,
            State::Pausing { .. } => self.actions.push_back(ManualAction::ResumeWrites),
            State::Asking { .. } => {}
        }
        self.actions.push_back(ManualAction::Ended(reason));
    }

    /// Does what is due. Calling early or repeatedly changes nothing.
    pub fn handle_timeout(&mut self, now: Now) {
        let (State::Asking { until, .. } | State::Pausing { until, .. }) = self.state else {
            return;
        };
        if until <= now.instant {
            self.end(ManualEnd::TimedOut);
            return;
        }
        if let State::Pausing {
            replica,
            offset: Some(_),
            next_ping,
            ..
        } = &mut self.state
            && *next_ping <= now.instant
        {
            *next_ping = now.instant + self.timing.manual_ping_period;
            self.actions
                .push_back(ManualAction::PingReplica { to: *replica });
        }
    }

    /// When to call [`ManualFailover::handle_timeout`] next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.state {
            State::Idle => None,
            State::Pausing {
                until,
                offset: Some(_),
                next_ping,
                ..
            } => Some(until.min(next_ping)),
            State::Asking { until, .. } | State::Pausing { until, .. } => Some(until),
        }
    }

    /// What to do next, first in first out.
    #[must_use]
    pub fn poll_action(&mut self) -> Option<ManualAction> {
        self.actions.pop_front()
    }
}
