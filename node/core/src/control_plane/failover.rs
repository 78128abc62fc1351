//! Elections, votes and manual failovers: the machines of `shoal-replication`, joined with the membership.
//!
//! A vote and an epoch are on disk before anybody learns of them: each of the gossip calls here queues its save
//! first, and the barrier holds the packets behind it.

use shoal_gossip::{Bump, VoteRequest};
use shoal_replication::{
    ElectionAction, ManualAction, ManualEnd, ManualKind, ManualRefusal, PauseFacts, VoteRefusal,
    VoteRequest as Request, VoterAction,
};
use shoal_slots::{Epoch, NodeId, ReplOffset};

use super::ControlPlane;
use crate::data_plane::LogLevel;
use crate::messages::ToData;

impl ControlPlane {
    /// The periodic part of everything that may change roles.
    pub(super) fn tick_failover(&mut self) {
        self.tick_election();
        self.tick_migration();
    }

    pub(super) fn tick_election(&mut self) {
        if self.gossip.my_primary().is_none() || self.is_stuck() {
            return;
        }
        let before = self.election.last_refusal();
        let facts = self.election_facts();
        self.election.handle_timeout(self.now, &facts);
        let refusal = self.election.last_refusal();
        if let Some(refusal) = refusal.filter(|_| facts.primary_failed && refusal != before) {
            let text = format!("Currently unable to failover: {refusal}");
            self.log(LogLevel::Warning, text);
        }
    }

    /// Carries out what the machines want. False if they wanted nothing.
    pub(super) fn act_on_failover(&mut self) -> bool {
        let mut busy = false;
        while let Some(action) = self.manual.poll_action() {
            self.act_on_manual(action);
            busy = true;
        }
        while let Some(action) = self.voter.poll_action() {
            self.act_on_vote(action);
            busy = true;
        }
        while let Some(action) = self.election.poll_action() {
            self.act_on_election(action);
            busy = true;
        }
        busy
    }

    fn act_on_election(&mut self, action: ElectionAction) {
        match action {
            ElectionAction::AnnounceOffset => {
                self.notice("Start of election".into());
                self.gossip.broadcast_pong(self.now, true);
            }
            ElectionAction::AnnounceFailure { primary } => {
                self.gossip.announce_failure(self.now, primary)
            }
            ElectionAction::RequestVotes { epoch, force } => {
                let epoch = epoch.max(self.gossip.raise_current_epoch());
                self.notice(format!("Starting a failover election for epoch {epoch}."));
                self.gossip.broadcast_vote_request(self.now, epoch, force);
            }
            ElectionAction::Won { epoch } => {
                self.notice("Failover election won: I'm the new master.".into());
                self.take_over(epoch);
            }
            _ => {}
        }
    }

    fn take_over(&mut self, epoch: Epoch) {
        self.notice(format!(
            "configEpoch set to {epoch} after successful failover"
        ));
        // The first PONGs still belong to the manual failover; it ends when everybody has been told.
        self.gossip.promote_self(self.now, epoch);
        self.election.reset();
        self.manual.end(ManualEnd::Done);
    }

    fn act_on_vote(&mut self, action: VoterAction) {
        match action {
            // The save is queued together with the vote: `send_vote` stores the epoch, and the barrier holds the packet.
            VoterAction::Persist { epoch } => self.voter.persisted(epoch),
            VoterAction::SendVote { to, epoch } => {
                self.notice(format!("Failover auth granted to {to} for epoch {epoch}"));
                self.gossip.send_vote(self.now, to);
            }
        }
    }

    fn act_on_manual(&mut self, action: ManualAction) {
        match action {
            ManualAction::SendMfStart { to } => self.gossip.send_mfstart(to),
            ManualAction::StartElection => self.tick_election(),
            ManualAction::TakeOver => {
                let (Bump::Bumped(epoch) | Bump::Still(epoch)) = self.gossip.bump_epoch();
                self.take_over(epoch);
            }
            ManualAction::PauseWrites { until } => self.barrier.tell(ToData::PauseWrites { until }),
            // The membership repeats it by itself with every tick.
            ManualAction::PingReplica { .. } if self.is_announced_paused() => {}
            ManualAction::PingReplica { .. } => self.gossip.set_paused(true),
            ManualAction::ResumeWrites => {
                self.gossip.set_paused(false);
                self.barrier.tell(ToData::ResumeWrites);
            }
            ManualAction::Ended(ManualEnd::TimedOut) => {
                self.log(LogLevel::Warning, "Manual failover timed out.".into());
            }
            ManualAction::Ended(_) => {}
            _ => {}
        }
    }

    fn is_announced_paused(&self) -> bool {
        self.gossip.is_paused()
    }

    /// A replica asks for our vote.
    pub(super) fn consider_vote(&mut self, request: &VoteRequest) {
        if self.is_stuck() {
            return;
        }
        let facts = self.voter_facts(request);
        let asked = Request {
            from: request.from,
            current_epoch: request.current_epoch,
            config_epoch: request.config_epoch,
            force: request.force,
        };
        // Who has no vote is asked as well, and has nothing to say.
        let considered = self.voter.consider(self.now, &asked, &facts);
        if let Some(refusal) = considered
            .err()
            .filter(|why| *why != VoteRefusal::NotVoting)
        {
            let from = request.from;
            self.log(
                LogLevel::Warning,
                format!("Failover auth denied to {from}: {refusal}"),
            );
        }
    }

    /// Somebody voted for us.
    pub(super) fn count_vote(&mut self, from: NodeId, epoch: Epoch) {
        let voting = self.gossip.is_voter(&from);
        let facts = self.election_facts();
        self.election
            .vote_received(self.now, from, voting, epoch, &facts);
    }

    /// A replica of ours wants to take over with our help.
    pub(super) fn pause_for(&mut self, from: NodeId) {
        let me = self.gossip.myself();
        let facts = PauseFacts {
            is_primary: me.is_primary(),
            from_my_replica: me.replicas.contains(&from),
        };
        match self.manual.start_received(self.now, from, &facts) {
            Ok(()) => self.notice(format!("Manual failover requested by replica {from}.")),
            Err(refusal) => self.log(
                LogLevel::Warning,
                format!("Manual failover of {from} ignored: {refusal}"),
            ),
        }
    }

    /// Our primary holds back writes, and its stream ends there.
    pub(super) fn primary_paused(&mut self, offset: ReplOffset) {
        let Some(primary) = self.gossip.my_primary().map(|primary| primary.id) else {
            return;
        };
        self.manual.primary_paused(primary, offset);
        self.manual.processed(self.replication.offset);
    }

    /// `CLUSTER FAILOVER`.
    pub(super) fn start_manual(&mut self, kind: ManualKind) -> Result<(), ManualRefusal> {
        let facts = self.manual_facts();
        self.manual.request(self.now, kind, &facts)?;
        self.notice(match kind {
            ManualKind::Plain => "Manual failover user request accepted.".into(),
            ManualKind::Force => "Forced failover user request accepted.".into(),
            ManualKind::Takeover => "Taking over the master (user request).".into(),
        });
        Ok(())
    }
}
