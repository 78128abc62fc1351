//! redis.conf's words, translated for the machines of the control plane.

use shoal_config::Config;
use shoal_gossip::Announce;
use shoal_gossip::wire::Dialect;
use shoal_replication::Timing;
use shoal_slots::{EndpointType, RouteOptions};

/// How nodes.conf is written, and what is spoken on the bus: as Redis 7.2, which we report to be.
pub(super) const DIALECT: Dialect = Dialect::Redis72;

/// The membership's settings.
pub(super) fn gossip_config(config: &Config) -> shoal_gossip::Config {
    let port = config
        .cluster_announce_port()
        .unwrap_or_else(|| config.port());
    let bus_port = config
        .cluster_announce_bus_port()
        .unwrap_or_else(|| config.cluster_bus_port());
    let mut gossip = shoal_gossip::Config::new(port, bus_port);
    gossip.node_timeout = config.cluster_node_timeout();
    gossip.timing.ping_interval = config.cluster_ping_interval();
    gossip.dialect = DIALECT;
    gossip.announce = Announce {
        ip: config.cluster_announce_ip(),
        port,
        tls_port: config
            .cluster_announce_tls_port()
            .unwrap_or_else(|| config.tls_port()),
        bus_port,
        hostname: config.cluster_announce_hostname().unwrap_or_default(),
        human_name: config.cluster_announce_human_nodename().unwrap_or_default(),
    };
    gossip.require_full_coverage = config.cluster_require_full_coverage();
    gossip.allow_replica_migration = config.cluster_allow_replica_migration();
    gossip.replica_no_failover = config.cluster_replica_no_failover();
    gossip.link_sendbuf_limit = config.cluster_link_sendbuf_limit().unwrap_or(0);
    gossip.route = RouteOptions {
        allow_reads_when_down: config.cluster_allow_reads_when_down(),
        allow_pubsubshard_when_down: config.cluster_allow_pubsubshard_when_down(),
        require_full_coverage: config.cluster_require_full_coverage(),
        endpoint: endpoint(config),
    };
    gossip
}

/// The durations of failover.
pub(super) fn timing(config: &Config) -> Timing {
    let node_timeout = config.cluster_node_timeout();
    let mut timing = match config.cluster_election_early_start() {
        true => Timing::shoal(node_timeout),
        false => Timing::redis(node_timeout),
    };
    timing.validity_factor = config.cluster_replica_validity_factor();
    timing.ping_period = config.repl_ping_replica_period();
    timing
}

/// What clients are told to connect to.
pub(super) fn endpoint(config: &Config) -> EndpointType {
    match config.cluster_preferred_endpoint_type() {
        shoal_config::EndpointType::Ip => EndpointType::Ip,
        shoal_config::EndpointType::Hostname => EndpointType::Hostname,
        shoal_config::EndpointType::Unknown => EndpointType::Unknown,
    }
}
