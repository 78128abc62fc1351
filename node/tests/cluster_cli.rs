//! redis-cli forms and judges a cluster of our nodes, started from plain redis.conf files, as it would redis-server's.

mod harness;

use std::path::Path;
use std::process::Command;

use harness::cluster::{Cluster, Node, run_to_end};
use harness::{shoal, tool};

const LINES: [&str; 2] = ["cluster-node-timeout 5000", "appendonly no"];

fn cluster_command(cli: &Path, words: &[&str]) -> String {
    let mut command = Command::new(cli);
    command.arg("--cluster").args(words);
    let (succeeded, text) = run_to_end(command);
    assert!(succeeded, "redis-cli --cluster {words:?}:\n{text}");
    text
}

#[test]
fn redis_cli_creates_checks_and_calls() {
    let Some(cli) = tool("redis-cli") else { return };
    let nodes: Vec<Node> = (0..6).map(|_| Node::start(shoal(), &LINES)).collect();
    let addresses: Vec<String> = nodes.iter().map(Node::address).collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();

    let words = [
        &["create"],
        &addresses[..],
        &["--cluster-replicas", "1", "--cluster-yes"],
    ];
    let created = cluster_command(&cli, &words.concat());
    assert!(
        created.contains("[OK] All 16384 slots covered."),
        "{created}"
    );

    let cluster = Cluster { nodes };
    let view = cluster.wait_until_healthy();
    assert_eq!(view.0.len(), 6);
    assert_eq!(view.0.values().filter(|line| line.is_primary()).count(), 3);

    let checked = cluster_command(&cli, &["check", addresses[4]]);
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

    let info = cluster_command(&cli, &["info", addresses[0]]);
    assert!(info.contains("[OK] 0 keys in 3 masters."), "{info}");

    let called = cluster_command(&cli, &["call", addresses[0], "PING"]);
    assert_eq!(called.matches(": PONG").count(), 6, "{called}");

    the_client_follows_redirections(&cli, &cluster);
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
