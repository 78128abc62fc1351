//! The tick: whom to connect to, whom to ping, whom to doubt; and whose news a heartbeat carries.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::time::Duration;

use shoal_slots::NodeId;

use crate::event::{Event, LinkId};
use crate::gossip::Gossip;
use crate::notice::{Complaints, Notice};
use crate::peer::Peer;
use crate::wire::{GossipEntry, IpText, kind};

/// A heartbeat carries news about at least this many nodes, if there are so many.
const NEWS_MIN: usize = 3;

/// ... and about this part of the table.
const NEWS_PART: usize = 10;

/// How many draws are made for each wanted entry before we make do with fewer.
const DRAWS_PER_ENTRY: usize = 3;

/// What the second pass of a tick has to do about a node.
enum Care {
    Nothing,
    Ping(LinkId),
    /// A ping should go out, but the connection is still being made: its wait starts now.
    Await,
    Doubt,
}

impl Gossip {
    /// One beat of the cron.
    pub(crate) fn tick(&mut self) {
        self.refresh_myself();
        self.blacklist.remove_expired(self.now.instant);
        if self.silent {
            return;
        }
        self.keep_connections();
        if self.beat.every(self.config.timing.random_ping_ticks) {
            self.ping_somebody();
            self.complaints = Complaints::default();
        }
        for id in self.peers.ids() {
            self.care_for(&id);
        }
        if self.health.is_failing() {
            self.health.mark_stale();
        }
    }

    /// First pass: free links that cannot drain, end old handshakes, connect where there is no link, count
    /// the doubted.
    fn keep_connections(&mut self) {
        let lifetime = self.config.handshake_lifetime();
        let now = self.now.instant;
        self.suspected = 0;
        for id in self.peers.ids() {
            if id == self.peers.me().id {
                continue;
            }
            self.free_overfull_links(&id);
            let Some(peer) = self.peers.get(&id) else {
                continue;
            };
            if peer.handshake && now.since(peer.created) > lifetime {
                self.expire_handshake(&id);
                continue;
            }
            self.suspected += usize::from(peer.is_suspected());
            if peer.outbound.is_none() && !peer.noaddr && peer.address.is_dialable() {
                self.connect(&id);
            }
        }
    }

    fn connect(&mut self, id: &NodeId) {
        let Some(peer) = self.peers.get_mut(id) else {
            return;
        };
        let link = self.links.open(*id, self.now.instant);
        peer.outbound = Some(link);
        let (ip, port) = (peer.address.ip.clone(), peer.address.bus_port);
        self.out.event(Event::Connect { link, ip, port });
    }

    fn free_overfull_links(&mut self, id: &NodeId) {
        let limit = self.config.link_sendbuf_limit;
        let Some(peer) = self.peers.get(id).filter(|_| limit > 0) else {
            return;
        };
        for link in [peer.outbound, peer.inbound].into_iter().flatten() {
            if self
                .links
                .get(link)
                .is_some_and(|entry| entry.send_buffer > limit)
            {
                self.close_link(link);
                self.stats.links_over_limit += 1;
                self.out.notice(Notice::SendBufferExceeded { node: *id });
            }
        }
    }

    /// Draws a few nodes and pings the one whose last pong is oldest.
    fn ping_somebody(&mut self) {
        let mut oldest: Option<&Peer> = None;
        for _ in 0..self.config.timing.random_ping_draws {
            let Some(peer) = self.peers.draw(&mut self.rng) else {
                return;
            };
            let candidate = peer.outbound.is_some()
                && peer.ping_sent.is_none()
                && !peer.handshake
                && peer.id != self.peers.me().id;
            if candidate && oldest.is_none_or(|best| peer.pong_received < best.pong_received) {
                oldest = Some(peer);
            }
        }
        if let Some(link) = oldest.and_then(|peer| peer.outbound) {
            self.send_heartbeat(kind::PING, link);
        }
    }

