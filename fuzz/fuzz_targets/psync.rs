//! A hostile primary: whatever it sends, the replica does not panic, its offset only grows within one history, and
//! what it hands on is what it counted. Cutting the same bytes differently changes nothing, except where a payload
//! with a mark is involved, whose end is by design the end of a read. Words that parse are written and parsed
//! again the same.
//!
//! The first byte chooses the size of the reads and what the replica has to offer.
#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use shoal_replication::{
    History, LinkState, PayloadHeader, PsyncReply, PsyncRequest, Replica, ReplicaConfig,
    ReplicaEvent,
};
use shoal_resp::{Args, Limits, Progress, RequestParser};
use shoal_slots::{Instant, Now, ReplId, ReplOffset};

/// What the replica's driver sees.
#[derive(Debug, Default, Eq, PartialEq)]
struct Seen {
    sent: Vec<u8>,
    payload: Vec<u8>,
    others: Vec<ReplicaEvent>,
    commands: Vec<(u32, Vec<Vec<u8>>)>,
    stream: Vec<u8>,
    marked: bool,
}

const NOW: Now = Now {
    instant: Instant::ORIGIN,
    unix_micros: 0,
};

fn drain(replica: &mut Replica, seen: &mut Seen) {
    loop {
        while let Some(event) = replica.poll_event() {
            match event {
                ReplicaEvent::SnapshotBytes(bytes) => seen.payload.extend_from_slice(&bytes),
                ReplicaEvent::SnapshotDone => {
                    replica.snapshot_loaded(NOW, None);
                    seen.others.push(event);
                }
                ReplicaEvent::Connect => {}
                other => {
                    seen.marked |= matches!(other, ReplicaEvent::SnapshotStart { len: None });
                    seen.others.push(other);
                }
            }
        }
        let Some(command) = replica.next_command(NOW) else {
            break;
        };
        let args = command.args.iter().map(<[u8]>::to_vec).collect();
        seen.commands.push((command.db, args));
        let before = replica.offset();
        replica.applied();
        // After a plain SYNC there is no history to count in.
        assert!(replica.offset() >= before || replica.history().is_none());
        if let Some(raw) = replica.poll_stream() {
            seen.stream.extend_from_slice(&raw);
        }
    }
    if let Some(raw) = replica.poll_stream() {
        seen.stream.extend_from_slice(&raw);
    }
    while let Some(bytes) = replica.poll_transmit() {
        seen.sent.extend_from_slice(&bytes);
    }
}

fn serve(input: &[u8], read: usize, history: Option<History>) -> Seen {
    let mut replica = Replica::new(ReplicaConfig::new(7000), history, NOW);
    let mut seen = Seen::default();
    replica.handle_connected(NOW);
    drain(&mut replica, &mut seen);
    for chunk in input.chunks(read) {
        let mut bytes = BytesMut::from(chunk);
        replica.handle_bytes(NOW, &mut bytes);
        assert!(bytes.is_empty());
        drain(&mut replica, &mut seen);
        if replica.link() == LinkState::Down {
            // The driver has closed: later bytes belong to nobody.
            break;
        }
    }
    replica.handle_closed(NOW);
    drain(&mut replica, &mut seen);
    seen
}

/// Lines and commands, read and written.
fn check_words(input: &[u8]) {
    for line in input.split(|byte| *byte == b'\n').take(64) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mut out = Vec::new();
        if let Ok(reply) = PsyncReply::parse(line) {
            reply.write(&mut out);
            let errors = matches!(reply, PsyncReply::TryLater | PsyncReply::NotSupported);
            assert!(errors || PsyncReply::parse(out.trim_ascii_end()) == Ok(reply));
        }
        out.clear();
        if let Ok(header) = PayloadHeader::parse(line) {
            header.write(&mut out);
            let text = out.strip_suffix(b"\r\n").or(out.strip_suffix(b"\n"));
            let text = text.unwrap_or(&out);
            assert!(header == PayloadHeader::Aborted || PayloadHeader::parse(text) == Ok(header));
        }
        let words: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
        if let Ok(request) = PsyncRequest::parse(Args::from_slices(&words)) {
            check_request(request);
        }
    }
}

fn check_request(request: PsyncRequest) {
    let mut out = Vec::new();
    request.write(&mut out);
    let mut parser = RequestParser::new(Limits::default());
    let consumed = out.len();
    assert_eq!(parser.parse(&out), Ok(Progress::Request { consumed }));
    let again = PsyncRequest::parse(parser.args(&out).slice(1..));
    assert_eq!(again, Ok(request));
}

fuzz_target!(|data: &[u8]| {
    let Some((choice, input)) = data.split_first() else {
        return;
    };
    check_words(input);
    let history = (choice & 1 == 1).then_some(History {
        replid: ReplId::NONE,
        offset: ReplOffset(u64::from(choice >> 1)),
    });
    let read = [1, 3, 41, 1000][usize::from(choice >> 6)];
    let cut = serve(input, read, history);
    let bytewise = serve(input, 1, history);
    if !cut.marked && !bytewise.marked {
        // A refusal drops what was not sent yet, so a longer read may have sent less.
        assert_eq!(cut.others, bytewise.others);
        assert_eq!(cut.payload, bytewise.payload);
        assert_eq!(cut.commands, bytewise.commands);
        assert_eq!(cut.stream, bytewise.stream);
    }
});
