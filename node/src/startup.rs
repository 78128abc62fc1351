//! From the command line to a configuration that is in force: reading it, refusing it, the log, the pid file.

use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use shoal_config::{CommandLine, Config, FatalError, REDIS_VERSION};

use crate::clock::Clock;
use crate::host::{World, working_dir};
use crate::{daemon, disk, facts, listen, log, logo, server};

const USAGE: &str = "\
Usage: shoal [/path/to/redis.conf] [-] [--option value ...]
       shoal local [--primaries 3] [--replicas 1] [--base-port 7000]
       shoal -v or --version
       shoal -h or --help

Examples:
       shoal (run the server with the defaults)
       echo 'maxmemory 128mb' | shoal -
       shoal /etc/redis/6379.conf
       shoal --port 7777
       shoal --port 7777 --replicaof 127.0.0.1 8888
       shoal /etc/redis/6379.conf --loglevel verbose -
       shoal /etc/redis/6379.conf --cluster-enabled yes
       shoal local (run a whole cluster on this machine until Ctrl-C)
";

/// A node as it is about to start.
pub(crate) struct Node {
    pub(crate) config: Config,
    pub(crate) config_file: Option<PathBuf>,
    pub(crate) clock: Clock,
}

/// `--version`. Tools look for `v=` and a number that Redis has.
pub(crate) fn print_version() -> ExitCode {
    let malloc = if cfg!(feature = "jemalloc") {
        "jemalloc"
    } else {
        "system"
    };
    let version = env!("CARGO_PKG_VERSION");
    log::raw(&format!(
        "Redis server v={REDIS_VERSION} shoal={version} malloc={malloc} bits={}\n",
        usize::BITS
    ));
    ExitCode::SUCCESS
}

/// `--help`.
pub(crate) fn print_usage() -> ExitCode {
    log::raw(USAGE);
    ExitCode::SUCCESS
}

/// Starts a node and runs it to its end.
pub(crate) fn main(words: &[Vec<u8>]) -> ExitCode {
    let clock = Clock::start();
    let started_in = std::env::current_dir().unwrap_or_default();
    let line = CommandLine::parse(words);
    let mut stdin = Vec::new();
    if line.stdin {
        log::notice("Reading config from stdin");
        // An unreadable standard input is an empty one.
        let _ = std::io::stdin().read_to_end(&mut stdin);
    }
    let (config, warnings) = match read_config(&line, &stdin) {
        Ok(read) => read,
        Err(error) => return refuse(&error),
    };
    if config.daemonize() && !daemon::is_background() {
        return daemon::start(&started_in, &stdin);
    }
    log::set_level(config.loglevel());
    log::set_file(config.logfile());
    set_panic_hook();
    announce(words, &warnings);
    let config_file = line
        .file
        .as_deref()
        .map(|path| started_in.join(as_path(path)));
    let node = Node {
        config: fit_descriptors(config),
        config_file,
        clock,
    };
    log::set_role(b'M');
    logo::show(&node.config);
    let code = server::run(node);
    code.unwrap_or_else(|fatal| {
        log::warning(&fatal);
        ExitCode::FAILURE
    })
}

fn as_path(bytes: &[u8]) -> &Path {
    Path::new(std::ffi::OsStr::from_bytes(bytes))
}

fn read_config(line: &CommandLine, stdin: &[u8]) -> Result<(Config, Vec<String>), FatalError> {
    let mut file = Vec::new();
    if let Some(path) = &line.file {
        file = std::fs::read(as_path(path)).map_err(|error| FatalError::CannotOpen {
            path: String::from_utf8_lossy(path).into_owned(),
            reason: listen::system_text(&error),
        })?;
    }
    let mut config = Config::new();
    config.set_working_dir(&working_dir());
    let warnings = config.load(
        line.file.as_deref(),
        &line.compose(&file, stdin),
        &mut World,
    )?;
    if let Some(path) = config.logfile() {
        let opened = std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(path);
        opened.map_err(|error| FatalError::Whole {
            reason: format!("Can't open the log file: {}", listen::system_text(&error)),
        })?;
    }
    Ok((config, warnings))
}

#[allow(
    clippy::print_stderr,
    reason = "a configuration that cannot be used has no log yet"
)]
fn refuse(error: &FatalError) -> ExitCode {
    match error {
        FatalError::CannotOpen { .. } => log::warning(&error.to_string()),
        _ => eprintln!("{error}"),
    }
    ExitCode::FAILURE
}

fn announce(words: &[Vec<u8>], warnings: &[String]) {
    let (version, pid) = (env!("CARGO_PKG_VERSION"), std::process::id());
    log::notice("oO0OoO0OoO0Oo Shoal is starting oO0OoO0OoO0Oo");
    let bits = usize::BITS;
    log::notice(&format!(
        "Redis version={REDIS_VERSION}, shoal={version}, bits={bits}, pid={pid}, just started"
    ));
    if words.is_empty() {
        log::warning(
            "Warning: no config file specified, using the default config. \
             In order to specify a config file use shoal /path/to/redis.conf",
        );
    } else {
        log::notice("Configuration loaded");
    }
    for warning in warnings {
        log::warning(warning);
    }
}

/// Lowers `maxclients` to what the system lets us open, as Redis does.
fn fit_descriptors(mut config: Config) -> Config {
    let wanted = config.maxclients();
    if let Some(possible) = facts::raise_descriptor_limit(wanted) {
        log::warning(&format!(
            "You requested maxclients of {wanted} requiring at least {} max file descriptors.",
            u64::from(wanted) + 32
        ));
        log::warning(&format!(
            "Current maximum open files limits maxclients to {possible}."
        ));
        let value = possible.to_string();
        // The value is a number within the option's bounds.
        let _ = config.set(
            &[(b"maxclients", value.as_bytes())],
            shoal_config::SetContext::default(),
        );
    }
    config
}

/// Where the process id is written.
pub(crate) fn pidfile(config: &Config) -> String {
    config
        .pidfile()
        .unwrap_or_else(|| "/var/run/redis.pid".into())
}

/// Writes the process id, once it is sure that we run: a second start by mistake must not take the file of the
/// first.
pub(crate) fn write_pidfile(config: &Config) {
    if !config.daemonize() && config.pidfile().is_none() {
        return;
    }
    let path = pidfile(config);
    let text = format!("{}\n", std::process::id());
    if let Err(error) = disk::replace(Path::new(&path), text.as_bytes(), false, false) {
        log::warning(&format!(
            "Failed to write PID file: {}",
            listen::system_text(&error)
        ));
    }
}

/// A panic is a bug in us. What the planes hold may be half changed, so the process must not go on: the
/// cluster knows how to do without a dead node, not with a confused one.
fn set_panic_hook() {
    std::panic::set_hook(Box::new(|panic| {
        let trace = std::backtrace::Backtrace::force_capture();
        log::warning(&format!(
            "=== SHOAL BUG REPORT START: Cut & paste starting from here ===\n{panic}\n{trace}"
        ));
        log::warning("=== SHOAL BUG REPORT END ===");
        std::process::abort();
    }));
}
