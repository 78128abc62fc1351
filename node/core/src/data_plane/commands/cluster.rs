//! `CLUSTER …`, `ASKING`, `READONLY`, `READWRITE`.
//!
//! What concerns keys of this node is answered here; everything else is the control plane's. Its client
//! waits meanwhile, and because the two queues keep their order, it is answered only after the view that its
//! command made is in force.

use bytes::Bytes;
use shoal_slots::Slot;

use crate::data_plane::DataPlane;
use crate::data_plane::blocked::Blocked;
use crate::data_plane::call::{Call, Flow, parse_i64};
use crate::data_plane::session::Flags;
use crate::messages::{AdminRequest, ToControl};

const NOT_AN_INTEGER: &str = "ERR value is not an integer or out of range";

/// `CLUSTER KEYSLOT key`.
pub(crate) fn keyslot(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let slot = Slot::of_key(call.arg(2).unwrap_or_default());
    plane.reply(call.client).integer(i64::from(slot.get()));
    Flow::Next
}

/// `CLUSTER COUNTKEYSINSLOT slot`.
pub(crate) fn countkeysinslot(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let Some(number) = call.arg_i64(2) else {
        return plane.error(call.client, NOT_AN_INTEGER);
    };
    let Some(slot) = slot(number) else {
        return plane.error(call.client, "ERR Invalid slot");
    };
    let count = plane.keyspace.count_keys_in_slot(slot);
    plane
        .reply(call.client)
        .integer(i64::try_from(count).unwrap_or(i64::MAX));
    Flow::Next
}

/// `CLUSTER GETKEYSINSLOT slot count`.
pub(crate) fn getkeysinslot(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let (Some(number), Some(count)) = (call.arg_i64(2), call.arg_i64(3)) else {
        return plane.error(call.client, NOT_AN_INTEGER);
    };
    let (Some(slot), Ok(count)) = (slot(number), usize::try_from(count)) else {
        return plane.error(call.client, "ERR Invalid slot or number of keys");
    };
    let keys = plane.keyspace.keys_in_slot(slot, count);
    let mut reply = plane.reply(call.client);
    reply.array(keys.len());
    for key in keys {
        reply.bulk(&key);
    }
    Flow::Next
}

fn slot(number: i64) -> Option<Slot> {
    u16::try_from(number).ok().and_then(Slot::new)
}

/// Every other subcommand: ask the control plane, and wait.
pub(crate) fn ask_control(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let Some(session) = plane.sessions.get(call.client) else {
        return Flow::Stop;
    };
    let (version, tls) = (session.version, session.about.peer.tls);
    let ticket = plane.draw_ticket();
    let slot = call.arg(2).and_then(parse_i64).and_then(slot);
    let request = AdminRequest {
        ticket,
        subcommand: call.spec.own_name(),
        args: call
            .args
            .slice(2..)
            .iter()
            .map(Bytes::copy_from_slice)
            .collect(),
        version,
        tls,
        keys_total: plane.keyspace.total_keys() as u64,
        slot_keys: slot.map(|slot| plane.keyspace.count_keys_in_slot(slot) as u64),
        replication: plane.replication_status(),
    };
    plane.to_control.push_back(ToControl::Admin(request));
    plane.block(call.client, Blocked::Admin(ticket));
    Flow::Stop
}

/// `ASKING`: the next command may use a slot that is being imported.
pub(crate) fn asking(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    set_flag(plane, call, Flags::ASKING, true)
}

/// `READONLY`: reads of this client may be answered by a replica.
pub(crate) fn readonly(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    set_flag(plane, call, Flags::READONLY, true)
}

/// `READWRITE`: no longer.
pub(crate) fn readwrite(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    set_flag(plane, call, Flags::READONLY, false)
}

/// What every cluster command answers outside of a cluster.
pub(crate) const NO_CLUSTER: &str = "ERR This instance has cluster support disabled";

fn set_flag(plane: &mut DataPlane, call: &Call<'_>, flag: Flags, on: bool) -> Flow {
    if !plane.settings.cluster_enabled {
        return plane.error(call.client, NO_CLUSTER);
    }
    if let Some(session) = plane.sessions.get_mut(call.client) {
        session.flags.set(flag, on);
    }
    plane.reply(call.client).ok();
    Flow::Next
}
