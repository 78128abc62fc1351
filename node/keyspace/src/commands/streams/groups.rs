//! XGROUP.

use super::args::{any_id, strict_id};
use super::no_group_of_key;
use crate::commands::{Outcome, is_word};
use crate::ctx::Ctx;
use crate::encodings::stream::id::{self, until_nul};
use crate::encodings::stream::{Group, Stream, StreamId};
use crate::events::EventClass;
use crate::keyspace::Place;
use crate::refusal::Refusal;

const HELP: [&str; 14] = [
    "XGROUP <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
    "CREATE <key> <groupname> <id|$> [MKSTREAM] [ENTRIESREAD entries_read]",
    "    Make a group that begins after an entry, $ being the last one. MKSTREAM makes",
    "    the stream too, ENTRIESREAD tells how many entries come before.",
    "CREATECONSUMER <key> <groupname> <consumer>",
    "    Make a consumer of a group.",
    "DELCONSUMER <key> <groupname> <consumer>",
    "    Delete a consumer, and forget what is pending for it.",
    "DESTROY <key> <groupname>",
    "    Delete a group.",
    "SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]",
    "    Let a group go on after another entry.",
    "HELP",
    "    Print this help.",
];

const NO_KEY: Refusal = Refusal::Text(
    "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM \
     option to create an empty stream automatically.",
);

/// XGROUP HELP
pub(crate) fn xgroup_help(ctx: &mut Ctx<'_>) {
    super::reply::write_help(&mut ctx.reply, &HELP);
}

/// XGROUP CREATE key group id | $ [MKSTREAM] [ENTRIESREAD entries-read]
pub(crate) fn xgroup_create(ctx: &mut Ctx<'_>) {
    let outcome = try_create(ctx);
    ctx.conclude(outcome);
}

fn try_create(ctx: &mut Ctx<'_>) -> Outcome {
    let options = Options::parse(ctx, true)?;
    let (key, name) = (ctx.arg(2), ctx.arg(3));
    let place = ctx.place_of::<Stream>(key)?;
    if !place.exists() && !options.make_stream {
        return Err(NO_KEY);
    }
    if ctx.args.len() > 8 {
        return Err(ctx.unknown_form());
    }
    let id = wanted_id(ctx, place, strict_id)?;
    let group = Group::new(id, options.entries_read);
    let updated = ctx.update::<Stream, _>(key, place, |stream, _| stream.add_group(name, group));
    if !updated.result {
        return Err(Refusal::Text(
            "BUSYGROUP Consumer Group name already exists",
        ));
    }
    ctx.reply.ok();
    ctx.effects.changed(1);
    ctx.notify(EventClass::STREAM, "xgroup-create", key);
    Ok(())
}

/// XGROUP SETID key group id | $ [ENTRIESREAD entries-read]
pub(crate) fn xgroup_setid(ctx: &mut Ctx<'_>) {
    let outcome = try_setid(ctx);
    ctx.conclude(outcome);
}

fn try_setid(ctx: &mut Ctx<'_>) -> Outcome {
    let options = Options::parse(ctx, false)?;
    let (key, name) = (ctx.arg(2), ctx.arg(3));
    let place = existing_group(ctx)?;
    if ctx.args.len() > 7 {
        return Err(ctx.unknown_form());
    }
    let id = wanted_id(ctx, place, |text| any_id(text, 0))?;
    ctx.update::<Stream, _>(key, place, |stream, _| {
        stream.edit_group(name, |group, _, _| {
            group.last_id = id;
            group.entries_read = options.entries_read;
        })
    });
    ctx.reply.ok();
    ctx.effects.changed(1);
    ctx.notify(EventClass::STREAM, "xgroup-setid", key);
    Ok(())
}

/// XGROUP DESTROY key group
pub(crate) fn xgroup_destroy(ctx: &mut Ctx<'_>) {
    let outcome = try_destroy(ctx);
    ctx.conclude(outcome);
}

