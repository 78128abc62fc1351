//! Packets that are well formed and mean harm (or come from a broken peer). Rows as in the list of bad input
//! that the codec's tests name too; malformed bytes are the codec's business.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails panics"
)]

mod common;

use common::{Cluster, T};
use shoal_gossip::wire::{
    Body, Extension, GossipEntry, Header, Heartbeat, IpText, MessageFlags, NodeFlags, Packet,
    Update,
};
use shoal_gossip::{Event, LinkChange, LinkId, Notice, Output};
use shoal_simnet::Faults;
use shoal_slots::{ClusterState, Epoch, NodeId, ReplOffset, Role, Slot, SlotSet};

const LINK: LinkId = LinkId::inbound(1 << 50);

fn stranger() -> NodeId {
    NodeId::parse(&[b'5'; 40]).unwrap()
}

/// An honest header of node `n`, to be spoilt.
fn header(cluster: &Cluster, n: usize) -> Header {
    let gossip = cluster.gossip(n);
    Header {
        port: 6379,
        pport: 0,
        cport: 16379,
        current_epoch: gossip.current_epoch(),
        config_epoch: gossip.config_epoch(),
        offset: ReplOffset(0),
        sender: gossip.my_id(),
        slots: gossip.slots_of(&gossip.my_id()).clone(),
        primary: gossip.myself().primary,
        ip: IpText::EMPTY,
        flags: gossip.myself().flags() | NodeFlags::MYSELF,
        state: ClusterState::Ok,
        mflags: MessageFlags::EXT_DATA,
    }
}

fn ping() -> Body {
    Body::Ping(Heartbeat::new())
}

/// Delivers a packet to node 0 on a connection from node 1's address; what node 0 does about it.
fn deliver(cluster: &mut Cluster, header: Header, body: Body) -> Vec<Output> {
    let now = cluster.clock();
    let gossip = &mut cluster.nodes[0].gossip;
    let change = LinkChange::Accepted {
        peer_ip: "10.0.0.2".into(),
        local_ip: "10.0.0.1".into(),
    };
    gossip.handle_link(now, LINK, change);
    gossip
        .handle_packet(now, LINK, &Packet { header, body }.encode())
        .unwrap();
    let mut outputs = Vec::new();
    while let Some(output) = gossip.poll_output() {
        outputs.push(output);
    }
    outputs
}

fn events(outputs: &[Output]) -> Vec<&Event> {
    let events = outputs.iter().filter_map(|output| match output {
        Output::Event(event) => Some(event),
        Output::Transmit(_) => None,
    });
    events.collect()
}

fn three(seed: u64) -> Cluster {
    Cluster::of_primaries(seed, 3, Faults::default())
}

fn forget(node: NodeId) -> Extension {
    Extension::ForgottenNode {
        node,
        ttl_secs: u64::MAX,
    }
}

#[test]
fn row_06_forgotten_nodes_that_are_the_sender_me_or_nobody_are_ignored() {
    let mut cluster = three(1);
    let (me, sender) = (cluster.id(0), cluster.id(1));
    let extensions = [me, sender, stranger(), stranger()].map(forget).to_vec();
    let before = cluster.gossip(0).nodes_conf();
    let news = Heartbeat {
        extensions,
        ..Heartbeat::new()
    };
    let bad = header(&cluster, 1);
    let outputs = deliver(&mut cluster, bad, Body::Ping(news));
    assert!(
        !events(&outputs)
            .iter()
            .any(|event| matches!(event, Event::NodeRemoved(_)))
    );
    assert_eq!(
        cluster.gossip(0).nodes_conf().nodes.len(),
        before.nodes.len()
    );
}

