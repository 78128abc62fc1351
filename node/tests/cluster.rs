//! Whole clusters of real processes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod harness;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use harness::{Client, Server, free_port, redis_cli, shoal, tool, wait_for};

/// Three primaries with all slots between them, met and serving.
fn three_primaries() -> Vec<Server> {
    let nodes: Vec<Server> = (0..3).map(|_| Server::start_node(&[])).collect();
    let ranges = [("0", "5460"), ("5461", "10922"), ("10923", "16383")];
    for ((index, node), (first, last)) in nodes.iter().enumerate().zip(ranges) {
        let mut client = node.client();
        assert_eq!(
            client.text(&["CLUSTER", "SET-CONFIG-EPOCH", &(index + 1).to_string()]),
            "OK"
        );
        assert_eq!(
            client.text(&["CLUSTER", "ADDSLOTSRANGE", first, last]),
            "OK"
        );
    }
    let mut first = nodes[0].client();
    for node in &nodes[1..] {
        assert_eq!(
            first.text(&["CLUSTER", "MEET", "127.0.0.1", &node.port.to_string()]),
            "OK"
        );
    }
    wait_until_ok(&nodes, 3);
    nodes
}

fn wait_until_ok(nodes: &[Server], known: usize) {
    let known = format!("cluster_known_nodes:{known}\r\n");
    for node in nodes {
        let fits = |info: &str| info.contains("cluster_state:ok") && info.contains(&known);
        node.client().wait_until(&["CLUSTER", "INFO"], fits);
    }
}

fn add_replica(of: &Server, known: usize) -> Server {
    let replica = Server::start_node(&["--repl-diskless-sync-delay", "0"]);
    let mut client = replica.client();
    let id = of.client().text(&["CLUSTER", "MYID"]);
    assert_eq!(
        client.text(&["CLUSTER", "MEET", "127.0.0.1", &of.port.to_string()]),
        "OK"
    );
    let known = format!("cluster_known_nodes:{known}\r\n");
    client.wait_until(&["CLUSTER", "INFO"], |info| info.contains(&known));
    client.wait_until(&["CLUSTER", "REPLICATE", &id], |answer| answer == "OK");
    client.wait_until(&["INFO", "replication"], |info| {
        info.contains("master_link_status:up")
    });
    replica
}

#[test]
fn clients_are_sent_to_the_owner() {
    let nodes = three_primaries();
    // user:1 hashes to slot 10778, which the second node owns.
    let moved = format!("-MOVED 10778 127.0.0.1:{}", nodes[1].port);
    assert_eq!(nodes[0].client().text(&["SET", "user:1", "Alice"]), moved);
    assert_eq!(nodes[1].client().text(&["SET", "user:1", "Alice"]), "OK");
    assert_eq!(nodes[2].client().text(&["GET", "user:1"]), moved);
    if let Some(answer) = redis_cli(nodes[0].port, &["-c", "GET", "user:1"]) {
        assert_eq!(answer, "Alice");
    }
    if let Some(answer) = redis_cli(
        nodes[0].port,
        &[
            "--cluster",
            "check",
            &format!("127.0.0.1:{}", nodes[0].port),
        ],
    ) {
        assert!(answer.contains("[OK] All 16384 slots covered."), "{answer}");
    }
}

#[test]
fn a_replica_has_the_data_and_takes_over_when_its_primary_dies() {
    let mut nodes = three_primaries();
    // key2 is in slot 4998, the first node's.
    assert_eq!(nodes[0].client().text(&["SET", "key2", "kept"]), "OK");
    let replica = add_replica(&nodes[0], 4);
    let mut client = replica.client();
    assert_eq!(client.text(&["READONLY"]), "OK");
    client.wait_until(&["GET", "key2"], |answer| answer == "kept");
    assert_eq!(nodes[0].client().text(&["SET", "key3", "streamed"]), "OK");
    client.wait_until(&["GET", "key3"], |answer| {
        answer == "streamed" || answer.starts_with("-MOVED")
    });
    nodes[0].kill();
    client.wait_until(&["ROLE"], |role| role.starts_with("master"));
    client.wait_until(&["CLUSTER", "INFO"], |info| {
        info.contains("cluster_state:ok")
    });
    assert_eq!(client.text(&["SET", "key2", "again"]), "OK");
    // The old primary comes back as a replica of the new one.
    nodes[0].restart();
    let mut old = nodes[0].client();
    old.wait_until(&["ROLE"], |role| role.starts_with("slave"));
    old.text(&["READONLY"]);
    old.wait_until(&["GET", "key2"], |answer| answer == "again");
}

#[test]
fn a_planned_failover_loses_nothing() {
    let nodes = three_primaries();
    let replica = add_replica(&nodes[0], 4);
    let mut primary = nodes[0].client();
    for number in 0..100 {
        let answer = primary.text(&["SET", &format!("{{key2}}{number}"), "v"]);
        assert_eq!(answer, "OK");
    }
    let mut client = replica.client();
    assert_eq!(client.text(&["CLUSTER", "FAILOVER"]), "OK");
    client.wait_until(&["ROLE"], |role| role.starts_with("master"));
    for number in 0..100 {
        client.wait_until(&["GET", &format!("{{key2}}{number}")], |answer| {
            answer == "v"
        });
    }
    primary.wait_until(&["ROLE"], |role| role.starts_with("slave"));
}

