//! Whole nodes, both planes each, on one street: node `n` is 127.0.0.1, client port 21200 + n, bus port 31200 + n.
//! Packets and streams take a millisecond. Everything that a control plane lets out is remembered in its order.

use core::time::Duration;
use std::collections::BTreeMap;

use bytes::Bytes;
use shoal_core::{
    ClientId, ControlEvent, ControlPlane, DataEvent, DataPlane, Generation, PeerInfo,
    PrimaryLinkInput, ToData,
};
use shoal_gossip::wire::{Body, Dialect, Packet};
use shoal_gossip::{LinkChange, LinkId};
use shoal_slots::{Instant, Now};

use super::{START, config, encode};

pub const NODE_TIMEOUT: Duration = Duration::from_secs(2);
const TRAVEL: Duration = Duration::from_millis(1);

/// What a control plane let out, and what its disk did.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Step {
    SaveAsked { fsync: bool },
    Saved,
    Told(&'static str),
    Sent(&'static str),
}

enum Arrival {
    /// Somebody dials a bus port, or a client port as a replica: answered at once, arrives on both sides later.
    Dial(LinkId),
    DialPrimary,
    Accepted(LinkId, usize, LinkId),
    Connected(LinkId),
    ConnectFailed(LinkId),
    Packet(LinkId, Bytes),
    BusClosed(LinkId),
    PrimaryUp(usize, ClientId),
    PrimaryBytes(ClientId, Vec<u8>),
    PrimaryClosed(Option<ClientId>),
    ReplicaBytes(ClientId, Bytes),
    ReplicaClosed(ClientId),
}

/// One machine.
pub struct Member {
    pub control: ControlPlane,
    pub data: DataPlane,
    /// The process runs. A stopped one says nothing and hears nothing, and nobody is told.
    pub running: bool,
    /// The data plane hangs in a command; the control plane goes on.
    pub stuck: bool,
    /// Saves wait until the test lets them through.
    pub hold_disk: bool,
    pub waiting_saves: Vec<Generation>,
    /// nodes.conf as it is on disk.
    pub disk: String,
    pub steps: Vec<Step>,
    pub sent: Vec<Packet>,
    pub log: Vec<String>,
    pub fatal: Option<String>,
    unsaved: Vec<(Generation, String)>,
    links: BTreeMap<LinkId, (usize, LinkId)>,
    accepted: u64,
    primary: Option<(usize, ClientId)>,
    feeds: BTreeMap<ClientId, usize>,
}

pub struct Town {
    pub members: Vec<Member>,
    pub now: Now,
    travelling: BTreeMap<(Instant, u64), (usize, Arrival)>,
    sequence: u64,
}

pub fn lines(n: usize) -> String {
    let hostname = if n == 0 {
        "cluster-announce-hostname node-a.example\n"
    } else {
        ""
    };
    format!(
        "{hostname}port {}\ncluster-port {}\ncluster-enabled yes\ncluster-node-timeout {}\nrepl-diskless-sync-delay 0\n",
        21200 + n,
        31200 + n,
        NODE_TIMEOUT.as_millis()
    )
}

impl Town {
    /// A node for each text of a nodes.conf (or none), with further lines of redis.conf.
    pub fn new(texts: &[Option<String>], more: &str) -> Self {
        let mut town = Self {
            members: Vec::new(),
            now: START,
            travelling: BTreeMap::new(),
            sequence: 0,
        };
        for (n, text) in texts.iter().enumerate() {
            let member = Member::start(n, text.as_deref(), more, START);
            town.members.push(member);
        }
        town.settle_all();
        town
    }

    /// Lets time pass, event by event.
    pub fn advance(&mut self, time: Duration) {
        let end = self.now.instant + time;
        while let Some(due) = self.next_due().filter(|due| *due <= end) {
            self.set_time(due);
            self.deliver_due();
            for n in 0..self.members.len() {
                self.members[n].handle_timeouts(self.now);
                self.settle(n);
            }
        }
        self.set_time(end);
    }

    pub fn advance_ms(&mut self, millis: u64) {
        self.advance(Duration::from_millis(millis));
    }

    /// Lets time pass until something is true; how long it took.
    pub fn until(&mut self, millis: u64, done: impl Fn(&Self) -> bool) -> Option<Duration> {
        let began = self.now.instant;
        for _ in 0..=millis / 5 {
            if done(self) {
                return Some(self.now.instant - began);
            }
            self.advance_ms(5);
        }
        None
    }

    /// A client of node `n`.
    pub fn client(&mut self, n: usize) -> ClientId {
        let peer = PeerInfo {
            addr: "127.0.0.1:50000".into(),
            local_addr: format!("127.0.0.1:{}", 21200 + n),
            ..PeerInfo::default()
        };
        self.members[n]
            .data
            .connect(self.now, peer)
            .expect("accepted")
    }

    /// Sends a command and returns what is answered without time passing.
    pub fn ask(&mut self, n: usize, client: ClientId, command: &str) -> String {
        self.send(n, client, &encode(command))
    }

    pub fn send(&mut self, n: usize, client: ClientId, bytes: &[u8]) -> String {
        self.members[n].data.handle_input(self.now, client, bytes);
        self.settle(n);
        self.read(n, client)
    }

    /// Of a client of its own.
    pub fn command(&mut self, n: usize, command: &str) -> String {
        let client = self.client(n);
        let reply = self.ask(n, client, command);
        self.members[n].data.handle_closed(self.now, client);
        reply
    }

    pub fn read(&mut self, n: usize, client: ClientId) -> String {
        String::from_utf8_lossy(&self.members[n].read(client)).into_owned()
    }

    /// The disk of node `n` catches up.
    pub fn release_disk(&mut self, n: usize) {
        self.members[n].hold_disk = false;
        for generation in std::mem::take(&mut self.members[n].waiting_saves) {
            self.members[n].saved(self.now, generation);
        }
        self.settle(n);
    }

    pub fn fail_save(&mut self, n: usize) {
        let generation = self.members[n].waiting_saves.remove(0);
        self.members[n]
            .control
            .save_failed(self.now, generation, "No space left on device");
        self.settle(n);
    }

    /// The process ends; its connections break.
    pub fn crash(&mut self, n: usize) {
        self.members[n].running = false;
        for (peer, link) in std::mem::take(&mut self.members[n].links).into_values() {
            self.post(peer, Arrival::BusClosed(link));
        }
        for (session, replica) in std::mem::take(&mut self.members[n].feeds) {
            self.post(replica, Arrival::PrimaryClosed(Some(session)));
        }
        if let Some((primary, session)) = self.members[n].primary.take() {
            self.post(primary, Arrival::ReplicaClosed(session));
        }
    }

    /// The process starts from what is on its disk.
    pub fn restart(&mut self, n: usize) {
        let disk = std::mem::take(&mut self.members[n].disk);
        self.members[n] = Member::start(n, Some(&disk), "", self.now);
        self.settle(n);
    }

    fn post(&mut self, to: usize, arrival: Arrival) {
        self.sequence += 1;
        let key = (self.now.instant + TRAVEL, self.sequence);
        self.travelling.insert(key, (to, arrival));
    }

    fn next_due(&self) -> Option<Instant> {
        let arrival = self.travelling.keys().next().map(|(due, _)| *due);
        let timeouts = self.members.iter().filter_map(Member::next_due);
        timeouts
            .chain(arrival)
            .min()
            .map(|due| due.max(self.now.instant))
    }

    fn set_time(&mut self, instant: Instant) {
        let passed = instant.since(self.now.instant);
        self.now.instant = instant;
        self.now.unix_micros += passed.as_micros() as u64;
    }

    fn deliver_due(&mut self) {
        while let Some(entry) = self.travelling.first_entry() {
            if entry.key().0 > self.now.instant {
                return;
            }
            let (n, arrival) = entry.remove();
            if self.members[n].running {
                self.members[n].take(self.now, arrival);
                self.settle(n);
            }
        }
    }

    pub fn settle_all(&mut self) {
        (0..self.members.len()).for_each(|n| self.settle(n));
    }

    /// Drains every queue of a node.
    pub fn settle(&mut self, n: usize) {
        loop {
            let (posts, busy) = self.members[n].drain(self.now);
            for (to, arrival) in posts {
                self.route(n, to, arrival);
            }
            if !busy {
                return;
            }
        }
    }

    /// Dialling needs both ends.
    fn route(&mut self, from: usize, to: usize, arrival: Arrival) {
        match arrival {
            Arrival::Dial(link) => {
                if !self.members.get(to).is_some_and(|member| member.running) {
                    self.post(from, Arrival::ConnectFailed(link));
                    return;
                }
                self.members[to].accepted += 1;
                let theirs = LinkId::inbound(self.members[to].accepted);
                self.members[from].links.insert(link, (to, theirs));
                self.post(to, Arrival::Accepted(theirs, from, link));
                self.post(from, Arrival::Connected(link));
            }
            Arrival::DialPrimary => {
                if !self.members.get(to).is_some_and(|member| member.running) {
                    self.post(from, Arrival::PrimaryClosed(None));
                    return;
                }
                let session = self.client(to);
                self.members[to].feeds.insert(session, from);
                self.post(from, Arrival::PrimaryUp(to, session));
            }
            other => self.post(to, other),
        }
    }
}

impl Member {
    fn start(n: usize, text: Option<&str>, more: &str, now: Now) -> Self {
        let config = config(&format!("{}{more}", lines(n)));
        let seed = 7 + n as u64;
        let control = ControlPlane::new(config.clone(), text, seed, now).expect("starts");
        Self {
            control,
            data: DataPlane::new(config, seed, now),
            running: true,
            stuck: false,
            hold_disk: false,
            waiting_saves: Vec::new(),
            disk: text.unwrap_or_default().into(),
            steps: Vec::new(),
            sent: Vec::new(),
            log: Vec::new(),
            fatal: None,
            unsaved: Vec::new(),
            links: BTreeMap::new(),
            accepted: 0,
            primary: None,
            feeds: BTreeMap::new(),
        }
    }

    fn next_due(&self) -> Option<Instant> {
        let data = self.data.poll_timeout().filter(|_| !self.stuck);
        let all = [data, self.control.poll_timeout()];
        all.into_iter().flatten().min().filter(|_| self.running)
    }

    fn handle_timeouts(&mut self, now: Now) {
        if !self.running {
            return;
        }
        let due = |at: Option<Instant>| at.is_some_and(|at| at <= now.instant);
        if due(self.control.poll_timeout()) {
            self.control.handle_timeout(now);
        }
        if !self.stuck && due(self.data.poll_timeout()) {
            self.data.handle_timeout(now);
        }
    }

    fn saved(&mut self, now: Now, generation: Generation) {
        self.unsaved.retain(|(saved, text)| {
            if *saved == generation {
                self.disk.clone_from(text);
            }
            *saved != generation
        });
        self.steps.push(Step::Saved);
        self.control.saved(now, generation);
    }

    fn read(&mut self, client: ClientId) -> Vec<u8> {
        let mut all = Vec::new();
        loop {
            let piece = self.data.output(client).to_vec();
            if piece.is_empty() {
                return all;
            }
            self.data.output_written(client, piece.len());
            all.extend_from_slice(&piece);
        }
    }

    fn take(&mut self, now: Now, arrival: Arrival) {
        match arrival {
            Arrival::Dial(_) | Arrival::DialPrimary => {}
            Arrival::Accepted(link, from, theirs) => {
                self.links.insert(link, (from, theirs));
                let change = LinkChange::Accepted {
                    peer_ip: "127.0.0.1".into(),
                    local_ip: "127.0.0.1".into(),
                };
                self.control.handle_link(now, link, change);
            }
            Arrival::Connected(link) => {
                let local_ip = "127.0.0.1".into();
                self.control
                    .handle_link(now, link, LinkChange::Connected { local_ip });
            }
            Arrival::ConnectFailed(link) => {
                self.control
                    .handle_link(now, link, LinkChange::ConnectFailed)
            }
            Arrival::Packet(link, packet) => {
                let _ = self.control.handle_packet(now, link, &packet);
            }
            Arrival::BusClosed(link) => {
                if self.links.remove(&link).is_some() {
                    self.control.handle_link(now, link, LinkChange::Closed);
                }
            }
            Arrival::PrimaryUp(primary, session) => {
                self.primary = Some((primary, session));
                self.data
                    .handle_primary_link(now, PrimaryLinkInput::Connected);
            }
            Arrival::PrimaryBytes(session, bytes) => {
                if self.primary.is_some_and(|(_, mine)| mine == session) {
                    self.data
                        .handle_primary_link(now, PrimaryLinkInput::Bytes(&bytes));
                }
            }
            Arrival::PrimaryClosed(session) => {
                if session.is_none() || self.primary.map(|(_, mine)| mine) == session {
                    self.primary = None;
                    self.data.handle_primary_link(now, PrimaryLinkInput::Closed);
                }
            }
            Arrival::ReplicaBytes(session, bytes) => {
                if self.feeds.contains_key(&session) {
                    self.data.handle_input(now, session, &bytes);
                }
            }
            Arrival::ReplicaClosed(session) => {
                if self.feeds.remove(&session).is_some() {
                    self.data.handle_closed(now, session);
                }
            }
        }
    }

    fn drain(&mut self, now: Now) -> (Vec<(usize, Arrival)>, bool) {
        let mut posts = Vec::new();
        if !self.running {
            return (posts, false);
        }
        let mut busy = false;
        while let Some(message) = self.data.poll_to_control() {
            self.control.handle_data(now, message);
            busy = true;
        }
        while let Some(event) = self.control.poll_event() {
            self.act(now, event, &mut posts);
            busy = true;
        }
        while !self.stuck
            && let Some(message) = self.control.poll_to_data()
        {
            self.steps.push(Step::Told(name(&message)));
            self.data.handle_control(now, message);
            busy = true;
        }
        while let Some(transmit) = self.control.poll_transmit() {
            let packet = Packet::parse(&transmit.packet, Dialect::Redis72).expect("our own");
            self.steps.push(Step::Sent(kind(&packet.body)));
            self.sent.push(packet);
            if let Some((peer, link)) = self.links.get(&transmit.link) {
                posts.push((*peer, Arrival::Packet(*link, transmit.packet)));
            }
            busy = true;
        }
        while !self.stuck
            && let Some(event) = self.data.poll_event()
        {
            self.act_on_data(now, event, &mut posts);
            busy = true;
        }
        if !self.stuck {
            for (session, replica) in self.feeds.clone() {
                let bytes = self.read(session);
                if !bytes.is_empty() {
                    posts.push((replica, Arrival::PrimaryBytes(session, bytes)));
                    busy = true;
                }
            }
        }
        (posts, busy)
    }

    fn act(&mut self, now: Now, event: ControlEvent, posts: &mut Vec<(usize, Arrival)>) {
        match event {
            ControlEvent::Connect { link, port, .. } => {
                let to = usize::from(port).wrapping_sub(31200);
                posts.push((to, Arrival::Dial(link)));
            }
            ControlEvent::Close { link } => {
                if let Some((peer, theirs)) = self.links.remove(&link) {
                    posts.push((peer, Arrival::BusClosed(theirs)));
                }
            }
            ControlEvent::Save {
                generation,
                text,
                fsync,
            } => {
                self.steps.push(Step::SaveAsked { fsync });
                self.unsaved.push((generation, text));
                if self.hold_disk {
                    self.waiting_saves.push(generation);
                } else {
                    self.saved(now, generation);
                }
            }
            ControlEvent::Log { text, .. } => self.log.push(text),
            ControlEvent::Fatal(text) => self.fatal = Some(text),
            _ => {}
        }
    }

    fn act_on_data(&mut self, now: Now, event: DataEvent, posts: &mut Vec<(usize, Arrival)>) {
        match event {
            DataEvent::ConnectPrimary { port, .. } => {
                let to = usize::from(port).wrapping_sub(21200);
                posts.push((to, Arrival::DialPrimary));
            }
            DataEvent::PrimaryLinkWrite(bytes) => {
                if let Some((primary, session)) = self.primary {
                    posts.push((primary, Arrival::ReplicaBytes(session, bytes)));
                }
            }
            DataEvent::ClosePrimaryLink => {
                if let Some((primary, session)) = self.primary.take() {
                    posts.push((primary, Arrival::ReplicaClosed(session)));
                }
            }
            DataEvent::Close(session) => {
                if let Some(replica) = self.feeds.remove(&session) {
                    posts.push((replica, Arrival::PrimaryClosed(Some(session))));
                }
                self.data.handle_closed(now, session);
            }
            _ => {}
        }
    }

    pub fn forget_steps(&mut self) {
        self.steps.clear();
        self.sent.clear();
    }

    /// How many packets of a kind were sent.
    pub fn sent(&self, what: &str) -> usize {
        let sent = self.steps.iter();
        sent.filter(|step| matches!(step, Step::Sent(kind) if *kind == what))
            .count()
    }

    pub fn logged(&self, part: &str) -> bool {
        self.log.iter().any(|line| line.contains(part))
    }

    /// Only what the data plane was told.
    pub fn told(&self) -> Vec<&'static str> {
        let steps = self.steps.iter();
        steps
            .filter_map(|step| match step {
                Step::Told(what) => Some(*what),
                _ => None,
            })
            .collect()
    }

    pub fn position(&self, step: &Step) -> Option<usize> {
        self.steps.iter().position(|other| other == step)
    }
}

