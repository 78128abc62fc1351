//! `shoal local`: the first thing anybody tries.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]
#![allow(clippy::print_stdout, reason = "and says what it measured")]

mod harness;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use harness::{Client, free_port, redis_cli, shoal, wait_for};

/// The promise is three seconds for the released binary on an idle machine. Here the binary is barely optimised
/// and other builds and tests share the processors, so the test only catches what is out of proportion.
const READY_MAX: Duration = Duration::from_secs(if cfg!(debug_assertions) { 12 } else { 6 });

/// Six ports in a row that are free, with their bus ports.
fn free_row() -> u16 {
    wait_for("six free ports in a row", || {
        let first = free_port();
        let free = |port| std::net::TcpListener::bind(("127.0.0.1", port)).is_ok();
        let row = first..first.checked_add(6)?;
        row.clone()
            .chain(first + 10_000..first + 10_006)
            .all(free)
            .then_some(first)
    })
}

/// The process, interrupted when the test ends, whatever happened.
struct Local(Child);

impl Local {
    fn interrupt(&self) {
        let pid = self.0.id().to_string();
        let _ = Command::new("kill").args(["-INT", &pid]).status();
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait() {
            // Killing it would leave its nodes behind.
            self.interrupt();
            let _ = self.0.wait();
        }
    }
}

#[test]
fn six_nodes_serve_soon_and_end_with_ctrl_c() {
    let (first, home) = (free_row(), tempfile::tempdir().unwrap());
    let started = Instant::now();
    let child = Command::new(shoal())
        .args(["local", "--base-port", &first.to_string(), "--dir"])
        .arg(home.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut local = Local(child);
    let mut lines = BufReader::new(local.0.stdout.take().unwrap()).lines();

    let ports = first..first + 6;
    for port in ports.clone() {
        let mut client = wait_for("a node", || Client::try_connect(port));
        client.wait_until(&["CLUSTER", "INFO"], |info| {
            info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:6")
        });
    }
    let took = started.elapsed();
    println!("cluster_state:ok on six nodes after {took:?}");
    assert!(took < READY_MAX, "{took:?}");

    let said: Vec<String> = lines
        .by_ref()
        .map(Result::unwrap)
        .take_while(|line| !line.starts_with("Ctrl-C"))
        .collect();
    let connect = format!("Connect with:  redis-cli -c -p {first}");
    assert!(said.contains(&connect), "{said:#?}");
    for (words, expected) in [
        (&["-c", "SET", "user:1", "Alice"], "OK"),
        (&["-c", "SET", "user:2", "Bob"], "OK"),
    ] {
        if let Some(answer) = redis_cli(first, words) {
            assert_eq!(answer, expected);
        }
    }

    local.interrupt();
    let status = wait_for("the end", || local.0.try_wait().unwrap());
    assert!(status.success(), "{status}");
    for port in ports {
        assert!(Client::try_connect(port).is_none(), "{port} still accepts");
    }
}
