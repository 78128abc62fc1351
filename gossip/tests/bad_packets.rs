//! Packets that nobody honest sends. Each must be refused with the right reason, or survived.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod crafted;

use bytes::{Bytes, BytesMut};
use proptest::prelude::*;
use shoal_gossip::wire::{
    Body, Dialect, Extension, Framer, HEADER_LEN, LIGHT_HEADER_LEN, Message, MessageFlags, Name,
    NodeFlags, Packet, PacketError, Publication, frame_len,
};
use shoal_slots::{Epoch, ShardId, SlotSet};

use crafted::*;

#[test]
fn row_01_counts_beyond_the_end() {
    let good = ping(
        vec![entry('b'), entry('c')],
        vec![Extension::ShardId(ShardId::parse(&[b'5'; 40]).unwrap())],
    );
    assert!(Packet::parse(&good, Dialect::Redis72).is_ok());
    for count in [0, 1, 3, 4, 100, u16::MAX] {
        let mut bad = good.clone();
        set16(&mut bad, 14, count);
        refused(&bad);
    }
    let mut bad = good.clone();
    set16(&mut bad, 14, u16::MAX);
    assert_eq!(
        refused(&bad),
        PacketError::BodyLength {
            kind: 0,
            expected: (HEADER_LEN + 65535 * 104) as u64,
            got: good.len()
        }
    );
    for count in [0, 2, 7, u16::MAX] {
        let mut bad = good.clone();
        set16(&mut bad, 2214, count);
        refused(&bad);
    }
}

#[test]
fn row_02_publish_lengths_wrap() {
    let publication = Publication {
        channel: Bytes::from_static(b"news"),
        message: Bytes::from_static(b"hello"),
    };
    let good = packet(Body::Publish(publication));
    let total = good.len();
    for (channel, message) in [
        (u32::MAX, 10),
        (10, u32::MAX),
        (0x8000_0000, 0x8000_0009),
        (u32::MAX, u32::MAX),
    ] {
        let mut bad = good.clone();
        set32(&mut bad, HEADER_LEN, channel);
        set32(&mut bad, HEADER_LEN + 4, message);
        let expected = HEADER_LEN as u64 + 8 + u64::from(channel) + u64::from(message);
        assert_eq!(
            refused(&bad),
            PacketError::BodyLength {
                kind: 4,
                expected,
                got: total
            }
        );
    }
}

#[test]
fn row_02_module_length_wraps() {
    let mut bytes = packet(Body::Module(Default::default()));
    for length in [1, u32::MAX, u32::MAX - 2268] {
        set32(&mut bytes, HEADER_LEN + 8, length);
        assert!(matches!(
            refused(&bytes),
            PacketError::BodyLength { kind: 9, .. }
        ));
    }
}

#[test]
fn row_07_light_headers_of_every_type_and_length() {
    for kind in (0..12).chain([0x7fff]) {
        for total in (LIGHT_HEADER_LEN..HEADER_LEN).step_by(8) {
            let mut bytes = vec![0; total];
            bytes[..4].copy_from_slice(b"RCmb");
            bytes[9] = 1;
            set16(&mut bytes, 12, 0x8000 | kind);
            fix_length(&mut bytes);
            assert_eq!(frame_len(&bytes, Dialect::Valkey8), Ok(Some(total)));
            let parsed = Message::parse(&bytes, Dialect::Valkey8);
            if kind == 4 || kind == 10 {
                assert_eq!(
                    parsed.is_ok(),
                    total == LIGHT_HEADER_LEN + 8,
                    "type {kind}, {total} bytes"
                );
            } else {
                assert_eq!(parsed, Err(PacketError::LightKind { kind }));
            }
            for dialect in [Dialect::Redis70, Dialect::Redis72, Dialect::Redis8] {
                assert!(matches!(
                    frame_len(&bytes, dialect),
                    Err(PacketError::TooShort { .. })
                ));
                assert!(Message::parse(&bytes, dialect).is_err_and(|error| error.is_fatal()));
            }
        }
    }
}

#[test]
fn row_08_every_type_has_its_length() {
    let full: [(u16, usize); 6] = [(3, 40), (4, 8), (7, 2096), (9, 13), (10, 8), (5, 0)];
    for (kind, body) in full {
        for extra in [0, 1, 39, 40, 41, 2095, 2096, 2097] {
            let mut bytes = packet(Body::AuthAck);
            bytes.resize(HEADER_LEN + extra, 0);
            bytes[HEADER_LEN..]
                .iter_mut()
                .take(40)
                .for_each(|byte| *byte = if kind == 3 { b'a' } else { 0 });
            if kind == 7 && extra >= 48 {
                bytes[HEADER_LEN + 8..HEADER_LEN + 48].fill(b'a');
            }
            set16(&mut bytes, 12, kind);
            fix_length(&mut bytes);
            let parsed = Packet::parse(&bytes, Dialect::Redis72);
            assert_eq!(
                parsed.is_ok(),
                extra == body,
                "type {kind} with {extra} bytes: {parsed:?}"
            );
        }
    }
    for length in 0..HEADER_LEN {
        assert!(refused(&packet(Body::AuthAck)[..length]).is_fatal());
    }
}

#[test]
fn row_08_unknown_types_of_any_length_are_only_a_header() {
    for extra in [0, 1, 40, 5000] {
        for kind in [11, 99, 0x7fff, 0x8004, 0xffff] {
            let mut bytes = packet(Body::AuthAck);
            bytes.resize(HEADER_LEN + extra, 7);
            set16(&mut bytes, 12, kind);
            fix_length(&mut bytes);
            let packet = Packet::parse(&bytes, Dialect::Redis72).unwrap();
            assert_eq!(
                (packet.body, packet.header),
                (Body::Unknown(kind), header())
            );
        }
    }
}

