//! Several rigs whose replication links are pipes in memory. Rig `n` is reached at port 7000 + n.

use shoal_core::{ClientId, DataEvent, PeerInfo, PrimaryLinkInput};

use super::Rig;

pub struct Net {
    pub rigs: Vec<Rig>,
    /// For each rig, where its link to its primary leads.
    links: Vec<Option<(usize, ClientId)>>,
    /// Rigs that nobody can reach.
    pub unreachable: Vec<usize>,
    /// How many bytes are delivered at once.
    pub piece: usize,
}

impl Net {
    pub fn new(rigs: Vec<Rig>) -> Self {
        let links = rigs.iter().map(|_| None).collect();
        Self {
            rigs,
            links,
            unreachable: Vec::new(),
            piece: 4096,
        }
    }

    /// Delivers everything until nothing moves.
    pub fn pump(&mut self) {
        while (0..self.rigs.len()).fold(false, |moved, n| {
            self.move_events(n) | self.move_stream(n) | moved
        }) {}
    }

    pub fn ask(&mut self, n: usize, client: ClientId, command: &str) -> String {
        let mut answer = self.rigs[n].ask(client, command);
        self.pump();
        answer.push_str(&self.rigs[n].read(client));
        answer
    }

    pub fn advance_ms(&mut self, millis: u64) {
        for _ in 0..millis.div_ceil(20) {
            for rig in &mut self.rigs {
                rig.advance_ms(20);
            }
            self.pump();
        }
    }

    /// Breaks the link of rig `n` to its primary.
    pub fn cut(&mut self, n: usize) {
        if let Some((primary, session)) = self.links[n].take() {
            let now = self.rigs[primary].now;
            self.rigs[primary].plane.handle_closed(now, session);
            let now = self.rigs[n].now;
            self.rigs[n]
                .plane
                .handle_primary_link(now, PrimaryLinkInput::Closed);
        }
    }

    fn move_events(&mut self, n: usize) -> bool {
        self.rigs[n].drain();
        let events = core::mem::take(&mut self.rigs[n].events);
        let any = !events.is_empty();
        for event in events {
            match event {
                DataEvent::ConnectPrimary { port, .. } => self.connect(n, usize::from(port - 7000)),
                DataEvent::PrimaryLinkWrite(bytes) => {
                    if let Some((primary, session)) = self.links[n] {
                        let now = self.rigs[primary].now;
                        self.rigs[primary].plane.handle_input(now, session, &bytes);
                    }
                }
                DataEvent::ClosePrimaryLink => {
                    if let Some((primary, session)) = self.links[n].take() {
                        let now = self.rigs[primary].now;
                        self.rigs[primary].plane.handle_closed(now, session);
                    }
                }
                _ => {}
            }
        }
        any
    }

    fn connect(&mut self, n: usize, primary: usize) {
        self.links[n] = None;
        if !self.unreachable.contains(&primary) {
            let peer = PeerInfo {
                addr: format!("127.0.0.1:{}", 40000 + n),
                ..PeerInfo::default()
            };
            let now = self.rigs[primary].now;
            let session = self.rigs[primary]
                .plane
                .connect(now, peer)
                .expect("accepted");
            self.links[n] = Some((primary, session));
        }
        let connected = self.links[n].is_some();
        let input = if connected {
            PrimaryLinkInput::Connected
        } else {
            PrimaryLinkInput::Closed
        };
        let now = self.rigs[n].now;
        self.rigs[n].plane.handle_primary_link(now, input);
    }

    fn move_stream(&mut self, n: usize) -> bool {
        let Some((primary, session)) = self.links[n] else {
            return false;
        };
        let bytes = self.rigs[primary].read_bytes(session);
        let now = self.rigs[n].now;
        for piece in bytes.chunks(self.piece) {
            self.rigs[n]
                .plane
                .handle_primary_link(now, PrimaryLinkInput::Bytes(piece));
        }
        self.rigs[primary].drain();
        if self.rigs[primary].closed.contains(&session) || self.unreachable.contains(&primary) {
            self.cut(n);
            return true;
        }
        !bytes.is_empty()
    }
}
