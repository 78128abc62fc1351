//! XSETID.

use super::args::strict_id;
use crate::commands::{Outcome, is_word};
use crate::ctx::Ctx;
use crate::encodings::stream::id;
use crate::encodings::stream::{Numbers, Stream, StreamId};
use crate::events::EventClass;
use crate::refusal::Refusal;

/// XSETID key last-id [ENTRIESADDED entries-added] [MAXDELETEDID max-deleted-id]
pub(crate) fn xsetid(ctx: &mut Ctx<'_>) {
    let outcome = try_xsetid(ctx);
    ctx.conclude(outcome);
}

/// What is to be set.
struct Wanted {
    last_id: StreamId,
    entries_added: Option<u64>,
    max_deleted_id: StreamId,
}

fn try_xsetid(ctx: &mut Ctx<'_>) -> Outcome {
    let wanted = parse(ctx)?;
    let key = ctx.arg(1);
    let place = ctx.place_of::<Stream>(key)?;
    let stream = ctx.view_at::<Stream>(place).ok_or(Refusal::NoSuchKey)?;
    let numbers = wanted.applied_to(stream)?;
    ctx.update::<Stream, _>(key, place, |stream, _| stream.set_numbers(numbers));
    ctx.reply.ok();
    ctx.effects.changed(1);
    ctx.notify(EventClass::STREAM, "xsetid", key);
    Ok(())
}

fn parse(ctx: &Ctx<'_>) -> Result<Wanted, Refusal> {
    let mut wanted = Wanted {
        last_id: strict_id(ctx.arg(2))?,
        entries_added: None,
        max_deleted_id: id::MIN,
    };
    let mut at = 3;
    while at < ctx.args.len() {
        let (option, more) = (ctx.arg(at), at + 1 < ctx.args.len());
        if more && is_word(option, "ENTRIESADDED") {
            let added = u64::try_from(ctx.int_arg(at + 1)?)
                .map_err(|_| Refusal::Text("ERR entries_added must be positive"))?;
            wanted.entries_added = Some(added);
        } else if more && is_word(option, "MAXDELETEDID") {
            wanted.max_deleted_id = strict_id(ctx.arg(at + 1))?;
            if wanted.last_id < wanted.max_deleted_id {
                return Err(Refusal::Text(
                    "ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id",
                ));
            }
        } else {
            return Err(Refusal::Syntax);
        }
        at += 2;
    }
    Ok(wanted)
}

impl Wanted {
    /// The numbers that a stream has afterwards, if that is possible.
    fn applied_to(&self, stream: &Stream) -> Result<Numbers, Refusal> {
        let mut numbers = *stream.numbers();
        if self.last_id < numbers.max_deleted_id {
            return Err(Refusal::Text(
                "ERR The ID specified in XSETID is smaller than current max_deleted_entry_id",
            ));
        }
        if stream.top_id().is_some_and(|top| self.last_id < top) {
            return Err(Refusal::Text(
                "ERR The ID specified in XSETID is smaller than the target stream top item",
            ));
        }
        if let Some(added) = self.entries_added {
            if added < numbers.length {
                return Err(Refusal::Text(
                    "ERR The entries_added specified in XSETID is smaller than the target stream length",
                ));
            }
            numbers.entries_added = added;
        }
        numbers.last_id = self.last_id;
        if self.max_deleted_id != id::MIN {
            numbers.max_deleted_id = self.max_deleted_id;
        }
        Ok(numbers)
    }
}
