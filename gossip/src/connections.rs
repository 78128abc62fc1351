//! What happens to connections, and whose they are.

use alloc::string::String;

use shoal_slots::NodeId;

use crate::event::{Event, LinkChange, LinkId};
use crate::gossip::Gossip;
use crate::links::Link;
use crate::wire::kind;

impl Gossip {
    /// The address of the other side of a link.
    pub(crate) fn address_behind(&self, link: LinkId) -> String {
        let Some(entry) = self.links.get(link) else {
            return String::new();
        };
        if link.is_inbound() {
            return entry.peer_ip.clone();
        }
        let peer = entry.peer.and_then(|peer| self.peers.get(&peer));
        peer.map(|peer| peer.address.ip.clone()).unwrap_or_default()
    }

    pub(crate) fn take_link_change(&mut self, link: LinkId, change: LinkChange) {
        match change {
            LinkChange::Accepted { peer_ip, local_ip } => self.accept(link, peer_ip, local_ip),
            LinkChange::Connected { local_ip } => self.take_connected(link, local_ip),
            LinkChange::ConnectFailed => self.take_connect_failure(link),
            LinkChange::Closed => {
                self.forget_link(link);
            }
            LinkChange::SendBuffer { bytes } => {
                if let Some(entry) = self.links.get_mut(link) {
                    entry.send_buffer = bytes;
                }
            }
        }
    }

    fn accept(&mut self, link: LinkId, peer_ip: String, local_ip: String) {
        if self.links.get(link).is_some() {
            return;
        }
        let full = self.links.inbound_count() >= self.config.limits.inbound_links_max;
        let entry = Link::inbound(peer_ip, local_ip, self.now.instant);
        if full || !self.links.accept(link, entry) {
            self.out.event(Event::Close { link });
        }
    }

    /// The connection stands: the first message goes out at once, MEET or PING. If a ping was outstanding
    /// before the reconnection its old time counts, so that reconnecting does not hide a silent node.
    fn take_connected(&mut self, link: LinkId, local_ip: String) {
        let Some(entry) = self.links.get_mut(link) else {
            return;
        };
        if entry.connected {
            return;
        }
        entry.connected = true;
        entry.local_ip = local_ip;
        let Some(peer) = entry.peer.and_then(|peer| self.peers.get(&peer)) else {
            return;
        };
        let (id, waiting) = (peer.id, peer.ping_sent);
        let first = if peer.send_meet {
            kind::MEET
        } else {
            kind::PING
        };
        self.send_heartbeat(first, link);
        if let Some(peer) = self.peers.get_mut(&id)
            && waiting.is_some()
        {
            peer.ping_sent = waiting;
        }
    }

    /// Nobody listens there. Without an outstanding ping the failure would go unnoticed, so the attempt
    /// counts as one.
    fn take_connect_failure(&mut self, link: LinkId) {
        let now = self.now.instant;
        let Some(entry) = self.forget_link(link) else {
            return;
        };
        if let Some(peer) = entry.peer.and_then(|peer| self.peers.get_mut(&peer)) {
            peer.ping_sent.get_or_insert(now);
        }
    }

    /// Makes an inbound link the one of its sender; the one it had before is closed.
    pub(crate) fn attach_inbound(&mut self, link: LinkId, sender: NodeId) {
        let Some(entry) = self.links.get_mut(link) else {
            return;
        };
        let before = entry.peer.replace(sender);
        if before == Some(sender) {
            return;
        }
        if let Some(before) = before.and_then(|before| self.peers.get_mut(&before)) {
            before.inbound = None;
        }
        let Some(peer) = self.peers.get_mut(&sender) else {
            return;
        };
        if let Some(old) = peer.inbound.replace(link) {
            self.links.remove(old);
            self.out.event(Event::Close { link: old });
        }
    }

    /// The driver says that a link is gone, or we close it: nobody may name it any more.
    fn forget_link(&mut self, link: LinkId) -> Option<Link> {
        let entry = self.links.remove(link)?;
        if let Some(peer) = entry.peer.and_then(|peer| self.peers.get_mut(&peer)) {
            let named = if link.is_inbound() {
                &mut peer.inbound
            } else {
                &mut peer.outbound
            };
            named.take_if(|named| *named == link);
        }
        Some(entry)
    }

    pub(crate) fn close_link(&mut self, link: LinkId) {
        if self.forget_link(link).is_some() {
            self.out.event(Event::Close { link });
        }
    }
}
