//! What operators and clients read: the replies and errors of CLUSTER subcommands, compared with captured ones.

mod support;

use serde_json::Value;
use shoal_core::ClientId;
use support::town::{Town, town, town_with};

fn captured(name: &str) -> Vec<Value> {
    let path = format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("a capture");
    serde_json::from_str(&text).expect("JSON")
}

fn words(entry: &Value) -> String {
    let words = entry["cmd"].as_array().expect("words").iter();
    let words: Vec<&str> = words.filter_map(Value::as_str).collect();
    words.join(" ")
}

fn text<'v>(entry: &'v Value, field: &str) -> &'v str {
    entry[field].as_str().expect("text")
}

/// A client that speaks RESP3, or not.
fn client(town: &mut Town, n: usize, resp3: bool) -> ClientId {
    let client = town.client(n);
    if resp3 {
        town.ask(n, client, "HELLO 3");
    }
    client
}

/// Times, offsets and lengths replaced, lines of nodes sorted: what is left must be equal.
fn shape(reply: &str) -> String {
    let mut lines: Vec<String> = reply.split("\r\n").map(plain).collect();
    let offsets = |line: &str| {
        matches!(
            line,
            "replication-offset" | "create-time" | "send-buffer-allocated" | "send-buffer-used"
        )
    };
    for n in 1..lines.len() {
        if offsets(&lines[n - 1]) && lines[n].starts_with(':') {
            lines[n] = ":<n>".into();
        }
    }
    lines.join("\r\n")
}

/// One line. Those of CLUSTER NODES, which stand in one bulk string, are sorted.
fn plain(line: &str) -> String {
    let counter = |(name, value): (&str, &str)| {
        let volatile = name.starts_with("cluster_stats") && value.parse::<u64>().is_ok();
        volatile.then(|| format!("{name}:<n>"))
    };
    if let Some(counter) = line.split_once(':').and_then(counter) {
        return counter;
    }
    if !line.contains(" connected") {
        return line.to_owned();
    }
    let mut nodes: Vec<String> = line.lines().map(node_line).collect();
    nodes.sort();
    nodes.join("\n")
}

/// A line of CLUSTER NODES without its times.
fn node_line(line: &str) -> String {
    let mut fields: Vec<&str> = line.split(' ').collect();
    for field in fields.iter_mut().skip(4).take(2) {
        *field = "<t>";
    }
    fields.join(" ")
}

/// Bulk strings whose length depends on times and counters.
fn without_length(reply: &str) -> &str {
    match reply.split_once("\r\n") {
        Some((length, rest)) if length.starts_with(['$', '=']) => {
            rest.strip_prefix("txt:").unwrap_or(rest)
        }
        _ => reply,
    }
}

/// Fields of CLUSTER INFO that depend on what happened so far: packets that did not occur have no line.
fn info_shape(reply: &str) -> Vec<String> {
    let optional = |line: &&str| {
        let counted = line.starts_with("cluster_stats_messages_");
        let sum = line.starts_with("cluster_stats_messages_sent:")
            || line.starts_with("cluster_stats_messages_received:");
        counted && !sum
    };
    let lines = without_length(reply).split("\r\n");
    lines.filter(|line| !optional(line)).map(plain).collect()
}

fn same_reply(town: &mut Town, n: usize, entry: &Value, resp3: bool) {
    let command = words(entry);
    let expected = text(entry, if resp3 { "resp3" } else { "resp2" });
    let client = client(town, n, resp3);
    let reply = town.ask(n, client, &command);
    if command == "CLUSTER INFO" {
        assert_eq!(info_shape(&reply), info_shape(expected), "{entry}");
    } else if command == "CLUSTER NODES" {
        let form = |text: &str| text.chars().next();
        assert_eq!(form(&reply), form(expected), "the same type");
        let (reply, expected) = (without_length(&reply), without_length(expected));
        assert_eq!(shape(reply), shape(expected), "{command} of node {n}");
    } else {
        let mut expected = shape(expected);
        if command.contains("REPLICAS") || command.contains("SLAVES") {
            // The captured line is longer by the digits of a time.
            let line = reply.lines().nth(1).unwrap_or_default().to_owned();
            let old = expected.lines().nth(1).unwrap_or_default().to_owned();
            expected = expected.replacen(&old, &line, 1);
        }
        assert_eq!(
            shape(&reply),
            expected,
            "{command} of node {n}, resp3 {resp3}"
        );
    }
}

/// Which entries of the capture concern what; the rest of the file is another test's.
fn entries(command: &str, note: &str) -> Vec<Value> {
    let all = captured("cluster-7.2.6.json").into_iter();
    let wanted: Vec<Value> = all
        .filter(|entry| words(entry).starts_with(command) && text(entry, "note") == note)
        .collect();
    assert!(!wanted.is_empty(), "{command} {note}");
    wanted
}

/// Shards, or links, in some order of their own: the head, and then the sorted rest.
fn sorted_blocks(reply: &str, separator: &str) -> Vec<String> {
    let reply = shape(reply);
    let mut blocks: Vec<String> = reply.split(separator).map(str::to_owned).collect();
    blocks[1..].sort();
    blocks
}

fn same_blocks(town: &mut Town, n: usize, entry: &Value, separators: [&str; 2]) {
    for (field, separator) in ["resp2", "resp3"].into_iter().zip(separators) {
        let client = client(town, n, field == "resp3");
        let reply = town.ask(n, client, &words(entry));
        assert_eq!(
            sorted_blocks(&reply, separator),
            sorted_blocks(text(entry, field), separator),
            "{entry}"
        );
    }
}

