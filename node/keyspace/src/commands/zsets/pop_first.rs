//! Popping from the first of several sorted sets that exists: ZMPOP, and the forms that wait.

use super::Listing;
use super::pop::{End, pop, popped_count};
use crate::blocking::{Awaited, BlockOn};
use crate::commands::{Outcome, is_word};
use crate::ctx::Ctx;
use crate::encodings::zset::Zset;
use crate::keyspace::Place;
use crate::numbers::parse_int;
use crate::refusal::Refusal;
use shoal_resp::Args;

/// BZPOPMIN key [key ...] timeout
pub(crate) fn bzpopmin(ctx: &mut Ctx<'_>) {
    let outcome = pop_or_wait(ctx, End::Min);
    ctx.conclude(outcome);
}

/// BZPOPMAX key [key ...] timeout
pub(crate) fn bzpopmax(ctx: &mut Ctx<'_>) {
    let outcome = pop_or_wait(ctx, End::Max);
    ctx.conclude(outcome);
}

fn pop_or_wait(ctx: &mut Ctx<'_>, end: End) -> Outcome {
    let last = ctx.args.len() - 1;
    let timeout = ctx.timeout_arg(last)?;
    let keys = ctx.args.slice(1..last);
    let Some((key, place)) = first_of(ctx, keys)? else {
        ctx.block(BlockOn::new(Awaited::Zset, keys, timeout));
        return Ok(());
    };
    ctx.reply.array(3);
    ctx.reply.bulk(key);
    pop(ctx, key, place, end, 1, Listing::Flat);
    ctx.effects.instead(&[end.command(), key]);
    Ok(())
}

/// ZMPOP numkeys key [key ...] MIN|MAX [COUNT count]
pub(crate) fn zmpop(ctx: &mut Ctx<'_>) {
    let outcome = try_zmpop(ctx);
    ctx.conclude(outcome);
}

fn try_zmpop(ctx: &mut Ctx<'_>) -> Outcome {
    let request = Request::parse(ctx, 1)?;
    match first_of(ctx, request.keys)? {
        Some((key, place)) => pop_some(ctx, key, place, &request),
        None => ctx.reply.null_array(),
    }
    Ok(())
}

/// BZMPOP timeout numkeys key [key ...] MIN|MAX [COUNT count]
pub(crate) fn bzmpop(ctx: &mut Ctx<'_>) {
    let outcome = try_bzmpop(ctx);
    ctx.conclude(outcome);
}

fn try_bzmpop(ctx: &mut Ctx<'_>) -> Outcome {
    let request = Request::parse(ctx, 2)?;
    let timeout = ctx.timeout_arg(1)?;
    match first_of(ctx, request.keys)? {
        Some((key, place)) => pop_some(ctx, key, place, &request),
        None => ctx.block(BlockOn::new(Awaited::Zset, request.keys, timeout)),
    }
    Ok(())
}

/// What ZMPOP and BZMPOP are asked for.
struct Request<'a> {
    keys: Args<'a>,
    end: End,
    count: usize,
}

impl<'a> Request<'a> {
    fn parse(ctx: &Ctx<'a>, number_at: usize) -> Result<Self, Refusal> {
        let positive = |at: usize, text| {
            let number = parse_int(ctx.arg(at)).filter(|&number| number > 0);
            let number = number.and_then(|number| usize::try_from(number).ok());
            number.ok_or(Refusal::Text(text))
        };
        let keys = positive(number_at, "ERR numkeys should be greater than 0")?;
        let end_at = (number_at + 1).saturating_add(keys);
        let end = match ctx.args.get(end_at) {
            Some(word) if is_word(word, "MIN") => End::Min,
            Some(word) if is_word(word, "MAX") => End::Max,
            _ => return Err(Refusal::Syntax),
        };
        let mut count = None;
        let mut at = end_at + 1;
        while at < ctx.args.len() {
            if count.is_some() || !is_word(ctx.arg(at), "COUNT") || at + 1 == ctx.args.len() {
                return Err(Refusal::Syntax);
            }
            count = Some(positive(at + 1, "ERR count should be greater than 0")?);
            at += 2;
        }
        Ok(Self {
            keys: ctx.args.slice(number_at + 1..end_at),
            end,
            count: count.unwrap_or(1),
        })
    }
}

/// The first key that exists.
fn first_of<'a>(ctx: &mut Ctx<'_>, keys: Args<'a>) -> Result<Option<(&'a [u8], Place)>, Refusal> {
    for key in keys {
        let place = ctx.place_of::<Zset>(key)?;
        if place.exists() {
            return Ok(Some((key, place)));
        }
    }
    Ok(None)
}

fn pop_some(ctx: &mut Ctx<'_>, key: &[u8], place: Place, request: &Request<'_>) {
    let count = popped_count(ctx, place, request.count);
    ctx.reply.array(2);
    ctx.reply.bulk(key);
    ctx.reply.array(count);
    pop(ctx, key, place, request.end, count, Listing::Pairs);
    let mut digits = itoa::Buffer::new();
    let count = digits.format(count).as_bytes();
    ctx.effects.instead(&[request.end.command(), key, count]);
}
