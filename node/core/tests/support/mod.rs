//! A data plane with nothing around it: time is what the test says, sockets are vectors.
#![allow(unreachable_pub, reason = "a module shared by test files")]
#![allow(dead_code, reason = "every test file uses its own part of the rig")]

pub mod net;
pub mod town;

use core::time::Duration;
use std::collections::BTreeSet;
use std::sync::Arc;

use shoal_config::{Config, Host};
use shoal_core::{ClientId, DataEvent, DataPlane, PeerInfo, ToControl, ToData};
use shoal_slots::{ClusterState, ClusterView, Instant, NodeId, Now, SlotSet, ViewNode};

/// Where every test begins: 2026-01-01.
pub const START: Now = Now {
    instant: Instant::from_micros(1_000_000),
    unix_micros: 1_767_225_600_000_000,
};

/// One data plane, its events and its clock.
pub struct Rig {
    pub plane: DataPlane,
    pub now: Now,
    pub events: Vec<DataEvent>,
    pub log: Vec<String>,
    pub closed: BTreeSet<ClientId>,
}

struct NoFiles;

impl Host for NoFiles {
    fn read(&mut self, _path: &[u8]) -> Result<Vec<u8>, String> {
        Err("no files here".into())
    }

    fn change_dir(&mut self, path: &[u8]) -> Result<Vec<u8>, String> {
        Ok(path.to_vec())
    }
}

pub fn config(text: &str) -> Config {
    let mut config = Config::new();
    config
        .load(None, text.as_bytes(), &mut NoFiles)
        .expect("a sound configuration");
    config
}

impl Rig {
    /// A standalone server with these lines of redis.conf.
    pub fn standalone(text: &str) -> Self {
        Self::seeded(text, 1)
    }

    pub fn seeded(text: &str, seed: u64) -> Self {
        let plane = DataPlane::new(config(text), seed, START);
        Self {
            plane,
            now: START,
            events: Vec::new(),
            log: Vec::new(),
            closed: BTreeSet::new(),
        }
    }

    /// A cluster node with this view and these further lines of redis.conf.
    pub fn cluster(view: ClusterView, text: &str) -> Self {
        let mut rig = Self::standalone(&format!("cluster-enabled yes\n{text}"));
        rig.control(ToData::View(Arc::new(view)));
        rig
    }

    pub fn control(&mut self, message: ToData) {
        self.plane.handle_control(self.now, message);
        self.drain();
    }

    pub fn client(&mut self) -> ClientId {
        self.client_from("127.0.0.1:50000")
    }

    pub fn client_from(&mut self, addr: &str) -> ClientId {
        let peer = PeerInfo {
            addr: addr.into(),
            local_addr: "127.0.0.1:6379".into(),
            ..PeerInfo::default()
        };
        self.plane.connect(self.now, peer).expect("accepted")
    }

    /// Sends bytes and returns what was answered.
    pub fn send(&mut self, client: ClientId, bytes: &[u8]) -> String {
        self.plane.handle_input(self.now, client, bytes);
        self.drain();
        self.read(client)
    }

    /// Sends one command, its words separated by single blanks.
    pub fn ask(&mut self, client: ClientId, command: &str) -> String {
        self.send(client, &encode(command))
    }

    /// What this client would read now.
    pub fn read(&mut self, client: ClientId) -> String {
        String::from_utf8_lossy(&self.read_bytes(client)).into_owned()
    }

    pub fn read_bytes(&mut self, client: ClientId) -> Vec<u8> {
        let mut all = Vec::new();
        loop {
            let piece = self.plane.output(client).to_vec();
            if piece.is_empty() {
                return all;
            }
            self.plane.output_written(client, piece.len());
            all.extend_from_slice(&piece);
        }
    }

    /// Lets time pass, firing every deadline on the way.
    pub fn advance(&mut self, time: Duration) {
        let end = self.now.instant + time;
        while let Some(due) = self.plane.poll_timeout().filter(|due| *due <= end) {
            self.set_time(due.max(self.now.instant));
            self.plane.handle_timeout(self.now);
            self.drain();
        }
        self.set_time(end);
        self.plane.handle_timeout(self.now);
        self.drain();
    }

    pub fn advance_ms(&mut self, millis: u64) {
        self.advance(Duration::from_millis(millis));
    }

    fn set_time(&mut self, instant: Instant) {
        let passed = instant.since(self.now.instant);
        self.now.instant = instant;
        self.now.unix_micros += passed.as_micros() as u64;
    }

    /// Collects events; sessions that were to be closed are remembered.
    pub fn drain(&mut self) {
        while let Some(event) = self.plane.poll_event() {
            match event {
                DataEvent::Log { text, .. } => self.log.push(text),
                DataEvent::Close(client) => {
                    self.closed.insert(client);
                }
                other => self.events.push(other),
            }
        }
    }

    pub fn logged(&self, part: &str) -> bool {
        self.log.iter().any(|line| line.contains(part))
    }

    pub fn messages(&mut self) -> Vec<ToControl> {
        core::iter::from_fn(|| self.plane.poll_to_control()).collect()
    }
}

/// A command as an array of bulk strings.
pub fn encode(command: &str) -> Vec<u8> {
    let words: Vec<&[u8]> = command.split(' ').map(str::as_bytes).collect();
    let mut out = Vec::new();
    shoal_resp::write_command(&mut out, &words);
    out
}

pub fn node_id(letter: u8) -> NodeId {
    NodeId::parse(&[letter; 40]).expect("a letter")
}

/// A node of the test clusters: node `n` listens on 21300 + n.
pub fn node(n: u8) -> ViewNode {
    ViewNode::new(node_id(b'a' + n), "127.0.0.1", 21300 + u16::from(n))
}

/// A cluster that is up and in which this node owns every slot.
pub fn whole_cluster() -> ClusterView {
    let mut builder = ClusterView::builder(node(0));
    let me = builder.myself();
    builder.table_mut().assign(&SlotSet::full(), me);
    builder.state(ClusterState::Ok);
    builder.build()
}
