//! redis.conf and CONFIG beside the real redis-server: the same words for the same mistakes.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod harness;

use std::collections::BTreeMap;
use std::path::Path;

use harness::{Server, run, shoal, tool};
use shoal_resp::Frame;

/// Command lines that both must refuse.
const WRONG: &[&str] = &[
    "--port",
    "--port 6379 6380",
    "--port x",
    "--port 70000",
    "--user foo --user foo",
    "--dir /nonexistent",
    "--logfile /nonexistent/log",
    "--cluster-enabled yes --replicaof 127.0.0.1 1",
    "--maxmemory abc",
    "--maxclients 0",
    "--maxclients -1",
    "--unixsocketperm 999",
    "--unixsocketperm 7777",
    "--maxmemory-clients 101%",
    "--save 1",
    "--save 900 1 x",
    "--appendonly maybe",
    "--appendonly --port 1",
    "--notify-keyspace-events q",
    "--client-output-buffer-limit foo 1 1 1",
    "--client-output-buffer-limit normal 1 1",
    "--client-output-buffer-limit normal 1 x 1",
    "--oom-score-adj-values 1 2",
    "--oom-score-adj-values 1 2 3000",
    "--latency-tracking-info-percentiles 101",
    "--latency-tracking-info-percentiles x",
    "--replicaof 127.0.0.1",
    "--replicaof 127.0.0.1 70000",
    "--bind a b c d e f g h i j k l m n o p q",
    "--dbfilename a/b",
    "--appendfilename a/b",
    "--appenddirname a/b",
    "--cluster-announce-hostname a,b",
    "--proc-title-template {nope}",
    "--shutdown-on-sigint save nosave",
    "--maxmemory-policy lru",
    "--rename-command no-such-command x",
    "--nonsense 1",
    "--nonsense",
    "--include",
];

/// What a server says on standard error, without its version.
fn complaint(program: &Path, words: &[&str]) -> String {
    let output = run(program, words);
    assert!(!output.status.success(), "{words:?} was accepted");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let (before, after) = text.split_once("(Redis ").unwrap_or((&text, ""));
    let after = after.split_once(')').map_or("", |(_, after)| after);
    format!("{before}{after}")
}

#[test]
fn wrong_command_lines_are_refused_in_the_same_words() {
    let Some(real) = tool("redis-server") else {
        return;
    };
    for line in WRONG {
        let words: Vec<&str> = line.split(' ').collect();
        assert_eq!(
            complaint(&shoal(), &words),
            complaint(&real, &words),
            "{line}"
        );
    }
}

#[test]
fn wrong_files_are_refused_in_the_same_words() {
    let Some(real) = tool("redis-server") else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("r.conf");
    let path = path.to_str().unwrap();
    for text in [
        "# one\n\n\tport  x \n",
        "port \"1",
        "port '1'2",
        "requirepass \"\\xzz\" 2",
        "nonsense",
        "loglevel",
        "sanitize-dump-payload maybe",
    ] {
        std::fs::write(path, text).unwrap();
        assert_eq!(
            complaint(&shoal(), &[path]),
            complaint(&real, &[path]),
            "{text}"
        );
    }
    std::fs::write(path, "include /nonexistent.conf").unwrap();
    let said = |program: &Path| {
        let output = String::from_utf8_lossy(&run(program, &[path]).stdout).into_owned();
        output.split_once(" # ").map(|(_, text)| text.to_owned())
    };
    assert_eq!(said(&shoal()), said(&real));
}

fn all_options(server: &Server) -> BTreeMap<String, String> {
    let frame = server.client().ask(&["CONFIG", "GET", "*"]);
    pairs(&frame)
}

fn pairs(frame: &Frame) -> BTreeMap<String, String> {
    let text = |frame: &Frame| String::from_utf8_lossy(frame.as_bytes().unwrap()).into_owned();
    frame
        .as_pairs()
        .unwrap()
        .map(|(name, value)| (text(name), text(value)))
        .collect()
}

