//! One primary fails: how long its slots are without one, over many seeds.

#![allow(clippy::panic)]

use core::time::Duration;

use shoal_sim::{Loss, Options, World};

#[test]
fn a_replica_takes_over_and_the_old_primary_returns_as_a_replica() {
    for seed in 0..20 {
        let mut world = World::new(seed, Options::default());
        let formed = world.form_cluster(3);
        formed.unwrap_or_else(|stuck| panic!("{}\nseed {seed}: {stuck}", world.log()));
        let victim = world.owner_of(b"user:1").expect("the slot has an owner");
        let before = world.elapsed();
        world.crash(victim, Loss::Nothing);
        let taken = world.run_until(Duration::from_secs(10), |world| {
            world
                .owner_of(b"user:1")
                .is_some_and(|owner| owner != victim)
        });
        taken.unwrap_or_else(|stuck| panic!("seed {seed}: {stuck}\n{}", world.log()));
        let took = world.elapsed() - before;
        assert!(
            took < Duration::from_millis(5000),
            "seed {seed}: took {took:?}"
        );

        world.restart(victim).expect("nodes.conf is readable");
        let back = world.run_until(Duration::from_secs(20), |world| {
            world
                .gossip(victim)
                .is_some_and(|gossip| gossip.myself().is_replica())
                && world.is_in_sync(victim)
                && world.is_healthy()
        });
        back.unwrap_or_else(|stuck| panic!("seed {seed}: {stuck}\n{}", world.log()));
    }
}