fn try_destroy(ctx: &mut Ctx<'_>) -> Outcome {
    let (key, name) = (ctx.arg(2), ctx.arg(3));
    let place = ctx.place_of::<Stream>(key)?;
    let stream = ctx.view_at::<Stream>(place).ok_or(NO_KEY)?;
    if stream.group(name).is_none() {
        ctx.reply.integer(0);
        return Ok(());
    }
    let updated = ctx.update::<Stream, _>(key, place, |stream, _| stream.remove_group(name));
    if let Some(group) = updated.result {
        ctx.keyspace.graveyard.bury_group(group);
    }
    ctx.reply.integer(1);
    ctx.effects.changed(1);
    ctx.notify(EventClass::STREAM, "xgroup-destroy", key);
    // Who is blocked on this group has to learn that it is gone.
    ctx.signal(key);
    Ok(())
}

/// XGROUP CREATECONSUMER key group consumer
pub(crate) fn xgroup_createconsumer(ctx: &mut Ctx<'_>) {
    let outcome = try_createconsumer(ctx);
    ctx.conclude(outcome);
}

fn try_createconsumer(ctx: &mut Ctx<'_>) -> Outcome {
    let (key, name, consumer) = (ctx.arg(2), ctx.arg(3), ctx.arg(4));
    let place = existing_group(ctx)?;
    let now = ctx.now.0;
    let updated = ctx.update::<Stream, _>(key, place, |stream, _| {
        stream.edit_group(name, |group, _, _| {
            group.add_consumer(consumer, now).is_some()
        })
    });
    let created = updated.result.unwrap_or(false);
    if created {
        ctx.effects.changed(1);
        ctx.notify(EventClass::STREAM, "xgroup-createconsumer", key);
    }
    ctx.reply.integer(created.into());
    Ok(())
}

/// XGROUP DELCONSUMER key group consumer
pub(crate) fn xgroup_delconsumer(ctx: &mut Ctx<'_>) {
    let outcome = try_delconsumer(ctx);
    ctx.conclude(outcome);
}

fn try_delconsumer(ctx: &mut Ctx<'_>) -> Outcome {
    let (key, name, consumer) = (ctx.arg(2), ctx.arg(3), ctx.arg(4));
    let place = existing_group(ctx)?;
    let updated = ctx.update::<Stream, _>(key, place, |stream, _| {
        stream.edit_group(name, |group, _, _| group.remove_consumer(consumer))
    });
    let removed = updated.result.flatten();
    if removed.is_some() {
        ctx.effects.changed(1);
        ctx.notify(EventClass::STREAM, "xgroup-delconsumer", key);
    }
    ctx.reply.integer(removed.unwrap_or(0) as i64);
    Ok(())
}

/// Where the stream is whose group the command names; both must exist.
fn existing_group(ctx: &mut Ctx<'_>) -> Result<Place, Refusal> {
    let (key, name) = (ctx.arg(2), ctx.arg(3));
    let place = ctx.place_of::<Stream>(key)?;
    let stream = ctx.view_at::<Stream>(place).ok_or(NO_KEY)?;
    match stream.group(name) {
        Some(_) => Ok(place),
        None => Err(no_group_of_key(key, name)),
    }
}

/// The id behind the group's name, `$` being the last one.
fn wanted_id(
    ctx: &Ctx<'_>,
    place: Place,
    parse: fn(&[u8]) -> Result<StreamId, Refusal>,
) -> Result<StreamId, Refusal> {
    let text = ctx.arg(4);
    if until_nul(text) != b"$" {
        return parse(text);
    }
    let stream = ctx.view_at::<Stream>(place);
    Ok(stream.map_or(id::MIN, |stream| stream.numbers().last_id))
}

/// The options behind the id.
#[derive(Debug, Default)]
struct Options {
    make_stream: bool,
    entries_read: Option<u64>,
}

impl Options {
    fn parse(ctx: &Ctx<'_>, create: bool) -> Result<Self, Refusal> {
        let (mut options, mut at) = (Self::default(), 5);
        while at < ctx.args.len() {
            let option = ctx.arg(at);
            if create && is_word(option, "MKSTREAM") {
                options.make_stream = true;
                at += 1;
            } else if is_word(option, "ENTRIESREAD") && at + 1 < ctx.args.len() {
                options.entries_read = match ctx.int_arg(at + 1)? {
                    -1 => None,
                    read => Some(u64::try_from(read).map_err(|_| {
                        Refusal::Text("ERR value for ENTRIESREAD must be positive or -1")
                    })?),
                };
                at += 2;
            } else {
                return Err(ctx.unknown_form());
            }
        }
        Ok(options)
    }
}
