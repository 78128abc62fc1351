//! XADD.

use super::trim::{AddOrTrim, ParsedTrim};
use crate::commands::Outcome;
use crate::ctx::Ctx;
use crate::encodings::stream::id::{self, IdText, Parsed, Seq};
use crate::encodings::stream::{NodeLimits, Stream, StreamId};
use crate::events::EventClass;
use crate::keyspace::Place;
use crate::refusal::Refusal;

/// XADD key [NOMKSTREAM] [MAXLEN | MINID [= | ~] threshold [LIMIT count]] * | id field value [field value ...]
pub(crate) fn xadd(ctx: &mut Ctx<'_>) {
    let outcome = try_xadd(ctx);
    ctx.conclude(outcome);
}

fn try_xadd(ctx: &mut Ctx<'_>) -> Outcome {
    let options = AddOrTrim::parse(ctx, true)?;
    let fields = ctx.args.len().saturating_sub(options.end + 1);
    if fields < 2 || !fields.is_multiple_of(2) {
        return Err(Refusal::Arity("xadd"));
    }
    if options.id.and_then(|id| id.or_seq(0)) == Some(id::MIN) {
        return Err(Refusal::Text(
            "ERR The ID specified in XADD must be greater than 0-0",
        ));
    }
    let key = ctx.arg(1);
    let place = ctx.place_of::<Stream>(key)?;
    if options.no_make && !place.exists() {
        ctx.reply.null();
        return Ok(());
    }
    let id = next_id(ctx, place, options.id)?;
    append(ctx, place, id, &options)
}

/// The id of the new entry.
fn next_id(ctx: &Ctx<'_>, place: Place, wish: Option<Parsed>) -> Result<StreamId, Refusal> {
    let stream = ctx.view_at::<Stream>(place);
    let last = stream.map_or(id::MIN, |stream| stream.numbers().last_id);
    let after_last = id::next(last).ok_or(Refusal::Text(
        "ERR The stream has exhausted the last possible ID, unable to add more items",
    ))?;
    let wanted = match wish {
        None => StreamId {
            ms: ctx.now.0.cast_unsigned(),
            seq: 0,
        }
        .max(after_last),
        Some(Parsed { ms, seq: Seq::Next }) if ms == last.ms && after_last.ms == ms => after_last,
        // A millisecond whose numbers are used up takes no more.
        Some(Parsed { ms, seq }) => match seq {
            Seq::Given(seq) => StreamId { ms, seq },
            Seq::Missing | Seq::Next => StreamId { ms, seq: 0 },
        },
    };
    if wanted > last {
        Ok(wanted)
    } else {
        Err(Refusal::Text(
            "ERR The ID specified in XADD is equal or smaller than the target stream top item",
        ))
    }
}

fn append(ctx: &mut Ctx<'_>, place: Place, id: StreamId, options: &AddOrTrim) -> Outcome {
    let key = ctx.arg(1);
    let (args, first) = (ctx.args, options.end + 1);
    let pairs = (first..args.len()).step_by(2).map(|at| {
        (
            args.get(at).unwrap_or_default(),
            args.get(at + 1).unwrap_or_default(),
        )
    });
    let updated = ctx.update::<Stream, _>(key, place, |stream, tools| {
        let limits = NodeLimits {
            bytes: tools.options.stream_node_max_bytes,
            entries: tools.options.stream_node_max_entries,
        };
        let added = stream.append(id, pairs, limits).ok();
        added.map(|()| options.trim.as_ref().map(|trim| trim.apply(stream)))
    });
    let Some(trimmed) = updated.result else {
        return Err(Refusal::Text("ERR Elements are too large to be stored"));
    };
    let text = IdText::new(id);
    ctx.reply.bulk(text.as_bytes());
    ctx.notify(EventClass::STREAM, "xadd", key);
    ctx.effects.changed(1);
    if trimmed.as_ref().is_some_and(|trimmed| trimmed.deleted > 0) {
        ctx.notify(EventClass::STREAM, "xtrim", key);
    }
    let id_given = options.id.is_some_and(|id| id.seq != Seq::Next);
    let approximate = options.trim.as_ref().filter(|trim| trim.is_approximate());
    if ctx.effects.enabled && !(id_given && approximate.is_none()) {
        let mut command: Vec<&[u8]> = args.iter().collect();
        if let Some(place) = command.get_mut(options.end).filter(|_| !id_given) {
            *place = text.as_bytes();
        }
        let left = trimmed.map(|trimmed| trimmed.left);
        ParsedTrim::make_exact(
            approximate,
            left.as_deref().unwrap_or_default(),
            &mut command,
        );
        ctx.effects.instead(&command);
    }
    ctx.signal(key);
    Ok(())
}
