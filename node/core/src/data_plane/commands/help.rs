//! What `CLIENT HELP`, `CONFIG HELP` and `MEMORY HELP` answer.

use crate::data_plane::DataPlane;
use crate::data_plane::call::{Call, Flow};

/// Usage and effect of each subcommand.
type Lines = &'static [(&'static str, &'static str)];

const PUBSUB: Lines = &[
    (
        "CHANNELS [<pattern>]",
        "Return the channels that somebody listens to, those that fit the pattern.",
    ),
    ("NUMPAT", "Return the number of patterns."),
    (
        "NUMSUB [<channel> ...]",
        "Return the number of subscribers of channels, patterns not counted.",
    ),
    (
        "SHARDCHANNELS [<pattern>]",
        "Return the shard channels that somebody listens to.",
    ),
    (
        "SHARDNUMSUB [<shardchannel> ...]",
        "Return the number of subscribers of shard channels.",
    ),
];

const CLIENT: Lines = &[
    ("GETNAME", "Return the name of the current connection."),
    (
        "GETREDIR",
        "Return the client ID we are redirecting to when tracking is enabled.",
    ),
    ("ID", "Return the ID of the current connection."),
    (
        "INFO",
        "Return information about the current client connection.",
    ),
    ("KILL <ip:port>", "Kill connection made from <ip:port>."),
    (
        "KILL <option> <value> [<option> <value> [...]]",
        "Kill connections by ADDR, LADDR, TYPE, USER, SKIPME, ID.",
    ),
    (
        "LIST [options ...]",
        "Return information about client connections; TYPE and ID choose some.",
    ),
    (
        "NO-EVICT (ON|OFF)",
        "Protect current client connection from eviction.",
    ),
    (
        "NO-TOUCH (ON|OFF)",
        "Do not alter LRU/LFU stats for the keys touched by this client.",
    ),
    (
        "PAUSE <timeout> [WRITE|ALL]",
        "Suspend clients for <timeout> milliseconds.",
    ),
    (
        "REPLY (ON|OFF|SKIP)",
        "Control the replies sent to the current connection.",
    ),
    (
        "SETINFO <option> <value>",
        "Set LIB-NAME or LIB-VER of the current connection.",
    ),
    (
        "SETNAME <name>",
        "Assign the name <name> to the current connection.",
    ),
    (
        "TRACKINGINFO",
        "Report tracking status for the current connection.",
    ),
    (
        "UNBLOCK <clientid> [TIMEOUT|ERROR]",
        "Unblock the specified blocked client.",
    ),
    (
        "UNPAUSE",
        "Stop the current client pause, resuming traffic.",
    ),
];

/// `CLIENT HELP`.
pub(crate) fn client(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    help(plane, call, "CLIENT", CLIENT)
}

/// `PUBSUB HELP`.
pub(crate) fn pubsub(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    help(plane, call, "PUBSUB", PUBSUB)
}

/// `CONFIG HELP`.
pub(crate) fn config(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    help(
        plane,
        call,
        "CONFIG",
        &[
            (
                "GET <pattern>",
                "Return parameters matching the glob-like <pattern> and their values.",
            ),
            (
                "SET <directive> <value>",
                "Set the configuration <directive> to <value>.",
            ),
            (
                "RESETSTAT",
                "Reset statistics reported by the INFO command.",
            ),
            ("REWRITE", "Rewrite the configuration file."),
        ],
    )
}

/// `MEMORY HELP`.
pub(crate) fn memory(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    help(
        plane,
        call,
        "MEMORY",
        &[
            ("DOCTOR", "Say what looks wrong with the memory."),
            ("MALLOC-STATS", "Show what the allocator says of itself."),
            ("PURGE", "Ask the allocator to give back what is unused."),
            ("STATS", "Show what the memory is used for."),
            (
                "USAGE <key> [SAMPLES <count>]",
                "Return the bytes that <key> and its value take. Nothing has to be sampled.",
            ),
        ],
    )
}

pub(crate) fn help(plane: &mut DataPlane, call: &Call<'_>, name: &str, lines: Lines) -> Flow {
    let mut reply = plane.reply(call.client);
    reply.array(3 + 2 * lines.len());
    reply.simple(&format!(
        "{name} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"
    ));
    for (usage, effect) in lines {
        reply.simple(usage);
        reply.simple(&format!("    {effect}"));
    }
    reply.simple("HELP");
    reply.simple("    Print this help.");
    Flow::Next
}
