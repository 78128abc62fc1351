//! Taking elements off the ends.

use crate::commands::{Outcome, bulk_item, is_word};
use crate::ctx::Ctx;
use crate::encodings::list::{Direction, End, Limits, List};
use crate::keyspace::Place;
use crate::numbers::parse_int;
use crate::refusal::Refusal;

const COUNT_NOT_POSITIVE: Refusal = Refusal::Text("ERR count should be greater than 0");

/// LPOP key [count]
pub(crate) fn lpop(ctx: &mut Ctx<'_>) {
    let outcome = pop(ctx, End::Left);
    ctx.conclude(outcome);
}

/// RPOP key [count]
pub(crate) fn rpop(ctx: &mut Ctx<'_>) {
    let outcome = pop(ctx, End::Right);
    ctx.conclude(outcome);
}

fn pop(ctx: &mut Ctx<'_>, end: End) -> Outcome {
    match ctx.args.len() {
        2 => pop_one(ctx, end),
        3 => pop_several(ctx, end),
        _ => Err(Refusal::Arity(end.pop_event())),
    }
}

fn pop_one(ctx: &mut Ctx<'_>, end: End) -> Outcome {
    let key = ctx.arg(1);
    let place = ctx.place_of::<List>(key)?;
    if place.exists() {
        ctx.pop_reply(key, place, end);
    } else {
        ctx.reply.null();
    }
    Ok(())
}

fn pop_several(ctx: &mut Ctx<'_>, end: End) -> Outcome {
    let count = parse_int(ctx.arg(2)).and_then(|count| usize::try_from(count).ok());
    let count = count.ok_or(Refusal::NotPositive)?;
    let key = ctx.arg(1);
    let place = ctx.place_of::<List>(key)?;
    if !place.exists() {
        ctx.reply.null_array();
    } else if count == 0 {
        ctx.reply.array(0);
    } else {
        ctx.pop_range_reply(key, place, end, count);
    }
    Ok(())
}

/// LMPOP numkeys key [key ...] LEFT|RIGHT [COUNT count]
pub(crate) fn lmpop(ctx: &mut Ctx<'_>) {
    let outcome = try_lmpop(ctx);
    ctx.conclude(outcome);
}

fn try_lmpop(ctx: &mut Ctx<'_>) -> Outcome {
    let wish = PopWish::parse(ctx, 1)?;
    if !wish.pop_first(ctx)? {
        ctx.reply.null_array();
    }
    Ok(())
}

/// What LMPOP and BLMPOP ask for.
#[derive(Clone, Copy, Debug)]
pub(super) struct PopWish {
    first_key: usize,
    behind_keys: usize,
    end: End,
    count: usize,
}

impl PopWish {
    /// Reads the arguments from the number of keys on.
    pub(super) fn parse(ctx: &Ctx<'_>, number_at: usize) -> Result<Self, Refusal> {
        let positive = |at| {
            let number = parse_int(ctx.arg(at)).and_then(|number| usize::try_from(number).ok());
            number.filter(|&number| number > 0)
        };
        let keys =
            positive(number_at).ok_or(Refusal::Text("ERR numkeys should be greater than 0"))?;
        let first_key = number_at + 1;
        let behind_keys = first_key.checked_add(keys).ok_or(Refusal::Syntax)?;
        let mut wish = Self {
            first_key,
            behind_keys,
            end: super::end_arg(ctx, behind_keys)?,
            count: 1,
        };
        match ctx.args.len() - behind_keys {
            1 => {}
            3 if is_word(ctx.arg(behind_keys + 1), "COUNT") => {
                wish.count = positive(behind_keys + 2).ok_or(COUNT_NOT_POSITIVE)?;
            }
            _ => return Err(wish.fault_of_options(ctx)),
        }
        Ok(wish)
    }

    /// The first thing that is wrong behind the direction, where something else than COUNT and a number is.
    fn fault_of_options(&self, ctx: &Ctx<'_>) -> Refusal {
        let (word, number) = (self.behind_keys + 1, self.behind_keys + 2);
        let counted = is_word(ctx.arg(word), "COUNT") && ctx.args.len() > number;
        if counted && parse_int(ctx.arg(number)).is_none_or(|count| count < 1) {
            COUNT_NOT_POSITIVE
        } else {
            Refusal::Syntax
        }
    }

    /// The keys that may be popped from.
    pub(super) fn keys<'a>(
        &self,
        ctx: &Ctx<'a>,
    ) -> impl Iterator<Item = &'a [u8]> + Clone + use<'a> {
        ctx.args.slice(self.first_key..self.behind_keys).iter()
    }

    /// Pops from the first list that exists and replies with its key and elements. False if there is none.
    pub(super) fn pop_first(&self, ctx: &mut Ctx<'_>) -> Result<bool, Refusal> {
        for key in self.keys(ctx) {
            let place = ctx.place_of::<List>(key)?;
            if !place.exists() {
                continue;
            }
            ctx.reply.array(2);
            ctx.reply.bulk(key);
            let popped = ctx.pop_range_reply(key, place, self.end, self.count);
            let (command, mut digits) = (self.end.pop_command(), itoa::Buffer::new());
            ctx.effects
                .instead(&[command, key, digits.format(popped).as_bytes()]);
            return Ok(true);
        }
        Ok(false)
    }
}

impl Ctx<'_> {
    /// Pops one element of the list at a place and replies with it.
    #[inline]
    pub(super) fn pop_reply(&mut self, key: &[u8], place: Place, end: End) {
        let (access, reply) = (self.access(), &mut self.reply);
        let popped = self
            .keyspace
            .update::<List, _>(access, key, place, |list, tools| {
                if let Some(element) = list.as_ref().outermost(end) {
                    bulk_item(reply, element);
                }
                list.drop_outermost(end, &Limits::of(tools.options));
            });
        self.note_popped(key, end, 1, popped.emptied);
    }

    /// Pops up to `count` elements of the list at a place and replies with all of them. Returns how many these were.
    fn pop_range_reply(&mut self, key: &[u8], place: Place, end: End, count: usize) -> usize {
        let (access, reply) = (self.access(), &mut self.reply);
        let popped = self
            .keyspace
            .update::<List, _>(access, key, place, |list, tools| {
                let len = list.as_ref().len();
                let count = count.min(len);
                reply.array(count);
                let (from, first, direction) = match end {
                    End::Left => (0, 0, Direction::Forth),
                    End::Right => (len - count, len - 1, Direction::Back),
                };
                list.as_ref()
                    .visit_range(first, count, direction, |element| bulk_item(reply, element));
                list.remove(from, count, &Limits::of(tools.options));
                count
            });
        self.note_popped(key, end, popped.result, popped.emptied);
        popped.result
    }
}
