//! What replicas and the AOF are sent of deliveries: what became of an entry, never how it was chosen.

use crate::ctx::Ctx;
use crate::effects::Propagation;
use crate::encodings::stream::id::IdText;
use crate::encodings::stream::{Pending, StreamId};

/// The group whose deliveries are told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told<'a> {
    pub(super) key: &'a [u8],
    pub(super) group: &'a [u8],
}

impl Ctx<'_> {
    /// What is propagated follows by itself: not the command, and possibly nothing.
    pub(super) fn propagate_by_hand(&mut self) {
        if self.effects.propagation == Propagation::Verbatim {
            self.effects.propagation = Propagation::Nothing;
        }
    }

    /// The state of a pending entry. `id` is as the client wrote it.
    pub(super) fn tell_claim(
        &mut self,
        told: Told<'_>,
        consumer: &[u8],
        id: &[u8],
        pending: Pending,
        last_id: StreamId,
    ) {
        let (mut time, mut count) = (itoa::Buffer::new(), itoa::Buffer::new());
        self.effects.instead(&[
            b"XCLAIM",
            told.key,
            told.group,
            consumer,
            b"0",
            id,
            b"TIME",
            time.format(pending.time).as_bytes(),
            b"RETRYCOUNT",
            count.format(pending.count.cast_signed()).as_bytes(),
            b"FORCE",
            b"JUSTID",
            b"LASTID",
            IdText::new(last_id).as_bytes(),
        ]);
    }

    /// How far a group is.
    pub(super) fn tell_position(
        &mut self,
        told: Told<'_>,
        last_id: StreamId,
        entries_read: Option<u64>,
    ) {
        let read = entries_read.map_or(-1, u64::cast_signed);
        self.effects.instead(&[
            b"XGROUP",
            b"SETID",
            told.key,
            told.group,
            IdText::new(last_id).as_bytes(),
            b"ENTRIESREAD",
            itoa::Buffer::new().format(read).as_bytes(),
        ]);
    }

    /// That there is a consumer.
    pub(super) fn tell_consumer(&mut self, told: Told<'_>, consumer: &[u8]) {
        self.effects
            .instead(&[b"XGROUP", b"CREATECONSUMER", told.key, told.group, consumer]);
    }
}
