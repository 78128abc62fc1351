//! Which keys there are.

use crate::commands::Outcome;
use crate::commands::scanning::{Cursor, ScanOptions};
use crate::ctx::Ctx;
use crate::glob::Glob;
use crate::keyspace::is_expired;
use crate::table::{END, POSITION_BITS};
use rand_core::Rng;

/// KEYS pattern
pub(crate) fn keys(ctx: &mut Ctx<'_>) {
    let pattern = Glob::new(ctx.arg(1));
    let mark = ctx.reply.mark();
    let (mut count, mut table) = (0, 0);
    while let Some(entries) = ctx.keyspace.databases.get(ctx.db).and_then(|db| {
        table = db.next_occupied(table)?;
        db.table(table)
    }) {
        for entry in entries.iter() {
            // Expired keys are left out; the cycle will find them.
            let visible = ctx.from_primary || !is_expired(entry, ctx.now);
            if visible && pattern.matches(entry.key()) {
                count += 1;
                ctx.reply.bulk(entry.key());
            }
        }
        table += 1;
    }
    ctx.reply.array_since(mark, count);
}

/// SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]
pub(crate) fn scan(ctx: &mut Ctx<'_>) {
    let outcome = try_scan(ctx);
    ctx.conclude(outcome);
}

/// The cursor of SCAN is the number of a slot and a prefix of the hash.
fn try_scan(ctx: &mut Ctx<'_>) -> Outcome {
    let cursor = Cursor::parse(ctx.arg(1))?.0;
    let options = ScanOptions::parse(ctx.args.slice(2..), true)?;
    let (mut table, mut position) = ((cursor >> POSITION_BITS) as usize, cursor & (END - 1));
    let (mut found, mut expired) = (Vec::new(), Vec::new());
    let mut examined = 0;
    let mut next = 0;
    while let Some(db) = ctx.keyspace.databases.get(ctx.db) {
        let Some(occupied) = db.next_occupied(table) else {
            break;
        };
        if occupied != table {
            (table, position) = (occupied, 0);
        }
        let Some(entries) = db.table(table) else {
            break;
        };
        if examined >= options.count {
            next = ((table as u64) << POSITION_BITS) | position;
            break;
        }
        position = entries.scan(position, &mut |entry| {
            examined += 1;
            if !ctx.from_primary && is_expired(entry, ctx.now) {
                expired.push(entry.key().to_vec());
            } else if options.wants_kind(entry.kind()) && options.wants(entry.key()) {
                found.push(entry.key().to_vec());
            }
        });
        examined += 1;
        if position == END {
            (table, position) = (table + 1, 0);
        }
    }
    let access = ctx.access();
    for key in expired {
        ctx.keyspace.find(access, &key, ctx.effects);
    }
    ctx.reply.array(2);
    ctx.reply.bulk(itoa::Buffer::new().format(next).as_bytes());
    ctx.reply.array(found.len());
    for key in found {
        ctx.reply.bulk(&key);
    }
    Ok(())
}

/// RANDOMKEY
pub(crate) fn randomkey(ctx: &mut Ctx<'_>) {
    // If this many are all expired, a replica (which cannot delete them) gives up and answers with the last.
    const TRIES: usize = 100;
    let access = ctx.access();
    let mut chosen = None;
    for _ in 0..TRIES {
        let Some(key) = random_key(ctx) else {
            chosen = None;
            break;
        };
        let live = ctx.keyspace.find(access, &key, ctx.effects).exists();
        chosen = Some(key);
        if live {
            break;
        }
    }
    match chosen {
        Some(key) => ctx.reply.bulk(&key),
        None => ctx.reply.null(),
    }
}

fn random_key(ctx: &mut Ctx<'_>) -> Option<Vec<u8>> {
    let keyspace = &mut *ctx.keyspace;
    let db = keyspace.databases.get(ctx.db)?;
    let nth = keyspace.rng.next_u64().checked_rem(db.len() as u64)?;
    let table = db.table_of_nth(nth as usize)?;
    table
        .random(&mut keyspace.rng)
        .map(|entry| entry.key().to_vec())
}
