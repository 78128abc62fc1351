//! The link as such: how received bytes find their room, and how a link is left and taken up again.

use alloc::vec::Vec;

use bytes::{Bytes, BytesMut};
use shoal_slots::Now;

use super::{Phase, Replica};
use crate::error::{LineError, StreamError};
use crate::event::{DisconnectReason, ReplicaEvent};
use crate::replconf::write_ack;

impl Replica {
    /// Whether the driver has, or is making, a connection.
    pub(super) fn is_connected(&self) -> bool {
        !matches!(
            self.phase,
            Phase::Stopped
                | Phase::Waiting(_)
                | Phase::Loading {
                    connected: false,
                    ..
                }
        )
    }

    /// Consumes something of `input`; false if nothing can be done with what is there.
    pub(super) fn take_some(&mut self, now: Now, input: &mut BytesMut) -> bool {
        match self.phase {
            Phase::Handshake(_) | Phase::AwaitingPsync | Phase::AwaitingPayload { .. } => {
                match self.take_line(input) {
                    Ok(Some(line)) => {
                        self.handle_line(now, line);
                        true
                    }
                    Ok(None) => false,
                    Err(error) => {
                        self.leave(now, Some(DisconnectReason::Line(error)));
                        false
                    }
                }
            }
            Phase::Receiving(_) => {
                self.take_payload(now, input);
                true
            }
            Phase::Loading { .. } | Phase::Streaming => {
                self.stream.push(input);
                true
            }
            Phase::Stopped | Phase::Waiting(_) | Phase::Connecting => {
                // Late bytes of a connection that we have left.
                input.clear();
                false
            }
        }
    }

    /// One line without its end, if it is whole.
    pub(super) fn take_line(&self, input: &mut BytesMut) -> Result<Option<Bytes>, LineError> {
        let max = self.config.line_len_max;
        let head = input.get(..max.min(input.len())).unwrap_or_default();
        let Some(end) = memchr::memchr(b'\n', head) else {
            return if input.len() >= max {
                Err(LineError::TooLong { max })
            } else {
                Ok(None)
            };
        };
        let mut line = input.split_to(end + 1);
        line.truncate(end);
        if line.last() == Some(&b'\r') {
            line.truncate(end - 1);
        }
        Ok(Some(line.freeze()))
    }

    pub(super) fn handle_line(&mut self, now: Now, line: Bytes) {
        match self.phase {
            Phase::Handshake(_) => self.handle_answer(now, line),
            Phase::AwaitingPsync => self.handle_psync_reply(now, line),
            Phase::AwaitingPayload { plain } => self.handle_payload_header(now, line, plain),
            _ => {}
        }
    }

    pub(super) fn go_streaming(&mut self, now: Now) {
        self.phase = Phase::Streaming;
        self.down_since = None;
        self.next_beat = now.instant + self.config.ack_period;
        self.events.push_back(ReplicaEvent::LinkUp);
    }

    /// Tells the primary how far we are. After a plain SYNC there is nothing to tell.
    pub(super) fn acknowledge(&mut self) {
        let Some(history) = self.history else { return };
        let mut ack = Vec::new();
        write_ack(&mut ack, history.offset, self.fsynced);
        self.send(ack);
    }

    pub(super) fn send(&mut self, bytes: Vec<u8>) {
        self.out.push_back(Bytes::from(bytes));
    }

    pub(super) fn note_offset(&mut self) {
        let offset = self.stream.offset();
        if let Some(history) = &mut self.history {
            history.offset = offset;
        }
    }

    /// The stream is not one: what follows cannot be understood, today or after a reconnection.
    pub(super) fn lose_stream(&mut self, now: Now, error: StreamError) {
        self.history = None;
        self.leave(now, Some(DisconnectReason::Stream(error)));
    }

    /// Ends the connection, for a reason of ours or because it is gone. A stream that flowed is looked
    /// for again at once; everything else waits a little.
    pub(super) fn leave(&mut self, now: Now, reason: Option<DisconnectReason>) {
        let flowed = matches!(self.phase, Phase::Streaming) && self.history.is_some();
        if self.is_connected()
            && let Some(reason) = reason
        {
            self.events.push_back(ReplicaEvent::Disconnect(reason));
        }
        if matches!(self.phase, Phase::Receiving(_)) {
            self.events.push_back(ReplicaEvent::SnapshotAborted);
        }
        self.down_since.get_or_insert(now.instant);
        self.incoming = None;
        self.stream.interrupt();
        self.out.clear();
        if flowed {
            self.reconnect(now);
        } else {
            self.phase = Phase::Waiting(now.instant + self.config.retry_delay);
        }
    }

    pub(super) fn reconnect(&mut self, now: Now) {
        self.down_since.get_or_insert(now.instant);
        self.last_io = now.instant;
        self.stream.interrupt();
        self.phase = Phase::Connecting;
        self.events.push_back(ReplicaEvent::Connect);
    }
}
