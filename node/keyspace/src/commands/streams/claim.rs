//! XCLAIM.

use super::args::strict_id;
use super::propagate::Told;
use super::reply::{write_entry, write_id};
use crate::commands::{Outcome, is_word};
use crate::ctx::Ctx;
use crate::encodings::stream::id::{self, until_nul};
use crate::encodings::stream::{ConsumerKey, Entries, Group, Pending, Stream, StreamId};
use crate::numbers::parse_int;
use crate::refusal::Refusal;

/// XCLAIM key group consumer min-idle-time id [id ...] [IDLE ms] [TIME unix-time-milliseconds]
/// [RETRYCOUNT count] [FORCE] [JUSTID] [LASTID id]
pub(crate) fn xclaim(ctx: &mut Ctx<'_>) {
    let outcome = try_xclaim(ctx);
    ctx.conclude(outcome);
}

/// What is claimed, and how.
#[derive(Debug)]
struct Claim {
    ids: Vec<StreamId>,
    min_idle: i64,
    /// The time of delivery.
    time: i64,
    count: Option<u64>,
    force: bool,
    just_id: bool,
    last_id: StreamId,
}

/// What became of one pending entry.
#[derive(Clone, Debug)]
pub(super) enum Fate {
    /// It belongs to the consumer now.
    Claimed(Pending),
    /// Its entry was deleted: it is pending for nobody any more. Until now it was for this one.
    Gone(Pending, std::sync::Arc<[u8]>),
}

impl Fate {
    /// Whether it will be told, and its consumer with it.
    pub(super) const fn is_claim(&self) -> bool {
        matches!(self, Self::Claimed(_))
    }
}

fn try_xclaim(ctx: &mut Ctx<'_>) -> Outcome {
    let (key, name, consumer) = (ctx.arg(1), ctx.arg(2), ctx.arg(3));
    let place = ctx.group_place(key, name)?;
    let claim = Claim::parse(ctx)?;
    let Some(owner) = ctx.meet_consumer(key, place, name, consumer) else {
        return Ok(());
    };
    let now = ctx.now.0;
    let place = ctx.keyspace.locate(ctx.access(), key);
    let updated = ctx.update::<Stream, _>(key, place, |stream, _| {
        stream.edit_group(name, |group, entries, _| {
            let moved = claim.last_id > group.last_id;
            group.last_id = group.last_id.max(claim.last_id);
            let fates: Vec<_> = claim
                .ids
                .iter()
                .map(|id| claim.one(*id, group, entries, owner.key, now))
                .collect();
            (moved, fates)
        })
    });
    let (moved, fates) = updated.result.unwrap_or_default();
    answer(ctx, &claim, &fates);
    propagate(ctx, &fates, moved, owner.new);
    Ok(())
}

fn answer(ctx: &mut Ctx<'_>, claim: &Claim, fates: &[Option<Fate>]) {
    let claimed = claim
        .ids
        .iter()
        .zip(fates)
        .filter(|(_, fate)| matches!(fate, Some(Fate::Claimed(_))));
    ctx.reply.array(claimed.clone().count());
    let ids: Vec<StreamId> = claimed.map(|(id, _)| *id).collect();
    ctx.write_claimed(ctx.arg(1), &ids, claim.just_id);
}

fn propagate(ctx: &mut Ctx<'_>, fates: &[Option<Fate>], moved: bool, new_consumer: bool) {
    let (key, name, consumer) = (ctx.arg(1), ctx.arg(2), ctx.arg(3));
    let told = Told { key, group: name };
    ctx.propagate_by_hand();
    if new_consumer && !fates.iter().flatten().any(Fate::is_claim) {
        ctx.tell_consumer(told, consumer);
    }
    let place = ctx.keyspace.locate(ctx.access(), key);
    let stream = ctx.view_at::<Stream>(place);
    let Some((last_id, read)) = stream
        .and_then(|stream| stream.group(name))
        .map(|group| (group.last_id, group.entries_read))
    else {
        return;
    };
    let ids = ctx.args.iter().skip(5);
    for (id, fate) in ids.zip(fates) {
        if let Some(fate) = fate {
            ctx.tell_fate(told, consumer, id, fate, last_id);
        }
    }
    // Otherwise it was part of what was said.
    if moved && fates.iter().all(Option::is_none) {
        ctx.tell_position(told, last_id, read);
        ctx.effects.changed(1);
    }
}

