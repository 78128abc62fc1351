//! Clusters of real processes, ours and redis-server, each started from a redis.conf of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::netns::Place;
use super::{Client, free_port, shoal, wait_for};

/// How long clusters may take to agree: a failover with all its delays, on a slow machine.
pub(crate) const AGREEMENT: Duration = Duration::from_secs(60);

/// A member of a cluster.
pub(crate) struct Node {
    pub(crate) port: u16,
    pub(crate) place: Place,
    program: PathBuf,
    home: TempDir,
    child: Option<Child>,
}

impl Node {
    /// Starts a member from a redis.conf with these lines, on a free port of this machine.
    pub(crate) fn start(program: PathBuf, lines: &[&str]) -> Self {
        Self::start_at(program, Place::here(), free_port(), lines)
    }

    /// As [`Self::start`], anywhere.
    pub(crate) fn start_at(program: PathBuf, place: Place, port: u16, lines: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let text = format!(
            "port {port}\nlogfile log.txt\ncluster-enabled yes\ncluster-config-file nodes.conf\n{}\n",
            lines.join("\n")
        );
        std::fs::write(home.path().join("redis.conf"), text).unwrap();
        let mut node = Self {
            port,
            place,
            program,
            home,
            child: None,
        };
        node.restart();
        node
    }

    /// Starts the process, again if it ended, and waits until it answers.
    pub(crate) fn restart(&mut self) {
        self.spawn();
        wait_for("the node to answer", || {
            self.expect_alive();
            self.try_client()?.try_ask(&["PING"])
        });
    }

    fn spawn(&mut self) {
        let mut command = self.place.command(&self.program);
        command
            .arg("redis.conf")
            .current_dir(self.home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        self.child = Some(command.spawn().unwrap());
    }

    /// Fails the test if the process ended by itself.
    pub(crate) fn expect_alive(&mut self) {
        let log = self.log();
        let Some(child) = self.child.as_mut() else {
            return;
        };
        if let Some(status) = child.try_wait().unwrap() {
            panic!("the node on port {} ended with {status}:\n{log}", self.port);
        }
    }

    /// `kill -9`; everything else about the node stays.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Sends a signal to the process.
    pub(crate) fn signal(&self, signal: &str) {
        let pid = self
            .child
            .as_ref()
            .expect("a running node")
            .id()
            .to_string();
        let status = Command::new("kill").args([signal, &pid]).status().unwrap();
        assert!(status.success());
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.home.path().join("log.txt")).unwrap_or_default()
    }

    pub(crate) fn try_client(&self) -> Option<Client> {
        self.place.connect(&self.address())
    }

    pub(crate) fn client(&self) -> Client {
        wait_for("a connection", || self.try_client())
    }

    /// One command over a connection of its own.
    pub(crate) fn text(&self, words: &[&str]) -> String {
        self.client().text(words)
    }

    pub(crate) fn id(&self) -> String {
        self.text(&["CLUSTER", "MYID"])
    }

    /// As it stands in MOVED and CLUSTER NODES.
    pub(crate) fn address(&self) -> String {
        format!("{}:{}", self.place.ip(), self.port)
    }

    /// The value of a line of an INFO-like answer.
    pub(crate) fn fact(&self, words: &[&str], name: &str) -> Option<String> {
        let text = self.try_client()?.try_ask(words)?;
        let text = super::text_of(&text);
        text.lines()
            .find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(':')?.trim().into()))
    }

    /// How this node sees the cluster; `None` if it does not answer.
    pub(crate) fn view(&self) -> Option<View> {
        let answer = self.try_client()?.try_ask(&["CLUSTER", "NODES"])?;
        Some(View::parse(&super::text_of(&answer)))
    }

    pub(crate) fn is_replica(&self) -> bool {
        self.fact(&["INFO", "replication"], "role").as_deref() == Some("slave")
    }

    /// Whether it is a replica whose copy is complete and being kept up to date.
    pub(crate) fn is_synced_replica(&self) -> bool {
        self.is_replica()
            && self
                .fact(&["INFO", "replication"], "master_link_status")
                .as_deref()
                == Some("up")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("log of the node on {}:\n{}", self.address(), self.log());
        }
    }
}

/// What one line of CLUSTER NODES says, without what may differ between observers (myself, times, links).
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Line {
    pub(crate) address: String,
    pub(crate) flags: BTreeSet<String>,
    pub(crate) primary: String,
    pub(crate) epoch: u64,
    pub(crate) slots: Vec<String>,
}

impl Line {
    pub(crate) fn is_primary(&self) -> bool {
        self.flags.contains("master")
    }

    pub(crate) fn is_failed(&self) -> bool {
        self.flags.contains("fail")
    }

    fn is_about(&self, node: &Node) -> bool {
        let client_address = self.address.split('@').next();
        client_address == Some(node.address().as_str())
    }

    pub(crate) fn is_steady(&self) -> bool {
        let passing = ["fail?", "handshake", "noaddr"];
        passing.iter().all(|flag| !self.flags.contains(*flag))
    }
}

/// CLUSTER NODES of one node, by node id.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct View(pub(crate) BTreeMap<String, Line>);

