//! GEOADD.

use super::point_arg;
use crate::commands::zsets::{Adding, add_pairs};
use crate::commands::{Outcome, is_word};
use crate::ctx::Ctx;
use crate::refusal::Refusal;

/// How many arguments a member has: longitude, latitude, name.
const WIDTH: usize = 3;

/// GEOADD key [NX|XX] [CH] longitude latitude member [longitude latitude member ...]
pub(crate) fn geoadd(ctx: &mut Ctx<'_>) {
    let outcome = try_geoadd(ctx);
    ctx.conclude(outcome);
}

fn try_geoadd(ctx: &mut Ctx<'_>) -> Outcome {
    let (adding, first) = options(ctx);
    let count = ctx.args.len() - first;
    if count == 0 || !count.is_multiple_of(WIDTH) || (adding.new_only && adding.old_only) {
        return Err(Refusal::Syntax);
    }
    let scores = (first..ctx.args.len()).step_by(WIDTH);
    let scores = scores.map(|at| point_arg(ctx, at).map(|point| point.score()));
    let scores = scores.collect::<Result<Vec<f64>, Refusal>>()?;
    let member_at = |index| first + index * WIDTH + 2;
    if ctx.effects.enabled {
        propagate(ctx, first, &scores, member_at);
    }
    add_pairs(ctx, adding, &scores, member_at)
}

/// The options, and where the members begin.
fn options(ctx: &Ctx<'_>) -> (Adding, usize) {
    let (mut adding, mut at) = (Adding::default(), 2);
    loop {
        let word = ctx.arg(at);
        if is_word(word, "NX") {
            adding.new_only = true;
        } else if is_word(word, "XX") {
            adding.old_only = true;
        } else if is_word(word, "CH") {
            adding.count_changes = true;
        } else {
            return (adding, at);
        }
        at += 1;
    }
}

/// Others are told the scores.
fn propagate(ctx: &mut Ctx<'_>, first: usize, scores: &[f64], member_at: impl Fn(usize) -> usize) {
    let score = |score: &f64| itoa::Buffer::new().format(*score as u64).to_owned();
    let texts: Vec<String> = scores.iter().map(score).collect();
    let mut command: Vec<&[u8]> = vec![b"zadd"];
    command.extend(ctx.args.slice(1..first));
    for (index, text) in texts.iter().enumerate() {
        command.extend([text.as_bytes(), ctx.arg(member_at(index))]);
    }
    ctx.effects.instead(&command);
}
