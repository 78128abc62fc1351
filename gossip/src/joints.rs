//! What the joining layer asks for besides packets and admin commands: a failure told again, and changed
//! options taken up at once.

use shoal_slots::{NodeId, Now};

use crate::gossip::Gossip;
use crate::wire::{Body, MessageFlags};

impl Gossip {
    /// Tells everybody once more that a node is FAIL, on the links that a request for votes will take. Does nothing if
    /// it is not FAIL here: a failure is announced, never invented.
    pub fn announce_failure(&mut self, now: Now, node: NodeId) {
        self.begin(now);
        if self.peers.get(&node).is_some_and(|peer| peer.is_failed()) {
            self.broadcast(MessageFlags::empty(), Body::Fail(node));
        }
        self.end();
    }

    /// Options were changed through [`Self::config_mut`]: what depends on them is looked at again.
    pub fn options_changed(&mut self, now: Now) {
        self.begin(now);
        self.refresh_myself();
        self.health.mark_stale();
        self.out.view();
        self.end();
    }

    /// Whether every packet says that our clients are paused ([`Self::set_paused`]).
    #[must_use]
    pub const fn is_paused(&self) -> bool {
        self.handover.paused
    }
}
