//! Connections: two ends, and what is on its way to each.

use std::collections::VecDeque;

use shoal_slots::Instant;

use crate::host::HostId;

/// A connection. Both ends know it under the same name; a name is never used twice.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ConnId(pub u64);

/// How a connection behaves when the network is bad.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Transport {
    /// Like TCP: everything arrives, once and in order, perhaps late.
    Stream,
    /// Like datagrams within a connection: messages get lost and overtake each other.
    Messages,
}

/// One of the two ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum End {
    Dialler,
    Listener,
}

impl End {
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Dialler => Self::Listener,
            Self::Listener => Self::Dialler,
        }
    }
}

/// What one end knows and gets.
#[derive(Debug)]
pub(crate) struct Side<P> {
    pub(crate) host: HostId,
    /// This end may send and receive.
    pub(crate) open: bool,
    /// This end closed the connection, and needs not be told that it is closed.
    pub(crate) closed: bool,
    /// On its way to this end, in order (streams only; messages travel on their own).
    pub(crate) incoming: VecDeque<P>,
    /// Nothing that keeps the order arrives before this.
    pub(crate) not_before: Instant,
}

#[derive(Debug)]
pub(crate) struct Conn<P> {
    dialler: Side<P>,
    listener: Side<P>,
    pub(crate) port: u16,
    pub(crate) transport: Transport,
    /// When dialling gives up.
    pub(crate) deadline: Instant,
}

impl<P> Conn<P> {
    pub(crate) fn new(
        from: HostId,
        to: HostId,
        port: u16,
        transport: Transport,
        deadline: Instant,
    ) -> Self {
        let side = |host| Side {
            host,
            open: false,
            closed: false,
            incoming: VecDeque::new(),
            not_before: Instant::ORIGIN,
        };
        Self {
            dialler: side(from),
            listener: side(to),
            port,
            transport,
            deadline,
        }
    }

    pub(crate) const fn side(&self, end: End) -> &Side<P> {
        match end {
            End::Dialler => &self.dialler,
            End::Listener => &self.listener,
        }
    }

    pub(crate) const fn side_mut(&mut self, end: End) -> &mut Side<P> {
        match end {
            End::Dialler => &mut self.dialler,
            End::Listener => &mut self.listener,
        }
    }

    /// The end at this host. A host that dialled itself is meant as the dialler while that end is open.
    pub(crate) fn end_at(&self, host: HostId) -> Option<End> {
        if self.dialler.host == host && (!self.dialler.closed || self.listener.host != host) {
            Some(End::Dialler)
        } else if self.listener.host == host {
            Some(End::Listener)
        } else {
            None
        }
    }
}
