//! How packets are written and to whom they go.
//!
//! Broadcasts, votes, UPDATE and MFSTART use the connections that we opened; only answers use the
//! connection of the question. Where there is no established connection the message is dropped, as the
//! reference servers drop it: whatever matters is repeated by heartbeats.

use alloc::string::String;
use alloc::vec::Vec;

use bytes::Bytes;
use shoal_slots::{Instant, NodeId};

use crate::event::LinkId;
use crate::gossip::Gossip;
use crate::peer::Address;
use crate::wire::{
    Body, Extension, Header, Heartbeat, IpText, MessageFlags, Name, NodeFlags, Packet, kind,
};

impl Gossip {
    /// What every packet says about us. A replica shows the slots and the configEpoch of its primary: that is
    /// what is voted on.
    fn header(&self, mut mflags: MessageFlags) -> Header {
        let me = self.peers.me();
        let shown = me
            .primary
            .and_then(|primary| self.peers.get(&primary))
            .unwrap_or(me);
        mflags.set(
            MessageFlags::PAUSED,
            self.handover.paused && me.is_primary(),
        );
        let ip = self.config.announce.ip.as_deref().and_then(IpText::new);
        Header {
            port: me.address.port,
            pport: me.address.other_port,
            cport: me.address.bus_port,
            current_epoch: self.epochs.current,
            config_epoch: shown.config_epoch,
            offset: me.repl_offset,
            sender: me.id,
            slots: self.slots.slots_of(&shown.id).clone(),
            primary: me.primary,
            ip: ip.unwrap_or(IpText::EMPTY),
            flags: me.flags() | NodeFlags::MYSELF,
            state: self.health.state(),
            mflags,
        }
    }

    /// Sends a PING, PONG or MEET. A PING on a link that we opened starts the wait for its pong.
    pub(crate) fn send_heartbeat(&mut self, kind: u16, link: LinkId) {
        if self.silent || !self.links.get(link).is_some_and(|link| link.connected) {
            return;
        }
        let receiver = self.links.get(link).and_then(|link| link.peer);
        let news = Heartbeat {
            gossip: self.select_news(receiver),
            extensions: self.own_extensions(),
            ..Heartbeat::default()
        };
        let mut mflags = MessageFlags::empty();
        mflags.set(
            MessageFlags::EXT_DATA,
            self.config.dialect.always_flags_extensions(),
        );
        let body = match kind {
            kind::PING => Body::Ping(news),
            kind::MEET => Body::Meet(news),
            _ => Body::Pong(news),
        };
        if kind == kind::PING
            && !link.is_inbound()
            && let Some(peer) = receiver.and_then(|receiver| self.peers.get_mut(&receiver))
        {
            peer.ping_sent = Some(self.now.instant);
        }
        self.send(link, mflags, body);
    }

    /// Answers the PINGs that were swallowed in silence: whoever sent one waits for its PONG on that connection and
    /// sends no other before.
    pub(crate) fn answer_all(&mut self) {
        let heard: Vec<LinkId> = self
            .links
            .iter()
            .filter(|(id, link)| id.is_inbound() && link.peer.is_some())
            .map(|(id, _)| id)
            .collect();
        for link in heard {
            self.send_heartbeat(kind::PONG, link);
        }
    }

    /// What we add about ourselves, in wire order. The shard comes last, as from Redis 7.2.
    fn own_extensions(&self) -> Vec<Extension> {
        let announce = &self.config.announce;
        let mut list = Vec::new();
        list.extend(
            Name::host(&announce.hostname)
                .filter(is_set)
                .map(Extension::Hostname),
        );
        if !self.config.dialect.always_flags_extensions() {
            return list;
        }
        list.extend(
            Name::human(&announce.human_name)
                .filter(is_set)
                .map(Extension::HumanNodename),
        );
        let forgotten = self.blacklist.remaining(self.now.instant);
        let most = self.config.limits.forgotten_notes_max;
        list.extend(
            forgotten
                .take(most)
                .map(|(node, ttl_secs)| Extension::ForgottenNode { node, ttl_secs }),
        );
        list.push(Extension::ShardId(self.peers.me().shard));
        list
    }

    /// Sends one packet on one link.
    pub(crate) fn send(&mut self, link: LinkId, mflags: MessageFlags, body: Body) {
        if self.silent || !self.links.get(link).is_some_and(|link| link.connected) {
            return;
        }
        let packet = self.encode(mflags, body);
        self.transmit(link, packet);
    }

