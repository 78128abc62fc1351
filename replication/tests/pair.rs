//! Primaries and replicas talking over pipes that cut their words anywhere.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::time::Duration;

use shoal_replication::{
    CloseReason, DisconnectReason, LagLimit, LinkState, PrimaryEvent, ReplicaEvent, ReplicaStage,
};
use shoal_resp::write_command;
use shoal_slots::ReplId;
use support::{World, offset, quick_config};

const SEEDS: u64 = 40;

fn worlds(nodes: usize) -> impl Iterator<Item = World> {
    (0..SEEDS).map(move |seed| {
        let mut world = World::new(seed, nodes, quick_config());
        world.chunk = [1, 7, 64, 4096][seed as usize % 4];
        world
    })
}

#[test]
fn a_full_synchronisation_then_the_stream() {
    for mut world in worlds(2) {
        world.write(0, 0, "before", "1");
        assert_eq!(
            world.nodes[0].primary.offset(),
            offset(0),
            "no backlog, no offset"
        );
        world.follow(1, 0);
        for i in 0..20 {
            world.write(0, i % 3, &format!("key{i}"), "value");
            world.run(7);
        }
        world.settle(1);
        world.assert_same(0, 1);
        assert_eq!(world.full_syncs(1), 1);
        world.run(11_000);
        world.settle(1);
        let replica = world.nodes[0].primary.replicas().next().unwrap();
        assert_eq!((replica.stage, replica.port), (ReplicaStage::Online, 7001));
        assert_eq!(
            replica.acked,
            world.nodes[0].primary.offset(),
            "pings and ACKs count too"
        );
    }
}

#[test]
fn the_counted_form_for_replicas_that_need_it() {
    for seed in 0..SEEDS {
        let mut config = quick_config();
        config.diskless_sync = false;
        let mut world = World::new(seed, 2, config);
        world.write(0, 0, "before", "1");
        world.follow(1, 0);
        world.run(20);
        world.write(0, 0, "during", "2");
        world.settle(1);
        world.assert_same(0, 1);
        assert!(
            world.nodes[1]
                .told
                .iter()
                .any(|e| matches!(e, ReplicaEvent::SnapshotStart { len: Some(_) }))
        );
    }
}

#[test]
fn a_broken_link_continues_where_it_was() {
    for mut world in worlds(2) {
        world.follow(1, 0);
        world.settle(1);
        for i in 0..30 {
            world.write(0, 0, &format!("key{i}"), "value");
            if i % 10 == 5 {
                world.run(3);
                world.cut(1);
            }
        }
        world.settle(1);
        world.assert_same(0, 1);
        assert_eq!(world.full_syncs(1), 1);
        assert!(
            world.nodes[0].primary.stats().partial >= 1,
            "some cuts hit a handshake"
        );
    }
}

#[test]
fn transactions_are_applied_whole_or_not_at_all() {
    for mut world in worlds(2) {
        world.follow(1, 0);
        world.settle(1);
        let before = world.nodes[1].primary.offset();
        let mut transaction = Vec::new();
        write_command(&mut transaction, &[b"MULTI"]);
        write_command(&mut transaction, &[b"INCR", b"a"]);
        write_command(&mut transaction, &[b"INCR", b"b"]);
        world.nodes[0].primary.feed(0, &transaction);
        world.run(2_000);
        assert!(world.nodes[1].data.is_empty(), "EXEC has not come");
        assert!(
            world.nodes[1].replica.as_ref().unwrap().offset() <= before.advance(23),
            "only SELECT counts"
        );
        world.cut(1);
        world.run(2_000);
        let mut exec = Vec::new();
        write_command(&mut exec, &[b"EXEC"]);
        world.nodes[0].primary.feed(0, &exec);
        world.settle(1);
        assert_eq!(
            world.nodes[1].data.len(),
            2,
            "each INCR once, though it was sent twice"
        );
        assert_eq!(world.full_syncs(1), 1);
    }
}

#[test]
fn sub_replicas_get_the_same_bytes() {
    for mut world in worlds(3) {
        world.follow(1, 0);
        world.follow(2, 1);
        world.settle(1);
        world.settle(2);
        for i in 0..10 {
            world.write(0, i % 2, &format!("key{i}"), "value");
        }
        world.settle(1);
        world.settle(2);
        world.assert_same(0, 2);
        // The middle one loses its link: those below stay, and nobody copies everything again.
        let full = (world.full_syncs(1), world.full_syncs(2));
        world.cut(1);
        world.write(0, 0, "late", "1");
        world.settle(1);
        world.settle(2);
        world.assert_same(0, 2);
        assert_eq!((world.full_syncs(1), world.full_syncs(2)), full);
    }
}

