//! A cluster of membership machines over the simulated network, with the verbs that tests speak in.
//!
//! The driver here does what the real one does, and no more: it moves packets, makes the connections that
//! are asked for, keeps the text of nodes.conf, and plays the voters and candidates of an election by the
//! simplest rule that is safe, since the election machines live in another crate.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails panics"
)]
#![allow(
    dead_code,
    unreachable_pub,
    reason = "every test file uses another part of it"
)]

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use shoal_gossip::nodes_conf::NodesConf;
use shoal_gossip::wire::Dialect;
use shoal_gossip::{Config, Event, Gossip, LinkChange, LinkId, Output};
use shoal_simnet::{Arrival, ConnId, Faults, HostId, Network, Transport};
use shoal_slots::{ClusterState, Epoch, Instant, NodeId, Now, SlotSet};

/// The node timeout of all tests.
pub const T: Duration = Duration::from_secs(2);

const PORT: u16 = 6379;
const BUS: u16 = 16379;
/// Virtual time starts at some wall clock.
const UNIX_START: u64 = 1_700_000_000_000_000;

pub struct Node {
    pub gossip: Gossip,
    pub host: HostId,
    pub alive: bool,
    /// What was saved last.
    pub saved: String,
    pub events: Vec<(Instant, Event)>,
    conns: BTreeMap<LinkId, ConnId>,
    links: BTreeMap<ConnId, LinkId>,
    votes: usize,
    standing: Option<(Instant, Epoch)>,
    highest: Epoch,
    generation: u64,
}

pub struct Cluster {
    pub net: Network<Bytes>,
    pub nodes: Vec<Node>,
    pub now: Instant,
    /// Play elections.
    pub elections: bool,
    pub transport: Transport,
    seed: u64,
    inbound: u64,
    steps: u64,
    /// Whose packets are recorded, and what it heard.
    recording: Option<usize>,
    recorded: Vec<(LinkId, Bytes)>,
}

pub fn config() -> Config {
    let mut config = Config::new(PORT, BUS);
    config.node_timeout = T;
    config
}

pub fn lossy(loss_percent: u8) -> Faults {
    Faults {
        loss_percent,
        delay_max: Duration::from_millis(50),
        ..Faults::default()
    }
}

impl Cluster {
    /// Nodes that do not know each other.
    pub fn strangers(seed: u64, count: u32, faults: Faults) -> Self {
        let mut cluster = Self {
            net: Network::new(seed, faults),
            nodes: Vec::new(),
            now: Instant::ORIGIN,
            elections: false,
            transport: Transport::Messages,
            seed,
            inbound: 0,
            steps: 0,
            recording: None,
            recorded: Vec::new(),
        };
        for _ in 0..count {
            cluster.add_node(config());
        }
        cluster
    }

    /// Primaries that share all slots and know each other; distinct epochs. The network is quiet until this
    /// returns.
    pub fn of_primaries(seed: u64, count: u32, faults: Faults) -> Self {
        let mut cluster = Self::strangers(seed, count, Faults::default());
        cluster.share_slots(count);
        for n in 1..count as usize {
            cluster.meet(n, 0);
        }
        cluster.run_until("formed", |c| {
            c.all(|c, n| c.state(n) == ClusterState::Ok && c.knows_all(n))
        });
        cluster.run_for(T);
        *cluster.net.faults_mut() = faults;
        cluster
    }

    /// The same, and behind them one replica for each primary.
    pub fn with_replicas(seed: u64, primaries: u32, faults: Faults) -> Self {
        let mut cluster = Self::of_primaries(seed, primaries, Faults::default());
        for n in 0..primaries as usize {
            let replica = cluster.add_node(config());
            cluster.meet(replica, 0);
            let primary = cluster.id(n);
            cluster.run_until("joined", |c| c.knows_all(replica));
            cluster
                .call(replica, |g, now| g.replicate(now, primary.as_str(), false))
                .unwrap();
        }
        let expected: Vec<_> = (0..primaries as usize)
            .map(|n| (cluster.id(n), 1))
            .collect();
        cluster.run_until("replicas known", |c| {
            c.all(|c, n| {
                c.knows_all(n)
                    && expected.iter().all(|(id, replicas)| {
                        c.gossip(n)
                            .node(id)
                            .is_some_and(|peer| peer.replicas.len() == *replicas)
                    })
            })
        });
        *cluster.net.faults_mut() = faults;
        cluster
    }

    pub fn share_slots(&mut self, count: u32) {
        for n in 0..count {
            let slots: Vec<_> = slots_of_share(n, count).iter().collect();
            self.call(n as usize, |g, now| g.add_slots(now, &slots))
                .unwrap();
            self.call(n as usize, |g, now| {
                g.set_config_epoch(now, i64::from(n) + 1)
            })
            .unwrap();
        }
    }

