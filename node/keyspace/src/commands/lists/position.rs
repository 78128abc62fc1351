//! LPOS: where elements are.

use core::ops::ControlFlow;

use super::list_of;
use crate::commands::{Outcome, is_word};
use crate::ctx::Ctx;
use crate::encodings::list::{Direction, ListRef};
use crate::encodings::pack::Wanted;
use crate::numbers::parse_int;
use crate::refusal::Refusal;

/// LPOS key element [RANK rank] [COUNT num-matches] [MAXLEN len]
pub(crate) fn lpos(ctx: &mut Ctx<'_>) {
    let outcome = try_lpos(ctx);
    ctx.conclude(outcome);
}

fn try_lpos(ctx: &mut Ctx<'_>) -> Outcome {
    let options = Options::parse(ctx)?;
    let (access, key, text) = (ctx.access(), ctx.arg(1), ctx.arg(2));
    let entry = ctx.keyspace.read(access, key, ctx.effects);
    let list = entry.map(list_of).transpose()?;
    let found = list.map_or_else(Vec::new, |list| options.search(list, text));
    if options.count.is_some() {
        ctx.reply.array(found.len());
        for index in found {
            ctx.reply.integer(index as i64);
        }
    } else {
        match found.first() {
            Some(&index) => ctx.reply.integer(index as i64),
            None => ctx.reply.null(),
        }
    }
    Ok(())
}

/// What LPOS is asked for.
#[derive(Clone, Copy, Debug)]
struct Options {
    direction: Direction,
    /// How many matches to leave out.
    skip: u64,
    /// How many to report; zero: all. `None`: the first one, and not as an array.
    count: Option<u64>,
    /// How many elements to look at; zero: all.
    len_max: u64,
}

impl Options {
    fn parse(ctx: &Ctx<'_>) -> Result<Self, Refusal> {
        let mut options = Self {
            direction: Direction::Forth,
            skip: 0,
            count: None,
            len_max: 0,
        };
        let mut args = ctx.args.slice(3..).iter();
        while let Some(word) = args.next() {
            let value = args.next().ok_or(Refusal::Syntax)?;
            if is_word(word, "RANK") {
                options.set_rank(value)?;
            } else if is_word(word, "COUNT") {
                let count = natural(value).ok_or(Refusal::Text("ERR COUNT can't be negative"))?;
                options.count = Some(count);
            } else if is_word(word, "MAXLEN") {
                options.len_max =
                    natural(value).ok_or(Refusal::Text("ERR MAXLEN can't be negative"))?;
            } else {
                return Err(Refusal::Syntax);
            }
        }
        Ok(options)
    }

    fn set_rank(&mut self, value: &[u8]) -> Outcome {
        let rank = match parse_int(value).ok_or(Refusal::NotInteger)? {
            0 => {
                return Err(Refusal::Text(
                    "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use \
                     negative to start from the end of the list",
                ));
            }
            i64::MIN => return Err(Refusal::NotBetween(-i64::MAX, i64::MAX)),
            rank => rank,
        };
        self.direction = if rank < 0 {
            Direction::Back
        } else {
            Direction::Forth
        };
        self.skip = rank.unsigned_abs() - 1;
        Ok(())
    }

    /// The indices of the wanted matches, in the order of the search.
    fn search(&self, list: ListRef<'_>, text: &[u8]) -> Vec<usize> {
        let (wanted, len) = (Wanted::new(text), list.len());
        let (mut seen, mut skip, mut found) = (0, self.skip, Vec::new());
        let start = match self.direction {
            Direction::Forth => 0,
            Direction::Back => len.saturating_sub(1),
        };
        list.visit(start, self.direction, |element| {
            if self.len_max > 0 && seen as u64 >= self.len_max {
                return ControlFlow::Break(());
            }
            seen += 1;
            if !wanted.is(element) {
                return ControlFlow::Continue(());
            }
            if skip > 0 {
                skip -= 1;
                return ControlFlow::Continue(());
            }
            found.push(match self.direction {
                Direction::Forth => seen - 1,
                Direction::Back => len - seen,
            });
            if found.len() as u64 == self.count.unwrap_or(1) {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
        found
    }
}

fn natural(text: &[u8]) -> Option<u64> {
    parse_int(text).and_then(|number| u64::try_from(number).ok())
}
