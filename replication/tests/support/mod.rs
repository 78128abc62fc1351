//! A few nodes, each a `Primary` and perhaps a `Replica`, joined by in-memory pipes that cut the bytes
//! wherever the seed says.
//!
//! The data set of a node is the list of commands it has applied, so "the same data" means "the same history".
#![allow(dead_code, unreachable_pub)]

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use shoal_replication::*;
use shoal_resp::{Args, Limits, Progress, RequestParser, write_args, write_command};
use shoal_slots::{Instant, Now, ReplOffset};

/// One server.
pub struct Node {
    pub primary: Primary,
    pub replica: Option<Replica>,
    pub follows: Option<usize>,
    /// Commands applied, with their database.
    pub data: Vec<(u32, Vec<u8>)>,
    pub events: Vec<PrimaryEvent>,
    pub told: Vec<ReplicaEvent>,
    /// The snapshot being received.
    arriving: Vec<u8>,
    /// The snapshot being sent, and how much of it is.
    sending: Option<(Vec<u8>, usize)>,
    /// How many turns the loading of a snapshot takes.
    pub load_turns: u32,
    loading: Option<u32>,
}

/// One connection, from a replica to its primary.
struct Link {
    from: usize,
    to: usize,
    key: ReplicaKey,
    parser: RequestParser,
    /// Written by the replica, not yet delivered; delivered, not yet parsed.
    upward: Vec<u8>,
    received: Vec<u8>,
    /// Replies of the primary's command loop.
    replies: Vec<u8>,
    downward: Vec<u8>,
}

pub struct World {
    pub nodes: Vec<Node>,
    links: BTreeMap<u64, Link>,
    next_link: u64,
    pub now: u64,
    rng: Pcg64Mcg,
    /// The most bytes that move at once.
    pub chunk: usize,
    /// Bytes in flight that a link holds before it stops taking more.
    pub window: usize,
}

impl World {
    pub fn new(seed: u64, nodes: usize, config: PrimaryConfig) -> Self {
        let node = |index: usize| Node {
            primary: Primary::new(
                config.clone(),
                seed.wrapping_mul(31).wrapping_add(index as u64),
            ),
            replica: None,
            follows: None,
            data: Vec::new(),
            events: Vec::new(),
            told: Vec::new(),
            arriving: Vec::new(),
            sending: None,
            load_turns: 2,
            loading: None,
        };
        Self {
            nodes: (0..nodes).map(node).collect(),
            links: BTreeMap::new(),
            next_link: 0,
            now: 1_000_000,
            rng: Pcg64Mcg::seed_from_u64(seed),
            chunk: 64,
            window: 1 << 20,
        }
    }

