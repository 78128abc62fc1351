//! Our nodes and redis-server's as members of one cluster.
//!
//! `SHOAL_SOAK=1` watches the gossip for a minute instead of ten seconds.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod harness;

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use harness::cluster::{Cluster, Line, Node, View, run_to_end, wait_for_agreement, wait_long};
use harness::load::{ClusterClient, Outcome};
use harness::{shoal, text_of, tool};

const LINES: [&str; 3] = ["cluster-node-timeout 5000", "appendonly no", "save \"\""];
const KEYS: usize = 600;

/// Three primaries (ours, theirs, ours) and three replicas (theirs, ours, theirs).
fn form(cli: PathBuf, server: PathBuf) -> Cluster {
    let programs = [
        shoal(),
        server.clone(),
        shoal(),
        server.clone(),
        shoal(),
        server,
    ];
    let nodes: Vec<Node> = programs
        .into_iter()
        .map(|program| Node::start(program, &LINES))
        .collect();
    let mut command = Command::new(cli);
    command.args(["--cluster", "create"]);
    command.args(nodes.iter().map(Node::address));
    command.args(["--cluster-replicas", "1", "--cluster-yes"]);
    let (succeeded, text) = run_to_end(command);
    assert!(
        succeeded && text.contains("[OK] All 16384 slots covered."),
        "{text}"
    );
    let cluster = Cluster { nodes };
    cluster.wait_until_healthy();
    cluster
}

fn write_all(cluster: &Cluster) {
    let mut client = ClusterClient::new(cluster.nodes.iter().map(Node::address).collect());
    for n in 0..KEYS {
        let (key, hash) = (format!("s:{n}"), format!("h:{n}"));
        let commands: [(&str, &[&str]); 3] = [
            (&key, &["SET", &key, &format!("value {n}")]),
            (
                &hash,
                &["HSET", &hash, "field", &n.to_string(), "other", "text"],
            ),
            (&hash, &["PEXPIRE", &hash, "10000000"]),
        ];
        for (key, words) in commands {
            let outcome = client.ask(key, words);
            assert!(
                matches!(outcome, Outcome::Answer(..)),
                "{words:?}: {outcome:?}"
            );
        }
    }
}

/// All string keys and hashes of a node, in order.
fn contents(node: &Node) -> Vec<String> {
    let mut client = node.client();
    assert_eq!(client.text(&["READONLY"]), "OK");
    let keys = client.ask(&["KEYS", "*"]);
    let mut keys: Vec<String> = keys.as_items().unwrap().iter().map(text_of).collect();
    keys.sort();
    let mut found = Vec::new();
    for key in keys {
        let words: &[&str] = match key.starts_with('s') {
            true => &["GET", &key],
            false => &["HMGET", &key, "field", "other"],
        };
        let value = client.text(words);
        let expires = client.text(&["PEXPIRETIME", &key]);
        found.push(format!("{key} {value} {expires}"));
    }
    found
}

/// Gives every primary a replica of the other kind, whatever redis-cli dealt out.
fn pair_crosswise(cluster: &Cluster) {
    for (primary, replica) in [(0, 3), (1, 4), (2, 5)] {
        let id = cluster.nodes[primary].id();
        let answer = cluster.nodes[replica].text(&["CLUSTER", "REPLICATE", &id]);
        assert_eq!(answer, "OK");
        wait_long("the replica to follow its new primary", || {
            let followed = cluster.nodes[replica].view()?.0;
            let own = cluster.nodes[replica].id();
            (followed[&own].primary == id).then_some(())
        });
    }
    cluster.wait_until_healthy();
}

fn assert_copies_are_equal(cluster: &Cluster) {
    for (primary, replica) in [(0, 3), (1, 4), (2, 5)] {
        let (primary, replica) = (&cluster.nodes[primary], &cluster.nodes[replica]);
        wait_long("the copy to be equal", || {
            (contents(primary) == contents(replica)).then_some(())
        });
        assert!(contents(primary).len() > KEYS / 3);
    }
}