    /// Second pass, for one node: free a dead connection, ping, doubt.
    fn care_for(&mut self, id: &NodeId) {
        if *id == self.peers.me().id
            || self
                .peers
                .get(id)
                .is_none_or(|peer| peer.noaddr || peer.handshake)
        {
            return;
        }
        self.free_dead_link(id);
        let Some(peer) = self.peers.get(id) else {
            return;
        };
        match self.care_needed(peer) {
            Care::Nothing => {}
            Care::Ping(link) => self.send_heartbeat(kind::PING, link),
            Care::Await => {
                let now = self.now.instant;
                if let Some(peer) = self.peers.get_mut(id) {
                    peer.ping_sent = Some(now);
                }
            }
            Care::Doubt => self.suspect(id),
        }
    }

    fn care_needed(&self, peer: &Peer) -> Care {
        let now = self.now.instant;
        let since = |at: Option<_>| at.map_or(Duration::MAX, |at| now.since(at));
        if let Some(link) = peer.outbound {
            let connected = self.links.get(link).is_some_and(|link| link.connected);
            if peer.ping_sent.is_none() && since(peer.pong_received) > self.config.ping_interval() {
                return if connected {
                    Care::Ping(link)
                } else {
                    Care::Await
                };
            }
            if connected && self.handover.paused && self.handover.requester == Some(peer.id) {
                return Care::Ping(link);
            }
        }
        match peer.silence(now) {
            Some(silence) if silence > self.config.node_timeout && peer.is_alive() => Care::Doubt,
            _ => Care::Nothing,
        }
    }

    /// A connection on which a ping has waited for half the timeout is given up and made anew: perhaps only
    /// the connection is dead.
    fn free_dead_link(&mut self, id: &NodeId) {
        let now = self.now.instant;
        let (timeout, half) = (self.config.node_timeout, self.config.node_timeout / 2);
        let Some(peer) = self.peers.get(id) else {
            return;
        };
        let Some(link) = peer.outbound else { return };
        let old = self
            .links
            .get(link)
            .is_some_and(|link| now.since(link.created) > timeout);
        let waiting = peer.silence(now).is_some_and(|silence| silence > half);
        if old && waiting {
            self.close_link(link);
        }
    }

    /// Whose news to send: a random part of the table, and everybody we doubt, so that reports on failing
    /// nodes reach everyone fast. Never about us or the receiver, who know better.
    pub(crate) fn select_news(&mut self, receiver: Option<NodeId>) -> Vec<GossipEntry> {
        let total = self.peers.len();
        let mut fresh = total.saturating_sub(2);
        let wanted = (total / NEWS_PART).max(NEWS_MIN).min(fresh);
        let mut news = Vec::with_capacity(wanted + self.suspected);
        let mut drawn = BTreeSet::new();
        for _ in 0..wanted * DRAWS_PER_ENTRY {
            if news.len() >= wanted || fresh == 0 {
                break;
            }
            let Some(peer) = self.peers.draw(&mut self.rng) else {
                break;
            };
            let skipped =
                peer.id == self.peers.me().id || Some(peer.id) == receiver || peer.is_suspected();
            if skipped || drawn.contains(&peer.id) {
                continue;
            }
            fresh -= 1;
            if self.is_newsworthy(peer) {
                drawn.insert(peer.id);
                news.push(self.entry_about(peer));
            }
        }
        let doubted = self
            .peers
            .iter()
            .filter(|peer| peer.is_suspected() && !peer.handshake && !peer.noaddr);
        news.extend(
            doubted
                .take(self.suspected)
                .map(|peer| self.entry_about(peer)),
        );
        news
    }

    fn is_newsworthy(&self, peer: &Peer) -> bool {
        let idle = peer.outbound.is_none() && !self.slots.has_slots(&peer.id);
        !peer.handshake && !peer.noaddr && !idle
    }

    fn entry_about(&self, peer: &Peer) -> GossipEntry {
        GossipEntry {
            node: peer.id,
            ping_sent: self.unix_seconds(peer.ping_sent),
            pong_received: self.unix_seconds(peer.pong_received),
            ip: IpText::new(&peer.address.ip).unwrap_or(IpText::EMPTY),
            port: peer.address.port,
            cport: peer.address.bus_port,
            flags: peer.flags(),
            pport: peer.address.other_port,
        }
    }
}
