//! Keyspace events: after every random command, subscribers of redis-server were told the same as ours would be.

use std::io::{Read, Write};
use std::net::TcpStream;

use bytes::BytesMut;
use rand_core::SeedableRng;
use rand_pcg::Pcg64Mcg;
use shoal_keyspace::EventClass;
use shoal_resp::{Decoder, Frame, Limits, write_command};

use crate::compare::{Family, commands, node, random_command, seed, show, unix_millis};
use crate::server::{Redis, is_of_7_0};

#[test]
fn events_of_strings() {
    compare_events(crate::strings::FAMILY);
}

#[test]
fn events_of_keys() {
    compare_events(crate::generic::FAMILY);
}

#[test]
fn events_of_hashes() {
    compare_events(crate::hashes::FAMILY);
}

#[test]
fn events_of_sets() {
    compare_events(crate::sets::FAMILY);
}

#[test]
fn events_of_lists() {
    compare_events(Family {
        options: &[("hz", "500")],
        ..crate::lists::family()
    });
}

#[test]
fn events_of_sorted_sets() {
    compare_events(crate::zsets::FAMILY);
}

#[test]
fn events_of_positions() {
    compare_events(crate::geo::FAMILY);
}

#[test]
fn events_of_streams() {
    compare_events(crate::streams::family());
}

#[test]
fn events_of_bits() {
    compare_events(crate::bits::FAMILY);
}

#[test]
fn events_of_hyperloglogs() {
    compare_events(crate::hyperloglog::FAMILY);
}

fn compare_events(family: Family) {
    let Some(mut redis) = Redis::start(family.options) else {
        return;
    };
    redis.call(&[b"CONFIG", b"SET", b"notify-keyspace-events", b"KEAmn"]);
    redis.call(&[b"DEBUG", b"SET-ACTIVE-EXPIRE", b"0"]);
    let mut listener = Listener::new(redis.connect());
    let (mut node, mut rng) = (node(family), Pcg64Mcg::seed_from_u64(seed() + 1));
    node.effects.wanted_events = EventClass::all();
    let (mut told, old) = (0, is_of_7_0());
    for _ in 0..commands() {
        let args = random_command(&mut rng, family);
        let args: Vec<&[u8]> = args.iter().map(Vec::as_slice).collect();
        redis.call(&args);
        redis.call(&[b"PUBLISH", b"fence", b""]);
        let mut theirs = listener.until_fence();
        node.run(&args, unix_millis());
        let mut ours: Vec<_> = node
            .effects
            .events
            .iter()
            .map(|event| {
                let channel = format!("__keyevent@{}__:{}", event.db, event.name);
                (channel, event.key.clone())
            })
            .collect();
        for events in [&mut theirs, &mut ours] {
            // Version 7.0 makes consumers at another time.
            events.retain(|(channel, _)| !(old && channel.ends_with("consumer")));
        }
        assert_eq!(theirs, ours, "{} with seed {}", show(&args), seed());
        told += ours.len();
    }
    assert!(told > commands() / 10, "only {told} events");
}

/// A connection that hears of all events.
struct Listener {
    stream: TcpStream,
    input: BytesMut,
    decoder: Decoder,
}

impl Listener {
    fn new(mut stream: TcpStream) -> Self {
        let mut request = Vec::new();
        write_command(&mut request, &[b"PSUBSCRIBE", b"__keyevent@*", b"fence"]);
        stream.write_all(&request).unwrap();
        let decoder = Decoder::new(Limits::default());
        let mut listener = Self {
            stream,
            input: BytesMut::new(),
            decoder,
        };
        listener.next();
        listener.next();
        listener
    }

    /// The events up to a message on the channel `fence`: channels and keys.
    fn until_fence(&mut self) -> Vec<(String, Vec<u8>)> {
        let mut events = Vec::new();
        loop {
            let message = self.next();
            let parts = message.as_items().unwrap();
            let (channel, key) = (&parts[2], &parts[3]);
            let channel = String::from_utf8(channel.as_bytes().unwrap().to_vec()).unwrap();
            if channel == "fence" {
                return events;
            }
            events.push((channel, key.as_bytes().unwrap().to_vec()));
        }
    }

    fn next(&mut self) -> Frame {
        let mut buffer = [0; 65536];
        loop {
            if let Some(frame) = self.decoder.decode(&mut self.input).unwrap() {
                return frame;
            }
            let n = self.stream.read(&mut buffer).unwrap();
            assert!(n > 0, "redis-server closed the connection");
            self.input.extend_from_slice(&buffer[..n]);
        }
    }
}
