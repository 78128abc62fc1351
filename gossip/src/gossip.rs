//! The face: what a driver calls, and who handles it. No decision is taken in this file.
//!
//! The contract is *one call in, drain every poll, wait, repeat*. Each public call notes the time, lets one
//! room work, re-evaluates the cluster state if something relevant changed, orders the outputs
//! ([`Outbox`]) and checks the invariants.

use rand_core::SeedableRng;
use rand_pcg::Pcg64Mcg;
use shoal_slots::{Instant, NodeId, Now, ShardId};

use crate::blacklist::Blacklist;
use crate::config::Config;
use crate::epochs::Epochs;
use crate::event::{LinkChange, LinkId, Output};
use crate::health::Health;
use crate::links::LinkTable;
use crate::notice::Complaints;
use crate::outbox::Outbox;
use crate::peer::Peer;
use crate::peers::PeerTable;
use crate::roles::Handover;
use crate::slot_owners::SlotOwners;
use crate::stats::Stats;
use crate::timers::Beat;
use crate::wire::PacketError;

/// One node's membership machine: who is here, who is down, whose epoch wins, who owns which slot.
#[derive(Clone, Debug)]
pub struct Gossip {
    pub(crate) config: Config,
    pub(crate) rng: Pcg64Mcg,
    /// The time of the running call.
    pub(crate) now: Now,
    pub(crate) peers: PeerTable,
    pub(crate) slots: SlotOwners,
    pub(crate) links: LinkTable,
    pub(crate) blacklist: Blacklist,
    pub(crate) epochs: Epochs,
    pub(crate) health: Health,
    pub(crate) handover: Handover,
    pub(crate) stats: Stats,
    pub(crate) beat: Beat,
    pub(crate) out: Outbox,
    /// How many nodes were in PFAIL at the last tick: that many are appended to every heartbeat.
    pub(crate) suspected: usize,
    /// Somebody has shown us our own address since the start.
    pub(crate) knows_own_address: bool,
    /// What was already complained about; forgotten every few ticks.
    pub(crate) complaints: Complaints,
    /// Nothing is sent: the data plane is stuck, and a node that cannot serve should look dead.
    pub(crate) silent: bool,
}

impl Gossip {
    /// A node that nobody knows, with a new id.
    #[must_use]
    pub fn new(config: Config, seed: u64, now: Now) -> Self {
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        let me = Peer::new(
            NodeId::random(&mut rng),
            ShardId::random(&mut rng),
            now.instant,
        );
        let mut gossip = Self::with_myself(config, rng, me, now);
        gossip.out.save();
        gossip.out.view();
        gossip.end();
        gossip
    }

    pub(crate) fn with_myself(config: Config, rng: Pcg64Mcg, me: Peer, now: Now) -> Self {
        let mut gossip = Self {
            config,
            rng,
            now,
            peers: PeerTable::new(me),
            slots: SlotOwners::new(),
            links: LinkTable::default(),
            blacklist: Blacklist::default(),
            epochs: Epochs::default(),
            health: Health::default(),
            handover: Handover::default(),
            stats: Stats::default(),
            beat: Beat::new(now.instant),
            out: Outbox::default(),
            suspected: 0,
            knows_own_address: false,
            complaints: Complaints::default(),
            silent: false,
        };
        gossip.refresh_myself();
        gossip
    }

    /// A packet arrived, whole (see [`Framer`](crate::wire::Framer)). Packets of unknown links are ignored:
    /// they were on their way when the link was closed.
    ///
    /// # Errors
    /// [`PacketError`] if the bytes are not a packet. Nothing has changed then (except the counters); if
    /// [`PacketError::is_fatal`] the driver closes the connection and reports that it did, otherwise the
    /// packet is skipped.
    pub fn handle_packet(
        &mut self,
        now: Now,
        link: LinkId,
        packet: &[u8],
    ) -> Result<(), PacketError> {
        self.begin(now);
        let result = self.take_packet(link, packet);
        self.end();
        result
    }

    /// Something happened to a connection.
    pub fn handle_link(&mut self, now: Now, link: LinkId, change: LinkChange) {
        self.begin(now);
        self.take_link_change(link, change);
        self.end();
    }

    /// The time of [`Self::poll_timeout`] has come. Early or repeated calls change nothing.
    pub fn handle_timeout(&mut self, now: Now) {
        self.begin(now);
        if self.beat.due(now.instant, self.config.timing.tick) {
            self.tick();
        }
        self.end();
    }

    /// When to call [`Self::handle_timeout`] next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        Some(self.beat.next())
    }

    /// The next thing to do. One queue for packets and events, because their order matters: see
    /// [`Event::ConfigChanged`](crate::Event::ConfigChanged).
    #[must_use]
    pub fn poll_output(&mut self) -> Option<Output> {
        self.out.poll()
    }

    /// The options.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// The options, to change while running. What is announced changes with the next tick, the rest with the
    /// next call.
    pub const fn config_mut(&mut self) -> &mut Config {
        self.health.mark_stale();
        self.out.view();
        &mut self.config
    }

    /// The data plane is stuck (or turns again): a silent node sends nothing, so that it is failed over as a
    /// stuck reference server would be. It goes on listening.
    pub fn set_silent(&mut self, silent: bool) {
        let again = self.silent && !silent;
        self.silent = silent;
        if again {
            self.answer_all();
            self.end();
        }
    }

    /// Starts a call.
    pub(crate) fn begin(&mut self, now: Now) {
        // A clock that steps back would make ages negative; they stay zero until it has caught up.
        self.now = Now {
            instant: now.instant.max(self.now.instant),
            ..now
        };
    }

    /// Ends a call.
    pub(crate) fn end(&mut self) {
        if self.health.is_stale() {
            self.update_state();
        }
        self.out.end_round();
        if cfg!(debug_assertions) {
            self.check();
        }
    }

    /// What holds between calls, whatever peers send.
    fn check(&self) {
        self.peers.check();
        self.slots.check();
        let me = self.peers.me();
        debug_assert!(
            !me.handshake && !me.noaddr && me.is_alive(),
            "nobody marks me in my own table"
        );
        debug_assert!(
            me.is_primary() || !self.slots.has_slots(&me.id),
            "a replica owns nothing"
        );
        for (owner, _) in self.slots.owners() {
            debug_assert!(
                self.peers.known(owner).is_some_and(Peer::is_primary),
                "owners are known primaries"
            );
        }
        for (slot, target) in &self.slots.migrating {
            debug_assert!(self.peers.contains(target), "{slot} migrates to a stranger");
        }
        for (slot, source) in &self.slots.importing {
            debug_assert!(self.peers.contains(source), "{slot} comes from a stranger");
        }
        for peer in self.peers.iter() {
            for link in peer.outbound.iter().chain(&peer.inbound) {
                debug_assert!(
                    self.links
                        .get(*link)
                        .is_some_and(|l| l.peer == Some(peer.id))
                );
            }
        }
        for (id, link) in self.links.iter() {
            let Some(peer) = link.peer.and_then(|peer| self.peers.get(&peer)) else {
                debug_assert!(id.is_inbound() && link.peer.is_none());
                continue;
            };
            let named = if id.is_inbound() {
                peer.inbound
            } else {
                peer.outbound
            };
            debug_assert_eq!(named, Some(id));
        }
    }
}
