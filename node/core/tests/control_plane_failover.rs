//! Votes and changes of role among whole nodes.

mod support;

use core::time::Duration;

use shoal_slots::{Epoch, Role};
use support::town::{IDS, NODE_TIMEOUT, Town, files, town, town_with};

fn role(town: &Town, n: usize) -> Role {
    town.members[n].control.gossip().my_role()
}

fn is_primary(town: &Town, n: usize) -> bool {
    role(town, n) == Role::Primary
}

fn owner_of_slot_0(town: &Town, n: usize) -> Option<String> {
    let gossip = town.members[n].control.gossip();
    let slot = shoal_slots::Slot::new(0).expect("a slot");
    gossip.slot_owner(slot).map(|id| id.to_string())
}

fn state(town: &mut Town, n: usize) -> String {
    let info = town.command(n, "CLUSTER INFO");
    let line = info
        .lines()
        .find_map(|line| line.strip_prefix("cluster_state:"));
    line.unwrap_or_default().to_owned()
}

/// In which epochs a node has voted, from the packets it sent.
fn votes(town: &Town, n: usize) -> Vec<Epoch> {
    let sent = town.members[n].sent.iter();
    sent.filter(|packet| matches!(packet.body, shoal_gossip::wire::Body::AuthAck))
        .map(|packet| packet.header.current_epoch)
        .collect()
}

#[test]
fn of_two_replicas_one_takes_over_and_the_other_follows() {
    // Primaries without a replica would draw the spare one to them.
    let mut town = town_with(&[0, 0], "cluster-migration-barrier 2\n");
    town.command(0, "SET la2 1");
    town.advance_ms(1000);
    town.crash(0);
    let took = town.until(15_000, |town| is_primary(town, 3) || is_primary(town, 4));
    let took = took.unwrap_or_else(|| panic!("{:?}", town.members[3].log));
    assert!(took < NODE_TIMEOUT * 3, "{took:?}");
    town.advance_ms(3000);
    let (winner, other) = if is_primary(&town, 3) { (3, 4) } else { (4, 3) };
    assert!(!is_primary(&town, other));
    let followed = town.members[other].control.gossip().my_primary();
    assert_eq!(
        followed.map(|node| node.id.to_string()).as_deref(),
        Some(IDS[winner])
    );
    for n in 1..5 {
        assert_eq!(
            owner_of_slot_0(&town, n).as_deref(),
            Some(IDS[winner]),
            "node {n}"
        );
        assert_eq!(state(&mut town, n), "ok", "node {n}");
        let denied = town.members[n].logged("Failover auth denied");
        assert!(!denied, "node {n}: {:?}", town.members[n].log);
        let epochs = votes(&town, n);
        assert!(
            epochs.windows(2).all(|pair| pair[0] < pair[1]),
            "node {n}: {epochs:?}"
        );
    }
    assert_eq!(town.command(winner, "GET la2"), "$1\r\n1\r\n");
    // The old one comes back and finds itself a replica.
    town.restart(0);
    let back = town.until(5000, |town| !is_primary(town, 0));
    back.expect("demoted");
}

#[test]
fn a_refused_vote_leaves_no_trace() {
    let mut town = town_with(&[0], "cluster-replica-no-failover yes\n");
    // The primary lives, so a candidate that asks without force is refused by all.
    town.advance_ms(2000);
    let packet = auth_request(&town);
    let now = town.now;
    for n in 1..3 {
        town.members[n].forget_steps();
        let link = inbound_from(&town, n, IDS[3]);
        let result = town.members[n].control.handle_packet(now, link, &packet);
        result.expect("a sound packet");
        town.settle(n);
        assert_eq!(town.members[n].sent("auth ack"), 0);
        assert!(
            town.members[n].logged("Failover auth denied"),
            "{:?}",
            town.members[n].log
        );
        let gossip = town.members[n].control.gossip();
        assert_eq!(gossip.last_vote_epoch(), Epoch(0));
        // The epoch was news, the vote was not given.
        assert_eq!(gossip.current_epoch(), Epoch(9));
        let disk = town.members[n].disk.trim_end();
        assert!(disk.ends_with("lastVoteEpoch 0"), "{disk}");
    }
    town.advance_ms(2000);
    // Nor does it count as the pause between two votes: a lawful request is granted.
    assert_eq!(town.command(3, "CLUSTER FAILOVER FORCE"), "+OK\r\n");
    let won = town.until(3000, |town| is_primary(town, 3));
    won.unwrap_or_else(|| panic!("{:?}", town.members[1].log));
}

/// A request for votes in the name of node D.
fn auth_request(town: &Town) -> Vec<u8> {
    let said = town.members[3].sent.last().expect("D has said something");
    let mut header = said.header.clone();
    header.current_epoch = Epoch(9);
    let packet = shoal_gossip::wire::Packet {
        header,
        body: shoal_gossip::wire::Body::AuthRequest,
    };
    packet.encode().to_vec()
}