    pub fn add_node(&mut self, config: Config) -> usize {
        let n = self.nodes.len();
        let host = HostId(n as u32);
        let gossip = Gossip::new(
            config,
            self.seed.wrapping_mul(1000) + n as u64,
            self.clock(),
        );
        self.net.listen(host, BUS);
        self.nodes.push(Node::new(gossip, host));
        self.drain(n);
        n
    }

    pub fn clock(&self) -> Now {
        Now {
            instant: self.now,
            unix_micros: UNIX_START + self.now.as_micros(),
        }
    }

    pub fn gossip(&self, n: usize) -> &Gossip {
        &self.nodes[n].gossip
    }

    pub fn id(&self, n: usize) -> NodeId {
        self.gossip(n).my_id()
    }

    pub fn state(&self, n: usize) -> ClusterState {
        self.gossip(n).state()
    }

    pub fn all(&self, check: impl Fn(&Self, usize) -> bool) -> bool {
        (0..self.nodes.len())
            .filter(|&n| self.nodes[n].alive)
            .all(|n| check(self, n))
    }

    pub fn knows_all(&self, n: usize) -> bool {
        let known = |other: usize| {
            let peer = self.gossip(n).node(&self.id(other));
            peer.is_some_and(|peer| n == other || (!peer.handshake && peer.outbound.is_some()))
        };
        (0..self.nodes.len())
            .filter(|&other| self.nodes[other].alive)
            .all(known)
    }

    /// Whether node `n` has marked node `about` FAIL.
    pub fn sees_fail(&self, n: usize, about: usize) -> bool {
        self.gossip(n)
            .node(&self.id(about))
            .is_some_and(|peer| peer.is_failed())
    }

    /// Remembers every packet that node `n` hears from now on.
    pub fn record(&mut self, n: usize) {
        self.recording = Some(n);
    }

    /// What it heard.
    pub fn recorded(&self) -> Vec<(LinkId, Bytes)> {
        self.recorded.clone()
    }

    /// One call into a machine, and everything that follows at once.
    pub fn call<R>(&mut self, n: usize, call: impl FnOnce(&mut Gossip, Now) -> R) -> R {
        let now = self.clock();
        let result = call(&mut self.nodes[n].gossip, now);
        self.drain(n);
        result
    }

    pub fn meet(&mut self, from: usize, to: usize) {
        let ip = self.nodes[to].host.to_string();
        self.call(from, |g, now| g.meet(now, &ip, i64::from(PORT), None))
            .unwrap();
    }

    /// Nobody hears from this node any more; it goes on running.
    pub fn isolate(&mut self, n: usize) {
        let hosts: Vec<_> = self.nodes.iter().map(|node| node.host).collect();
        self.net.isolate(self.nodes[n].host, hosts);
    }

    pub fn heal(&mut self) {
        self.net.heal();
    }

    /// The process ends.
    pub fn kill(&mut self, n: usize) {
        self.net.crash(self.now, self.nodes[n].host);
        let node = &mut self.nodes[n];
        node.alive = false;
        node.conns.clear();
        node.links.clear();
    }

    /// The process starts again from its nodes.conf, perhaps at another address.
    pub fn restart_at(&mut self, n: usize, host: HostId) {
        let conf = NodesConf::parse(&self.nodes[n].saved).unwrap();
        let now = self.clock();
        let node = &mut self.nodes[n];
        node.generation += 1;
        let seed = self.seed.wrapping_mul(7919) + node.generation;
        let mut gossip = Gossip::restore(config(), conf, seed, now).unwrap();
        gossip.set_offset(node.gossip.myself().repl_offset);
        node.gossip = gossip;
        node.host = host;
        node.alive = true;
        self.net.listen(host, BUS);
        self.drain(n);
    }

    pub fn restart(&mut self, n: usize) {
        self.restart_at(n, self.nodes[n].host);
    }

    pub fn run_for(&mut self, time: Duration) {
        let end = self.now + time;
        while self.step(end) {}
    }

    /// Runs until something is true; fails if that takes more than 100 seconds.
    pub fn run_until(&mut self, what: &str, mut done: impl FnMut(&Self) -> bool) -> Duration {
        let start = self.now;
        let end = start + Duration::from_secs(100);
        while !done(self) {
            assert!(
                self.step(end),
                "not {what} after 100 s, seed {}:\n{}",
                self.seed,
                self.picture()
            );
        }
        self.now - start
    }

