//! Every command of the keyspace with arbitrary arguments, on a primary whose effects go to a replica.
//!
//! Properties: nothing panics; every command has exactly one well-formed reply, in both protocols; the books agree with
//! the keys; the replica, which has another seed, other limits and another clock, ends with the same data; and every
//! value survives DUMP and RESTORE.
//!
//! The first bytes choose the limits and the kind of keyspace, each further step a command of the table with arguments
//! after its documentation, or something that time does.
#![no_main]

mod arguments;
mod contents;
mod history;
mod node;
mod words;

use arguments::Maker;
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use node::{Node, NodeConfig};
use shoal_resp::Version;

const STEPS_MAX: usize = 150;
/// How far time goes in a step, in milliseconds.
const PAUSES: [i64; 8] = [0, 0, 0, 1, 7, 1000, 60_000, 10_000_000];
/// How much later the replica hears of things.
const DELAY: i64 = 5_000;

fuzz_target!(|data: &[u8]| {
    // An input that ends within a step is no finding.
    let _ = run(&mut Unstructured::new(data));
});

fn run(input: &mut Unstructured<'_>) -> Result<()> {
    let config = NodeConfig::choose(input)?;
    let mut primary = Node::primary(&config);
    let mut replica = Node::replica(&config);
    let mut maker = Maker::new(config.cluster);
    history::begin();
    let mut now = 1_700_000_000_000;
    for _ in 0..STEPS_MAX {
        if input.is_empty() {
            break;
        }
        now += input.choose(&PAUSES)?;
        primary.now = now;
        replica.now = now + DELAY;
        match input.int_in_range(0..=30u8)? {
            0 => primary.expire(input.int_in_range(0..=100)?),
            1 => {
                primary.keyspace.free_some(input.int_in_range(0..=100)?);
                replica.keyspace.free_some(100);
            }
            2 => primary.version = *input.choose(&[Version::Resp2, Version::Resp3])?,
            3 if !config.cluster => primary.db = input.int_in_range(0..=1)?,
            _ => {
                let args = maker.command(input)?;
                history::note(&args, now);
                let reply = primary.execute(&args);
                maker.learn(&args, &reply);
            }
        }
        primary.feed(&mut replica);
    }
    finish(&mut primary, &mut replica, &config);
    Ok(())
}

fn finish(primary: &mut Node, replica: &mut Node, config: &NodeConfig) {
    for node in [&*primary, &*replica] {
        node.keyspace.audit().expect("the books agree");
    }
    let (ours, theirs) = (contents::of(primary), contents::of(replica));
    for (key, value) in &ours {
        let same = theirs.get(key);
        assert_eq!(Some(value), same, "{key:?}: the replica has something else");
    }
    for (key, value) in &theirs {
        assert!(
            ours.contains_key(key),
            "{key:?}: only the replica has it: {value}"
        );
    }
    contents::survive_dump_and_restore(primary, &mut Node::replica(config));
}
