//! Adding members and changing scores.

use crate::commands::{Outcome, is_word};
use crate::ctx::Ctx;
use crate::double;
use crate::encodings::tools::Tools;
use crate::encodings::zset::{Full, Zset};
use crate::events::EventClass;
use crate::refusal::Refusal;

/// ZADD key [NX|XX] [GT|LT] [CH] [INCR] score member [score member ...]
pub(crate) fn zadd(ctx: &mut Ctx<'_>) {
    let outcome = parse_and_add(ctx, false);
    ctx.conclude(outcome);
}

/// ZINCRBY key increment member
pub(crate) fn zincrby(ctx: &mut Ctx<'_>) {
    let outcome = parse_and_add(ctx, true);
    ctx.conclude(outcome);
}

/// What ZADD may do.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Adding {
    /// Only add members.
    pub(crate) new_only: bool,
    /// Only change members that are there.
    pub(crate) old_only: bool,
    /// Only raise scores.
    greater: bool,
    /// Only lower scores.
    less: bool,
    /// Reply with the number of changes.
    pub(crate) count_changes: bool,
    /// Add to the score, and reply with it.
    increment: bool,
}

impl Adding {
    /// Takes an argument that is one of the options.
    fn take(&mut self, word: &[u8]) -> bool {
        let option = match word.len() {
            2 if is_word(word, "NX") => &mut self.new_only,
            2 if is_word(word, "XX") => &mut self.old_only,
            2 if is_word(word, "GT") => &mut self.greater,
            2 if is_word(word, "LT") => &mut self.less,
            2 if is_word(word, "CH") => &mut self.count_changes,
            4 if is_word(word, "INCR") => &mut self.increment,
            _ => return false,
        };
        *option = true;
        true
    }

    fn check(&self, pairs: usize) -> Outcome {
        if self.new_only && self.old_only {
            let text = "ERR XX and NX options at the same time are not compatible";
            return Err(Refusal::Text(text));
        }
        let directions = [self.greater, self.less, self.new_only];
        if directions.into_iter().filter(|&set| set).count() > 1 {
            let text = "ERR GT, LT, and/or NX options at the same time are not compatible";
            return Err(Refusal::Text(text));
        }
        if self.increment && pairs > 1 {
            let text = "ERR INCR option supports a single increment-element pair";
            return Err(Refusal::Text(text));
        }
        Ok(())
    }

    const fn is_plain(&self) -> bool {
        !(self.new_only || self.old_only || self.greater || self.less || self.increment)
    }
}

/// What was done.
#[derive(Clone, Copy, Debug, Default)]
struct Added {
    added: u64,
    updated: u64,
    /// The score that INCR arrived at; `None` if an option forbade it.
    score: Option<f64>,
    refused: Option<Refused>,
}

/// Why it could not all be done.
#[derive(Clone, Copy, Debug)]
enum Refused {
    NotANumber,
    Full,
}

impl From<Full> for Refused {
    fn from(_: Full) -> Self {
        Self::Full
    }
}

fn parse_and_add(ctx: &mut Ctx<'_>, increment: bool) -> Outcome {
    let mut adding = Adding {
        increment,
        ..Adding::default()
    };
    let mut first = 2;
    while first < ctx.args.len() && adding.take(ctx.arg(first)) {
        first += 1;
    }
    let count = ctx.args.len() - first;
    if count == 0 || !count.is_multiple_of(2) {
        return Err(Refusal::Syntax);
    }
    adding.check(count / 2)?;
    let scores = (first..ctx.args.len()).step_by(2).map(|at| ctx.arg(at));
    let scores: Option<Vec<f64>> = scores.map(double::parse).collect();
    add_pairs(ctx, adding, &scores.ok_or(Refusal::NotFloat)?, |at| {
        first + 1 + 2 * at
    })
}

/// Gives members these scores; `member_at` says which arguments the members are.
pub(crate) fn add_pairs(
    ctx: &mut Ctx<'_>,
    adding: Adding,
    scores: &[f64],
    member_at: impl Fn(usize) -> usize,
) -> Outcome {
    let key = ctx.arg(1);
    let place = ctx.place_of::<Zset>(key)?;
    let mut done = Added::default();
    // Without a key there is nothing that XX could change.
    if place.exists() || !adding.old_only {
        let args = ctx.args;
        let member = |at| args.get(member_at(at)).unwrap_or_default();
        let updated = ctx.update(key, place, |zset: &mut Zset, tools| {
            zset.expect(scores.len(), member(0).len(), tools);
            let mut done = Added::default();
            for (at, &score) in scores.iter().enumerate() {
                if let Err(refused) = done.add(zset, member(at), score, adding, tools) {
                    done.refused = Some(refused);
                    break;
                }
            }
            done
        });
        done = updated.result;
    }
    conclude(ctx, adding, done)
}

impl Added {
    fn add(
        &mut self,
        zset: &mut Zset,
        member: &[u8],
        score: f64,
        adding: Adding,
        tools: Tools<'_>,
    ) -> Result<(), Refused> {
        let mut score = score;
        if !adding.is_plain() {
            let old = zset.as_ref().score(member, tools.hasher);
            if adding.new_only && old.is_some() {
                return Ok(());
            }
            if let Some(old) = old.filter(|_| adding.increment) {
                score += old;
            }
            if score.is_nan() {
                return Err(Refused::NotANumber);
            }
            if !allowed(adding, old, score) {
                return Ok(());
            }
        }
        self.score = Some(score);
        match zset.set(member, score, tools)? {
            None => self.added += 1,
            Some(old) => self.updated += u64::from(old != score),
        }
        Ok(())
    }
}

/// Whether the options let a score be set.
fn allowed(adding: Adding, old: Option<f64>, score: f64) -> bool {
    match old {
        None => !adding.old_only,
        Some(old) => !(adding.greater && score <= old || adding.less && score >= old),
    }
}

fn conclude(ctx: &mut Ctx<'_>, adding: Adding, done: Added) -> Outcome {
    let changes = done.added + done.updated;
    if changes > 0 {
        let event = if adding.increment { "zincr" } else { "zadd" };
        ctx.notify(EventClass::ZSET, event, ctx.arg(1));
    }
    ctx.effects.changed(changes);
    match done.refused {
        Some(Refused::NotANumber) => {
            let text = "ERR resulting score is not a number (NaN)";
            return Err(Refusal::Text(text));
        }
        Some(Refused::Full) => return Err(Full.into()),
        None => {}
    }
    if !adding.increment {
        let shown = if adding.count_changes {
            changes
        } else {
            done.added
        };
        ctx.reply.integer(shown as i64);
    } else if let Some(score) = done.score {
        ctx.reply.double(score);
    } else {
        ctx.reply.null();
    }
    Ok(())
}
