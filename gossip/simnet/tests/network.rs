//! What the network promises: order, loss, partitions, and the same run for the same seed.

use core::time::Duration;

use shoal_simnet::{Arrival, ConnId, Faults, HostId, Network, Transport};
use shoal_slots::Instant;

const A: HostId = HostId(0);
const B: HostId = HostId(1);

fn lossy() -> Faults {
    Faults {
        delay_max: Duration::from_millis(50),
        loss_percent: 30,
        reorder_percent: 30,
        ..Faults::default()
    }
}

/// Runs until nothing happens any more or the time is over.
fn drain(net: &mut Network<u32>, until: Instant) -> Vec<(Instant, Arrival<u32>)> {
    let mut seen = Vec::new();
    while let Some(at) = net.next_arrival().filter(|&at| at <= until) {
        while let Some(arrival) = net.poll(at) {
            seen.push((at, arrival));
        }
    }
    seen
}

fn connect(net: &mut Network<u32>, transport: Transport) -> ConnId {
    net.listen(B, 1);
    let conn = net.dial(Instant::ORIGIN, A, B, 1, transport);
    let seen = drain(net, seconds(1));
    assert_eq!(seen.len(), 2, "{seen:?}");
    conn
}

fn seconds(n: u64) -> Instant {
    Instant::from_micros(n * 1_000_000)
}

fn payloads(seen: &[(Instant, Arrival<u32>)]) -> Vec<u32> {
    let payload = |arrival: &Arrival<u32>| match arrival {
        Arrival::Delivered { payload, .. } => Some(*payload),
        _ => None,
    };
    seen.iter()
        .filter_map(|(_, arrival)| payload(arrival))
        .collect()
}

#[test]
fn a_stream_delivers_everything_once_and_in_order() {
    for seed in 0..50 {
        let mut net = Network::new(seed, lossy());
        let conn = connect(&mut net, Transport::Stream);
        for n in 0..100 {
            net.send(seconds(2), conn, A, n);
        }
        net.close(seconds(2), conn, A);
        let seen = drain(&mut net, seconds(100));
        assert_eq!(payloads(&seen), (0..100).collect::<Vec<_>>(), "seed {seed}");
        assert!(matches!(seen.last(), Some((_, Arrival::Closed { host, .. })) if *host == B));
        assert_eq!(net.connections(), 0);
    }
}

#[test]
fn messages_get_lost_and_overtake_each_other() {
    let mut net = Network::new(7, lossy());
    let conn = connect(&mut net, Transport::Messages);
    for n in 0..1000 {
        net.send(seconds(2), conn, A, n);
    }
    let got = payloads(&drain(&mut net, seconds(100)));
    assert!((600..800).contains(&got.len()), "{} of 1000", got.len());
    assert!(!got.is_sorted());
}

#[test]
fn a_partition_holds_streams_and_eats_messages() {
    for (transport, expected) in [
        (Transport::Stream, vec![1, 2, 3]),
        (Transport::Messages, vec![3]),
    ] {
        let mut net = Network::new(1, Faults::default());
        let conn = connect(&mut net, transport);
        net.partition(&[&[A], &[B]]);
        net.send(seconds(2), conn, A, 1);
        net.send(seconds(3), conn, A, 2);
        assert_eq!(payloads(&drain(&mut net, seconds(10))), []);
        net.heal();
        net.send(seconds(10), conn, A, 3);
        assert_eq!(payloads(&drain(&mut net, seconds(20))), expected);
    }
}

#[test]
fn a_dial_is_refused_by_a_closed_port_at_once_and_by_a_partition_late() {
    let mut net: Network<u32> = Network::new(1, Faults::default());
    let conn = net.dial(Instant::ORIGIN, A, B, 1, Transport::Stream);
    let seen = drain(&mut net, seconds(1));
    assert!(
        matches!(&seen[..], [(at, Arrival::Refused { host, conn: c })]
        if *host == A && *c == conn && *at < Instant::from_micros(2000))
    );

    net.listen(B, 1);
    net.isolate(B, [A]);
    net.dial(seconds(1), A, B, 1, Transport::Stream);
    let seen = drain(&mut net, seconds(60));
    assert!(matches!(&seen[..], [(at, Arrival::Refused { .. })] if *at > seconds(5)));
    assert_eq!(net.connections(), 0);
}

#[test]
fn a_crash_closes_and_refuses() {
    let mut net = Network::new(1, Faults::default());
    let conn = connect(&mut net, Transport::Stream);
    net.send(seconds(2), conn, B, 9);
    net.crash(seconds(2), B);
    let seen = drain(&mut net, seconds(3));
    assert_eq!(
        payloads(&seen),
        [9],
        "what was sent before arrives before the end"
    );
    assert!(matches!(seen.last(), Some((_, Arrival::Closed { host, .. })) if *host == A));
    net.dial(seconds(3), A, B, 1, Transport::Stream);
    assert!(matches!(
        drain(&mut net, seconds(4))[..],
        [(_, Arrival::Refused { .. })]
    ));
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let run = |seed| {
        let mut net = Network::new(seed, lossy());
        let conn = connect(&mut net, Transport::Messages);
        for n in 0..200 {
            net.send(seconds(2), conn, if n % 2 == 0 { A } else { B }, n);
        }
        drain(&mut net, seconds(9))
    };
    assert_eq!(run(3), run(3));
    assert_ne!(run(3), run(4));
}