impl View {
    fn parse(text: &str) -> Self {
        let line = |line: &str| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let flags = words[2].split(',').filter(|flag| *flag != "myself");
            let line = Line {
                address: words[1].split(',').next().unwrap_or_default().to_owned(),
                flags: flags.map(str::to_owned).collect(),
                primary: words[3].to_owned(),
                epoch: words[6].parse().unwrap(),
                slots: words[8..].iter().map(ToString::to_string).collect(),
            };
            (words[0].to_owned(), line)
        };
        Self(text.lines().map(line).collect())
    }

    /// The line about a node.
    pub(crate) fn of(&self, node: &Node) -> Option<&Line> {
        self.0.values().find(|line| line.is_about(node))
    }
}

/// Waits until all these nodes see the same cluster, without doubts, and returns what they see.
pub(crate) fn wait_for_agreement(nodes: &[&Node], within: Duration) -> View {
    let deadline = Instant::now() + within;
    loop {
        let views: Vec<Option<View>> = nodes.iter().map(|node| node.view()).collect();
        let first = views.first().cloned().flatten();
        if let Some(view) = first
            && view.0.values().all(Line::is_steady)
            && views.iter().all(|other| other.as_ref() == Some(&view))
        {
            return view;
        }
        assert!(
            Instant::now() < deadline,
            "no agreement after {within:?}: {views:#?}"
        );
        std::thread::sleep(super::POLL);
    }
}

/// Waits for anything about a node, longer than [`wait_for`] does.
pub(crate) fn wait_long<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + AGREEMENT;
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(Instant::now() < deadline, "still waiting for: {what}");
        std::thread::sleep(super::POLL);
    }
}

/// Primaries first, then one replica for each, in the same order.
pub(crate) struct Cluster {
    pub(crate) nodes: Vec<Node>,
}

impl Cluster {
    /// Three primaries and three replicas of our own, formed by commands.
    pub(crate) fn start(lines: &[&str]) -> Self {
        let nodes = (0..6).map(|_| Node::start(shoal(), lines)).collect();
        Self::form(nodes)
    }

    /// Makes one cluster of fresh nodes: the first half are primaries, the other half their replicas.
    pub(crate) fn form(nodes: Vec<Node>) -> Self {
        let primaries = nodes.len() / 2;
        for (index, node) in nodes.iter().enumerate() {
            let epoch = (index + 1).to_string();
            assert_eq!(node.text(&["CLUSTER", "SET-CONFIG-EPOCH", &epoch]), "OK");
            if index < primaries {
                let first = (16_384 * index / primaries).to_string();
                let last = (16_384 * (index + 1) / primaries - 1).to_string();
                assert_eq!(
                    node.text(&["CLUSTER", "ADDSLOTSRANGE", &first, &last]),
                    "OK"
                );
            }
        }
        for other in &nodes[1..] {
            let (ip, port) = (other.place.ip(), other.port.to_string());
            assert_eq!(nodes[0].text(&["CLUSTER", "MEET", &ip, &port]), "OK");
        }
        let cluster = Self { nodes };
        cluster.wait_until_all_know_all();
        for index in primaries..cluster.nodes.len() {
            let primary = cluster.nodes[index - primaries].id();
            let replica = &cluster.nodes[index];
            assert_eq!(replica.text(&["CLUSTER", "REPLICATE", &primary]), "OK");
        }
        cluster.wait_until_healthy();
        cluster
    }

    pub(crate) fn all(&self) -> Vec<&Node> {
        self.nodes.iter().collect()
    }

    fn wait_until_all_know_all(&self) {
        let count = self.nodes.len();
        wait_long("all nodes to know each other", || {
            let knows = |node: &Node| {
                node.view().is_some_and(|view| {
                    view.0.len() == count && view.0.values().all(Line::is_steady)
                })
            };
            self.nodes.iter().all(knows).then_some(())
        });
    }

    /// Waits until every node serves, every replica is in sync, and all agree; returns what they see.
    pub(crate) fn wait_until_healthy(&self) -> View {
        for node in &self.nodes {
            wait_long("the cluster to be ok", || {
                let state = node.fact(&["CLUSTER", "INFO"], "cluster_state")?;
                (state == "ok").then_some(())
            });
        }
        for node in &self.nodes {
            wait_long("replicas to be in sync", || {
                let role = node.fact(&["INFO", "replication"], "role")?;
                (role == "master" || node.is_synced_replica()).then_some(())
            });
        }
        let view = wait_for_agreement(&self.all(), AGREEMENT);
        assert!(view.0.values().all(|line| !line.is_failed()), "{view:#?}");
        view
    }

    /// Where the primary of this node's shard is now, and where one of its replicas is, by index.
    pub(crate) fn shard_of(&self, index: usize) -> (usize, usize) {
        let view = self.nodes[index].view().unwrap();
        let own = self.nodes[index].id();
        let primary = match view.0[&own].primary.as_str() {
            "-" => own,
            primary => primary.to_owned(),
        };
        let of_id = |id: &str| {
            let line = &view.0[id];
            let about = |node: &Node| line.is_about(node);
            self.nodes.iter().position(about).unwrap()
        };
        let replica = view.0.iter().find(|(_, line)| line.primary == primary);
        (of_id(&primary), of_id(replica.unwrap().0))
    }
}

/// Runs a program with nothing to read and returns whether it succeeded and all it wrote.
pub(crate) fn run_to_end(mut command: Command) -> (bool, String) {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}
