//! XAUTOCLAIM.

use super::args::start_of_range;
use super::claim::{Fate, forget};
use super::propagate::Told;
use super::reply::write_id;
use crate::commands::{Outcome, is_word};
use crate::ctx::Ctx;
use crate::encodings::stream::id::{self, IdText};
use crate::encodings::stream::{ConsumerKey, Entries, Group, Pending, Stream, StreamId};
use crate::numbers::parse_int;
use crate::refusal::Refusal;

/// XAUTOCLAIM key group consumer min-idle-time start [COUNT count] [JUSTID]
pub(crate) fn xautoclaim(ctx: &mut Ctx<'_>) {
    let outcome = try_xautoclaim(ctx);
    ctx.conclude(outcome);
}

/// Which pending entries are claimed, and how many.
#[derive(Debug)]
struct Search {
    min_idle: i64,
    start: StreamId,
    count: i64,
    just_id: bool,
}

/// What was found.
#[derive(Debug, Default)]
struct Found {
    fates: Vec<(StreamId, Fate)>,
    /// Where the next search may begin.
    next: StreamId,
    last_id: StreamId,
}

fn try_xautoclaim(ctx: &mut Ctx<'_>) -> Outcome {
    let (key, name, consumer) = (ctx.arg(1), ctx.arg(2), ctx.arg(3));
    // The key is looked up first, which counts as a read even if an argument is wrong.
    let place = ctx.keyspace.read_place(ctx.access(), key, ctx.effects);
    let search = Search::parse(ctx)?;
    ctx.check_group(place, key, name)?;
    let Some(owner) = ctx.meet_consumer(key, place, name, consumer) else {
        return Ok(());
    };
    let now = ctx.now.0;
    let place = ctx.keyspace.locate(ctx.access(), key);
    let updated = ctx.update::<Stream, _>(key, place, |stream, _| {
        stream.edit_group(name, |group, entries, _| {
            search.run(group, entries, owner.key, now)
        })
    });
    let found = updated.result.unwrap_or_default();
    answer(ctx, &found, search.just_id);
    ctx.propagate_by_hand();
    let told = Told { key, group: name };
    if owner.new && found.fates.iter().all(|(_, fate)| !fate.is_claim()) {
        ctx.tell_consumer(told, consumer);
    }
    for (id, fate) in &found.fates {
        ctx.tell_fate(
            told,
            consumer,
            IdText::new(*id).as_bytes(),
            fate,
            found.last_id,
        );
    }
    Ok(())
}

fn answer(ctx: &mut Ctx<'_>, found: &Found, just_id: bool) {
    let ids = |claimed: bool| -> Vec<StreamId> {
        let fates = found.fates.iter();
        let chosen = fates.filter(|(_, fate)| matches!(fate, Fate::Claimed(_)) == claimed);
        chosen.map(|(id, _)| *id).collect()
    };
    let (claimed, deleted) = (ids(true), ids(false));
    ctx.reply.array(3);
    write_id(&mut ctx.reply, found.next);
    ctx.reply.array(claimed.len());
    ctx.write_claimed(ctx.arg(1), &claimed, just_id);
    ctx.reply.array(deleted.len());
    ctx.write_claimed(ctx.arg(1), &deleted, true);
}

impl Search {
    fn parse(ctx: &Ctx<'_>) -> Result<Self, Refusal> {
        /// More are refused, as the reference server would have no memory for them.
        const COUNT_MAX: i64 = i64::MAX / 16;
        let min_idle = parse_int(ctx.arg(4)).ok_or(Refusal::Text(
            "ERR Invalid min-idle-time argument for XAUTOCLAIM",
        ))?;
        let mut search = Self {
            min_idle,
            start: start_of_range(ctx.arg(5))?,
            count: 100,
            just_id: false,
        };
        let mut at = 6;
        while at < ctx.args.len() {
            let option = ctx.arg(at);
            if is_word(option, "COUNT") && at + 1 < ctx.args.len() {
                search.count = parse_int(ctx.arg(at + 1))
                    .filter(|count| (1..=COUNT_MAX).contains(count))
                    .ok_or(Refusal::Text("ERR COUNT must be > 0"))?;
                at += 1;
            } else if is_word(option, "JUSTID") {
                search.just_id = true;
            } else {
                return Err(Refusal::Syntax);
            }
            at += 1;
        }
        Ok(search)
    }

    /// Looks at no more than ten times as many entries as are wanted: the rest is for the next call.
    fn run(&self, group: &mut Group, entries: Entries<'_>, owner: ConsumerKey, now: i64) -> Found {
        let mut found = Found {
            last_id: group.last_id,
            ..Found::default()
        };
        let mut from = Some(self.start);
        for _ in 0..self.count.saturating_mul(10) {
            let next = from.and_then(|from| group.pending_from(from).next());
            let Some((id, pending)) = next.filter(|_| (found.fates.len() as i64) < self.count)
            else {
                break;
            };
            from = id::next(id);
            let fate = self.one(id, pending, group, entries, owner, now);
            found.fates.extend(fate.map(|fate| (id, fate)));
        }
        let next = from.and_then(|from| group.pending_from(from).next());
        found.next = next.map_or(id::MIN, |(id, _)| id);
        found
    }

    fn one(
        &self,
        id: StreamId,
        pending: Pending,
        group: &mut Group,
        entries: Entries<'_>,
        owner: ConsumerKey,
        now: i64,
    ) -> Option<Fate> {
        if entries.get(id).is_none() {
            return forget(group, id, pending);
        }
        if self.min_idle > 0 && now.wrapping_sub(pending.time) < self.min_idle {
            return None;
        }
        let pending = Pending {
            owner,
            time: now,
            count: pending.count.wrapping_add(u64::from(!self.just_id)),
        };
        group.assign(id, pending);
        group.consumer_mut(owner)?.active = Some(now);
        Some(Fate::Claimed(pending))
    }
}
