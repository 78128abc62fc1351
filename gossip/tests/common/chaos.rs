//! A machine at the mercy of arbitrary bytes: each byte string is a sequence of packets from strangers and
//! acquaintances, changes of links, timeouts and admin calls. Used by a seeded test and by the fuzz target
//! `bus_machine`, so that a finding of one can be replayed by the other.
//!
//! What is checked after each call: the machine's own invariants (its debug assertions), that every packet
//! it sends parses and goes to an established link, that a save stands before everything that depends on it,
//! that epochs never go back, that ceilings hold, and that its nodes.conf can be read again.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use shoal_gossip::nodes_conf::NodesConf;
use shoal_gossip::wire::{
    Body, Dialect, Extension, GossipEntry, Header, Heartbeat, IpText, Message, MessageFlags, Name,
    NodeFlags, Packet, Publication, Update,
};
use shoal_gossip::{Config, Event, Gossip, LinkChange, LinkId, Output, SetSlot};
use shoal_slots::{ClusterState, Epoch, Instant, NodeId, Now, ReplOffset, ShardId, Slot, SlotSet};

const NODES_MAX: usize = 12;

/// Lets `data` loose on a machine. Panics if anything that must hold does not.
pub fn run(data: &[u8]) {
    let mut chaos = Chaos::new(data);
    while !chaos.input.0.is_empty() {
        chaos.operate();
        chaos.drain();
    }
    chaos.live_again();
}

struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::from(self.byte()) % bound.max(1)
    }

    fn chance(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    fn epoch(&mut self) -> Epoch {
        match self.byte() {
            255 => Epoch(u64::MAX),
            254 => Epoch(1 << 48),
            253 => Epoch((1 << 48) + 1),
            small => Epoch(u64::from(small % 16)),
        }
    }

    fn slots(&mut self) -> SlotSet {
        match self.byte() % 4 {
            0 => SlotSet::new(),
            1 => SlotSet::full(),
            _ => {
                let start = u16::from(self.byte()) * 64;
                let len = u16::from(self.byte());
                (start..start.saturating_add(len))
                    .filter_map(Slot::new)
                    .collect()
            }
        }
    }

    fn slot(&mut self) -> Slot {
        Slot::new(u16::from(self.byte()) * 64).unwrap_or(Slot::of_key(b""))
    }
}

struct Chaos<'a> {
    input: Input<'a>,
    gossip: Gossip,
    now: Now,
    pending: BTreeSet<LinkId>,
    open: BTreeSet<LinkId>,
    opened: u64,
    used: BTreeSet<LinkId>,
    epoch: Epoch,
}

fn config() -> Config {
    let mut config = Config::new(6379, 16379);
    config.node_timeout = Duration::from_millis(500);
    config.limits.nodes_max = NODES_MAX;
    config.limits.handshakes_max = 3;
    config.limits.inbound_links_max = 6;
    config
}

/// A few names for everybody to fight about. Their order is that of the letters.
fn name(n: usize) -> NodeId {
    const LETTERS: &[u8] = b"0123456789abcdefghij";
    NodeId::parse(&[LETTERS[n % LETTERS.len()]; 40]).unwrap()
}

fn shard(n: usize) -> ShardId {
    ShardId::parse(name(n).as_bytes()).unwrap()
}

impl<'a> Chaos<'a> {
    fn new(data: &'a [u8]) -> Self {
        let mut input = Input(data);
        let now = Now {
            instant: Instant::ORIGIN,
            unix_micros: 1_700_000_000_000_000,
        };
        let mut config = config();
        config.dialect = if input.chance() {
            Dialect::Valkey8
        } else {
            Dialect::Redis72
        };
        let gossip = Gossip::new(config, u64::from(input.byte()), now);
        Self {
            input,
            gossip,
            now,
            pending: BTreeSet::new(),
            open: BTreeSet::new(),
            opened: 0,
            used: BTreeSet::new(),
            epoch: Epoch(0),
        }
    }

    /// A name: often one of the few, sometimes our own.
    fn id(&mut self) -> NodeId {
        match self.input.below(16) {
            0 => self.gossip.my_id(),
            n => name(n),
        }
    }

    fn text_id(&mut self) -> String {
        self.id().to_string()
    }

    fn link(&mut self) -> Option<LinkId> {
        let place = self.input.below(self.open.len());
        self.open.iter().nth(place).copied()
    }

    fn operate(&mut self) {
        match self.input.byte() % 8 {
            0 => self.pass_time(),
            1 => self.change_link(),
            2 => self.admin(),
            3 => self.takeover(),
            4 => self.raw_packet(),
            _ => self.packet(),
        }
    }

    fn pass_time(&mut self) {
        let step = Duration::from_millis(u64::from(self.input.byte()) * 10);
        self.now.instant += step;
        self.now.unix_micros += u64::try_from(step.as_micros()).unwrap();
        self.gossip.handle_timeout(self.now);
    }

