//! The line of `CLIENT LIST` and `CLIENT INFO`, and the choice of clients by `CLIENT LIST` and `CLIENT KILL`.

use std::fmt::Write as _;

use shoal_resp::Version;
use shoal_slots::Instant;

use super::pubsub::Topic;
use super::session::{Flags, Session};

/// The classes of clients that filters name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ClientType {
    /// Everybody else.
    Normal,
    /// Our primary, which has no session here.
    Primary,
    /// Replicas of ours.
    Replica,
    /// Subscribers.
    PubSub,
}

impl ClientType {
    pub(crate) fn parse(word: &[u8]) -> Option<Self> {
        let word = word.to_ascii_lowercase();
        match word.as_slice() {
            b"normal" => Some(Self::Normal),
            b"slave" | b"replica" => Some(Self::Replica),
            b"pubsub" => Some(Self::PubSub),
            b"master" | b"primary" => Some(Self::Primary),
            _ => None,
        }
    }

    pub(crate) const fn of(session: &Session) -> Self {
        if session.is_replica() {
            Self::Replica
        } else if session.flags.contains(Flags::SUBSCRIBED) {
            Self::PubSub
        } else {
            Self::Normal
        }
    }
}

/// One line, without the newline.
pub(crate) fn client_line(session: &Session, now: Instant) -> String {
    let about = &session.about;
    let lossy = String::from_utf8_lossy;
    let output = session.unsent();
    let input = session.pending.as_ref().map_or((0, 0), |pending| {
        (
            pending.rest().len(),
            pending.buffer.capacity() - pending.rest().len(),
        )
    });
    let mut line = String::with_capacity(400);
    let _ = write!(
        line,
        "id={} addr={} laddr={} fd={} name={} age={} idle={} flags={} db={} sub={} psub={} ssub={} multi={} ",
        session.number,
        about.peer.addr,
        about.peer.local_addr,
        session.id.index() + 8,
        lossy(&about.name),
        now.since(about.created).as_secs(),
        now.since(session.last_input).as_secs(),
        flag_letters(session),
        session.db,
        session.subscribed_to(Topic::Channel),
        session.subscribed_to(Topic::Pattern),
        session.subscribed_to(Topic::Shard),
        queued(session),
    );
    let _ = write!(
        line,
        "qbuf={} qbuf-free={} argv-mem=0 multi-mem={} rbs={} rbp=0 obl={output} oll=0 omem={} tot-mem={} events=r ",
        input.0,
        input.1,
        session.transaction_memory(),
        session.output.capacity(),
        output,
        session.memory(),
    );
    let command = session.last_command.map_or("NULL", |spec| spec.name);
    let _ = write!(
        line,
        "cmd={command} user=default redir=-1 resp={} lib-name={} lib-ver={}",
        if session.version == Version::Resp3 {
            3
        } else {
            2
        },
        lossy(&about.lib_name),
        lossy(&about.lib_version),
    );
    line
}

/// How many commands are queued; -1 outside of a transaction.
fn queued(session: &Session) -> i64 {
    let len = session.transaction.as_ref().map_or(0, |it| it.len());
    match session.flags.contains(Flags::MULTI) {
        true => i64::try_from(len).unwrap_or(i64::MAX),
        false => -1,
    }
}

fn flag_letters(session: &Session) -> String {
    let mut letters = String::new();
    let blocked = session.blocked.is_some_and(|blocked| blocked.is_shown());
    let transaction = session.transaction.as_ref();
    let touched = transaction.is_some_and(|transaction| transaction.is_touched());
    for (set, letter) in [
        (session.is_replica(), 'S'),
        (session.flags.contains(Flags::SUBSCRIBED), 'P'),
        (session.flags.contains(Flags::MULTI), 'x'),
        (blocked, 'b'),
        (touched, 'd'),
        (session.is_closing(), 'c'),
        (session.flags.contains(Flags::READONLY), 'r'),
        (session.about.peer.unix, 'U'),
        (session.flags.contains(Flags::NO_EVICT), 'e'),
        (session.flags.contains(Flags::NO_TOUCH), 'T'),
    ] {
        if set {
            letters.push(letter);
        }
    }
    if letters.is_empty() {
        letters.push('N');
    }
    letters
}
