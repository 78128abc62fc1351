//! `CLUSTER HELP`.

use shoal_resp::ReplyWriter;

use super::Answer;

/// Each subcommand and what it does.
const LINES: &[(&str, &str)] = &[
    (
        "ADDSLOTS <slot> [<slot> ...]",
        "Make this node the owner of slots.",
    ),
    (
        "ADDSLOTSRANGE <first> <last> [<first> <last> ...]",
        "The same for ranges of slots.",
    ),
    (
        "BUMPEPOCH",
        "Take a new configuration epoch, unless ours is the greatest.",
    ),
    (
        "COUNT-FAILURE-REPORTS <node-id>",
        "Count the nodes that report a node as failing.",
    ),
    (
        "COUNTKEYSINSLOT <slot>",
        "Count the keys of a slot on this node.",
    ),
    ("DELSLOTS <slot> [<slot> ...]", "Forget who owns slots."),
    (
        "DELSLOTSRANGE <first> <last> [<first> <last> ...]",
        "The same for ranges of slots.",
    ),
    (
        "FAILOVER [FORCE|TAKEOVER]",
        "Make this replica the primary of its shard.",
    ),
    ("FORGET <node-id>", "Remove a node from the table."),
    (
        "GETKEYSINSLOT <slot> <count>",
        "List keys of a slot on this node.",
    ),
    ("FLUSHSLOTS", "Give up all slots of this node."),
    (
        "INFO",
        "Show the state of the cluster and counters of packets.",
    ),
    ("KEYSLOT <key>", "Show the slot of a key."),
    ("MEET <ip> <port> [<bus-port>]", "Ask a node to join."),
    ("MYID", "Show the id of this node."),
    ("MYSHARDID", "Show the id of this node's shard."),
    ("NODES", "List the nodes, one a line:"),
    (
        "",
        "<id> <ip:port@bus-port> <flags> <primary> <ping> <pong> <epoch> <link> <slot> ...",
    ),
    (
        "REPLICATE <node-id>",
        "Make this node a replica of another.",
    ),
    ("RESET [HARD|SOFT]", "Leave the cluster (default: soft)."),
    (
        "SET-CONFIG-EPOCH <epoch>",
        "Set the configuration epoch of a node that is alone.",
    ),
    (
        "SETSLOT <slot> (IMPORTING <node-id>|MIGRATING <node-id>|STABLE|NODE <node-id>)",
        "Move a slot.",
    ),
    ("REPLICAS <node-id>", "List the replicas of a primary."),
    ("SAVECONFIG", "Bring nodes.conf to disk."),
    ("SLOTS", "List ranges of slots and who serves them."),
    ("SHARDS", "List shards, their slots and nodes."),
    ("LINKS", "List the connections of the bus."),
    ("HELP", "Show this."),
];

/// Answers with simple strings, as every HELP does.
pub(super) fn show(out: &mut ReplyWriter<'_>) -> Answer {
    let lines = LINES.iter().flat_map(|(usage, text)| {
        let usage = Some((*usage).to_owned()).filter(|usage| !usage.is_empty());
        usage.into_iter().chain([format!("    {text}")])
    });
    let lines: Vec<String> = lines.collect();
    out.array(1 + lines.len());
    out.simple("CLUSTER <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
    for line in &lines {
        out.simple(line);
    }
    Ok(())
}
