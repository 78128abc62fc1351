//! The control plane: membership, failure, elections, slot ownership, nodes.conf.
//!
//! It joins machines that do not know each other: [`Gossip`] keeps the table and speaks the bus;
//! [`Election`], [`Voter`], [`ManualFailover`] and [`Migration`] decide about roles. It runs on a thread of its
//! own, so that a slow command never makes a healthy node look dead.
//!
//! The contract: *one call in, drain every poll, wait, repeat*. [`ControlEvent::Save`] has to be carried out
//! in order and confirmed by [`ControlPlane::saved`]; until then everything that must not be known before
//! it is on disk (a vote, an epoch, the answer to a command) is held back.

mod admin;
mod barrier;
mod event;
mod facts;
mod failover;
mod inputs;
mod migration;
mod options;
mod outputs;

use std::collections::VecDeque;

use shoal_config::Config;
use shoal_gossip::nodes_conf::{NodesConf, NodesConfError};
use shoal_gossip::wire::PacketError;
use shoal_gossip::{Gossip, LinkChange, LinkId, RestoreError, Transmit};
use shoal_replication::{Election, ManualFailover, Migration, Voter};
use shoal_slots::{ClusterState, Instant, NodeId, Now, ReplOffset, Role};

use crate::data_plane::LogLevel;
use crate::messages::{PrimaryLinkStatus, ReplicationStatus, ToData};
use barrier::Barrier;
pub use event::{ControlEvent, Generation};

/// Why a node cannot start from its nodes.conf.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The file is not one.
    #[error("{0}")]
    Unreadable(#[from] NodesConfError),
    /// It describes no node that could be this one.
    #[error("{0}")]
    Unusable(#[from] RestoreError),
}

/// One node's part in the cluster. See the module.
#[derive(Debug)]
pub struct ControlPlane {
    config: Config,
    gossip: Gossip,
    election: Election,
    voter: Voter,
    manual: ManualFailover,
    migration: Migration,
    /// What the data plane said last.
    replication: ReplicationStatus,
    /// Whom the data plane was told to replicate.
    following: Option<Following>,
    /// When the loop of the data plane last turned.
    heartbeat: Instant,
    barrier: Barrier,
    events: VecDeque<ControlEvent>,
    /// The time of the running call.
    now: Now,
}

/// A primary and where it is.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Following {
    primary: NodeId,
    host: String,
    port: u16,
}

impl ControlPlane {
    /// Starts a node: from the text of its nodes.conf, or as a new one if there is none (a file of no bytes is
    /// none: a first start that was interrupted leaves one). The same seed and inputs give the same outputs.
    ///
    /// # Errors
    /// [`StartError`] if there is a text that cannot be lived with. The node must not start then: with a new
    /// identity it would be somebody else, and its data nobody's.
    pub fn new(
        config: Config,
        nodes_conf: Option<&str>,
        seed: u64,
        now: Now,
    ) -> Result<Self, StartError> {
        let gossip_config = options::gossip_config(&config);
        let text = nodes_conf.filter(|text| !text.is_empty());
        let gossip = match text {
            None => Gossip::new(gossip_config, seed, now),
            Some(text) => Gossip::restore(gossip_config, NodesConf::parse(text)?, seed, now)?,
        };
        let timing = options::timing(&config);
        let mut plane = Self {
            election: Election::new(timing, seed.rotate_left(17)),
            voter: Voter::new(timing, gossip.last_vote_epoch()),
            manual: ManualFailover::new(timing),
            migration: Migration::new(timing),
            gossip,
            config,
            replication: ReplicationStatus {
                offset: ReplOffset(0),
                role: Role::Primary,
                link: PrimaryLinkStatus::None,
                loading: false,
                replicas_online: 0,
            },
            following: None,
            heartbeat: now.instant,
            barrier: Barrier::default(),
            events: VecDeque::new(),
            now,
        };
        let id = plane.gossip.my_id();
        if text.is_none() && nodes_conf.is_some() {
            let text = "nodes.conf is empty: starting as a new node";
            plane.log(LogLevel::Warning, text.into());
        }
        match text {
            None => plane.notice(format!("No cluster configuration found, I'm {id}")),
            Some(_) => plane.notice(format!("Node configuration loaded, I'm {id}")),
        }
        plane.settle();
        Ok(plane)
    }

