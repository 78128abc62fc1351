//! What XREADGROUP does with one stream: delivers new entries, or shows again what is pending.

use shoal_resp::Version;

use super::propagate::Told;
use super::reply::{write_entry, write_id};
use super::{Met, read::From, stream_in};
use crate::ctx::Ctx;
use crate::encodings::stream::id;
use crate::encodings::stream::{Pending, Stream, StreamId};

/// One stream read for a consumer.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReadGroup<'a> {
    pub(super) key: &'a [u8],
    pub(super) group: &'a [u8],
    pub(super) consumer: &'a [u8],
    pub(super) count: usize,
    pub(super) no_ack: bool,
}

impl<'a> ReadGroup<'a> {
    const fn told(&self) -> Told<'a> {
        Told {
            key: self.key,
            group: self.group,
        }
    }

    /// Writes what there is. Returns whether there is anything.
    pub(super) fn serve(&self, ctx: &mut Ctx<'_>, start: From) -> bool {
        let access = ctx.access();
        let place = ctx.keyspace.read_place(access, self.key, ctx.effects);
        let Some(met) = ctx.meet_consumer(self.key, place, self.group, self.consumer) else {
            return false;
        };
        let delivers = start == From::New && self.last_delivered(ctx).is_some();
        if met.new && (self.no_ack || !delivers) {
            // No delivery will tell of him.
            ctx.tell_consumer(self.told(), self.consumer);
        }
        match start {
            From::After(after) => {
                self.begin(ctx);
                self.show_pending(ctx, met, after);
            }
            From::New => {
                let Some(after) = self.last_delivered(ctx) else {
                    return false;
                };
                self.begin(ctx);
                self.deliver(ctx, met, after);
            }
        }
        ctx.effects.changed(1);
        true
    }

    fn begin(&self, ctx: &mut Ctx<'_>) {
        if ctx.reply.version() == Version::Resp2 {
            ctx.reply.array(2);
        }
        ctx.reply.bulk(self.key);
    }

    /// The last entry that the group has, if there are others beyond.
    fn last_delivered(&self, ctx: &Ctx<'_>) -> Option<StreamId> {
        let place = ctx.keyspace.locate(ctx.access(), self.key);
        let stream = ctx.view_at::<Stream>(place)?;
        let last = stream.group(self.group)?.last_id;
        stream.has_beyond(last).then_some(last)
    }

    /// Writes new entries, which are pending from now on.
    fn deliver(&self, ctx: &mut Ctx<'_>, met: Met, after: StreamId) {
        let place = ctx.keyspace.locate(ctx.access(), self.key);
        let stream = ctx.keyspace.entry(place).and_then(stream_in);
        let (mark, mut ids) = (ctx.reply.mark(), Vec::new());
        if let (Some(stream), Some(first)) = (stream, id::next(after)) {
            let entries = stream.entries().range(first, id::MAX);
            for entry in entries.take(self.count) {
                write_entry(&mut ctx.reply, &entry);
                ids.push(entry.id);
            }
        }
        ctx.reply.array_since(mark, ids.len());
        let delivery = Pending {
            owner: met.key,
            time: ctx.now.0,
            count: 1,
        };
        let no_ack = self.no_ack;
        let updated = ctx.update::<Stream, _>(self.key, place, |stream, _| {
            stream.edit_group(self.group, |group, _, numbers| {
                for id in &ids {
                    group.advance(*id, numbers);
                    if !no_ack {
                        group.assign(*id, delivery);
                    }
                }
                if let Some(consumer) = group.consumer_mut(met.key).filter(|_| !no_ack) {
                    consumer.active = Some(delivery.time);
                }
                (group.last_id, group.entries_read)
            })
        });
        let Some((last_id, entries_read)) = updated.result else {
            return;
        };
        if no_ack {
            return ctx.tell_position(self.told(), last_id, entries_read);
        }
        for id in ids {
            // Each tells how far the group was with it.
            let text = id::IdText::new(id);
            ctx.tell_claim(self.told(), self.consumer, text.as_bytes(), delivery, id);
        }
    }

    /// Writes what is pending for the consumer, which counts as delivered again.
    fn show_pending(&self, ctx: &mut Ctx<'_>, met: Met, after: StreamId) {
        let place = ctx.keyspace.locate(ctx.access(), self.key);
        let stream = ctx.keyspace.entry(place).and_then(stream_in);
        let (mark, mut count, mut again) = (ctx.reply.mark(), 0, Vec::new());
        if let Some(stream) = stream
            && let Some(first) = id::next(after)
            && let Some(group) = stream.group(self.group)
            && let Some(consumer) = group.consumer(met.key)
        {
            for id in consumer.pending_from(first).take(self.count) {
                count += 1;
                if let Some(entry) = stream.entries().get(id) {
                    write_entry(&mut ctx.reply, &entry);
                    again.push(id);
                } else {
                    // Deleted, but not acknowledged.
                    ctx.reply.array(2);
                    write_id(&mut ctx.reply, id);
                    ctx.reply.null_array();
                }
            }
        }
        ctx.reply.array_since(mark, count);
        let now = ctx.now.0;
        ctx.update::<Stream, _>(self.key, place, |stream, _| {
            stream.edit_group(self.group, |group, _, _| {
                again.into_iter().for_each(|id| group.redeliver(id, now));
            })
        });
    }
}
