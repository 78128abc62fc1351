//! The network: one queue of things to happen, ordered by time and then by cause.

use std::collections::{BTreeMap, BTreeSet};

use rand_core::SeedableRng;
use rand_pcg::Pcg64Mcg;
use shoal_slots::Instant;

use crate::conn::{Conn, ConnId, End, Transport};
use crate::faults::Faults;
use crate::host::HostId;

/// Something that happens to a host.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Arrival<P> {
    /// Somebody connected.
    Accepted {
        /// Who is told.
        host: HostId,
        /// The connection.
        conn: ConnId,
        /// Who dialled.
        from: HostId,
        /// The port that was dialled.
        port: u16,
    },
    /// The connection that this host dialled is established.
    Connected {
        /// Who is told.
        host: HostId,
        /// The connection.
        conn: ConnId,
    },
    /// It could not be made: nobody listens, or the host cannot be reached.
    Refused {
        /// Who is told.
        host: HostId,
        /// The connection.
        conn: ConnId,
    },
    /// A message arrived.
    Delivered {
        /// Who is told.
        host: HostId,
        /// The connection.
        conn: ConnId,
        /// The message.
        payload: P,
    },
    /// The other side closed the connection.
    Closed {
        /// Who is told.
        host: HostId,
        /// The connection.
        conn: ConnId,
    },
}

#[derive(Debug)]
enum Step<P> {
    /// The dial reaches the host.
    Dial,
    /// The answer to it reaches the dialler.
    Answer { accepted: bool },
    /// The next message of a stream reaches an end.
    Next { to: End },
    /// A message reaches an end.
    Message { to: End, payload: P },
    /// The close reaches an end.
    Close { to: End },
}

/// A network of hosts. `P` is what a message carries.
#[derive(Debug)]
pub struct Network<P> {
    rng: Pcg64Mcg,
    faults: Faults,
    queue: BTreeMap<(Instant, u64), (ConnId, Step<P>)>,
    causes: u64,
    conns: BTreeMap<ConnId, Conn<P>>,
    last_conn: u64,
    listening: BTreeSet<(HostId, u16)>,
    /// From the first nothing reaches the second.
    blocked: BTreeSet<(HostId, HostId)>,
}

impl<P> Network<P> {
    /// A network without hosts; they come to be by listening or dialling.
    #[must_use]
    pub fn new(seed: u64, faults: Faults) -> Self {
        Self {
            rng: Pcg64Mcg::seed_from_u64(seed),
            faults,
            queue: BTreeMap::new(),
            causes: 0,
            conns: BTreeMap::new(),
            last_conn: 0,
            listening: BTreeSet::new(),
            blocked: BTreeSet::new(),
        }
    }

    /// How bad the network is, to look at and to change.
    pub const fn faults_mut(&mut self) -> &mut Faults {
        &mut self.faults
    }

    /// The host takes connections at this port from now on.
    pub fn listen(&mut self, host: HostId, port: u16) {
        self.listening.insert((host, port));
    }

    /// The host refuses connections at this port from now on. Established ones stay.
    pub fn unlisten(&mut self, host: HostId, port: u16) {
        self.listening.remove(&(host, port));
    }

    /// Starts to connect. `from` is told how it ended.
    pub fn dial(
        &mut self,
        now: Instant,
        from: HostId,
        to: HostId,
        port: u16,
        transport: Transport,
    ) -> ConnId {
        self.last_conn += 1;
        let conn = ConnId(self.last_conn);
        let deadline = now + self.faults.dial_timeout;
        self.conns
            .insert(conn, Conn::new(from, to, port, transport, deadline));
        let at = now + self.faults.draw_delay(&mut self.rng);
        self.schedule(at, conn, Step::Dial);
        conn
    }

