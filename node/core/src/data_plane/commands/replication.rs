//! Commands of replication: `REPLICAOF`, `ROLE`, `WAIT`, `REPLCONF`, `PSYNC`, `SYNC`.

use core::time::Duration;

use shoal_replication::{PsyncAnswer, PsyncRequest, ReplconfReply};

use crate::data_plane::DataPlane;
use crate::data_plane::blocked::Blocked;
use crate::data_plane::call::{Call, Flow};
use crate::data_plane::event::LogLevel;
use crate::data_plane::replicas::key_of;
use crate::data_plane::session::Flags;

/// `REPLICAOF host port`, `REPLICAOF NO ONE` (and `SLAVEOF`).
pub(crate) fn replicaof(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    if plane.settings.cluster_enabled {
        return plane.error(call.client, "ERR REPLICAOF not allowed in cluster mode.");
    }
    if call.arg_is(1, "no") && call.arg_is(2, "one") {
        if plane.is_replica() {
            plane.become_primary();
            let name = plane
                .sessions
                .get(call.client)
                .map(|session| session.about.peer.addr.clone());
            plane.log(
                LogLevel::Notice,
                format!(
                    "MASTER MODE enabled (user request from '{}')",
                    name.unwrap_or_default()
                ),
            );
        }
        plane.reply(call.client).ok();
        return Flow::Next;
    }
    let port = call.arg_i64(2).and_then(|port| u16::try_from(port).ok());
    let Some(port) = port else {
        return plane.error(call.client, "ERR Invalid master port");
    };
    let host = String::from_utf8_lossy(call.arg(1).unwrap_or_default()).into_owned();
    if plane
        .upstream
        .as_ref()
        .is_some_and(|upstream| upstream.is_at(&host, port))
    {
        plane.log(LogLevel::Notice, "REPLICAOF would result into synchronization with the master we are already connected with. No operation performed.".to_owned());
        plane
            .reply(call.client)
            .simple("OK Already connected to specified master");
        return Flow::Next;
    }
    plane.follow(call.now, &host, port);
    plane.reply(call.client).ok();
    Flow::Next
}

/// `ROLE`.
pub(crate) fn role(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let offset = i64::try_from(plane.offset().0).unwrap_or(i64::MAX);
    if let Some(upstream) = &plane.upstream {
        let (host, port, state) = (upstream.host.clone(), upstream.port, upstream.state_word());
        let offset = if upstream.is_up() { offset } else { -1 };
        let mut reply = plane.reply(call.client);
        reply.array(5);
        reply.bulk(b"slave");
        reply.bulk(host.as_bytes());
        reply.integer(i64::from(port));
        reply.bulk(state.as_bytes());
        reply.integer(offset);
        return Flow::Next;
    }
    let replicas = plane.online_replicas();
    let mut reply = plane.reply(call.client);
    reply.array(3);
    reply.bulk(b"master");
    reply.integer(offset);
    reply.array(replicas.len());
    for replica in replicas {
        reply.array(3);
        reply.bulk(replica.ip.as_bytes());
        reply.bulk(replica.port.to_string().as_bytes());
        reply.bulk(replica.acked.to_string().as_bytes());
    }
    Flow::Next
}

const WAIT_ON_REPLICA: &str = "ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 \
     if a replica is configured to be writable (which is not the default) writes to replicas are just local and are not \
     propagated.";

/// `WAIT numreplicas timeout`.
pub(crate) fn wait(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    if plane.is_replica() {
        return plane.error(call.client, WAIT_ON_REPLICA);
    }
    let Some(wanted) = call.arg_i64(1) else {
        return plane.error(call.client, "ERR value is not an integer or out of range");
    };
    let millis = match call.arg_i64(2) {
        None => return plane.error(call.client, "ERR timeout is not an integer or out of range"),
        Some(millis) => match u64::try_from(millis) {
            Ok(millis) => millis,
            Err(_) => return plane.error(call.client, "ERR timeout is negative"),
        },
    };
    let offset = plane
        .sessions
        .get(call.client)
        .map(|session| session.write_offset)
        .unwrap_or_default();
    let acked = plane.primary.count_acked(offset);
    let replicas = u64::try_from(wanted).unwrap_or(0);
    // A transaction never waits.
    let waits = !plane.flags_of(call.client).contains(Flags::MULTI);
    if acked as u64 >= replicas || !waits {
        plane
            .reply(call.client)
            .integer(i64::try_from(acked).unwrap_or(i64::MAX));
        return Flow::Next;
    }
    let deadline = (millis > 0).then(|| call.now.instant + Duration::from_millis(millis));
    plane.block(
        call.client,
        Blocked::Wait {
            offset,
            replicas,
            deadline,
        },
    );
    plane.primary.request_acks();
    plane.fed = true;
    Flow::Stop
}

/// `REPLCONF option value ...`.
pub(crate) fn replconf(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    match plane
        .primary
        .replconf(call.now, key_of(call.client), call.args.slice(1..))
    {
        ReplconfReply::Ok => plane.reply(call.client).ok(),
        ReplconfReply::Silent => {}
        ReplconfReply::Acked => plane.look_at_waiting(),
        ReplconfReply::Refused(refusal) => return plane.error(call.client, &refusal.to_string()),
    }
    Flow::Next
}

/// `PSYNC replid offset`.
pub(crate) fn psync(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let request = match PsyncRequest::parse(call.args.slice(1..)) {
        Ok(request) => request,
        Err(refusal) => return plane.error(call.client, &refusal.to_string()),
    };
    if has_pending_output(plane, call) {
        return plane.error(
            call.client,
            "ERR SYNC and PSYNC are invalid with pending output",
        );
    }
    let name = plane.replica_name(call.client);
    plane.log(
        LogLevel::Notice,
        format!("Replica {name} asks for synchronization"),
    );
    let source = plane.source();
    let mut answer = plane
        .primary
        .psync(call.now, key_of(call.client), request, source);
    if answer == PsyncAnswer::BecomePrimary {
        plane.become_primary();
        let request = PsyncRequest {
            failover: false,
            ..request
        };
        let source = plane.source();
        answer = plane
            .primary
            .psync(call.now, key_of(call.client), request, source);
    }
    attach(plane, call, answer)
}

/// `SYNC`.
pub(crate) fn sync(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    if has_pending_output(plane, call) {
        return plane.error(
            call.client,
            "ERR SYNC and PSYNC are invalid with pending output",
        );
    }
    let source = plane.source();
    let answer = plane.primary.sync(call.now, key_of(call.client), source);
    attach(plane, call, answer)
}

fn has_pending_output(plane: &DataPlane, call: &Call<'_>) -> bool {
    plane
        .sessions
        .get(call.client)
        .is_some_and(|session| session.unsent() > 0 && !session.is_replica())
}

fn attach(plane: &mut DataPlane, call: &Call<'_>, answer: PsyncAnswer) -> Flow {
    let name = plane.replica_name(call.client);
    match answer {
        PsyncAnswer::Ignored | PsyncAnswer::BecomePrimary => return Flow::Next,
        PsyncAnswer::Refused(refusal) => return plane.error(call.client, &refusal.to_string()),
        PsyncAnswer::Continue => {
            plane.stats.sync_partial_ok += 1;
            plane.log(
                LogLevel::Notice,
                format!("Partial resynchronization request from {name} accepted."),
            );
        }
        PsyncAnswer::FullSync => {
            plane.stats.sync_full += 1;
            plane.log(
                LogLevel::Notice,
                format!("Full resync requested by replica {name}"),
            );
        }
    }
    plane.mark_replica(call.client);
    Flow::Next
}
