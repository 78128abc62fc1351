//! ZSCAN.

use shoal_rdb::listpack::Element;

use super::{read_place, zset_at};
use crate::commands::scanning::{Cursor, ScanOptions};
use crate::commands::{Outcome, bulk_item};
use crate::ctx::Ctx;
use crate::double;
use crate::encodings::zset::{END, ZsetRef, ZsetTree};
use shoal_resp::ReplyWriter;

/// ZSCAN key cursor [MATCH pattern] [COUNT count]
pub(crate) fn zscan(ctx: &mut Ctx<'_>) {
    let outcome = try_zscan(ctx);
    ctx.conclude(outcome);
}

fn try_zscan(ctx: &mut Ctx<'_>) -> Outcome {
    let cursor = Cursor::parse(ctx.arg(2))?.0;
    let place = read_place(ctx, ctx.arg(1))?;
    let Some(zset) = zset_at(ctx.keyspace, place) else {
        reply_page(&mut ctx.reply, 0, &[]);
        return Ok(());
    };
    let options = ScanOptions::parse(ctx.args.slice(3..), false)?;
    match zset {
        ZsetRef::Pack(pack) => {
            // A small set is returned as a whole, its scores as they are stored.
            let wanted = |(member, _): &(Element<'_>, Element<'_>)| {
                options.wants(member.text(&mut itoa::Buffer::new()))
            };
            let found: Vec<_> = pack.pairs().filter(wanted).collect();
            ctx.reply.array(2);
            ctx.reply.bulk(b"0");
            ctx.reply.array(found.len() * 2);
            for (member, score) in found {
                bulk_item(&mut ctx.reply, member);
                bulk_item(&mut ctx.reply, score);
            }
        }
        ZsetRef::Tree(tree) => {
            let (next, found) = scan_tree(tree, cursor, &options);
            reply_page(&mut ctx.reply, next, &found);
        }
    }
    Ok(())
}

/// Collects members from a cursor on, and the cursor to go on with.
fn scan_tree<'t>(
    tree: &'t ZsetTree,
    cursor: u64,
    options: &ScanOptions<'_>,
) -> (u64, Vec<(&'t [u8], f64)>) {
    let (mut next, mut examined, mut found) = (cursor, 0, Vec::new());
    while examined < options.count && next < END {
        examined += 1;
        next = tree.scan(next, |member, score| {
            examined += 1;
            if options.wants(member) {
                found.push((member, score));
            }
        });
    }
    (if next < END { next } else { 0 }, found)
}

fn reply_page(reply: &mut ReplyWriter<'_>, next: u64, found: &[(&[u8], f64)]) {
    reply.array(2);
    reply.bulk(itoa::Buffer::new().format(next).as_bytes());
    reply.array(found.len() * 2);
    for &(member, score) in found {
        reply.bulk(member);
        reply.bulk(&double::seventeen_digits(score));
    }
}
