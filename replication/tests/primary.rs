//! What a primary sends, and when: newlines, headers, payloads and the stream behind them.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use bytes::Bytes;
use shoal_replication::{
    CloseReason, History, Primary, PrimaryConfig, PrimaryEvent, PsyncAnswer, PsyncRefusal,
    PsyncRequest, ReplconfReply, ReplicaKey, ReplicaStage, SnapshotFilter, SnapshotForm, Upstream,
};
use shoal_resp::Args;
use shoal_slots::{Instant, Now, ReplId, ReplOffset};

const SET: &[u8] = b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n";
const SELECT: &[u8] = b"*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n";
const A: ReplicaKey = ReplicaKey(1);
const B: ReplicaKey = ReplicaKey(2);

fn at(millis: u64) -> Now {
    Now {
        instant: Instant::from_micros(millis * 1000),
        unix_micros: 0,
    }
}

fn primary(diskless: bool) -> Primary {
    let mut config = PrimaryConfig::new();
    config.diskless_sync = diskless;
    Primary::new(config, 7)
}

fn replconf(primary: &mut Primary, key: ReplicaKey, words: &[&str]) -> ReplconfReply {
    let words: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
    primary.replconf(at(0), key, Args::from_slices(&words))
}

fn attach(
    primary: &mut Primary,
    now: Now,
    key: ReplicaKey,
    history: Option<History>,
) -> PsyncAnswer {
    replconf(primary, key, &["capa", "eof", "capa", "psync2"]);
    primary.psync(now, key, PsyncRequest::new(history), Upstream::None)
}

/// Everything this replica can be sent now.
fn output(primary: &mut Primary, now: Now, key: ReplicaKey) -> String {
    let mut all = Vec::new();
    loop {
        let bytes = primary.output(key).to_vec();
        if bytes.is_empty() {
            return String::from_utf8_lossy(&all).into_owned();
        }
        primary.output_written(now, key, bytes.len());
        all.extend_from_slice(&bytes);
    }
}

fn stage(primary: &Primary, key: ReplicaKey) -> Option<ReplicaStage> {
    primary.replica(key).map(|replica| replica.stage)
}

fn events(primary: &mut Primary) -> Vec<PrimaryEvent> {
    std::iter::from_fn(|| primary.poll_event()).collect()
}

/// Calls the timers at every full second.
fn run(primary: &mut Primary, seconds: std::ops::RangeInclusive<u64>) {
    for second in seconds {
        primary.handle_timeout(at(second * 1000));
    }
}

#[test]
fn a_marked_payload_is_followed_by_silence_until_the_ack() {
    let mut primary = primary(true);
    let own = primary.history();
    assert_eq!(
        attach(&mut primary, at(0), A, Some(own)),
        PsyncAnswer::FullSync
    );
    assert_ne!(
        primary.replid(),
        own.replid,
        "the first replica begins a history"
    );
    run(&mut primary, 1..=4);
    assert_eq!(output(&mut primary, at(4000), A), "\n\n\n\n");
    assert_eq!(
        primary.snapshot_wanted(at(4999)),
        None,
        "repl-diskless-sync-delay"
    );
    run(&mut primary, 5..=5);
    assert!(events(&mut primary).contains(&PrimaryEvent::SnapshotWanted));
    let sync = primary.full_sync_started(at(5000)).unwrap();
    assert_eq!(
        (sync.request.form, sync.receivers),
        (SnapshotForm::Marked, 1)
    );
    let head = output(&mut primary, at(5000), A);
    let line = format!("\n+FULLRESYNC {} 0\r\n$EOF:", primary.replid());
    let mark = head.strip_prefix(&line).unwrap().trim_end().to_owned();
    assert_eq!(mark.len(), 40);
    run(&mut primary, 6..=8);
    assert_eq!(
        output(&mut primary, at(8000), A),
        "",
        "no newline behind the header"
    );

    primary.feed(0, SET);
    primary.snapshot_chunk(Bytes::from_static(b"RDB"));
    assert_eq!(primary.snapshot_room(), 1024 * 1024 - 3);
    primary.snapshot_done(at(8000));
    assert_eq!(output(&mut primary, at(8000), A), format!("RDB{mark}"));
    assert_eq!(stage(&primary, A), Some(ReplicaStage::WaitingForAck));
    assert_eq!(
        replconf(&mut primary, A, &["ACK", "0"]),
        ReplconfReply::Acked
    );
    assert_eq!(stage(&primary, A), Some(ReplicaStage::Online));
    let stream = [SELECT, SET].concat();
    assert_eq!(output(&mut primary, at(9000), A).as_bytes(), stream);
    replconf(&mut primary, A, &["ACK", "999999"]);
    let acked = primary.replica(A).unwrap().acked;
    assert_eq!(
        acked,
        ReplOffset(stream.len() as u64),
        "nobody has processed what was never sent"
    );
}

