//! `MEMORY STATS`.

use shoal_resp::ReplyWriter;

use super::{Overhead, ratio};
use crate::data_plane::DataPlane;
use crate::data_plane::call::{Call, Flow};

/// A number of `MEMORY STATS`.
enum Figure {
    Count(i64),
    Share(f64),
}

type Rows = Vec<(&'static str, Figure)>;

/// `MEMORY STATS`: a map, with a map for each database that has keys.
pub(super) fn stats(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let overhead = Overhead::of(plane);
    let before = before_databases(&overhead);
    let databases: Vec<(usize, u64)> = (0..plane.keyspace.database_count())
        .filter(|db| plane.keyspace.db_size(*db) > 0)
        .map(|db| (db, plane.keyspace.table_memory(db) as u64))
        .collect();
    let after = after_databases(plane, &overhead);
    let mut reply = plane.reply(call.client);
    reply.map(before.len() + databases.len() + after.len());
    write(&mut reply, before);
    for (db, tables) in databases {
        reply.bulk(format!("db.{db}").as_bytes());
        // One table holds keys, expiries and the order of slots.
        reply.map(3);
        write(
            &mut reply,
            vec![
                ("overhead.hashtable.main", count(tables)),
                ("overhead.hashtable.expires", count(0)),
                ("overhead.hashtable.slot-to-keys", count(0)),
            ],
        );
    }
    write(&mut reply, after);
    Flow::Next
}

fn count(bytes: u64) -> Figure {
    Figure::Count(i64::try_from(bytes).unwrap_or(i64::MAX))
}

fn write(reply: &mut ReplyWriter<'_>, rows: Rows) {
    for (name, figure) in rows {
        reply.bulk(name.as_bytes());
        match figure {
            Figure::Count(number) => reply.integer(number),
            Figure::Share(number) => reply.double(number),
        }
    }
}

fn before_databases(overhead: &Overhead) -> Rows {
    vec![
        ("peak.allocated", count(overhead.peak)),
        ("total.allocated", count(overhead.used)),
        ("startup.allocated", count(overhead.startup)),
        ("replication.backlog", count(overhead.backlog)),
        ("clients.slaves", count(overhead.replicas)),
        ("clients.normal", count(overhead.clients)),
        ("cluster.links", count(0)),
        ("aof.buffer", count(0)),
        ("lua.caches", count(0)),
        ("functions.caches", count(0)),
    ]
}

fn after_databases(plane: &DataPlane, overhead: &Overhead) -> Rows {
    let facts = plane.memory.facts;
    let more = |a: u64, b: u64| {
        Figure::Count(i64::try_from(i128::from(a) - i128::from(b)).unwrap_or(i64::MAX))
    };
    let share = |a: u64, b: u64| Figure::Share(ratio(a, b));
    vec![
        ("overhead.total", count(overhead.total)),
        ("keys.count", count(overhead.keys)),
        ("keys.bytes-per-key", count(overhead.bytes_per_key())),
        ("dataset.bytes", count(overhead.dataset())),
        (
            "dataset.percentage",
            Figure::Share(overhead.dataset_percent()),
        ),
        ("peak.percentage", Figure::Share(overhead.peak_percent())),
        ("allocator.allocated", count(facts.allocated)),
        ("allocator.active", count(facts.active)),
        ("allocator.resident", count(facts.resident)),
        (
            "allocator-fragmentation.ratio",
            share(facts.active, facts.allocated),
        ),
        (
            "allocator-fragmentation.bytes",
            more(facts.active, facts.allocated),
        ),
        ("allocator-rss.ratio", share(facts.resident, facts.active)),
        ("allocator-rss.bytes", more(facts.resident, facts.active)),
        ("rss-overhead.ratio", share(facts.rss, facts.resident)),
        ("rss-overhead.bytes", more(facts.rss, facts.resident)),
        ("fragmentation", share(facts.rss, overhead.used)),
        ("fragmentation.bytes", more(facts.rss, overhead.used)),
    ]
}