    pub fn now(&self) -> Now {
        Now {
            instant: Instant::from_micros(self.now),
            unix_micros: self.now,
        }
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.rng.next_u64() % bound.max(1) as u64) as usize
    }

    /// A client writes.
    pub fn write(&mut self, node: usize, db: u32, key: &str, value: &str) {
        let mut command = Vec::new();
        write_command(&mut command, &[b"SET", key.as_bytes(), value.as_bytes()]);
        self.write_raw(node, db, command);
    }

    pub fn write_raw(&mut self, node: usize, db: u32, command: Vec<u8>) {
        let node = &mut self.nodes[node];
        assert!(node.replica.is_none(), "replicas refuse writes");
        node.primary.feed(db, &command);
        node.data.push((db, command));
    }

    /// `REPLICAOF`.
    pub fn follow(&mut self, node: usize, primary: usize) {
        self.hang_up(node);
        let now = self.now();
        let it = &mut self.nodes[node];
        let history = match it.replica.take() {
            Some(replica) => replica.history(),
            None => Some(it.primary.history()),
        };
        it.primary.become_replica();
        it.follows = Some(primary);
        it.loading = None;
        it.replica = Some(Replica::new(
            ReplicaConfig::new(7000 + node as u16),
            history,
            now,
        ));
    }

    /// `REPLICAOF NO ONE`.
    pub fn promote(&mut self, node: usize) {
        self.hang_up(node);
        let now = self.now();
        let it = &mut self.nodes[node];
        if let Some(mut replica) = it.replica.take() {
            replica.stop();
            it.drain_stream(&mut replica);
        }
        it.follows = None;
        it.primary.become_primary(now);
    }

    /// Cuts the connection of a replica to its primary.
    pub fn cut(&mut self, node: usize) {
        self.hang_up(node);
        let now = self.now();
        if let Some(replica) = &mut self.nodes[node].replica {
            replica.handle_closed(now);
        }
    }

    /// Removes a replica's connections without telling the replica.
    fn hang_up(&mut self, node: usize) {
        let gone: Vec<u64> = self
            .links
            .iter()
            .filter(|(_, l)| l.from == node)
            .map(|(id, _)| *id)
            .collect();
        for id in gone {
            let link = self.links.remove(&id).unwrap();
            let now = self.now();
            self.nodes[link.to].primary.detach(now, link.key);
        }
    }

    pub fn run(&mut self, millis: u64) {
        let end = self.now + millis * 1000;
        while self.now < end {
            self.turn();
            self.now += 1 + self.below(5_000) as u64;
        }
    }

    /// Runs until the replica has everything its primary has.
    pub fn settle(&mut self, node: usize) {
        for _ in 0..20_000 {
            self.turn();
            self.now += 1 + self.below(20_000) as u64;
            let primary = self.nodes[node].follows.expect("a replica");
            let (it, its) = (&self.nodes[node], &self.nodes[primary]);
            let up = it
                .replica
                .as_ref()
                .is_some_and(|r| r.link() == LinkState::Up);
            if up
                && it.primary.offset() == its.primary.offset()
                && it.primary.replid() == its.primary.replid()
            {
                return;
            }
        }
        panic!("node {node} never caught up: {:?}", self.nodes[node].told);
    }

    pub fn assert_same(&self, a: usize, b: usize) {
        assert_eq!(
            self.nodes[a].data, self.nodes[b].data,
            "nodes {a} and {b} differ"
        );
        let (a, b) = (&self.nodes[a].primary, &self.nodes[b].primary);
        assert_eq!(a.history(), b.history());
    }

    /// How often the node was told to start a full synchronisation.
    pub fn full_syncs(&self, node: usize) -> usize {
        self.nodes[node]
            .told
            .iter()
            .filter(|e| matches!(e, ReplicaEvent::FullSync { .. }))
            .count()
    }

    /// One turn of everybody's loop.
    pub fn turn(&mut self) {
        for index in 0..self.nodes.len() {
            self.nodes[index].timeouts(self_now(self.now));
            self.serve_primary_events(index);
            self.serve_replica(index);
            self.nodes[index].send_snapshot(self_now(self.now));
        }
        let ids: Vec<u64> = self.links.keys().copied().collect();
        for id in ids {
            self.move_bytes(id);
        }
    }

    fn serve_primary_events(&mut self, index: usize) {
        let now = self.now();
        while let Some(event) = self.nodes[index].primary.poll_event() {
            match event {
                PrimaryEvent::Close { replica, .. } => {
                    let id = self
                        .links
                        .iter()
                        .find(|(_, l)| l.to == index && l.key == replica)
                        .map(|(id, _)| *id);
                    if let Some(link) = id.and_then(|id| self.links.remove(&id))
                        && let Some(replica) = &mut self.nodes[link.from].replica
                    {
                        replica.handle_closed(now);
                    }
                }
                PrimaryEvent::SnapshotWanted => self.nodes[index].begin_snapshot(now),
                PrimaryEvent::SnapshotAbandoned => self.nodes[index].sending = None,
                _ => {}
            }
            self.nodes[index].events.push(event);
        }
    }

    fn serve_replica(&mut self, index: usize) {
        let now = self.now();
        let Some(mut replica) = self.nodes[index].replica.take() else {
            return;
        };
        let node = &mut self.nodes[index];
        node.drain_stream(&mut replica);
        if let Some(turns) = &mut node.loading {
            *turns = turns.saturating_sub(1);
            if *turns == 0 {
                node.loading = None;
                node.data = decode(&node.arriving);
                replica.snapshot_loaded(now, None);
                node.primary
                    .adopt(replica.history().expect("not after plain SYNC"));
            }
        }
        while let Some(event) = replica.poll_event() {
            self.nodes[index].told.push(event.clone());
            self.handle_replica_event(index, &mut replica, event);
        }
        let node = &mut self.nodes[index];
        while let Some(command) = replica.next_command(now) {
            let (db, mut bytes) = (command.db, Vec::new());
            write_args(&mut bytes, command.args);
            node.data.push((db, bytes));
            replica.applied();
        }
        node.drain_stream(&mut replica);
        self.nodes[index].replica = Some(replica);
    }

    fn handle_replica_event(&mut self, index: usize, replica: &mut Replica, event: ReplicaEvent) {
        let now = self.now();
        match event {
            ReplicaEvent::Connect => {
                let to = self.nodes[index].follows.expect("a replica");
                self.next_link += 1;
                let link = Link {
                    from: index,
                    to,
                    key: ReplicaKey(self.next_link),
                    parser: RequestParser::new(Limits::default()),
                    upward: Vec::new(),
                    received: Vec::new(),
                    replies: Vec::new(),
                    downward: Vec::new(),
                };
                self.links.insert(self.next_link, link);
                replica.handle_connected(now);
            }
            ReplicaEvent::Disconnect(_) => self.hang_up(index),
            ReplicaEvent::FullSync { .. } => self.nodes[index].primary.abandon_history(),
            ReplicaEvent::SnapshotStart { .. } => self.nodes[index].arriving.clear(),
            ReplicaEvent::SnapshotBytes(bytes) => {
                self.nodes[index].arriving.extend_from_slice(&bytes)
            }
            ReplicaEvent::SnapshotDone => {
                self.nodes[index].loading = Some(self.nodes[index].load_turns)
            }
            ReplicaEvent::Continue {
                renamed: Some(replid),
            } => self.nodes[index].primary.rename_history(replid),
            _ => {}
        }
    }

    /// Moves up to a chunk in each direction and lets both ends look at it.
    fn move_bytes(&mut self, id: u64) {
        let now = self.now();
        let (up_len, down_len) = (1 + self.below(self.chunk), 1 + self.below(self.chunk));
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        let (client, server) = (link.from, link.to);
        if let Some(replica) = &mut self.nodes[client].replica {
            while let Some(bytes) = replica.poll_transmit() {
                link.upward.extend_from_slice(&bytes);
            }
        }
        let up_len = up_len.min(link.upward.len());
        link.received.extend(link.upward.drain(..up_len));
        self.nodes[server].serve_connection(now, link);
        link.downward.append(&mut link.replies);
        let primary = &mut self.nodes[server].primary;
        while link.downward.len() < self.window {
            let output = primary.output(link.key);
            let len = output.len().min(self.window - link.downward.len());
            if len == 0 {
                break;
            }
            link.downward.extend_from_slice(&output[..len]);
            primary.output_written(now, link.key, len);
        }
        let down_len = down_len.min(link.downward.len());
        let mut arrived = BytesMut::from(&link.downward[..down_len]);
        link.downward.drain(..down_len);
        if let Some(replica) = &mut self.nodes[client].replica {
            replica.handle_bytes(now, &mut arrived);
        }
    }
}

