//! The options that the data plane looks at while it works, as plain values.
//!
//! `shoal-config` keeps every option of redis.conf; looking one up costs a match or an allocation. What a
//! command or a cron turn asks for is copied here once, and again after every `CONFIG SET`.

use core::time::Duration;

use super::pubsub::Notifications;
use shoal_config::{Allowed, BufferLimit, Config, OptionId};
use shoal_keyspace::{EvictionPolicy, KeyspaceConfig, Options};
use shoal_replication::{Credentials, LagLimit, PrimaryConfig, ReplicaConfig};
use shoal_resp::Limits;

/// What the data plane wants to know of the configuration.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) cluster_enabled: bool,
    pub(crate) databases: usize,
    pub(crate) cron_period: Duration,
    pub(crate) timeout: Option<Duration>,
    pub(crate) clients_max: usize,
    pub(crate) protected_mode: bool,
    pub(crate) limits: Limits,
    /// Normal clients, replicas, subscribers.
    pub(crate) output_limits: [BufferLimit; 3],
    pub(crate) replica_read_only: bool,
    pub(crate) replica_serve_stale_data: bool,
    pub(crate) min_replicas: usize,
    pub(crate) min_replicas_lag: Duration,
    pub(crate) debug_command: Allowed,
    pub(crate) expire_effort: u32,
    /// Zero: no limit.
    pub(crate) maxmemory: u64,
    pub(crate) eviction_tenacity: u32,
    pub(crate) replica_ignore_maxmemory: bool,
    pub(crate) lazy_eviction: bool,
    pub(crate) lazy_expire: bool,
    pub(crate) notifications: Notifications,
    password: Option<Vec<u8>>,
}

impl Settings {
    /// How long the output of a normal client may be of which so much is sent already; a longer one closes it.
    pub(crate) fn output_len_max(&self, sent: usize) -> usize {
        let [normal, ..] = self.output_limits;
        match usize::try_from(normal.hard) {
            Ok(hard) if hard > 0 => sent.saturating_add(hard),
            _ => usize::MAX,
        }
    }

    pub(crate) fn of(config: &Config) -> Self {
        let cluster_enabled = config.cluster_enabled();
        let mut limits = Limits::default();
        limits.bulk_len_max = config.proto_max_bulk_len();
        limits.query_buffer_max =
            usize::try_from(config.client_query_buffer_limit()).unwrap_or(usize::MAX);
        Self {
            cluster_enabled,
            databases: if cluster_enabled {
                1
            } else {
                (config.databases() as usize).min(usize::from(u16::MAX))
            },
            cron_period: Duration::from_micros(1_000_000 / u64::from(config.hz().clamp(1, 500))),
            timeout: config.timeout(),
            clients_max: config.maxclients() as usize,
            protected_mode: config.is_on(OptionId::ProtectedMode),
            limits,
            output_limits: config.output_buffer_limits(),
            replica_read_only: config.replica_read_only(),
            replica_serve_stale_data: config.replica_serve_stale_data(),
            min_replicas: config.min_replicas_to_write() as usize,
            min_replicas_lag: config.min_replicas_max_lag(),
            debug_command: config.enable_debug_command(),
            expire_effort: config.active_expire_effort(),
            maxmemory: config.maxmemory(),
            eviction_tenacity: u32::try_from(config.size(OptionId::MaxmemoryEvictionTenacity))
                .unwrap_or(10),
            replica_ignore_maxmemory: config.is_on(OptionId::ReplicaIgnoreMaxmemory),
            lazy_eviction: config.is_on(OptionId::LazyfreeLazyEviction),
            lazy_expire: config.is_on(OptionId::LazyfreeLazyExpire),
            notifications: Notifications::of(config),
            password: config.requirepass(),
        }
    }

    pub(crate) const fn requires_password(&self) -> bool {
        self.password.is_some()
    }

    /// Whether this password opens the default user. Takes the same time wherever the first difference is.
    pub(crate) fn accepts_password(&self, offered: &[u8]) -> bool {
        let Some(password) = &self.password else {
            return true;
        };
        let differences = password
            .iter()
            .zip(offered)
            .fold(0, |sum, (a, b)| sum | (a ^ b));
        differences == 0 && password.len() == offered.len()
    }
}