fn name(message: &ToData) -> &'static str {
    match message {
        ToData::View(_) => "view",
        ToData::BecomePrimary => "become primary",
        ToData::BecomeReplicaOf { .. } => "become replica",
        ToData::PauseWrites { .. } => "pause",
        ToData::ResumeWrites => "resume",
        ToData::DropSlots(_) => "drop slots",
        ToData::FlushAll => "flush",
        ToData::AdminReply { .. } => "reply",
        _ => "other",
    }
}

fn kind(body: &Body) -> &'static str {
    match body {
        Body::Ping(_) => "ping",
        Body::Pong(_) => "pong",
        Body::Meet(_) => "meet",
        Body::Fail(_) => "fail",
        Body::AuthRequest => "auth request",
        Body::AuthAck => "auth ack",
        Body::Update(_) => "update",
        Body::MfStart => "mfstart",
        _ => "other",
    }
}

/// Ids of the town's nodes: A, B, … as captured.
pub const IDS: [&str; 7] = [
    "803e233873a5123f4288341de5c94e4d81d0fc29",
    "78e9c3e073440e1218a563fcb0520faaadc6446e",
    "b7c95ca79b47c99d28c746908bd840cf6f82a984",
    "ce44245be0d66b765a01860111e81cc5457cdb30",
    "d000000000000000000000000000000000000004",
    "d000000000000000000000000000000000000005",
    "d000000000000000000000000000000000000006",
];