#[test]
fn a_counted_payload_can_be_joined_until_its_length_is_known() {
    let mut primary = primary(false);
    attach(&mut primary, at(0), A, None);
    assert_eq!(
        events(&mut primary),
        [PrimaryEvent::SnapshotWanted],
        "at once"
    );
    let sync = primary.full_sync_started(at(0)).unwrap();
    assert_eq!(sync.request.form, SnapshotForm::Counted);
    primary.feed(0, SET);
    assert_eq!(
        attach(&mut primary, at(500), B, None),
        PsyncAnswer::FullSync
    );
    run(&mut primary, 1..=2);
    primary.snapshot_length(3);
    primary.snapshot_chunk(Bytes::from_static(b"RDB"));
    primary.snapshot_done(at(2000));
    let expected = format!(
        "+FULLRESYNC {} 0\r\n\n\n$3\r\nRDB{}",
        primary.replid(),
        String::from_utf8_lossy(&[SELECT, SET].concat())
    );
    assert_eq!(output(&mut primary, at(2000), A), expected);
    assert_eq!(
        output(&mut primary, at(2000), B),
        expected,
        "the earlier offset and the stream since"
    );
    assert_eq!(stage(&primary, B), Some(ReplicaStage::Online));
    // The database is selected again behind every snapshot.
    attach(&mut primary, at(3000), ReplicaKey(3), None);
    primary.full_sync_started(at(3000)).unwrap();
    primary.feed(0, SET);
    assert!(output(&mut primary, at(3000), A).starts_with("*2\r\n$6\r\nSELECT"));
}

#[test]
fn snapshots_that_fail_or_that_nobody_wants() {
    let mut primary = primary(false);
    attach(&mut primary, at(0), A, None);
    primary.full_sync_started(at(0)).unwrap();
    primary.snapshot_failed(at(1));
    let reason = CloseReason::SnapshotFailed;
    assert!(events(&mut primary).contains(&PrimaryEvent::Close { replica: A, reason }));
    attach(&mut primary, at(2), B, None);
    primary.full_sync_started(at(2)).unwrap();
    primary.detach(at(3), B);
    assert!(events(&mut primary).contains(&PrimaryEvent::SnapshotAbandoned));
    assert!(!primary.snapshot_running());
    primary.snapshot_chunk(Bytes::from_static(b"late"));
    primary.snapshot_done(at(4));
    // A driver that does not come round to it is asked again each second.
    attach(&mut primary, at(5), A, None);
    assert!(events(&mut primary).contains(&PrimaryEvent::SnapshotWanted));
    run(&mut primary, 2..=3);
    let asked = events(&mut primary);
    assert_eq!(
        asked
            .iter()
            .filter(|event| **event == PrimaryEvent::SnapshotWanted)
            .count(),
        2
    );
}

#[test]
fn filters_and_hand_overs_are_checked() {
    let mut primary = primary(true);
    assert_eq!(
        replconf(&mut primary, A, &["rdb-filter-only", ""]),
        ReplconfReply::Ok
    );
    let refused = PsyncAnswer::Refused(PsyncRefusal::FilterNeedsEof);
    assert_eq!(primary.sync(at(0), A, Upstream::None), refused);
    replconf(
        &mut primary,
        A,
        &["capa", "eof", "rdb-filter-only", "functions"],
    );
    assert_eq!(
        primary.sync(at(0), A, Upstream::None),
        PsyncAnswer::FullSync
    );
    assert_eq!(primary.sync(at(0), A, Upstream::None), PsyncAnswer::Ignored);
    let sync = primary.full_sync_started(at(6000)).unwrap();
    assert_eq!(sync.request.filter, SnapshotFilter::FunctionsOnly);
    assert!(
        output(&mut primary, at(6000), A).starts_with("$EOF:"),
        "no +FULLRESYNC after SYNC"
    );

    let mut request = PsyncRequest::new(Some(primary.history()));
    request.failover = true;
    let mut ask = |request, upstream| primary.psync(at(0), B, request, upstream);
    let refused = |refusal| PsyncAnswer::Refused(refusal);
    assert_eq!(
        ask(request, Upstream::None),
        refused(PsyncRefusal::FailoverToPrimary)
    );
    assert_eq!(ask(request, Upstream::Up), PsyncAnswer::BecomePrimary);
    let other = PsyncRequest {
        replid: Some(ReplId::NONE),
        ..request
    };
    assert_eq!(
        ask(other, Upstream::Up),
        refused(PsyncRefusal::FailoverReplid)
    );
    let plain = PsyncRequest::new(None);
    assert_eq!(
        ask(plain, Upstream::FailingOver),
        refused(PsyncRefusal::FailingOver)
    );
    assert_eq!(
        ask(plain, Upstream::Down),
        refused(PsyncRefusal::NoPrimaryLink)
    );
}

#[test]
fn the_old_name_is_valid_up_to_the_change_and_no_further() {
    let mut primary = primary(true);
    primary.become_replica();
    primary.feed_stream(&[b'x'; 100]);
    let old = primary.history();
    primary.become_primary(at(0));
    assert_eq!(
        (primary.replid2(), primary.second_offset()),
        (old.replid, Some(ReplOffset(101)))
    );
    primary.feed(0, SET);
    let mut ask = |key, offset| {
        let history = History {
            replid: old.replid,
            offset: ReplOffset(offset),
        };
        attach(&mut primary, at(0), ReplicaKey(key), Some(history))
    };
    assert_eq!(ask(10, 100), PsyncAnswer::Continue);
    assert_eq!(ask(11, 50), PsyncAnswer::Continue);
    assert_eq!(
        ask(12, 101),
        PsyncAnswer::FullSync,
        "those bytes were never ours"
    );
    let line = format!("+CONTINUE {}\r\n*2\r\n$6\r\nSELECT", primary.replid());
    assert!(output(&mut primary, at(0), ReplicaKey(10)).starts_with(&line));
}