    fn change_link(&mut self) {
        let now = self.now;
        match self.input.byte() % 4 {
            0 => {
                self.opened += 1;
                let link = LinkId::inbound(self.opened);
                let peer_ip = format!("10.0.0.{}", self.input.byte());
                self.open.insert(link);
                let change = LinkChange::Accepted {
                    peer_ip,
                    local_ip: "10.0.1.1".into(),
                };
                self.gossip.handle_link(now, link, change);
            }
            1 => {
                if let Some(link) = self.pending.pop_first() {
                    self.open.insert(link);
                    self.gossip.handle_link(
                        now,
                        link,
                        LinkChange::Connected {
                            local_ip: "10.0.1.1".into(),
                        },
                    );
                }
            }
            2 => {
                if let Some(link) = self.pending.pop_first() {
                    self.gossip
                        .handle_link(now, link, LinkChange::ConnectFailed);
                }
            }
            _ => {
                if let Some(link) = self.link() {
                    self.open.remove(&link);
                    self.gossip.handle_link(now, link, LinkChange::Closed);
                }
            }
        }
    }

    fn admin(&mut self) {
        let now = self.now;
        match self.input.byte() % 12 {
            0 => {
                let host = format!("10.0.0.{}", self.input.byte());
                let _ = self
                    .gossip
                    .meet(now, &host, i64::from(self.input.byte()) * 300, None);
            }
            1 => {
                let id = self.text_id();
                let _ = self.gossip.forget(now, &id);
            }
            2 => {
                let slots: Vec<_> = self.input.slots().iter().collect();
                let _ = self.gossip.add_slots(now, &slots);
            }
            3 => {
                let slots: Vec<_> = self.input.slots().iter().collect();
                let _ = self.gossip.del_slots(now, &slots);
            }
            4 | 5 => self.set_slot(),
            6 => {
                let id = self.text_id();
                let _ = self.gossip.replicate(now, &id, self.input.chance());
            }
            7 => {
                let hard = self.input.chance();
                if self.gossip.reset(now, hard, self.input.chance()).is_ok() && hard {
                    self.epoch = Epoch(0);
                }
            }
            8 => {
                let epoch = i64::try_from(self.input.epoch().0).unwrap_or(-1);
                let _ = self.gossip.set_config_epoch(now, epoch);
            }
            9 => {
                let _ = self
                    .gossip
                    .flush_slots(now, u64::from(self.input.byte() & 1));
            }
            10 => {
                let id = self.text_id();
                let _ = self.gossip.count_failure_reports(now, &id);
            }
            _ => {
                let slots = self.input.slots();
                self.gossip.adopt_loaded_slots(now, &slots);
            }
        }
    }

    fn set_slot(&mut self) {
        let id = self.text_id();
        let slot = self.input.slot();
        let action = match self.input.byte() % 4 {
            0 => SetSlot::Migrating(&id),
            1 => SetSlot::Importing(&id),
            2 => SetSlot::Stable,
            _ => SetSlot::Node {
                id: &id,
                keys_here: u64::from(self.input.byte() & 1),
            },
        };
        let _ = self.gossip.set_slot(self.now, slot, action);
    }

    /// What the failover rooms may ask for.
    fn takeover(&mut self) {
        let now = self.now;
        match self.input.byte() % 10 {
            0 => drop(self.gossip.bump_epoch()),
            1 => drop(self.gossip.raise_current_epoch()),
            2 => {
                let epoch = self.gossip.current_epoch();
                self.gossip.promote_self(now, epoch);
            }
            3 => {
                let id = self.id();
                self.gossip.become_replica_of(now, id);
            }
            4 => {
                let id = self.id();
                self.gossip.send_vote(now, id);
            }
            5 => {
                let epoch = self.gossip.current_epoch();
                self.gossip
                    .broadcast_vote_request(now, epoch, self.input.chance());
            }
            6 => self.gossip.set_paused(self.input.chance()),
            7 => self.gossip.set_silent(self.input.chance()),
            8 => {
                let shard = self.input.chance();
                self.gossip.publish(
                    now,
                    Bytes::from_static(b"c"),
                    Bytes::from_static(b"m"),
                    shard,
                );
            }
            _ => {
                let id = self.id();
                self.gossip.send_mfstart(id);
                self.gossip.ping(now, id);
            }
        }
    }

    fn raw_packet(&mut self) {
        let Some(link) = self.link() else { return };
        let len = self.input.below(64).min(self.input.0.len());
        let (bytes, rest) = self.input.0.split_at(len);
        self.input.0 = rest;
        let _ = self.gossip.handle_packet(self.now, link, bytes);
    }

    fn packet(&mut self) {
        let Some(link) = self.link() else { return };
        let mut bytes = Packet {
            header: self.header(),
            body: self.body(),
        }
        .encode()
        .to_vec();
        if self.input.below(8) == 0 {
            // One byte is wrong.
            let place = (self.input.below(256) * 256 + self.input.below(256)) % bytes.len();
            bytes[place] ^= self.input.byte();
        }
        let _ = self.gossip.handle_packet(self.now, link, &bytes);
    }

