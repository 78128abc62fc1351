//! Row 10 of bad input: packets that come late, twice or in another order change nothing for good.
//!
//! What one node hears during a failover is recorded. Then it is played to copies of that node with every two
//! packets exchanged, and with every packet repeated at the end of time. Whatever happened in between, one more
//! honest heartbeat of each peer leaves the table that the true order left.

mod common;

use bytes::Bytes;
use common::{Cluster, T};
use shoal_gossip::{Gossip, LinkId, Output};
use shoal_simnet::Faults;
use shoal_slots::{NodeId, Now, Role, Slot};

/// What a copy is told.
type Packets = [(LinkId, Bytes)];

/// Who is what, and who owns what.
type Table = (Vec<(NodeId, Role, Option<NodeId>)>, Vec<Option<NodeId>>);

fn table(gossip: &Gossip) -> Table {
    let nodes = gossip
        .nodes()
        .map(|node| (node.id, node.role, node.primary))
        .collect();
    let owners = Slot::all().map(|slot| gossip.slot_owner(slot)).collect();
    (nodes, owners)
}

/// Plays packets to a copy. Its epochs may only grow.
fn play(mut gossip: Gossip, now: Now, packets: &[&(LinkId, Bytes)], last: &Packets) -> Gossip {
    for (link, packet) in packets.iter().copied().chain(last) {
        let before = gossip.current_epoch();
        let _ = gossip.handle_packet(now, *link, packet);
        assert!(gossip.current_epoch() >= before, "epochs only grow");
        while let Some(output) = gossip.poll_output() {
            // A link that the machine gives up is not played back into.
            drop::<Output>(output);
        }
    }
    gossip
}

/// A failover of shard 1 as node 0 hears it: the node before it, the time after it, and the packets.
fn recorded() -> (Gossip, Now, Vec<(LinkId, Bytes)>) {
    let mut cluster = Cluster::with_replicas(7, 3, Faults::default());
    cluster.run_for(T);
    let witness = cluster.gossip(0).clone();
    cluster.record(0);
    cluster.call(4, |g, now| {
        let epoch = g.raise_current_epoch();
        g.promote_self(now, epoch)
    });
    cluster.run_for(2 * T);
    let packets = cluster.recorded();
    (witness, cluster.clock(), packets)
}

/// The last packet of each link: what everybody says once things are quiet.
fn last_words(packets: &Packets) -> Vec<(LinkId, Bytes)> {
    let mut last: Vec<(LinkId, Bytes)> = Vec::new();
    for (link, packet) in packets.iter().rev() {
        if last.iter().all(|(seen, _)| seen != link) {
            last.push((*link, packet.clone()));
        }
    }
    last
}

#[test]
fn row_10_any_two_packets_in_the_other_order() {
    let (witness, now, packets) = recorded();
    let last = last_words(&packets);
    let straight: Vec<_> = packets.iter().collect();
    let expected = table(&play(witness.clone(), now, &straight, &last));
    assert!(packets.len() > 20, "the cluster talked");
    for i in 0..packets.len() {
        for j in i + 1..packets.len() {
            let mut order = straight.clone();
            order.swap(i, j);
            let gossip = play(witness.clone(), now, &order, &last);
            assert!(table(&gossip) == expected, "packets {i} and {j} exchanged");
        }
    }
}

#[test]
fn row_10_any_packet_twice() {
    let (witness, now, packets) = recorded();
    let last = last_words(&packets);
    let straight: Vec<_> = packets.iter().collect();
    let expected = table(&play(witness.clone(), now, &straight, &last));
    for (place, packet) in packets.iter().enumerate() {
        let mut twice = straight.clone();
        twice.push(packet);
        let gossip = play(witness.clone(), now, &twice, &last);
        assert!(table(&gossip) == expected, "packet {place} repeated");
    }
}
