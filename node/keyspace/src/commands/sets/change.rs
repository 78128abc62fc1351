//! Adding, removing and moving members.

use crate::commands::Outcome;
use crate::ctx::Ctx;
use crate::encodings::set::Set;
use crate::events::EventClass;
use crate::refusal::Refusal;
use shoal_rdb::listpack::Element;

/// SADD key member [member ...]
pub(crate) fn sadd(ctx: &mut Ctx<'_>) {
    let outcome = try_sadd(ctx);
    ctx.conclude(outcome);
}

fn try_sadd(ctx: &mut Ctx<'_>) -> Outcome {
    let key = ctx.arg(1);
    let place = ctx.place_of::<Set>(key)?;
    let members = ctx.args.slice(2..);
    let first = Element::Str(ctx.arg(2));
    let added = ctx.update(key, place, |set: &mut Set, tools| {
        if place.exists() {
            set.expect(members.len(), tools);
        } else {
            *set = Set::for_members(first, members.len(), tools.options);
        }
        let new = members
            .iter()
            .filter(|member| set.add(Element::Str(member), tools));
        new.count()
    });
    let added = added.result;
    if added > 0 {
        ctx.notify(EventClass::SET, "sadd", key);
    }
    ctx.effects.changed(added as u64);
    ctx.reply.integer(added as i64);
    Ok(())
}

/// SREM key member [member ...]
pub(crate) fn srem(ctx: &mut Ctx<'_>) {
    let outcome = try_srem(ctx);
    ctx.conclude(outcome);
}

fn try_srem(ctx: &mut Ctx<'_>) -> Outcome {
    let key = ctx.arg(1);
    let place = ctx.place_of::<Set>(key)?;
    let members = ctx.args.slice(2..);
    let updated = ctx.update(key, place, |set: &mut Set, tools| {
        let removed = members
            .iter()
            .filter(|member| set.remove(Element::Str(member), tools.hasher));
        removed.count()
    });
    let removed = updated.result;
    if removed > 0 {
        ctx.notify(EventClass::SET, "srem", key);
    }
    if updated.emptied {
        ctx.notify(EventClass::GENERIC, "del", key);
    }
    ctx.effects.changed(removed as u64);
    ctx.reply.integer(removed as i64);
    Ok(())
}

/// SMOVE source destination member
pub(crate) fn smove(ctx: &mut Ctx<'_>) {
    let outcome = try_smove(ctx).map(|moved| ctx.reply.integer(moved.into()));
    ctx.conclude(outcome);
}

fn try_smove(ctx: &mut Ctx<'_>) -> Result<bool, Refusal> {
    let (from, to, member) = (ctx.arg(1), ctx.arg(2), Element::Str(ctx.arg(3)));
    let access = ctx.access();
    // A missing source is found before a destination of another type is.
    if !ctx
        .keyspace
        .find_for_write(access, from, ctx.effects)
        .exists()
    {
        ctx.keyspace.find_for_write(access, to, ctx.effects);
        return Ok(false);
    }
    let target = ctx.place_of::<Set>(to);
    let source = ctx.place_of::<Set>(from)?;
    target?;
    if from == to {
        let set = ctx.view_at::<Set>(source);
        return Ok(set.is_some_and(|set| set.contains(member, &ctx.keyspace.hasher)));
    }
    let removed = ctx.update(from, source, |set: &mut Set, tools| {
        set.remove(member, tools.hasher)
    });
    if !removed.result {
        return Ok(false);
    }
    ctx.notify(EventClass::SET, "srem", from);
    if removed.emptied {
        ctx.notify(EventClass::GENERIC, "del", from);
    }
    ctx.effects.changed(1);
    add_moved(ctx, to, member);
    Ok(true)
}

/// Adds the member to the destination of SMOVE, which may have it already.
fn add_moved(ctx: &mut Ctx<'_>, to: &[u8], member: Element<'_>) {
    let place = ctx.keyspace.locate(ctx.access(), to);
    let added = ctx.update(to, place, |set: &mut Set, tools| {
        if !place.exists() {
            *set = Set::for_members(member, 1, tools.options);
        }
        set.add(member, tools)
    });
    if added.result {
        ctx.effects.changed(1);
        ctx.notify(EventClass::SET, "sadd", to);
    }
}
