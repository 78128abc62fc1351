//! SORT: the elements of a list, set or sorted set in order, with values from other keys if wanted.

mod elements;
mod lookup;
mod order;
mod request;

use core::ops::Range;

use elements::Texts;
use lookup::Pattern;
use request::Request;

use crate::commands::Outcome;
use crate::ctx::Ctx;
use crate::encodings::list::{End, Limits, List};
use crate::events::EventClass;

/// SORT key [BY pattern] [LIMIT offset count] [GET pattern ...] [ASC|DESC] [ALPHA] [STORE destination]
pub(crate) fn sort(ctx: &mut Ctx<'_>) {
    let outcome = Request::parse(ctx, true).and_then(|request| run(ctx, request));
    ctx.conclude(outcome);
}

/// SORT_RO key [BY pattern] [LIMIT offset count] [GET pattern ...] [ASC|DESC] [ALPHA]
pub(crate) fn sort_ro(ctx: &mut Ctx<'_>) {
    let outcome = Request::parse(ctx, false).and_then(|request| run(ctx, request));
    ctx.conclude(outcome);
}

fn run(ctx: &mut Ctx<'_>, mut request: Request<'_>) -> Outcome {
    let elements = elements::collect(ctx, &mut request)?;
    let order = order::of(ctx, &request, &elements)?;
    let chosen = match elements.is_cut {
        true => 0..order.len(),
        false => request.range(order.len()),
    };
    let order = order.get(chosen).unwrap_or_default();
    match request.store {
        Some(key) => store(ctx, key, &request, &elements.texts, order),
        None => reply(ctx, &request, &elements.texts, order),
    }
    Ok(())
}

fn reply(ctx: &mut Ctx<'_>, request: &Request<'_>, texts: &Texts, order: &[usize]) {
    ctx.reply.array(order.len() * request.gets.len().max(1));
    for text in order.iter().map(|&index| texts.get(index)) {
        if request.gets.is_empty() {
            ctx.reply.bulk(text);
        }
        for pattern in &request.gets {
            match pattern.value(ctx, text) {
                Some(value) => ctx.reply.bulk(&value),
                None => ctx.reply.null(),
            }
        }
    }
}

fn store(ctx: &mut Ctx<'_>, key: &[u8], request: &Request<'_>, texts: &Texts, order: &[usize]) {
    let limits = Limits::of(&ctx.keyspace.options);
    let mut list = List::default();
    for text in order.iter().map(|&index| texts.get(index)) {
        if request.gets.is_empty() {
            list.push(End::Right, text, &limits);
        }
        for pattern in &request.gets {
            let value = pattern.value(ctx, text).unwrap_or_default();
            list.push(End::Right, &value, &limits);
        }
    }
    let len = list.as_ref().len();
    let existed = ctx.store(key, list);
    if len > 0 {
        ctx.notify(EventClass::LIST, "sortstore", key);
        ctx.effects.changed(len as u64);
    } else if existed {
        ctx.notify(EventClass::GENERIC, "del", key);
        ctx.effects.changed(1);
    }
    ctx.reply.integer(len as i64);
}

impl Request<'_> {
    /// What LIMIT leaves of so many elements.
    fn range(&self, len: usize) -> Range<usize> {
        let (offset, count) = self.limit;
        let start = usize::try_from(offset.max(0)).map_or(len, |start| start.min(len));
        let count = usize::try_from(count).unwrap_or(len);
        start..start.saturating_add(count).min(len)
    }
}
