//! MEET, and how everybody comes to know everybody.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails panics"
)]

mod common;

use std::time::Duration;

use common::{Cluster, config, lossy};
use shoal_gossip::{Event, Gossip, LinkChange, LinkId, Notice, Output};
use shoal_simnet::{Faults, HostId, Transport};
use shoal_slots::{ClusterState, Instant, Now};

#[test]
fn six_nodes_form_a_cluster_from_five_meets() {
    for seed in 0..50 {
        let mut cluster = Cluster::strangers(seed, 6, Faults::default());
        cluster.share_slots(3);
        for n in 1..6 {
            cluster.meet(n, 0);
        }
        let took = cluster.run_until("formed", |c| {
            c.all(|c, n| c.knows_all(n) && c.state(n) == ClusterState::Ok)
        });
        assert!(took < Duration::from_secs(6), "{took:?}, seed {seed}");
        assert!(
            cluster.all(|c, n| c.gossip(n).nodes().len() == 6),
            "no handshake is left over"
        );
    }
}

#[test]
fn a_cluster_forms_over_a_bad_network_too() {
    for seed in 0..30 {
        let mut cluster = Cluster::strangers(seed, 6, lossy(10));
        cluster.transport = Transport::Stream;
        cluster.share_slots(3);
        for n in 1..6 {
            cluster.meet(n, 0);
        }
        cluster.run_until("formed", |c| {
            c.all(|c, n| c.knows_all(n) && c.state(n) == ClusterState::Ok)
        });
    }
}

#[test]
fn an_address_where_nobody_answers_is_given_up_in_time() {
    let mut cluster = Cluster::strangers(1, 1, Faults::default());
    cluster
        .call(0, |g, now| g.meet(now, "10.0.9.9", 6379, None))
        .unwrap();
    cluster.run_for(Duration::from_secs(1));
    assert_eq!(cluster.gossip(0).nodes().len(), 2);
    cluster.run_for(Duration::from_millis(1300));
    assert_eq!(cluster.gossip(0).nodes().len(), 1);
    assert!(
        cluster.nodes[0].happened(|e| matches!(e, Event::Notice(Notice::HandshakeTimedOut { .. })))
    );
    assert!(
        !cluster.nodes[0].saved.contains("10.0.9.9"),
        "a handshake is not saved"
    );
}

#[test]
fn meeting_twice_or_a_known_node_leaves_one_entry() {
    let mut cluster = Cluster::of_primaries(1, 3, Faults::default());
    for _ in 0..5 {
        cluster.meet(0, 1);
        cluster.meet(1, 0);
        cluster.meet(2, 2);
    }
    cluster.run_for(Duration::from_secs(10));
    assert!(cluster.all(|c, n| c.gossip(n).nodes().len() == 3));
    assert!(cluster.all(|c, n| c.knows_all(n)));
}

#[test]
fn the_own_address_is_learnt_from_a_meet() {
    let mut cluster = Cluster::strangers(1, 2, Faults::default());
    assert_eq!(cluster.gossip(1).myself().address.ip, "");
    cluster.meet(0, 1);
    cluster.run_until("known", |c| c.knows_all(0) && c.knows_all(1));
    cluster.run_for(Duration::from_secs(1));
    assert_eq!(cluster.gossip(1).myself().address.ip, HostId(1).to_string());
    assert_eq!(
        cluster.gossip(0).myself().address.ip,
        HostId(0).to_string(),
        "from the first PING"
    );
    assert!(cluster.nodes[0].saved.contains("10.0.0.1:6379@16379"));
}

#[test]
fn a_node_that_moved_is_found_at_its_new_address() {
    for seed in 0..20 {
        let mut cluster = Cluster::of_primaries(seed, 3, Faults::default());
        cluster.kill(2);
        cluster.run_for(Duration::from_millis(300));
        cluster.restart_at(2, HostId(77));
        cluster.run_until("at its new address", |c| {
            c.all(|c, n| {
                let peer = c.gossip(n).node(&c.id(2)).unwrap();
                // The node itself learns it too, from the first who pings it.
                peer.address.ip == HostId(77).to_string() && peer.is_alive() && c.knows_all(n)
            })
        });
        cluster.run_until("ok", |c| c.all(|c, n| c.state(n) == ClusterState::Ok));
    }
}

#[test]
fn links_work_as_streams_too() {
    let mut cluster = Cluster::strangers(3, 5, lossy(5));
    cluster.transport = Transport::Stream;
    for n in 1..5 {
        cluster.meet(n, 0);
    }
    cluster.run_until("known", |c| c.all(|c, n| c.knows_all(n)));
}

#[test]
fn the_same_seed_gives_the_same_events() {
    let run = |seed| {
        let mut cluster = Cluster::with_replicas(seed, 3, lossy(5));
        cluster.elections = true;
        cluster.isolate(0);
        cluster.run_for(Duration::from_secs(20));
        cluster.heal();
        cluster.run_for(Duration::from_secs(20));
        cluster.log()
    };
    assert_eq!(run(11), run(11));
    assert_ne!(run(11), run(12));
}

#[test]
fn a_second_inbound_link_of_a_node_closes_the_first() {
    let mut cluster = Cluster::of_primaries(1, 2, Faults::default());
    // A packet of node 1 comes in on another connection than before.
    let before = cluster
        .gossip(0)
        .node(&cluster.id(1))
        .unwrap()
        .inbound
        .unwrap();
    let link = LinkId::inbound(1 << 40);
    let now = cluster.clock();
    let packet = packet_of(&mut cluster.nodes[1].gossip, now);
    let gossip = &mut cluster.nodes[0].gossip;
    gossip.handle_link(
        now,
        link,
        LinkChange::Accepted {
            peer_ip: "10.0.0.2".into(),
            local_ip: "10.0.0.1".into(),
        },
    );
    gossip.handle_packet(now, link, &packet).unwrap();
    let closes =
        |output: &Output| matches!(output, Output::Event(Event::Close { link }) if *link == before);
    assert!(core::iter::from_fn(|| gossip.poll_output()).any(|output| closes(&output)));
    let id = cluster.id(1);
    assert_eq!(cluster.gossip(0).node(&id).unwrap().inbound, Some(link));
}

/// Any packet that this machine sends.
fn packet_of(gossip: &mut Gossip, now: Now) -> Vec<u8> {
    gossip.broadcast_pong(now, false);
    core::iter::from_fn(|| gossip.poll_output())
        .find_map(|output| match output {
            Output::Transmit(transmit) => Some(transmit.packet.to_vec()),
            Output::Event(_) => None,
        })
        .unwrap()
}

#[test]
fn inbound_links_are_limited() {
    let mut config = config();
    config.limits.inbound_links_max = 2;
    let now = Now {
        instant: Instant::ORIGIN,
        unix_micros: 0,
    };
    let mut gossip = Gossip::new(config, 1, now);
    for n in 0..3 {
        let change = LinkChange::Accepted {
            peer_ip: "10.0.0.9".into(),
            local_ip: "10.0.0.1".into(),
        };
        gossip.handle_link(now, LinkId::inbound(n), change);
    }
    let closed: Vec<_> = core::iter::from_fn(|| gossip.poll_output())
        .filter(|output| matches!(output, Output::Event(Event::Close { .. })))
        .collect();
    assert_eq!(
        closed,
        [Output::Event(Event::Close {
            link: LinkId::inbound(2)
        })]
    );
}
