//! Recorded conversations of Redis 7.0.15, 7.2.6 and Valkey 8.0.1 replayed: what a real primary sent goes into
//! `Replica`, what real replicas sent goes into `Primary`, and the answers are compared with the recorded ones.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::path::PathBuf;

use bytes::BytesMut;
use shoal_replication::*;
use shoal_resp::{Limits, Progress, RequestParser};
use shoal_slots::{Instant, Now, ReplId, ReplOffset};

const SERVERS: [&str; 3] = ["redis-7.0.15", "redis-7.2.6", "valkey-8.0.1"];

type Command = Vec<Vec<u8>>;

fn read(server: &str, case: &str, side: &str) -> Option<Vec<u8>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(server);
    std::fs::read(path.join(format!("{case}.from-{side}.bin"))).ok()
}

/// The recorded pair of directions.
fn recorded(server: &str, case: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    Some((
        read(server, case, "primary")?,
        read(server, case, "replica")?,
    ))
}

fn commands(bytes: &[u8]) -> Vec<Command> {
    let mut parser = RequestParser::new(Limits::default());
    let (mut rest, mut all) = (bytes, Vec::new());
    loop {
        match parser.parse(rest).expect("a recorded command") {
            Progress::Request { consumed } => {
                all.push(parser.args(rest).iter().map(<[u8]>::to_vec).collect());
                rest = &rest[consumed..];
            }
            Progress::Skipped { consumed } => rest = &rest[consumed..],
            Progress::Incomplete => return all,
        }
    }
}

