//! What `DEBUG` switches on and off.

use super::{is_on, ok};
use crate::data_plane::DataPlane;
use crate::data_plane::call::{Call, Flow};

/// `DEBUG SET-ACTIVE-EXPIRE 0|1`.
pub(super) fn active_expire(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    plane.expiry.disabled = !is_on(call, 2);
    ok(plane, call)
}

/// `DEBUG PAUSE-CRON 0|1`.
pub(super) fn pause_cron(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    plane.cron_paused = is_on(call, 2);
    ok(plane, call)
}

/// `DEBUG SET-DISABLE-DENY-SCRIPTS 0|1`: there are no scripts yet to be denied anything.
pub(super) fn deny_scripts(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    ok(plane, call)
}

/// `DEBUG QUICKLIST-PACKED-THRESHOLD bytes`: which elements of lists get a node of their own. Zero: the default.
pub(super) fn packed_threshold(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    const DEFAULT: usize = 1 << 30;
    const LIMIT: u64 = (1 << 32) - (1 << 20);
    let bytes = call
        .arg(2)
        .and_then(shoal_config::memory)
        .filter(|bytes| *bytes <= LIMIT)
        .and_then(|bytes| usize::try_from(bytes).ok());
    let Some(bytes) = bytes else {
        let text = "ERR argument must be a memory value bigger than 1 and smaller than 4gb";
        return plane.error(call.client, text);
    };
    plane.keyspace.options_mut().list_packed_threshold = if bytes == 0 { DEFAULT } else { bytes };
    ok(plane, call)
}

/// `DEBUG REPLYBUFFER PEAK-RESET-TIME|RESIZING …`: sessions that say nothing have no buffer here, so there is nothing to
/// be resized.
pub(super) fn reply_buffer(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    if call.arg_is(2, "PEAK-RESET-TIME") {
        let word = call.arg_is(3, "NEVER") || call.arg_is(3, "RESET");
        if !word && call.arg_i64(3).is_none() {
            return plane.error(call.client, "ERR value is not an integer or out of range");
        }
        return ok(plane, call);
    }
    if call.arg_is(2, "RESIZING") {
        return ok(plane, call);
    }
    super::unknown(plane, call)
}

/// `DEBUG DROP-CLUSTER-PACKET-FILTER type`: nothing is dropped here, so only -1 (nothing) is accepted.
pub(super) fn packet_filter(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    match call.arg_i64(2) {
        Some(-1) => ok(plane, call),
        Some(_) => plane.error(
            call.client,
            "ERR packets of the bus cannot be filtered here",
        ),
        None => plane.error(call.client, "ERR value is not an integer or out of range"),
    }
}

/// `DEBUG STRINGMATCH-TEST`: random patterns, to see that they end.
pub(super) fn stringmatch_test(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    use rand_core::Rng;
    const ROUNDS: usize = 1000;
    const LETTERS: &[u8] = b"*?[]^-\\ab";
    for _ in 0..ROUNDS {
        let letters: Vec<u8> = (0..64)
            .map(|_| {
                let at = plane.rng.next_u32() as usize % LETTERS.len();
                LETTERS.get(at).copied().unwrap_or(b'*')
            })
            .collect();
        let (pattern, text) = letters.split_at(32);
        let _ = shoal_keyspace::glob_matches(pattern, text);
    }
    plane
        .reply(call.client)
        .simple("Apparently Redis did not crash: test passed");
    Flow::Next
}
