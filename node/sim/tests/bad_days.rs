//! Two hundred bad days: every invariant holds on every step, and every cluster finds itself again.

#![allow(clippy::panic)]

use shoal_sim::{Sabotage, Scenario, Stuck, Violation};

/// How many seeds are tried, and from where. `SHOAL_SEED=<n>` replays one.
fn seeds(count: u64) -> std::ops::Range<u64> {
    match std::env::var("SHOAL_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
    {
        Some(seed) => seed..seed + 1,
        None => 0..count,
    }
}

/// Shares the seeds among threads: each run is a world of its own.
fn survives(first: u64, step: u64) {
    for seed in
        seeds(200).filter(|seed| seed % step == first || seeds(200).end - seeds(200).start == 1)
    {
        let outcome = Scenario::from_seed(seed).run();
        if let Err(stuck) = outcome.result {
            panic!("{}\n{stuck}\nreplay with SHOAL_SEED={seed}", outcome.log);
        }
    }
}

#[test]
fn even_seeds_hold_every_invariant() {
    survives(0, 2);
}

#[test]
fn odd_seeds_hold_every_invariant() {
    survives(1, 2);
}

#[test]
fn the_same_seed_gives_the_same_event_log() {
    for seed in seeds(4) {
        let (one, other) = (
            Scenario::from_seed(seed).run(),
            Scenario::from_seed(seed).run(),
        );
        assert!(one.log.events() > 100, "something happened");
        assert_eq!(one.log, other.log, "seed {seed}");
    }
    assert_ne!(
        Scenario::from_seed(1).run().log.fingerprint(),
        Scenario::from_seed(2).run().log.fingerprint(),
        "another seed is another day"
    );
}

#[test]
fn a_vote_that_is_sent_before_it_is_on_disk_is_caught() {
    let caught = (0..50).any(|seed| {
        let outcome = Scenario::from_seed(seed)
            .sabotaged(Sabotage::ForgetToWaitForTheDisk)
            .run();
        matches!(
            outcome.result,
            Err(Stuck::Violated(
                Violation::VoteNotOnDisk { .. } | Violation::TwoVotes { .. }
            ))
        )
    });
    assert!(caught, "the checker sleeps");
}