/// The connection on which node `n` hears somebody.
fn inbound_from(town: &Town, n: usize, id: &str) -> shoal_gossip::LinkId {
    let gossip = town.members[n].control.gossip();
    let peer = gossip.nodes().find(|node| node.id.to_string() == id);
    peer.and_then(|peer| peer.inbound).expect("connected")
}

#[test]
fn a_manual_failover_loses_no_write() {
    let mut town = town(&[0]);
    for n in 0..50 {
        town.command(0, &format!("SET {{la2}}{n} {n}"));
    }
    assert_eq!(town.command(3, "CLUSTER FAILOVER"), "+OK\r\n");
    let took = town.until(5000, |town| is_primary(town, 3) && !is_primary(town, 0));
    let took = took.unwrap_or_else(|| panic!("{:?}", town.members[3].log));
    assert!(took < Duration::from_millis(1500), "{took:?}");
    town.advance_ms(1500);
    assert_eq!(town.command(3, "DBSIZE"), ":50\r\n");
    assert_eq!(state(&mut town, 0), "ok");
    assert_eq!(town.command(0, "GET la2"), "-MOVED 0 127.0.0.1:21203\r\n");
    assert!(town.command(0, "ROLE").contains("connected"));
    // And back.
    assert_eq!(town.command(0, "CLUSTER FAILOVER"), "+OK\r\n");
    town.until(5000, |town| is_primary(town, 0) && !is_primary(town, 3))
        .unwrap_or_else(|| panic!("{:?}", town.members[0].log));
}

#[test]
fn a_forced_failover_needs_no_primary_but_votes() {
    let mut town = town(&[0]);
    town.crash(0);
    assert_eq!(town.command(3, "CLUSTER FAILOVER FORCE"), "+OK\r\n");
    let took = town.until(5000, |town| is_primary(town, 3));
    let took = took.unwrap_or_else(|| panic!("{:?}", town.members[3].log));
    assert!(took < Duration::from_millis(500), "{took:?}");
    assert_eq!(votes(&town, 1).len() + votes(&town, 2).len(), 2);
}

#[test]
fn a_takeover_asks_nobody() {
    let mut town = town(&[0]);
    town.crash(0);
    town.crash(1);
    town.crash(2);
    assert_eq!(town.command(3, "CLUSTER FAILOVER TAKEOVER"), "+OK\r\n");
    assert!(is_primary(&town, 3), "before the answer");
    assert_eq!(town.members[3].sent("auth request"), 0);
    assert!(town.members[3].control.gossip().config_epoch() > Epoch(4));
}

#[test]
fn a_manual_failover_without_a_primary_is_refused_or_given_up() {
    let mut town = town(&[0]);
    let client = town.client(0);
    // The replica asks, and is gone: the primary goes on by itself.
    assert_eq!(town.command(3, "CLUSTER FAILOVER"), "+OK\r\n");
    town.members[3].hold_disk = true;
    town.advance_ms(100);
    town.crash(3);
    assert_eq!(town.ask(0, client, "SET la2 1"), "");
    let answered = town.until(12_000, |town| town.members[0].told().contains(&"resume"));
    answered.expect("given up");
    assert_eq!(town.read(0, client), "+OK\r\n");
    assert!(town.members[0].logged("Manual failover timed out"));
    assert!(is_primary(&town, 0));
}

#[test]
fn a_plain_failover_of_a_failed_primary_is_refused() {
    let mut town = town_with(&[0], "cluster-replica-no-failover yes\n");
    town.crash(0);
    town.advance_ms(6000);
    let reply = town.command(3, "CLUSTER FAILOVER");
    assert_eq!(
        reply,
        "-ERR Master is down or failed, please use CLUSTER FAILOVER FORCE\r\n"
    );
}

#[test]
fn a_node_whose_data_plane_hangs_is_failed_over_and_recovers() {
    let mut town = town(&[0]);
    town.command(0, "SET la2 1");
    town.advance_ms(500);
    town.members[0].stuck = true;
    let took = town.until(20_000, |town| is_primary(town, 3));
    let took = took.unwrap_or_else(|| panic!("{:?}", town.members[1].log));
    assert!(
        took > NODE_TIMEOUT,
        "a short command is no failure: {took:?}"
    );
    town.members[0].forget_steps();
    town.advance_ms(1000);
    assert_eq!(town.members[0].sent.len(), 0, "silent");
    town.members[0].stuck = false;
    let back = town.until(10_000, |town| !is_primary(town, 0));
    back.unwrap_or_else(|| panic!("{:?}", town.members[0].log));
    town.advance_ms(5000);
    for n in 0..4 {
        assert_eq!(state(&mut town, n), "ok", "node {n}");
        let nodes = town.command(n, "CLUSTER NODES");
        assert!(
            !nodes.contains("fail"),
            "node {n}: {nodes} {:#?}",
            town.members[n].log
        );
    }
}

