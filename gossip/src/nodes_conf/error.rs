//! What can be wrong with a nodes.conf, and where.

use core::fmt;

/// Why a nodes.conf is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NodesConfError {
    /// The line, counted from 1.
    pub line: usize,
    /// The column in bytes, counted from 1; `None` if the line as a whole is to blame.
    pub column: Option<usize>,
    /// What is wrong.
    pub kind: NodesConfErrorKind,
}

impl core::error::Error for NodesConfError {}

impl fmt::Display for NodesConfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.kind)
    }
}

/// What is wrong with a nodes.conf.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NodesConfErrorKind {
    /// The file has no content. Whether that means a new node is for the caller to say.
    #[error("the file is empty")]
    Empty,
    /// The last line has no end: the file was cut off.
    #[error("the last line is not finished: the file was cut off")]
    Unfinished,
    /// There is no line with the epochs: the file was cut off.
    #[error("the line `vars currentEpoch … lastVoteEpoch …` is missing")]
    NoVars,
    /// A second line with epochs.
    #[error("a second `vars` line; the first is line {first}")]
    SecondVars {
        /// The line of the first one.
        first: usize,
    },
    /// A name in the `vars` line without a value.
    #[error("a variable without a value")]
    VarWithoutValue,
    /// No line is `myself`.
    #[error("no node is `myself`")]
    NoMyself,
    /// Two lines are `myself`.
    #[error("a second `myself`; the first is in line {first}")]
    SecondMyself {
        /// The line of the first one.
        first: usize,
    },
    /// Two lines about the same node.
    #[error("the node of line {first} again")]
    SecondLine {
        /// The line of the first one.
        first: usize,
    },
    /// A line about a node with fewer than eight fields.
    #[error("{got} fields instead of at least 8")]
    TooFewFields {
        /// How many there are.
        got: usize,
    },
    /// Not 40 characters of 0-9 and a-z.
    #[error("not a node id")]
    BadId,
    /// Not `ip:port@cport`.
    #[error("not an address of the form ip:port@cport")]
    BadAddress,
    /// Not a host name.
    #[error("not a host name")]
    BadHostname,
    /// Not `name=value`, or a value its name does not allow.
    #[error("not a field of the form name=value, or a value that the name does not allow")]
    BadAux,
    /// A named field that nobody writes.
    #[error("unknown field")]
    UnknownAux,
    /// Not a flag.
    #[error("unknown flag")]
    BadFlag,
    /// Primary and replica at once, or a replica of itself.
    #[error("contradictory role")]
    BadRole,
    /// Not a number, or too large a number.
    #[error("not a number in range")]
    BadNumber,
    /// Neither `connected` nor `disconnected`.
    #[error("neither `connected` nor `disconnected`")]
    BadLinkState,
    /// Not a slot, a range of slots, or a slot on the move.
    #[error("not a slot, a range of slots or a slot on the move")]
    BadSlot,
    /// A slot that an earlier part of the file gave away already.
    #[error("slot {slot} has an owner already")]
    SlotTaken {
        /// The slot.
        slot: u16,
    },
    /// A slot on the move in a line that is not `myself`.
    #[error("a slot on the move in the line of another node")]
    ForeignMark,
}
