//! HSCAN.

use super::hash_of;
use crate::commands::scanning::{Cursor, ScanOptions};
use crate::commands::{Outcome, bulk_item};
use crate::ctx::Ctx;
use crate::encodings::hash::{HashRef, value_of};
use crate::table::END;
use shoal_rdb::listpack::Element;

/// HSCAN key cursor [MATCH pattern] [COUNT count]
pub(crate) fn hscan(ctx: &mut Ctx<'_>) {
    let outcome = try_hscan(ctx);
    ctx.conclude(outcome);
}

fn try_hscan(ctx: &mut Ctx<'_>) -> Outcome {
    let cursor = Cursor::parse(ctx.arg(2))?.0;
    let (access, key) = (ctx.access(), ctx.arg(1));
    let hash = ctx
        .keyspace
        .read(access, key, ctx.effects)
        .map(hash_of)
        .transpose()?;
    let Some(hash) = hash else {
        ctx.reply.array(2);
        ctx.reply.bulk(b"0");
        ctx.reply.array(0);
        return Ok(());
    };
    let options = ScanOptions::parse(ctx.args.slice(3..), false)?;
    let mut found = Vec::new();
    let next = scan_hash(hash, cursor, &options, &mut found);
    ctx.reply.array(2);
    ctx.reply.bulk(itoa::Buffer::new().format(next).as_bytes());
    ctx.reply.array(found.len() * 2);
    for (field, value) in found {
        bulk_item(&mut ctx.reply, field);
        bulk_item(&mut ctx.reply, value);
    }
    Ok(())
}

/// Collects fields from a cursor on and returns the next cursor. A small hash is returned as a whole.
fn scan_hash<'h>(
    hash: HashRef<'h>,
    cursor: u64,
    options: &ScanOptions<'_>,
    found: &mut Vec<(Element<'h>, Element<'h>)>,
) -> u64 {
    let mut keep = |field: Element<'h>, value: Element<'h>| {
        if options.wants(field.text(&mut itoa::Buffer::new())) {
            found.push((field, value));
        }
    };
    let table = match hash {
        HashRef::Pack(_) => {
            hash.for_each(keep);
            return 0;
        }
        HashRef::Table(table) => table.table(),
    };
    let (mut position, mut examined) = (cursor, 0);
    while examined < options.count && position < END {
        examined += 1;
        position = table.scan(position, &mut |entry| {
            examined += 1;
            if let Some(value) = value_of(entry) {
                keep(Element::Str(entry.key()), value);
            }
        });
    }
    if position < END { position } else { 0 }
}
