//! A running node: sockets, the two threads, and the end.

use std::process::ExitCode;
use std::rc::Rc;

use shoal_config::Config;
use shoal_core::{ControlPlane, DataPlane, ToData};
use tokio::net::{TcpListener, UnixListener};
use tokio::runtime::Builder;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, LocalSet, spawn_local};

use crate::clock::Clock;
use crate::control::{self, ControlQueues};
use crate::data::{Data, DataParts};
use crate::disk::NodesFile;
use crate::shutdown::{Shutdown, hear_signals};
use crate::startup::Node;
use crate::{clients, facts, listen, log, startup};

/// What the bus adds to the client port.
const BUS_PORT_OFFSET: u16 = 10_000;

/// Runs the node.
///
/// # Errors
/// Why it cannot start, for the log.
pub(crate) fn run(node: Node) -> Result<ExitCode, String> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    LocalSet::new().block_on(&runtime, serve(node))
}

async fn serve(node: Node) -> Result<ExitCode, String> {
    let Node {
        config,
        config_file,
        clock,
    } = node;
    let file = config
        .cluster_enabled()
        .then(|| open_nodes_file(&config))
        .transpose()?;
    let tcp = listen_tcp(&config)?;
    let unix = listen_unix(&config)?;
    if tcp.is_empty() && unix.is_none() {
        return Err("Configured to not listen anywhere, exiting.".into());
    }
    let (to_control, from_control) = match file {
        Some(file) => {
            let (sender, receiver) = start_control(&config, clock, file)?;
            (Some(sender), Some(receiver))
        }
        None => (None, None),
    };
    startup::write_pidfile(&config);
    log::notice("Server initialized");
    let shutdown = Rc::new(Shutdown::default());
    spawn_local(hear_signals(
        shutdown.clone(),
        config.shutdown_on_sigterm(),
        config.shutdown_on_sigint(),
    ));
    let (changed_options, changes) = mpsc::unbounded_channel();
    let plane = DataPlane::new(config.clone(), seed(), clock.now());
    let mut fixed = facts::fixed(config_file.as_deref().and_then(|path| path.to_str()));
    fixed.listeners = listener_facts(&config);
    let parts = DataParts {
        clock,
        to_control,
        shutdown: shutdown.clone(),
        config_file,
        changed_options,
    };
    let data = Data::new(plane, parts);
    data.start(from_control, fixed);
    let accepting = accept_all(&data, tcp, unix);
    spawn_local(follow_options(data.clone(), accepting, changes));
    if config.port() != 0 {
        log::notice("Ready to accept connections tcp");
    }
    if config.unixsocket().is_some() {
        log::notice("Ready to accept connections unix");
    }
    let _request = shutdown.requested().await;
    end(&config);
    Ok(ExitCode::SUCCESS)
}

/// The orderly end.
fn end(config: &Config) {
    log::warning("User requested shutdown...");
    if let Some(path) = config.unixsocket() {
        // It may be gone already; then there is nothing to remove.
        let _ = std::fs::remove_file(path);
    }
    if config.daemonize() || config.pidfile().is_some() {
        log::notice("Removing the pid file.");
        let _ = std::fs::remove_file(startup::pidfile(config));
    }
    log::warning("Redis is now ready to exit, bye bye...");
}

fn open_nodes_file(config: &Config) -> Result<(NodesFile, Option<String>), String> {
    if config.port() > u16::MAX - BUS_PORT_OFFSET && config.cluster_bus_port() == u16::MAX {
        return Err("Redis port number too high for cluster mode.".into());
    }
    NodesFile::open(&config.cluster_config_file()).map_err(|error| error.to_string())
}

fn listen_tcp(config: &Config) -> Result<Vec<TcpListener>, String> {
    if config.port() == 0 {
        return Ok(Vec::new());
    }
    let failed = |_| {
        format!(
            "Failed listening on port {} (tcp), aborting.",
            config.port()
        )
    };
    listen::tcp(config, config.port()).map_err(failed)
}

fn listen_unix(config: &Config) -> Result<Option<(UnixListener, String)>, String> {
    let Some(path) = config.unixsocket() else {
        return Ok(None);
    };
    match listen::unix(&path, config.unixsocketperm()) {
        Ok(listener) => Ok(Some((listener, path))),
        Err(error) => {
            log::warning(&format!(
                "Failed opening Unix socket: bind: {}",
                listen::system_text(&error)
            ));
            Err("Failed listening on unix socket, aborting.".into())
        }
    }
}

type ToControlSender = mpsc::UnboundedSender<shoal_core::ToControl>;