    /// This node's id.
    #[must_use]
    pub fn my_id(&self) -> NodeId {
        self.gossip.my_id()
    }

    /// The membership, to look at (checkers of simulations, metrics).
    #[must_use]
    pub const fn gossip(&self) -> &Gossip {
        &self.gossip
    }

    /// A whole packet arrived on a link.
    ///
    /// # Errors
    /// [`PacketError`]: if it is fatal, close the connection and report [`LinkChange::Closed`]; otherwise the packet was
    /// skipped.
    pub fn handle_packet(
        &mut self,
        now: Now,
        link: LinkId,
        packet: &[u8],
    ) -> Result<(), PacketError> {
        self.now = now;
        let result = self.gossip.handle_packet(now, link, packet);
        self.settle();
        result
    }

    /// Something happened to a connection of the bus.
    pub fn handle_link(&mut self, now: Now, link: LinkId, change: LinkChange) {
        self.now = now;
        self.gossip.handle_link(now, link, change);
        self.settle();
    }

    /// The time of [`Self::poll_timeout`] has come. Early or repeated calls change nothing.
    pub fn handle_timeout(&mut self, now: Now) {
        self.now = now;
        self.watch_data_plane();
        self.gossip.handle_timeout(now);
        self.manual.handle_timeout(now);
        self.tick_failover();
        self.settle();
    }

    /// When to call [`Self::handle_timeout`] next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let election = self.election.poll_timeout();
        let timeouts = [
            self.gossip.poll_timeout(),
            self.manual.poll_timeout(),
            // Without a primary nobody looks at the election, so its time must not wake us either.
            election.filter(|_| self.gossip.my_primary().is_some()),
        ];
        timeouts.into_iter().flatten().min()
    }

    /// The next packet to write. `None` also while a save is outstanding that has to come first.
    #[must_use]
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.barrier.poll_transmit()
    }

    /// The next message for the data plane. `None` also while a save is outstanding that has to come first.
    #[must_use]
    pub fn poll_to_data(&mut self) -> Option<ToData> {
        self.barrier.poll_to_data()
    }

    /// The next thing for the shell to do.
    #[must_use]
    pub fn poll_event(&mut self) -> Option<ControlEvent> {
        if let Some((generation, fsync)) = self.barrier.take_request() {
            // The text is made here and not when the change happened, so that a burst of changes is one text.
            let text = self.gossip.nodes_conf().to_text(options::DIALECT);
            return Some(ControlEvent::Save {
                generation,
                text,
                fsync,
            });
        }
        self.events.pop_front()
    }

    /// A [`ControlEvent::Save`] was carried out (with its fsync, if it asked for one).
    pub fn saved(&mut self, now: Now, generation: Generation) {
        self.now = now;
        self.barrier.saved(generation);
        self.settle();
    }

    /// A [`ControlEvent::Save`] failed. The node cannot promise anything any more and has to end, unless it was
    /// only `CLUSTER SAVECONFIG` that wanted it.
    pub fn save_failed(&mut self, now: Now, generation: Generation, reason: &str) {
        self.now = now;
        if !self.answer_failed_save(generation, reason) {
            self.events.push_back(ControlEvent::Fatal(format!(
                "Fatal: can't update cluster config file. {reason}"
            )));
        }
        self.settle();
    }

    /// What the cluster state is, as this node sees it.
    #[must_use]
    pub fn state(&self) -> ClusterState {
        self.gossip.state()
    }

    fn notice(&mut self, text: String) {
        self.log(LogLevel::Notice, text);
    }

    fn log(&mut self, level: LogLevel, text: String) {
        self.events.push_back(ControlEvent::Log { level, text });
    }
}