fn self_now(now: u64) -> Now {
    Now {
        instant: Instant::from_micros(now),
        unix_micros: now,
    }
}

impl Node {
    /// What was processed goes to the sub-replicas, unchanged.
    fn drain_stream(&mut self, replica: &mut Replica) {
        while let Some(raw) = replica.poll_stream() {
            self.primary.feed_stream(&raw);
        }
    }

    fn timeouts(&mut self, now: Now) {
        if self
            .primary
            .poll_timeout()
            .is_some_and(|due| due <= now.instant)
        {
            self.primary.handle_timeout(now);
        }
        if let Some(replica) = &mut self.replica
            && replica.poll_timeout().is_some_and(|due| due <= now.instant)
        {
            replica.handle_timeout(now);
        }
    }

    fn begin_snapshot(&mut self, now: Now) {
        let Some(request) = self.primary.snapshot_wanted(now) else {
            return;
        };
        let sync = self.primary.full_sync_started(now).expect("somebody waits");
        assert_eq!(sync.request, request);
        let bytes = encode(&self.data);
        if request.form == SnapshotForm::Counted {
            self.primary.snapshot_length(bytes.len() as u64);
        }
        self.sending = Some((bytes, 0));
    }

    fn send_snapshot(&mut self, now: Now) {
        let Some((bytes, sent)) = &mut self.sending else {
            return;
        };
        let len = self
            .primary
            .snapshot_room()
            .min(100)
            .min(bytes.len() - *sent);
        if len > 0 {
            self.primary
                .snapshot_chunk(Bytes::copy_from_slice(&bytes[*sent..*sent + len]));
            *sent += len;
        }
        if *sent == bytes.len() {
            self.sending = None;
            self.primary.snapshot_done(now);
        }
    }