#[test]
fn a_node_whose_data_plane_hangs_neither_votes_nor_stands() {
    let mut town = town_with(&[0, 0], "cluster-migration-barrier 2\n");
    town.members[1].stuck = true;
    town.members[3].stuck = true;
    town.advance(NODE_TIMEOUT + Duration::from_millis(200));
    town.crash(0);
    town.advance_ms(10_000);
    assert!(!town.members[3].logged("Starting a failover election"));
    assert_eq!(votes(&town, 1), []);
    assert_eq!(town.members[1].control.gossip().last_vote_epoch(), Epoch(0));
    // The last voter of three is no majority.
    assert!(!is_primary(&town, 4));
    town.members[1].stuck = false;
    town.members[3].stuck = false;
    let won = town.until(60_000, |town| is_primary(town, 3) || is_primary(town, 4));
    won.unwrap_or_else(|| panic!("{:#?}", town.members[4].log));
}

#[test]
fn a_data_plane_that_hangs_for_less_than_the_timeout_is_not_missed() {
    let mut town = town(&[0]);
    for _ in 0..5 {
        town.members[0].stuck = true;
        town.advance_ms(1800);
        town.members[0].stuck = false;
        town.advance_ms(200);
    }
    for n in 0..4 {
        assert!(
            !town.members[n].logged("failing"),
            "{:?}",
            town.members[n].log
        );
    }
    assert!(is_primary(&town, 0));
}

#[test]
fn a_slow_cron_is_no_hanging_data_plane() {
    let mut town = town(&[0]);
    assert_eq!(town.command(0, "CONFIG SET hz 1"), "+OK\r\n");
    for n in 0..4 {
        let client = town.client(n);
        let command = "CONFIG SET cluster-node-timeout 400";
        assert_eq!(town.ask(n, client, command), "+OK\r\n");
    }
    town.advance_ms(2000);
    for _ in 0..20 {
        town.members[0].forget_steps();
        town.advance_ms(400);
        assert!(!town.members[0].sent.is_empty(), "not even a ping");
    }
}

#[test]
fn a_new_node_timeout_counts_at_once() {
    let mut slow = town(&[0]);
    let mut fast = town(&[0]);
    for n in 0..4 {
        assert_eq!(
            fast.command(n, "CONFIG SET cluster-node-timeout 500"),
            "+OK\r\n"
        );
        assert_eq!(
            slow.command(n, "CONFIG SET cluster-node-timeout 6000"),
            "+OK\r\n"
        );
    }
    let took = |town: &mut Town| {
        town.crash(0);
        let failed = |town: &Town| town.members[1].logged(&format!("{} is failing now", IDS[0]));
        town.until(20_000, failed).expect("noticed")
    };
    let (fast, slow) = (took(&mut fast), took(&mut slow));
    assert!(fast < Duration::from_millis(1500), "{fast:?}");
    assert!(slow > Duration::from_millis(5000), "{slow:?}");
}

#[test]
fn a_spare_replica_moves_to_an_orphaned_primary_after_five_seconds() {
    // D and E copy A, F copies B, G copies C.
    let mut town = town(&[0, 0, 1, 2]);
    town.crash(5);
    let failed = |town: &Town| town.members[0].logged(&format!("{} is failing now", IDS[5]));
    town.until(10_000, failed).expect("noticed");
    let moved = |town: &Town| {
        (3..5).any(|n| {
            let primary = town.members[n].control.gossip().my_primary();
            primary.is_some_and(|primary| primary.id.to_string() == IDS[1])
        })
    };
    let took = town.until(20_000, moved);
    let took = took.unwrap_or_else(|| panic!("{:?}", town.members[3].log));
    assert!(
        took > Duration::from_millis(4500) && took < Duration::from_millis(7000),
        "{took:?}"
    );
    // The one with the smaller id.
    assert!(town.members[3].logged("Migrating to orphaned master"));
    town.advance_ms(5000);
    assert!(town.command(3, "ROLE").contains("connected"));
}

#[test]
fn nobody_moves_if_migration_is_off() {
    let mut town = town_with(&[0, 0, 1, 2], "cluster-allow-replica-migration no\n");
    town.crash(5);
    town.advance_ms(20_000);
    for n in 3..5 {
        assert!(
            !town.members[n].logged("Migrating"),
            "{:?}",
            town.members[n].log
        );
    }
}

#[test]
fn a_candidate_that_missed_an_epoch_is_told_and_wins_in_its_second_try() {
    // Its primary took a new epoch, the others learnt it, the replica did not, and the primary died.
    let mut texts = files(&[0]);
    for text in texts.iter_mut().take(3).flatten() {
        *text = text.replace(" 0 0 1 connected", " 0 0 7 connected");
        *text = text.replace("currentEpoch 4", "currentEpoch 7");
    }
    let mut town = Town::new(&texts, "");
    town.crash(0);
    let won = town.until(40_000, |town| is_primary(town, 3));
    let took =
        won.unwrap_or_else(|| panic!("{:#?}\n{:#?}", town.members[3].log, town.members[1].log));
    assert!(took < Duration::from_secs(20), "{took:?}");
    assert!(town.members[1].sent("update") + town.members[2].sent("update") > 0);
}
