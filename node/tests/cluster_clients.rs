//! Client libraries use a cluster of our nodes, and are told about slots in redis-server's own words.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]
#![allow(clippy::print_stdout, reason = "and says what it measured")]

mod harness;

use std::path::PathBuf;
use std::process::Command;

use harness::cluster::{Cluster, Node, run_to_end, wait_long};
use harness::load::keys_in;
use harness::{shoal, skip, tool};

const LINES: [&str; 2] = ["cluster-node-timeout 5000", "appendonly no"];

fn script(name: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.join("tests/clients").join(name)
}

fn succeed(command: Command) {
    let (succeeded, text) = run_to_end(command);
    assert!(succeeded && text.trim_end().ends_with("ok"), "{text}");
}

#[test]
fn redis_py_uses_the_cluster_in_both_protocols() {
    let Some(python) = tool("python3") else {
        return;
    };
    let mut import = Command::new(&python);
    import.args(["-c", "import redis"]);
    if !run_to_end(import).0 {
        return skip("redis-py");
    }
    let cluster = Cluster::start(&LINES);
    for protocol in ["2", "3"] {
        let mut command = Command::new(&python);
        command.arg(script("redis_py.py"));
        command.args([&cluster.nodes[0].port.to_string(), protocol]);
        succeed(command);
    }
}

#[test]
fn ioredis_uses_the_cluster() {
    let Some(node) = tool("node") else { return };
    let home = std::env::var("HOME").unwrap_or_default();
    let root = std::env::var("SHOAL_NODE_MODULES").map_or_else(
        |_| PathBuf::from(home).join(".cache/shoal-node-modules"),
        PathBuf::from,
    );
    let modules = root.join("node_modules");
    if !modules.join("ioredis").is_dir() {
        return skip("ioredis");
    }
    let cluster = Cluster::start(&LINES);
    let mut command = Command::new(node);
    command.env("NODE_PATH", modules).arg(script("ioredis.cjs"));
    command.arg(cluster.nodes[0].port.to_string());
    succeed(command);
}

/// Asks what cannot be answered plainly, and returns what was said, with names for ports and ids.
struct Scene {
    cluster: Cluster,
    ids: Vec<String>,
    said: Vec<String>,
}

impl Scene {
    fn new(program: PathBuf) -> Self {
        let nodes = (0..6).map(|_| Node::start(program.clone(), &LINES));
        let cluster = Cluster::form(nodes.collect());
        let ids = cluster.nodes.iter().map(Node::id).collect();
        Self {
            cluster,
            ids,
            said: Vec::new(),
        }
    }

    fn ask(&mut self, node: usize, words: &[&str]) {
        self.ask_all(node, &[words]);
    }

    /// Several commands over one connection.
    fn ask_all(&mut self, node: usize, commands: &[&[&str]]) {
        let mut client = self.cluster.nodes[node].client();
        for words in commands {
            let answer = client.text(words);
            let line = format!("{node}> {}: {answer}", words.join(" "));
            self.said.push(self.anonymous(&line));
        }
    }

    fn anonymous(&self, line: &str) -> String {
        let mut line = line.to_owned();
        for (index, node) in self.cluster.nodes.iter().enumerate() {
            line = line.replace(&self.ids[index], &format!("<id {index}>"));
            line = line.replace(&format!(":{}", node.port), &format!(":<port {index}>"));
        }
        line
    }