/// Watches for a while that nobody changes its mind.
fn watch(cluster: &Cluster, expected: &View) {
    let soak = std::env::var("SHOAL_SOAK").as_deref() == Ok("1");
    let end = Instant::now() + Duration::from_secs(if soak { 60 } else { 10 });
    while Instant::now() < end {
        // One look may fall into a doubt that passes; agreement must come back, and be the same.
        let view = wait_for_agreement(&cluster.all(), Duration::from_secs(10));
        assert_eq!(&view, expected);
    }
}

/// Neither kind complains about what the other kind says.
fn assert_nobody_complains(cluster: &Cluster) {
    for node in &cluster.nodes {
        let log = node.log();
        let complaints: Vec<&str> = log
            .lines()
            .filter(|line| {
                line.contains("unsupported") || line.contains("Bad") || line.contains("rror")
            })
            .collect();
        assert_eq!(complaints, Vec::<&str>::new());
    }
}

#[test]
fn ours_and_theirs_form_one_cluster() {
    let (Some(cli), Some(server)) = (tool("redis-cli"), tool("redis-server")) else {
        return;
    };
    let cluster = form(cli, server);
    write_all(&cluster);
    pair_crosswise(&cluster);
    assert_copies_are_equal(&cluster);
    let view = cluster.wait_until_healthy();
    assert_eq!(
        view.0
            .values()
            .filter(|line| Line::is_primary(line))
            .count(),
        3
    );
    watch(&cluster, &view);
    // The stream, after the copies.
    let mut client = ClusterClient::new(cluster.nodes.iter().map(Node::address).collect());
    for n in 0..KEYS {
        let key = format!("s:{n}");
        let outcome = client.ask(&key, &["APPEND", &key, " and more"]);
        assert!(matches!(outcome, Outcome::Answer(..)), "{outcome:?}");
    }
    assert_copies_are_equal(&cluster);
    assert_nobody_complains(&cluster);
}

/// Kills a primary of one kind and waits until the replica of the other kind has taken over.
fn fail_over(cluster: &mut Cluster, primary: usize, replica: usize) {
    cluster.nodes[primary].kill();
    let heir = &cluster.nodes[replica];
    wait_long("the replica to take over", || {
        (!heir.is_replica()).then_some(())
    });
    let survivors: Vec<&Node> = (0..6)
        .filter(|index| *index != primary)
        .map(|index| &cluster.nodes[index])
        .collect();
    wait_long("the cluster to be ok again", || {
        let ok = |node: &&Node| {
            node.fact(&["CLUSTER", "INFO"], "cluster_state").as_deref() == Some("ok")
        };
        survivors.iter().all(ok).then_some(())
    });
    let before = contents(heir);
    cluster.nodes[primary].restart();
    let returned = &cluster.nodes[primary];
    wait_long("the killed node to return as a replica", || {
        returned.is_synced_replica().then_some(())
    });
    wait_long("the copy to be equal", || {
        (contents(returned) == before).then_some(())
    });
    cluster.wait_until_healthy();
}

#[test]
fn each_kind_takes_over_from_the_other() {
    let (Some(cli), Some(server)) = (tool("redis-cli"), tool("redis-server")) else {
        return;
    };
    let mut cluster = form(cli, server);
    write_all(&cluster);
    pair_crosswise(&cluster);
    assert_copies_are_equal(&cluster);
    // Theirs takes over from ours, and ours from theirs; the others vote, whatever they are.
    fail_over(&mut cluster, 0, 3);
    fail_over(&mut cluster, 1, 4);
    // Back again, by request.
    for (primary, replica) in [(3, 0), (4, 1)] {
        let node = &cluster.nodes[replica];
        assert_eq!(node.text(&["CLUSTER", "FAILOVER"]), "OK");
        wait_long("the replica to be promoted", || {
            (!node.is_replica()).then_some(())
        });
        let old = &cluster.nodes[primary];
        wait_long("the old primary to follow", || {
            old.is_synced_replica().then_some(())
        });
    }
    cluster.wait_until_healthy();
    assert_copies_are_equal(&cluster);
}
