//! Reading a single set.

use crate::commands::{Outcome, bulk_item};
use crate::ctx::Ctx;
use crate::encodings::collection::Collection as _;
use crate::encodings::set::{Set, SetRef};
use crate::refusal::Refusal;
use shoal_rdb::listpack::Element;

/// The set at the key of a command that reads it. What else it needs of the context stays free.
fn read<'c>(ctx: &'c mut Ctx<'_>) -> Result<Option<SetRef<'c>>, Refusal> {
    let key = ctx.arg(1);
    ctx.read_as::<Set>(key)
}

/// SCARD key
pub(crate) fn scard(ctx: &mut Ctx<'_>) {
    match read(ctx).map(|set| set.map_or(0, SetRef::len)) {
        Ok(len) => ctx.reply.integer(len as i64),
        Err(refusal) => ctx.refuse(&refusal),
    }
}

/// SMEMBERS key
pub(crate) fn smembers(ctx: &mut Ctx<'_>) {
    let outcome = try_smembers(ctx);
    ctx.conclude(outcome);
}

fn try_smembers(ctx: &mut Ctx<'_>) -> Outcome {
    let (access, key) = (ctx.access(), ctx.arg(1));
    let entry = ctx.keyspace.read(access, key, ctx.effects);
    let set = entry.map(|entry| Set::view(entry).ok_or(Refusal::WrongType));
    let set = set.transpose()?;
    ctx.reply.set(set.map_or(0, SetRef::len));
    for member in set.into_iter().flat_map(SetRef::iter) {
        bulk_item(&mut ctx.reply, member);
    }
    Ok(())
}

/// SISMEMBER key member
pub(crate) fn sismember(ctx: &mut Ctx<'_>) {
    let outcome = look_up(ctx, |_| {});
    ctx.conclude(outcome);
}

/// SMISMEMBER key member [member ...]
pub(crate) fn smismember(ctx: &mut Ctx<'_>) {
    let outcome = look_up(ctx, |ctx| ctx.reply.array(ctx.args.len().saturating_sub(2)));
    ctx.conclude(outcome);
}

/// Says of every member in the arguments whether it is one.
#[inline]
fn look_up(ctx: &mut Ctx<'_>, begin: impl FnOnce(&mut Ctx<'_>)) -> Outcome {
    let (access, key) = (ctx.access(), ctx.arg(1));
    let place = ctx.keyspace.read_place(access, key, ctx.effects);
    if let Some(entry) = ctx.keyspace.entry(place) {
        Set::view(entry).ok_or(Refusal::WrongType)?;
    }
    begin(ctx);
    let set = ctx.keyspace.entry(place).and_then(Set::view);
    for member in ctx.args.iter().skip(2) {
        let found = set.is_some_and(|set| set.contains(Element::Str(member), &ctx.keyspace.hasher));
        ctx.reply.integer(found.into());
    }
    Ok(())
}