    /// Moves a slot from the first primary to the second, asking at each step.
    fn migrate(&mut self) {
        let tag = keys_in("m", 0..=5460, 1).remove(0);
        let (there, gone) = (format!("{{{tag}}}there"), format!("{{{tag}}}gone"));
        let slot = self.cluster.nodes[0].text(&["CLUSTER", "KEYSLOT", &tag]);
        let (source, target) = (self.ids[0].clone(), self.ids[1].clone());
        self.ask(0, &["SET", &there, "v"]);
        self.ask(1, &["CLUSTER", "SETSLOT", &slot, "IMPORTING", &source]);
        self.ask(0, &["CLUSTER", "SETSLOT", &slot, "MIGRATING", &target]);
        self.ask(0, &["GET", &there]);
        self.ask(0, &["GET", &gone]);
        self.ask(0, &["MGET", &there, &gone]);
        self.ask(0, &["MGET", &gone, &gone]);
        self.ask(1, &["GET", &there]);
        self.ask_all(1, &[&["ASKING"], &["GET", &there], &["GET", &there]]);
        self.ask_all(1, &[&["ASKING"], &["MGET", &there, &gone]]);
        self.ask_all(1, &[&["ASKING"], &["SET", &gone, "w"]]);
        self.ask_all(1, &[&["ASKING"], &["MGET", &there, &gone]]);
        self.ask(0, &["CLUSTER", "SETSLOT", &slot, "NODE", &target]);
        self.ask(0, &["DEL", &there]);
        self.ask(1, &["CLUSTER", "SETSLOT", &slot, "NODE", &target]);
        self.ask(0, &["CLUSTER", "SETSLOT", &slot, "NODE", &target]);
        self.ask(0, &["GET", &gone]);
        self.ask(1, &["GET", &gone]);
    }

    fn play(mut self) -> Vec<String> {
        self.ask(0, &["MGET", "a", "b"]);
        self.ask(0, &["MSET", "a", "1", "b", "2", "c"]);
        self.ask(0, &["DEL", "a", "b", "c"]);
        for node in 0..6 {
            self.ask(node, &["GET", "user:1"]);
            self.ask(node, &["SET", "foo", "bar"]);
            self.ask_all(
                node,
                &[&["READONLY"], &["GET", "{foo}none"], &["SET", "foo", "v"]],
            );
        }
        self.migrate();
        self.replicas_speak();
        self.go_down();
        self.said
    }

    fn replicas_speak(&mut self) {
        for words in [
            &["CLUSTER", "FAILOVER", "NOW"][..],
            &["CLUSTER", "ADDSLOTS", "1"],
            &[
                "CLUSTER",
                "REPLICATE",
                "0123456789012345678901234567890123456789",
            ],
            &["CLUSTER", "SETSLOT", "1", "STABLE"],
            &["CLUSTER", "FOO"],
            &["CLUSTER", "MEET", "127.0.0.1:7000"],
            &["CLUSTER", "COUNTKEYSINSLOT", "16384"],
        ] {
            self.ask(0, words);
            self.ask(3, words);
        }
        self.ask(0, &["CLUSTER", "FAILOVER"]);
    }

    /// A slot that nobody serves stops the cluster, which says so in two different ways.
    fn go_down(&mut self) {
        let slot = self.cluster.nodes[0].text(&["CLUSTER", "KEYSLOT", "user:1"]);
        for node in 0..3 {
            self.cluster.nodes[node].text(&["CLUSTER", "DELSLOTS", &slot]);
        }
        for node in 0..3 {
            let node = &self.cluster.nodes[node];
            wait_long("the cluster to be down", || {
                let state = node.fact(&["CLUSTER", "INFO"], "cluster_state")?;
                (state == "fail").then_some(())
            });
        }
        for node in 0..3 {
            self.ask(node, &["GET", "user:1"]);
            self.ask(node, &["GET", "foo"]);
        }
    }
}

#[test]
fn refusals_and_redirections_are_redis_servers_own() {
    let Some(server) = tool("redis-server") else {
        return;
    };
    let theirs = Scene::new(server).play();
    let ours = Scene::new(shoal()).play();
    let differences: Vec<_> = ours.iter().zip(&theirs).filter(|(a, b)| a != b).collect();
    assert!(differences.is_empty(), "ours, theirs: {differences:#?}");
    assert_eq!(ours.len(), theirs.len());
    for word in [
        "-MOVED 12182 ",
        "-ASK ",
        "-TRYAGAIN ",
        "-CROSSSLOT ",
        "-CLUSTERDOWN ",
    ] {
        assert!(
            ours.iter().any(|line| line.contains(word)),
            "{word} was never said"
        );
    }
}
