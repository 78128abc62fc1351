//! `MEMORY DOCTOR`: what looks wrong, by the thresholds of the reference server, in our own words.

use super::{Overhead, ratio};
use crate::data_plane::DataPlane;
use crate::data_plane::call::{Call, Flow};

/// With less than this nothing can be said.
const LITTLE: u64 = 5 << 20;
/// Overheads below this many bytes are never complained about.
const NEGLIGIBLE: u64 = 10 << 20;
/// Output buffers of clients and replicas, on average.
const CLIENT_BUFFER: u64 = 200 << 10;
const REPLICA_BUFFER: u64 = 10 << 20;

const EMPTY: &str = "There is too little data here for a diagnosis. Come back when there are a few megabytes more.\n";
const HEALTHY: &str = "Nothing looks wrong with the memory of this node.\n";
const PEAK: &str = " * Peak: it once used more than one and a half times of what it uses now. What the allocator still \
     holds from then looks like fragmentation, and is used again as data grows. MEMORY PURGE gives back what can be.\n";
const TOTAL: &str = " * Fragmentation: the process is more than 1.4 times as large as its data. An earlier peak is the \
     usual cause, and values whose sizes change a lot the other.\n";
const ALLOCATOR: &str = " * Allocator: more than a tenth of its pages is not filled. Keys that come and go in many sizes \
     leave such gaps.\n";
const RESIDENT: &str = " * Allocator pages: it holds more than a tenth more than it uses, which is what a peak leaves \
     behind. MEMORY PURGE gives it back.\n";
const PROCESS: &str = " * Process: it is more than a tenth larger than what its allocator holds.\n";
const REPLICAS: &str = " * Replicas: on average more than 10 MB of the stream wait for each. One of them reads too slowly \
     or has a slow link: INFO REPLICATION shows which.\n";
const CLIENTS: &str = " * Clients: on average they take more than 200 kB each. Some do not read their replies, or ask for \
     too much at once: CLIENT LIST shows which.\n";

/// `MEMORY DOCTOR`.
pub(super) fn doctor(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let report = diagnose(plane);
    plane.reply(call.client).verbatim(b"txt", report.as_bytes());
    Flow::Next
}

fn diagnose(plane: &DataPlane) -> String {
    let overhead = Overhead::of(plane);
    if overhead.used < LITTLE {
        return EMPTY.to_owned();
    }
    let findings: String = findings(plane, &overhead)
        .into_iter()
        .filter_map(|(found, text)| found.then_some(text))
        .collect();
    if findings.is_empty() {
        HEALTHY.to_owned()
    } else {
        format!("The memory of this node shows:\n\n{findings}")
    }
}

fn findings(plane: &DataPlane, overhead: &Overhead) -> [(bool, &'static str); 7] {
    let facts = plane.memory.facts;
    let above = |a: u64, b: u64, limit: f64| {
        b > 0 && ratio(a, b) > limit && a.saturating_sub(b) > NEGLIGIBLE
    };
    let replicas = plane.replica_sessions() as u64;
    let clients = (plane.sessions.len() as u64).saturating_sub(replicas);
    [
        (ratio(overhead.peak, overhead.used) > 1.5, PEAK),
        (above(facts.rss, overhead.used, 1.4), TOTAL),
        (above(facts.active, facts.allocated, 1.1), ALLOCATOR),
        (above(facts.resident, facts.active, 1.1), RESIDENT),
        (above(facts.rss, facts.resident, 1.1), PROCESS),
        (
            replicas > 0 && overhead.replicas / replicas > REPLICA_BUFFER,
            REPLICAS,
        ),
        (
            clients > 0 && overhead.clients / clients > CLIENT_BUFFER,
            CLIENTS,
        ),
    ]
}
