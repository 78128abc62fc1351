//! From and to nodes.conf, and the lines of CLUSTER NODES, which are the same lines.

use alloc::string::String;
use alloc::vec::Vec;

use rand_core::SeedableRng;
use rand_pcg::Pcg64Mcg;
use shoal_slots::{NodeId, Now, Role, ShardId, UnixMillis};

use crate::config::Config;
use crate::error::RestoreError;
use crate::gossip::Gossip;
use crate::handshake::role_of;
use crate::nodes_conf::{AuxFields, NodeLine, NodesConf, SlotMark};
use crate::peer::{Liveness, Peer};
use crate::wire::{IpText, Name, NodeFlags};

impl Gossip {
    /// The node that a nodes.conf describes, with the cluster that it remembers.
    ///
    /// # Errors
    /// [`RestoreError`] if the file names no node as its own, or one twice.
    pub fn restore(
        config: Config,
        conf: NodesConf,
        seed: u64,
        now: Now,
    ) -> Result<Self, RestoreError> {
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        let line = conf.myself().ok_or(RestoreError::NoMyself)?;
        let mut me = restored_peer(line, config.tls_cluster, &mut rng, now);
        me.liveness = Liveness::Alive;
        me.noaddr = false;
        me.ping_sent = None;
        let mine = me.id;
        let mut gossip = Self::with_myself(config, rng, me, now);
        for line in conf.nodes.iter().filter(|line| line.id != mine) {
            let peer = restored_peer(line, gossip.config.tls_cluster, &mut gossip.rng, now);
            if !gossip.peers.insert(peer) {
                return Err(RestoreError::Duplicate(line.id));
            }
        }
        gossip.restore_relations(&conf);
        gossip.restore_marks(&conf);
        gossip.epochs.last_vote = conf.last_vote_epoch;
        let highest = gossip.peers.iter().map(|peer| peer.config_epoch).max();
        gossip.epochs.current = conf.current_epoch.max(highest.unwrap_or_default());
        gossip.health.mark_stale();
        gossip.out.view();
        gossip.end();
        Ok(gossip)
    }

    /// Who copies whom, and who owns what. Nodes that are mentioned but have no line of their own are
    /// created, with nothing but their name.
    fn restore_relations(&mut self, conf: &NodesConf) {
        for line in conf
            .nodes
            .iter()
            .filter(|line| role_of(line.flags) == Role::Replica)
        {
            if let Some(primary) = line.primary {
                self.ensure_known(primary);
                self.peers.set_primary(&line.id, Some(primary));
            }
        }
        for line in conf
            .nodes
            .iter()
            .filter(|line| role_of(line.flags) == Role::Primary)
        {
            for slot in &line.slots {
                self.give_slot(slot, &line.id);
            }
        }
        // A replica belongs to its primary's shard, whatever the file says.
        for id in self.peers.ids() {
            let primary = self
                .peers
                .get(&id)
                .and_then(|peer| self.peers.get(&peer.primary?));
            let Some(shard) = primary.map(|primary| primary.shard) else {
                continue;
            };
            if let Some(peer) = self.peers.get_mut(&id) {
                peer.shard = shard;
            }
        }
    }

    fn restore_marks(&mut self, conf: &NodesConf) {
        for mark in conf.myself().into_iter().flat_map(|line| &line.marks) {
            match *mark {
                SlotMark::Migrating { slot, to } => {
                    self.ensure_known(to);
                    self.slots.migrating.insert(slot, to);
                }
                SlotMark::Importing { slot, from } => {
                    self.ensure_known(from);
                    self.slots.importing.insert(slot, from);
                }
            }
        }
    }

    fn ensure_known(&mut self, id: NodeId) {
        if !self.peers.contains(&id) {
            let peer = self.blank_peer(id);
            self.peers.insert(peer);
        }
    }

    /// What nodes.conf should hold now: every node whose name is known, with this one first.
    #[must_use]
    pub fn nodes_conf(&self) -> NodesConf {
        let me = self.peers.me();
        let others = self
            .peers
            .iter()
            .filter(|peer| peer.id != me.id && !peer.handshake);
        NodesConf {
            nodes: core::iter::once(me)
                .chain(others)
                .map(|peer| self.node_line(peer))
                .collect(),
            current_epoch: self.epochs.current,
            last_vote_epoch: self.epochs.last_vote,
        }
    }

