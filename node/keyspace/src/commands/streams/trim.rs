//! XTRIM, and the options that it shares with XADD.

use super::args::{BAD_ID, strict_id};
use crate::commands::{Outcome, is_word};
use crate::ctx::Ctx;
use crate::encodings::stream::id::{self, IdText, Parsed};
use crate::encodings::stream::{Keep, Stream, Trim};
use crate::events::EventClass;
use crate::refusal::Refusal;

/// XTRIM key MAXLEN | MINID [= | ~] threshold [LIMIT count]
pub(crate) fn xtrim(ctx: &mut Ctx<'_>) {
    let outcome = try_xtrim(ctx);
    ctx.conclude(outcome);
}

fn try_xtrim(ctx: &mut Ctx<'_>) -> Outcome {
    let options = AddOrTrim::parse(ctx, false)?;
    let key = ctx.arg(1);
    let place = ctx.place_of::<Stream>(key)?;
    let (Some(trim), true) = (options.trim, place.exists()) else {
        ctx.reply.integer(0);
        return Ok(());
    };
    let updated = ctx.update::<Stream, _>(key, place, |stream, _| Some(trim.apply(stream)));
    let trimmed = updated.result.unwrap_or_default();
    if trimmed.deleted > 0 {
        ctx.notify(EventClass::STREAM, "xtrim", key);
        if ctx.effects.enabled && trim.is_approximate() {
            let mut command: Vec<&[u8]> = ctx.args.iter().collect();
            ParsedTrim::make_exact(Some(&trim), &trimmed.left, &mut command);
            ctx.effects.instead(&command);
        }
        ctx.effects.changed(trimmed.deleted);
    }
    ctx.reply.integer(trimmed.deleted.cast_signed());
    Ok(())
}

/// The options of XADD and XTRIM.
#[derive(Debug, Default)]
pub(super) struct AddOrTrim {
    pub(super) trim: Option<ParsedTrim>,
    pub(super) no_make: bool,
    /// The id that an entry is to have, if it is not `*`.
    pub(super) id: Option<Parsed>,
    /// Where the options end: the position of the id.
    pub(super) end: usize,
}

/// A trim, and where its threshold stands.
#[derive(Debug)]
pub(super) struct ParsedTrim {
    trim: Trim,
    threshold_at: usize,
}

/// What a trim did.
#[derive(Debug, Default)]
pub(super) struct Trimmed {
    pub(super) deleted: u64,
    /// The threshold that gives the same result whatever the nodes are; only for approximate trims.
    pub(super) left: Vec<u8>,
}

impl AddOrTrim {
    pub(super) fn parse(ctx: &Ctx<'_>, add: bool) -> Result<Self, Refusal> {
        let (mut parsed, mut limit) = (Self::default(), None);
        let count = ctx.args.len();
        let mut at = 2;
        while at < count {
            let (option, more) = (ctx.arg(at), at + 1 < count);
            if add && option == b"*" {
                break;
            } else if more && (is_word(option, "MAXLEN") || is_word(option, "MINID")) {
                if parsed.trim.is_some() {
                    return Err(Refusal::Text(
                        "ERR syntax error, MAXLEN and MINID options at the same time are not compatible",
                    ));
                }
                let trim = ParsedTrim::parse(ctx, at)?;
                at = trim.threshold_at;
                parsed.trim = Some(trim);
            } else if more && is_word(option, "LIMIT") {
                at += 1;
                let wanted = u64::try_from(ctx.int_arg(at)?)
                    .map_err(|_| Refusal::Text("ERR The LIMIT argument must be >= 0."))?;
                limit = Some(wanted);
            } else if add && is_word(option, "NOMKSTREAM") {
                parsed.no_make = true;
            } else if add {
                parsed.id = Some(id::parse(option).ok_or(BAD_ID)?);
                break;
            } else {
                return Err(Refusal::Syntax);
            }
            at += 1;
        }
        parsed.end = at;
        parsed.limit(ctx, limit, add)?;
        Ok(parsed)
    }

    /// Decides how many entries may be trimmed.
    fn limit(&mut self, ctx: &Ctx<'_>, limit: Option<u64>, add: bool) -> Result<(), Refusal> {
        if self.trim.is_none() && limit.is_some_and(|limit| limit > 0) {
            return Err(Refusal::Text(
                "ERR syntax error, LIMIT cannot be used without specifying a trimming strategy",
            ));
        }
        if self.trim.is_none() && !add {
            return Err(Refusal::Text(
                "ERR syntax error, XTRIM must be called with a trimming strategy",
            ));
        }
        if ctx.from_primary {
            // The threshold was made exact, and everything up to it has to go.
            return Ok(());
        }
        let approximate = self.trim.as_ref().is_some_and(ParsedTrim::is_approximate);
        if limit.is_some() && !approximate {
            return Err(Refusal::Text(
                "ERR syntax error, LIMIT cannot be used without the special ~ option",
            ));
        }
        if let Some(trim) = self.trim.as_mut().filter(|_| approximate) {
            trim.trim.limit = limit.unwrap_or_else(|| default_limit(ctx));
        }
        Ok(())
    }
}

/// How many entries are trimmed at once if nobody says: those of a hundred nodes, within reason.
fn default_limit(ctx: &Ctx<'_>) -> u64 {
    match ctx.keyspace.options.stream_node_max_entries {
        0 => 10_000,
        entries => (entries as u64).saturating_mul(100).min(1_000_000),
    }
}

impl ParsedTrim {
    /// Reads `MAXLEN` or `MINID`, which is at `at`, with its operator and threshold.
    fn parse(ctx: &Ctx<'_>, at: usize) -> Result<Self, Refusal> {
        let operator = ctx.arg(at + 1);
        let has_operator = at + 2 < ctx.args.len() && matches!(operator, b"~" | b"=");
        let threshold_at = at + 1 + usize::from(has_operator);
        let keep = if is_word(ctx.arg(at), "MAXLEN") {
            let length = u64::try_from(ctx.int_arg(threshold_at)?)
                .map_err(|_| Refusal::Text("ERR The MAXLEN argument must be >= 0."))?;
            Keep::Length(length)
        } else {
            Keep::From(strict_id(ctx.arg(threshold_at))?)
        };
        let trim = Trim {
            keep,
            approximate: has_operator && operator == b"~",
            limit: 0,
        };
        Ok(Self { trim, threshold_at })
    }

    pub(super) const fn is_approximate(&self) -> bool {
        self.trim.approximate
    }

    pub(super) fn apply(&self, stream: &mut Stream) -> Trimmed {
        let deleted = stream.trim(self.trim);
        let left = match self.trim.keep {
            _ if !self.trim.approximate => Vec::new(),
            Keep::Length(_) => stream.numbers().length.to_string().into_bytes(),
            Keep::From(_) => IdText::new(stream.first_place()).as_bytes().to_vec(),
        };
        Trimmed { deleted, left }
    }

    /// Changes an approximate trim in a command into the exact one with the same result.
    pub(super) fn make_exact<'c>(
        approximate: Option<&Self>,
        left: &'c [u8],
        command: &mut [&'c [u8]],
    ) {
        let Some(trim) = approximate else {
            return;
        };
        if let Some([operator, threshold]) =
            command.get_mut(trim.threshold_at - 1..=trim.threshold_at)
        {
            *operator = b"=";
            *threshold = left;
        }
    }
}
