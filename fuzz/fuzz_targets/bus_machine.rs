//! The membership machine under arbitrary operations: packets from strangers and from known peers, changes of
//! links, timeouts, admin calls. The driver and what it checks are those of gossip's own random test.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../gossip/tests/common/chaos.rs"]
mod chaos;

fuzz_target!(|data: &[u8]| chaos::run(data));