#[test]
fn row_06_the_same_node_forgotten_twice_goes_once() {
    let mut cluster = three(1);
    let extensions = vec![forget(cluster.id(2)); 3];
    let news = Heartbeat {
        extensions,
        ..Heartbeat::new()
    };
    let bad = header(&cluster, 1);
    let outputs = deliver(&mut cluster, bad, Body::Ping(news));
    let removed = events(&outputs)
        .into_iter()
        .filter(|event| matches!(event, Event::NodeRemoved(_)));
    assert_eq!(removed.count(), 1);
    // Its slots are nobody's now, and it does not come back with the next gossip.
    assert_eq!(cluster.gossip(0).slot_counts().assigned, 16384 - 5462);
    cluster.run_for(3 * T);
    let gone = cluster.id(2);
    assert!(cluster.gossip(0).node(&gone).is_none());
}

#[test]
fn row_09_a_stranger_is_answered_and_changes_nothing() {
    let mut cluster = three(1);
    let before = (cluster.gossip(0).nodes_conf(), cluster.gossip(0).view());
    for body in [
        ping(),
        Body::Pong(Heartbeat::new()),
        Body::Fail(cluster.id(1)),
        Body::AuthRequest,
        Body::AuthAck,
        Body::MfStart,
        Body::Update(Box::new(Update {
            config_epoch: Epoch(1000),
            node: cluster.id(1),
            slots: SlotSet::full(),
        })),
    ] {
        let mut forged = header(&cluster, 1);
        forged.sender = stranger();
        forged.slots = SlotSet::full();
        forged.config_epoch = Epoch(1000);
        forged.current_epoch = Epoch(1000);
        let answered = matches!(body, Body::Ping(_));
        let outputs = deliver(&mut cluster, forged, body);
        assert_eq!(outputs.len(), usize::from(answered), "{outputs:?}");
        assert!(
            outputs
                .iter()
                .all(|output| matches!(output, Output::Transmit(_)))
        );
    }
    let after = (cluster.gossip(0).nodes_conf(), cluster.gossip(0).view());
    assert_eq!(before.0.nodes.len(), after.0.nodes.len());
    assert_eq!(before.0.current_epoch, after.0.current_epoch);
    assert_eq!(before.1.table(), after.1.table());
}

#[test]
fn row_10_a_replayed_claim_of_the_old_primary_takes_nothing_back() {
    let mut cluster = Cluster::with_replicas(1, 3, Faults::default());
    let (old, new) = (cluster.id(1), cluster.id(4));
    let replayed = header(&cluster, 1);
    cluster.call(4, |g, now| {
        let epoch = g.raise_current_epoch();
        g.promote_self(now, epoch)
    });
    cluster.run_until("followed", |c| {
        c.all(|c, n| c.gossip(n).node(&old).unwrap().primary == Some(new))
    });
    for _ in 0..3 {
        deliver(&mut cluster, replayed.clone(), ping());
        assert!(cluster.gossip(0).slots_of(&old).is_empty());
        assert_eq!(*cluster.gossip(0).slots_of(&new), replayed.slots);
    }
    // The role it replayed lasts until the real one speaks.
    cluster.run_for(T);
    assert_eq!(cluster.gossip(0).node(&old).unwrap().primary, Some(new));
}

#[test]
fn row_11_any_message_on_any_link_is_survived() {
    let mut cluster = three(1);
    let id = cluster.id(1);
    let outbound = cluster.gossip(0).node(&id).unwrap().outbound.unwrap();
    let now = cluster.clock();
    for body in [
        Body::Meet(Heartbeat::new()),
        ping(),
        Body::MfStart,
        Body::Fail(cluster.id(2)),
        Body::AuthAck,
    ] {
        let packet = Packet {
            header: header(&cluster, 1),
            body,
        }
        .encode();
        cluster.nodes[0]
            .gossip
            .handle_packet(now, outbound, &packet)
            .unwrap();
        // The link may be gone by now; then the packet is late.
        cluster.nodes[0]
            .gossip
            .handle_packet(now, LinkId(u64::MAX >> 1), &packet)
            .unwrap();
    }
    cluster.run_for(5 * T);
    assert!(cluster.all(|c, n| c.knows_all(n) && c.state(n) == ClusterState::Ok));
}

