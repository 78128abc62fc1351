//! The one table of redis.conf: every option of Redis 7.2, read by the file's grammar, CONFIG GET, SET and REWRITE.
//!
//! A row is: variant, name, alias, kind, default, flags. `LATER` marks an option that is known and kept but that
//! nothing in this node acts on yet; take the flag away in the commit that builds it.

use crate::option::{Check, Flags, Kind::*, OptionSpec};

const MUTABLE: u16 = 0;
const IMMUTABLE: u16 = Flags::IMMUTABLE.0;
const HIDDEN: u16 = Flags::HIDDEN.0;
const PROTECTED: u16 = Flags::PROTECTED.0;
const SENSITIVE: u16 = Flags::SENSITIVE.0;
const MULTI: u16 = Flags::MULTI.0;
const DENY_LOADING: u16 = Flags::DENY_LOADING.0;
const LATER: u16 = Flags::LATER.0;

const INT_MIN: i128 = i32::MIN as i128;
const INT_MAX: i128 = i32::MAX as i128;
const UINT_MAX: i128 = u32::MAX as i128;
const LONG_MAX: i128 = i64::MAX as i128;
const ULONG_MAX: i128 = u64::MAX as i128;

type Words = &'static [(&'static str, u32)];
const MAXMEMORY_POLICY: Words = &[
    ("volatile-lru", 0),
    ("volatile-lfu", 1),
    ("volatile-random", 2),
    ("volatile-ttl", 3),
    ("allkeys-lru", 4),
    ("allkeys-lfu", 5),
    ("allkeys-random", 6),
    ("noeviction", 7),
];
const SYSLOG_FACILITY: Words = &[
    ("user", 8),
    ("local0", 0),
    ("local1", 1),
    ("local2", 2),
    ("local3", 3),
    ("local4", 4),
    ("local5", 5),
    ("local6", 6),
    ("local7", 7),
];
const LOGLEVEL: Words = &[
    ("debug", 0),
    ("verbose", 1),
    ("notice", 2),
    ("warning", 3),
    ("nothing", 4),
];
const SUPERVISED: Words = &[("upstart", 3), ("systemd", 2), ("auto", 1), ("no", 0)];
const APPENDFSYNC: Words = &[("everysec", 2), ("always", 1), ("no", 0)];
const SHUTDOWN_ON_SIGNAL: Words = &[
    ("default", 0),
    ("save", 1),
    ("nosave", 2),
    ("now", 4),
    ("force", 8),
];
const DISKLESS_LOAD: Words = &[("disabled", 0), ("on-empty-db", 1), ("swapdb", 2)];
const TLS_AUTH_CLIENTS: Words = &[("no", 0), ("yes", 1), ("optional", 2)];
const OOM_SCORE_ADJ: Words = &[("no", 0), ("yes", 1), ("relative", 1), ("absolute", 2)];
const ENCODING_VERSION: Words = &[("7.2", 0), ("7.0", 1)];
const ACL_PUBSUB_DEFAULT: Words = &[("allchannels", 1), ("resetchannels", 0)];
const SANITIZE_DUMP: Words = &[("no", 0), ("yes", 1), ("clients", 2)];
const PROTECTED_ACTION: Words = &[("no", 0), ("yes", 1), ("local", 2)];
const ENDPOINT_TYPE: Words = &[("ip", 0), ("hostname", 1), ("unknown-endpoint", 2)];
const PROPAGATION_ERRORS: Words = &[("ignore", 0), ("panic", 1), ("panic-on-replicas", 2)];

macro_rules! options {
    ($(($id:ident, $name:literal, $alias:literal, $kind:expr, $default:literal, $flags:expr),)*) => {
        /// The options by number; also their index in [`TABLE`].
        #[allow(missing_docs, reason = "each variant is named after its option; the table says the rest")]
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum OptionId { $($id,)* }

        /// Every option, in the order of names.
        pub static TABLE: &[OptionSpec] = &[
            $(OptionSpec { id: OptionId::$id, name: $name, alias: $alias, kind: $kind, default: $default, flags: Flags($flags) },)*
        ];
    };
}