#[test]
fn promotion_keeps_everybody_partial() {
    for mut world in worlds(4) {
        for node in 1..4 {
            world.follow(node, 0);
        }
        world.write(0, 0, "a", "1");
        for node in 1..4 {
            world.settle(node);
        }
        let old = world.nodes[0].primary.replid();
        world.promote(1);
        assert_eq!(world.nodes[1].primary.replid2(), old);
        world.write(1, 0, "b", "2");
        world.follow(2, 1);
        world.settle(2);
        // The old primary comes back: what it has is a prefix of the new history.
        world.follow(0, 1);
        world.settle(0);
        // And so does somebody two names behind, through the old primary.
        world.settle(3);
        for node in [0, 2, 3] {
            world.assert_same(1, node);
        }
        assert_eq!(
            world.full_syncs(0),
            0,
            "cached history, PSYNC with the own id"
        );
        assert_eq!(
            world.full_syncs(2) + world.full_syncs(3),
            2,
            "only the first ones"
        );
        assert_ne!(world.nodes[3].primary.replid(), old);
    }
}

#[test]
fn a_primary_that_went_its_own_way_must_copy_everything() {
    for mut world in worlds(2) {
        world.follow(1, 0);
        world.write(0, 0, "a", "1");
        world.settle(1);
        world.promote(1);
        world.write(0, 0, "lost", "x");
        world.write(1, 0, "kept", "y");
        world.follow(0, 1);
        world.settle(0);
        world.assert_same(1, 0);
        assert_eq!(world.full_syncs(0), 1);
        assert_eq!(world.nodes[1].primary.stats().partial_refused, 1);
    }
}

#[test]
fn two_that_wait_share_one_snapshot() {
    for seed in 0..SEEDS {
        let mut config = quick_config();
        config.diskless_sync_delay = Duration::from_secs(2);
        let mut world = World::new(seed, 3, config);
        world.write(0, 0, "a", "1");
        world.follow(1, 0);
        world.run(1_000);
        world.follow(2, 0);
        world.settle(1);
        world.settle(2);
        world.assert_same(0, 1);
        world.assert_same(0, 2);
        let snapshots = world.nodes[0]
            .events
            .iter()
            .filter(|e| **e == PrimaryEvent::SnapshotWanted)
            .count();
        assert_eq!(snapshots, 1);
    }
}

#[test]
fn nothing_is_served_below_a_broken_link() {
    let mut world = World::new(1, 3, quick_config());
    world.follow(1, 0);
    world.settle(1);
    // A replica of a replica whose own link never comes up.
    world.follow(0, 2);
    world.follow(2, 0);
    world.run(20_000);
    let refused = world.nodes[2].told.iter().any(|event| {
        matches!(event, ReplicaEvent::Disconnect(DisconnectReason::Refused(line)) if line.starts_with(b"-NOMASTERLINK"))
    });
    assert!(refused, "{:?}", world.nodes[2].told);
    assert_eq!(
        world.nodes[2].replica.as_ref().unwrap().link(),
        LinkState::Down
    );
}

#[test]
fn row_33_a_value_larger_than_every_limit_does_not_loop() {
    let mut config = quick_config();
    config.backlog_size = 16 * 1024;
    config.lag_limit = LagLimit {
        hard_len: 32 * 1024,
        soft_len: 32 * 1024,
        soft_for: Duration::from_secs(1),
    };
    let mut world = World::new(3, 2, config);
    world.chunk = 4096;
    world.window = 4096;
    world.follow(1, 0);
    world.settle(1);
    let value = "x".repeat(1_000_000);
    world.write(0, 0, "big", &value);
    for i in 0..50 {
        world.write(0, 0, &format!("small{i}"), "1");
        world.turn();
    }
    world.run(5_000);
    world.settle(1);
    world.assert_same(0, 1);
    assert_eq!(
        world.full_syncs(1),
        1,
        "the first synchronisation is the only one"
    );
    assert_eq!(world.nodes[0].primary.stats().lag_cuts, 0);
    // More stream, and the chunks of the big value are given back.
    for i in 0..2000 {
        world.write(0, 0, &format!("more{i}"), "0123456789");
    }
    world.settle(1);
    world.write(0, 0, "end", &"y".repeat(40_000));
    world.settle(1);
    world.run(2_000);
    assert!(world.nodes[0].primary.backlog().unwrap().memory() < 200_000);
}