    /// Sends a message to the other end. On a connection that is not established, or not any more, it
    /// vanishes.
    pub fn send(&mut self, now: Instant, conn: ConnId, from: HostId, payload: P) {
        let Some(entry) = self.conns.get_mut(&conn) else {
            return;
        };
        let Some(end) = entry.end_at(from).filter(|&end| entry.side(end).open) else {
            return;
        };
        let (to, transport) = (end.other(), entry.transport);
        let delay = self.faults.draw_delay(&mut self.rng);
        let lost = Faults::draw(self.faults.loss_percent, &mut self.rng);
        let overtakes = Faults::draw(self.faults.reorder_percent, &mut self.rng);
        let side = entry.side_mut(to);
        match transport {
            Transport::Stream => {
                let late = if lost {
                    self.faults.retransmit
                } else {
                    core::time::Duration::ZERO
                };
                let at = (now + delay + late).max(side.not_before);
                side.not_before = at;
                side.incoming.push_back(payload);
                self.schedule(at, conn, Step::Next { to });
            }
            Transport::Messages if lost => {}
            Transport::Messages => {
                let mut at = now + delay;
                if !overtakes {
                    at = at.max(side.not_before);
                    side.not_before = at;
                }
                self.schedule(at, conn, Step::Message { to, payload });
            }
        }
    }

    /// Closes this end at once; the other end is told after what was sent before.
    pub fn close(&mut self, now: Instant, conn: ConnId, host: HostId) {
        let Some(entry) = self.conns.get_mut(&conn) else {
            return;
        };
        let Some(end) = entry.end_at(host) else {
            return;
        };
        let side = entry.side_mut(end);
        side.open = false;
        side.closed = true;
        let to = end.other();
        let delay = self.faults.draw_delay(&mut self.rng);
        let side = entry.side_mut(to);
        let at = (now + delay).max(side.not_before);
        side.not_before = at;
        self.schedule(at, conn, Step::Close { to });
    }

    /// The process at this host ends: its connections close and it listens to nothing any more.
    pub fn crash(&mut self, now: Instant, host: HostId) {
        self.listening.retain(|(listener, _)| *listener != host);
        let conns: Vec<ConnId> = self
            .conns
            .iter()
            .filter(|(_, conn)| conn.end_at(host).is_some())
            .map(|(id, _)| *id)
            .collect();
        for conn in conns {
            self.close(now, conn, host);
        }
    }

    /// Nothing passes between this host and the others any more.
    pub fn isolate(&mut self, host: HostId, others: impl IntoIterator<Item = HostId>) {
        for other in others {
            if other != host {
                self.cut(host, other);
                self.cut(other, host);
            }
        }
    }

