//! MEET until the name is known, and what addresses turn out to be.
//!
//! A handshake is a node of the table under a random name. It is dialled like any other node; the first
//! PING, PONG or MEET that comes back on that connection tells the real name. If that name is known
//! already, the handshake has only confirmed an address.

use alloc::format;
use alloc::string::String;

use shoal_slots::{NodeId, Role, ShardId};

use crate::event::{Event, LinkId};
use crate::gossip::Gossip;
use crate::notice::Notice;
use crate::peer::{Address, Peer};
use crate::wire::{Header, NodeFlags, kind};

impl Gossip {
    /// Adds a node under a random name to be dialled. Nothing happens if a handshake with this address is
    /// running, so repeated requests cost nothing; the answer to the operator is OK in any case.
    pub(crate) fn start_handshake(&mut self, address: Address, send_meet: bool) {
        let running = self.peers.iter().filter(|peer| peer.handshake);
        let (mut count, mut known) = (0, false);
        for peer in running {
            count += 1;
            known |= peer.address.ip == address.ip
                && peer.address.port == address.port
                && peer.address.bus_port == address.bus_port;
        }
        if known {
            return;
        }
        if count >= self.config.limits.handshakes_max || self.table_is_full() {
            self.complain_about_room();
            return;
        }
        let name = NodeId::random(&mut self.rng);
        let mut peer = self.blank_peer(name);
        peer.address = address;
        peer.handshake = true;
        peer.send_meet = send_meet;
        self.peers.insert(peer);
    }

    /// A node about which nothing is known but a name.
    pub(crate) fn blank_peer(&mut self, id: NodeId) -> Peer {
        let shard = ShardId::random(&mut self.rng);
        Peer::new(id, shard, self.now.instant)
    }

    pub(crate) fn complain_about_room(&mut self) {
        if !core::mem::replace(&mut self.complaints.table_full, true) {
            self.out.notice(Notice::TableFull);
        }
    }

    pub(crate) fn table_is_full(&self) -> bool {
        self.peers.len() >= self.config.limits.nodes_max
    }

    /// A stranger sent MEET: dial back, with PING.
    pub(crate) fn meet_back(&mut self, link: LinkId, header: &Header) {
        let address = self.address_in(link, header);
        if address.is_dialable() {
            self.start_handshake(address, false);
        }
    }

    /// Where the sender of a packet says it is, or where the packet came from.
    fn address_in(&self, link: LinkId, header: &Header) -> Address {
        let ip = if header.ip.is_empty() {
            self.address_behind(link)
        } else {
            String::from(header.ip.as_str())
        };
        Address {
            ip,
            port: header.port,
            other_port: header.pport,
            bus_port: header.cport,
        }
    }

    /// Our own address is where others reach us: learnt from every MEET, and from the first PING after a
    /// start. (What nodes.conf remembers may be outdated: the node may have moved while it was down.)
    pub(crate) fn learn_own_address(&mut self, kind: u16, link: LinkId) {
        if self.config.announce.ip.is_some() || (kind != kind::MEET && self.knows_own_address) {
            return;
        }
        let Some(entry) = self
            .links
            .get(link)
            .filter(|link| !link.local_ip.is_empty())
        else {
            return;
        };
        self.knows_own_address = true;
        if entry.local_ip == self.peers.me().address.ip {
            return;
        }
        let ip = entry.local_ip.clone();
        self.peers.me_mut().address.ip = ip;
        self.out.save();
        self.out.view();
    }

    /// Compares who answers on a connection that we opened with whom we dialled. False if the packet has
    /// nothing more to say.
    pub(crate) fn settle_identity(
        &mut self,
        kind: u16,
        link: LinkId,
        sender: Option<NodeId>,
        header: &Header,
    ) -> bool {
        if link.is_inbound() {
            return true;
        }
        let owner = self.links.get(link).and_then(|link| link.peer);
        let Some(peer) = owner.and_then(|owner| self.peers.get(&owner)) else {
            return false;
        };
        let id = peer.id;
        if peer.handshake {
            match sender {
                Some(sender) => {
                    if kind != kind::MEET {
                        self.update_address(&sender, link, header);
                    }
                    self.remove_peer(&id);
                }
                None => self.finish_handshake(&id, header),
            }
            return false;
        }
        if id != header.sender {
            self.lose_address(&id, header.sender);
            return false;
        }
        true
    }

