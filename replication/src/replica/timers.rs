//! What happens because time passes: acknowledgements, signs of life, timeouts, retries.

use shoal_slots::{Instant, Now};

use super::{Phase, Replica};
use crate::event::{DisconnectReason, ReplicaEvent};

impl Replica {
    /// When to call [`Replica::handle_timeout`] next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.phase {
            Phase::Stopped => None,
            Phase::Waiting(retry) => Some(retry),
            Phase::Loading { connected, .. } => connected.then_some(self.next_beat),
            Phase::Receiving(_) | Phase::Streaming => {
                Some(self.next_beat.min(self.silence_deadline()))
            }
            _ => Some(self.silence_deadline()),
        }
    }

    /// Does what is due. Calling early or repeatedly changes nothing.
    pub fn handle_timeout(&mut self, now: Now) {
        match self.phase {
            Phase::Stopped => return,
            Phase::Waiting(retry) => {
                if retry <= now.instant {
                    self.last_io = now.instant;
                    self.phase = Phase::Connecting;
                    self.events.push_back(ReplicaEvent::Connect);
                }
                return;
            }
            _ => {}
        }
        if self.silence_deadline() <= now.instant && !matches!(self.phase, Phase::Loading { .. }) {
            let reason = match self.phase {
                Phase::Handshake(_) => DisconnectReason::HandshakeTimeout,
                _ => DisconnectReason::Timeout,
            };
            self.leave(now, Some(reason));
        } else if self.next_beat <= now.instant {
            self.beat(now);
        }
    }

    fn silence_deadline(&self) -> Instant {
        match self.phase {
            Phase::Handshake(_) => self.last_io + self.config.handshake_timeout,
            _ => self.last_io + self.config.timeout,
        }
    }

    /// Once per second: where we are, or that we are still there.
    fn beat(&mut self, now: Now) {
        match self.phase {
            Phase::Streaming => self.acknowledge(),
            Phase::Receiving(_)
            | Phase::Loading {
                connected: true, ..
            } => self.send(b"\n".to_vec()),
            _ => return,
        }
        self.next_beat = now.instant + self.config.ack_period;
    }
}
