//! What a packet does, step by step, in the order of the reference servers: counters, answer, identity,
//! address, liveness, role, slots, epochs, news.
//!
//! A packet is owned by the call that handles it, and nodes and links are named by id, so a packet may make
//! us forget any node or link without anything dangling.

use alloc::boxed::Box;

use shoal_slots::NodeId;

use crate::event::{Event, LinkId, VoteRequest};
use crate::gossip::Gossip;
use crate::wire::{
    Body, Header, Heartbeat, LightMessage, Message, MessageFlags, NodeFlags, Packet, PacketError,
    Publication, kind,
};

/// Where the type stands in both kinds of header; read before anything is checked, for the statistics.
const KIND_AT: core::ops::Range<usize> = 12..14;

impl Gossip {
    pub(crate) fn take_packet(&mut self, link: LinkId, bytes: &[u8]) -> Result<(), PacketError> {
        if self.links.get(link).is_none() {
            return Ok(());
        }
        if let Some(&[high, low]) = bytes.get(KIND_AT) {
            self.stats.count_received(u16::from_be_bytes([high, low]));
        }
        match Message::parse(bytes, self.config.dialect)? {
            Message::Full(packet) => self.take_full(link, *packet),
            Message::Light(message) => self.take_light(link, message),
        }
        Ok(())
    }

    fn take_full(&mut self, link: LinkId, packet: Packet) {
        let Packet { header, body } = packet;
        if header.sender == self.peers.me().id {
            self.own_id_seen(link);
            return;
        }
        let sender = self.sender_of(link, &header);
        if let Some(sender) = sender {
            self.note_data(&sender);
            if !self.take_counters(&sender, &header) {
                return;
            }
        }
        match body {
            Body::Ping(news) => self.take_heartbeat(kind::PING, link, sender, &header, &news),
            Body::Pong(news) => self.take_heartbeat(kind::PONG, link, sender, &header, &news),
            Body::Meet(news) => self.take_heartbeat(kind::MEET, link, sender, &header, &news),
            other => {
                // Everything else counts only from nodes that we know.
                if let Some(sender) = sender {
                    self.take_message(&sender, &header, other);
                }
            }
        }
    }

    /// The known node that a packet comes from. On an outbound link only the node we dialled may speak (a
    /// handshake may turn out to be anybody); an inbound link belongs to whoever spoke last.
    fn sender_of(&mut self, link: LinkId, header: &Header) -> Option<NodeId> {
        let owner = self.links.get(link)?.peer;
        let sender = self.peers.known(&header.sender)?.id;
        if link.is_inbound() {
            self.attach_inbound(link, sender);
            return Some(sender);
        }
        let owner = self.peers.get(&owner?)?;
        (owner.handshake || owner.id == sender).then_some(sender)
    }

    fn note_data(&mut self, sender: &NodeId) {
        let now = self.now.instant;
        if let Some(peer) = self.peers.get_mut(sender) {
            peer.data_received = Some(now);
        }
    }

    fn take_heartbeat(
        &mut self,
        kind: u16,
        link: LinkId,
        sender: Option<NodeId>,
        header: &Header,
        news: &Heartbeat,
    ) {
        if kind != kind::PONG {
            self.learn_own_address(kind, link);
            if kind == kind::MEET && sender.is_none() {
                self.meet_back(link, header);
            }
            self.send_heartbeat(kind::PONG, link);
        }
        if !self.settle_identity(kind, link, sender, header) {
            return;
        }
        let Some(sender) = sender else { return };
        self.take_sender_flags(&sender, header);
        let outbound = self.peers.get(&sender).and_then(|peer| peer.outbound) == Some(link);
        if kind == kind::PING && !outbound {
            self.update_address(&sender, link, header);
        }
        if kind == kind::PONG && outbound {
            self.take_pong(&sender);
        }
        self.take_role(&sender, header);
        self.take_claims(&sender, header);
        self.resolve_collision(&sender, header);
        self.take_gossip(&sender, &news.gossip);
        self.take_extensions(&sender, &news.extensions);
    }

    fn take_sender_flags(&mut self, sender: &NodeId, header: &Header) {
        let nofailover = header.flags.contains(NodeFlags::NOFAILOVER);
        let Some(peer) = self.peers.get_mut(sender) else {
            return;
        };
        if peer.nofailover != nofailover {
            peer.nofailover = nofailover;
            self.out.save();
        }
        peer.light_supported = header.flags.contains(NodeFlags::LIGHT_HEADER);
        peer.extensions_supported |= header.mflags.contains(MessageFlags::EXT_DATA);
        peer.send_meet = false;
    }

    fn take_message(&mut self, sender: &NodeId, header: &Header, body: Body) {
        match body {
            Body::Fail(node) => self.take_fail(&node),
            Body::Publish(publication) => self.take_publication(publication, false),
            Body::PublishShard(publication) => self.take_publication(publication, true),
            Body::AuthRequest => {
                let request = VoteRequest {
                    from: *sender,
                    current_epoch: header.current_epoch,
                    config_epoch: header.config_epoch,
                    slots: header.slots.clone(),
                    force: header.mflags.contains(MessageFlags::FORCE_ACK),
                };
                self.out.event(Event::VoteRequested(Box::new(request)));
                // A candidate that missed an epoch of its own primary would be refused for ever.
                self.correct_stale(sender, header);
            }
            Body::AuthAck if self.is_voter(sender) => {
                self.out.event(Event::VoteReceived {
                    from: *sender,
                    epoch: header.current_epoch,
                });
            }
            Body::Update(update) => self.take_update(&update),
            Body::MfStart => self.take_mfstart(sender),
            // We have no modules, and of a type we do not know only the header counts.
            _ => {}
        }
    }

    /// Light messages do not say who sends them: the link has to belong to a node that we know.
    fn take_light(&mut self, link: LinkId, message: LightMessage) {
        let owner = self.links.get(link).and_then(|link| link.peer);
        let Some(sender) = owner.filter(|id| self.peers.known(id).is_some()) else {
            self.close_link(link);
            return;
        };
        self.note_data(&sender);
        match message {
            LightMessage::Publish(publication) => self.take_publication(publication, false),
            LightMessage::PublishShard(publication) => self.take_publication(publication, true),
        }
    }

    fn take_publication(&mut self, publication: Publication, shard: bool) {
        let Publication { channel, message } = publication;
        self.out.event(Event::Published {
            channel,
            message,
            shard,
        });
    }

    /// Our id belongs to us: whoever else uses it has a copy of our nodes.conf, or forges packets. Such a
    /// packet changes nothing; the event is raised once per connection.
    fn own_id_seen(&mut self, link: LinkId) {
        let ip = self.address_behind(link);
        let Some(entry) = self.links.get_mut(link) else {
            return;
        };
        if !core::mem::replace(&mut entry.own_id_reported, true) {
            self.out.event(Event::OwnIdSeen { ip });
        }
    }
}
