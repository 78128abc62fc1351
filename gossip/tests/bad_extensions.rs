//! Extensions that nobody honest sends. Each must be refused with the right reason, or survived.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod crafted;

use bytes::Bytes;
use shoal_gossip::wire::{Dialect, Extension, HEADER_LEN, IpText, Name, Packet, PacketError};

use crafted::*;

#[test]
fn row_03_extension_length_wraps() {
    let lengths = [
        0x4000_0008,
        0x0001_0008,
        0xffff_0008,
        0x0001_0000,
        0,
        1,
        7,
        9,
        15,
        0xffff_ffff,
        0xffff_fff8,
    ];
    for length in lengths {
        let mut raw = extension(99, &[0; 8]);
        set32(&mut raw, 0, length);
        assert_eq!(
            refused(&ping_with_raw_extension(&raw)),
            PacketError::ExtensionLength {
                at: HEADER_LEN,
                length
            },
            "{length:#x}"
        );
    }
    for length in [24, 65528] {
        let mut raw = extension(99, &[0; 8]);
        set32(&mut raw, 0, length);
        let expected = PacketError::ExtensionBeyondEnd {
            at: HEADER_LEN,
            length,
            left: 16,
        };
        assert_eq!(refused(&ping_with_raw_extension(&raw)), expected);
    }
    // Seven bytes where an extension should start.
    let mut short = ping_with_raw_extension(&extension(99, &[])[..7]);
    fix_length(&mut short);
    assert_eq!(
        refused(&short),
        PacketError::ExtensionBeyondEnd {
            at: HEADER_LEN,
            length: 8,
            left: 7
        }
    );
}

#[test]
fn row_04_names_without_end() {
    let at = HEADER_LEN + 8;
    for kind in [0, 1, 4, 5] {
        let with = |data: &[u8]| ping_with_raw_extension(&extension(kind, data));
        assert_eq!(
            refused(&with(b"abcdefgh")),
            PacketError::Unterminated { at },
            "type {kind}"
        );
        assert_eq!(
            refused(&with(&[b'a'; 65520])),
            PacketError::Unterminated { at }
        );
        assert_eq!(
            refused(&with(b"\xff\xfe\0\0\0\0\0\0")),
            PacketError::BadText { at }
        );
        assert_eq!(
            refused(&with(b"a\nb\0\0\0\0\0")),
            PacketError::BadText { at }
        );
        let mut long = vec![b'a'; 65519];
        long.push(0);
        assert_eq!(refused(&with(&long)), PacketError::BadText { at });
    }
}

#[test]
fn row_04_names_end_at_their_first_zero() {
    let bytes = ping_with_raw_extension(&extension(0, b"ab\0cd\0\0\0"));
    let packet = Packet::parse(&bytes, Dialect::Redis70).unwrap();
    let expected = [Extension::Hostname(Name::host("ab").unwrap())];
    assert_eq!(packet.body.heartbeat().unwrap().extensions, expected);
    let empty = ping_with_raw_extension(&extension(1, &[0; 8]));
    let packet = Packet::parse(&empty, Dialect::Redis72).unwrap();
    assert_eq!(
        packet.body.heartbeat().unwrap().extensions,
        [Extension::HumanNodename(Name::default())]
    );
}

#[test]
fn row_04_a_host_name_cannot_smuggle_a_line() {
    for evil in ["a b", "a,b", "a@b", "a=b", "\u{e4}"] {
        assert_eq!(Name::host(evil), None);
        assert_eq!(IpText::new(evil), None);
        let mut data = evil.as_bytes().to_vec();
        data.resize(8, 0);
        refused(&ping_with_raw_extension(&extension(0, &data)));
    }
}

#[test]
fn row_05_extensions_that_are_all_head() {
    for kind in 0..6 {
        let bytes = ping_with_raw_extension(&extension(kind, &[]));
        assert_eq!(
            refused(&bytes),
            PacketError::ExtensionSize {
                at: HEADER_LEN,
                kind,
                length: 8
            }
        );
    }
    let unknown = ping_with_raw_extension(&extension(77, &[]));
    let packet = Packet::parse(&unknown, Dialect::Valkey8).unwrap();
    let expected = [Extension::Unknown {
        kind: 77,
        data: Bytes::new(),
    }];
    assert_eq!(packet.body.heartbeat().unwrap().extensions, expected);
    assert_eq!(packet.encode(), unknown);
}

#[test]
fn row_05_extensions_without_the_flag() {
    let mut bytes = ping_with_raw_extension(&extension(77, &[]));
    bytes[2253] = 0;
    assert_eq!(
        refused(&bytes),
        PacketError::UnflaggedExtensions { count: 1 }
    );
    // Also where the length would fit.
    let mut bytes = ping(Vec::new(), Vec::new());
    bytes[2253] = 0;
    assert!(Packet::parse(&bytes, Dialect::Redis70).is_ok());
    set16(&mut bytes, 2214, 3);
    assert_eq!(
        refused(&bytes),
        PacketError::UnflaggedExtensions { count: 3 }
    );
}

#[test]
fn row_06_forgotten_nodes_are_only_read() {
    let forgotten = |node| Extension::ForgottenNode {
        node,
        ttl_secs: u64::MAX,
    };
    // The sender, ourselves, the same one twice: the codec has no opinion.
    let bytes = ping(
        Vec::new(),
        vec![forgotten(id('a')), forgotten(id('b')), forgotten(id('b'))],
    );
    let packet = Packet::parse(&bytes, Dialect::Redis72).unwrap();
    assert_eq!(packet.body.heartbeat().unwrap().extensions.len(), 3);
    assert_eq!(packet.encode(), bytes);
    for size in [40, 56] {
        refused(&ping_with_raw_extension(&extension(2, &vec![b'a'; size])));
    }
}

#[test]
fn row_06_nonsense_that_an_honest_peer_repeats_does_not_spoil_its_packet() {
    let bytes = ping_with_raw_extension(&extension(2, &[b'!'; 48]));
    let packet = Packet::parse(&bytes, Dialect::Redis72).unwrap();
    assert!(matches!(
        packet.body.heartbeat().unwrap().extensions[..],
        [Extension::Unknown { kind: 2, .. }]
    ));
    assert_eq!(packet.encode(), bytes);

    let mut bytes = ping(vec![entry('b'), entry('c'), entry('d')], Vec::new());
    bytes[HEADER_LEN] = b'!';
    bytes[HEADER_LEN + 104 + 48] = b' ';
    let packet = Packet::parse(&bytes, Dialect::Redis72).unwrap();
    let heartbeat = packet.body.heartbeat().unwrap();
    assert_eq!(
        (heartbeat.malformed, &heartbeat.gossip[..]),
        (2, &[entry('d')][..])
    );
}

#[test]
fn row_09_an_internal_secret_is_one_only_for_redis_8() {
    let bytes = ping_with_raw_extension(&extension(4, &[0xee; 40]));
    let of = |dialect| {
        Packet::parse(&bytes, dialect)
            .map(|packet| packet.body.heartbeat().unwrap().extensions.clone())
    };
    assert_eq!(
        of(Dialect::Redis8),
        Ok(vec![Extension::InternalSecret([0xee; 40])])
    );
    assert!(matches!(
        of(Dialect::Redis72).unwrap()[..],
        [Extension::Unknown { kind: 4, .. }]
    ));
    assert!(of(Dialect::Valkey8).is_err());
}
