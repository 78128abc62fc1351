//! Unions, intersections and differences.

use super::algebra::{Aggregate, Source, difference, intersection, union};
use super::{Listing, inputs};
use crate::commands::is_word;
use crate::ctx::Ctx;
use crate::double;
use crate::encodings::zset::{Zset, ZsetTree};
use crate::keyspace::Place;
use crate::refusal::Refusal;
use crate::value::Value;

/// ZUNION numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE SUM|MIN|MAX] [WITHSCORES]
pub(crate) fn zunion(ctx: &mut Ctx<'_>) {
    reply_combined(ctx, "zunion", Operation::Union);
}

/// ZINTER numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE SUM|MIN|MAX] [WITHSCORES]
pub(crate) fn zinter(ctx: &mut Ctx<'_>) {
    reply_combined(ctx, "zinter", Operation::Intersection);
}

/// ZDIFF numkeys key [key ...] [WITHSCORES]
pub(crate) fn zdiff(ctx: &mut Ctx<'_>) {
    reply_combined(ctx, "zdiff", Operation::Difference);
}

fn reply_combined(ctx: &mut Ctx<'_>, name: &'static str, operation: Operation) {
    let form = Form {
        name,
        operation,
        numbers_at: 1,
        replies: true,
        counts: false,
    };
    let outcome = Request::parse(ctx, form).and_then(|request| {
        let result = request.combine(ctx)?;
        let result = Zset::Tree(Box::new(result));
        let listing = Listing::new(request.with_scores, &ctx.reply);
        listing.write(&mut ctx.reply, result.as_ref().iter());
        ctx.keyspace.graveyard.bury_value(Value::Zset(result));
        Ok(())
    });
    ctx.conclude(outcome);
}

/// ZINTERCARD numkeys key [key ...] [LIMIT limit]
pub(crate) fn zintercard(ctx: &mut Ctx<'_>) {
    let form = Form {
        name: "zintercard",
        operation: Operation::Intersection,
        numbers_at: 1,
        replies: false,
        counts: true,
    };
    let outcome = Request::parse(ctx, form).map(|request| {
        let count = request.count(ctx);
        ctx.reply.integer(count as i64);
    });
    ctx.conclude(outcome);
}

/// What is made of several sets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Operation {
    Union,
    Intersection,
    Difference,
}

/// What a command has decided before it looks at its arguments.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    pub(super) name: &'static str,
    pub(super) operation: Operation,
    /// Where the number of keys is.
    pub(super) numbers_at: usize,
    /// It replies with the members, perhaps WITHSCORES.
    pub(super) replies: bool,
    /// It replies with their number, perhaps up to a LIMIT.
    pub(super) counts: bool,
}

/// What is to be combined, and how.
#[derive(Debug)]
pub(super) struct Request {
    form: Form,
    places: Vec<Place>,
    weights: Vec<f64>,
    aggregate: Aggregate,
    with_scores: bool,
    /// Zero: none.
    limit: usize,
}

impl Request {
    /// Reads the arguments. The keys are looked up on the way, as a wrong type comes before a wrong option.
    pub(super) fn parse(ctx: &mut Ctx<'_>, form: Form) -> Result<Self, Refusal> {
        let count = ctx.int_arg(form.numbers_at)?;
        let Some(count) = usize::try_from(count).ok().filter(|&count| count > 0) else {
            let text = format!(
                "ERR at least 1 input key is needed for '{}' command",
                form.name
            );
            return Err(Refusal::Quoting(text.into_bytes()));
        };
        let first = form.numbers_at + 1;
        if count > ctx.args.len() - first {
            return Err(Refusal::Syntax);
        }
        let keys = ctx.args.slice(first..first + count);
        let mut request = Self {
            form,
            places: inputs::find(ctx, keys)?,
            weights: vec![1.0; count],
            aggregate: Aggregate::Sum,
            with_scores: false,
            limit: 0,
        };
        let mut at = first + count;
        while at < ctx.args.len() {
            at += request.option(ctx, at)?;
        }
        Ok(request)
    }

    /// Reads one option. Returns how many arguments it takes.
    fn option(&mut self, ctx: &Ctx<'_>, at: usize) -> Result<usize, Refusal> {
        let (word, left) = (ctx.arg(at), ctx.args.len() - at);
        let weighs = self.form.operation != Operation::Difference && !self.form.counts;
        if weighs && left > self.weights.len() && is_word(word, "WEIGHTS") {
            for (i, weight) in self.weights.iter_mut().enumerate() {
                let text = Refusal::Text("ERR weight value is not a float");
                *weight = double::parse(ctx.arg(at + 1 + i)).ok_or(text)?;
            }
            Ok(1 + self.weights.len())
        } else if weighs && left > 1 && is_word(word, "AGGREGATE") {
            self.aggregate = Aggregate::parse(ctx.arg(at + 1)).ok_or(Refusal::Syntax)?;
            Ok(2)
        } else if self.form.replies && is_word(word, "WITHSCORES") {
            self.with_scores = true;
            Ok(1)
        } else if self.form.counts && left > 1 && is_word(word, "LIMIT") {
            let limit = ctx.int_arg(at + 1).ok();
            let limit = limit.and_then(|limit| usize::try_from(limit).ok());
            self.limit = limit.ok_or(Refusal::Text("ERR LIMIT can't be negative"))?;
            Ok(2)
        } else {
            Err(Refusal::Syntax)
        }
    }

    /// The sets with their weights.
    fn sources<'c>(&self, ctx: &'c Ctx<'_>) -> Vec<Source<'c>> {
        let places = self.places.iter().zip(&self.weights);
        let sources = places.map(|(&place, &weight)| Source {
            input: inputs::at(ctx.keyspace, place),
            weight,
        });
        sources.collect()
    }

    /// Makes the result, as a tree even if it is small: packs know no minus zero.
    pub(super) fn combine(&self, ctx: &Ctx<'_>) -> Result<ZsetTree, Refusal> {
        let (mut sources, tools) = (self.sources(ctx), ctx.keyspace.tools());
        if self.form.operation != Operation::Difference {
            // As the reference server has it: it decides in which order scores are added up.
            sources.sort_by_key(|source| source.len());
        }
        let result = match self.form.operation {
            Operation::Union => union(&sources, self.aggregate, tools),
            Operation::Intersection => intersection(&sources, self.aggregate, tools),
            Operation::Difference => difference(&sources, tools),
        };
        Ok(result?)
    }

    /// How many members the intersection has.
    fn count(&self, ctx: &Ctx<'_>) -> usize {
        let (mut sources, hasher) = (self.sources(ctx), &ctx.keyspace.hasher);
        sources.sort_by_key(|source| source.len());
        let Some((first, others)) = sources.split_first() else {
            return 0;
        };
        let in_all = |member| {
            others
                .iter()
                .all(|other| other.score(member, hasher).is_some())
        };
        let most = if self.limit == 0 {
            usize::MAX
        } else {
            self.limit
        };
        first
            .iter()
            .filter(|&(member, _)| in_all(member))
            .take(most)
            .count()
    }
}
