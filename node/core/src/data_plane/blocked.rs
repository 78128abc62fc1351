//! Why a session executes nothing at the moment, and by when that ends without help.
//!
//! A blocked session's input is kept unparsed in `Pending`, so the order of replies holds by itself.
//! Deadlines live in one ordered set: the next one is found without looking at every session.

use std::collections::{BTreeMap, BTreeSet};

use shoal_slots::{Instant, ReplOffset};

use super::sessions::ClientId;
use crate::messages::Ticket;

/// What a session waits for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Blocked {
    /// The answer of the control plane (`CLUSTER …`).
    Admin(Ticket),
    /// The shell to write the configuration file.
    Rewrite(Ticket),
    /// `WAIT`: replicas to acknowledge an offset.
    Wait {
        /// The client's last write.
        offset: ReplOffset,
        /// How many are wanted.
        replicas: u64,
        /// When it answers anyway.
        deadline: Option<Instant>,
    },
    /// One of its keys to be signalled: it keeps its request (`blocking`).
    Keys {
        /// When it answers anyway.
        deadline: Option<Instant>,
    },
    /// A pause to end; its next command is the one it keeps, or the first of its pending input.
    Paused,
    /// The process to end.
    Shutdown,
}

impl Blocked {
    /// Whether it is a command that blocks, which `CLIENT UNBLOCK` may end.
    pub(crate) const fn is_blocking_command(&self) -> bool {
        matches!(self, Self::Wait { .. } | Self::Keys { .. })
    }

    /// Whether its session is shown as blocked. To wait for an answer of the control plane is a matter of our own.
    pub(crate) const fn is_shown(&self) -> bool {
        !matches!(self, Self::Admin(_) | Self::Rewrite(_))
    }

    pub(crate) const fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Wait { deadline, .. } | Self::Keys { deadline } => *deadline,
            _ => None,
        }
    }
}

/// The deadlines of all blocked sessions, and who waits for acknowledgements.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    deadlines: BTreeSet<(Instant, ClientId)>,
    tickets: BTreeMap<Ticket, ClientId>,
    /// Sessions in `WAIT`, looked at whenever a replica acknowledges.
    pub(crate) for_acks: Vec<ClientId>,
}

impl Waiting {
    pub(crate) fn add(&mut self, client: ClientId, blocked: &Blocked) {
        if let Some(deadline) = blocked.deadline() {
            self.deadlines.insert((deadline, client));
        }
        match blocked {
            Blocked::Wait { .. } => self.for_acks.push(client),
            Blocked::Admin(ticket) | Blocked::Rewrite(ticket) => {
                self.tickets.insert(*ticket, client);
            }
            Blocked::Keys { .. } | Blocked::Paused | Blocked::Shutdown => {}
        }
    }

    pub(crate) fn remove(&mut self, client: ClientId, blocked: &Blocked) {
        if let Some(deadline) = blocked.deadline() {
            self.deadlines.remove(&(deadline, client));
        }
        match blocked {
            Blocked::Wait { .. } => self.for_acks.retain(|waiting| *waiting != client),
            Blocked::Admin(ticket) | Blocked::Rewrite(ticket) => {
                self.tickets.remove(ticket);
            }
            Blocked::Keys { .. } | Blocked::Paused | Blocked::Shutdown => {}
        }
    }

    /// How many deadlines there are.
    pub(crate) fn deadlines(&self) -> usize {
        self.deadlines.len()
    }

    /// Who waits for this answer.
    pub(crate) fn holder(&self, ticket: Ticket) -> Option<ClientId> {
        self.tickets.get(&ticket).copied()
    }

    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// One session whose time is over.
    pub(crate) fn expired(&self, now: Instant) -> Option<ClientId> {
        self.deadlines
            .first()
            .filter(|(deadline, _)| *deadline <= now)
            .map(|(_, client)| *client)
    }
}