impl Ctx<'_> {
    /// Writes what was claimed: ids alone, or whole entries.
    pub(super) fn write_claimed(&mut self, key: &[u8], ids: &[StreamId], just_id: bool) {
        if just_id {
            return ids.iter().for_each(|id| write_id(&mut self.reply, *id));
        }
        let place = self.keyspace.locate(self.access(), key);
        let entry = self.keyspace.entry(place);
        let Some(stream) = entry.and_then(super::stream_in) else {
            return;
        };
        for id in ids {
            if let Some(entry) = stream.entries().get(*id) {
                write_entry(&mut self.reply, &entry);
            }
        }
    }

    /// Counts a change of a pending entry, and says what it was.
    pub(super) fn tell_fate(
        &mut self,
        told: Told<'_>,
        consumer: &[u8],
        id: &[u8],
        fate: &Fate,
        last_id: StreamId,
    ) {
        self.effects.changed(1);
        match fate {
            Fate::Claimed(pending) => self.tell_claim(told, consumer, id, *pending, last_id),
            Fate::Gone(pending, owner) => self.tell_claim(told, owner, id, *pending, last_id),
        }
    }
}

/// Forgets a pending entry whose entry is gone.
pub(super) fn forget(group: &mut Group, id: StreamId, pending: Pending) -> Option<Fate> {
    let owner = group.consumer(pending.owner)?.name.clone();
    group.release(id);
    Some(Fate::Gone(pending, owner))
}

impl Claim {
    /// Claims one entry, if it is there, pending, and old enough.
    fn one(
        &self,
        id: StreamId,
        group: &mut Group,
        entries: Entries<'_>,
        owner: ConsumerKey,
        now: i64,
    ) -> Option<Fate> {
        let pending = group.pending(id);
        if entries.get(id).is_none() {
            return forget(group, id, pending?);
        }
        let idle = |pending: Pending| now.wrapping_sub(pending.time);
        if pending.is_some_and(|pending| self.min_idle > 0 && idle(pending) < self.min_idle) {
            return None;
        }
        let before = match pending {
            Some(pending) => pending.count,
            None if self.force => 1,
            None => return None,
        };
        let again = before.wrapping_add(u64::from(!self.just_id));
        let pending = Pending {
            owner,
            time: self.time,
            count: self.count.unwrap_or(again),
        };
        group.assign(id, pending);
        group.consumer_mut(owner)?.active = Some(now);
        Some(Fate::Claimed(pending))
    }

    fn parse(ctx: &Ctx<'_>) -> Result<Self, Refusal> {
        let min_idle = parse_int(ctx.arg(4)).ok_or(Refusal::Text(
            "ERR Invalid min-idle-time argument for XCLAIM",
        ))?;
        // What is no id begins the options.
        let ids = ctx
            .args
            .iter()
            .skip(5)
            .map_while(|text| strict_id(text).ok());
        let mut claim = Self {
            ids: ids.collect(),
            min_idle,
            time: ctx.now.0,
            count: None,
            force: false,
            just_id: false,
            last_id: id::MIN,
        };
        let mut at = 5 + claim.ids.len();
        while at < ctx.args.len() {
            at += claim.parse_option(ctx, at)?;
        }
        if !(0..=ctx.now.0).contains(&claim.time) {
            // Clients count with their own clocks: no reason to refuse them.
            claim.time = ctx.now.0;
        }
        Ok(claim)
    }

    /// Reads the option at `at` and returns how many words it takes.
    fn parse_option(&mut self, ctx: &Ctx<'_>, at: usize) -> Result<usize, Refusal> {
        let (option, value) = (ctx.arg(at), ctx.args.get(at + 1));
        let number = |text: &[u8], error| parse_int(text).ok_or(Refusal::Text(error));
        match value {
            _ if is_word(option, "FORCE") => self.force = true,
            _ if is_word(option, "JUSTID") => self.just_id = true,
            Some(value) if is_word(option, "IDLE") => {
                let idle = number(value, "ERR Invalid IDLE option argument for XCLAIM")?;
                self.time = ctx.now.0.wrapping_sub(idle);
                return Ok(2);
            }
            Some(value) if is_word(option, "TIME") => {
                self.time = number(value, "ERR Invalid TIME option argument for XCLAIM")?;
                return Ok(2);
            }
            Some(value) if is_word(option, "RETRYCOUNT") => {
                let count = number(value, "ERR Invalid RETRYCOUNT option argument for XCLAIM")?;
                self.count = u64::try_from(count).ok();
                return Ok(2);
            }
            Some(value) if is_word(option, "LASTID") => {
                self.last_id = strict_id(value)?;
                return Ok(2);
            }
            _ => {
                let text = [b"ERR Unrecognized XCLAIM option '", until_nul(option), b"'"];
                return Err(Refusal::Quoting(text.concat()));
            }
        }
        Ok(1)
    }
}
