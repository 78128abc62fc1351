//! XINFO STREAM key FULL.

use shoal_resp::ReplyWriter;

use super::info::{write_numbers, write_position};
use super::reply::{write_entries, write_id};
use crate::commands::is_word;
use crate::ctx::Ctx;
use crate::encodings::stream::id;
use crate::encodings::stream::{Consumer, Group, Pending, Stream};
use crate::refusal::Refusal;

/// How many of everything, if nobody says.
const COUNT: usize = 10;

/// The options behind the key: `None` if there are none.
pub(super) fn parse(ctx: &Ctx<'_>) -> Result<Option<usize>, Refusal> {
    let given = ctx.args.len();
    if given == 3 {
        return Ok(None);
    }
    let known = matches!(given, 4 | 6)
        && is_word(ctx.arg(3), "FULL")
        && (given == 4 || is_word(ctx.arg(4), "COUNT"));
    if !known {
        return Err(ctx.unknown_form());
    }
    if given == 4 {
        return Ok(Some(COUNT));
    }
    Ok(Some(match ctx.int_arg(5)? {
        0 => usize::MAX,
        count => usize::try_from(count).unwrap_or(COUNT),
    }))
}

pub(super) fn write(reply: &mut ReplyWriter<'_>, stream: &Stream, count: usize) {
    reply.map(9);
    write_numbers(reply, stream);
    reply.bulk(b"entries");
    let entries = stream.entries().range(id::MIN, id::MAX);
    write_entries(reply, entries.take(count));
    reply.bulk(b"groups");
    let groups = stream.groups();
    reply.array(groups.len());
    for (name, group) in groups {
        reply.map(7);
        reply.bulk(b"name");
        reply.bulk(name);
        write_position(reply, group, stream.numbers());
        write_pending(reply, group, count);
        reply.bulk(b"consumers");
        reply.array(group.consumer_len());
        for consumer in group.consumers() {
            write_consumer(reply, group, consumer, count);
        }
    }
}

/// What is pending for anybody.
fn write_pending(reply: &mut ReplyWriter<'_>, group: &Group, count: usize) {
    reply.bulk(b"pel-count");
    reply.integer(group.pending_len() as i64);
    reply.bulk(b"pending");
    reply.array(group.pending_len().min(count));
    for (id, pending) in group.pending_from(id::MIN).take(count) {
        reply.array(4);
        write_id(reply, id);
        let owner = group.consumer(pending.owner);
        reply.bulk(owner.map_or(&[], |owner| &owner.name));
        write_delivery(reply, pending);
    }
}

fn write_consumer(reply: &mut ReplyWriter<'_>, group: &Group, consumer: &Consumer, count: usize) {
    reply.map(5);
    reply.bulk(b"name");
    reply.bulk(&consumer.name);
    reply.bulk(b"seen-time");
    reply.integer(consumer.seen);
    reply.bulk(b"active-time");
    reply.integer(consumer.active.unwrap_or(-1));
    reply.bulk(b"pel-count");
    reply.integer(consumer.pending_len() as i64);
    reply.bulk(b"pending");
    reply.array(consumer.pending_len().min(count));
    for id in consumer.pending_from(id::MIN).take(count) {
        reply.array(3);
        write_id(reply, id);
        if let Some(pending) = group.pending(id) {
            write_delivery(reply, pending);
        }
    }
}

fn write_delivery(reply: &mut ReplyWriter<'_>, pending: Pending) {
    reply.integer(pending.time);
    reply.integer(pending.count.cast_signed());
}