#[test]
fn row_12_our_own_id_is_reported_once_per_connection_and_changes_nothing() {
    let mut cluster = three(1);
    let before = cluster.gossip(0).nodes_conf();
    let mut forged = header(&cluster, 1);
    forged.sender = cluster.id(0);
    let seen = deliver(&mut cluster, forged.clone(), ping());
    assert_eq!(
        seen,
        [Output::Event(Event::OwnIdSeen {
            ip: "10.0.0.2".into()
        })]
    );
    let now = cluster.clock();
    let packet = Packet {
        header: forged,
        body: ping(),
    }
    .encode();
    cluster.nodes[0]
        .gossip
        .handle_packet(now, LINK, &packet)
        .unwrap();
    assert_eq!(cluster.nodes[0].gossip.poll_output(), None);
    assert_eq!(cluster.gossip(0).nodes_conf(), before);
}

#[test]
fn row_12_an_exhausting_epoch_is_ignored_with_its_whole_packet() {
    for epochs in [(Epoch(u64::MAX), Epoch(1)), (Epoch(9), Epoch(u64::MAX - 1))] {
        let mut cluster = three(1);
        let mut forged = header(&cluster, 1);
        (forged.current_epoch, forged.config_epoch) = epochs;
        forged.slots = SlotSet::full();
        let outputs = deliver(&mut cluster, forged, ping());
        let noticed =
            |event: &&Event| matches!(event, Event::Notice(Notice::EpochImplausible { .. }));
        assert!(events(&outputs).iter().any(noticed));
        assert_eq!(cluster.gossip(0).current_epoch(), Epoch(3));
        assert_eq!(cluster.gossip(0).slot_count_of(&cluster.id(0)), 5461);
        // An UPDATE can say such things about others.
        let update = Update {
            config_epoch: epochs.0.max(epochs.1),
            node: cluster.id(2),
            slots: SlotSet::full(),
        };
        let honest = header(&cluster, 1);
        deliver(&mut cluster, honest, Body::Update(Box::new(update)));
        assert_eq!(cluster.gossip(0).slot_count_of(&cluster.id(0)), 5461);
    }
}

#[test]
fn row_12_a_replica_cannot_claim_slots_nor_copy_itself_and_chains_may_be_cyclic() {
    let mut cluster = three(1);
    let (me, a, b) = (cluster.id(0), cluster.id(1), cluster.id(2));
    let mut forged = header(&cluster, 1);
    forged.primary = Some(a);
    deliver(&mut cluster, forged.clone(), ping());
    assert_eq!(
        cluster.gossip(0).node(&a).unwrap().role,
        Role::Primary,
        "nobody copies itself"
    );

    forged.primary = Some(b);
    forged.slots = SlotSet::full();
    forged.config_epoch = Epoch(99);
    deliver(&mut cluster, forged.clone(), ping());
    assert_eq!(cluster.gossip(0).node(&a).unwrap().primary, Some(b));
    assert_eq!(cluster.gossip(0).slot_count_of(&me), 5461);
    assert_eq!(cluster.gossip(0).slot_count_of(&a), 0);

    let mut cyclic = header(&cluster, 2);
    cyclic.primary = Some(a);
    deliver(&mut cluster, cyclic, ping());
    assert_eq!(cluster.gossip(0).node(&b).unwrap().primary, Some(a));
    // The truth is heard again with the next heartbeats.
    cluster.run_until("healed", |c| c.all(|c, n| c.state(n) == ClusterState::Ok));
}

#[test]
fn row_12_port_zero_is_no_address() {
    let mut cluster = three(1);
    let id = cluster.id(1);
    let mut forged = header(&cluster, 1);
    forged.cport = 0;
    deliver(&mut cluster, forged, ping());
    assert_eq!(cluster.gossip(0).node(&id).unwrap().address.bus_port, 16379);
    let mut meet = header(&cluster, 1);
    meet.sender = stranger();
    meet.cport = 0;
    deliver(&mut cluster, meet, Body::Meet(Heartbeat::new()));
    assert_eq!(cluster.gossip(0).nodes().len(), 3);
}