#[test]
fn who_lags_too_far_is_cut_off_and_comes_back() {
    let mut config = quick_config();
    config.backlog_size = 16 * 1024;
    config.lag_limit = LagLimit {
        hard_len: 64 * 1024,
        soft_len: 0,
        soft_for: Duration::ZERO,
    };
    let mut world = World::new(4, 2, config);
    world.follow(1, 0);
    world.settle(1);
    for i in 0..2000 {
        world.write(0, 0, &format!("key{i}"), &"v".repeat(100));
    }
    let stats = world.nodes[0].primary.stats();
    assert_eq!(stats.lag_cuts, 1);
    world.chunk = 1 << 16;
    world.settle(1);
    world.assert_same(0, 1);
    assert_eq!(world.full_syncs(1), 2);
    let cut = |event: &PrimaryEvent| {
        matches!(
            event,
            PrimaryEvent::Close {
                reason: CloseReason::LagLimit { .. },
                ..
            }
        )
    };
    assert!(world.nodes[0].events.iter().any(cut));
}

#[test]
fn acks_answer_wait_and_pauses_keep_the_offset_still() {
    let mut world = World::new(5, 2, quick_config());
    world.follow(1, 0);
    world.settle(1);
    world.write(0, 0, "a", "1");
    let target = world.nodes[0].primary.offset();
    assert_eq!(world.nodes[0].primary.count_acked(target), 0);
    assert!(world.nodes[0].primary.request_acks());
    world.chunk = 4096;
    world.run(100);
    assert_eq!(
        world.nodes[0].primary.count_acked(target),
        1,
        "long before the next second"
    );
    world.nodes[0].primary.set_paused(true);
    let before = world.nodes[0].primary.offset();
    assert!(!world.nodes[0].primary.request_acks());
    world.run(60_000);
    assert_eq!(
        world.nodes[0].primary.offset(),
        before,
        "no PING, no GETACK"
    );
    assert_eq!(world.nodes[1].replica.as_ref().unwrap().offset(), before);
}

#[test]
fn a_history_nobody_comes_for_is_forgotten() {
    let mut config = quick_config();
    config.backlog_ttl = Duration::from_secs(10);
    let mut world = World::new(6, 2, config);
    world.follow(1, 0);
    world.write(0, 0, "a", "1");
    world.settle(1);
    let history = world.nodes[0].primary.history();
    world.promote(1);
    world.run(15_000);
    let forgotten = world.nodes[0].primary.history();
    assert_eq!(forgotten.offset, history.offset);
    assert_ne!(forgotten.replid, history.replid);
    assert_eq!(world.nodes[0].primary.replid2(), ReplId::NONE);
    assert!(!world.nodes[0].primary.is_listening());
    world.write(0, 0, "b", "2");
    assert_eq!(
        world.nodes[0].primary.offset(),
        history.offset,
        "it stands still again"
    );
}

#[test]
fn a_silent_primary_is_left_and_a_silent_replica_is_closed() {
    let mut world = World::new(7, 2, quick_config());
    world.follow(1, 0);
    world.settle(1);
    world.chunk = 0;
    world.window = 0;
    // Nothing moves: both sides notice after repl-timeout.
    let end = world.now + 70_000_000;
    while world.now < end {
        world.now += 500_000;
        let now = world.now();
        world.nodes[0].primary.handle_timeout(now);
        world.nodes[1].replica.as_mut().unwrap().handle_timeout(now);
    }
    let closed = std::iter::from_fn(|| world.nodes[0].primary.poll_event()).any(|e| {
        matches!(
            e,
            PrimaryEvent::Close {
                reason: CloseReason::Timeout,
                ..
            }
        )
    });
    let replica = world.nodes[1].replica.as_mut().unwrap();
    let left = std::iter::from_fn(|| replica.poll_event())
        .any(|e| e == ReplicaEvent::Disconnect(DisconnectReason::Timeout));
    assert!(closed && left);
}

#[test]
fn the_same_seed_replays_the_same_run() {
    let run = || {
        let mut world = World::new(11, 3, quick_config());
        world.follow(1, 0);
        world.follow(2, 1);
        world.write(0, 0, "a", "1");
        world.settle(2);
        (
            world.now,
            world.nodes[0].primary.history(),
            format!("{:?}", world.nodes[2].told),
        )
    };
    assert_eq!(run(), run());
}
