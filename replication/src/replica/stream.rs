//! The stream: finds commands, counts bytes, and keeps both in step.
//!
//! The buffer holds, from its front: processed bytes that nobody has collected yet, the command or
//! transaction being worked on, and what follows. The offset moves only when a command, or a whole
//! transaction, is done; so a link that breaks anywhere resumes at a place that can be resumed.

use bytes::{Bytes, BytesMut};
use shoal_resp::{Args, Limits, Progress, RequestParser};
use shoal_slots::ReplOffset;

use crate::error::StreamError;

/// A command of the primary, to be applied as it is.
#[derive(Clone, Copy, Debug)]
pub struct StreamCommand<'a> {
    /// The command's name and arguments.
    pub args: Args<'a>,
    /// The database it is for.
    pub db: u32,
    /// It stands inside of a transaction that is not finished with it: let nobody see the data yet.
    pub in_transaction: bool,
}

/// What [`Stream::advance`] stopped at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Advance {
    /// A command to apply.
    Command,
    /// The primary wants to know our offset.
    GetAck,
    /// More bytes are needed.
    Nothing,
}

/// How a transaction stands.
#[derive(Clone, Copy, Debug)]
enum Transaction {
    /// There is none.
    None,
    /// Its end has not arrived; `body` is its first command, up to `looked` it is known.
    Open { body: usize, looked: usize },
    /// It is here up to `end`, and its commands are being given out.
    Whole { end: usize },
}

/// Commands that mean something to replication itself.
enum Word {
    Multi,
    Exec,
    Discard,
    Select(u32),
    GetAck,
    /// PING and other remarks: only their bytes count.
    Nothing,
    Command,
}

#[derive(Debug)]
pub(super) struct Stream {
    parser: RequestParser,
    input: BytesMut,
    /// So many bytes at the front are processed.
    processed: usize,
    /// Where the next command begins.
    next: usize,
    /// The length of the command that was given out.
    current: Option<usize>,
    transaction: Transaction,
    db: u32,
    offset: ReplOffset,
    starved: bool,
}

impl Stream {
    pub(super) fn new() -> Self {
        Self {
            parser: RequestParser::new(Limits::primary_link()),
            input: BytesMut::new(),
            processed: 0,
            next: 0,
            current: None,
            transaction: Transaction::None,
            db: 0,
            offset: ReplOffset(0),
            starved: true,
        }
    }

    pub(super) const fn offset(&self) -> ReplOffset {
        self.offset
    }

    pub(super) fn buffered(&self) -> usize {
        self.input.len() - self.processed
    }

    /// Everything that is here was looked at and is not enough.
    pub(super) const fn is_starved(&self) -> bool {
        self.starved
    }

    pub(super) fn select(&mut self, db: u32) {
        self.db = db;
    }

    /// Takes all of `bytes`, without copying when nothing is pending.
    pub(super) fn push(&mut self, bytes: &mut BytesMut) {
        self.starved = false;
        if self.input.is_empty() {
            self.input = bytes.split();
        } else {
            self.input.extend_from_slice(bytes);
            bytes.clear();
        }
    }

    /// The stream (re)starts at this offset; what was received already belongs to it.
    pub(super) fn restart(&mut self, offset: ReplOffset) {
        self.offset = offset;
    }

    /// The link is gone: what was not processed is forgotten, what was can still be collected.
    pub(super) fn interrupt(&mut self) {
        self.input.truncate(self.processed);
        self.next = self.processed;
        self.current = None;
        self.transaction = Transaction::None;
        self.parser = RequestParser::new(Limits::primary_link());
        self.starved = true;
    }

    /// Forgets everything that was received.
    pub(super) fn clear(&mut self) {
        self.processed = 0;
        self.interrupt();
    }

    /// Finds the next thing to do. Repeats itself until [`Stream::applied`].
    pub(super) fn advance(&mut self) -> Result<Advance, StreamError> {
        loop {
            if self.current.is_some() {
                return Ok(Advance::Command);
            }
            let at = self.position();
            let rest = self.input.get(at..).unwrap_or_default();
            let (len, request) = match self
                .parser
                .parse(rest)
                .map_err(|_| StreamError::NotACommand)?
            {
                Progress::Incomplete => {
                    self.starved = true;
                    return Ok(Advance::Nothing);
                }
                Progress::Skipped { consumed } => (consumed, false),
                Progress::Request { consumed } => (consumed, true),
            };
            if self
                .offset
                .0
                .saturating_add((at + len - self.processed) as u64)
                > i64::MAX as u64
            {
                return Err(StreamError::OffsetExhausted(self.offset));
            }
            let word = if request {
                word(self.parser.args(rest))?
            } else {
                Word::Nothing
            };
            if let Some(stop) = self.step(at, len, word) {
                return Ok(stop);
            }
        }
    }

