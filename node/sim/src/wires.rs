//! What a node's connections are: the bus, clients, the link to its primary.

use std::collections::BTreeMap;

use shoal_core::ClientId;
use shoal_gossip::LinkId;
use shoal_simnet::ConnId;

/// The other end of a connection, inside a node.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Wire {
    Bus(LinkId),
    Client(ClientId),
    Primary,
}

/// Both directions of the mapping.
#[derive(Debug, Default)]
pub(crate) struct Wires {
    wires: BTreeMap<ConnId, Wire>,
    links: BTreeMap<LinkId, ConnId>,
    clients: BTreeMap<ClientId, ConnId>,
    primary: Option<ConnId>,
    accepted: u64,
}

impl Wires {
    pub(crate) fn add(&mut self, conn: ConnId, wire: Wire) {
        self.wires.insert(conn, wire);
        match wire {
            Wire::Bus(link) => {
                self.links.insert(link, conn);
            }
            Wire::Client(client) => {
                self.clients.insert(client, conn);
            }
            Wire::Primary => self.primary = Some(conn),
        }
    }

    pub(crate) fn get(&self, conn: ConnId) -> Option<Wire> {
        self.wires.get(&conn).copied()
    }

    pub(crate) fn remove(&mut self, conn: ConnId) -> Option<Wire> {
        let wire = self.wires.remove(&conn)?;
        match wire {
            Wire::Bus(link) => {
                self.links.remove(&link);
            }
            Wire::Client(client) => {
                self.clients.remove(&client);
            }
            Wire::Primary => self.primary = self.primary.filter(|primary| *primary != conn),
        }
        Some(wire)
    }

    pub(crate) fn link(&self, link: LinkId) -> Option<ConnId> {
        self.links.get(&link).copied()
    }

    pub(crate) fn client(&self, client: ClientId) -> Option<ConnId> {
        self.clients.get(&client).copied()
    }

    pub(crate) const fn primary(&self) -> Option<ConnId> {
        self.primary
    }

    /// A new name for a link that somebody else opened.
    pub(crate) const fn inbound(&mut self) -> LinkId {
        self.accepted += 1;
        LinkId::inbound(self.accepted)
    }
}
