//! Getters with the types that the planes and the shell use.

use core::time::Duration;

use crate::config::Config;
use crate::option::OptionId as Id;
use crate::value::Value;

/// How much is logged.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum LogLevel {
    /// Everything.
    Debug,
    /// Much, but not everything.
    Verbose,
    /// What an operator wants to know.
    Notice,
    /// Only what is wrong.
    Warning,
    /// Nothing at all.
    Nothing,
}

/// Who may use a command or an option that is closed by default.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Allowed {
    /// Nobody.
    No,
    /// Everybody.
    Yes,
    /// Clients on this machine.
    Local,
}

/// What clients are told to connect to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EndpointType {
    /// The address.
    Ip,
    /// The announced host name.
    Hostname,
    /// Nothing: clients use the address they dialled.
    Unknown,
}

/// What a signal asks of the shutdown.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ShutdownFlags {
    /// Save a snapshot even if none is configured.
    pub save: bool,
    /// Save no snapshot.
    pub nosave: bool,
    /// Do not wait for replicas.
    pub now: bool,
    /// Exit even if saving fails.
    pub force: bool,
}

macro_rules! getters {
    ($($(#[$doc:meta])* $name:ident -> $ty:ty = $body:expr;)*) => {
        impl Config {
            $($(#[$doc])* #[must_use] pub fn $name(&self) -> $ty { let body: fn(&Config) -> $ty = $body; body(self) })*
        }
    };
}

fn port(config: &Config, id: Id) -> u16 {
    u16::try_from(config.number(id)).unwrap_or(0)
}

fn count(config: &Config, id: Id) -> u32 {
    u32::try_from(config.number(id)).unwrap_or(u32::MAX)
}

fn seconds(config: &Config, id: Id) -> Duration {
    Duration::from_secs(config.size(id))
}

fn nonzero_seconds(config: &Config, id: Id) -> Option<Duration> {
    Some(seconds(config, id)).filter(|duration| !duration.is_zero())
}

fn allowed(config: &Config, id: Id) -> Allowed {
    match config.word(id) {
        0 => Allowed::No,
        1 => Allowed::Yes,
        _ => Allowed::Local,
    }
}

fn shutdown(config: &Config, id: Id) -> ShutdownFlags {
    let bits = config.word(id);
    ShutdownFlags {
        save: bits & 1 != 0,
        nosave: bits & 2 != 0,
        now: bits & 4 != 0,
        force: bits & 8 != 0,
    }
}

getters! {
    /// The port for clients; 0: none.
    port -> u16 = |c| port(c, Id::Port);
    /// The port for clients over TLS; 0: none.
    tls_port -> u16 = |c| port(c, Id::TlsPort);
    /// The working directory.
    dir -> String = |c| c.string(Id::Dir).unwrap_or_else(|| ".".into());
    /// The default user's password.
    requirepass -> Option<Vec<u8>> = |c| c.text(Id::Requirepass).map(<[u8]>::to_vec);
    /// The password for our primary.
    masterauth -> Option<Vec<u8>> = |c| c.text(Id::Masterauth).map(<[u8]>::to_vec);
    /// The user name for our primary.
    masteruser -> Option<Vec<u8>> = |c| c.text(Id::Masteruser).map(<[u8]>::to_vec);
    /// After how long an idle client is closed.
    timeout -> Option<Duration> = |c| nonzero_seconds(c, Id::Timeout);
    /// Connections that may wait to be accepted.
    tcp_backlog -> u32 = |c| count(c, Id::TcpBacklog);
    /// How often an idle client's connection is probed.
    tcp_keepalive -> Option<Duration> = |c| nonzero_seconds(c, Id::TcpKeepalive);
    /// Clients at most.
    maxclients -> u32 = |c| count(c, Id::Maxclients);
    /// How much is logged.
    loglevel -> LogLevel = |c| match c.word(Id::Loglevel) {
        0 => LogLevel::Debug,
        1 => LogLevel::Verbose,
        2 => LogLevel::Notice,
        3 => LogLevel::Warning,
        _ => LogLevel::Nothing,
    };
    /// Where the log goes; `None`: standard output.
    logfile -> Option<String> = |c| c.string(Id::Logfile);
    /// The file that holds our process id.
    pidfile -> Option<String> = |c| c.string(Id::Pidfile);
    /// Whether to run in the background.
    daemonize -> bool = |c| c.is_on(Id::Daemonize);
    /// How many databases there are; 1 in a cluster.
    databases -> u32 = |c| count(c, Id::Databases);
    /// Turns of the background work per second.
    hz -> u32 = |c| count(c, Id::Hz);
    /// Where local clients connect.
    unixsocket -> Option<String> = |c| c.string(Id::Unixsocket);
    /// The mode of that socket; `None`: as the process makes it.
    unixsocketperm -> Option<u32> = |c| Some(count(c, Id::Unixsocketperm)).filter(|mode| *mode != 0);
    /// Whether to draw the logo in a log file too.
    always_show_logo -> bool = |c| c.is_on(Id::AlwaysShowLogo);
    /// The letters of `notify-keyspace-events`, each by itself: `A` is spelt out.
    notify_keyspace_events -> Vec<u8> = |c| match c.value(Id::NotifyKeyspaceEvents) {
        Value::Events(bits) => crate::special::event_letters(*bits),
        _ => Vec::new(),
    };
    /// Who may use DEBUG.
    enable_debug_command -> Allowed = |c| allowed(c, Id::EnableDebugCommand);
    /// Who may set protected options.
    enable_protected_configs -> Allowed = |c| allowed(c, Id::EnableProtectedConfigs);
    /// What SIGTERM asks of the shutdown.
    shutdown_on_sigterm -> ShutdownFlags = |c| shutdown(c, Id::ShutdownOnSigterm);
    /// What SIGINT asks of the shutdown.
    shutdown_on_sigint -> ShutdownFlags = |c| shutdown(c, Id::ShutdownOnSigint);
    /// The longest argument of a request.
    proto_max_bulk_len -> u64 = |c| c.size(Id::ProtoMaxBulkLen);
    /// The most that a client may send without a command being complete.
    client_query_buffer_limit -> u64 = |c| c.size(Id::ClientQueryBufferLimit);
    /// Fields of a compactly stored hash.
    hash_max_listpack_entries -> u64 = |c| c.size(Id::HashMaxListpackEntries);
    /// Bytes of a field or value in a compactly stored hash.
    hash_max_listpack_value -> u64 = |c| c.size(Id::HashMaxListpackValue);
    /// Members of a set stored as an intset.
    set_max_intset_entries -> u64 = |c| c.size(Id::SetMaxIntsetEntries);
    /// Members of a compactly stored set.
    set_max_listpack_entries -> u64 = |c| c.size(Id::SetMaxListpackEntries);
    /// Bytes of a member in a compactly stored set.
    set_max_listpack_value -> u64 = |c| c.size(Id::SetMaxListpackValue);
    /// Members of a compactly stored sorted set.
    zset_max_listpack_entries -> u64 = |c| c.size(Id::ZsetMaxListpackEntries);
    /// Bytes of a member in a compactly stored sorted set.
    zset_max_listpack_value -> u64 = |c| c.size(Id::ZsetMaxListpackValue);
    /// Elements (positive) or kilobyte classes (negative) of a node of a list.
    list_max_listpack_size -> i64 = |c| c.number(Id::ListMaxListpackSize);
    /// How hard the expiry cycle works, 1 to 10.
    active_expire_effort -> u32 = |c| count(c, Id::ActiveExpireEffort);
    /// Bytes of all data at most; 0: no limit.
    maxmemory -> u64 = |c| c.size(Id::Maxmemory);
    /// Whether every write is logged to the append-only file.
    appendonly -> bool = |c| c.is_on(Id::Appendonly);
    /// The name of the snapshot file.
    dbfilename -> String = |c| c.string(Id::Dbfilename).unwrap_or_default();
    /// Seconds and changes after which a snapshot is taken.
    save_points -> Vec<(u64, u64)> = |c| match c.value(Id::Save) {
        Value::SavePoints(points) => points.clone(),
        _ => Vec::new(),
    };
    /// The primary that this node follows outside of a cluster.
    replicaof -> Option<(String, u16)> = |c| match c.value(Id::Replicaof) {
        Value::Primary(Some((host, port))) => Some((String::from_utf8_lossy(host).into_owned(), *port)),
        _ => None,
    };
    /// Silence on a replication link that counts as its loss.
    repl_timeout -> Duration = |c| seconds(c, Id::ReplTimeout);
    /// How often a primary pings its replicas.
    repl_ping_replica_period -> Duration = |c| seconds(c, Id::ReplPingReplicaPeriod);
    /// Bytes of recent history kept for replicas that come back.
    repl_backlog_size -> u64 = |c| c.size(Id::ReplBacklogSize);
    /// How long the backlog outlives the last replica; `None`: forever.
    repl_backlog_ttl -> Option<Duration> = |c| nonzero_seconds(c, Id::ReplBacklogTtl);
    /// Whether small writes to replicas wait for bigger ones.
    repl_disable_tcp_nodelay -> bool = |c| c.is_on(Id::ReplDisableTcpNodelay);
    /// Whether a replica whose link is down answers.
    replica_serve_stale_data -> bool = |c| c.is_on(Id::ReplicaServeStaleData);
    /// Whether a replica refuses writes.
    replica_read_only -> bool = |c| c.is_on(Id::ReplicaReadOnly);
    /// The rank of a replica for Sentinel.
    replica_priority -> u32 = |c| count(c, Id::ReplicaPriority);
    /// Whether replicas are listed to Sentinel.
    replica_announced -> bool = |c| c.is_on(Id::ReplicaAnnounced);
    /// The address that a replica names to its primary.
    replica_announce_ip -> Option<String> = |c| c.string(Id::ReplicaAnnounceIp);
    /// The port that a replica names to its primary.
    replica_announce_port -> Option<u16> = |c| Some(port(c, Id::ReplicaAnnouncePort)).filter(|port| *port != 0);
    /// Replicas that must be there for writes.
    min_replicas_to_write -> u32 = |c| count(c, Id::MinReplicasToWrite);
    /// How recently they must have acknowledged.
    min_replicas_max_lag -> Duration = |c| seconds(c, Id::MinReplicasMaxLag);
    /// Whether this node is part of a cluster.
    cluster_enabled -> bool = |c| c.is_on(Id::ClusterEnabled);
    /// The file that holds the cluster's state.
    cluster_config_file -> String = |c| c.string(Id::ClusterConfigFile).unwrap_or_else(|| "nodes.conf".into());
    /// Silence after which a peer is doubted.
    cluster_node_timeout -> Duration = |c| Duration::from_millis(c.size(Id::ClusterNodeTimeout));
    /// How often a random peer is pinged, if set (for tests).
    cluster_ping_interval -> Option<Duration> =
        |c| Some(Duration::from_millis(c.size(Id::ClusterPingInterval))).filter(|interval| !interval.is_zero());
    /// The bus port that we listen on: `cluster-port`, or the client port plus 10000.
    cluster_bus_port -> u16 = |c| match port(c, Id::ClusterPort) {
        0 if c.is_on(Id::TlsCluster) => c.tls_port().saturating_add(10_000),
        0 => c.port().saturating_add(10_000),
        own => own,
    };
    /// The address to announce instead of our own.
    cluster_announce_ip -> Option<String> = |c| c.string(Id::ClusterAnnounceIp);
    /// The host name to announce.
    cluster_announce_hostname -> Option<String> = |c| c.string(Id::ClusterAnnounceHostname);
    /// The name for people to announce.
    cluster_announce_human_nodename -> Option<String> = |c| c.string(Id::ClusterAnnounceHumanNodename);
    /// The client port to announce; `None`: our own.
    cluster_announce_port -> Option<u16> = |c| Some(port(c, Id::ClusterAnnouncePort)).filter(|port| *port != 0);
    /// The TLS port to announce; `None`: our own.
    cluster_announce_tls_port -> Option<u16> =
        |c| Some(port(c, Id::ClusterAnnounceTlsPort)).filter(|port| *port != 0);
    /// The bus port to announce; `None`: our own.
    cluster_announce_bus_port -> Option<u16> =
        |c| Some(port(c, Id::ClusterAnnounceBusPort)).filter(|port| *port != 0);
    /// How old a replica's data may be for an election, in node timeouts; 0: any age.
    cluster_replica_validity_factor -> u32 = |c| count(c, Id::ClusterReplicaValidityFactor);
    /// Whether this replica never stands for election by itself.
    cluster_replica_no_failover -> bool = |c| c.is_on(Id::ClusterReplicaNoFailover);
    /// Replicas that a primary keeps when one leaves for an orphan.
    cluster_migration_barrier -> u32 = |c| count(c, Id::ClusterMigrationBarrier);
    /// Whether a replica that knows to be the best may stand without the fixed delay (an option of ours).
    cluster_election_early_start -> bool = |c| c.is_on(Id::ClusterElectionEarlyStart);
    /// Whether replicas move to orphaned primaries.
    cluster_allow_replica_migration -> bool = |c| c.is_on(Id::ClusterAllowReplicaMigration);
    /// Whether one uncovered slot stops the cluster.
    cluster_require_full_coverage -> bool = |c| c.is_on(Id::ClusterRequireFullCoverage);
    /// Whether reads go on while the cluster is down.
    cluster_allow_reads_when_down -> bool = |c| c.is_on(Id::ClusterAllowReadsWhenDown);
    /// Whether sharded publish and subscribe go on while the cluster is down.
    cluster_allow_pubsubshard_when_down -> bool = |c| c.is_on(Id::ClusterAllowPubsubshardWhenDown);
    /// Bytes that may wait on a bus link; `None`: no limit.
    cluster_link_sendbuf_limit -> Option<u64> = |c| Some(c.size(Id::ClusterLinkSendbufLimit)).filter(|n| *n != 0);
    /// What clients are told to connect to.
    cluster_preferred_endpoint_type -> EndpointType = |c| match c.word(Id::ClusterPreferredEndpointType) {
        0 => EndpointType::Ip,
        1 => EndpointType::Hostname,
        _ => EndpointType::Unknown,
    };
}

impl Config {
    /// Addresses to listen on, as written: `*`, `-::1` (optional), `127.0.0.1`.
    #[must_use]
    pub fn bind(&self) -> Vec<String> {
        match self.value(Id::Bind) {
            Value::List(words) => words
                .iter()
                .map(|word| String::from_utf8_lossy(word).into_owned())
                .collect(),
            _ => Vec::new(),
        }
    }
}
