//! Row 30 of the list of bad inputs: a hostile primary. Whatever it sends, the replica neither panics nor reserves
//! what has not arrived; it leaves, says why, and does not ask for the same bytes again.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::time::Duration;

use bytes::BytesMut;
use shoal_replication::{
    DisconnectReason, EofMark, History, LineError, LinkState, PayloadHeader, PsyncReply, Replica,
    ReplicaConfig, ReplicaEvent, StreamError,
};
use shoal_slots::{Instant, Now, ReplId, ReplOffset};

const ID: &str = "0123456789abcdef0123456789abcdef01234567";

fn at(millis: u64) -> Now {
    Now {
        instant: Instant::from_micros(millis * 1000),
        unix_micros: 0,
    }
}

fn history() -> History {
    History {
        replid: ID.parse().unwrap(),
        offset: ReplOffset(100),
    }
}

/// A replica whose PSYNC has just been sent.
fn asked() -> Replica {
    let mut replica = Replica::new(ReplicaConfig::new(7000), Some(history()), at(0));
    replica.handle_connected(at(0));
    feed(&mut replica, b"+PONG\r\n+OK\r\n+OK\r\n");
    while replica.poll_transmit().is_some() {}
    while replica.poll_event().is_some() {}
    replica
}

fn feed(replica: &mut Replica, bytes: &[u8]) {
    replica.handle_bytes(at(1), &mut BytesMut::from(bytes));
}

fn streaming() -> Replica {
    let mut replica = asked();
    feed(&mut replica, b"+CONTINUE\r\n");
    assert_eq!(replica.link(), LinkState::Up);
    while replica.poll_event().is_some() {}
    replica
}

fn left(replica: &mut Replica) -> Option<DisconnectReason> {
    std::iter::from_fn(|| replica.poll_event()).find_map(|event| match event {
        ReplicaEvent::Disconnect(reason) => Some(reason),
        _ => None,
    })
}