    /// A node as a line of nodes.conf or CLUSTER NODES.
    #[must_use]
    pub fn node_line(&self, peer: &Peer) -> NodeLine {
        let mine = peer.id == self.peers.me().id;
        let shown = peer
            .primary
            .and_then(|primary| self.peers.get(&primary))
            .unwrap_or(peer);
        let millis = |at: Option<_>| {
            UnixMillis(at.map_or(0, |at| {
                i64::try_from(self.unix_millis(at)).unwrap_or(i64::MAX)
            }))
        };
        let mut line = NodeLine::new(peer.id);
        line.ip = IpText::new(&peer.address.ip).unwrap_or(IpText::EMPTY);
        line.port = peer.address.port;
        line.cport = peer.address.bus_port;
        line.hostname = name(&peer.hostname);
        line.aux = self.aux_fields(peer);
        line.flags = peer.flags();
        line.flags.set(NodeFlags::MYSELF, mine);
        line.primary = peer.primary;
        line.ping_sent = millis(peer.ping_sent);
        line.pong_received = millis(peer.pong_received);
        line.config_epoch = shown.config_epoch;
        line.connected = mine || peer.outbound.is_some();
        line.slots = self.slots.slots_of(&peer.id).clone();
        if mine {
            line.marks = self.marks();
        }
        line
    }

    fn marks(&self) -> Vec<SlotMark> {
        let migrating = self
            .slots
            .migrating
            .iter()
            .map(|(&slot, &to)| SlotMark::Migrating { slot, to });
        let importing = self
            .slots
            .importing
            .iter()
            .map(|(&slot, &from)| SlotMark::Importing { slot, from });
        let mut marks: Vec<_> = migrating.chain(importing).collect();
        marks.sort_by_key(|mark| mark.slot());
        marks
    }

    fn aux_fields(&self, peer: &Peer) -> AuxFields {
        let other = Some(peer.address.other_port);
        let tls = self.config.tls_cluster;
        AuxFields {
            client_ipv6: name(&peer.client_ipv6),
            client_ipv4: name(&peer.client_ipv4),
            tls_port: other.filter(|_| !tls),
            tcp_port: other.filter(|_| tls),
            nodename: human(&peer.human_name),
            shard_id: Some(peer.shard),
        }
    }
}

fn name(text: &str) -> Option<Name> {
    if text.is_empty() {
        None
    } else {
        Name::host(text)
    }
}

fn human(text: &str) -> Option<Name> {
    if text.is_empty() {
        None
    } else {
        Name::human(text)
    }
}

/// A node as its line tells it, without its relations to others.
fn restored_peer(line: &NodeLine, tls_cluster: bool, rng: &mut Pcg64Mcg, now: Now) -> Peer {
    let shard = line.aux.shard_id.unwrap_or_else(|| ShardId::random(rng));
    let mut peer = Peer::new(line.id, shard, now.instant);
    let text = |name: &Option<Name>| {
        name.as_ref()
            .map(|name| String::from(name.as_str()))
            .unwrap_or_default()
    };
    peer.address.ip = String::from(line.ip.as_str());
    peer.address.port = line.port;
    peer.address.bus_port = line.cport;
    let other = if tls_cluster {
        line.aux.tcp_port
    } else {
        line.aux.tls_port
    };
    peer.address.other_port = other.unwrap_or(0);
    peer.hostname = text(&line.hostname);
    peer.human_name = text(&line.aux.nodename);
    peer.client_ipv4 = text(&line.aux.client_ipv4);
    peer.client_ipv6 = text(&line.aux.client_ipv6);
    peer.role = role_of(line.flags);
    peer.noaddr = line.flags.contains(NodeFlags::NOADDR);
    peer.nofailover = line.flags.contains(NodeFlags::NOFAILOVER);
    peer.liveness = if line.flags.contains(NodeFlags::FAIL) {
        Liveness::Failed {
            since: Some(now.instant),
        }
    } else if line.flags.contains(NodeFlags::PFAIL) {
        Liveness::Suspected
    } else {
        Liveness::Alive
    };
    peer.ping_sent = (line.ping_sent != UnixMillis(0)).then_some(now.instant);
    peer.pong_received = (line.pong_received != UnixMillis(0)).then_some(now.instant);
    // A replica's line shows its primary's epoch; its own is not known.
    if peer.is_primary() {
        peer.config_epoch = line.config_epoch;
    }
    peer
}
