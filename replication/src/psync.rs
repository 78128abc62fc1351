//! The words of replication: `PSYNC` and what answers it, the header of a payload. Parsed and written here
//! and nowhere else.
//!
//! Lines of a primary are foreign bytes: ids have exactly 40 characters, numbers fit a signed 64-bit
//! offset, everything else is a [`LineError`].

use alloc::vec::Vec;
use core::fmt;

use nom::IResult;
use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take};
use nom::character::complete::{digit1, space1};
use nom::combinator::{all_consuming, map_opt, map_res, opt};
use nom::sequence::preceded;
use rand_core::Rng;
use shoal_resp::{Args, write_command};
use shoal_slots::{ReplId, ReplOffset};

use crate::error::{LineError, PsyncRefusal};
use crate::event::History;

/// Length of ids and marks.
pub(crate) const MARK_LEN: usize = 40;

/// The 40 bytes that end a payload of unknown length. They need not be unique, nor hexadecimal.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct EofMark([u8; MARK_LEN]);

impl EofMark {
    /// The mark made of these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; MARK_LEN]) -> Self {
        Self(bytes)
    }

    /// Draws a mark: 40 hexadecimal digits.
    #[must_use]
    pub fn random<R: Rng + ?Sized>(rng: &mut R) -> Self {
        Self(*ReplId::random(rng).as_bytes())
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; MARK_LEN] {
        &self.0
    }
}

impl fmt::Debug for EofMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EofMark({})", self.0.escape_ascii())
    }
}

/// What a replica asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PsyncRequest {
    /// The history it has; `None` for `?` and for everything that is no id.
    pub replid: Option<ReplId>,
    /// The number of the next byte it needs (one more than its offset), or −1.
    pub next: i64,
    /// The sender hands its role over (`FAILOVER`): become primary first.
    pub failover: bool,
}

impl PsyncRequest {
    /// The request of a replica that has `history`, or nothing.
    #[must_use]
    pub fn new(history: Option<History>) -> Self {
        match history {
            Some(History { replid, offset }) => Self {
                replid: Some(replid),
                next: i64::try_from(offset.0).map_or(i64::MAX, |offset| offset.saturating_add(1)),
                failover: false,
            },
            None => Self {
                replid: None,
                next: -1,
                failover: false,
            },
        }
    }

    /// Reads the arguments after the command's name. Ids are compared without case, so they are
    /// lowered here.
    ///
    /// # Errors
    /// [`PsyncRefusal::NotANumber`], or [`PsyncRefusal::Syntax`] with fewer than two arguments.
    pub fn parse(args: Args<'_>) -> Result<Self, PsyncRefusal> {
        let (Some(id), Some(next)) = (args.get(0), args.get(1)) else {
            return Err(PsyncRefusal::Syntax);
        };
        let next = signed(next).ok_or(PsyncRefusal::NotANumber)?;
        let failover = args
            .get(2)
            .is_some_and(|word| word.eq_ignore_ascii_case(b"failover"));
        Ok(Self {
            replid: ReplId::parse(&id.to_ascii_lowercase()).ok(),
            next,
            failover,
        })
    }

    /// Writes the whole command.
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut number = itoa::Buffer::new();
        let next = number.format(self.next).as_bytes();
        let id: &[u8] = match &self.replid {
            Some(id) => id.as_bytes(),
            None => b"?",
        };
        if self.failover {
            write_command(out, &[b"PSYNC", id, next, b"FAILOVER"]);
        } else {
            write_command(out, &[b"PSYNC", id, next]);
        }
    }

    /// The offset up to which the replica has everything, if it may name one.
    #[must_use]
    pub fn offset(&self) -> Option<ReplOffset> {
        u64::try_from(self.next)
            .ok()
            .and_then(|next| next.checked_sub(1))
            .map(ReplOffset)
    }
}

/// What a primary answers to `PSYNC`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PsyncReply {
    /// An empty line: still alive, the answer comes later.
    KeepWaiting,
    /// `+FULLRESYNC <id> <offset>`: a payload follows.
    FullResync(History),
    /// `+CONTINUE [<id>]`: the stream follows.
    Continue {
        /// The name of the history, if the primary gave it.
        replid: Option<ReplId>,
    },
    /// `-NOMASTERLINK …` or `-LOADING …`: not now.
    TryLater,
    /// Another error: this primary knows `SYNC` at best.
    NotSupported,
}

impl PsyncReply {
    /// Reads one line, without its end.
    ///
    /// # Errors
    /// [`LineError`] if it is none of the words.
    pub fn parse(line: &[u8]) -> Result<Self, LineError> {
        match line {
            [] => Ok(Self::KeepWaiting),
            [b'-', ..] if is_temporary(line) => Ok(Self::TryLater),
            [b'-', ..] => Ok(Self::NotSupported),
            _ if line.starts_with(b"+FULLRESYNC") => full_resync(line).map(Self::FullResync),
            _ if line.starts_with(b"+CONTINUE") => match all_consuming(continue_line).parse(line) {
                Ok((_, replid)) => Ok(Self::Continue { replid }),
                Err(_) => Err(LineError::BadContinue),
            },
            _ => Err(LineError::Unexpected),
        }
    }

