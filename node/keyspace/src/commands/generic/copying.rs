//! Keys that get another name or another database.

use crate::commands::{Outcome, is_word};
use crate::ctx::Ctx;
use crate::events::EventClass;
use crate::keyspace::Access;
use crate::refusal::Refusal;

/// RENAME key newkey
pub(crate) fn rename(ctx: &mut Ctx<'_>) {
    let outcome = try_rename(ctx).map(|_| ctx.reply.ok());
    ctx.conclude(outcome);
}

/// RENAMENX key newkey
pub(crate) fn renamenx(ctx: &mut Ctx<'_>) {
    let outcome = try_renamenx(ctx);
    ctx.conclude(outcome);
}

fn try_rename(ctx: &mut Ctx<'_>) -> Outcome {
    let (access, from, to) = (ctx.access(), ctx.arg(1), ctx.arg(2));
    let source = ctx.keyspace.find_for_write(access, from, ctx.effects);
    if !source.exists() {
        return Err(Refusal::NoSuchKey);
    }
    if from != to {
        let target = ctx.keyspace.find_for_write(access, to, ctx.effects);
        ctx.keyspace.delete(target);
        relocate(ctx, access, from, access, to);
        tell_of_rename(ctx, from, to);
    }
    Ok(())
}

fn try_renamenx(ctx: &mut Ctx<'_>) -> Outcome {
    let (access, from, to) = (ctx.access(), ctx.arg(1), ctx.arg(2));
    if !ctx
        .keyspace
        .find_for_write(access, from, ctx.effects)
        .exists()
    {
        return Err(Refusal::NoSuchKey);
    }
    let free = from != to
        && !ctx
            .keyspace
            .find_for_write(access, to, ctx.effects)
            .exists();
    if free {
        relocate(ctx, access, from, access, to);
        tell_of_rename(ctx, from, to);
    }
    ctx.reply.integer(free.into());
    Ok(())
}

fn tell_of_rename(ctx: &mut Ctx<'_>, from: &[u8], to: &[u8]) {
    ctx.effects.changed(1);
    ctx.notify(EventClass::GENERIC, "rename_from", from);
    ctx.notify(EventClass::GENERIC, "rename_to", to);
}

/// Moves an entry to a key that is free.
fn relocate(ctx: &mut Ctx<'_>, from_access: Access, from: &[u8], to_access: Access, to: &[u8]) {
    let source = ctx.keyspace.locate(from_access, from);
    if let Some(entry) = ctx.keyspace.remove(source) {
        let target = ctx.keyspace.locate(to_access, to);
        ctx.keyspace.insert_aged(target, entry.rekeyed(to));
        ctx.effects.event(EventClass::NEW, "new", to_access.db, to);
    }
}

/// COPY source destination [DB destination-db] [REPLACE]
pub(crate) fn copy(ctx: &mut Ctx<'_>) {
    let outcome = try_copy(ctx);
    ctx.conclude(outcome);
}

fn try_copy(ctx: &mut Ctx<'_>) -> Outcome {
    let (access, from, to) = (ctx.access(), ctx.arg(1), ctx.arg(2));
    let (db, replace) = copy_options(ctx)?;
    if db == access.db && from == to {
        return Err(Refusal::SameObject);
    }
    let copied = ctx
        .keyspace
        .read(access, from, ctx.effects)
        .map(|entry| entry.copied(to));
    let Some(copied) = copied else {
        ctx.reply.integer(0);
        return Ok(());
    };
    let access = Access { db, ..access };
    let target = ctx.keyspace.find_for_write(access, to, ctx.effects);
    if target.exists() && !replace {
        ctx.reply.integer(0);
        return Ok(());
    }
    ctx.keyspace.delete(target);
    let target = ctx.keyspace.locate(access, to);
    ctx.keyspace.insert(target, access, copied);
    ctx.effects.event(EventClass::NEW, "new", db, to);
    ctx.effects.changed(1);
    ctx.effects.event(EventClass::GENERIC, "copy_to", db, to);
    ctx.reply.integer(1);
    Ok(())
}

fn copy_options(ctx: &Ctx<'_>) -> Result<(usize, bool), Refusal> {
    let (mut db, mut replace) = (ctx.db, false);
    let mut index = 3;
    while let Some(word) = ctx.args.get(index) {
        if is_word(word, "REPLACE") {
            replace = true;
        } else if is_word(word, "DB") && index + 1 < ctx.args.len() {
            index += 1;
            db = database_arg(ctx, index)?;
        } else {
            return Err(Refusal::Syntax);
        }
        index += 1;
    }
    if ctx.keyspace.cluster && db != 0 {
        return Err(Refusal::Text(
            "ERR Copying to another database is not allowed in cluster mode",
        ));
    }
    Ok((db, replace))
}

/// An argument that is the number of a database.
fn database_arg(ctx: &Ctx<'_>, index: usize) -> Result<usize, Refusal> {
    let number = i32::try_from(ctx.int_arg(index)?);
    let number = number.map_err(|_| Refusal::NotBetween(i32::MIN.into(), i32::MAX.into()))?;
    let db = usize::try_from(number)
        .ok()
        .filter(|&db| db < ctx.keyspace.database_count());
    db.ok_or(Refusal::DbIndex)
}

/// MOVE key db
pub(crate) fn r#move(ctx: &mut Ctx<'_>) {
    let outcome = try_move(ctx);
    ctx.conclude(outcome);
}

fn try_move(ctx: &mut Ctx<'_>) -> Outcome {
    if ctx.keyspace.cluster {
        return Err(Refusal::Text("ERR MOVE is not allowed in cluster mode"));
    }
    let (access, key) = (ctx.access(), ctx.arg(1));
    let there = Access {
        db: database_arg(ctx, 2)?,
        ..access
    };
    if there.db == access.db {
        return Err(Refusal::SameObject);
    }
    let free = ctx
        .keyspace
        .find_for_write(access, key, ctx.effects)
        .exists()
        && !ctx
            .keyspace
            .find_for_write(there, key, ctx.effects)
            .exists();
    if free {
        relocate(ctx, access, key, there, key);
        ctx.effects.changed(1);
        ctx.notify(EventClass::GENERIC, "move_from", key);
        ctx.effects
            .event(EventClass::GENERIC, "move_to", there.db, key);
    }
    ctx.reply.integer(free.into());
    Ok(())
}