const SLOTS: [&str; 3] = ["0-5460", "5461-10921", "10922-16383"];

/// The shard of the captured node A; the others' are made up.
fn shard(primary: usize) -> String {
    match primary {
        0 => "0ba5cdaa0ea6bc5c6f9af116daf82b2e2e404718".into(),
        n => format!("{n:040x}"),
    }
}

/// The nodes.conf files of three primaries and replicas of the given ones.
pub fn files(replicas_of: &[usize]) -> Vec<Option<String>> {
    let count = 3 + replicas_of.len();
    (0..count)
        .map(|me| {
            let mut text = String::new();
            for n in 0..count {
                let primary = n.checked_sub(3).map(|k| replicas_of[k]);
                let flags = format!(
                    "{}{}",
                    if n == me { "myself," } else { "" },
                    if primary.is_some() { "slave" } else { "master" }
                );
                let of = primary.map_or("-", |primary| IDS[primary]);
                let head = primary.unwrap_or(n);
                let slots = SLOTS.get(n).map_or(String::new(), |slots| format!(" {slots}"));
                let hostname = if n == 0 { "node-a.example" } else { "" };
                text.push_str(&format!(
                    "{} 127.0.0.1:{}@{},{hostname},tls-port=0,shard-id={} {flags} {of} 0 0 {} connected{slots}\n",
                    IDS[n], 21200 + n, 31200 + n, shard(head), head + 1
                ));
            }
            text.push_str("vars currentEpoch 4 lastVoteEpoch 0\n");
            Some(text)
        })
        .collect()
}

/// A cluster that is up and whose replicas are in sync.
pub fn town(replicas_of: &[usize]) -> Town {
    town_with(replicas_of, "")
}

pub fn town_with(replicas_of: &[usize], more: &str) -> Town {
    let mut town = Town::new(&files(replicas_of), more);
    town.advance_ms(5000);
    for n in 0..town.members.len() {
        let info = town.command(n, "CLUSTER INFO");
        assert!(
            info.contains("cluster_state:ok"),
            "node {n}: {info} {:?}",
            town.members[n].log
        );
        town.members[n].forget_steps();
    }
    town
}