#[test]
fn row_12_contradictory_flags_make_a_node_with_the_lesser_rights() {
    let mut cluster = three(1);
    let entry = GossipEntry {
        node: stranger(),
        ping_sent: 0,
        pong_received: u32::MAX,
        ip: IpText::new("10.0.0.9").unwrap(),
        port: 1,
        cport: 2,
        flags: NodeFlags::all() - NodeFlags::NOADDR - NodeFlags::HANDSHAKE,
        pport: 0,
    };
    let news = Heartbeat {
        gossip: vec![entry],
        ..Heartbeat::new()
    };
    let honest = header(&cluster, 1);
    deliver(&mut cluster, honest, Body::Ping(news));
    let peer = cluster.gossip(0).node(&stranger()).unwrap();
    assert!(peer.is_replica() && peer.is_failed() && !peer.is_suspected() && !peer.handshake);
    assert_eq!(cluster.gossip(0).myself().id, cluster.id(0));
}

#[test]
fn nobody_can_fail_us_in_our_own_table() {
    let mut cluster = three(1);
    let me = cluster.id(0);
    let honest = header(&cluster, 1);
    deliver(&mut cluster, honest, Body::Fail(me));
    assert!(cluster.gossip(0).myself().is_alive());
}

#[test]
fn a_flood_of_meets_is_bounded() {
    let mut cluster = three(1);
    cluster.nodes[0].gossip.config_mut().limits.handshakes_max = 10;
    let now = cluster.clock();
    for n in 0..500u64 {
        let mut meet = header(&cluster, 1);
        meet.sender = NodeId::parse(format!("{n:040}").as_bytes()).unwrap();
        meet.cport = 1000 + u16::try_from(n).unwrap();
        let link = LinkId::inbound(1000 + n);
        let change = LinkChange::Accepted {
            peer_ip: "10.9.9.9".into(),
            local_ip: "10.0.0.1".into(),
        };
        let gossip = &mut cluster.nodes[0].gossip;
        gossip.handle_link(now, link, change);
        let packet = Packet {
            header: meet,
            body: Body::Meet(Heartbeat::new()),
        }
        .encode();
        gossip.handle_packet(now, link, &packet).unwrap();
    }
    assert_eq!(cluster.gossip(0).nodes().len(), 13);
    cluster.run_for(2 * T);
    assert_eq!(cluster.gossip(0).nodes().len(), 3);
}

#[test]
fn a_slot_above_all_is_still_one_slot() {
    // The last bit of the bitmap is a slot like any other.
    let mut cluster = three(1);
    let last = Slot::new(16383).unwrap();
    let mut claim = header(&cluster, 1);
    claim.slots.insert(last);
    claim.config_epoch = Epoch(40);
    let sender = cluster.id(1);
    deliver(&mut cluster, claim, ping());
    assert_eq!(cluster.gossip(0).slot_owner(last), Some(sender));
}

#[test]
fn a_candidate_with_a_stale_epoch_is_told_why_it_cannot_win() {
    // The primary took a new epoch just before it died, and only the voters heard of it.
    let mut cluster = Cluster::with_replicas(1, 3, Faults::default());
    let primary = cluster.id(1);
    let mut request = header(&cluster, 4);
    request.slots = cluster.gossip(0).slots_of(&primary).clone();
    request.config_epoch = Epoch(1);
    let outputs = deliver(&mut cluster, request, Body::AuthRequest);
    assert!(
        events(&outputs)
            .iter()
            .any(|event| matches!(event, Event::VoteRequested(_)))
    );
    let update = outputs.iter().find_map(|output| match output {
        Output::Transmit(transmit) => Packet::parse(&transmit.packet, Default::default()).ok(),
        Output::Event(_) => None,
    });
    let Some(Body::Update(update)) = update.map(|packet| packet.body) else {
        panic!("{outputs:?}")
    };
    assert_eq!((update.node, update.config_epoch), (primary, Epoch(2)));
}