    fn header(&mut self) -> Header {
        Header {
            port: 6379,
            pport: 0,
            cport: if self.input.below(8) == 0 { 0 } else { 16379 },
            current_epoch: self.input.epoch(),
            config_epoch: self.input.epoch(),
            offset: ReplOffset(u64::from(self.input.byte())),
            sender: self.id(),
            slots: self.input.slots(),
            primary: if self.input.below(3) == 0 {
                Some(self.id())
            } else {
                None
            },
            ip: self.ip(),
            flags: NodeFlags::from_bits_retain(u16::from(self.input.byte()) * 13),
            state: ClusterState::Ok,
            mflags: MessageFlags::from_bits_retain(self.input.byte() & 7),
        }
    }

    fn ip(&mut self) -> IpText {
        match self.input.below(3) {
            0 => IpText::EMPTY,
            n => IpText::new(&format!("10.0.0.{n}")).unwrap(),
        }
    }

    fn body(&mut self) -> Body {
        match self.input.byte() % 16 {
            0 => Body::Fail(self.id()),
            1 => Body::Publish(Publication::default()),
            2 => Body::PublishShard(Publication::default()),
            3 => Body::AuthRequest,
            4 => Body::AuthAck,
            5 | 6 => Body::Update(Box::new(Update {
                config_epoch: self.input.epoch(),
                node: self.id(),
                slots: self.input.slots(),
            })),
            7 => Body::MfStart,
            8 => Body::Unknown(99),
            9 | 10 => Body::Meet(self.news()),
            11 | 12 => Body::Pong(self.news()),
            _ => Body::Ping(self.news()),
        }
    }

    fn news(&mut self) -> Heartbeat {
        let gossip = (0..self.input.below(4)).map(|_| self.entry()).collect();
        let extensions = (0..self.input.below(4)).map(|_| self.extension()).collect();
        Heartbeat {
            gossip,
            extensions,
            ..Heartbeat::default()
        }
    }

    fn entry(&mut self) -> GossipEntry {
        GossipEntry {
            node: self.id(),
            ping_sent: u32::from(self.input.byte()),
            pong_received: 1_700_000_000 + u32::from(self.input.byte()),
            ip: self.ip(),
            port: 6379,
            cport: 16379,
            flags: NodeFlags::from_bits_retain(u16::from(self.input.byte()) * 5),
            pport: 0,
        }
    }

    fn extension(&mut self) -> Extension {
        match self.input.byte() % 4 {
            0 => Extension::Hostname(Name::host("a.example").unwrap()),
            1 => Extension::ShardId(shard(self.input.below(16))),
            _ => Extension::ForgottenNode {
                node: self.id(),
                ttl_secs: u64::from(self.input.byte()) << 56 >> 50,
            },
        }
    }

    fn drain(&mut self) {
        let mut first = true;
        while let Some(output) = self.gossip.poll_output() {
            match output {
                Output::Transmit(transmit) => {
                    assert!(
                        self.open.contains(&transmit.link),
                        "sent to a link that is not there"
                    );
                    Message::parse(&transmit.packet, Dialect::Redis72)
                        .expect("what we send can be read");
                }
                Output::Event(event) => self.take_event(event, first),
            }
            first = false;
        }
        assert!(self.gossip.nodes().len() <= NODES_MAX);
        assert!(
            self.gossip.current_epoch() >= self.epoch,
            "epochs only grow"
        );
        assert!(
            self.gossip.current_epoch().0 < u64::MAX / 2,
            "nobody exhausts the counter"
        );
        self.epoch = self.gossip.current_epoch();
        assert!(
            self.gossip
                .poll_timeout()
                .is_some_and(|at| at <= self.now.instant + Duration::from_millis(100))
        );
    }

    fn take_event(&mut self, event: Event, first: bool) {
        match event {
            Event::Connect { link, .. } => {
                assert!(
                    !link.is_inbound() && self.used.insert(link),
                    "link ids are never used twice"
                );
                self.pending.insert(link);
            }
            Event::Close { link } => {
                self.open.remove(&link);
                self.pending.remove(&link);
            }
            // Several calls may lie between two drains only for the first save.
            Event::ConfigChanged { .. } if first => {
                let text = self.gossip.nodes_conf().to_text(Dialect::Valkey8);
                let again = NodesConf::parse(&text).map(|conf| conf.to_text(Dialect::Valkey8));
                assert_eq!(again.as_ref(), Ok(&text));
            }
            _ => {}
        }
    }

    /// The machine dies and starts again from its file.
    fn live_again(mut self) {
        let view = self.gossip.view();
        assert_eq!(view.me().id, self.gossip.my_id());
        let text = self.gossip.nodes_conf().to_text(Dialect::Redis72);
        let conf = NodesConf::parse(&text).expect("own file");
        let mut again = Gossip::restore(config(), conf, 1, self.now).expect("own file");
        assert_eq!(again.my_id(), self.gossip.my_id());
        assert_eq!(
            again.slots_of(&again.my_id()),
            self.gossip.slots_of(&again.my_id())
        );
        assert!(again.current_epoch() >= self.gossip.current_epoch());
        self.now.instant += Duration::from_secs(1);
        again.handle_timeout(self.now);
    }
}
