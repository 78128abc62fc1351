//! Which members ZRANGE and its relatives want, and in which order.

use core::ops::Range as Ranks;

use super::{lex_range, score_range};
use crate::commands::is_word;
use crate::ctx::Ctx;
use crate::encodings::zset::{Range, ZsetRef, ZsetWalk};
use crate::refusal::Refusal;

/// What the limits of a range are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum By {
    Rank,
    Score,
    Lex,
}

/// What a command has decided before it looks at its options.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    /// Where the key is.
    pub(super) key_at: usize,
    /// `None`: an option may say.
    pub(super) by: Option<By>,
    /// From the highest to the lowest. `None`: an option may say.
    pub(super) down: Option<bool>,
    /// Whether WITHSCORES is an option.
    pub(super) may_have_scores: bool,
}

/// The members that are wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Query<'a> {
    range: Range<'a>,
    down: bool,
    offset: i64,
    limit: i64,
    pub(super) with_scores: bool,
}

/// The options behind the range.
#[derive(Clone, Copy, Debug)]
struct Options {
    by: Option<By>,
    down: Option<bool>,
    offset: i64,
    /// Negative: all.
    limit: i64,
    with_scores: bool,
}

impl Options {
    fn parse(ctx: &Ctx<'_>, form: Form) -> Result<Self, Refusal> {
        let mut options = Self {
            by: form.by,
            down: form.down,
            offset: 0,
            limit: -1,
            with_scores: false,
        };
        let mut at = form.key_at + 3;
        while at < ctx.args.len() {
            let word = ctx.arg(at);
            if form.may_have_scores && is_word(word, "WITHSCORES") {
                options.with_scores = true;
            } else if is_word(word, "LIMIT") && at + 2 < ctx.args.len() {
                options.offset = ctx.int_arg(at + 1)?;
                options.limit = ctx.int_arg(at + 2)?;
                at += 2;
            } else if options.down.is_none() && is_word(word, "REV") {
                options.down = Some(true);
            } else if options.by.is_none() && is_word(word, "BYLEX") {
                options.by = Some(By::Lex);
            } else if options.by.is_none() && is_word(word, "BYSCORE") {
                options.by = Some(By::Score);
            } else {
                return Err(Refusal::Syntax);
            }
            at += 1;
        }
        Ok(options)
    }

    fn check(&self, by: By) -> Result<(), Refusal> {
        if self.limit != -1 && by == By::Rank {
            return Err(Refusal::Text(
                "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
            ));
        }
        if self.with_scores && by == By::Lex {
            return Err(Refusal::Text(
                "ERR syntax error, WITHSCORES not supported in combination with BYLEX",
            ));
        }
        Ok(())
    }
}

impl<'a> Query<'a> {
    /// Reads the arguments behind the key.
    pub(super) fn parse(ctx: &Ctx<'a>, form: Form) -> Result<Self, Refusal> {
        let options = Options::parse(ctx, form)?;
        let by = options.by.unwrap_or(By::Rank);
        options.check(by)?;
        let (first, second) = (form.key_at + 1, form.key_at + 2);
        let down = options.down.unwrap_or(false);
        // Downwards the upper limit comes first.
        let (min, max) = if down && by != By::Rank {
            (ctx.arg(second), ctx.arg(first))
        } else {
            (ctx.arg(first), ctx.arg(second))
        };
        let range = match by {
            By::Rank => Range::Ranks(ctx.int_arg(first)?, ctx.int_arg(second)?),
            By::Score => Range::Scores(score_range(min, max)?),
            By::Lex => Range::Texts(lex_range(min, max)?),
        };
        Ok(Self {
            range,
            down,
            offset: options.offset,
            limit: options.limit,
            with_scores: options.with_scores,
        })
    }

    /// Whether it is known how many members there are before they are looked at.
    pub(super) const fn counts_ranks(&self) -> bool {
        matches!(self.range, Range::Ranks(..))
    }

    /// The members, in the order in which they are wanted.
    pub(super) fn select<'z>(&self, zset: ZsetRef<'z>) -> ZsetWalk<'z> {
        let ranks = zset.ranks(&self.range);
        let ranks = match self.range {
            // Downwards ranks are counted from the other end.
            Range::Ranks(..) if self.down => {
                let len = zset.len();
                len - ranks.end..len - ranks.start
            }
            Range::Ranks(..) => ranks,
            Range::Scores(_) | Range::Texts(_) => self.limited(ranks),
        };
        zset.walk(ranks, self.down)
    }

    /// What LIMIT leaves. A negative offset leaves nothing.
    fn limited(&self, ranks: Ranks<usize>) -> Ranks<usize> {
        let skipped = usize::try_from(self.offset)
            .unwrap_or(usize::MAX)
            .min(ranks.len());
        let most = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let count = (ranks.len() - skipped).min(most);
        if self.down {
            let end = ranks.end - skipped;
            end - count..end
        } else {
            let start = ranks.start + skipped;
            start..start + count
        }
    }
}
