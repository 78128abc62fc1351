//! Whole nodes, both planes each, on one street: node `n` is 127.0.0.1, client port 21200 + n, bus port 31200 + n.
//! Packets and streams take a millisecond. Everything that a control plane lets out is remembered in its order.

#![allow(
    unused_imports,
    reason = "every test file uses its own part of the town"
)]

mod arrival;
mod cluster;
mod member;
mod step;

use core::time::Duration;
use std::collections::BTreeMap;

use bytes::Bytes;
use shoal_core::{ClientId, PeerInfo};
use shoal_gossip::LinkId;
use shoal_slots::{Instant, Now};

use super::{START, encode};
use arrival::Arrival;
pub use cluster::{IDS, NODE_TIMEOUT, files, lines, town, town_with};
pub use member::Member;
pub use step::Step;

const TRAVEL: Duration = Duration::from_millis(1);

pub struct Town {
    pub members: Vec<Member>,
    pub now: Now,
    travelling: BTreeMap<(Instant, u64), (usize, Arrival)>,
    sequence: u64,
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
