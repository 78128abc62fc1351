//! What is to be written to a replica's socket: first its queue of lines and snapshot bytes, then the stream,
//! straight from the backlog.

use shoal_slots::Now;

use super::Primary;
use crate::event::ReplicaKey;

impl Primary {
    /// The next bytes for this connection, empty if there are none. Write them after everything the
    /// client's own output buffer holds, then report with [`Primary::output_written`].
    #[must_use]
    pub fn output(&self, key: ReplicaKey) -> &[u8] {
        let Some(peer) = self.peers.get(&key) else {
            return &[];
        };
        if let Some(front) = peer.queue.front() {
            return front;
        }
        if !peer.is_online() {
            return &[];
        }
        self.backlog
            .as_ref()
            .and_then(|backlog| backlog.read(peer.cursor))
            .unwrap_or(&[])
    }

    /// `written` bytes of [`Primary::output`] went into the socket.
    pub fn output_written(&mut self, now: Now, key: ReplicaKey, written: usize) {
        let Some(peer) = self.peers.get_mut(&key) else {
            return;
        };
        let Some(front) = peer.queue.front_mut() else {
            peer.cursor = peer.cursor.advance(written as u64);
            return;
        };
        let written = written.min(front.len());
        bytes::Buf::advance(front, written);
        peer.queued -= written;
        peer.heard = now.instant;
        if front.is_empty() {
            peer.queue.pop_front();
            self.payload_progress(now, key);
        }
    }

    /// The replicas that have something to write, for a driver that looks once per turn.
    pub fn writable(&self) -> impl Iterator<Item = ReplicaKey> {
        self.peers
            .keys()
            .copied()
            .filter(|key| !self.output(*key).is_empty())
    }
}
