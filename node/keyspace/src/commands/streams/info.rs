//! XINFO.

use shoal_resp::ReplyWriter;

use super::reply::{integer_or_null, write_entry, write_help, write_id};
use super::{no_group_of_key, stream_in};
use crate::commands::Outcome;
use crate::ctx::Ctx;
use crate::encodings::stream::id;
use crate::encodings::stream::{Consumer, Entry, Group, Numbers, Stream};
use crate::refusal::Refusal;

const HELP: [&str; 9] = [
    "XINFO <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
    "CONSUMERS <key> <groupname>",
    "    List the consumers of a group.",
    "GROUPS <key>",
    "    List the groups of a stream.",
    "STREAM <key> [FULL [COUNT <count>]]",
    "    Describe a stream, or everything in it.",
    "HELP",
    "    Print this help.",
];

/// XINFO HELP
pub(crate) fn xinfo_help(ctx: &mut Ctx<'_>) {
    write_help(&mut ctx.reply, &HELP);
}

/// XINFO STREAM key [FULL [COUNT count]]
pub(crate) fn xinfo_stream(ctx: &mut Ctx<'_>) {
    let outcome = with_stream(ctx, stream);
    ctx.conclude(outcome);
}

/// XINFO GROUPS key
pub(crate) fn xinfo_groups(ctx: &mut Ctx<'_>) {
    let outcome = with_stream(ctx, groups);
    ctx.conclude(outcome);
}

/// XINFO CONSUMERS key group
pub(crate) fn xinfo_consumers(ctx: &mut Ctx<'_>) {
    let outcome = with_stream(ctx, consumers);
    ctx.conclude(outcome);
}

/// A subcommand that is asked about a stream.
type About<'a> = fn(&Question<'a>, &Stream, &mut ReplyWriter<'_>) -> Outcome;

/// What the subcommands need to know of the command.
struct Question<'a> {
    key: &'a [u8],
    group: &'a [u8],
    now: i64,
    /// The options of XINFO STREAM: how much of everything, if all is asked for.
    full: Result<Option<usize>, Refusal>,
}

fn with_stream<'a>(ctx: &mut Ctx<'a>, about: About<'a>) -> Outcome {
    let question = Question {
        key: ctx.arg(2),
        group: ctx.arg(3),
        now: ctx.now.0,
        full: super::info_full::parse(ctx),
    };
    let place = ctx.stream_place(question.key)?;
    let stream = ctx.keyspace.entry(place).and_then(stream_in);
    about(&question, stream.ok_or(Refusal::NoSuchKey)?, &mut ctx.reply)
}

fn stream(question: &Question<'_>, stream: &Stream, reply: &mut ReplyWriter<'_>) -> Outcome {
    if let Some(count) = question.full.clone()? {
        super::info_full::write(reply, stream, count);
        return Ok(());
    }
    reply.map(10);
    write_numbers(reply, stream);
    reply.bulk(b"groups");
    reply.integer(stream.groups().len() as i64);
    let entries = stream.entries();
    reply.bulk(b"first-entry");
    entry_or_null(reply, entries.range(id::MIN, id::MAX).next());
    reply.bulk(b"last-entry");
    entry_or_null(reply, entries.range_back(id::MIN, id::MAX).next());
    Ok(())
}

fn entry_or_null(reply: &mut ReplyWriter<'_>, entry: Option<Entry<'_>>) {
    match entry {
        Some(entry) => write_entry(reply, &entry),
        None => reply.null(),
    }
}

/// The seven lines that both forms of XINFO STREAM begin with.
pub(super) fn write_numbers(reply: &mut ReplyWriter<'_>, stream: &Stream) {
    let nodes = stream.node_count() as i64;
    let numbers = stream.numbers();
    reply.bulk(b"length");
    reply.integer(numbers.length.cast_signed());
    reply.bulk(b"radix-tree-keys");
    reply.integer(nodes);
    // There is no radix tree; one would have a root, and at least one node more for each key.
    reply.bulk(b"radix-tree-nodes");
    reply.integer(nodes + 1);
    reply.bulk(b"last-generated-id");
    write_id(reply, numbers.last_id);
    reply.bulk(b"max-deleted-entry-id");
    write_id(reply, numbers.max_deleted_id);
    reply.bulk(b"entries-added");
    reply.integer(numbers.entries_added.cast_signed());
    reply.bulk(b"recorded-first-entry-id");
    write_id(reply, numbers.first_id);
}

fn groups(_: &Question<'_>, stream: &Stream, reply: &mut ReplyWriter<'_>) -> Outcome {
    let groups = stream.groups();
    reply.array(groups.len());
    for (name, group) in groups {
        reply.map(6);
        reply.bulk(b"name");
        reply.bulk(name);
        reply.bulk(b"consumers");
        reply.integer(group.consumer_len() as i64);
        reply.bulk(b"pending");
        reply.integer(group.pending_len() as i64);
        write_position(reply, group, stream.numbers());
    }
    Ok(())
}

/// How far a group is, in three lines.
pub(super) fn write_position(reply: &mut ReplyWriter<'_>, group: &Group, numbers: &Numbers) {
    reply.bulk(b"last-delivered-id");
    write_id(reply, group.last_id);
    reply.bulk(b"entries-read");
    integer_or_null(reply, group.entries_read.map(u64::cast_signed));
    reply.bulk(b"lag");
    integer_or_null(reply, numbers.lag(group));
}

fn consumers(question: &Question<'_>, stream: &Stream, reply: &mut ReplyWriter<'_>) -> Outcome {
    let group = stream
        .group(question.group)
        .ok_or_else(|| no_group_of_key(question.key, question.group))?;
    reply.array(group.consumer_len());
    for consumer in group.consumers() {
        write_consumer(reply, consumer, question.now);
    }
    Ok(())
}

fn write_consumer(reply: &mut ReplyWriter<'_>, consumer: &Consumer, now: i64) {
    reply.map(4);
    reply.bulk(b"name");
    reply.bulk(&consumer.name);
    reply.bulk(b"pending");
    reply.integer(consumer.pending_len() as i64);
    reply.bulk(b"idle");
    reply.integer(now.wrapping_sub(consumer.seen).max(0));
    reply.bulk(b"inactive");
    let active = consumer.active;
    reply.integer(active.map_or(-1, |active| now.wrapping_sub(active)));
}
