//! Full synchronisations: one snapshot, made by the driver, shared by all who wait with the same needs.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use bytes::Bytes;
use shoal_slots::{Instant, Now, ReplOffset};

use super::{Primary, ReplicaStage};
use crate::event::{CloseReason, History, PrimaryEvent, ReplicaKey};
use crate::psync::{EofMark, PayloadHeader, PsyncReply};
use crate::replconf::SnapshotFilter;

/// How the end of a payload is known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SnapshotForm {
    /// `$<length>`: the driver must know the length before the first byte
    /// ([`Primary::snapshot_length`]); needed for receivers without `capa eof`.
    Counted,
    /// `$EOF:<mark>`: bytes can be sent while the snapshot is being made.
    Marked,
}

/// A snapshot that replicas wait for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SnapshotRequest {
    /// In which form.
    pub form: SnapshotForm,
    /// With what in it.
    pub filter: SnapshotFilter,
}

/// A snapshot that has begun.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FullSync {
    /// In which form, with what in it.
    pub request: SnapshotRequest,
    /// The place in the stream that the snapshot must show exactly (aux fields `repl-id`,
    /// `repl-offset`).
    pub history: History,
    /// How many replicas receive it.
    pub receivers: usize,
}

/// The snapshot that is running.
#[derive(Debug)]
pub(super) struct Snapshot {
    request: SnapshotRequest,
    offset: ReplOffset,
    mark: EofMark,
    /// The header has been sent, so nobody can join any more.
    announced: bool,
    members: BTreeSet<ReplicaKey>,
}

impl Primary {
    /// The snapshot to make now, if replicas wait for one and none is running. Ask after
    /// [`PrimaryEvent::SnapshotWanted`], begin when you can, and then call
    /// [`Primary::full_sync_started`].
    #[must_use]
    pub fn snapshot_wanted(&self, now: Now) -> Option<SnapshotRequest> {
        let (due, request) = self.next_snapshot()?;
        (self.snapshot.is_none() && due <= now.instant).then_some(request)
    }

    /// The driver begins a snapshot of this very moment for all who wait for one. What is fed from now on
    /// follows it.
    pub fn full_sync_started(&mut self, now: Now) -> Option<FullSync> {
        let (_, request) = self.next_snapshot()?;
        if self.snapshot.is_some() {
            return None;
        }
        self.ensure_backlog();
        let members: BTreeSet<ReplicaKey> = self
            .peers
            .iter()
            .filter(|(_, peer)| peer.is_waiting() && peer.filter == request.filter)
            .map(|(key, _)| *key)
            .collect();
        let marked = request.form == SnapshotForm::Marked;
        let (history, mark) = (self.history(), EofMark::random(&mut self.rng));
        // The snapshot does not say which database the stream has selected.
        self.stream_db = None;
        for key in &members {
            self.begin_payload(now, *key, history, marked.then_some(mark));
        }
        let receivers = members.len();
        self.snapshot = Some(Snapshot {
            request,
            offset: history.offset,
            mark,
            announced: marked,
            members,
        });
        Some(FullSync {
            request,
            history,
            receivers,
        })
    }

    /// A snapshot in the [`SnapshotForm::Counted`] form is complete on the driver's side and has so
    /// many bytes; they follow with [`Primary::snapshot_chunk`].
    pub fn snapshot_length(&mut self, len: u64) {
        let Some(snapshot) = self
            .snapshot
            .as_mut()
            .filter(|snapshot| !snapshot.announced)
        else {
            return;
        };
        snapshot.announced = true;
        let mut line = Vec::new();
        PayloadHeader::Length(len).write(&mut line);
        self.snapshot_chunk(Bytes::from(line));
    }

    /// The next bytes of the running snapshot; nothing happens if nobody takes it any more.
    pub fn snapshot_chunk(&mut self, chunk: Bytes) {
        let Some(snapshot) = &self.snapshot else {
            return;
        };
        for key in &snapshot.members {
            if let Some(peer) = self.peers.get_mut(key) {
                peer.push(chunk.clone());
                self.events.push_back(PrimaryEvent::Output(*key));
            }
        }
    }

    /// How many more bytes the driver should hand over before the slowest receiver has written some.
    /// Zero also when no snapshot is running.
    #[must_use]
    pub fn snapshot_room(&self) -> usize {
        let Some(snapshot) = &self.snapshot else {
            return 0;
        };
        let queued = snapshot
            .members
            .iter()
            .filter_map(|key| self.peers.get(key))
            .map(|peer| peer.queued)
            .max();
        self.config
            .snapshot_queue_len
            .saturating_sub(queued.unwrap_or(0))
    }

    /// Whether a snapshot is being sent.
    #[must_use]
    pub const fn snapshot_running(&self) -> bool {
        self.snapshot.is_some()
    }

    /// All bytes of the snapshot were handed over.
    pub fn snapshot_done(&mut self, now: Now) {
        let Some(snapshot) = self.snapshot.take() else {
            return;
        };
        let marked = snapshot.request.form == SnapshotForm::Marked;
        for key in snapshot.members {
            let Some(peer) = self.peers.get_mut(&key) else {
                continue;
            };
            if marked {
                peer.push(Bytes::copy_from_slice(snapshot.mark.as_bytes()));
            }
            peer.payload_done = true;
            self.events.push_back(PrimaryEvent::Output(key));
            self.payload_progress(now, key);
        }
        self.request_if_due(now);
    }