    fn encode(&self, mflags: MessageFlags, body: Body) -> (u16, Bytes) {
        let kind = body.kind();
        (
            kind,
            Packet {
                header: self.header(mflags),
                body,
            }
            .encode(),
        )
    }

    fn transmit(&mut self, link: LinkId, (kind, packet): (u16, Bytes)) {
        self.stats.count_sent(kind);
        self.out.transmit(link, packet);
    }

    /// Sends a packet to a node, on the connection that we opened to it.
    pub(crate) fn send_to(&mut self, node: &NodeId, mflags: MessageFlags, body: Body) {
        if let Some(link) = self.peers.known(node).and_then(|peer| peer.outbound) {
            self.send(link, mflags, body);
        }
    }

    /// Sends one packet to every node that `wanted` picks, encoded once.
    pub(crate) fn broadcast_to(
        &mut self,
        mflags: MessageFlags,
        body: Body,
        wanted: impl Fn(&Self, &NodeId) -> bool,
    ) {
        if self.silent {
            return;
        }
        let links: Vec<LinkId> = self
            .open_links()
            .filter(|(id, _)| wanted(self, id))
            .map(|(_, link)| link)
            .collect();
        if links.is_empty() {
            return;
        }
        let (kind, packet) = self.encode(mflags, body);
        for link in links {
            self.transmit(link, (kind, packet.clone()));
        }
    }

    pub(crate) fn broadcast(&mut self, mflags: MessageFlags, body: Body) {
        self.broadcast_to(mflags, body, |_, _| true);
    }

    /// The established connections that we opened to nodes whose name we know.
    fn open_links(&self) -> impl Iterator<Item = (NodeId, LinkId)> {
        self.peers
            .iter()
            .filter(|peer| !peer.handshake)
            .filter_map(|peer| {
                let link = peer.outbound?;
                self.links.get(link)?.connected.then_some((peer.id, link))
            })
    }

    /// Unsolicited PONGs: news that should not wait for the next heartbeat. With `shard_only`, to the nodes
    /// of our own shard.
    pub(crate) fn send_pongs(&mut self, shard_only: bool) {
        let links: Vec<LinkId> = self
            .open_links()
            .filter(|(id, _)| !shard_only || self.same_shard(id))
            .map(|(_, link)| link)
            .collect();
        for link in links {
            self.send_heartbeat(kind::PONG, link);
        }
    }

    /// Whether a node has the same primary as we, or is it.
    pub(crate) fn same_shard(&self, id: &NodeId) -> bool {
        let me = self.peers.me();
        let head = me.primary.unwrap_or(me.id);
        *id == head
            || self
                .peers
                .get(id)
                .is_some_and(|peer| peer.primary == Some(head))
    }

    /// Takes over what the options say about us. The address of an earlier `cluster-announce-ip` is
    /// forgotten only when there is a new one.
    pub(crate) fn refresh_myself(&mut self) {
        let tls = self.config.tls_cluster;
        let announce = &self.config.announce;
        let (port, other_port) = if tls {
            (announce.tls_port, announce.port)
        } else {
            (announce.port, announce.tls_port)
        };
        let me = self.peers.me();
        let ip = announce.ip.as_deref().unwrap_or(&me.address.ip);
        let address = Address {
            ip: String::from(ip),
            port,
            other_port,
            bus_port: announce.bus_port,
        };
        let nofailover = self.config.replica_no_failover;
        let same = me.address == address
            && me.hostname == announce.hostname
            && me.human_name == announce.human_name
            && me.nofailover == nofailover;
        if same {
            return;
        }
        let (hostname, human_name) = (announce.hostname.clone(), announce.human_name.clone());
        let me = self.peers.me_mut();
        me.address = address;
        me.hostname = hostname;
        me.human_name = human_name;
        me.nofailover = nofailover;
        self.out.save();
        self.out.view();
    }

    /// An instant as unix milliseconds, by the clock of the running call.
    pub(crate) fn unix_millis(&self, at: Instant) -> u64 {
        let age = u64::try_from(self.now.instant.since(at).as_millis()).unwrap_or(u64::MAX);
        (self.now.unix_micros / 1000).saturating_sub(age)
    }

    /// An instant as the unix seconds of a gossip entry; 0 for none.
    pub(crate) fn unix_seconds(&self, at: Option<Instant>) -> u32 {
        at.map_or(0, |at| {
            u32::try_from(self.unix_millis(at) / 1000).unwrap_or(u32::MAX)
        })
    }
}

fn is_set(name: &Name) -> bool {
    !name.as_str().is_empty()
}
