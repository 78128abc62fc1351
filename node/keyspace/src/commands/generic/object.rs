//! OBJECT: how values are stored.

use crate::commands::Outcome;
use crate::ctx::Ctx;
use crate::entry::View;
use crate::refusal::Refusal;

const HELP: [&str; 15] = [
    "OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
    "ENCODING <key>",
    "    Return the kind of internal representation used in order to store the value",
    "    associated with a <key>.",
    "FREQ <key>",
    "    Return the access frequency index of the <key>. The returned integer is",
    "    proportional to the logarithm of the recent access frequency of the key.",
    "IDLETIME <key>",
    "    Return the idle time of the <key>, that is the approximated number of",
    "    seconds elapsed since the last access to the key.",
    "REFCOUNT <key>",
    "    Return the number of references of the value associated with the specified",
    "    <key>.",
    "HELP",
    "    Prints this help.",
];

/// OBJECT HELP
pub(crate) fn object_help(ctx: &mut Ctx<'_>) {
    ctx.reply.array(HELP.len());
    for line in HELP {
        ctx.reply.simple(line);
    }
}

/// OBJECT ENCODING key
pub(crate) fn object_encoding(ctx: &mut Ctx<'_>) {
    let (access, key) = (ctx.access(), ctx.arg(2));
    let place = ctx.keyspace.inspect_place(access, key, ctx.effects);
    match ctx.keyspace.entry(place) {
        Some(entry) => {
            let name = entry.encoding(&ctx.keyspace.options);
            ctx.reply.bulk(name.as_bytes());
        }
        None => ctx.reply.null(),
    }
}

/// OBJECT REFCOUNT key
pub(crate) fn object_refcount(ctx: &mut Ctx<'_>) {
    // The reference server shares the objects of small numbers; clients can see it by this count.
    const SHARED: i64 = 2_147_483_647;
    let (access, key) = (ctx.access(), ctx.arg(2));
    match ctx
        .keyspace
        .inspect(access, key, ctx.effects)
        .map(crate::entry::Entry::view)
    {
        Some(View::Int(0..10000)) => ctx.reply.integer(SHARED),
        Some(_) => ctx.reply.integer(1),
        None => ctx.reply.null(),
    }
}

/// OBJECT IDLETIME key
pub(crate) fn object_idletime(ctx: &mut Ctx<'_>) {
    let outcome = try_idletime(ctx);
    ctx.conclude(outcome);
}

fn try_idletime(ctx: &mut Ctx<'_>) -> Outcome {
    let (access, key) = (ctx.access(), ctx.arg(2));
    let place = ctx.keyspace.find(access, key, ctx.effects);
    let Some(entry) = ctx.keyspace.entry(place) else {
        ctx.reply.null();
        return Ok(());
    };
    if ctx.keyspace.options.policy.counts_uses() {
        return Err(Refusal::Text(
            "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching \
             between policies at runtime LRU and LFU data will take some time to adjust.",
        ));
    }
    let idle = ctx.keyspace.idle_millis(entry, access.now) / 1000;
    ctx.reply.integer(idle as i64);
    Ok(())
}

/// OBJECT FREQ key
pub(crate) fn object_freq(ctx: &mut Ctx<'_>) {
    let outcome = try_freq(ctx);
    ctx.conclude(outcome);
}

fn try_freq(ctx: &mut Ctx<'_>) -> Outcome {
    let (access, key) = (ctx.access(), ctx.arg(2));
    let place = ctx.keyspace.find(access, key, ctx.effects);
    let Some(entry) = ctx.keyspace.entry(place) else {
        ctx.reply.null();
        return Ok(());
    };
    if !ctx.keyspace.options.policy.counts_uses() {
        return Err(Refusal::Text(
            "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when \
             switching between policies at runtime LRU and LFU data will take some time to adjust.",
        ));
    }
    let frequency = ctx.keyspace.frequency(entry, access.now);
    ctx.reply.integer(frequency.into());
    Ok(())
}
