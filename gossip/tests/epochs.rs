//! The logical clock of the cluster.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails panics"
)]

mod common;

use std::collections::BTreeSet;
use std::time::Duration;

use common::{Cluster, lossy};
use shoal_gossip::Bump;
use shoal_simnet::{Faults, Transport};
use shoal_slots::Epoch;

#[test]
fn collisions_end_with_distinct_epochs_and_the_greatest_id_never_moves() {
    for seed in 0..50 {
        let mut cluster = Cluster::strangers(seed, 5, lossy(2));
        cluster.transport = Transport::Stream;
        for n in 1..5 {
            cluster.meet(n, 0);
        }
        cluster.run_until("known", |c| c.all(|c, n| c.knows_all(n)));
        cluster.run_for(Duration::from_secs(30));
        let epochs: BTreeSet<_> = (0..5).map(|n| cluster.gossip(n).config_epoch()).collect();
        assert_eq!(epochs.len(), 5, "seed {seed}: {epochs:?}");
        let greatest = (0..5).max_by_key(|&n| cluster.id(n)).unwrap();
        assert_eq!(
            cluster.gossip(greatest).config_epoch(),
            Epoch(0),
            "seed {seed}"
        );
        let current: BTreeSet<_> = (0..5).map(|n| cluster.gossip(n).current_epoch()).collect();
        assert_eq!(current.len(), 1, "everybody has seen the highest");
        assert_eq!(current, epochs.into_iter().max().into_iter().collect());
    }
}

#[test]
fn a_bump_takes_a_new_epoch_only_if_ours_is_not_the_greatest() {
    let mut cluster = Cluster::of_primaries(1, 3, Faults::default());
    assert_eq!(
        cluster.call(0, |g, _| g.bump_epoch()),
        Bump::Bumped(Epoch(4))
    );
    let again = cluster.call(0, |g, _| g.bump_epoch());
    assert_eq!(again, Bump::Still(Epoch(4)));
    assert_eq!(again.to_string(), "STILL 4");
    cluster.run_for(Duration::from_secs(3));
    assert!(cluster.all(|c, n| c.gossip(n).current_epoch() == Epoch(4)));
    assert_eq!(
        cluster.call(1, |g, _| g.bump_epoch()).to_string(),
        "BUMPED 5"
    );
}

#[test]
fn an_epoch_that_was_taken_is_on_disk_before_it_is_sent() {
    use shoal_gossip::{Event, Output};
    let mut cluster = Cluster::of_primaries(1, 3, Faults::default());
    let now = cluster.clock();
    let gossip = &mut cluster.nodes[0].gossip;
    gossip.raise_current_epoch();
    let epoch = gossip.current_epoch();
    gossip.broadcast_vote_request(now, epoch, false);
    let outputs: Vec<_> = core::iter::from_fn(|| gossip.poll_output()).collect();
    let durable =
        |output: &Output| matches!(output, Output::Event(Event::ConfigChanged { fsync: true }));
    assert!(outputs.first().is_some_and(durable), "{outputs:?}");
    let sent = outputs
        .iter()
        .filter(|output| matches!(output, Output::Transmit(_)))
        .count();
    assert_eq!(sent, 2);
    assert!(
        gossip
            .nodes_conf()
            .to_text(Default::default())
            .contains(&format!("currentEpoch {epoch} "))
    );
}

#[test]
fn a_vote_is_on_disk_before_it_is_sent() {
    use shoal_gossip::{Event, Output};
    let mut cluster = Cluster::of_primaries(1, 3, Faults::default());
    let (now, to) = (cluster.clock(), cluster.id(1));
    let gossip = &mut cluster.nodes[0].gossip;
    gossip.send_vote(now, to);
    let outputs: Vec<_> = core::iter::from_fn(|| gossip.poll_output()).collect();
    assert!(matches!(
        &outputs[..],
        [
            Output::Event(Event::ConfigChanged { fsync: true }),
            Output::Transmit(_)
        ]
    ));
    assert_eq!(gossip.last_vote_epoch(), gossip.current_epoch());
}
