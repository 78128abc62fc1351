//! From doubt to certainty: PFAIL is what one node sees, FAIL is what a majority of the voting primaries
//! has reported to one node, which then tells everybody. And back.

use shoal_slots::NodeId;

use crate::event::Event;
use crate::gossip::Gossip;
use crate::notice::Notice;
use crate::peer::Liveness;
use crate::wire::{Body, GossipEntry, MessageFlags, NodeFlags};

impl Gossip {
    /// Whether a node has a vote: a primary with slots.
    #[must_use]
    pub fn is_voter(&self, id: &NodeId) -> bool {
        self.slots.has_slots(id)
    }

    /// How many votes make a majority of the voting primaries.
    #[must_use]
    pub fn quorum(&self) -> usize {
        self.slots.owner_count() / 2 + 1
    }

    /// How many primaries have slots (`cluster_size`).
    #[must_use]
    pub fn size(&self) -> usize {
        self.slots.owner_count()
    }

    /// We have waited too long for this node.
    pub(crate) fn suspect(&mut self, id: &NodeId) {
        let Some(peer) = self.peers.get_mut(id) else {
            return;
        };
        peer.liveness = Liveness::Suspected;
        self.out.view();
        self.health.mark_stale();
        // The only voter needs no second opinion.
        if self.size() == 1 && self.is_voter(&self.peers.me().id) {
            self.try_fail(id);
        }
    }

    /// A voter's opinion about a node: kept while it says "failing", dropped when it does not.
    pub(crate) fn take_report(&mut self, sender: &NodeId, voter: bool, entry: &GossipEntry) {
        let failing = entry.flags.intersects(NodeFlags::PFAIL | NodeFlags::FAIL);
        let now = self.now.instant;
        let Some(peer) = self.peers.get_mut(&entry.node) else {
            return;
        };
        if !voter || entry.node == *sender {
            return;
        }
        if failing {
            peer.reports.insert(*sender, now);
            self.try_fail(&entry.node);
        } else {
            peer.reports.remove(sender);
        }
    }

    /// Drops outdated reports on a node and counts the others that come from voters.
    fn count_reports(&mut self, id: &NodeId) -> usize {
        let (now, validity) = (self.now.instant, self.config.report_validity());
        let Some(peer) = self.peers.get_mut(id) else {
            return 0;
        };
        peer.reports.retain(|_, at| now.since(*at) <= validity);
        let Some(peer) = self.peers.get(id) else {
            return 0;
        };
        peer.reports
            .keys()
            .filter(|reporter| self.slots.has_slots(reporter))
            .count()
    }

    /// PFAIL becomes FAIL when a majority agrees. Any node may find that out, replicas too.
    fn try_fail(&mut self, id: &NodeId) {
        if !self.peers.get(id).is_some_and(|peer| peer.is_suspected()) {
            return;
        }
        let quorum = self.quorum();
        let mine = usize::from(self.is_voter(&self.peers.me().id));
        let votes = self.count_reports(id) + mine;
        if votes < quorum {
            return;
        }
        self.out.notice(Notice::FailDecided {
            node: *id,
            votes,
            quorum,
        });
        self.fail(id);
        self.broadcast(MessageFlags::empty(), Body::Fail(*id));
    }

    fn fail(&mut self, id: &NodeId) {
        let now = self.now.instant;
        let Some(peer) = self.peers.get_mut(id) else {
            return;
        };
        peer.liveness = Liveness::Failed { since: Some(now) };
        self.out.event(Event::NodeFailed(*id));
        self.out.save();
        self.out.view();
        self.health.mark_stale();
    }

    /// Somebody whom we know saw a majority agree. The quorum is not checked again, and nobody can tell us
    /// that we ourselves have failed.
    pub(crate) fn take_fail(&mut self, id: &NodeId) {
        let me = self.peers.me().id;
        if *id != me && self.peers.known(id).is_some_and(|peer| !peer.is_failed()) {
            self.fail(id);
        }
    }

    /// A node answered on the connection that we opened.
    pub(crate) fn take_pong(&mut self, id: &NodeId) {
        let (now, undo) = (self.now.instant, self.config.fail_undo());
        let has_slots = self.slots.has_slots(id);
        let Some(peer) = self.peers.get_mut(id) else {
            return;
        };
        peer.pong_received = Some(now);
        peer.ping_sent = None;
        let recovered = match peer.liveness {
            Liveness::Alive => return,
            Liveness::Suspected => false,
            // A primary with slots had a failover coming: it has to wait whether somebody takes over.
            Liveness::Failed { since: Some(since) } if has_slots && now.since(since) <= undo => {
                return;
            }
            Liveness::Failed { .. } => true,
        };
        peer.liveness = Liveness::Alive;
        if recovered {
            self.out.event(Event::NodeRecovered(*id));
            self.out.save();
        }
        self.out.view();
        self.health.mark_stale();
    }

    /// How many valid reports on a node there are (`CLUSTER COUNT-FAILURE-REPORTS`).
    pub(crate) fn valid_reports(&mut self, id: &NodeId) -> usize {
        self.count_reports(id)
    }
}