#[rustfmt::skip]
options! {
    (AclPubsubDefault, "acl-pubsub-default", "", Enum(ACL_PUBSUB_DEFAULT), "resetchannels", LATER),
    (Aclfile, "aclfile", "", Text(Check::Any), "", IMMUTABLE | LATER),
    (AcllogMaxLen, "acllog-max-len", "", Int(0, LONG_MAX), "128", LATER),
    (ActiveDefragCycleMax, "active-defrag-cycle-max", "", Int(1, 99), "25", LATER),
    (ActiveDefragCycleMin, "active-defrag-cycle-min", "", Int(1, 99), "1", LATER),
    (ActiveDefragIgnoreBytes, "active-defrag-ignore-bytes", "", Memory(1, LONG_MAX), "104857600", LATER),
    (ActiveDefragMaxScanFields, "active-defrag-max-scan-fields", "", Int(1, LONG_MAX), "1000", LATER),
    (ActiveDefragThresholdLower, "active-defrag-threshold-lower", "", Int(0, 1000), "10", LATER),
    (ActiveDefragThresholdUpper, "active-defrag-threshold-upper", "", Int(0, 1000), "100", LATER),
    (ActiveExpireEffort, "active-expire-effort", "", Int(1, 10), "1", MUTABLE),
    (Activedefrag, "activedefrag", "", Bool, "no", LATER),
    (Activerehashing, "activerehashing", "", Bool, "yes", LATER),
    (AlwaysShowLogo, "always-show-logo", "", Bool, "no", IMMUTABLE),
    (AofDisableAutoGc, "aof-disable-auto-gc", "", Bool, "no", HIDDEN | LATER),
    (AofLoadTruncated, "aof-load-truncated", "", Bool, "yes", LATER),
    (AofRewriteIncrementalFsync, "aof-rewrite-incremental-fsync", "", Bool, "yes", LATER),
    (AofTimestampEnabled, "aof-timestamp-enabled", "", Bool, "no", LATER),
    (AofUseRdbPreamble, "aof-use-rdb-preamble", "", Bool, "yes", LATER),
    (AofRewriteCpulist, "aof_rewrite_cpulist", "", OptionalText(Check::Any), "", IMMUTABLE | LATER),
    (Appenddirname, "appenddirname", "", Text(Check::DirNameNotEmpty), "appendonlydir", IMMUTABLE | LATER),
    (Appendfilename, "appendfilename", "", Text(Check::FileNameNotEmpty), "appendonly.aof", IMMUTABLE | LATER),
    (Appendfsync, "appendfsync", "", Enum(APPENDFSYNC), "everysec", LATER),
    (Appendonly, "appendonly", "", Bool, "no", DENY_LOADING | LATER),
    (AutoAofRewriteMinSize, "auto-aof-rewrite-min-size", "", Memory(0, LONG_MAX), "67108864", LATER),
    (AutoAofRewritePercentage, "auto-aof-rewrite-percentage", "", Int(0, INT_MAX), "100", LATER),
    (BgsaveCpulist, "bgsave_cpulist", "", OptionalText(Check::Any), "", IMMUTABLE | LATER),
    (Bind, "bind", "", Bind, "* -::*", MULTI),
    (BindSourceAddr, "bind-source-addr", "", OptionalText(Check::Any), "", LATER),
    (BioCpulist, "bio_cpulist", "", OptionalText(Check::Any), "", IMMUTABLE | LATER),
    (BusyReplyThreshold, "busy-reply-threshold", "lua-time-limit", Int(0, LONG_MAX), "5000", LATER),
    (ClientDefaultResp, "client-default-resp", "", Int(2, 3), "2", IMMUTABLE | HIDDEN | LATER),
    (ClientOutputBufferLimit, "client-output-buffer-limit", "", BufferLimits, "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60", MULTI),
    (ClientQueryBufferLimit, "client-query-buffer-limit", "", Memory(1 << 20, LONG_MAX), "1073741824", MUTABLE),
    (ClusterAllowPubsubshardWhenDown, "cluster-allow-pubsubshard-when-down", "", Bool, "yes", MUTABLE),
    (ClusterAllowReadsWhenDown, "cluster-allow-reads-when-down", "", Bool, "no", MUTABLE),
    (ClusterAllowReplicaMigration, "cluster-allow-replica-migration", "", Bool, "yes", MUTABLE),
    (ClusterAnnounceBusPort, "cluster-announce-bus-port", "", Int(0, 65535), "0", MUTABLE),
    (ClusterAnnounceHostname, "cluster-announce-hostname", "", OptionalText(Check::Hostname), "", MUTABLE),
    (ClusterAnnounceHumanNodename, "cluster-announce-human-nodename", "", OptionalText(Check::NodeName), "", MUTABLE),
    (ClusterAnnounceIp, "cluster-announce-ip", "", OptionalText(Check::Any), "", MUTABLE),
    (ClusterAnnouncePort, "cluster-announce-port", "", Int(0, 65535), "0", MUTABLE),
    (ClusterAnnounceTlsPort, "cluster-announce-tls-port", "", Int(0, 65535), "0", MUTABLE),
    (ClusterConfigFile, "cluster-config-file", "", Text(Check::Any), "nodes.conf", IMMUTABLE),
    (ClusterElectionEarlyStart, "cluster-election-early-start", "", Bool, "yes", MUTABLE),
    (ClusterEnabled, "cluster-enabled", "", Bool, "no", IMMUTABLE),
    (ClusterLinkSendbufLimit, "cluster-link-sendbuf-limit", "", Memory(0, ULONG_MAX), "0", MUTABLE),
    (ClusterMigrationBarrier, "cluster-migration-barrier", "", Int(0, INT_MAX), "1", MUTABLE),
    (ClusterNodeTimeout, "cluster-node-timeout", "", Int(0, LONG_MAX), "15000", MUTABLE),
    (ClusterPingInterval, "cluster-ping-interval", "", Int(0, LONG_MAX), "0", HIDDEN),
    (ClusterPort, "cluster-port", "", Int(0, 65535), "0", IMMUTABLE),
    (ClusterPreferredEndpointType, "cluster-preferred-endpoint-type", "", Enum(ENDPOINT_TYPE), "ip", MUTABLE),
    (ClusterReplicaNoFailover, "cluster-replica-no-failover", "cluster-slave-no-failover", Bool, "no", MUTABLE),
    (ClusterReplicaValidityFactor, "cluster-replica-validity-factor", "cluster-slave-validity-factor", Int(0, INT_MAX), "10", MUTABLE),
    (ClusterRequireFullCoverage, "cluster-require-full-coverage", "", Bool, "yes", MUTABLE),
    (CrashLogEnabled, "crash-log-enabled", "", Bool, "yes", LATER),
    (CrashMemcheckEnabled, "crash-memcheck-enabled", "", Bool, "yes", LATER),
    (Daemonize, "daemonize", "", Bool, "no", IMMUTABLE),
    (Databases, "databases", "", Int(1, INT_MAX), "16", IMMUTABLE),
    (Dbfilename, "dbfilename", "", Text(Check::FileName), "dump.rdb", PROTECTED | LATER),
    (Dir, "dir", "", Dir, ".", PROTECTED | DENY_LOADING),
    (DisableThp, "disable-thp", "", Bool, "yes", IMMUTABLE | LATER),
    (DynamicHz, "dynamic-hz", "", Bool, "yes", LATER),
    (EnableDebugCommand, "enable-debug-command", "", Enum(PROTECTED_ACTION), "no", IMMUTABLE),
    (EnableModuleCommand, "enable-module-command", "", Enum(PROTECTED_ACTION), "no", IMMUTABLE | LATER),
    (EnableProtectedConfigs, "enable-protected-configs", "", Enum(PROTECTED_ACTION), "no", IMMUTABLE),
    (EncodingVersion, "encoding-version", "", Enum(ENCODING_VERSION), "7.2", MUTABLE),
    (HashMaxListpackEntries, "hash-max-listpack-entries", "hash-max-ziplist-entries", Int(0, LONG_MAX), "512", MUTABLE),
    (HashMaxListpackValue, "hash-max-listpack-value", "hash-max-ziplist-value", Memory(0, LONG_MAX), "64", MUTABLE),
    (HllSparseMaxBytes, "hll-sparse-max-bytes", "", Memory(0, LONG_MAX), "3000", MUTABLE),
    (Hz, "hz", "", Int(0, INT_MAX), "10", MUTABLE),
    (IgnoreWarnings, "ignore-warnings", "", Text(Check::Any), "", LATER),
    (IoThreads, "io-threads", "", Int(1, 128), "1", IMMUTABLE | LATER),
    (IoThreadsDoReads, "io-threads-do-reads", "", Bool, "no", IMMUTABLE | LATER),
    (JemallocBgThread, "jemalloc-bg-thread", "", Bool, "yes", LATER),
    (KeyLoadDelay, "key-load-delay", "", Int(INT_MIN, INT_MAX), "0", HIDDEN | LATER),
    (LatencyMonitorThreshold, "latency-monitor-threshold", "", Int(0, LONG_MAX), "0", LATER),
    (LatencyTracking, "latency-tracking", "", Bool, "yes", LATER),
    (LatencyTrackingInfoPercentiles, "latency-tracking-info-percentiles", "", Percentiles, "50 99 99.9", MULTI | LATER),
    (LazyfreeLazyEviction, "lazyfree-lazy-eviction", "", Bool, "no", MUTABLE),
    (LazyfreeLazyExpire, "lazyfree-lazy-expire", "", Bool, "no", MUTABLE),
    (LazyfreeLazyServerDel, "lazyfree-lazy-server-del", "", Bool, "no", MUTABLE),
    (LazyfreeLazyUserDel, "lazyfree-lazy-user-del", "", Bool, "no", MUTABLE),
    (LazyfreeLazyUserFlush, "lazyfree-lazy-user-flush", "", Bool, "no", MUTABLE),
    (LfuDecayTime, "lfu-decay-time", "", Int(0, INT_MAX), "1", MUTABLE),
    (LfuLogFactor, "lfu-log-factor", "", Int(0, INT_MAX), "10", MUTABLE),
    (ListCompressDepth, "list-compress-depth", "", Int(0, INT_MAX), "0", LATER),
    (ListMaxListpackSize, "list-max-listpack-size", "list-max-ziplist-size", Int(INT_MIN, INT_MAX), "-2", MUTABLE),
    (LoadingProcessEventsIntervalBytes, "loading-process-events-interval-bytes", "", Int(1024, INT_MAX), "2097152", HIDDEN | LATER),
    (LocaleCollate, "locale-collate", "", Text(Check::Any), "", LATER),
    (Logfile, "logfile", "", Text(Check::Any), "", IMMUTABLE),
    (Loglevel, "loglevel", "", Enum(LOGLEVEL), "notice", MUTABLE),
    (Masterauth, "masterauth", "", OptionalText(Check::Any), "", SENSITIVE),
    (Masteruser, "masteruser", "", OptionalText(Check::Any), "", SENSITIVE),
    (Maxclients, "maxclients", "", Int(1, UINT_MAX), "10000", MUTABLE),
    (Maxmemory, "maxmemory", "", Memory(0, ULONG_MAX), "0", MUTABLE),
    (MaxmemoryClients, "maxmemory-clients", "", MemoryOrPercent(100), "0", LATER),
    (MaxmemoryEvictionTenacity, "maxmemory-eviction-tenacity", "", Int(0, 100), "10", MUTABLE),
    (MaxmemoryPolicy, "maxmemory-policy", "", Enum(MAXMEMORY_POLICY), "noeviction", MUTABLE),
    (MaxmemorySamples, "maxmemory-samples", "", Int(1, INT_MAX), "5", MUTABLE),
    (MinReplicasMaxLag, "min-replicas-max-lag", "min-slaves-max-lag", Int(0, INT_MAX), "10", MUTABLE),
    (MinReplicasToWrite, "min-replicas-to-write", "min-slaves-to-write", Int(0, INT_MAX), "0", MUTABLE),
    (NoAppendfsyncOnRewrite, "no-appendfsync-on-rewrite", "", Bool, "no", LATER),
    (NotifyKeyspaceEvents, "notify-keyspace-events", "", Events, "", MUTABLE),
    (OomScoreAdj, "oom-score-adj", "", Enum(OOM_SCORE_ADJ), "no", LATER),
    (OomScoreAdjValues, "oom-score-adj-values", "", OomValues, "0 200 800", MULTI | LATER),
    (Pidfile, "pidfile", "", OptionalText(Check::Any), "", IMMUTABLE),
    (Port, "port", "", Int(0, 65535), "6379", MUTABLE),
    (ProcTitleTemplate, "proc-title-template", "", Text(Check::ProcTitle), "{title} {listen-addr} {server-mode}", LATER),
    (PropagationErrorBehavior, "propagation-error-behavior", "", Enum(PROPAGATION_ERRORS), "ignore", LATER),
    (ProtectedMode, "protected-mode", "", Bool, "yes", MUTABLE),
    (ProtoMaxBulkLen, "proto-max-bulk-len", "", Memory(1 << 20, LONG_MAX), "536870912", MUTABLE),
    (RdbDelSyncFiles, "rdb-del-sync-files", "", Bool, "no", LATER),
    (RdbKeySaveDelay, "rdb-key-save-delay", "", Int(INT_MIN, INT_MAX), "0", HIDDEN | LATER),
    (RdbSaveIncrementalFsync, "rdb-save-incremental-fsync", "", Bool, "yes", LATER),
    (Rdbchecksum, "rdbchecksum", "", Bool, "yes", IMMUTABLE | LATER),
    (Rdbcompression, "rdbcompression", "", Bool, "yes", LATER),
    (ReplBacklogSize, "repl-backlog-size", "", Memory(1, LONG_MAX), "1048576", MUTABLE),
    (ReplBacklogTtl, "repl-backlog-ttl", "", Int(0, LONG_MAX), "3600", MUTABLE),
    (ReplDisableTcpNodelay, "repl-disable-tcp-nodelay", "", Bool, "no", MUTABLE),
    (ReplDisklessLoad, "repl-diskless-load", "", Enum(DISKLESS_LOAD), "disabled", DENY_LOADING | LATER),
    (ReplDisklessSync, "repl-diskless-sync", "", Bool, "yes", MUTABLE),
    (ReplDisklessSyncDelay, "repl-diskless-sync-delay", "", Int(0, INT_MAX), "5", MUTABLE),
    (ReplDisklessSyncMaxReplicas, "repl-diskless-sync-max-replicas", "", Int(0, INT_MAX), "0", MUTABLE),
    (ReplPingReplicaPeriod, "repl-ping-replica-period", "repl-ping-slave-period", Int(1, INT_MAX), "10", MUTABLE),
    (ReplTimeout, "repl-timeout", "", Int(1, INT_MAX), "60", MUTABLE),
    (ReplicaAnnounceIp, "replica-announce-ip", "slave-announce-ip", OptionalText(Check::Any), "", MUTABLE),
    (ReplicaAnnouncePort, "replica-announce-port", "slave-announce-port", Int(0, 65535), "0", MUTABLE),
    (ReplicaAnnounced, "replica-announced", "", Bool, "yes", MUTABLE),
    (ReplicaIgnoreDiskWriteErrors, "replica-ignore-disk-write-errors", "", Bool, "no", LATER),
    (ReplicaIgnoreMaxmemory, "replica-ignore-maxmemory", "slave-ignore-maxmemory", Bool, "yes", MUTABLE),
    (ReplicaLazyFlush, "replica-lazy-flush", "slave-lazy-flush", Bool, "no", MUTABLE),
    (ReplicaPriority, "replica-priority", "slave-priority", Int(0, INT_MAX), "100", MUTABLE),
    (ReplicaReadOnly, "replica-read-only", "slave-read-only", Bool, "yes", MUTABLE),
    (ReplicaServeStaleData, "replica-serve-stale-data", "slave-serve-stale-data", Bool, "yes", MUTABLE),
    (Replicaof, "replicaof", "slaveof", ReplicaOf, "no one", IMMUTABLE | MULTI),
    (ReqResLogfile, "req-res-logfile", "", OptionalText(Check::Any), "", IMMUTABLE | HIDDEN | LATER),
    (Requirepass, "requirepass", "", OptionalText(Check::Any), "", SENSITIVE),
    (SanitizeDumpPayload, "sanitize-dump-payload", "", Enum(SANITIZE_DUMP), "no", LATER),
    (Save, "save", "", Save, "3600 1 300 100 60 10000", MULTI | LATER),
    (ServerCpulist, "server_cpulist", "", OptionalText(Check::Any), "", IMMUTABLE | LATER),
    (SetMaxIntsetEntries, "set-max-intset-entries", "", Int(0, LONG_MAX), "512", MUTABLE),
    (SetMaxListpackEntries, "set-max-listpack-entries", "", Int(0, LONG_MAX), "128", MUTABLE),
    (SetMaxListpackValue, "set-max-listpack-value", "", Int(0, LONG_MAX), "64", MUTABLE),
    (SetProcTitle, "set-proc-title", "", Bool, "yes", IMMUTABLE | LATER),
    (ShutdownOnSigint, "shutdown-on-sigint", "", Enum(SHUTDOWN_ON_SIGNAL), "default", MULTI),
    (ShutdownOnSigterm, "shutdown-on-sigterm", "", Enum(SHUTDOWN_ON_SIGNAL), "default", MULTI),
    (ShutdownTimeout, "shutdown-timeout", "", Int(0, INT_MAX), "10", LATER),
    (SlowlogLogSlowerThan, "slowlog-log-slower-than", "", Int(-1, LONG_MAX), "10000", LATER),
    (SlowlogMaxLen, "slowlog-max-len", "", Int(0, LONG_MAX), "128", LATER),
    (SocketMarkId, "socket-mark-id", "", Int(0, UINT_MAX), "0", IMMUTABLE | LATER),
    (StopWritesOnBgsaveError, "stop-writes-on-bgsave-error", "", Bool, "yes", LATER),
    (StreamNodeMaxBytes, "stream-node-max-bytes", "", Memory(0, LONG_MAX), "4096", MUTABLE),
    (StreamNodeMaxEntries, "stream-node-max-entries", "", Int(0, LONG_MAX), "100", MUTABLE),
    (Supervised, "supervised", "", Enum(SUPERVISED), "no", IMMUTABLE | LATER),
    (SyslogEnabled, "syslog-enabled", "", Bool, "no", IMMUTABLE | LATER),
    (SyslogFacility, "syslog-facility", "", Enum(SYSLOG_FACILITY), "local0", IMMUTABLE | LATER),
    (SyslogIdent, "syslog-ident", "", Text(Check::Any), "redis", IMMUTABLE | LATER),
    (TcpBacklog, "tcp-backlog", "", Int(0, INT_MAX), "511", IMMUTABLE),
    (TcpKeepalive, "tcp-keepalive", "", Int(0, INT_MAX), "300", MUTABLE),
    (Timeout, "timeout", "", Int(0, INT_MAX), "0", MUTABLE),
    (TlsAuthClients, "tls-auth-clients", "", Enum(TLS_AUTH_CLIENTS), "yes", LATER),
    (TlsCaCertDir, "tls-ca-cert-dir", "", OptionalText(Check::Any), "", LATER),
    (TlsCaCertFile, "tls-ca-cert-file", "", OptionalText(Check::Any), "", LATER),
    (TlsCertFile, "tls-cert-file", "", OptionalText(Check::Any), "", LATER),
    (TlsCiphers, "tls-ciphers", "", OptionalText(Check::Any), "", LATER),
    (TlsCiphersuites, "tls-ciphersuites", "", OptionalText(Check::Any), "", LATER),
    (TlsClientCertFile, "tls-client-cert-file", "", OptionalText(Check::Any), "", LATER),
    (TlsClientKeyFile, "tls-client-key-file", "", OptionalText(Check::Any), "", LATER),
    (TlsClientKeyFilePass, "tls-client-key-file-pass", "", OptionalText(Check::Any), "", LATER),
    (TlsCluster, "tls-cluster", "", Bool, "no", LATER),
    (TlsDhParamsFile, "tls-dh-params-file", "", OptionalText(Check::Any), "", LATER),
    (TlsKeyFile, "tls-key-file", "", OptionalText(Check::Any), "", LATER),
    (TlsKeyFilePass, "tls-key-file-pass", "", OptionalText(Check::Any), "", LATER),
    (TlsPort, "tls-port", "", Int(0, 65535), "0", LATER),
    (TlsPreferServerCiphers, "tls-prefer-server-ciphers", "", Bool, "no", LATER),
    (TlsProtocols, "tls-protocols", "", OptionalText(Check::Any), "", LATER),
    (TlsReplication, "tls-replication", "", Bool, "no", LATER),
    (TlsSessionCacheSize, "tls-session-cache-size", "", Int(0, INT_MAX), "20480", LATER),
    (TlsSessionCacheTimeout, "tls-session-cache-timeout", "", Int(0, INT_MAX), "300", LATER),
    (TlsSessionCaching, "tls-session-caching", "", Bool, "yes", LATER),
    (TrackingTableMaxKeys, "tracking-table-max-keys", "", Int(0, LONG_MAX), "1000000", LATER),
    (Unixsocket, "unixsocket", "", OptionalText(Check::Any), "", IMMUTABLE),
    (Unixsocketperm, "unixsocketperm", "", Octal(0o777), "0", IMMUTABLE),
    (UseExitOnPanic, "use-exit-on-panic", "", Bool, "no", HIDDEN | LATER),
    (WatchdogPeriod, "watchdog-period", "", Int(0, INT_MAX), "0", HIDDEN | LATER),
    (ZsetMaxListpackEntries, "zset-max-listpack-entries", "zset-max-ziplist-entries", Int(0, LONG_MAX), "128", MUTABLE),
    (ZsetMaxListpackValue, "zset-max-listpack-value", "zset-max-ziplist-value", Memory(0, LONG_MAX), "64", MUTABLE),
}