/// What the keyspace is made for.
pub(crate) fn keyspace_config(config: &Config) -> KeyspaceConfig {
    let mut settings = if config.cluster_enabled() {
        KeyspaceConfig::cluster()
    } else {
        KeyspaceConfig::standalone(u16::try_from(config.databases()).unwrap_or(u16::MAX))
    };
    tune_keyspace(config, &mut settings.options);
    settings
}

/// The keyspace's options that may change while it runs.
pub(crate) fn tune_keyspace(config: &Config, options: &mut Options) {
    let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
    options.hash_max_listpack_entries = size(config.hash_max_listpack_entries());
    options.hash_max_listpack_value = size(config.hash_max_listpack_value());
    let count = |id| size(config.size(id));
    options.list_max_listpack_size = config.number(OptionId::ListMaxListpackSize);
    options.list_compress_depth = count(OptionId::ListCompressDepth);
    options.set_max_intset_entries = count(OptionId::SetMaxIntsetEntries);
    options.set_max_listpack_entries = count(OptionId::SetMaxListpackEntries);
    options.set_max_listpack_value = count(OptionId::SetMaxListpackValue);
    options.zset_max_listpack_entries = count(OptionId::ZsetMaxListpackEntries);
    options.zset_max_listpack_value = count(OptionId::ZsetMaxListpackValue);
    options.hll_sparse_max_bytes = count(OptionId::HllSparseMaxBytes);
    options.stream_node_max_bytes = count(OptionId::StreamNodeMaxBytes);
    options.stream_node_max_entries = count(OptionId::StreamNodeMaxEntries);
    options.encodings_of_7_0 = config.word(OptionId::EncodingVersion) == 1;
    options.string_len_max = size(config.proto_max_bulk_len());
    options.policy = eviction_policy(config);
    options.eviction_samples = size(config.size(OptionId::MaxmemorySamples));
    options.lfu_log_factor = u32::try_from(config.size(OptionId::LfuLogFactor)).unwrap_or(u32::MAX);
    options.lfu_decay_minutes =
        u32::try_from(config.size(OptionId::LfuDecayTime)).unwrap_or(u32::MAX);
}

/// `maxmemory-policy`, by its numbers in the table of options.
fn eviction_policy(config: &Config) -> EvictionPolicy {
    match config.word(OptionId::MaxmemoryPolicy) {
        0 => EvictionPolicy::VolatileLru,
        1 => EvictionPolicy::VolatileLfu,
        2 => EvictionPolicy::VolatileRandom,
        3 => EvictionPolicy::VolatileTtl,
        4 => EvictionPolicy::AllKeysLru,
        5 => EvictionPolicy::AllKeysLfu,
        6 => EvictionPolicy::AllKeysRandom,
        _ => EvictionPolicy::NoEviction,
    }
}

/// What the machine that serves our replicas is told.
pub(crate) fn primary_config(config: &Config) -> PrimaryConfig {
    let mut settings = PrimaryConfig::new();
    settings.backlog_size = config.repl_backlog_size();
    settings.backlog_ttl = config.repl_backlog_ttl().unwrap_or_default();
    settings.ping_period = config.repl_ping_replica_period();
    settings.timeout = config.repl_timeout();
    settings.diskless_sync = config.is_on(OptionId::ReplDisklessSync);
    settings.diskless_sync_delay =
        Duration::from_secs(config.size(OptionId::ReplDisklessSyncDelay));
    settings.diskless_sync_max_replicas =
        usize::try_from(config.size(OptionId::ReplDisklessSyncMaxReplicas)).unwrap_or(usize::MAX);
    let [_, limit, _] = config.output_buffer_limits();
    settings.lag_limit = LagLimit {
        hard_len: limit.hard,
        soft_len: limit.soft,
        soft_for: Duration::from_secs(limit.soft_seconds),
    };
    settings
}

/// What the machine that follows our primary is told.
pub(crate) fn replica_config(config: &Config) -> ReplicaConfig {
    let port = config
        .replica_announce_port()
        .unwrap_or_else(|| config.port());
    let mut settings = ReplicaConfig::new(port);
    settings.announce_ip = config.replica_announce_ip();
    settings.credentials = config.masterauth().map(|password| Credentials {
        user: config.masteruser(),
        password,
    });
    settings.timeout = config.repl_timeout();
    settings
}
