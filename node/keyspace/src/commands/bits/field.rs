//! BITFIELD and BITFIELD_RO: numbers of 1 to 64 bits anywhere in a string.

use super::bit_offset;
use super::field_ops::{Change, Field, Overflow};
use crate::commands::strings::blank;
use crate::commands::{Outcome, is_word, text_of};
use crate::ctx::Ctx;
use crate::entry::Entry;
use crate::events::EventClass;
use crate::keyspace::Place;
use crate::refusal::Refusal;
use shoal_resp::ReplyWriter;

/// One subcommand.
struct Step {
    field: Field,
    /// `None` reads.
    change: Option<Change>,
    overflow: Overflow,
}

/// BITFIELD key [GET type offset | [OVERFLOW WRAP | SAT | FAIL] SET type offset value | INCRBY type offset by ...]
pub(crate) fn bitfield(ctx: &mut Ctx<'_>) {
    let outcome = parse(ctx).and_then(|steps| match end_of_writes(&steps) {
        Some(end) => write(ctx, &steps, end),
        None => read(ctx, &steps),
    });
    ctx.conclude(outcome);
}

/// BITFIELD_RO key [GET type offset ...]
pub(crate) fn bitfield_ro(ctx: &mut Ctx<'_>) {
    let outcome = parse(ctx).and_then(|steps| {
        if end_of_writes(&steps).is_some() {
            let text = "ERR BITFIELD_RO only supports the GET subcommand";
            return Err(Refusal::Text(text));
        }
        read(ctx, &steps)
    });
    ctx.conclude(outcome);
}

fn parse(ctx: &Ctx<'_>) -> Result<Vec<Step>, Refusal> {
    let mut steps = Vec::new();
    let mut overflow = Overflow::Wrap;
    let mut at = 2;
    while at < ctx.args.len() {
        let (word, left) = (ctx.arg(at), ctx.args.len() - at - 1);
        if is_word(word, "OVERFLOW") && left >= 1 {
            overflow = Overflow::parse(ctx.arg(at + 1))?;
            at += 2;
            continue;
        }
        let change: Option<fn(i64) -> Change> = if is_word(word, "GET") && left >= 2 {
            None
        } else if is_word(word, "SET") && left >= 3 {
            Some(Change::Set)
        } else if is_word(word, "INCRBY") && left >= 3 {
            Some(Change::Add)
        } else {
            return Err(Refusal::Syntax);
        };
        let mut field = Field::of_type(ctx.arg(at + 1))?;
        field.at = bit_offset(ctx, ctx.arg(at + 2), Some(field.width))?;
        let change = match change {
            Some(change) => Some(change(ctx.int_arg(at + 3)?)),
            None => None,
        };
        at += if change.is_some() { 4 } else { 3 };
        steps.push(Step {
            field,
            change,
            overflow,
        });
    }
    Ok(steps)
}

/// How long the string has to be for everything that is written; `None` if nothing is.
fn end_of_writes(steps: &[Step]) -> Option<usize> {
    let writes = steps.iter().filter(|step| step.change.is_some());
    writes.map(|step| step.field.end_byte()).max()
}

fn read(ctx: &mut Ctx<'_>, steps: &[Step]) -> Outcome {
    let (access, key) = (ctx.access(), ctx.arg(1));
    let mut digits = itoa::Buffer::new();
    let text = match ctx.keyspace.read(access, key, ctx.effects) {
        Some(entry) => text_of(entry, &mut digits)?,
        None => b"",
    };
    ctx.reply.array(steps.len());
    for step in steps {
        ctx.reply.integer(step.field.read(text));
    }
    Ok(())
}

fn write(ctx: &mut Ctx<'_>, steps: &[Step], end: usize) -> Outcome {
    let (access, key) = (ctx.access(), ctx.arg(1));
    let place = ctx.keyspace.find_for_write(access, key, ctx.effects);
    let (place, grown) = make_room(ctx, key, place, end)?;
    ctx.reply.array(steps.len());
    let reply = &mut ctx.reply;
    let changed = ctx.keyspace.edit(place, |entry| {
        let ran = steps.iter().map(|step| run(entry, step, reply));
        ran.filter(|ran| *ran == Ran::Changed || (grown && *ran == Ran::Wrote))
            .count()
    });
    ctx.keyspace.use_entry(place, access.now);
    let changed = changed.unwrap_or(0);
    if changed > 0 {
        ctx.notify(EventClass::STRING, "setbit", key);
    }
    // A string that only grew is repeated too, or replicas would have another one.
    ctx.effects.changed(changed.max(grown.into()) as u64);
    Ok(())
}

/// Makes the string at a place so long at least, and the key if there is none. Returns where it is, and whether it
/// had to.
fn make_room(
    ctx: &mut Ctx<'_>,
    key: &[u8],
    place: Place,
    end: usize,
) -> Result<(Place, bool), Refusal> {
    let access = ctx.access();
    let Some(entry) = ctx.keyspace.entry(place) else {
        ctx.insert(place, key, blank(key, end));
        return Ok((ctx.keyspace.locate(access, key), true));
    };
    let len = text_of(entry, &mut itoa::Buffer::new())?.len();
    ctx.keyspace
        .edit(place, |entry| entry.edit_string(len.max(end), 0, b""));
    Ok((place, end > len))
}

/// What a step did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Ran {
    Read,
    /// It wrote what was there.
    Wrote,
    /// It wrote something else.
    Changed,
}

/// Executes a step on a string that is long enough.
fn run(entry: &mut Entry, step: &Step, reply: &mut ReplyWriter<'_>) -> Ran {
    let field = step.field;
    let mut digits = itoa::Buffer::new();
    let text = entry.string(&mut digits).unwrap_or_default();
    let old = field.read(text);
    let Some(change) = step.change else {
        reply.integer(old);
        return Ran::Read;
    };
    let Some(new) = field.changed(old, change, step.overflow) else {
        reply.null();
        return Ran::Read;
    };
    reply.integer(if matches!(change, Change::Set(_)) {
        old
    } else {
        new
    });
    let (at, bytes) = field.written(text, new);
    let len = text.len();
    entry.edit_string(len, at, bytes.as_slice());
    if old == new { Ran::Wrote } else { Ran::Changed }
}
