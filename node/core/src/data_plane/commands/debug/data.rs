//! `DEBUG` on the whole dataset: `RELOAD`, `DIGEST`, `POPULATE`, and what is told to replicas.

use super::ok;
use crate::data_plane::DataPlane;
use crate::data_plane::call::{Call, Flow};
use crate::data_plane::event::LogLevel;

const NOT_LOADED: &str = "ERR Error trying to load the RDB dump, check server logs.";
const NOT_POSITIVE: &str = "ERR value is out of range, must be positive";

/// `DEBUG RELOAD [NOSAVE | NOFLUSH | MERGE ...]`: saves all data and loads it again, in memory.
///
/// There is no file to load without saving first. With `NOFLUSH` every key would meet itself: only `MERGE` allows that.
pub(super) fn reload(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let (mut save, mut flush, mut merge) = (true, true, false);
    for at in 2..call.args.len() {
        if call.arg_is(at, "MERGE") {
            merge = true;
        } else if call.arg_is(at, "NOFLUSH") {
            flush = false;
        } else if call.arg_is(at, "NOSAVE") {
            save = false;
        } else {
            let text = "ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.";
            return plane.error(call.client, text);
        }
    }
    if !save || (!flush && !merge) {
        let text = "DEBUG RELOAD works in memory: nothing is loaded from files, and no key is loaded twice.";
        plane.log(LogLevel::Warning, text.to_owned());
        return plane.error(call.client, NOT_LOADED);
    }
    match plane.keyspace.reload(plane.now.unix()) {
        Ok(()) => {
            plane.log(LogLevel::Notice, "DB reloaded by DEBUG RELOAD".to_owned());
            ok(plane, call)
        }
        Err(error) => {
            plane.log(LogLevel::Warning, format!("DEBUG RELOAD failed: {error}"));
            plane.error(call.client, NOT_LOADED)
        }
    }
}

/// `DEBUG LOADAOF`: there is no AOF yet.
pub(super) fn loadaof(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let text = "There is no append-only file to be loaded in this version.";
    plane.log(LogLevel::Warning, text.to_owned());
    let text = "ERR Error trying to load the AOF files, check server logs.";
    plane.error(call.client, text)
}

/// `DEBUG DIGEST`.
pub(super) fn digest(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let digest = plane.keyspace.digest();
    plane.reply(call.client).simple(&hex(&digest));
    Flow::Next
}

/// `DEBUG DIGEST-VALUE [key ...]`.
pub(super) fn digest_value(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let db = plane
        .sessions
        .get(call.client)
        .map_or(0, |session| session.db);
    let keys = call.args.slice(2..);
    let digests: Vec<String> = keys
        .iter()
        .map(|key| hex(&plane.keyspace.digest_value(db, key)))
        .collect();
    let mut reply = plane.reply(call.client);
    reply.array(digests.len());
    for digest in digests {
        reply.simple(&digest);
    }
    Flow::Next
}

fn hex(digest: &[u8; 20]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `DEBUG POPULATE count [prefix] [size]`: adds keys that nobody is told of.
pub(super) fn populate(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let (count, size) = match (positive(call, 2), positive(call, 4)) {
        (Ok(count), Ok(size)) => (count.unwrap_or_default(), size.unwrap_or_default()),
        (Err(text), _) | (_, Err(text)) => return plane.error(call.client, text),
    };
    let Ok(size) = usize::try_from(size) else {
        return plane.error(call.client, NOT_POSITIVE);
    };
    if size > plane.keyspace.options().string_len_max {
        let text = "ERR string exceeds maximum allowed size (proto-max-bulk-len)";
        return plane.error(call.client, text);
    }
    let prefix = call.arg(3).unwrap_or(b"key");
    let db = plane
        .sessions
        .get(call.client)
        .map_or(0, |session| session.db);
    plane
        .keyspace
        .populate(db, count, prefix, size, plane.now.unix());
    plane.watch_memory();
    ok(plane, call)
}

/// An argument that is not negative; `None` if there is none.
fn positive(call: &Call<'_>, at: usize) -> Result<Option<u64>, &'static str> {
    if call.arg(at).is_none() {
        return Ok(None);
    }
    let number = call.arg_i64(at).ok_or(NOT_POSITIVE)?;
    u64::try_from(number).map(Some).map_err(|_| NOT_POSITIVE)
}

/// `DEBUG CHANGE-REPL-ID`: the history gets another name, and no past.
pub(super) fn change_repl_id(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let text = "Changing replication IDs after receiving DEBUG change-repl-id";
    plane.log(LogLevel::Notice, text.to_owned());
    plane.primary.start_history();
    ok(plane, call)
}

/// `DEBUG REPLICATE word ...`: replicas are told something that did not happen here.
pub(super) fn replicate(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let db = plane
        .sessions
        .get(call.client)
        .map_or(0, |session| session.db);
    let words: Vec<&[u8]> = call.args.slice(2..).iter().collect();
    plane.propagate_plain(db, &words);
    ok(plane, call)
}
