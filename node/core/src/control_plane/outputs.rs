//! What the membership says, carried to whom it concerns.

use std::sync::Arc;

use shoal_gossip::{Event, Notice, Output};
use shoal_replication::ManualEnd;
use shoal_slots::{ClusterState, NodeId, Role};

use super::{ControlEvent, ControlPlane, Following};
use crate::data_plane::LogLevel;
use crate::messages::ToData;

impl ControlPlane {
    /// Ends a call: carries outputs and actions until every machine is quiet.
    pub(super) fn settle(&mut self) {
        loop {
            while let Some(output) = self.gossip.poll_output() {
                match output {
                    Output::Transmit(transmit) => self.barrier.transmit(transmit),
                    Output::Event(event) => self.take_event(event),
                }
            }
            // Before the actions: a pause may end with a failover, and writes that were held go on only when this
            // node has stopped being the primary.
            self.follow_if_replica();
            if !self.act_on_failover() {
                return;
            }
        }
    }

    fn take_event(&mut self, event: Event) {
        match event {
            Event::Connect { link, ip, port } => {
                self.events
                    .push_back(ControlEvent::Connect { link, ip, port })
            }
            Event::Close { link } => self.events.push_back(ControlEvent::Close { link }),
            Event::ConfigChanged { fsync } => {
                self.barrier.ask(fsync);
            }
            Event::ViewChanged => self.send_view(),
            Event::StateChanged(state) => self.state_changed(state),
            Event::NodeFailed(node) => self.node_failed(node),
            Event::NodeRecovered(node) => self.notice(format!(
                "Clear FAIL state for node {node}: is reachable again."
            )),
            Event::SlotsLost(slots) => self.barrier.tell(ToData::DropSlots(*slots)),
            Event::BecomeReplicaOf(primary) => self.became_replica(primary),
            Event::BecomePrimary => self.became_empty_primary(),
            Event::VoteRequested(request) => self.consider_vote(&request),
            Event::VoteReceived { from, epoch } => self.count_vote(from, epoch),
            Event::ManualFailoverRequested { from } => self.pause_for(from),
            Event::PrimaryPaused { offset } => self.primary_paused(offset),
            Event::Published {
                channel,
                message,
                shard,
            } => {
                self.barrier.tell(ToData::Published {
                    channel,
                    message,
                    shard,
                });
            }
            Event::OwnIdSeen { ip } => self.log(
                LogLevel::Warning,
                format!(
                    "A node at {ip} uses my id: was nodes.conf copied? Its packets are ignored."
                ),
            ),
            Event::Notice(notice) => self.log(level(&notice), notice.to_string()),
            // The table has changed already, and whoever needs it reads it there.
            Event::RoleChanged(_) | Event::NodeRemoved(_) | Event::PrimaryAddressChanged => {}
            _ => {}
        }
    }

    /// The data plane learns that it is a primary *before* the view that sends it writes, and that it is a replica
    /// *after* the view that sends them away: a client never meets a READONLY error in between.
    fn send_view(&mut self) {
        if self.gossip.my_role() == Role::Primary && self.following.take().is_some() {
            self.barrier.tell(ToData::BecomePrimary);
        }
        self.barrier
            .tell(ToData::View(Arc::new(self.gossip.view())));
    }

    fn state_changed(&mut self, state: ClusterState) {
        let word = match state {
            ClusterState::Ok => "ok",
            ClusterState::Fail => "fail",
        };
        self.notice(format!("Cluster state changed: {word}"));
    }

    fn node_failed(&mut self, node: NodeId) {
        self.notice(format!("Node {node} is failing now"));
        self.tick_election();
    }

    fn became_replica(&mut self, primary: NodeId) {
        self.notice(format!("Reconfiguring myself as a replica of {primary}"));
        self.election.reset();
        self.manual.end(ManualEnd::Done);
    }

    /// `CLUSTER RESET` of a replica.
    fn became_empty_primary(&mut self) {
        self.election.reset();
        self.manual.end(ManualEnd::Aborted);
        // The view that goes with it may have said so already.
        if self.following.take().is_some() {
            self.barrier.tell(ToData::BecomePrimary);
        }
        self.barrier.tell(ToData::FlushAll);
    }

    /// Tells the data plane whom to replicate, when that or its address has changed and is known.
    fn follow_if_replica(&mut self) {
        if self.gossip.my_role() == Role::Primary {
            return;
        }
        let tls = self.config.tls_port() != 0 && self.config.port() == 0;
        let Some(primary) = self
            .gossip
            .my_primary()
            .filter(|primary| !primary.address.ip.is_empty())
        else {
            return;
        };
        let port = match tls {
            true => primary.tls_port(self.gossip.config().tls_cluster),
            false => primary.plain_port(self.gossip.config().tls_cluster),
        };
        let wanted = Following {
            primary: primary.id,
            host: primary.address.ip.clone(),
            port,
        };
        if port == 0 || self.following.as_ref() == Some(&wanted) {
            return;
        }
        let Following {
            primary,
            host,
            port,
        } = wanted.clone();
        self.barrier.tell(ToData::BecomeReplicaOf {
            primary,
            host,
            port,
        });
        self.following = Some(wanted);
    }
}

fn level(notice: &Notice) -> LogLevel {
    match notice {
        Notice::HandshakeTimedOut { .. } => LogLevel::Verbose,
        Notice::EpochCollision { .. }
        | Notice::EpochImplausible { .. }
        | Notice::WrongId { .. }
        | Notice::TableFull
        | Notice::SendBufferExceeded { .. } => LogLevel::Warning,
        _ => LogLevel::Notice,
    }
}
