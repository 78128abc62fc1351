//! The processes of a local cluster: starting, watching, stopping.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::time::{Instant, sleep};

use super::wire::Client;
use super::{Options, say};

/// How often conditions are looked at.
pub(crate) const POLL: Duration = Duration::from_millis(20);
/// How many lines of a log are shown when its node could not start.
const LOG_LINES: usize = 5;

/// One node.
pub(crate) struct Node {
    pub(crate) port: u16,
    child: Child,
    log: PathBuf,
    client: Option<Client>,
    /// Whether its end was already reported.
    gone: bool,
}

/// All nodes, primaries first.
pub(crate) struct Nodes(pub(crate) Vec<Node>);

impl Nodes {
    /// Starts a process per port.
    pub(crate) fn start(options: &Options, ports: &[u16]) -> Result<Self, String> {
        let directory = options.directory();
        say(&format!(
            "Starting {} nodes in {} ...",
            ports.len(),
            directory.display()
        ));
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut nodes = Self(Vec::new());
        for port in ports {
            let home = directory.join(port.to_string());
            std::fs::create_dir_all(&home)
                .map_err(|error| format!("Cannot make {}: {error}", home.display()))?;
            let log = home.join("node.log");
            let words = [
                ("--port", port.to_string()),
                ("--bind", "127.0.0.1".into()),
                ("--dir", home.display().to_string()),
                ("--logfile", "node.log".into()),
                ("--cluster-enabled", "yes".into()),
                ("--cluster-config-file", "nodes.conf".into()),
                // Nobody else is expected to join a synchronisation, so there is nothing to wait for.
                ("--repl-diskless-sync-delay", "0".into()),
                ("--cluster-node-timeout", options.node_timeout.to_string()),
            ];
            let child = Command::new(&program)
                .args(
                    words
                        .iter()
                        .flat_map(|(name, value)| [*name, value.as_str()]),
                )
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                // Ctrl-C is for us: the nodes are stopped by us, in order.
                .process_group(0)
                .spawn()
                .map_err(|error| format!("Cannot start a node: {error}"))?;
            nodes.0.push(Node {
                port: *port,
                child,
                log,
                client: None,
                gone: false,
            });
        }
        Ok(nodes)
    }

    /// Says when a node ends by itself; never ends. A cluster can lose nodes, and trying that out is what
    /// many start one for.
    pub(crate) async fn watch(&mut self) -> Result<(), String> {
        loop {
            sleep(Duration::from_millis(200)).await;
            for node in &mut self.0 {
                if let (Ok(Some(status)), false) = (node.child.try_wait(), node.gone) {
                    node.gone = true;
                    say(&format!(
                        "Node {} ended: {status} (its log: {})",
                        node.port,
                        node.log.display()
                    ));
                }
            }
        }
    }

    /// Stops all nodes: first politely, then for sure.
    pub(crate) async fn stop(mut self, patience: Duration) {
        for node in &mut self.0 {
            if let Ok(None) = node.child.try_wait() {
                // It may have ended since; then there is nobody to signal.
                let _ = kill_process(Pid::from_child(&node.child), Signal::TERM);
            }
        }
        let deadline = Instant::now() + patience;
        for node in &mut self.0 {
            while matches!(node.child.try_wait(), Ok(None)) && Instant::now() < deadline {
                sleep(POLL).await;
            }
        }
        drop(self);
    }
}

impl Drop for Nodes {
    /// Whatever happens, no node stays behind.
    fn drop(&mut self) {
        for node in &mut self.0 {
            if let Ok(None) = node.child.try_wait() {
                let _ = node.child.kill();
                let _ = node.child.wait();
            }
        }
    }
}

impl Node {
    /// Asks the node, connecting first if need be.
    pub(crate) async fn ask(&mut self, words: &[&str]) -> Result<String, String> {
        let mut client = match self.client.take() {
            Some(client) => client,
            None => Client::connect(self.port)
                .await
                .map_err(|why| self.complaint(words, &why))?,
        };
        match client.ask(words).await {
            Ok(answer) => {
                self.client = Some(client);
                Ok(answer)
            }
            Err(why) => Err(self.complaint(words, &why)),
        }
    }

    fn complaint(&self, words: &[&str], why: &str) -> String {
        format!("Node {} failed at {}: {why}", self.port, words.join(" "))
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Why the process ended, if it did.
    pub(crate) fn death(&mut self) -> Option<String> {
        let status = self.child.try_wait().ok()??;
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let last = lines
            .get(lines.len().saturating_sub(LOG_LINES)..)
            .unwrap_or_default()
            .join("\n  ");
        Some(format!(
            "Node {} could not start ({status}). The end of its log {}:\n  {last}",
            self.port,
            self.log.display()
        ))
    }
}
