//! What the joining layer wants sent: messages for subscribers, requests for votes, votes, the packets of a
//! manual failover.

use bytes::Bytes;
use shoal_slots::{Epoch, NodeId, Now, ReplOffset};

use crate::gossip::Gossip;
use crate::wire::{Body, MessageFlags, Publication, kind};

impl Gossip {
    /// Hands a message to the subscribers of all other nodes, or of the other nodes of this shard.
    pub fn publish(&mut self, now: Now, channel: Bytes, message: Bytes, shard: bool) {
        self.begin(now);
        let publication = Publication { channel, message };
        if shard {
            self.broadcast_to(
                MessageFlags::empty(),
                Body::PublishShard(publication),
                Self::same_shard,
            );
        } else {
            self.broadcast(MessageFlags::empty(), Body::Publish(publication));
        }
        self.end();
    }

    /// Asks everybody for a vote in `epoch`; the core has raised currentEpoch to it.
    pub fn broadcast_vote_request(&mut self, now: Now, epoch: Epoch, force: bool) {
        self.begin(now);
        debug_assert!(self.epochs.current >= epoch);
        let mut mflags = MessageFlags::empty();
        mflags.set(MessageFlags::FORCE_ACK, force);
        self.out.save_durably();
        self.broadcast(mflags, Body::AuthRequest);
        self.end();
    }

    /// Grants the vote of currentEpoch to a candidate: noted in nodes.conf, on disk before it is sent.
    pub fn send_vote(&mut self, now: Now, to: NodeId) {
        self.begin(now);
        self.epochs.last_vote = self.epochs.current;
        self.out.save_durably();
        self.send_to(&to, MessageFlags::empty(), Body::AuthAck);
        self.end();
    }

    /// Asks our primary to pause its clients for a manual failover.
    pub fn send_mfstart(&mut self, to: NodeId) {
        self.send_to(&to, MessageFlags::empty(), Body::MfStart);
        self.end();
    }

    /// Sends unsolicited PONGs: to everybody, or to our own shard only.
    pub fn broadcast_pong(&mut self, now: Now, shard_only: bool) {
        self.begin(now);
        self.send_pongs(shard_only);
        self.end();
    }

    /// Sends a PING to a node, on the connection that we opened to it.
    pub fn ping(&mut self, now: Now, node: NodeId) {
        self.begin(now);
        if let Some(link) = self.peers.known(&node).and_then(|peer| peer.outbound) {
            self.send_heartbeat(kind::PING, link);
        }
        self.end();
    }

    /// How far our replication is: travels in every header.
    pub fn set_offset(&mut self, offset: ReplOffset) {
        self.peers.me_mut().repl_offset = offset;
    }
}
