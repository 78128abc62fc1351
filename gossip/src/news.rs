//! What a known peer says about others (gossip entries) and adds about itself (extensions).

use alloc::string::String;
use core::time::Duration;

use shoal_slots::{Instant, NodeId};

use crate::gossip::Gossip;
use crate::handshake::role_of;
use crate::notice::Notice;
use crate::peer::{Address, Liveness};
use crate::wire::{Extension, GossipEntry, NodeFlags};

impl Gossip {
    /// Reads the gossip section of a known sender.
    pub(crate) fn take_gossip(&mut self, sender: &NodeId, entries: &[GossipEntry]) {
        let reporter = self.is_voter(sender);
        for entry in entries {
            // Nobody knows better than we how we are.
            if entry.node == self.peers.me().id {
                continue;
            }
            if self.peers.known(&entry.node).is_some() {
                self.take_report(sender, reporter, entry);
                self.take_pong_time(entry);
                self.take_gossiped_address(entry);
            } else {
                self.add_gossiped(entry);
            }
        }
    }

    /// A node that answers others needs no ping of ours: their pong counts, unless we doubt the node.
    fn take_pong_time(&mut self, entry: &GossipEntry) {
        let failing = entry.flags.intersects(NodeFlags::PFAIL | NodeFlags::FAIL);
        let Some(at) = self.instant_of(entry.pong_received) else {
            return;
        };
        let Some(peer) = self.peers.get_mut(&entry.node) else {
            return;
        };
        let doubted = failing || peer.ping_sent.is_some() || !peer.reports.is_empty();
        if !doubted && peer.pong_received.is_none_or(|pong| pong < at) {
            peer.pong_received = Some(at);
        }
    }

    /// Unix seconds of a peer as an instant of ours; `None` if it lies too far in the future.
    fn instant_of(&self, seconds: u32) -> Option<Instant> {
        let at = u64::from(seconds).saturating_mul(1_000_000);
        let skew =
            u64::try_from(self.config.timing.gossip_clock_skew.as_micros()).unwrap_or(u64::MAX);
        if at > self.now.unix_micros.saturating_add(skew) {
            return None;
        }
        let age = self.now.unix_micros.saturating_sub(at);
        Some(Instant::from_micros(
            self.now.instant.as_micros().saturating_sub(age),
        ))
    }

    /// A node that we cannot reach is reported alive elsewhere: try there.
    fn take_gossiped_address(&mut self, entry: &GossipEntry) {
        let bad = NodeFlags::PFAIL | NodeFlags::FAIL | NodeFlags::NOADDR;
        let Some(peer) = self.peers.get(&entry.node) else {
            return;
        };
        let address = address_of(entry);
        let moved = peer.address.ip != address.ip
            || peer.address.port != address.port
            || peer.address.bus_port != address.bus_port;
        if !peer.is_alive() && !entry.flags.intersects(bad) && moved && address.is_dialable() {
            self.set_address(&entry.node, address);
        }
    }

    /// A node that a known peer knows, we know too, unless it was forgotten on purpose.
    fn add_gossiped(&mut self, entry: &GossipEntry) {
        let address = address_of(entry);
        let nameless = entry
            .flags
            .intersects(NodeFlags::NOADDR | NodeFlags::HANDSHAKE);
        if nameless
            || !address.is_dialable()
            || self.blacklist.contains(&entry.node, self.now.instant)
        {
            return;
        }
        if self.table_is_full() {
            self.complain_about_room();
            return;
        }
        let mut peer = self.blank_peer(entry.node);
        peer.address = address;
        peer.role = role_of(entry.flags);
        peer.nofailover = entry.flags.contains(NodeFlags::NOFAILOVER);
        peer.migrate_to = peer.is_primary() && entry.flags.contains(NodeFlags::MIGRATE_TO);
        peer.liveness = if entry.flags.contains(NodeFlags::FAIL) {
            Liveness::Failed { since: None }
        } else if entry.flags.contains(NodeFlags::PFAIL) {
            Liveness::Suspected
        } else {
            Liveness::Alive
        };
        if self.peers.insert(peer) {
            self.out.save();
            self.out.view();
            self.health.mark_stale();
        }
    }

    /// Reads the extensions of a known sender. What it does not mention it does not have.
    pub(crate) fn take_extensions(&mut self, sender: &NodeId, extensions: &[Extension]) {
        let mut names: [&str; 4] = [""; 4];
        let mut shard = None;
        for extension in extensions {
            match extension {
                Extension::Hostname(name) => names[0] = name.as_str(),
                Extension::HumanNodename(name) => names[1] = name.as_str(),
                Extension::ClientIpv4(name) => names[2] = name.as_str(),
                Extension::ClientIpv6(name) => names[3] = name.as_str(),
                Extension::ShardId(id) => shard = Some(*id),
                Extension::ForgottenNode { node, ttl_secs } => {
                    self.take_forgotten(sender, node, *ttl_secs)
                }
                _ => {}
            }
        }
        self.take_names(sender, names);
        let primary = self.peers.get(sender).and_then(|peer| peer.primary);
        let shard = shard.or_else(|| Some(self.peers.get(&primary?)?.shard));
        let Some(peer) = self.peers.get_mut(sender) else {
            return;
        };
        if let Some(shard) = shard.filter(|shard| *shard != peer.shard) {
            peer.shard = shard;
            self.out.save();
        }
        self.follow_primarys_shard(sender);
    }

    /// A replica is of its primary's shard, whatever it said before it became one. The same goes for us.
    fn follow_primarys_shard(&mut self, primary: &NodeId) {
        let Some(shard) = self.peers.get(primary).map(|peer| peer.shard) else {
            return;
        };
        let me = self.peers.me_mut();
        if me.primary == Some(*primary) && me.shard != shard {
            me.shard = shard;
            self.out.save();
        }
    }

    fn take_names(&mut self, sender: &NodeId, names: [&str; 4]) {
        let Some(peer) = self.peers.get_mut(sender) else {
            return;
        };
        let fields = [
            &mut peer.hostname,
            &mut peer.human_name,
            &mut peer.client_ipv4,
            &mut peer.client_ipv6,
        ];
        let mut changed = false;
        for (field, name) in fields.into_iter().zip(names) {
            if field != name {
                *field = String::from(name);
                changed = true;
            }
        }
        if changed {
            self.out.save();
            self.out.view();
        }
    }

    /// A peer forgot a node and tells everybody. It cannot make us forget itself (it is right here), us, or
    /// the primary that we replicate; a node that we do not know is not worth a note.
    fn take_forgotten(&mut self, sender: &NodeId, node: &NodeId, ttl_secs: u64) {
        let me = self.peers.me();
        let spared = *node == me.id || Some(*node) == me.primary || node == sender;
        if spared || ttl_secs == 0 || self.peers.known(node).is_none() {
            return;
        }
        let ttl = Duration::from_secs(ttl_secs).min(self.config.timing.blacklist_ttl_max);
        self.blacklist.add(*node, self.now.instant, ttl);
        self.remove_peer(node);
        self.out.notice(Notice::ForgottenByPeer {
            node: *node,
            told_by: *sender,
        });
    }
}

fn address_of(entry: &GossipEntry) -> Address {
    Address {
        ip: String::from(entry.ip.as_str()),
        port: entry.port,
        other_port: entry.pport,
        bus_port: entry.cport,
    }
}
