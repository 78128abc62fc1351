//! Connections of the bus by id. One owner for all of them: nodes and links name each other by id, never
//! by reference, so whatever a packet makes us forget, nothing dangles.

use alloc::collections::BTreeMap;
use alloc::string::String;

use shoal_slots::{Instant, NodeId};

use crate::event::LinkId;

/// One connection.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    /// Whose it is. An outbound link always has an owner; an inbound one gets it with the first packet of
    /// a known sender.
    pub(crate) peer: Option<NodeId>,
    /// The address of the other side (of inbound links).
    pub(crate) peer_ip: String,
    /// Our own address on it; empty until it is established.
    pub(crate) local_ip: String,
    pub(crate) created: Instant,
    pub(crate) connected: bool,
    /// Bytes waiting in the driver's output queue.
    pub(crate) send_buffer: u64,
    /// Somebody used our own id on it, and that was reported.
    pub(crate) own_id_reported: bool,
}

impl Link {
    pub(crate) const fn outbound(peer: NodeId, now: Instant) -> Self {
        Self {
            peer: Some(peer),
            peer_ip: String::new(),
            local_ip: String::new(),
            created: now,
            connected: false,
            send_buffer: 0,
            own_id_reported: false,
        }
    }

    pub(crate) const fn inbound(peer_ip: String, local_ip: String, now: Instant) -> Self {
        Self {
            peer: None,
            peer_ip,
            local_ip,
            created: now,
            connected: true,
            send_buffer: 0,
            own_id_reported: false,
        }
    }
}

/// All connections, and the source of outbound ids.
#[derive(Clone, Debug, Default)]
pub(crate) struct LinkTable {
    links: BTreeMap<LinkId, Link>,
    last: u64,
    inbound: usize,
}

impl LinkTable {
    pub(crate) fn get(&self, id: LinkId) -> Option<&Link> {
        self.links.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: LinkId) -> Option<&mut Link> {
        self.links.get_mut(&id)
    }

    /// A new outbound link; its id was never used before.
    pub(crate) fn open(&mut self, peer: NodeId, now: Instant) -> LinkId {
        self.last = (self.last + 1) & !LinkId::INBOUND;
        let id = LinkId(self.last);
        self.links.insert(id, Link::outbound(peer, now));
        id
    }

    /// An inbound link under the driver's id. False if the id is not an inbound one or taken.
    pub(crate) fn accept(&mut self, id: LinkId, link: Link) -> bool {
        if !id.is_inbound() || self.links.contains_key(&id) {
            return false;
        }
        self.inbound += 1;
        self.links.insert(id, link);
        true
    }

    pub(crate) fn remove(&mut self, id: LinkId) -> Option<Link> {
        let link = self.links.remove(&id)?;
        if id.is_inbound() {
            self.inbound -= 1;
        }
        Some(link)
    }

    pub(crate) const fn inbound_count(&self) -> usize {
        self.inbound
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (LinkId, &Link)> {
        self.links.iter().map(|(id, link)| (*id, link))
    }
}
