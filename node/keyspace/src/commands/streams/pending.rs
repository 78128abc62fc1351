//! XPENDING.

use shoal_resp::ReplyWriter;

use super::args::{end_of_range, start_of_range};
use super::reply::write_id;
use crate::commands::{Outcome, is_word};
use crate::ctx::Ctx;
use crate::encodings::stream::{Group, Pending, StreamId};
use crate::refusal::Refusal;

/// XPENDING key group [[IDLE min-idle-time] start end count [consumer]]
pub(crate) fn xpending(ctx: &mut Ctx<'_>) {
    let outcome = try_xpending(ctx);
    ctx.conclude(outcome);
}

/// Which pending entries are listed.
#[derive(Debug)]
struct Filter<'a> {
    min_idle: i64,
    start: StreamId,
    end: StreamId,
    count: usize,
    consumer: Option<&'a [u8]>,
}

fn try_xpending(ctx: &mut Ctx<'_>) -> Outcome {
    let filter = match ctx.args.len() {
        3 => None,
        6..=9 => Some(parse(ctx)?),
        _ => return Err(Refusal::Syntax),
    };
    let (key, name, now) = (ctx.arg(1), ctx.arg(2), ctx.now.0);
    let place = ctx.group_place(key, name)?;
    let stream = ctx.keyspace.entry(place).and_then(super::stream_in);
    if let Some(group) = stream.and_then(|stream| stream.group(name)) {
        match filter {
            None => summary(&mut ctx.reply, group),
            Some(filter) => filter.list(&mut ctx.reply, group, now),
        }
    }
    Ok(())
}

fn parse<'a>(ctx: &Ctx<'a>) -> Result<Filter<'a>, Refusal> {
    let (mut at, mut min_idle) = (3, 0);
    if is_word(ctx.arg(3), "IDLE") {
        min_idle = ctx.int_arg(4)?;
        at = 5;
        if ctx.args.len() < 8 {
            return Err(Refusal::Syntax);
        }
    }
    let count = ctx.int_arg(at + 2)?.max(0);
    Ok(Filter {
        min_idle,
        start: start_of_range(ctx.arg(at))?,
        end: end_of_range(ctx.arg(at + 1))?,
        count: usize::try_from(count).unwrap_or(usize::MAX),
        consumer: ctx.args.get(at + 3),
    })
}

/// How many are pending, the first and the last of them, and for whom they are.
fn summary(reply: &mut ReplyWriter<'_>, group: &Group) {
    reply.array(4);
    reply.integer(group.pending_len() as i64);
    let Some((first, last)) = group.pending_ends() else {
        reply.null();
        reply.null();
        return reply.null_array();
    };
    write_id(reply, first);
    write_id(reply, last);
    let mark = reply.mark();
    let mut count = 0;
    for consumer in group
        .consumers()
        .filter(|consumer| consumer.pending_len() > 0)
    {
        reply.array(2);
        reply.bulk(&consumer.name);
        reply.bulk_integer(consumer.pending_len() as i64);
        count += 1;
    }
    reply.array_since(mark, count);
}

impl Filter<'_> {
    fn list(&self, reply: &mut ReplyWriter<'_>, group: &Group, now: i64) {
        let Some(consumer) = self.consumer else {
            return self.write(reply, group, group.pending_from(self.start), now);
        };
        let consumer = group
            .find_consumer(consumer)
            .and_then(|key| group.consumer(key));
        let ids = consumer
            .into_iter()
            .flat_map(|consumer| consumer.pending_from(self.start));
        let pending = ids.filter_map(|id| Some((id, group.pending(id)?)));
        self.write(reply, group, pending, now);
    }

    fn write(
        &self,
        reply: &mut ReplyWriter<'_>,
        group: &Group,
        pending: impl Iterator<Item = (StreamId, Pending)>,
        now: i64,
    ) {
        let idle = |pending: &Pending| now.wrapping_sub(pending.time);
        let chosen = pending
            .take_while(|(id, _)| *id <= self.end)
            .filter(|(_, pending)| self.min_idle == 0 || idle(pending) >= self.min_idle)
            .take(self.count);
        let (mark, mut count) = (reply.mark(), 0);
        for (id, pending) in chosen {
            reply.array(4);
            write_id(reply, id);
            let owner = group.consumer(pending.owner);
            reply.bulk(owner.map_or(&[], |owner| &owner.name));
            reply.integer(idle(&pending).max(0));
            reply.integer(pending.count.cast_signed());
            count += 1;
        }
        reply.array_since(mark, count);
    }
}
