//! `DEBUG`: what test tools lean on, if `enable-debug-command` opens it.

mod data;
mod help;
mod keys;
mod process;
mod protocol;
mod switches;

use crate::data_plane::DataPlane;
use crate::data_plane::call::{Call, Flow, is_word};

const CLOSED: &str = "ERR DEBUG command not allowed. If the enable-debug-command option is set to \"local\", you \
     can run it from a local connection, otherwise you need to set this option in the configuration file, and then \
     restart the server.";

/// A subcommand: its name, how many arguments it takes at least and at most (all counted, `DEBUG` too), and what it does.
struct Subcommand {
    name: &'static str,
    least: usize,
    most: usize,
    run: fn(&mut DataPlane, &Call<'_>) -> Flow,
}

const fn sub(
    name: &'static str,
    least: usize,
    most: usize,
    run: fn(&mut DataPlane, &Call<'_>) -> Flow,
) -> Subcommand {
    Subcommand {
        name,
        least,
        most,
        run,
    }
}

const ANY: usize = usize::MAX;

static SUBCOMMANDS: &[Subcommand] = &[
    sub("ASSERT", 2, ANY, process::crash),
    sub("CHANGE-REPL-ID", 2, 2, data::change_repl_id),
    sub("CONFIG-REWRITE-FORCE-ALL", 2, 2, super::config::rewrite),
    sub("CRASH-AND-RECOVER", 2, ANY, process::restart),
    sub("DIGEST", 2, 2, data::digest),
    sub("DIGEST-VALUE", 2, ANY, data::digest_value),
    sub("DROP-CLUSTER-PACKET-FILTER", 3, 3, switches::packet_filter),
    sub("ERROR", 3, 3, protocol::error),
    sub("HELP", 2, 2, help::help),
    sub("HTSTATS", 3, ANY, keys::htstats),
    sub("HTSTATS-KEY", 3, ANY, keys::htstats_key),
    sub("LISTPACK", 3, 3, keys::listpack),
    sub("LOADAOF", 2, ANY, data::loadaof),
    sub("LOG", 3, 3, process::log),
    sub("MALLCTL", 3, ANY, process::mallctl),
    sub("OBJECT", 3, 3, keys::object),
    sub("OOM", 2, ANY, process::crash),
    sub("PANIC", 2, ANY, process::crash),
    sub("PAUSE-CRON", 3, 3, switches::pause_cron),
    sub("POPULATE", 3, 5, data::populate),
    sub("PROTOCOL", 3, 3, protocol::protocol),
    sub("QUICKLIST", 3, 4, keys::quicklist),
    sub(
        "QUICKLIST-PACKED-THRESHOLD",
        3,
        3,
        switches::packed_threshold,
    ),
    sub("RELOAD", 2, ANY, data::reload),
    sub("REPLICATE", 3, ANY, data::replicate),
    sub("REPLYBUFFER", 4, 4, switches::reply_buffer),
    sub("RESTART", 2, ANY, process::restart),
    sub("SEGFAULT", 2, ANY, process::crash),
    sub("SET-ACTIVE-EXPIRE", 3, 3, switches::active_expire),
    sub("SET-DISABLE-DENY-SCRIPTS", 3, 3, switches::deny_scripts),
    sub("SLEEP", 3, 3, process::sleep),
    sub("STRINGMATCH-TEST", 2, 2, switches::stringmatch_test),
    sub("STRUCTSIZE", 2, 2, keys::structsize),
];

/// `DEBUG subcommand …`.
pub(crate) fn debug(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    if !plane.is_allowed(plane.settings.debug_command, call.client) {
        return plane.error(call.client, CLOSED);
    }
    let name = call.arg(1).unwrap_or_default();
    let found = SUBCOMMANDS.iter().find(|sub| is_word(name, sub.name));
    match found.filter(|sub| (sub.least..=sub.most).contains(&call.args.len())) {
        Some(sub) => (sub.run)(plane, call),
        None => unknown(plane, call),
    }
}

fn unknown(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    /// As much of a name as an error repeats.
    const SHOWN: usize = 128;
    let name = call.arg(1).unwrap_or_default();
    let name = name.get(..SHOWN).unwrap_or(name);
    let text = [
        b"ERR unknown subcommand or wrong number of arguments for '",
        name,
        b"'. Try DEBUG HELP.",
    ]
    .concat();
    plane.reply(call.client).error_bytes(&text);
    Flow::Next
}

/// Answers with `OK`.
fn ok(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    plane.reply(call.client).ok();
    Flow::Next
}

/// Whether an argument is a number other than zero, read as C does: whatever does not begin with one is zero.
fn is_on(call: &Call<'_>, at: usize) -> bool {
    let text = call.arg(at).unwrap_or_default().trim_ascii_start();
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .any(|digit| *digit != b'0')
}
