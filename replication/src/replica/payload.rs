//! The snapshot on its way in: handed on as it comes, never collected here.
//!
//! The end of a marked payload is found by comparing the last 40 bytes received, not by searching: the
//! primary sends nothing behind the mark before we acknowledge, and the mark may well occur inside of the
//! payload, since servers use the same random state for replication ids, which the payload contains.

use bytes::{Bytes, BytesMut};
use shoal_slots::Now;

use super::{Phase, Replica};
use crate::event::{DisconnectReason, ReplicaEvent};
use crate::psync::{EofMark, MARK_LEN, PayloadHeader};

/// How the arriving payload ends.
#[derive(Debug)]
pub(super) enum Payload {
    /// After so many more bytes.
    Counted(u64),
    /// With this mark.
    Marked {
        mark: EofMark,
        /// The last bytes received, at most as many as a mark has.
        tail: BytesMut,
    },
}

impl Replica {
    pub(super) fn handle_payload_header(&mut self, now: Now, line: Bytes, plain: bool) {
        let (payload, len) = match PayloadHeader::parse(&line) {
            Ok(PayloadHeader::KeepWaiting) => return,
            Ok(PayloadHeader::Length(len)) => (Payload::Counted(len), Some(len)),
            Ok(PayloadHeader::Marked(mark)) => (
                Payload::Marked {
                    mark,
                    tail: BytesMut::with_capacity(2 * MARK_LEN),
                },
                None,
            ),
            Ok(PayloadHeader::Aborted) => {
                return self.leave(now, Some(DisconnectReason::Aborted(line)));
            }
            Err(error) => return self.leave(now, Some(DisconnectReason::Line(error))),
        };
        if plain {
            self.history = None;
            self.incoming = None;
            self.events
                .push_back(ReplicaEvent::FullSync { history: None });
        }
        self.events.push_back(ReplicaEvent::SnapshotStart { len });
        self.next_beat = now.instant + self.config.ack_period;
        if len == Some(0) {
            self.finish_payload(false);
        } else {
            self.phase = Phase::Receiving(payload);
        }
    }

    /// Takes what of `input` belongs to the payload: all of it, or up to the announced length.
    pub(super) fn take_payload(&mut self, _now: Now, input: &mut BytesMut) {
        let Phase::Receiving(payload) = &mut self.phase else {
            return;
        };
        let done = match payload {
            Payload::Counted(left) => {
                let len = usize::try_from(*left).map_or(input.len(), |left| left.min(input.len()));
                *left -= len as u64;
                self.events
                    .push_back(ReplicaEvent::SnapshotBytes(input.split_to(len).freeze()));
                *left == 0
            }
            Payload::Marked { mark, tail } => {
                let (before, between) = take_but_tail(tail, input);
                for bytes in [before, between] {
                    if !bytes.is_empty() {
                        self.events.push_back(ReplicaEvent::SnapshotBytes(bytes));
                    }
                }
                tail[..] == mark.as_bytes()[..]
            }
        };
        if done {
            let marked = matches!(payload, Payload::Marked { .. });
            self.finish_payload(marked);
        }
    }

    fn finish_payload(&mut self, marked: bool) {
        self.stream.clear();
        self.phase = Phase::Loading {
            marked,
            connected: true,
        };
        self.events.push_back(ReplicaEvent::SnapshotDone);
    }
}

/// Takes all of `input`, returns what cannot belong to a mark any more, and keeps the rest in `tail`.
fn take_but_tail(tail: &mut BytesMut, input: &mut BytesMut) -> (Bytes, Bytes) {
    if input.len() >= MARK_LEN {
        let before = tail.split().freeze();
        let between = input.split_to(input.len() - MARK_LEN).freeze();
        tail.extend_from_slice(input);
        input.clear();
        return (before, between);
    }
    tail.extend_from_slice(input);
    input.clear();
    let surplus = tail.len().saturating_sub(MARK_LEN);
    (tail.split_to(surplus).freeze(), Bytes::new())
}