    /// The command loop of a server, as far as replication needs it.
    fn serve_connection(&mut self, now: Now, link: &mut Link) {
        loop {
            match link
                .parser
                .parse(&link.received)
                .expect("replicas speak RESP")
            {
                Progress::Incomplete => return,
                Progress::Skipped { consumed } => {
                    link.received.drain(..consumed);
                    self.primary.touch(now, link.key);
                }
                Progress::Request { consumed } => {
                    let reply = self.execute(now, link.key, link.parser.args(&link.received));
                    link.replies.extend_from_slice(reply.as_bytes());
                    link.received.drain(..consumed);
                }
            }
        }
    }

    pub fn upstream(&self) -> Upstream {
        match &self.replica {
            None => Upstream::None,
            Some(replica) if replica.link() == LinkState::Up => Upstream::Up,
            Some(_) => Upstream::Down,
        }
    }

    pub fn execute(&mut self, now: Now, key: ReplicaKey, args: Args<'_>) -> String {
        execute(
            &mut self.primary,
            now,
            key,
            self.replica.as_ref().map_or(Upstream::None, |replica| {
                if replica.link() == LinkState::Up {
                    Upstream::Up
                } else {
                    Upstream::Down
                }
            }),
            args,
        )
    }
}

/// What a server answers to the commands of a replica.
pub fn execute(
    primary: &mut Primary,
    now: Now,
    key: ReplicaKey,
    upstream: Upstream,
    args: Args<'_>,
) -> String {
    let name = String::from_utf8_lossy(args.first().unwrap_or_default()).to_lowercase();
    let answer = match name.as_str() {
        "ping" => return "+PONG\r\n".into(),
        "auth" => return "+OK\r\n".into(),
        "replconf" => {
            return match primary.replconf(now, key, args.slice(1..)) {
                ReplconfReply::Ok => "+OK\r\n".into(),
                ReplconfReply::Silent | ReplconfReply::Acked => String::new(),
                ReplconfReply::Refused(refusal) => format!("-{refusal}\r\n"),
            };
        }
        "psync" if args.len() < 3 => {
            return "-ERR wrong number of arguments for 'psync' command\r\n".into();
        }
        "psync" => match PsyncRequest::parse(args.slice(1..)) {
            Ok(request) => primary.psync(now, key, request, upstream),
            Err(refusal) => PsyncAnswer::Refused(refusal),
        },
        "sync" => primary.sync(now, key, upstream),
        other => panic!("unexpected {other}"),
    };
    match answer {
        PsyncAnswer::Refused(refusal) => format!("-{refusal}\r\n"),
        _ => String::new(),
    }
}

/// The tests' own snapshot format: database, length, bytes.
fn encode(data: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut out = b"SNAPSHOT".to_vec();
    for (db, command) in data {
        out.extend_from_slice(&db.to_le_bytes());
        out.extend_from_slice(&(command.len() as u32).to_le_bytes());
        out.extend_from_slice(command);
    }
    out
}

fn decode(bytes: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let mut rest = bytes.strip_prefix(b"SNAPSHOT").expect("a snapshot");
    let mut data = Vec::new();
    while !rest.is_empty() {
        let db = u32::from_le_bytes(rest[..4].try_into().unwrap());
        let len = u32::from_le_bytes(rest[4..8].try_into().unwrap()) as usize;
        data.push((db, rest[8..8 + len].to_vec()));
        rest = &rest[8 + len..];
    }
    data
}

/// Redis' defaults, but without waiting five seconds for more replicas.
pub fn quick_config() -> PrimaryConfig {
    let mut config = PrimaryConfig::new();
    config.diskless_sync_delay = Duration::ZERO;
    config
}

pub fn offset(offset: u64) -> ReplOffset {
    ReplOffset(offset)
}