const SHARD: [&str; 2] = ["*4\r\n$5\r\nslots", "%2\r\n$5\r\nslots"];
const LINK: [&str; 2] = ["*12\r\n$9\r\ndirection", "%6\r\n$9\r\ndirection"];

/// The captured cluster: a primary's stream has begun.
fn in_use(more: &str) -> Town {
    let mut town = town_with(&[0], more);
    assert_eq!(town.command(0, "SET la2 1"), "+OK\r\n");
    assert_eq!(town.command(0, "DEL la2"), ":1\r\n");
    town.advance_ms(2000);
    town
}

#[test]
fn lists_have_the_shape_of_captured_ones() {
    let mut town = in_use("");
    for command in [
        "CLUSTER INFO",
        "CLUSTER NODES",
        "CLUSTER SLOTS",
        "CLUSTER MYID",
        "CLUSTER MYSHARDID",
        "CLUSTER KEYSLOT",
        "CLUSTER COUNTKEYSINSLOT",
        "CLUSTER GETKEYSINSLOT",
        "CLUSTER REPLICAS",
        "CLUSTER SLAVES",
        "CLUSTER COUNT-FAILURE-REPORTS",
        "CLUSTER SAVECONFIG",
    ] {
        for entry in entries(command, "") {
            same_reply(&mut town, 0, &entry, false);
            same_reply(&mut town, 0, &entry, true);
        }
    }
}

#[test]
fn a_replica_shows_the_same_cluster() {
    let mut town = in_use("");
    for command in ["CLUSTER INFO", "CLUSTER NODES", "CLUSTER SLOTS"] {
        for entry in entries(command, "seen by the replica") {
            same_reply(&mut town, 3, &entry, false);
            same_reply(&mut town, 3, &entry, true);
        }
    }
    for entry in entries("CLUSTER SHARDS", "seen by the replica") {
        same_blocks(&mut town, 3, &entry, SHARD);
    }
}

#[test]
fn shards_and_links_have_the_shape_of_captured_ones() {
    let mut town = in_use("");
    for entry in entries("CLUSTER SHARDS", "") {
        same_blocks(&mut town, 0, &entry, SHARD);
    }
    for entry in entries("CLUSTER LINKS", "") {
        same_blocks(&mut town, 0, &entry, LINK);
    }
}

#[test]
fn a_replica_without_data_is_left_out_or_loading() {
    let mut town = town(&[0]);
    for n in [0, 3] {
        for entry in entries("CLUSTER SLOTS", SLOTS_NOTE) {
            same_reply(&mut town, n, &entry, false);
            same_reply(&mut town, n, &entry, true);
        }
        for entry in entries("CLUSTER SHARDS", SHARDS_NOTE) {
            same_blocks(&mut town, n, &entry, SHARD);
        }
    }
}

const SLOTS_NOTE: &str = "replica attached, replication offset still 0: it is left out";
const SHARDS_NOTE: &str = "replica attached, replication offset still 0: health loading";

#[test]
fn endpoints_are_shown_as_preferred() {
    for kind in ["hostname", "unknown-endpoint"] {
        let note = format!("cluster-preferred-endpoint-type {kind}");
        let mut town = in_use(&format!("{note}\n"));
        for entry in entries("CLUSTER SLOTS", &note) {
            same_reply(&mut town, 0, &entry, false);
            same_reply(&mut town, 0, &entry, true);
        }
        for entry in entries("CLUSTER SHARDS", &note) {
            same_blocks(&mut town, 0, &entry, SHARD);
        }
    }
}

#[test]
fn bumping_the_epoch_is_answered_as_captured() {
    let mut town = town(&[0]);
    for entry in entries("CLUSTER BUMPEPOCH", "") {
        assert_eq!(town.command(0, "CLUSTER BUMPEPOCH"), text(&entry, "resp2"));
        assert_eq!(town.command(0, "CLUSTER BUMPEPOCH"), text(&entry, "resp3"));
    }
}

/// The first words of the lines that show how a subcommand is used.
fn help_topics(reply: &str) -> Vec<String> {
    let lines = reply.split("\r\n").skip(2);
    let usages = lines.filter(|line| line.starts_with('+') && !line.starts_with("+ "));
    usages
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn help_explains_the_same_subcommands_in_the_same_order() {
    let mut town = town(&[0]);
    for entry in entries("CLUSTER HELP", "") {
        let expected = text(&entry, "resp2");
        let reply = town.command(0, "CLUSTER HELP");
        assert_eq!(reply.lines().nth(1), expected.lines().nth(1));
        assert_eq!(help_topics(&reply), help_topics(expected));
        let lines = reply.matches("\r\n+").count();
        assert!(reply.starts_with(&format!("*{lines}\r\n+")), "{reply}");
    }
}

/// Puts node A into the state in which an error was captured; the node that is asked.
fn prepare(town: &mut Town, note: &str) -> usize {
    match note {
        "node still holds a key of slot 0" | "node holds keys" | "master holding keys" => {
            // Slot 0.
            assert_eq!(town.command(0, "SET la2 1"), "+OK\r\n");
            0
        }
        "on a replica" => 3,
        _ => 0,
    }
}

#[test]
fn errors_are_the_captured_ones() {
    let mut wrong = Vec::new();
    for entry in captured("errors-7.2.6.json") {
        let command = words(&entry);
        if !command.starts_with("CLUSTER") {
            continue;
        }
        for field in ["resp2", "resp3"] {
            let mut town = town(&[0]);
            let n = prepare(&mut town, text(&entry, "note"));
            let client = client(&mut town, n, field == "resp3");
            let reply = town.ask(n, client, &command);
            if reply != text(&entry, field) {
                wrong.push(format!("{command}: {reply:?}, captured {}", entry[field]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