    /// The command that [`Stream::advance`] stopped at, for [`Advance::Command`].
    pub(super) fn current(&self) -> Option<StreamCommand<'_>> {
        self.current?;
        let rest = self.input.get(self.next..)?;
        let in_transaction = matches!(self.transaction, Transaction::Whole { .. });
        Some(StreamCommand {
            args: self.parser.args(rest),
            db: self.db,
            in_transaction,
        })
    }

    /// What [`Stream::advance`] stopped at is done.
    pub(super) fn applied(&mut self) {
        if let Some(len) = self.current.take() {
            self.pass(self.next + len);
        }
    }

    /// The processed bytes since the last call.
    pub(super) fn take_processed(&mut self) -> Option<Bytes> {
        if self.processed == 0 {
            return None;
        }
        let taken = core::mem::take(&mut self.processed);
        self.next -= taken;
        match &mut self.transaction {
            Transaction::None => {}
            Transaction::Open { body, looked } => {
                *body -= taken;
                *looked -= taken;
            }
            Transaction::Whole { end } => *end -= taken,
        }
        Some(self.input.split_to(taken).freeze())
    }

    fn position(&self) -> usize {
        match self.transaction {
            Transaction::Open { looked, .. } => looked,
            _ => self.next,
        }
    }

    /// Deals with the `len` bytes at `at`; `Some` if the driver has to do something.
    fn step(&mut self, at: usize, len: usize, word: Word) -> Option<Advance> {
        let end = at + len;
        if let Transaction::Open { body, .. } = self.transaction {
            match word {
                Word::Exec => {
                    self.next = body;
                    self.transaction = Transaction::Whole { end };
                }
                Word::Discard => {
                    self.transaction = Transaction::None;
                    self.pass(end);
                }
                _ => self.transaction = Transaction::Open { body, looked: end },
            }
            return None;
        }
        match word {
            Word::Multi if matches!(self.transaction, Transaction::None) => {
                self.transaction = Transaction::Open {
                    body: end,
                    looked: end,
                };
                return None;
            }
            Word::Command | Word::GetAck => {
                self.current = Some(len);
                let get_ack = matches!(word, Word::GetAck);
                return Some(if get_ack {
                    Advance::GetAck
                } else {
                    Advance::Command
                });
            }
            Word::Select(db) => self.db = db,
            // Like the reference servers: EXEC, DISCARD or MULTI in the wrong place change nothing.
            Word::Multi | Word::Exec | Word::Discard | Word::Nothing => {}
        }
        self.pass(end);
        None
    }

    /// Everything before `end` is done; it counts as processed unless a transaction is under way.
    fn pass(&mut self, end: usize) {
        self.next = end;
        match self.transaction {
            Transaction::Whole { end: last } if end < last => return,
            _ => self.transaction = Transaction::None,
        }
        self.offset = self.offset.advance((end - self.processed) as u64);
        self.processed = end;
    }
}

/// What a command means to replication.
fn word(args: Args<'_>) -> Result<Word, StreamError> {
    let Some(name) = args.first() else {
        return Ok(Word::Nothing);
    };
    // Most commands are none of the words: look at the length first.
    if !matches!(name.len(), 4..=8) {
        return Ok(Word::Command);
    }
    let is = |word: &[u8]| name.eq_ignore_ascii_case(word);
    Ok(if is(b"MULTI") {
        Word::Multi
    } else if is(b"EXEC") {
        Word::Exec
    } else if is(b"DISCARD") {
        Word::Discard
    } else if is(b"PING") {
        Word::Nothing
    } else if is(b"REPLCONF") {
        let get_ack = args
            .get(1)
            .is_some_and(|option| option.eq_ignore_ascii_case(b"GETACK"));
        if get_ack { Word::GetAck } else { Word::Nothing }
    } else if is(b"SELECT") {
        let db = args
            .get(1)
            .and_then(crate::psync::signed)
            .and_then(|db| u32::try_from(db).ok());
        Word::Select(db.ok_or(StreamError::BadSelect)?)
    } else {
        Word::Command
    })
}