    /// The snapshot could not be made or completed: its receivers are disconnected.
    pub fn snapshot_failed(&mut self, now: Now) {
        let Some(snapshot) = self.snapshot.take() else {
            return;
        };
        for key in snapshot.members {
            self.close(key, CloseReason::SnapshotFailed);
        }
        self.note_loneliness(now);
    }

    /// A newcomer joins the snapshot that is being written to a file, or waits for the next one.
    pub(super) fn join_or_request(&mut self, now: Now, key: ReplicaKey) {
        let Some(peer) = self.peers.get(&key) else {
            return;
        };
        let joined = self.snapshot.as_ref().filter(|snapshot| {
            !snapshot.announced
                && snapshot.request.filter == peer.filter
                && self
                    .backlog
                    .as_ref()
                    .is_some_and(|backlog| backlog.covers(snapshot.offset))
        });
        match joined.map(|snapshot| snapshot.offset) {
            Some(offset) => {
                let history = History {
                    replid: self.replid,
                    offset,
                };
                self.begin_payload(now, key, history, None);
                if let Some(snapshot) = &mut self.snapshot {
                    snapshot.members.insert(key);
                }
            }
            None => self.request_if_due(now),
        }
    }

    /// A receiver is gone; without receivers the snapshot is pointless.
    pub(super) fn leave_snapshot(&mut self, key: ReplicaKey) {
        let Some(snapshot) = &mut self.snapshot else {
            return;
        };
        if snapshot.members.remove(&key) && snapshot.members.is_empty() {
            self.snapshot = None;
            self.events.push_back(PrimaryEvent::SnapshotAbandoned);
        }
    }

    /// What the next snapshot must be and when it is due, whether or not one is running.
    fn next_snapshot(&self) -> Option<(Instant, SnapshotRequest)> {
        let waiting = || self.peers.values().filter(|peer| peer.is_waiting());
        let filter = waiting().min_by_key(|peer| peer.waiting_since)?.filter;
        let group = || waiting().filter(|peer| peer.filter == filter);
        let latest = group().map(|peer| peer.waiting_since).max()?;
        let marked = group().all(|peer| peer.capa_eof)
            && (self.config.diskless_sync || filter != SnapshotFilter::Everything);
        let enough = self.config.diskless_sync_max_replicas;
        let at_once = !marked || (enough > 0 && group().count() >= enough);
        let due = if at_once {
            latest
        } else {
            latest + self.config.diskless_sync_delay
        };
        let form = if marked {
            SnapshotForm::Marked
        } else {
            SnapshotForm::Counted
        };
        Some((due, SnapshotRequest { form, filter }))
    }

    /// Asks the driver for a snapshot when one is due, once per due time.
    pub(super) fn request_if_due(&mut self, now: Now) {
        let due = self.next_snapshot().map(|(due, _)| due);
        if self.snapshot_wanted(now).is_some() && due != self.snapshot_asked {
            self.snapshot_asked = due;
            self.events.push_back(PrimaryEvent::SnapshotWanted);
        }
    }

    /// When the driver has to be asked next.
    pub(super) fn snapshot_deadline(&self) -> Option<Instant> {
        let due = self.next_snapshot().map(|(due, _)| due);
        due.filter(|due| self.snapshot.is_none() && self.snapshot_asked != Some(*due))
    }

    /// Whether newlines may be sent to this receiver: it waits for a payload that has no header yet.
    pub(super) fn expects_header(&self, key: ReplicaKey) -> bool {
        let unannounced = self
            .snapshot
            .as_ref()
            .is_some_and(|snapshot| !snapshot.announced && snapshot.members.contains(&key));
        unannounced || self.peers.get(&key).is_some_and(super::Peer::is_waiting)
    }

    fn begin_payload(
        &mut self,
        now: Now,
        key: ReplicaKey,
        history: History,
        mark: Option<EofMark>,
    ) {
        let Some(peer) = self.peers.get_mut(&key) else {
            return;
        };
        let mut lines = Vec::new();
        if !peer.plain {
            PsyncReply::FullResync(history).write(&mut lines);
        }
        if let Some(mark) = mark {
            PayloadHeader::Marked(mark).write(&mut lines);
        }
        peer.push(Bytes::from(lines));
        peer.stage = Some(ReplicaStage::Receiving);
        peer.payload_marked = mark.is_some();
        peer.payload_done = false;
        peer.cursor = history.offset;
        peer.heard = now.instant;
        self.events.push_back(PrimaryEvent::Output(key));
    }

    /// Moves a receiver on when its payload is written.
    pub(super) fn payload_progress(&mut self, now: Now, key: ReplicaKey) {
        let Some(peer) = self.peers.get_mut(&key) else {
            return;
        };
        let complete = peer.stage == Some(ReplicaStage::Receiving)
            && peer.payload_done
            && peer.queue.is_empty();
        if !complete {
            return;
        }
        peer.heard = now.instant;
        if peer.snapshot_only {
            self.close(key, CloseReason::SnapshotOnly);
            self.note_loneliness(now);
        } else if peer.payload_marked {
            peer.stage = Some(ReplicaStage::WaitingForAck);
        } else {
            peer.stage = Some(ReplicaStage::Online);
            self.events.push_back(PrimaryEvent::Online(key));
        }
    }
}