#[test]
fn row_12_signature_version_and_length() {
    let good = packet(Body::MfStart);
    let mut bad = good.clone();
    bad[3] = b'B';
    assert_eq!(refused(&bad), PacketError::Signature { got: *b"RCmB" });
    for version in [0, 2, 256, u16::MAX] {
        let mut bad = good.clone();
        set16(&mut bad, 8, version);
        let error = refused(&bad);
        assert_eq!(error, PacketError::Version { got: version });
        assert!(!error.is_fatal(), "the connection stays");
    }
    for claimed in [0, 16, 2255, 2257, u32::MAX] {
        let mut bad = good.clone();
        set32(&mut bad, 4, claimed);
        assert_eq!(
            refused(&bad),
            PacketError::Truncated {
                claimed,
                have: HEADER_LEN
            }
        );
    }
}

#[test]
fn row_12_a_length_is_capped_and_reserves_nothing() {
    let framer = Framer::with_max(Dialect::Redis72, 4352);
    let mut input = BytesMut::with_capacity(64);
    input.extend_from_slice(b"RCmb\xff\xff\xff\xff");
    assert_eq!(
        framer.next(&mut input),
        Err(PacketError::TooLong {
            got: u32::MAX,
            max: 4352
        })
    );
    let mut input = BytesMut::with_capacity(64);
    input.extend_from_slice(b"RCmb\x00\x00\x11\x00");
    assert_eq!(framer.next(&mut input), Ok(None));
    assert!(input.capacity() <= 64);
    for length in [0u32, 8, 2255] {
        let mut input = BytesMut::from(&b"RCmb"[..]);
        input.extend_from_slice(&length.to_be_bytes());
        assert_eq!(
            framer.next(&mut input),
            Err(PacketError::TooShort {
                got: length,
                min: 2256
            })
        );
    }
}

#[test]
fn row_12_two_packets_in_one_read() {
    let (first, second) = (packet(Body::MfStart), ping(vec![entry('b')], Vec::new()));
    let mut input = BytesMut::from(&[&first[..], &second[..], b"RC"].concat()[..]);
    let framer = Framer::new(Dialect::Valkey8);
    assert_eq!(framer.next(&mut input).unwrap().unwrap(), first);
    assert_eq!(framer.next(&mut input).unwrap().unwrap(), second);
    assert_eq!(framer.next(&mut input), Ok(None));
    assert_eq!(input, b"RC"[..]);
}

#[test]
fn row_12_ids_and_addresses() {
    for (at, byte) in [(40, b'A'), (79, 0), (2128, b'-')] {
        let mut bad = packet(Body::MfStart);
        bad[at] = byte;
        let start = if at < 80 { 40 } else { 2128 };
        assert_eq!(refused(&bad), PacketError::BadId { at: start });
    }
    let mut bad = packet(Body::MfStart);
    bad[2168..2214].fill(b'1');
    assert_eq!(refused(&bad), PacketError::Unterminated { at: 2168 });
    bad[2213] = 0;
    assert!(Packet::parse(&bad, Dialect::Redis72).is_ok());
    bad[2170] = b' ';
    assert_eq!(refused(&bad), PacketError::BadText { at: 2168 });
}

#[test]
fn row_12_extreme_values_are_carried_not_judged() {
    let mut header = header();
    header.current_epoch = Epoch(u64::MAX);
    header.config_epoch = Epoch(u64::MAX);
    header.primary = Some(header.sender);
    header.flags = NodeFlags::from_bits_retain(u16::MAX);
    header.mflags = MessageFlags::from_bits_retain(u8::MAX);
    header.slots = SlotSet::full();
    (header.port, header.cport) = (0, 0);
    let packet = Packet {
        header,
        body: Body::AuthRequest,
    };
    assert_eq!(
        Packet::parse(&packet.encode(), Dialect::Redis70),
        Ok(packet)
    );
}

#[test]
fn what_exists_can_be_written() {
    let many = vec![entry('b'); 70_000];
    let bytes = ping(many, Vec::new());
    let packet = Packet::parse(&bytes, Dialect::Redis72).unwrap();
    assert_eq!(packet.body.heartbeat().unwrap().gossip.len(), 65535);
    let huge = Extension::Unknown {
        kind: 99,
        data: Bytes::from(vec![1; 100_001]),
    };
    assert!(Packet::parse(&ping(Vec::new(), vec![huge]), Dialect::Redis72).is_ok());
}

proptest! {
    #[test]
    fn damaged_packets_never_panic(
        kind in 0u16..12,
        gossip in 0usize..4,
        damage in proptest::collection::vec((0usize..3000, any::<u8>()), 0..12),
        cut in 0usize..3000,
    ) {
        let shard = Extension::ShardId(ShardId::parse(&[b'5'; 40]).unwrap());
        let host = Extension::Hostname(Name::host("host.example").unwrap());
        let mut bytes = ping(vec![entry('b'); gossip], vec![host, shard]);
        set16(&mut bytes, 12, kind);
        for (at, byte) in damage {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        bytes.truncate(bytes.len() - cut % bytes.len());
        for dialect in DIALECTS {
            if let Ok(message) = Message::parse(&bytes, dialect) {
                let again = Message::parse(&message.encode(), dialect).expect("what was written is read");
                prop_assert_eq!(again.encode(), message.encode());
            }
        }
    }
}