#[test]
fn options_have_the_same_defaults() {
    let Some(real) = tool("redis-server") else {
        return;
    };
    // Differ by nature, or between 7.0 and 7.2.
    let own = [
        "port",
        "dir",
        "pidfile",
        "aof-disable-auto-gc",
        "maxclients",
    ];
    let (real, ours) = (Server::start_program(&real, &[]), Server::start(&[]));
    let ours = all_options(&ours);
    for (name, value) in all_options(&real) {
        if !own.contains(&name.as_str()) {
            assert_eq!(ours.get(&name), Some(&value), "{name}");
        }
    }
}

#[test]
fn config_set_answers_in_the_same_words() {
    let Some(real) = tool("redis-server") else {
        return;
    };
    let (real, ours) = (Server::start_program(&real, &[]), Server::start(&[]));
    let (mut real, mut ours) = (real.client(), ours.client());
    for line in [
        "maxclients",
        "nonsense 1",
        "nonsense 1 maxmemory x",
        "maxmemory 1gb",
        "maxmemory x",
        "MAXMEMORY 1 maxmemory 2",
        "databases 3",
        "databases 3 nonsense 1",
        "dbfilename x.rdb",
        "dir /tmp",
        "hash-max-ziplist-entries 5 hash-max-listpack-value 1kb",
        "slave-priority -1",
        "timeout 5 loglevel loud-but-different",
        "save 900",
        "notify-keyspace-events KEA",
        "client-output-buffer-limit normal",
        "cluster-announce-hostname a_b",
        "proto-max-bulk-len 1000",
        "maxmemory-clients 5%",
        "maxmemory-clients -1",
        "repl-timeout 0",
        "appendfsync sometimes",
    ] {
        let words: Vec<&str> = ["CONFIG", "SET"]
            .into_iter()
            .chain(line.split(' '))
            .collect();
        let (real, ours) = (real.text(&words), ours.text(&words));
        // The list of log levels grew in 7.2.
        if !line.contains("loglevel") {
            assert_eq!(ours, real, "{line}");
        }
    }
    for pattern in [
        "*max*",
        "slave-p*",
        "[hs]*-max-*",
        "?ort-nothing",
        "MAXMEMORY",
        "key-load-delay",
    ] {
        let words = ["CONFIG", "GET", pattern];
        let (real, mut ours) = (pairs(&real.ask(&words)), pairs(&ours.ask(&words)));
        ours.retain(|name, _| real.contains_key(name) || !name.starts_with("set-max-listpack"));
        ours.remove("maxclients");
        let mut real = real;
        real.remove("maxclients");
        assert_eq!(ours, real, "{pattern}");
    }
}

#[test]
fn config_rewrite_writes_the_same_file() {
    let Some(real) = tool("redis-server") else {
        return;
    };
    let old = "# head\n\n\ntimeout 5\nslave-priority 7\n  # indented\nmaxmemory 100mb\nsave 5 6\nsave 7 8\nhz 20\n\n# tail\n";
    let rewritten = |program: &Path| {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("r.conf");
        std::fs::write(&path, old).unwrap();
        let server = Server::start_program(program, &[path.to_str().unwrap()]);
        let mut client = server.client();
        for line in [
            "timeout 9",
            "maxmemory 3gb",
            "requirepass p\"w",
            "save 1\x202",
            "slowlog-max-len 5",
            "repl-backlog-size 1500",
        ] {
            let words: Vec<&str> = ["CONFIG", "SET"]
                .into_iter()
                .chain(line.splitn(2, ' '))
                .collect();
            assert_eq!(client.text(&words), "OK");
        }
        assert_eq!(client.text(&["CONFIG", "REWRITE"]), "OK");
        let new = std::fs::read_to_string(&path).unwrap();
        let (kept, added) = new.split_once("# Generated by CONFIG REWRITE\n").unwrap();
        let own = |line: &&str| {
            !["dir ", "port ", "user ", "latency-tracking-info"]
                .iter()
                .any(|own| line.starts_with(own))
        };
        let mut added: Vec<String> = added.lines().filter(own).map(ToOwned::to_owned).collect();
        added.sort();
        (kept.to_owned(), added)
    };
    assert_eq!(rewritten(&shoal()), rewritten(&real));
}
