//! HSCAN.

use super::hash_of;
use crate::commands::Outcome;
use crate::commands::scanning::{Cursor, ScanOptions, reply_page, scan_table};
use crate::ctx::Ctx;
use crate::encodings::hash::{HashRef, value_of};
use shoal_rdb::listpack::Element;

/// HSCAN key cursor [MATCH pattern] [COUNT count]
pub(crate) fn hscan(ctx: &mut Ctx<'_>) {
    let outcome = try_hscan(ctx);
    ctx.conclude(outcome);
}

fn try_hscan(ctx: &mut Ctx<'_>) -> Outcome {
    let cursor = Cursor::parse(ctx.arg(2))?;
    let (access, key) = (ctx.access(), ctx.arg(1));
    let Some(entry) = ctx.keyspace.read(access, key, ctx.effects) else {
        reply_page(&mut ctx.reply, Cursor::END, &[]);
        return Ok(());
    };
    let hash = hash_of(entry)?;
    let options = ScanOptions::parse(ctx.args.slice(3..), false)?;
    let (next, found) = page(hash, cursor, &options);
    reply_page(&mut ctx.reply, next, &found);
    Ok(())
}

/// Fields and values from a cursor on, and where to go on. A small hash is returned as a whole.
fn page<'h>(
    hash: HashRef<'h>,
    cursor: Cursor,
    options: &ScanOptions<'_>,
) -> (Cursor, Vec<Element<'h>>) {
    let mut found = Vec::new();
    let mut keep = |field: Element<'h>, value: Element<'h>| {
        if options.wants(field.text(&mut itoa::Buffer::new())) {
            found.extend([field, value]);
        }
    };
    let next = match hash {
        HashRef::Table(table) => scan_table(table.table(), cursor, options, &mut |entry| {
            if let Some(value) = value_of(entry) {
                keep(Element::Str(entry.key()), value);
            }
        }),
        HashRef::Pack(_) => {
            hash.for_each(keep);
            Cursor::END
        }
    };
    (next, found)
}