fn line_error(line: &str) -> LineError {
    let mut replica = asked();
    feed(&mut replica, format!("{line}\r\n").as_bytes());
    match left(&mut replica) {
        Some(DisconnectReason::Line(error)) => error,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn row_30_lengths_of_run_ids() {
    for id in [
        "",
        "x",
        &ID[1..],
        &format!("{ID}0"),
        &"a".repeat(4000),
        &ID.to_uppercase(),
        &ID.replace('0', "/"),
    ] {
        assert_eq!(
            line_error(&format!("+FULLRESYNC {id} 1")),
            LineError::BadFullResync,
            "{id}"
        );
        if !id.is_empty() {
            assert_eq!(
                line_error(&format!("+CONTINUE {id}")),
                LineError::BadContinue,
                "{id}"
            );
        }
    }
    assert_eq!(line_error("+CONTINUEX"), LineError::BadContinue);
    assert_eq!(line_error("+FULLRESYNC"), LineError::BadFullResync);
    assert_eq!(line_error("+DUALCHANNELSYNC"), LineError::Unexpected);
    assert_eq!(line_error(":1"), LineError::Unexpected);
}

#[test]
fn row_30_huge_offsets() {
    for (offset, error) in [
        ("9223372036854775808", LineError::OffsetOutOfRange),
        ("18446744073709551616", LineError::OffsetOutOfRange),
        (&*"9".repeat(3000), LineError::OffsetOutOfRange),
        ("-1", LineError::BadFullResync),
        ("+1", LineError::BadFullResync),
        ("1 ", LineError::BadFullResync),
        ("0x10", LineError::BadFullResync),
    ] {
        assert_eq!(
            line_error(&format!("+FULLRESYNC {ID} {offset}")),
            error,
            "{offset}"
        );
    }
    // The greatest one is taken, and then the stream has no room.
    let mut replica = asked();
    feed(
        &mut replica,
        format!("+FULLRESYNC {ID} {}\r\n$1\r\nR*1\r\n$1\r\nX\r\n", i64::MAX).as_bytes(),
    );
    replica.snapshot_loaded(at(1), None);
    assert!(replica.next_command(at(1)).is_none());
    let exhausted = StreamError::OffsetExhausted(ReplOffset(i64::MAX as u64));
    assert_eq!(
        left(&mut replica),
        Some(DisconnectReason::Stream(exhausted))
    );
}

#[test]
fn row_30_a_line_without_end() {
    let mut replica = asked();
    for _ in 0..1000 {
        feed(&mut replica, &[b'+'; 100]);
    }
    assert_eq!(
        left(&mut replica),
        Some(DisconnectReason::Line(LineError::TooLong { max: 4096 }))
    );
    assert_eq!(replica.link(), LinkState::Down);
    assert_eq!(
        replica.history(),
        Some(history()),
        "nothing is lost by a bad line"
    );
}

#[test]
fn row_30_payload_headers() {
    let mut replica = asked();
    feed(&mut replica, format!("+FULLRESYNC {ID} 7\r\n").as_bytes());
    assert_eq!(
        replica.history(),
        None,
        "from here on there is nothing to continue"
    );
    for header in [
        "$",
        "$-1",
        "$+5",
        "$ 5",
        "$9223372036854775808",
        "$EOF",
        "$EOF:",
        "$EOF:short",
        "$eof:",
        "*1",
        "x",
    ] {
        assert!(PayloadHeader::parse(header.as_bytes()).is_err(), "{header}");
        let mut replica = asked();
        feed(
            &mut replica,
            format!("+FULLRESYNC {ID} 7\r\n{header}\r\n").as_bytes(),
        );
        assert!(
            matches!(left(&mut replica), Some(DisconnectReason::Line(_))),
            "{header}"
        );
    }
    feed(&mut replica, b"$EOF:");
    feed(&mut replica, &[b'm'; 41]);
    feed(&mut replica, b"\r\n");
    assert!(matches!(
        left(&mut replica),
        Some(DisconnectReason::Line(LineError::BadPayloadHeader))
    ));
}

#[test]
fn row_30_a_claimed_length_reserves_nothing() {
    let mut replica = asked();
    feed(
        &mut replica,
        format!("+FULLRESYNC {ID} 7\r\n${}\r\nabc", i64::MAX).as_bytes(),
    );
    let got: Vec<_> = std::iter::from_fn(|| replica.poll_event()).collect();
    assert!(matches!(got.last(), Some(ReplicaEvent::SnapshotBytes(bytes)) if &bytes[..] == b"abc"));
    replica.handle_closed(at(2));
    assert_eq!(replica.poll_event(), Some(ReplicaEvent::SnapshotAborted));
    let mut replica = streaming();
    feed(&mut replica, b"*2147483647\r\n$9223372036854775807\r\nabc");
    assert!(replica.next_command(at(1)).is_none());
}

#[test]
fn row_30_the_mark_is_found_at_every_cut_and_only_at_the_end() {
    let mark = [b'M'; 40];
    let mut body = b"REDIS0011 ".to_vec();
    // Half a mark, a whole one, one byte too many, and then the real one.
    for len in [20, 40, 41] {
        body.extend_from_slice(&vec![b'M'; len]);
        body.push(b'.');
    }
    let mut stream = format!("+FULLRESYNC {ID} 7\r\n$EOF:").into_bytes();
    stream.extend_from_slice(&mark);
    stream.extend_from_slice(b"\r\n");
    let header = stream.len();
    stream.extend_from_slice(&body);
    stream.extend_from_slice(&mark);
    // (A cut exactly behind a copy of the mark is taken for the end; servers take it so, too.)
    let fake_end = header + 10 + 21 + 40;
    for cut in (1..stream.len()).filter(|cut| !(fake_end..fake_end + 43).contains(cut)) {
        let mut replica = asked();
        feed(&mut replica, &stream[..cut]);
        feed(&mut replica, &stream[cut..]);
        let mut got = Vec::new();
        let mut done = 0;
        while let Some(event) = replica.poll_event() {
            match event {
                ReplicaEvent::SnapshotBytes(bytes) => got.extend_from_slice(&bytes),
                ReplicaEvent::SnapshotDone => done += 1,
                _ => {}
            }
        }
        assert_eq!((done, got == body), (1, true), "cut at {cut}");
    }
}

#[test]
fn row_30_a_stream_that_is_none_costs_the_history() {
    for bytes in [
        &b"*1\r\n+PING\r\n"[..],
        b"*1\r\n$-1\r\n",
        b"*9999999999\r\n",
        b"*2\r\n$6\r\nSELECT\r\n$2\r\n-1\r\n",
    ] {
        let mut replica = streaming();
        feed(&mut replica, bytes);
        assert!(replica.next_command(at(1)).is_none());
        let reason = left(&mut replica);
        assert!(
            matches!(reason, Some(DisconnectReason::Stream(_))),
            "{reason:?}"
        );
        assert_eq!(replica.history(), None, "the same bytes would come again");
        let retry = replica.poll_timeout().unwrap();
        assert!(
            retry - at(1).instant >= Duration::from_millis(900),
            "and not at once"
        );
    }
}

#[test]
fn row_30_nothing_can_be_continued_that_we_do_not_have() {
    let mut replica = Replica::new(ReplicaConfig::new(7000), None, at(0));
    replica.handle_connected(at(0));
    feed(&mut replica, b"+PONG\r\n+OK\r\n+OK\r\n");
    let sent: Vec<u8> = std::iter::from_fn(|| replica.poll_transmit())
        .flatten()
        .collect();
    assert!(sent.ends_with(b"*3\r\n$5\r\nPSYNC\r\n$1\r\n?\r\n$2\r\n-1\r\n"));
    feed(
        &mut replica,
        format!("+CONTINUE {ID}\r\n*1\r\n$7\r\nFLUSHDB\r\n").as_bytes(),
    );
    assert_eq!(
        left(&mut replica),
        Some(DisconnectReason::Line(LineError::Unexpected))
    );
    assert!(replica.next_command(at(1)).is_none());
}

#[test]
fn row_30_words_survive_writing_and_reading() {
    let replies = [
        PsyncReply::KeepWaiting,
        PsyncReply::FullResync(history()),
        PsyncReply::Continue { replid: None },
        PsyncReply::Continue {
            replid: Some(ReplId::NONE),
        },
    ];
    for reply in replies {
        let mut line = Vec::new();
        reply.write(&mut line);
        let text = line
            .strip_suffix(b"\r\n")
            .or(line.strip_suffix(b"\n"))
            .unwrap();
        assert_eq!(PsyncReply::parse(text), Ok(reply));
    }
    for header in [
        PayloadHeader::Length(0),
        PayloadHeader::Length(i64::MAX as u64),
        PayloadHeader::Marked(EofMark::new([7; 40])),
    ] {
        let mut line = Vec::new();
        header.write(&mut line);
        assert_eq!(
            PayloadHeader::parse(line.strip_suffix(b"\r\n").unwrap()),
            Ok(header)
        );
    }
}

#[test]
fn row_30_bytes_pile_up_only_while_the_driver_loads() {
    let mut replica = asked();
    feed(
        &mut replica,
        format!("+FULLRESYNC {ID} 7\r\n$3\r\nRDB").as_bytes(),
    );
    assert!(replica.wants_bytes());
    while replica.wants_bytes() {
        feed(&mut replica, &[b'\n'; 100_000]);
    }
    replica.snapshot_failed(at(5));
    assert_eq!(left(&mut replica), Some(DisconnectReason::LoadFailed));
    assert_eq!(replica.history(), None);
}
