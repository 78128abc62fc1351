//! A server without a cluster, as real clients use it: databases, transactions, clients that wait.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod harness;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use harness::cluster::run_to_end;
use harness::{Server, redis_cli, skip, tool};

#[test]
fn redis_py_uses_databases_transactions_and_blocking_commands() {
    let Some(python) = tool("python3") else {
        return;
    };
    let mut import = Command::new(&python);
    import.args(["-c", "import redis"]);
    if !run_to_end(import).0 {
        return skip("redis-py");
    }
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/clients/standalone.py");
    let server = Server::start(&[]);
    for protocol in ["2", "3"] {
        let mut command = Command::new(&python);
        command.arg(&script);
        command.args([&server.port.to_string(), protocol]);
        let (succeeded, text) = run_to_end(command);
        assert!(succeeded && text.trim_end().ends_with("ok"), "{text}");
    }
}

#[test]
fn redis_cli_waits_for_a_list() {
    let Some(cli) = tool("redis-cli") else {
        return;
    };
    let server = Server::start(&[]);
    let mut client = server.client();
    let port = server.port.to_string();
    let mut waiting = Command::new(&cli);
    waiting.args(["-p", &port, "-n", "3", "BRPOP", "jobs", "0"]);
    let waiting = waiting.stdin(Stdio::null()).stdout(Stdio::piped());
    let waiting = waiting.spawn().unwrap();
    client.wait_until(&["INFO", "clients"], |info| {
        info.contains("blocked_clients:1\r\n")
    });
    assert_eq!(client.text(&["RPUSH", "jobs", "elsewhere"]), "1");
    assert_eq!(client.text(&["SELECT", "3"]), "OK");
    assert_eq!(client.text(&["RPUSH", "jobs", "here"]), "1");
    let output = waiting.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "jobs\nhere\n");
    assert_eq!(client.text(&["EXISTS", "jobs"]), "0");
}

#[test]
fn redis_cli_speaks_of_databases_and_knows_of_no_cluster() {
    let server = Server::start(&[]);
    for (words, expected) in [
        (&["-n", "15", "SET", "k", "v"][..], "OK"),
        (&["-n", "16", "PING"], "ERR DB index is out of range"),
        (&["-n", "15", "MOVE", "k", "0"], "1"),
        (&["GET", "k"], "v"),
        (&["COPY", "k", "k", "DB", "2"], "1"),
        (&["SWAPDB", "2", "3"], "OK"),
        (&["-n", "3", "DBSIZE"], "1"),
        (&["FLUSHALL", "SYNC"], "OK"),
        (
            &["CLUSTER", "INFO"],
            "ERR This instance has cluster support disabled",
        ),
        (
            &["READONLY"],
            "ERR This instance has cluster support disabled",
        ),
    ] {
        if let Some(answer) = redis_cli(server.port, words) {
            assert!(answer.contains(expected), "{words:?}: {answer}");
        }
    }
}
