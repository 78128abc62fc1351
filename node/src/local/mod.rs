//! `shoal local`: a whole cluster on this machine, formed by itself, until Ctrl-C.
//!
//! The nodes are processes of this same binary, each with a directory of its own; what forms the cluster is what
//! an operator would type. Every step waits for a condition with a deadline, never for a time.

mod form;
mod nodes;
mod table;
mod wire;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

use nodes::Nodes;

/// Run a whole cluster on this machine until Ctrl-C.
#[derive(Clone, Debug, Parser)]
#[command(name = "shoal local", version)]
pub(crate) struct Options {
    /// How many primaries share the slots.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=1000))]
    primaries: u16,
    /// How many replicas each primary has.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(0..=100))]
    replicas: u16,
    /// The port of the first node; the others follow. Bus ports are 10000 higher.
    #[arg(long, default_value_t = 7000)]
    base_port: u16,
    /// After how many milliseconds of silence a node is suspected.
    #[arg(long, default_value_t = 2000)]
    node_timeout: u32,
    /// Where the nodes keep their files; a cluster that is there already comes back.
    #[arg(long)]
    dir: Option<PathBuf>,
}

impl Options {
    /// All ports: first the primaries', then the replicas'.
    fn ports(&self) -> Result<Vec<u16>, String> {
        let count = u32::from(self.primaries) * (1 + u32::from(self.replicas));
        let last = u32::from(self.base_port) + count - 1;
        if self.base_port == 0 || last > u32::from(u16::MAX - 10_000) {
            return Err(format!(
                "Ports {} to {last} do not leave room for bus ports, 10000 higher",
                self.base_port
            ));
        }
        Ok((u32::from(self.base_port)..=last)
            .filter_map(|port| u16::try_from(port).ok())
            .collect())
    }

    fn directory(&self) -> PathBuf {
        let default = || std::env::temp_dir().join(format!("shoal-local-{}", self.base_port));
        self.dir.clone().unwrap_or_else(default)
    }
}

/// Writes a line for the person at the terminal.
pub(crate) fn say(text: &str) {
    // Nobody may be reading any more; the cluster runs on.
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Runs the cluster to its end.
pub(crate) fn main() -> ExitCode {
    let options = Options::parse_from(std::env::args_os().skip(1));
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            say(&error.to_string());
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            say(&reason);
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<(), String> {
    let started = Instant::now();
    let mut interrupted = signal(SignalKind::interrupt()).map_err(|error| error.to_string())?;
    let mut terminated = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    let ports = options.ports()?;
    let mut nodes = Nodes::start(options, &ports)?;
    let outcome = tokio::select! {
        ended = serve(options, &mut nodes, started) => ended,
        _ = interrupted.recv() => Ok(()),
        _ = terminated.recv() => Ok(()),
    };
    say("\nStopping all nodes ...");
    nodes.stop(Duration::from_secs(5)).await;
    outcome
}

/// Forms the cluster, says so, and watches it for ever.
async fn serve(options: &Options, nodes: &mut Nodes, started: Instant) -> Result<(), String> {
    form::form(options, nodes).await?;
    table::show(nodes, started.elapsed()).await;
    nodes.watch().await
}
