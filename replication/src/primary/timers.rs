//! What happens because time passes: pings, newlines, timeouts, and forgetting.

use alloc::vec::Vec;
use core::time::Duration;

use bytes::Bytes;
use shoal_slots::{Instant, Now};

use super::{PING, Primary, ReplicaStage};
use crate::event::{CloseReason, PrimaryEvent, ReplicaKey};

/// How often waiting replicas are sent a newline and silent ones are looked for.
pub(super) const TICK: Duration = Duration::from_secs(1);

impl Primary {
    /// When to call [`Primary::handle_timeout`] next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let ping = self.next_ping.filter(|_| self.may_ping());
        [
            self.snapshot_deadline(),
            ping,
            self.next_tick,
            self.history_deadline(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Does what is due. Calling early or repeatedly changes nothing.
    pub fn handle_timeout(&mut self, now: Now) {
        self.ping_if_due(now);
        if self.next_tick.is_some_and(|due| due <= now.instant) {
            self.next_tick = Some(now.instant + TICK);
            self.tick(now);
        }
        self.request_if_due(now);
        if self
            .history_deadline()
            .is_some_and(|due| due <= now.instant)
        {
            self.drop_history();
            self.events.push_back(PrimaryEvent::HistoryDropped);
        }
    }

    fn tick(&mut self, now: Now) {
        self.close_silent(now);
        self.close_soft_laggards(now);
        self.send_newlines();
        // A driver that could not begin the snapshot is asked again.
        self.snapshot_asked = None;
        if self.attached().next().is_none() {
            self.next_tick = None;
            self.next_ping = None;
            self.note_loneliness_once(now);
        }
        self.trim();
    }

    fn note_loneliness_once(&mut self, now: Now) {
        if self.lonely_since.is_none() {
            self.note_loneliness(now);
        }
    }

    fn may_ping(&self) -> bool {
        !self.following && !self.paused && self.attached().next().is_some()
    }

    fn ping_if_due(&mut self, now: Now) {
        if self.next_ping.is_some_and(|due| due <= now.instant) {
            if self.may_ping() {
                self.append(PING);
            }
            self.next_ping = Some(now.instant + self.config.ping_period);
        }
    }

    fn history_deadline(&self) -> Option<Instant> {
        let ttl = self.config.backlog_ttl;
        self.lonely_since
            .filter(|_| !self.following && !ttl.is_zero())
            .map(|since| since + ttl)
    }

    /// Online replicas must acknowledge, receivers must read. Clients of plain SYNC need not acknowledge,
    /// and who waits for a snapshot waits for us.
    fn close_silent(&mut self, now: Now) {
        let silent: Vec<ReplicaKey> = self
            .peers
            .iter()
            .filter(|(_, peer)| match peer.stage {
                Some(ReplicaStage::Online | ReplicaStage::WaitingForAck) => !peer.plain,
                Some(ReplicaStage::Receiving) => !peer.queue.is_empty(),
                Some(ReplicaStage::WaitingForSnapshot) | None => false,
            })
            .filter(|(_, peer)| now.instant - peer.heard > self.config.timeout)
            .map(|(key, _)| *key)
            .collect();
        for key in silent {
            self.close(key, CloseReason::Timeout);
        }
    }

    fn close_soft_laggards(&mut self, now: Now) {
        let (end, limit) = (self.offset().0, self.config.lag_limit);
        if limit.soft_len == 0 {
            return;
        }
        let soft = limit
            .soft_len
            .max(self.config.backlog_size)
            .saturating_add(self.longest.len);
        let mut cut = Vec::new();
        for (key, peer) in self
            .peers
            .iter_mut()
            .filter(|(_, peer)| peer.reads_stream())
        {
            let lag = end.saturating_sub(peer.cursor.0);
            let since = *peer.soft_since.get_or_insert(now.instant);
            if lag <= soft {
                peer.soft_since = None;
            } else if now.instant - since > limit.soft_for {
                cut.push((*key, lag));
            }
        }
        for (key, lag) in cut {
            self.stats.lag_cuts += 1;
            self.close(key, CloseReason::LagLimit { lag });
        }
    }

    /// A newline tells a waiting replica that we are alive. Never once the payload's header is out.
    fn send_newlines(&mut self) {
        let waiting: Vec<ReplicaKey> = self
            .peers
            .keys()
            .copied()
            .filter(|key| self.expects_header(*key))
            .collect();
        for key in waiting {
            if let Some(peer) = self.peers.get_mut(&key) {
                peer.push(Bytes::from_static(b"\n"));
                self.events.push_back(PrimaryEvent::Output(key));
            }
        }
    }
}