/// `shoal local` as a person runs it.
struct Local {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Local {
    fn start(words: &[&str]) -> Self {
        let mut child = Command::new(shoal())
            .arg("local")
            .args(words)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    fn read_until(&mut self, word: &str) -> String {
        let mut all = String::new();
        for line in self.lines.by_ref() {
            let line = line.unwrap();
            all += &line;
            all.push('\n');
            if line.contains(word) {
                return all;
            }
        }
        panic!("it never said {word}: {all}");
    }

    fn interrupt(mut self) {
        let status = Command::new("kill")
            .args(["-INT", &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            // Politely, since it has to stop its nodes.
            let _ = Command::new("kill")
                .arg(self.child.id().to_string())
                .status();
            let _ = self.child.wait();
        }
    }
}

/// A base port with room for six nodes.
fn base_port() -> u16 {
    wait_for("six free ports", || {
        let base = free_port();
        (0..6)
            .all(|n| std::net::TcpListener::bind(("127.0.0.1", base + n)).is_ok())
            .then_some(base)
    })
}

#[test]
fn a_local_cluster_serves_stops_and_comes_back() {
    let directory = tempfile::tempdir().unwrap();
    let base = base_port();
    let port = base.to_string();
    let words = [
        "--base-port",
        &port,
        "--dir",
        directory.path().to_str().unwrap(),
    ];
    let mut local = Local::start(&words);
    let said = local.read_until("Ctrl-C stops");
    assert_eq!(said.matches("  replica  ").count(), 3, "{said}");
    assert_eq!(said.matches("  primary  ").count(), 3, "{said}");
    for offset in 0..6 {
        let mut client = Client::try_connect(base + offset).unwrap();
        assert!(
            client
                .text(&["CLUSTER", "INFO"])
                .contains("cluster_state:ok")
        );
    }
    let id = Client::try_connect(base)
        .unwrap()
        .text(&["CLUSTER", "MYID"]);
    local.interrupt();
    assert!(Client::try_connect(base).is_none(), "a node stayed behind");
    let mut local = Local::start(&words);
    let said = local.read_until("Ctrl-C stops");
    assert!(said.contains("was here before"), "{said}");
    assert_eq!(
        Client::try_connect(base)
            .unwrap()
            .text(&["CLUSTER", "MYID"]),
        id
    );
    local.interrupt();
}

#[test]
fn a_local_cluster_does_not_take_a_foreign_port() {
    let directory = tempfile::tempdir().unwrap();
    let foreign = Server::start(&[]);
    let port = foreign.port.to_string();
    let words = [
        "local",
        "--base-port",
        &port,
        "--dir",
        directory.path().to_str().unwrap(),
    ];
    let output = harness::run(&shoal(), &words);
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("Address already in use"), "{said}");
}

#[test]
fn redis_cli_creates_a_cluster() {
    let Some(cli) = tool("redis-cli") else { return };
    let nodes: Vec<Server> = (0..6)
        .map(|_| Server::start_node(&["--repl-diskless-sync-delay", "0"]))
        .collect();
    let addresses: Vec<String> = nodes
        .iter()
        .map(|node| format!("127.0.0.1:{}", node.port))
        .collect();
    let mut words = vec!["--cluster", "create"];
    words.extend(addresses.iter().map(String::as_str));
    words.extend(["--cluster-replicas", "1", "--cluster-yes"]);
    let output = harness::run(&cli, &words);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("[OK] All 16384 slots covered."), "{said}");
    wait_until_ok(&nodes, 6);
}

#[test]
fn a_mixed_cluster_with_redis_server_serves() {
    let Some(real) = tool("redis-server") else {
        return;
    };
    let ours = Server::start_node(&["--repl-diskless-sync-delay", "0"]);
    let words = [
        "--cluster-enabled",
        "yes",
        "--cluster-node-timeout",
        "1000",
        "--repl-diskless-sync-delay",
        "0",
    ];
    let theirs = Server::start_program(&real, &words);
    let (mut our_client, mut their_client) = (ours.client(), theirs.client());
    assert_eq!(
        our_client.text(&["CLUSTER", "ADDSLOTSRANGE", "0", "8191"]),
        "OK"
    );
    assert_eq!(
        their_client.text(&["CLUSTER", "ADDSLOTSRANGE", "8192", "16383"]),
        "OK"
    );
    assert_eq!(
        our_client.text(&["CLUSTER", "MEET", "127.0.0.1", &theirs.port.to_string()]),
        "OK"
    );
    let nodes = [ours, theirs];
    wait_until_ok(&nodes, 2);
    // user:1 is in slot 10778, key2 in slot 4998.
    assert_eq!(
        our_client.text(&["SET", "user:1", "x"]),
        format!("-MOVED 10778 127.0.0.1:{}", nodes[1].port)
    );
    assert_eq!(
        their_client.text(&["SET", "key2", "x"]),
        format!("-MOVED 4998 127.0.0.1:{}", nodes[0].port)
    );
}