    /// One thing happens. False when nothing more happens before `end`, which it is then.
    pub fn step(&mut self, end: Instant) -> bool {
        let timeouts = self
            .nodes
            .iter()
            .filter(|node| node.alive)
            .filter_map(Node::next);
        let next = timeouts.chain(self.net.next_arrival()).min();
        let Some(at) = next.filter(|&at| at <= end) else {
            self.now = self.now.max(end);
            return false;
        };
        self.now = self.now.max(at);
        if let Some(arrival) = self.net.poll(self.now) {
            self.arrive(arrival);
        } else {
            for n in 0..self.nodes.len() {
                if self.nodes[n].alive && self.nodes[n].next().is_some_and(|next| next <= self.now)
                {
                    self.wake(n);
                }
            }
        }
        self.steps += 1;
        if self.steps.is_multiple_of(64) {
            self.check();
        }
        true
    }

    fn wake(&mut self, n: usize) {
        self.call(n, |g, now| g.handle_timeout(now));
        let Some((at, epoch)) = self.nodes[n].standing else {
            return;
        };
        if at > self.now {
            return;
        }
        self.nodes[n].standing = None;
        if epoch == Epoch(0) {
            let epoch = self.call(n, |g, _| g.raise_current_epoch());
            self.nodes[n].votes = 0;
            // Stand again if this fails.
            self.nodes[n].standing = Some((self.now + 4 * T, Epoch(0)));
            self.call(n, |g, now| g.broadcast_vote_request(now, epoch, false));
        }
    }

    fn node_at(&self, host: HostId) -> Option<usize> {
        self.nodes
            .iter()
            .position(|node| node.host == host && node.alive)
    }

    fn arrive(&mut self, arrival: Arrival<Bytes>) {
        let now = self.clock();
        let (Arrival::Accepted { host, .. }
        | Arrival::Connected { host, .. }
        | Arrival::Refused { host, .. }
        | Arrival::Delivered { host, .. }
        | Arrival::Closed { host, .. }) = arrival;
        let Some(n) = self.node_at(host) else { return };
        let local_ip = host.to_string();
        let node = &mut self.nodes[n];
        match arrival {
            Arrival::Accepted { conn, from, .. } => {
                self.inbound += 1;
                let link = LinkId::inbound(self.inbound);
                node.bind(link, conn);
                node.gossip.handle_link(
                    now,
                    link,
                    LinkChange::Accepted {
                        peer_ip: from.to_string(),
                        local_ip,
                    },
                );
            }
            Arrival::Connected { conn, .. } => {
                if let Some(&link) = node.links.get(&conn) {
                    node.gossip
                        .handle_link(now, link, LinkChange::Connected { local_ip });
                }
            }
            Arrival::Refused { conn, .. } => node.lose(now, conn, LinkChange::ConnectFailed),
            Arrival::Closed { conn, .. } => node.lose(now, conn, LinkChange::Closed),
            Arrival::Delivered { conn, payload, .. } => {
                if let Some(&link) = node.links.get(&conn) {
                    node.gossip.handle_packet(now, link, &payload).unwrap();
                    if self.recording == Some(n) {
                        self.recorded.push((link, payload));
                    }
                }
            }
        }
        self.drain(n);
    }

    fn drain(&mut self, n: usize) {
        while let Some(output) = self.nodes[n].gossip.poll_output() {
            match output {
                Output::Transmit(transmit) => {
                    let node = &self.nodes[n];
                    if let Some(&conn) = node.conns.get(&transmit.link) {
                        self.net.send(self.now, conn, node.host, transmit.packet);
                    }
                }
                Output::Event(event) => self.take_event(n, event),
            }
        }
    }

    fn take_event(&mut self, n: usize, event: Event) {
        self.nodes[n].events.push((self.now, event.clone()));
        match event {
            Event::Connect { link, ip, port } => match HostId::from_ip(&ip) {
                Some(to) => {
                    let conn =
                        self.net
                            .dial(self.now, self.nodes[n].host, to, port, self.transport);
                    self.nodes[n].bind(link, conn);
                }
                None => {
                    let now = self.clock();
                    self.nodes[n]
                        .gossip
                        .handle_link(now, link, LinkChange::ConnectFailed);
                }
            },
            Event::Close { link } => {
                let host = self.nodes[n].host;
                if let Some(conn) = self.nodes[n].conns.remove(&link) {
                    self.nodes[n].links.remove(&conn);
                    self.net.close(self.now, conn, host);
                }
            }
            Event::ConfigChanged { .. } => {
                self.nodes[n].saved = self.nodes[n].gossip.nodes_conf().to_text(Dialect::Redis72);
            }
            Event::NodeFailed(id) if self.elections => self.stand(n, id),
            Event::VoteRequested(request) if self.elections => self.vote(n, &request),
            Event::VoteReceived { epoch, .. } if self.elections => self.count_vote(n, epoch),
            _ => {}
        }
    }