fn is_ack(command: &Command) -> bool {
    command.len() >= 3 && command[0] == b"REPLCONF" && command[1] == b"ACK"
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A replica set up as the recorded one was.
fn replica_like(sent: &[Command]) -> Replica {
    let mut config = ReplicaConfig::new(0);
    let (mut history, mut hand_over) = (None, false);
    for command in sent {
        let words: Vec<String> = command.iter().map(|word| text(word)).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words[..] {
            ["AUTH", password] => {
                config.credentials = Some(Credentials {
                    user: None,
                    password: password.into(),
                })
            }
            ["AUTH", user, password] => {
                config.credentials = Some(Credentials {
                    user: Some(user.into()),
                    password: password.into(),
                });
            }
            ["REPLCONF", "listening-port", port] => config.listening_port = port.parse().unwrap(),
            ["REPLCONF", "ip-address", ip] => config.announce_ip = Some(ip.into()),
            ["REPLCONF", "version", version] => config.announce_version = Some(version.into()),
            ["PSYNC", replid, next, ..] => {
                let (replid, next): (ReplId, u64) =
                    (replid.parse().unwrap(), next.parse().unwrap());
                history = Some(History {
                    replid,
                    offset: ReplOffset(next - 1),
                });
                hand_over = words.len() == 4;
            }
            _ => {}
        }
    }
    let mut replica = Replica::new(config, history, Now::default());
    if hand_over {
        replica.hand_over();
    }
    replica
}

/// What came out of a replay.
#[derive(Default)]
struct Outcome {
    sent: Vec<u8>,
    payload: Vec<u8>,
    offsets: Vec<u64>,
    applied: usize,
    events: Vec<ReplicaEvent>,
}

fn drain(replica: &mut Replica, now: Now, outcome: &mut Outcome) {
    while let Some(event) = replica.poll_event() {
        match &event {
            ReplicaEvent::SnapshotBytes(bytes) => outcome.payload.extend_from_slice(bytes),
            ReplicaEvent::SnapshotDone => replica.snapshot_loaded(now, None),
            _ => {}
        }
        outcome.events.push(event);
    }
    outcome.offsets.push(replica.offset().0);
    while replica.next_command(now).is_some() {
        replica.applied();
        outcome.applied += 1;
        outcome.offsets.push(replica.offset().0);
    }
    outcome.offsets.push(replica.offset().0);
    while replica.poll_stream().is_some() {}
    while let Some(bytes) = replica.poll_transmit() {
        outcome.sent.extend_from_slice(&bytes);
    }
}

fn replay(replica: &mut Replica, primary_bytes: &[u8], chunk: usize) -> Outcome {
    let (now, mut outcome) = (Now::default(), Outcome::default());
    replica.handle_connected(now);
    drain(replica, now, &mut outcome);
    for part in parts(primary_bytes) {
        for chunk in part.chunks(chunk) {
            replica.handle_bytes(now, &mut BytesMut::from(chunk));
            drain(replica, now, &mut outcome);
        }
    }
    outcome
}

/// The answers one by one, as they came; then the rest, cut behind the mark: a primary sends nothing more before it
/// has an ACK, and a recording in one piece has lost that.
fn parts(bytes: &[u8]) -> Vec<&[u8]> {
    let (mut rest, mut parts) = (bytes, Vec::new());
    while matches!(rest.first(), Some(b'+' | b'-' | b'\n')) {
        let end = rest.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        parts.push(&rest[..end]);
        rest = &rest[end..];
    }
    if let Some(mark) = rest.strip_prefix(b"$EOF:").and_then(|rest| rest.get(..40)) {
        let end = rest.windows(40).rposition(|window| window == mark).unwrap() + 40;
        parts.push(&rest[..end]);
        rest = &rest[end..];
    }
    parts.push(rest);
    parts
}

/// Replays a case into a `Replica` for all servers, and checks everything that does not depend on time.
fn check(case: &str, look: impl Fn(&Outcome, &Replica)) {
    let mut seen = 0;
    for server in SERVERS {
        let Some((from_primary, from_replica)) = recorded(server, case) else {
            continue;
        };
        seen += 1;
        let recorded = commands(&from_replica);
        let mut whole = Vec::new();
        for chunk in [1, 7, 4096] {
            let mut replica = replica_like(&recorded);
            let outcome = replay(&mut replica, &from_primary, chunk);
            let sent = commands(&outcome.sent);
            let steps = |all: &[Command]| {
                all.iter()
                    .filter(|c| !is_ack(c))
                    .cloned()
                    .collect::<Vec<_>>()
            };
            assert_eq!(
                steps(&sent),
                steps(&recorded),
                "{server} {case} in chunks of {chunk}"
            );
            let mut acks = recorded.iter().filter(|c| is_ack(c));
            for ours in sent.iter().filter(|c| is_ack(c)) {
                assert!(
                    acks.any(|theirs| theirs[2] == ours[2]),
                    "{server} {case}: {ours:?} was never sent"
                );
            }
            // Every place that was acknowledged is one that we pass through, too.
            for theirs in recorded.iter().filter(|c| is_ack(c) && chunk == 1) {
                let offset: u64 = text(&theirs[2]).parse().unwrap();
                assert!(
                    outcome.offsets.contains(&offset),
                    "{server} {case}: never at {offset}"
                );
            }
            whole.push(outcome.sent.clone());
            look(&outcome, &replica);
        }
        assert!(
            whole.windows(2).all(|pair| pair[0] == pair[1]),
            "{server} {case}: chunks must not matter"
        );
    }
    assert!(seen >= 1, "no recording of {case}");
}

fn is_rdb(outcome: &Outcome) {
    assert!(
        outcome.payload.starts_with(b"REDIS00"),
        "{}",
        text(&outcome.payload)
    );
}

#[test]
fn full_synchronisations() {
    for case in [
        "full-diskless",
        "full-diskless-delayed",
        "full-disk",
        "chained",
        "auth",
        "auth-user",
    ] {
        check(case, |outcome, replica| {
            is_rdb(outcome);
            assert_eq!(replica.link(), LinkState::Up);
            let full = outcome
                .events
                .iter()
                .any(|e| matches!(e, ReplicaEvent::FullSync { history: Some(_) }));
            assert!(full, "{case}");
        });
    }
}

#[test]
fn getack_is_answered_with_the_offset_before_it() {
    check("full-diskless", |outcome, replica| {
        let acks: Vec<Command> = commands(&outcome.sent).into_iter().filter(is_ack).collect();
        assert_eq!(
            acks.iter().map(|ack| text(&ack[2])).collect::<Vec<_>>(),
            ["0", "89"]
        );
        assert_eq!((outcome.applied, replica.offset()), (2, ReplOffset(140)));
    });
    check("fack-waitaof", |outcome, _| assert_eq!(outcome.applied, 1));
}

#[test]
fn partial_synchronisations() {
    check("partial", |outcome, replica| {
        assert!(
            outcome
                .events
                .contains(&ReplicaEvent::Continue { renamed: None })
        );
        assert_eq!((outcome.applied, replica.link()), (2, LinkState::Up));
    });
    for case in [
        "partial-new-replid",
        "old-master-becomes-replica",
        "failover-command",
        "failover-command-2",
    ] {
        check(case, |outcome, replica| {
            let renamed = outcome.events.iter().find_map(|event| match event {
                ReplicaEvent::Continue { renamed } => *renamed,
                _ => None,
            });
            assert!(renamed.is_some(), "{case}");
            assert_eq!(
                replica.history().map(|history| history.replid),
                renamed,
                "{case}"
            );
        });
    }
}

#[test]
fn refusals() {
    let left = |outcome: &Outcome, with: &[u8]| {
        let last = outcome.events.last();
        let Some(ReplicaEvent::Disconnect(
            DisconnectReason::Refused(line) | DisconnectReason::Aborted(line),
        )) = last
        else {
            panic!("{last:?}");
        };
        assert!(line.starts_with(with), "{}", text(line));
    };
    check("auth-missing", |outcome, _| left(outcome, b"-NOAUTH"));
    check("auth-wrong", |outcome, _| left(outcome, b"-WRONGPASS"));
    check("loading", |outcome, _| left(outcome, b"-LOADING"));
    check("nomasterlink", |outcome, replica| {
        left(outcome, b"-NOMASTERLINK");
        assert!(
            replica.history().is_some(),
            "what we have is still worth offering"
        );
        let retry = replica.poll_timeout().unwrap();
        assert!(retry > Instant::ORIGIN, "not at once");
    });
}

/// Sends recorded commands of a replica to a `Primary` and returns the lines it answers.
fn answers(sent: &[u8]) -> String {
    let mut config = PrimaryConfig::new();
    config.diskless_sync_delay = std::time::Duration::ZERO;
    let mut primary = Primary::new(config, 1);
    let (now, key) = (Now::default(), ReplicaKey(1));
    let mut parser = RequestParser::new(Limits::default());
    let (mut rest, mut out) = (sent, String::new());
    while let Progress::Request { consumed } = parser.parse(rest).unwrap() {
        out += &support::execute(&mut primary, now, key, Upstream::None, parser.args(rest));
        rest = &rest[consumed..];
    }
    if let Some(sync) = primary.full_sync_started(now) {
        if sync.request.form == SnapshotForm::Counted {
            primary.snapshot_length(3);
        }
        primary.snapshot_chunk(bytes::Bytes::from_static(b"RDB"));
        primary.snapshot_done(now);
        while !primary.output(key).is_empty() {
            let bytes = primary.output(key).to_vec();
            out += &text(&bytes);
            primary.output_written(now, key, bytes.len());
        }
        let closed = std::iter::from_fn(|| primary.poll_event()).any(|e| {
            matches!(
                e,
                PrimaryEvent::Close {
                    reason: CloseReason::SnapshotOnly,
                    ..
                }
            )
        });
        out += if closed { "closed" } else { "" };
    }
    out
}

#[test]
fn replconf_errors_are_answered_word_for_word() {
    for server in ["redis-7.0.15", "redis-7.2.6"] {
        let (from_primary, from_replica) = recorded(server, "replconf-errors").unwrap();
        assert_eq!(answers(&from_replica), text(&from_primary), "{server}");
    }
}

#[test]
fn command_line_tools_get_their_snapshot() {
    for server in SERVERS {
        let rdb = answers(&read(server, "cli-rdb", "replica").unwrap());
        assert!(
            rdb.starts_with("+OK\r\n+OK\r\n$EOF:") && rdb.ends_with("closed"),
            "{rdb}"
        );
        let functions = answers(&read(server, "cli-functions-rdb", "replica").unwrap());
        assert!(
            functions.starts_with("+OK\r\n+OK\r\n+OK\r\n$EOF:") && functions.ends_with("closed"),
            "{functions}"
        );
        let replica = answers(&read(server, "cli-replica", "replica").unwrap());
        assert!(
            replica.starts_with("+OK\r\n+OK\r\n$EOF:") && !replica.ends_with("closed"),
            "{replica}"
        );
    }
    // `--cluster backup` sends nothing but SYNC.
    assert_eq!(answers(b"SYNC\r\n"), "$3\r\nRDB");
}