    /// Writes the line with its end; nothing for the two errors, whose texts are
    /// [`PsyncRefusal`]'s.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::KeepWaiting => out.push(b'\n'),
            Self::FullResync(History { replid, offset }) => {
                out.extend_from_slice(b"+FULLRESYNC ");
                out.extend_from_slice(replid.as_bytes());
                out.push(b' ');
                out.extend_from_slice(itoa::Buffer::new().format(offset.0).as_bytes());
                out.extend_from_slice(b"\r\n");
            }
            Self::Continue { replid } => {
                out.extend_from_slice(b"+CONTINUE");
                if let Some(replid) = replid {
                    out.push(b' ');
                    out.extend_from_slice(replid.as_bytes());
                }
                out.extend_from_slice(b"\r\n");
            }
            Self::TryLater | Self::NotSupported => {}
        }
    }
}

/// The line before a payload.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PayloadHeader {
    /// An empty line: the snapshot is still being made.
    KeepWaiting,
    /// `$<length>`: so many bytes follow.
    Length(u64),
    /// `$EOF:<mark>`: bytes follow until the mark.
    Marked(EofMark),
    /// `-…`: the primary gave up.
    Aborted,
}

impl PayloadHeader {
    /// Reads one line, without its end.
    ///
    /// # Errors
    /// [`LineError`] if it is none of the forms.
    pub fn parse(line: &[u8]) -> Result<Self, LineError> {
        match line {
            [] => Ok(Self::KeepWaiting),
            [b'-', ..] => Ok(Self::Aborted),
            [b'$', rest @ ..] => payload_form(rest),
            _ => Err(LineError::Unexpected),
        }
    }

    /// Writes the line with its end; nothing for [`PayloadHeader::Aborted`].
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::KeepWaiting => out.push(b'\n'),
            Self::Length(len) => {
                out.push(b'$');
                out.extend_from_slice(itoa::Buffer::new().format(*len).as_bytes());
                out.extend_from_slice(b"\r\n");
            }
            Self::Marked(mark) => {
                out.extend_from_slice(b"$EOF:");
                out.extend_from_slice(mark.as_bytes());
                out.extend_from_slice(b"\r\n");
            }
            Self::Aborted => {}
        }
    }
}

/// Reads a decimal number as the protocol writes them: optional minus, digits, nothing else.
pub(crate) fn signed(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let plain = digits.first().is_some_and(u8::is_ascii_digit);
    plain
        .then(|| core::str::from_utf8(text).ok()?.parse().ok())
        .flatten()
}

fn is_temporary(line: &[u8]) -> bool {
    line.starts_with(b"-NOMASTERLINK") || line.starts_with(b"-LOADING")
}

fn full_resync(line: &[u8]) -> Result<History, LineError> {
    let words = (
        preceded((tag("+FULLRESYNC"), space1), replid),
        preceded(space1, digit1),
    );
    let Ok((_, (replid, digits))) = all_consuming(words).parse(line) else {
        return Err(LineError::BadFullResync);
    };
    offset(digits).map(|offset| History {
        replid,
        offset: ReplOffset(offset),
    })
}

fn continue_line(line: &[u8]) -> IResult<&[u8], Option<ReplId>> {
    preceded(tag("+CONTINUE"), opt(preceded(space1, replid))).parse(line)
}

fn replid(text: &[u8]) -> IResult<&[u8], ReplId> {
    map_res(take(MARK_LEN), ReplId::parse).parse(text)
}

fn payload_form(text: &[u8]) -> Result<PayloadHeader, LineError> {
    match all_consuming(alt((marked, counted))).parse(text) {
        Ok((_, header)) => Ok(header),
        Err(_) => Err(LineError::BadPayloadHeader),
    }
}

fn marked(text: &[u8]) -> IResult<&[u8], PayloadHeader> {
    preceded(tag("EOF:"), map_opt(take(MARK_LEN), mark))
        .map(PayloadHeader::Marked)
        .parse(text)
}

fn counted(text: &[u8]) -> IResult<&[u8], PayloadHeader> {
    map_opt(digit1, |digits| offset(digits).ok())
        .map(PayloadHeader::Length)
        .parse(text)
}

fn mark(text: &[u8]) -> Option<EofMark> {
    text.try_into().ok().map(EofMark)
}

/// A number that fits the protocol's signed 64 bits.
fn offset(digits: &[u8]) -> Result<u64, LineError> {
    signed(digits)
        .and_then(|number| u64::try_from(number).ok())
        .ok_or(LineError::OffsetOutOfRange)
}
