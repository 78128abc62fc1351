//! The words of the data plane's face: what the shell tells it and what it tells the shell.

use core::ops::Range;
use core::time::Duration;

use bytes::Bytes;
use shoal_keyspace::Graveyard;

use super::sessions::ClientId;
use crate::messages::Ticket;

/// What a client said, as [`DataPlane::handle_inputs`](super::DataPlane::handle_inputs) takes it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClientInput {
    /// Who said it.
    pub client: ClientId,
    /// Where it lies in the buffer.
    pub range: Range<usize>,
}

/// Who connected, as far as the shell can tell.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PeerInfo {
    /// The peer's address as `CLIENT LIST` shows it: `127.0.0.1:50000`, `[::1]:50000`, `/path/to/socket:0`.
    pub addr: String,
    /// The address it connected to, in the same form.
    pub local_addr: String,
    /// Whether it came over a Unix socket.
    pub unix: bool,
    /// Whether it came through TLS.
    pub tls: bool,
}

impl PeerInfo {
    /// Whether the peer is on this machine: protected mode and `enable-debug-command local` ask.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.unix
            || self.addr.starts_with("127.")
            || self.addr.starts_with("[::1]")
            || self.addr.starts_with("::1")
    }

    /// The address without the port, as `REPLCONF` and `ROLE` show it.
    #[must_use]
    pub fn ip(&self) -> &str {
        let host = self
            .addr
            .rsplit_once(':')
            .map_or(self.addr.as_str(), |(host, _)| host);
        host.trim_start_matches('[').trim_end_matches(']')
    }
}

/// A connection that is not served: write the reply, then close.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rejected {
    /// An encoded error.
    pub reply: Vec<u8>,
}

/// What happened on the connection to the primary that [`DataEvent::ConnectPrimary`] asked for.
#[derive(Clone, Copy, Debug)]
pub enum PrimaryLinkInput<'a> {
    /// It is established.
    Connected,
    /// Bytes arrived.
    Bytes(&'a [u8]),
    /// It could not be established, or it ended.
    Closed,
}

/// How much a log line matters; the names of `loglevel`.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum LogLevel {
    /// For developers.
    Debug,
    /// Every connection.
    Verbose,
    /// What an operator wants to see.
    Notice,
    /// What an operator must see.
    Warning,
}

/// What `SHUTDOWN` was asked to do.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ShutdownRequest {
    /// `SAVE` or `NOSAVE`; `None` = save if save points are configured.
    pub save: Option<bool>,
    /// `NOW`: do not wait for lagging replicas.
    pub now: bool,
    /// `FORCE`: end even if the snapshot fails.
    pub force: bool,
}

/// What only the allocator can do or say.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum AllocatorRequest {
    /// `MEMORY PURGE`: give unused memory back to the system.
    Purge,
    /// `MEMORY MALLOC-STATS`: a report in the allocator's own words.
    Stats,
    /// `DEBUG MALLCTL`: a number by its name, to be shown and perhaps changed.
    Control {
        /// The allocator's name for it.
        name: Vec<u8>,
        /// The new value.
        value: Option<i64>,
    },
}

/// What the allocator answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum AllocatorAnswer {
    /// It is done.
    Done,
    /// The number that was asked for.
    Number(i64),
    /// A text for people.
    Report(String),
}

/// What the data plane asks of the shell.
#[derive(Debug)]
#[non_exhaustive]
pub enum DataEvent {
    /// This session has bytes to write although its own input did not cause them.
    Output(ClientId),
    /// Write what `output` still gives for this session, then close it and say `handle_closed`.
    Close(ClientId),
    /// Dial the primary (an older link of ours was closed before).
    ConnectPrimary {
        /// Host name or address.
        host: String,
        /// Client port.
        port: u16,
    },
    /// Write to the link to the primary.
    PrimaryLinkWrite(Bytes),
    /// Close the link to the primary, or stop dialling. No [`PrimaryLinkInput::Closed`] is expected for it.
    ClosePrimaryLink,
    /// `DEBUG SLEEP`: block this thread before writing any reply.
    Stall(Duration),
    /// End the process. If that fails, say `shutdown_failed`.
    Shutdown(ShutdownRequest),
    /// `SHUTDOWN ABORT`: forget a [`DataEvent::Shutdown`] that still waits.
    AbortShutdown,
    /// `CONFIG REWRITE`: write what `rewritten_config` makes of the old file, then say `config_rewritten`.
    RewriteConfig {
        /// To be echoed.
        ticket: Ticket,
    },
    /// `CONFIG SET` changed an option that may matter to the shell (`port`, `maxclients`, `loglevel` …).
    OptionChanged {
        /// Canonical name.
        name: &'static str,
        /// The value as `CONFIG GET` shows it.
        value: String,
    },
    /// `DEBUG PANIC` and the like: log this and abort the process.
    Crash {
        /// What to log.
        reason: String,
    },
    /// Drop this, best on another thread: freeing it may take long.
    Free(Graveyard),
    /// Ask the allocator, then say `allocator_answered`.
    Allocator {
        /// To be echoed.
        ticket: Ticket,
        /// What is wanted.
        request: AllocatorRequest,
    },
    /// A line for the log.
    Log {
        /// How much it matters.
        level: LogLevel,
        /// The line, without time and newline.
        text: String,
    },
}

/// What the process and its allocator say of their memory, in bytes; shown by `INFO` and limited by `maxmemory`.
/// Zero: not known.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct MemoryFacts {
    /// Resident memory of the process.
    pub rss: u64,
    /// What the allocator has given out.
    pub allocated: u64,
    /// The pages that this lies in.
    pub active: u64,
    /// All pages that the allocator holds.
    pub resident: u64,
}

/// Facts about the process that only the shell can know; shown by `INFO`. Refreshed by the shell
/// whenever it likes, about once a second.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProcessFacts {
    /// Process id.
    pub pid: u32,
    /// `uname`-like: `Linux 6.1.0 x86_64`.
    pub os: String,
    /// The path of the binary.
    pub executable: String,
    /// The path of the configuration file, or empty.
    pub config_file: String,
    /// The name of the allocator, with its version: `jemalloc-5.3.0`.
    pub allocator: String,
    /// Memory of the machine in bytes.
    pub system_memory_bytes: u64,
    /// CPU time in the kernel, of all threads.
    pub cpu_sys: Duration,
    /// CPU time in user space, of all threads.
    pub cpu_user: Duration,
    /// The address of each listener, as `INFO server` shows it: `name=tcp,bind=127.0.0.1,port=6379`.
    pub listeners: Vec<String>,
}