    /// The handshake node gets its real name and role. Everything else comes with its next packets.
    fn finish_handshake(&mut self, handshake: &NodeId, header: &Header) {
        let id = header.sender;
        if !self.peers.rename(handshake, id) {
            return;
        }
        let now = self.now.instant;
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        peer.handshake = false;
        peer.send_meet = false;
        peer.role = role_of(header.flags);
        peer.ping_sent = None;
        peer.pong_received = Some(now);
        peer.data_received = Some(now);
        for link in [peer.outbound, peer.inbound].into_iter().flatten() {
            if let Some(entry) = self.links.get_mut(link) {
                entry.peer = Some(id);
            }
        }
        self.out.save();
        self.out.view();
        self.health.mark_stale();
    }

    /// Somebody else answers at a node's address (it was reset, or the address was given away): we do not
    /// know where the node is until somebody tells.
    fn lose_address(&mut self, id: &NodeId, seen: NodeId) {
        let Some(peer) = self.peers.get_mut(id) else {
            return;
        };
        peer.lose_address();
        if let Some(link) = peer.outbound {
            self.close_link(link);
        }
        self.out.notice(Notice::WrongId {
            expected: *id,
            seen,
        });
        self.out.save();
        self.out.view();
    }

    /// A known node speaks to us on a connection that it opened: it is where it says it is, or where the
    /// connection comes from.
    pub(crate) fn update_address(&mut self, id: &NodeId, link: LinkId, header: &Header) {
        let address = self.address_in(link, header);
        if address.is_dialable() {
            self.set_address(id, address);
        }
    }

    /// Stores a node's new address; the old connection is of no use any more.
    pub(crate) fn set_address(&mut self, id: &NodeId, address: Address) {
        let Some(peer) = self.peers.get_mut(id) else {
            return;
        };
        if peer.address == address && !peer.noaddr {
            return;
        }
        peer.address = address;
        peer.noaddr = false;
        if let Some(link) = peer.outbound {
            self.close_link(link);
        }
        if self.peers.me().primary == Some(*id) {
            self.out.event(Event::PrimaryAddressChanged);
        }
        self.out.save();
        self.out.view();
        self.health.mark_stale();
    }

    /// Takes a node out of the table, its slots, marks, reports and connections with it.
    pub(crate) fn remove_peer(&mut self, id: &NodeId) {
        if *id == self.peers.me().id {
            return;
        }
        self.slots.unassign_all(id);
        self.slots.drop_marks_of(id);
        let Some(peer) = self.peers.remove(id) else {
            return;
        };
        for link in [peer.outbound, peer.inbound].into_iter().flatten() {
            self.links.remove(link);
            self.out.event(Event::Close { link });
        }
        if self.handover.requester == Some(*id) {
            self.handover.requester = None;
        }
        if peer.handshake {
            return;
        }
        self.out.event(Event::NodeRemoved(*id));
        self.out.save();
        self.out.view();
        self.health.mark_stale();
    }

    /// A handshake that nobody answered within its lifetime ends.
    pub(crate) fn expire_handshake(&mut self, id: &NodeId) {
        if let Some(peer) = self.peers.get(id) {
            let address = format!("{}:{}", peer.address.ip, peer.address.bus_port);
            self.out.notice(Notice::HandshakeTimedOut { address });
        }
        self.remove_peer(id);
    }
}

/// The role that flags from the wire claim. Contradictory ones make a replica, which has fewer rights.
pub(crate) fn role_of(flags: NodeFlags) -> Role {
    if flags.contains(NodeFlags::REPLICA) {
        Role::Replica
    } else {
        Role::Primary
    }
}