    /// Nothing passes between hosts of different groups any more.
    pub fn partition(&mut self, groups: &[&[HostId]]) {
        for (place, group) in groups.iter().enumerate() {
            let others = groups
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != place);
            for other in others.flat_map(|(_, other)| other.iter()) {
                for host in *group {
                    self.cut(*host, *other);
                }
            }
        }
    }

    /// Nothing passes in this direction any more.
    pub fn cut(&mut self, from: HostId, to: HostId) {
        self.blocked.insert((from, to));
    }

    /// Everybody reaches everybody again.
    pub fn heal(&mut self) {
        self.blocked.clear();
    }

    /// This host reaches everybody again, and everybody reaches it.
    pub fn recover(&mut self, host: HostId) {
        self.blocked
            .retain(|(from, to)| *from != host && *to != host);
    }

    /// When something happens next.
    #[must_use]
    pub fn next_arrival(&self) -> Option<Instant> {
        self.queue.first_key_value().map(|((at, _), _)| *at)
    }

    /// The next thing that has happened by now.
    pub fn poll(&mut self, now: Instant) -> Option<Arrival<P>> {
        while let Some(entry) = self.queue.first_entry() {
            if entry.key().0 > now {
                return None;
            }
            let ((at, _), (conn, step)) = entry.remove_entry();
            if let Some(arrival) = self.happen(at, conn, step) {
                return Some(arrival);
            }
        }
        None
    }

    /// How many connections are remembered, for leak checks.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.conns.len()
    }

    fn schedule(&mut self, at: Instant, conn: ConnId, step: Step<P>) {
        self.causes += 1;
        self.queue.insert((at, self.causes), (conn, step));
    }

    fn is_blocked(&self, conn: &Conn<P>, to: End) -> bool {
        self.blocked
            .contains(&(conn.side(to.other()).host, conn.side(to).host))
    }

    fn happen(&mut self, at: Instant, conn: ConnId, step: Step<P>) -> Option<Arrival<P>> {
        match step {
            Step::Dial => self.dial_arrives(at, conn),
            Step::Answer { accepted } => self.answer_arrives(at, conn, accepted),
            Step::Message { to, payload } => {
                let entry = self.conns.get(&conn)?;
                let side = entry.side(to);
                let arrives = side.open && !self.is_blocked(entry, to);
                arrives.then_some(Arrival::Delivered {
                    host: side.host,
                    conn,
                    payload,
                })
            }
            Step::Next { to } => self.next_arrives(at, conn, to),
            Step::Close { to } => self.close_arrives(at, conn, to),
        }
    }

    fn dial_arrives(&mut self, at: Instant, conn: ConnId) -> Option<Arrival<P>> {
        let entry = self.conns.get(&conn)?;
        if self.is_blocked(entry, End::Listener) {
            return self.dial_again(at, conn);
        }
        let (listener, dialler) = (
            entry.side(End::Listener).host,
            entry.side(End::Dialler).host,
        );
        let port = entry.port;
        let accepted = self.listening.contains(&(listener, port));
        let back = at + self.faults.draw_delay(&mut self.rng);
        self.schedule(back, conn, Step::Answer { accepted });
        if !accepted {
            return None;
        }
        let side = self.conns.get_mut(&conn)?.side_mut(End::Listener);
        side.open = true;
        // Nothing overtakes the answer.
        let reply = self.conns.get_mut(&conn)?.side_mut(End::Dialler);
        reply.not_before = back;
        Some(Arrival::Accepted {
            host: listener,
            conn,
            from: dialler,
            port,
        })
    }

    /// Nobody answers: dial again, until it is too late.
    fn dial_again(&mut self, at: Instant, conn: ConnId) -> Option<Arrival<P>> {
        let entry = self.conns.get(&conn)?;
        let again = at
            + self
                .faults
                .retransmit
                .max(core::time::Duration::from_millis(1));
        if again <= entry.deadline {
            self.schedule(again, conn, Step::Dial);
            return None;
        }
        let side = entry.side(End::Dialler);
        let (host, closed) = (side.host, side.closed);
        self.conns.remove(&conn);
        (!closed).then_some(Arrival::Refused { host, conn })
    }

    fn answer_arrives(&mut self, at: Instant, conn: ConnId, accepted: bool) -> Option<Arrival<P>> {
        let entry = self.conns.get(&conn)?;
        if self.is_blocked(entry, End::Dialler) {
            self.schedule_later(at, conn, Step::Answer { accepted });
            return None;
        }
        let side = entry.side(End::Dialler);
        let (host, closed) = (side.host, side.closed);
        if !accepted {
            self.conns.remove(&conn);
            return (!closed).then_some(Arrival::Refused { host, conn });
        }
        if closed {
            return None;
        }
        self.conns.get_mut(&conn)?.side_mut(End::Dialler).open = true;
        Some(Arrival::Connected { host, conn })
    }

    fn next_arrives(&mut self, at: Instant, conn: ConnId, to: End) -> Option<Arrival<P>> {
        let entry = self.conns.get(&conn)?;
        if self.is_blocked(entry, to) {
            self.schedule_later(at, conn, Step::Next { to });
            return None;
        }
        let side = self.conns.get_mut(&conn)?.side_mut(to);
        let payload = side.incoming.pop_front()?;
        side.open.then_some(Arrival::Delivered {
            host: side.host,
            conn,
            payload,
        })
    }

    fn close_arrives(&mut self, at: Instant, conn: ConnId, to: End) -> Option<Arrival<P>> {
        let entry = self.conns.get(&conn)?;
        if self.is_blocked(entry, to) || !entry.side(to).incoming.is_empty() {
            self.schedule_later(at, conn, Step::Close { to });
            return None;
        }
        let side = entry.side(to);
        // A dialler is told even if the answer to its dial is still on its way.
        let told = side.open || (to == End::Dialler && !side.closed);
        let host = side.host;
        self.conns.remove(&conn);
        told.then_some(Arrival::Closed { host, conn })
    }

    fn schedule_later(&mut self, at: Instant, conn: ConnId, step: Step<P>) {
        let pause = self
            .faults
            .retransmit
            .max(core::time::Duration::from_millis(1));
        self.schedule(at + pause, conn, step);
    }
}