    /// A replica whose primary failed stands for election a little later; the order is by place.
    fn stand(&mut self, n: usize, failed: NodeId) {
        if self
            .gossip(n)
            .my_primary()
            .is_some_and(|primary| primary.id == failed)
        {
            let delay = Duration::from_millis(500 + 100 * n as u64);
            self.nodes[n].standing = Some((self.now + delay, Epoch(0)));
        }
    }

    fn vote(&mut self, n: usize, request: &shoal_gossip::VoteRequest) {
        let g = self.gossip(n);
        let primary = g
            .node(&request.from)
            .and_then(|peer| g.node(&peer.primary?));
        let grant = g.is_voter(&g.my_id())
            && request.current_epoch >= g.current_epoch()
            && g.last_vote_epoch() != g.current_epoch()
            && primary.is_some_and(|primary| primary.is_failed())
            && g.claim_conflict(&request.slots, request.config_epoch)
                .is_none();
        if grant {
            let (now, to) = (self.clock(), request.from);
            self.nodes[n].gossip.send_vote(now, to);
        }
    }

    fn count_vote(&mut self, n: usize, epoch: Epoch) {
        if epoch < self.gossip(n).current_epoch() || self.gossip(n).myself().is_primary() {
            return;
        }
        self.nodes[n].votes += 1;
        if self.nodes[n].votes >= self.gossip(n).quorum() {
            let (now, epoch) = (self.clock(), self.gossip(n).current_epoch());
            self.nodes[n].standing = None;
            self.nodes[n].gossip.promote_self(now, epoch);
        }
    }

    /// What must hold at any time, for all nodes together.
    fn check(&mut self) {
        let mut claims: BTreeMap<(Epoch, u16), NodeId> = BTreeMap::new();
        for node in self.nodes.iter_mut().filter(|node| node.alive) {
            let epoch = node.gossip.current_epoch();
            assert!(
                epoch >= node.highest || epoch == Epoch(0),
                "epochs only grow, seed {}",
                self.seed
            );
            node.highest = epoch;
        }
        for node in self
            .nodes
            .iter()
            .filter(|node| node.alive && node.gossip.myself().is_primary())
        {
            let (id, epoch) = (node.gossip.my_id(), node.gossip.config_epoch());
            for range in node.gossip.slots_of(&id).ranges() {
                let other = claims.insert((epoch, range.start().get()), id);
                assert!(
                    other.is_none(),
                    "two owners of {range:?} at epoch {epoch}, seed {}",
                    self.seed
                );
            }
        }
    }

    /// CLUSTER NODES of every node, for failures.
    pub fn picture(&self) -> String {
        let mut text = String::new();
        for (n, node) in self.nodes.iter().enumerate() {
            text += &format!("node {n} alive {} {:?}\n", node.alive, node.gossip.state());
            for peer in node.gossip.nodes() {
                let line = node.gossip.node_line(peer);
                text += &format!(
                    "  {}\n",
                    line.display(shoal_gossip::nodes_conf::LineForm::ClusterNodes)
                );
            }
        }
        text
    }

    /// Everything that happened, as text.
    pub fn log(&self) -> String {
        let mut lines = String::new();
        for (n, node) in self.nodes.iter().enumerate() {
            for (at, event) in &node.events {
                lines += &format!("{n} {} {event:?}\n", at.as_micros());
            }
            lines += &node.saved;
        }
        lines
    }
}

impl Node {
    fn new(gossip: Gossip, host: HostId) -> Self {
        Self {
            gossip,
            host,
            alive: true,
            saved: String::new(),
            events: Vec::new(),
            conns: BTreeMap::new(),
            links: BTreeMap::new(),
            votes: 0,
            standing: None,
            highest: Epoch(0),
            generation: 0,
        }
    }

    fn next(&self) -> Option<Instant> {
        self.gossip
            .poll_timeout()
            .into_iter()
            .chain(self.standing.map(|(at, _)| at))
            .min()
    }

    fn bind(&mut self, link: LinkId, conn: ConnId) {
        self.conns.insert(link, conn);
        self.links.insert(conn, link);
    }

    fn lose(&mut self, now: Now, conn: ConnId, change: LinkChange) {
        if let Some(link) = self.links.remove(&conn) {
            self.conns.remove(&link);
            self.gossip.handle_link(now, link, change);
        }
    }

    pub fn happened(&self, wanted: impl Fn(&Event) -> bool) -> bool {
        self.events.iter().any(|(_, event)| wanted(event))
    }
}

/// The slots of the n-th of `count` primaries.
pub fn slots_of_share(n: u32, count: u32) -> SlotSet {
    let start = 16384 * n / count;
    let end = 16384 * (n + 1) / count - 1;
    format!("{start}-{end}").parse().unwrap()
}
