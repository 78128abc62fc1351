//! Moving an element from one list to another.

use super::end_arg;
use crate::ctx::Ctx;
use crate::encodings::list::{End, Limits, List};
use crate::events::EventClass;
use crate::keyspace::Place;
use crate::refusal::Refusal;

/// LMOVE source destination LEFT|RIGHT LEFT|RIGHT
pub(crate) fn lmove(ctx: &mut Ctx<'_>) {
    let outcome = Ends::parse(ctx).and_then(|ends| ends.transfer(ctx));
    conclude(ctx, outcome);
}

/// RPOPLPUSH source destination
pub(crate) fn rpoplpush(ctx: &mut Ctx<'_>) {
    let outcome = Ends::RIGHT_TO_LEFT.transfer(ctx);
    conclude(ctx, outcome);
}

fn conclude(ctx: &mut Ctx<'_>, outcome: Result<Moved, Refusal>) {
    match outcome {
        Ok(Moved::Nothing) => ctx.reply.null(),
        Ok(Moved::Element) => {}
        Err(refusal) => ctx.refuse(&refusal),
    }
}

/// What became of a transfer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Moved {
    /// There is no source, and no reply yet.
    Nothing,
    /// An element, which is the reply.
    Element,
}

/// From where, and to where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    pub(super) from: End,
    pub(super) to: End,
}

impl Ends {
    pub(super) const RIGHT_TO_LEFT: Self = Self {
        from: End::Right,
        to: End::Left,
    };

    pub(super) fn parse(ctx: &Ctx<'_>) -> Result<Self, Refusal> {
        Ok(Self {
            from: end_arg(ctx, 3)?,
            to: end_arg(ctx, 4)?,
        })
    }

    /// Moves an element of the list at the first key to the second one, and replies with it.
    pub(super) fn transfer(self, ctx: &mut Ctx<'_>) -> Result<Moved, Refusal> {
        let (source, destination) = (ctx.arg(1), ctx.arg(2));
        if !ctx.place_of::<List>(source)?.exists() {
            return Ok(Moved::Nothing);
        }
        let to = ctx.place_of::<List>(destination)?;
        // The destination was removed if its time was over, and then the source may have moved.
        let from = ctx.keyspace.locate(ctx.access(), source);
        let text = ctx
            .view_at::<List>(from)
            .and_then(|list| list.outermost(self.from))
            .map(|element| element.to_vec())
            .unwrap_or_default();
        if source == destination {
            self.rotate(ctx, source, from, &text);
        } else {
            self.carry(ctx, to, &text);
        }
        ctx.reply.bulk(&text);
        Ok(Moved::Element)
    }

    fn rotate(self, ctx: &mut Ctx<'_>, key: &[u8], place: Place, text: &[u8]) {
        ctx.update::<List, _>(key, place, |list, tools| {
            list.rotate(self.from, self.to, text, &Limits::of(tools.options));
        });
        ctx.notify(EventClass::LIST, self.to.push_event(), key);
        ctx.note_popped(key, self.from, 1, false);
    }

    fn carry(self, ctx: &mut Ctx<'_>, to: Place, text: &[u8]) {
        let (source, destination) = (ctx.arg(1), ctx.arg(2));
        ctx.update::<List, _>(destination, to, |list, tools| {
            list.push(self.to, text, &Limits::of(tools.options));
        });
        ctx.notify(EventClass::LIST, self.to.push_event(), destination);
        // The destination may be new, so the source may have moved.
        let from = ctx.keyspace.locate(ctx.access(), source);
        let popped = ctx.update::<List, _>(source, from, |list, tools| {
            list.drop_outermost(self.from, &Limits::of(tools.options));
        });
        ctx.note_popped(source, self.from, 1, popped.emptied);
    }
}
