//! One machine of the town.

use std::collections::BTreeMap;

use shoal_core::{
    ClientId, ControlEvent, ControlPlane, DataEvent, DataPlane, Generation, PrimaryLinkInput,
};
use shoal_gossip::LinkId;
use shoal_gossip::wire::{Dialect, Packet};
use shoal_slots::{Instant, Now};

use super::super::config;
use super::arrival::Arrival;
use super::lines;
use super::step::{Step, kind, name};

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
    pub(super) links: BTreeMap<LinkId, (usize, LinkId)>,
    pub(super) accepted: u64,
    pub(super) primary: Option<(usize, ClientId)>,
    pub(super) feeds: BTreeMap<ClientId, usize>,
}

impl Member {
    pub(super) fn start(n: usize, text: Option<&str>, more: &str, now: Now) -> Self {
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

    pub(super) fn next_due(&self) -> Option<Instant> {
        let data = self.data.poll_timeout().filter(|_| !self.stuck);
        let all = [data, self.control.poll_timeout()];
        all.into_iter().flatten().min().filter(|_| self.running)
    }

    pub(super) fn handle_timeouts(&mut self, now: Now) {
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

    pub(super) fn saved(&mut self, now: Now, generation: Generation) {
        self.unsaved.retain(|(saved, text)| {
            if *saved == generation {
                self.disk.clone_from(text);
            }
            *saved != generation
        });
        self.steps.push(Step::Saved);
        self.control.saved(now, generation);
    }

    pub(super) fn read(&mut self, client: ClientId) -> Vec<u8> {
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

    pub(super) fn drain(&mut self, now: Now) -> (Vec<(usize, Arrival)>, bool) {
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
