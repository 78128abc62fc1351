//! Random operations, seeded: the same driver as the fuzz target `bus_machine`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails panics"
)]

#[path = "common/chaos.rs"]
#[allow(unreachable_pub, reason = "shared with the fuzz target")]
mod driver;

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

#[test]
fn nothing_breaks_whatever_happens_in_whatever_order() {
    for seed in 0..500 {
        let mut data = vec![0; 4000];
        Pcg64Mcg::seed_from_u64(seed).fill_bytes(&mut data);
        std::panic::catch_unwind(|| driver::run(&data))
            .unwrap_or_else(|_| panic!("replay with seed {seed}"));
    }
}
