//! `DEBUG` on single keys and their tables: `OBJECT`, `LISTPACK`, `QUICKLIST`, `HTSTATS`, `STRUCTSIZE`.

use shoal_keyspace::KeyFacts;

use crate::data_plane::DataPlane;
use crate::data_plane::call::{Call, Flow};
use crate::data_plane::event::LogLevel;

const NO_SUCH_KEY: &str = "ERR no such key";

/// `DEBUG OBJECT key`.
pub(super) fn object(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let Some(facts) = facts(plane, call) else {
        return plane.error(call.client, NO_SUCH_KEY);
    };
    let mut text = format!(
        "Value at:{:#x} refcount:1 encoding:{} serializedlength:{} lru:{} lru_seconds_idle:{}",
        facts.address, facts.encoding, facts.serialized_len, facts.clock, facts.idle_secs
    );
    if let Some(nodes) = facts.nodes {
        let average = nodes.elements as f64 / nodes.count.max(1) as f64;
        let options = plane.keyspace.options();
        text.push_str(&format!(
            " ql_nodes:{} ql_avg_node:{average:.2} ql_listpack_max:{} ql_compressed:{} ql_uncompressed_size:{}",
            nodes.count,
            options.list_max_listpack_size,
            u8::from(options.list_compress_depth > 0),
            nodes.bytes
        ));
    }
    plane.reply(call.client).simple(&text);
    Flow::Next
}

fn facts(plane: &DataPlane, call: &Call<'_>) -> Option<KeyFacts> {
    let db = plane.sessions.get(call.client)?.db;
    plane.keyspace.key_facts(db, call.arg(2)?, plane.now.unix())
}

/// `DEBUG LISTPACK key`.
pub(super) fn listpack(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    describe(plane, call, "listpack", "Listpack")
}

/// `DEBUG QUICKLIST key [0|1]`.
pub(super) fn quicklist(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    describe(plane, call, "quicklist", "Quicklist")
}

/// The reference server prints the structure; the log gets what there is to say.
fn describe(plane: &mut DataPlane, call: &Call<'_>, encoding: &str, name: &str) -> Flow {
    let Some(facts) = facts(plane, call) else {
        return plane.error(call.client, NO_SUCH_KEY);
    };
    if facts.encoding != encoding {
        let text = format!("ERR Not a {encoding} encoded object.");
        return plane.error(call.client, &text);
    }
    plane.log(LogLevel::Notice, format!("{name}: {facts:?}"));
    let text = format!("{name} structure printed on stdout");
    plane.reply(call.client).simple(&text);
    Flow::Next
}

/// `DEBUG HTSTATS db [full]`.
pub(super) fn htstats(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let Some(db) = call.arg_i64(2) else {
        return plane.error(call.client, "ERR value is not an integer or out of range");
    };
    let db = usize::try_from(db).unwrap_or(usize::MAX);
    match plane.keyspace.inspect_database(db) {
        Some(text) => {
            plane.reply(call.client).verbatim(b"txt", text.as_bytes());
            Flow::Next
        }
        None => plane.error(call.client, "ERR Out of range database"),
    }
}

/// `DEBUG HTSTATS-KEY key [full]`.
pub(super) fn htstats_key(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let db = plane
        .sessions
        .get(call.client)
        .map_or(0, |session| session.db);
    let key = call.arg(2).unwrap_or_default();
    match plane.keyspace.inspect_table(db, key) {
        Some(Some(text)) => {
            plane.reply(call.client).verbatim(b"txt", text.as_bytes());
            Flow::Next
        }
        Some(None) => plane.error(
            call.client,
            "ERR The value stored at the specified key is not represented using an hash table",
        ),
        None => plane.error(call.client, NO_SUCH_KEY),
    }
}

/// `DEBUG STRUCTSIZE`: a key costs a pointer in its table and one allocation with a header of eight bytes.
pub(super) fn structsize(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let text = format!("bits:{} robj:8 dictentry:8 ", usize::BITS);
    plane.reply(call.client).bulk(text.as_bytes());
    Flow::Next
}
