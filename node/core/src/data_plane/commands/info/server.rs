//! `INFO server`, `clients`, `persistence`, `cpu`, `cluster` and `keyspace`.

use std::fmt::Write as _;

use super::{lines, put};
use crate::data_plane::{DataPlane, REDIS_VERSION, SHOAL_VERSION};

pub(super) fn server(plane: &DataPlane, text: &mut String) {
    let uptime = plane.uptime().as_secs();
    let hz = 1_000_000 / plane.settings.cron_period.as_micros().max(1);
    let facts = &plane.process;
    put(
        text,
        lines! {
            "redis_version": REDIS_VERSION,
            "server_name": "shoal",
            "shoal_version": SHOAL_VERSION,
            "redis_git_sha1": "00000000",
            "redis_git_dirty": 0,
            "redis_build_id": "0",
            "redis_mode": if plane.settings.cluster_enabled { "cluster" } else { "standalone" },
            "os": facts.os,
            "arch_bits": usize::BITS,
            "monotonic_clock": "POSIX clock_gettime",
            "multiplexing_api": "epoll",
            "atomicvar_api": "none",
            "process_id": facts.pid,
            "process_supervised": "no",
            "run_id": plane.run_id,
            "tcp_port": plane.config.port(),
            "server_time_usec": plane.now.unix_micros,
            "uptime_in_seconds": uptime,
            "uptime_in_days": uptime / 86_400,
            "hz": hz,
            "configured_hz": plane.config.hz(),
            "lru_clock": (plane.now.unix_micros / 1_000_000) & 0x00ff_ffff,
            "executable": facts.executable,
            "config_file": facts.config_file,
            "io_threads_active": 0,
        },
    );
    for (n, listener) in facts.listeners.iter().enumerate() {
        let _ = write!(text, "listener{n}:{listener}\r\n");
    }
}

pub(super) fn clients(plane: &DataPlane, text: &mut String) {
    let blocked = |session: &&crate::data_plane::session::Session| {
        session.blocked.is_some_and(|blocked| blocked.is_shown())
    };
    let largest_input = plane
        .sessions
        .iter()
        .map(|session| session.unread())
        .max()
        .unwrap_or(0);
    let largest_output = plane
        .sessions
        .iter()
        .map(|session| session.unsent())
        .max()
        .unwrap_or(0);
    let mut rows = lines! { "connected_clients": plane.sessions.len().saturating_sub(plane.replica_sessions()) };
    if plane.settings.cluster_enabled {
        // Two links per known peer, as long as all of them are up.
        rows.push((
            "cluster_connections",
            (2 * plane.view.nodes().len().saturating_sub(1)).to_string(),
        ));
    }
    rows.extend(lines! {
        "maxclients": plane.settings.clients_max,
        "client_recent_max_input_buffer": largest_input,
        "client_recent_max_output_buffer": largest_output,
        "blocked_clients": plane.sessions.iter().filter(blocked).count(),
        "tracking_clients": 0,
        "clients_in_timeout_table": plane.waiting.deadlines(),
        "total_blocking_keys": plane.queue.keys(),
        "total_blocking_keys_on_nokey": plane.queue.keys_even_if_deleted(),
    });
    put(text, rows);
}

pub(super) fn persistence(plane: &DataPlane, text: &mut String) {
    put(
        text,
        lines! {
            "loading": u8::from(plane.is_loading()),
            "async_loading": 0,
            "current_cow_peak": 0,
            "current_cow_size": 0,
            "current_cow_size_age": 0,
            "current_fork_perc": "0.00",
            "current_save_keys_processed": 0,
            "current_save_keys_total": 0,
            "rdb_changes_since_last_save": plane.dirty,
            "rdb_bgsave_in_progress": 0,
            "rdb_last_save_time": plane.started.unix().secs(),
            "rdb_last_bgsave_status": "ok",
            "rdb_last_bgsave_time_sec": -1,
            "rdb_current_bgsave_time_sec": -1,
            "rdb_saves": 0,
            "rdb_last_cow_size": 0,
            "rdb_last_load_keys_expired": 0,
            "rdb_last_load_keys_loaded": 0,
            "aof_enabled": 0,
            "aof_rewrite_in_progress": 0,
            "aof_rewrite_scheduled": 0,
            "aof_last_rewrite_time_sec": -1,
            "aof_current_rewrite_time_sec": -1,
            "aof_last_bgrewrite_status": "ok",
            "aof_rewrites": 0,
            "aof_rewrites_consecutive_failures": 0,
            "aof_last_write_status": "ok",
            "aof_last_cow_size": 0,
            "module_fork_in_progress": 0,
            "module_fork_last_cow_size": 0,
        },
    );
}

pub(super) fn cpu(plane: &DataPlane, text: &mut String) {
    let facts = &plane.process;
    put(
        text,
        lines! {
            "used_cpu_sys": format!("{:.6}", facts.cpu_sys.as_secs_f64()),
            "used_cpu_user": format!("{:.6}", facts.cpu_user.as_secs_f64()),
            "used_cpu_sys_children": "0.000000",
            "used_cpu_user_children": "0.000000",
        },
    );
}

pub(super) fn cluster(plane: &DataPlane, text: &mut String) {
    put(
        text,
        lines! { "cluster_enabled": u8::from(plane.settings.cluster_enabled) },
    );
}

pub(super) fn keyspace(plane: &DataPlane, text: &mut String) {
    for db in 0..plane.settings.databases {
        let (keys, expires) = (plane.keyspace.db_size(db), plane.keyspace.expiring(db));
        if keys > 0 {
            let ttl = plane.keyspace.average_ttl(db);
            let _ = write!(
                text,
                "db{db}:keys={keys},expires={expires},avg_ttl={ttl}\r\n"
            );
        }
    }
}
