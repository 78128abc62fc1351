//! `INFO replication`.

use std::fmt::Write as _;

use super::{lines, put};
use crate::data_plane::DataPlane;
use crate::data_plane::upstream::Upstream;

pub(super) fn replication(plane: &DataPlane, text: &mut String) {
    match &plane.upstream {
        None => put(text, lines! { "role": "master" }),
        Some(upstream) => {
            put(text, lines! { "role": "slave" });
            put(text, link(plane, upstream));
        }
    }
    put(
        text,
        lines! { "connected_slaves": plane.replica_sessions() },
    );
    if plane.settings.min_replicas > 0 && !plane.is_replica() {
        put(
            text,
            lines! { "min_slaves_good_slaves": plane.good_replicas() },
        );
    }
    for (n, info) in plane.primary.replicas().enumerate() {
        let client = plane.replica_address(&info);
        let lag = plane.now.instant.since(info.heard).as_secs();
        let _ = write!(
            text,
            "slave{n}:ip={},port={},state={},offset={},lag={lag}\r\n",
            client,
            info.port,
            info.stage.as_str(),
            info.acked,
        );
    }
    put(text, history(plane));
}

fn link(plane: &DataPlane, upstream: &Upstream) -> super::Lines {
    let up = upstream.is_up();
    let last_io = if up {
        i64::try_from(upstream.silence(plane.now).as_secs()).unwrap_or(-1)
    } else {
        -1
    };
    let mut rows = lines! {
        "master_host": upstream.host,
        "master_port": upstream.port,
        "master_link_status": if up { "up" } else { "down" },
        "master_last_io_seconds_ago": last_io,
        "master_sync_in_progress": u8::from(upstream.is_syncing()),
        "slave_read_repl_offset": plane.offset(),
        "slave_repl_offset": plane.offset(),
    };
    if upstream.is_syncing() {
        let (total, read) = upstream.sync_progress();
        let left = total.saturating_sub(read);
        let percent = if total == 0 {
            0.0
        } else {
            read as f64 * 100.0 / total as f64
        };
        rows.extend(lines! {
            "master_sync_total_bytes": total,
            "master_sync_read_bytes": read,
            "master_sync_left_bytes": left,
            "master_sync_perc": format!("{percent:.2}"),
            "master_sync_last_io_seconds_ago": upstream.silence(plane.now).as_secs(),
        });
    }
    if !up {
        let down = upstream
            .down_for(plane.now)
            .map_or(-1, |time| i64::try_from(time.as_secs()).unwrap_or(-1));
        rows.extend(lines! { "master_link_down_since_seconds": down });
    }
    rows.extend(lines! {
        "slave_priority": plane.config.replica_priority(),
        "slave_read_only": u8::from(plane.settings.replica_read_only),
        "replica_announced": u8::from(plane.config.replica_announced()),
    });
    rows
}

fn history(plane: &DataPlane) -> super::Lines {
    let primary = &plane.primary;
    let second = primary
        .second_offset()
        .map_or_else(|| "-1".to_owned(), |offset| offset.to_string());
    let backlog = primary.backlog();
    lines! {
        "master_failover_state": "no-failover",
        "master_replid": primary.replid(),
        "master_replid2": primary.replid2(),
        "master_repl_offset": plane.offset(),
        "second_repl_offset": second,
        "repl_backlog_active": u8::from(backlog.is_some()),
        "repl_backlog_size": primary.config().backlog_size,
        "repl_backlog_first_byte_offset": backlog.map_or(0, |backlog| backlog.start().0 + 1),
        "repl_backlog_histlen": backlog.map_or(0, shoal_replication::Backlog::len),
    }
}
