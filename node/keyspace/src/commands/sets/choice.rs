//! Members chosen at random.

use core::ops::ControlFlow;

use crate::commands::{Outcome, bulk_item};
use crate::ctx::Ctx;
use crate::encodings::collection::Collection as _;
use crate::encodings::set::Set;
use crate::events::EventClass;
use crate::keyspace::Place;
use crate::refusal::Refusal;
use crate::value::Value;

/// How many members go into one SREM when it stands for a SPOP.
const PROPAGATED_AT_ONCE: usize = 1024;

/// SPOP key [count]
pub(crate) fn spop(ctx: &mut Ctx<'_>) {
    let outcome = match ctx.args.len() {
        2 => pop_one(ctx),
        3 => pop_many(ctx),
        _ => Err(Refusal::Syntax),
    };
    ctx.conclude(outcome);
}

fn pop_one(ctx: &mut Ctx<'_>) -> Outcome {
    let (access, key) = (ctx.access(), ctx.arg(1));
    let place = ctx.place_of::<Set>(key)?;
    if !place.exists() {
        ctx.reply.null();
        return Ok(());
    }
    let mut rng = ctx.keyspace.rng.clone();
    let popped = ctx.keyspace.update(access, key, place, |set: &mut Set, _| {
        set.pop(&mut rng, |member| {
            bulk_item(&mut ctx.reply, member);
            let mut digits = itoa::Buffer::new();
            ctx.effects
                .instead(&[b"SREM", key, member.text(&mut digits)]);
        })
    });
    ctx.keyspace.rng = rng;
    ctx.effects.changed(1);
    ctx.notify(EventClass::SET, "spop", key);
    if popped.emptied {
        ctx.notify(EventClass::GENERIC, "del", key);
    }
    Ok(())
}

fn pop_many(ctx: &mut Ctx<'_>) -> Outcome {
    let count = ctx.positive_arg(2)?;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let key = ctx.arg(1);
    let place = ctx.place_of::<Set>(key)?;
    let len = ctx.view_at::<Set>(place).map_or(0, |set| set.len());
    if len == 0 || count == 0 {
        ctx.reply.set(0);
        return Ok(());
    }
    ctx.notify(EventClass::SET, "spop", key);
    ctx.effects.changed(count.min(len) as u64);
    ctx.reply.set(count.min(len));
    if count >= len {
        let set = ctx.keyspace.entry(place).and_then(Set::view);
        for member in set.into_iter().flat_map(|set| set.iter()) {
            bulk_item(&mut ctx.reply, member);
        }
        ctx.keyspace.delete(place);
        ctx.notify(EventClass::GENERIC, "del", key);
        ctx.effects.instead(&[b"DEL", key]);
    } else {
        pop_some(ctx, count);
    }
    Ok(())
}

/// Takes out fewer members than there are.
fn pop_some(ctx: &mut Ctx<'_>, count: usize) {
    let (access, key) = (ctx.access(), ctx.arg(1));
    let place = ctx.keyspace.locate(access, key);
    let mut rng = ctx.keyspace.rng.clone();
    let mut gone = Vec::new();
    let popped = ctx
        .keyspace
        .update(access, key, place, |set: &mut Set, tools| {
            set.pop_some(count, &mut rng, tools, |member| {
                bulk_item(&mut ctx.reply, member);
                if ctx.effects.enabled {
                    gone.push(member.to_vec());
                }
            })
        });
    ctx.keyspace.rng = rng;
    if let Some(table) = popped.result {
        ctx.keyspace
            .graveyard
            .bury_value(Value::Set(Set::Table(table)));
    }
    for members in gone.chunks(PROPAGATED_AT_ONCE) {
        let members = members.iter().map(Vec::as_slice);
        let command: Vec<&[u8]> = [&b"SREM"[..], key].into_iter().chain(members).collect();
        ctx.effects.instead(&command);
    }
}

/// SRANDMEMBER key [count]
pub(crate) fn srandmember(ctx: &mut Ctx<'_>) {
    let outcome = match ctx.args.len() {
        2 => random_member(ctx),
        3 => random_members(ctx),
        _ => Err(Refusal::Syntax),
    };
    ctx.conclude(outcome);
}

fn random_member(ctx: &mut Ctx<'_>) -> Outcome {
    let place = read_place(ctx)?;
    let mut rng = ctx.keyspace.rng.clone();
    let set = ctx.keyspace.entry(place).and_then(Set::view);
    match set.and_then(|set| set.random(&mut rng)) {
        Some(member) => bulk_item(&mut ctx.reply, member),
        None => ctx.reply.null(),
    }
    ctx.keyspace.rng = rng;
    Ok(())
}

fn random_members(ctx: &mut Ctx<'_>) -> Outcome {
    let count = ctx.choice_arg(2)?;
    let place = read_place(ctx)?;
    let mut rng = ctx.keyspace.rng.clone();
    let Some(set) = ctx.keyspace.entry(place).and_then(Set::view) else {
        ctx.reply.array(0);
        return Ok(());
    };
    let reply = &mut ctx.reply;
    let times = count.unsigned_abs();
    if count < 0 {
        reply.array(usize::try_from(times).unwrap_or(usize::MAX));
        set.random_repeating(times, &mut rng, |member| {
            bulk_item(reply, member);
            if reply.is_full() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
    } else {
        let times = usize::try_from(times).unwrap_or(usize::MAX);
        reply.array(times.min(set.len()));
        set.random_distinct(times, &mut rng, |member| bulk_item(reply, member));
    }
    ctx.keyspace.rng = rng;
    Ok(())
}

fn read_place(ctx: &mut Ctx<'_>) -> Result<Place, Refusal> {
    let (access, key) = (ctx.access(), ctx.arg(1));
    let place = ctx.keyspace.read_place(access, key, ctx.effects);
    match ctx.keyspace.entry(place).map(Set::view) {
        Some(None) => Err(Refusal::WrongType),
        _ => Ok(place),
    }
}
