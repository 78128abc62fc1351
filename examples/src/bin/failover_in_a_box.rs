//! A primary crashes, and a replica takes over: a whole cluster in one process, in virtual time.
//!
//! ```sh
//! cargo run -p shoal-examples --bin failover_in_a_box
//! cargo run -p shoal-examples --bin failover_in_a_box -- 42 20   # another seed, and every fifth packet lost
//! ```
//!
//! The same seed gives the same run, event by event: a cluster that misbehaves can be watched misbehaving again.
#![allow(clippy::print_stdout, reason = "a program that prints")]

use core::time::Duration;
use std::error::Error;

use shoal_sim::{Loss, Options, World};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let seed = args.next().map_or(Ok(7), |seed| seed.parse())?;
    let loss = args.next().map_or(Ok(0), |loss| loss.parse())?;

    let options = Options::default();
    let mut world = World::new(seed, options);
    world.form_cluster(3)?;
    let formed = world.elapsed();
    let victim = world.owner_of(b"user:1").ok_or("nobody owns the slot")?;

    world.network_mut().faults_mut().loss_percent = loss;
    world.crash(victim, Loss::Nothing);
    world.run_until(Duration::from_secs(60), |world| {
        world
            .owner_of(b"user:1")
            .is_some_and(|owner| owner != victim)
    })?;
    let took = world.elapsed() - formed;

    world.network_mut().faults_mut().loss_percent = 0;
    world.restart(victim)?;
    world.run_until(Duration::from_secs(60), |world| {
        world.is_healthy() && world.is_in_sync(victim)
    })?;

    print!("{}", world.log());
    println!();
    println!("a cluster of {} nodes formed in {formed:?}", options.nodes);
    println!("{victim} crashed; its slots had a new primary after {took:?}");
    println!("(the node timeout is {:?})", options.node_timeout);
    println!("{} events, seed {seed}: run it again", world.log().events());
    Ok(())
}
