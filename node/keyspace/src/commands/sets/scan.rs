//! SSCAN.

use crate::commands::Outcome;
use crate::commands::scanning::{Cursor, ScanOptions, reply_page, scan_table};
use crate::ctx::Ctx;
use crate::encodings::collection::Collection as _;
use crate::encodings::set::{Set, SetRef};
use crate::refusal::Refusal;
use shoal_rdb::listpack::Element;

/// SSCAN key cursor [MATCH pattern] [COUNT count]
pub(crate) fn sscan(ctx: &mut Ctx<'_>) {
    let outcome = try_sscan(ctx);
    ctx.conclude(outcome);
}

fn try_sscan(ctx: &mut Ctx<'_>) -> Outcome {
    let cursor = Cursor::parse(ctx.arg(2))?;
    let (access, key) = (ctx.access(), ctx.arg(1));
    let Some(entry) = ctx.keyspace.read(access, key, ctx.effects) else {
        reply_page(&mut ctx.reply, Cursor::END, &[]);
        return Ok(());
    };
    let set = Set::view(entry).ok_or(Refusal::WrongType)?;
    let options = ScanOptions::parse(ctx.args.slice(3..), false)?;
    let (next, found) = page(set, cursor, &options);
    reply_page(&mut ctx.reply, next, &found);
    Ok(())
}

/// Members from a cursor on, and where to go on. A small set is returned as a whole.
fn page<'s>(
    set: SetRef<'s>,
    cursor: Cursor,
    options: &ScanOptions<'_>,
) -> (Cursor, Vec<Element<'s>>) {
    let mut found = Vec::new();
    let mut keep = |member: Element<'s>| {
        if options.wants(member.text(&mut itoa::Buffer::new())) {
            found.push(member);
        }
    };
    let next = match set {
        SetRef::Table(table) => scan_table(table.table(), cursor, options, &mut |entry| {
            keep(Element::Str(entry.key()));
        }),
        SetRef::Ints(_) | SetRef::Pack(_) => {
            set.iter().for_each(keep);
            Cursor::END
        }
    };
    (next, found)
}
