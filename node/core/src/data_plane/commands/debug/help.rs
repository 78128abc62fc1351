//! `DEBUG HELP`.

use crate::data_plane::DataPlane;
use crate::data_plane::call::{Call, Flow};
use crate::data_plane::commands::help::help as answer;

/// `DEBUG HELP`.
pub(super) fn help(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    answer(
        plane,
        call,
        "DEBUG",
        &[
            ("ASSERT", "End the process, as a failed assertion would."),
            (
                "CHANGE-REPL-ID",
                "Give the replication history another name and no past.",
            ),
            (
                "CONFIG-REWRITE-FORCE-ALL",
                "Write the configuration file anew.",
            ),
            ("DIGEST", "Show a digest of all data."),
            (
                "DIGEST-VALUE <key> [<key> ...]",
                "Show digests of the values of keys.",
            ),
            ("ERROR <string>", "Reply with this error, code and all."),
            (
                "HTSTATS <dbid> [full]",
                "Show how full the tables of a database are.",
            ),
            (
                "HTSTATS-KEY <key> [full]",
                "Show how full the table of a value is.",
            ),
            ("LISTPACK <key>", "Log how a small collection is stored."),
            (
                "LOADAOF",
                "Load the append-only file (there is none in this version).",
            ),
            ("LOG <message>", "Write <message> to the log."),
            (
                "MALLCTL <key> [<val>]",
                "Get or set a number of the allocator.",
            ),
            ("OBJECT <key>", "Show how a key and its value are stored."),
            ("PANIC | SEGFAULT | OOM", "End the process at once."),
            ("PAUSE-CRON <0|1>", "Stop what happens periodically."),
            (
                "POPULATE <count> [<prefix>] [<size>]",
                "Add string keys that replicas are not told of.",
            ),
            (
                "PROTOCOL <type>",
                "Reply with a value of this type: string, integer, double, bignum, null, array, set, map, attrib, push, verbatim, true, false.",
            ),
            ("QUICKLIST <key> [<0|1>]", "Log how a large list is stored."),
            (
                "QUICKLIST-PACKED-THRESHOLD <size>",
                "Give longer elements of lists nodes of their own. 0: 1 GB, as usual.",
            ),
            (
                "RELOAD [MERGE]",
                "Save all data and load it again, in memory.",
            ),
            (
                "REPLICATE <string>",
                "Send this to the replicas, and to nobody else.",
            ),
            (
                "REPLYBUFFER PEAK-RESET-TIME|RESIZING <value>",
                "Accepted; idle connections have no buffers here.",
            ),
            (
                "SET-ACTIVE-EXPIRE <0|1>",
                "Stop or restart the expiry of keys that nobody looks at.",
            ),
            (
                "SLEEP <seconds>",
                "Stand still for so long. Decimals are allowed.",
            ),
            ("STRINGMATCH-TEST", "Match random patterns."),
            ("STRUCTSIZE", "Show what a key costs beside its bytes."),
        ],
    )
}
