//! redis-cli forms and judges a cluster of our nodes, started from plain redis.conf files, as it would redis-server's.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod harness;

use std::path::Path;
use std::process::Command;

use harness::cluster::{AGREEMENT, Cluster, Node, run_to_end, wait_for_agreement, wait_long};
use harness::{shoal, tool};

const LINES: [&str; 2] = ["cluster-node-timeout 5000", "appendonly no"];

fn cluster_command(cli: &Path, words: &[&str]) -> String {
    let mut command = Command::new(cli);
    command.arg("--cluster").args(words);
    let (succeeded, text) = run_to_end(command);
    assert!(succeeded, "redis-cli --cluster {words:?}:\n{text}");
    text
}

/// Six nodes as one cluster, formed by redis-cli; and what it said.
fn create(cli: &Path) -> (Cluster, String) {
    let nodes: Vec<Node> = (0..6).map(|_| Node::start(shoal(), &LINES)).collect();
    let addresses: Vec<String> = nodes.iter().map(Node::address).collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let words = [
        &["create"],
        &addresses[..],
        &["--cluster-replicas", "1", "--cluster-yes"],
    ];
    let said = cluster_command(cli, &words.concat());
    let cluster = Cluster { nodes };
    let view = cluster.wait_until_healthy();
    assert_eq!(view.0.len(), 6);
    assert_eq!(view.0.values().filter(|line| line.is_primary()).count(), 3);
    (cluster, said)
}

#[test]
fn redis_cli_creates_checks_and_calls() {
    let Some(cli) = tool("redis-cli") else { return };
    let (cluster, created) = create(&cli);
    assert!(
        created.contains("[OK] All 16384 slots covered."),
        "{created}"
    );
    let first = cluster.nodes[0].address();

    let checked = cluster_command(&cli, &["check", &cluster.nodes[4].address()]);
    for line in [
        "[OK] All nodes agree about slots configuration.",
        "[OK] All 16384 slots covered.",
    ] {
        assert!(checked.contains(line), "{checked}");
    }
    assert!(
        !checked.contains("[ERR]") && !checked.contains("[WARNING]"),
        "{checked}"
    );

    let info = cluster_command(&cli, &["info", &first]);
    assert!(info.contains("[OK] 0 keys in 3 masters."), "{info}");

    let called = cluster_command(&cli, &["call", &first, "PING"]);
    assert_eq!(called.matches(": PONG").count(), 6, "{called}");

    the_client_follows_redirections(&cli, &cluster);
}

#[test]
fn redis_cli_moves_slots_and_nodes() {
    let Some(cli) = tool("redis-cli") else { return };
    let (cluster, _) = create(&cli);
    let first = cluster.nodes[0].address();
    let (from, to) = (cluster.nodes[0].id(), cluster.nodes[1].id());
    let words = ["--cluster-from", &from, "--cluster-to", &to];
    let slots = ["--cluster-slots", "20", "--cluster-yes"];
    cluster_command(
        &cli,
        &[&["reshard", first.as_str()], &words[..], &slots].concat(),
    );
    let view = cluster.wait_until_healthy();
    assert_eq!(view.0[&from].slots, ["20-5460"]);
    assert_eq!(view.0[&to].slots, ["0-19", "5461-10922"]);

    let rebalanced = cluster_command(&cli, &["rebalance", &first, "--cluster-threshold", "0"]);
    assert!(!rebalanced.contains("[ERR]"), "{rebalanced}");
    let timeouts = cluster_command(&cli, &["set-timeout", &first, "3000"]);
    assert!(timeouts.contains("6 OK, 0 ERR"), "{timeouts}");

    let seventh = Node::start(shoal(), &LINES);
    let added = cluster_command(&cli, &["add-node", &seventh.address(), &first]);
    assert!(added.contains("[OK] New node added correctly."), "{added}");
    let mut all = cluster.all();
    all.push(&seventh);
    let id = seventh.id();
    wait_long("everybody to know the new node", || {
        let view = wait_for_agreement(&all, AGREEMENT);
        (view.0.len() == 7).then_some(())
    });
    cluster_command(&cli, &["del-node", &first, &id]);
    wait_long("everybody to have forgotten it", || {
        let view = wait_for_agreement(&cluster.all(), AGREEMENT);
        (view.0.len() == 6).then_some(())
    });
    let checked = cluster_command(&cli, &["fix", &first]);
    assert!(
        checked.contains("[OK] All 16384 slots covered."),
        "{checked}"
    );
}

fn the_client_follows_redirections(cli: &Path, cluster: &Cluster) {
    for (index, node) in cluster.nodes.iter().enumerate() {
        let (port, key, value) = (node.port.to_string(), format!("user:{index}"), "Alice");
        let ask = |words: &[&str]| {
            let mut command = Command::new(cli);
            command.args(["-c", "-p", &port]).args(words);
            run_to_end(command).1
        };
        assert_eq!(ask(&["SET", &key, value]), "OK\n");
        assert_eq!(ask(&["GET", &key]), "Alice\n");
    }
}