/// Starts the control thread: its plane is made here, so that a bad nodes.conf stops the start.
fn start_control(
    config: &Config,
    clock: Clock,
    (file, text): (NodesFile, Option<String>),
) -> Result<(ToControlSender, mpsc::UnboundedReceiver<ToData>), String> {
    let name = config.cluster_config_file();
    let plane = ControlPlane::new(config.clone(), text.as_deref(), seed(), clock.now()).map_err(
        |error| format!("Unrecoverable error: corrupted cluster config file {name}: {error}"),
    )?;
    let failed = |_| {
        format!(
            "Failed listening on port {} (cluster), aborting.",
            config.cluster_bus_port()
        )
    };
    let listeners = listen::tcp(config, config.cluster_bus_port()).map_err(failed)?;
    let listeners: Vec<_> = listeners
        .into_iter()
        .filter_map(|listener| listener.into_std().ok())
        .collect();
    let (to_control, from_data) = mpsc::unbounded_channel();
    let (to_data, from_control) = mpsc::unbounded_channel();
    let queues = ControlQueues { from_data, to_data };
    let body = move || {
        let Ok(runtime) = Builder::new_current_thread().enable_all().build() else {
            return;
        };
        LocalSet::new().block_on(&runtime, async move {
            let listeners = listeners
                .into_iter()
                .filter_map(|listener| TcpListener::from_std(listener).ok());
            control::run(plane, clock, queues, file, listeners.collect()).await;
        });
    };
    let spawned = std::thread::Builder::new()
        .name("shoal-control".into())
        .spawn(body);
    spawned.map_err(|error| format!("Cannot start the control thread: {error}"))?;
    Ok((to_control, from_control))
}

fn seed() -> u64 {
    let mut bytes = [0; 8];
    // Without the kernel's randomness the time has to do: the seed need not be secret, only different.
    match rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty()) {
        Ok(8) => u64::from_ne_bytes(bytes),
        _ => crate::clock::unix_micros() ^ u64::from(std::process::id()).rotate_left(32),
    }
}

fn accept_all(
    data: &Rc<Data>,
    tcp: Vec<TcpListener>,
    unix: Option<(UnixListener, String)>,
) -> Vec<JoinHandle<()>> {
    if let Some((listener, path)) = unix {
        spawn_local(clients::accept_unix(data.clone(), listener, path));
    }
    tcp.into_iter()
        .map(|listener| spawn_local(clients::accept_tcp(data.clone(), listener)))
        .collect()
}

/// Makes CONFIG SET of the shell's own options felt.
async fn follow_options(
    data: Rc<Data>,
    mut accepting: Vec<JoinHandle<()>>,
    mut changes: mpsc::UnboundedReceiver<(&'static str, String)>,
) {
    let mut listening = data.plane.borrow().config().clone();
    while let Some((name, _)) = changes.recv().await {
        let config = data.plane.borrow().config().clone();
        match name {
            "loglevel" => log::set_level(config.loglevel()),
            "port" | "bind" => listening = relisten(&data, &mut accepting, listening, config).await,
            "maxclients" => {
                facts::raise_descriptor_limit(config.maxclients());
            }
            "dir" => {
                let dir = config.dir();
                if let Err(error) = std::env::set_current_dir(&dir) {
                    log::warning(&format!(
                        "Cannot change to {dir}: {}",
                        listen::system_text(&error)
                    ));
                }
            }
            _ => {}
        }
    }
}

/// Listens where the new configuration says; if that cannot be, where the old one said. Answers which it was.
async fn relisten(
    data: &Rc<Data>,
    accepting: &mut Vec<JoinHandle<()>>,
    old: Config,
    new: Config,
) -> Config {
    // The old listeners must go first: they may hold some of the new addresses.
    for task in accepting.drain(..) {
        task.abort();
        let _ = task.await;
    }
    for config in [new, old] {
        match listen_tcp(&config) {
            Ok(listeners) => {
                *accepting = accept_all(data, listeners, None);
                return config;
            }
            Err(reason) => log::warning(&reason),
        }
    }
    data.plane.borrow().config().clone()
}

/// The listeners as INFO shows them.
fn listener_facts(config: &Config) -> Vec<String> {
    let mut facts = Vec::new();
    if config.port() != 0 {
        let bind: String = config
            .bind()
            .iter()
            .map(|address| format!("bind={address},"))
            .collect();
        facts.push(format!("name=tcp,{bind}port={}", config.port()));
    }
    if let Some(path) = config.unixsocket() {
        facts.push(format!("name=unix,bind={path}"));
    }
    facts
}
