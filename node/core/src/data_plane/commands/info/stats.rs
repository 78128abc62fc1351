//! `INFO stats`, `commandstats` and `errorstats`.

use std::fmt::Write as _;

use super::{lines, put};
use crate::data_plane::DataPlane;
use crate::data_plane::pubsub::Topic;

pub(super) fn stats(plane: &DataPlane, text: &mut String) {
    let stats = &plane.stats;
    let rates = &stats.rates;
    let keys = plane.keyspace.stats();
    put(
        text,
        lines! {
            "total_connections_received": stats.connections_received,
            "total_commands_processed": stats.commands,
            "instantaneous_ops_per_sec": rates.commands.per_second(),
            "total_net_input_bytes": stats.net_input + stats.repl_input,
            "total_net_output_bytes": stats.net_output + stats.repl_output,
            "total_net_repl_input_bytes": stats.repl_input,
            "total_net_repl_output_bytes": stats.repl_output,
            "instantaneous_input_kbps": format!("{:.2}", rates.input.kilobytes()),
            "instantaneous_output_kbps": format!("{:.2}", rates.output.kilobytes()),
            "instantaneous_input_repl_kbps": format!("{:.2}", rates.repl_input.kilobytes()),
            "instantaneous_output_repl_kbps": format!("{:.2}", rates.repl_output.kilobytes()),
            "rejected_connections": stats.connections_rejected,
            "sync_full": stats.sync_full,
            "sync_partial_ok": stats.sync_partial_ok,
            "sync_partial_err": stats.sync_partial_err,
            "expired_keys": keys.expired,
            "expired_stale_perc": format!("{:.2}", plane.expiry.stale * 100.0),
            "expired_time_cap_reached_count": plane.expiry.capped,
            "expire_cycle_cpu_milliseconds": plane.expiry.spent.as_millis(),
            "evicted_keys": keys.evicted,
            "evicted_clients": 0,
            "total_eviction_exceeded_time": plane.memory.over_in_all(plane.now.instant).as_millis(),
            "current_eviction_exceeded_time": plane.memory.over(plane.now.instant).as_millis(),
            "keyspace_hits": keys.hits,
            "keyspace_misses": keys.misses,
            "pubsub_channels": plane.pubsub.listeners(Topic::Channel).len(),
            "pubsub_patterns": plane.pubsub.listeners(Topic::Pattern).len(),
            "pubsubshard_channels": plane.pubsub.listeners(Topic::Shard).len(),
            "latest_fork_usec": 0,
            "total_forks": 0,
            "migrate_cached_sockets": 0,
            "slave_expires_tracked_keys": 0,
        },
    );
    put(text, rest(plane));
}

fn rest(plane: &DataPlane) -> super::Lines {
    let stats = &plane.stats;
    lines! {
        "active_defrag_hits": 0,
        "active_defrag_misses": 0,
        "active_defrag_key_hits": 0,
        "active_defrag_key_misses": 0,
        "total_active_defrag_time": 0,
        "current_active_defrag_time": 0,
        "tracking_total_keys": 0,
        "tracking_total_items": 0,
        "tracking_total_prefixes": 0,
        "unexpected_error_replies": 0,
        "total_error_replies": stats.error_replies,
        "dump_payload_sanitizations": 0,
        "total_reads_processed": stats.reads,
        "total_writes_processed": stats.writes,
        "io_threaded_reads_processed": 0,
        "io_threaded_writes_processed": 0,
        "client_query_buffer_limit_disconnections": stats.query_limit_closes,
        "client_output_buffer_limit_disconnections": stats.output_limit_closes,
        "reply_buffer_shrinks": 0,
        "reply_buffer_expands": 0,
        "eventloop_cycles": stats.loop_turns,
        "acl_access_denied_auth": stats.auth_denied,
        "acl_access_denied_cmd": 0,
        "acl_access_denied_key": 0,
        "acl_access_denied_channel": 0,
    }
}

/// Calls per command. How long they took is not known here: this plane has no clock.
pub(super) fn commandstats(plane: &DataPlane, text: &mut String) {
    for (name, stat) in plane.command_stats.by_name() {
        let _ = write!(
            text,
            "cmdstat_{name}:calls={},usec=0,usec_per_call=0.00,rejected_calls={},failed_calls={}\r\n",
            stat.calls, stat.rejected, stat.failed
        );
    }
}

pub(super) fn errorstats(plane: &DataPlane, text: &mut String) {
    for (code, count) in &plane.stats.errors {
        let _ = write!(text, "errorstat_{code}:count={count}\r\n");
    }
}
