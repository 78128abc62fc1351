//! What can be wrong with what the other side of a replication link sent.

use shoal_slots::ReplOffset;

/// Why a line of a primary is not one of the replication words.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LineError {
    /// The line grew past the limit without an end.
    #[error("line longer than {max} bytes")]
    TooLong {
        /// The limit.
        max: usize,
    },
    /// `+FULLRESYNC` without a 40-character id and an offset.
    #[error("malformed +FULLRESYNC")]
    BadFullResync,
    /// `+CONTINUE` followed by something that is not a replication id.
    #[error("malformed +CONTINUE")]
    BadContinue,
    /// A number that does not fit the protocol's signed 64 bits.
    #[error("offset out of range")]
    OffsetOutOfRange,
    /// `$` without a length or a 40-byte mark.
    #[error("malformed payload header")]
    BadPayloadHeader,
    /// Something else.
    #[error("unexpected line")]
    Unexpected,
}

/// Why bytes of the stream are not commands.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// Not an array of bulk strings, or a length beyond the limits.
    #[error("malformed command in the replication stream")]
    NotACommand,
    /// `SELECT` with something that is not a database number.
    #[error("malformed SELECT in the replication stream")]
    BadSelect,
    /// More bytes than an offset can count.
    #[error("replication offset {0} exhausted")]
    OffsetExhausted(ReplOffset),
}

/// Errors of `PSYNC`, `SYNC` and `REPLCONF`, as they are sent (without the leading dash).
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PsyncRefusal {
    /// The link to our own primary is not up, so there is nothing to pass on.
    #[error("NOMASTERLINK Can't SYNC while not connected with my master")]
    NoPrimaryLink,
    /// A coordinated `FAILOVER` is going on.
    #[error("NOMASTERLINK Can't SYNC while failing over")]
    FailingOver,
    /// A filtered snapshot can only be sent with an EOF mark.
    #[error("ERR Filtered replica requires EOF capability")]
    FilterNeedsEof,
    /// The offset is no number.
    #[error("ERR value is not an integer or out of range")]
    NotANumber,
    /// `PSYNC … FAILOVER` with an id of another history.
    #[error("ERR PSYNC FAILOVER replid must match my replid.")]
    FailoverReplid,
    /// `PSYNC … FAILOVER` sent to a primary.
    #[error("ERR PSYNC FAILOVER can't be sent to a master.")]
    FailoverToPrimary,
    /// `REPLCONF` with an option without value, or `PSYNC` with a word too many.
    #[error("ERR syntax error")]
    Syntax,
    /// `REPLCONF rdb-only` with something else than 0 or 1.
    #[error("ERR value is out of range, value must between 0 and 1")]
    NotABoolean,
    /// `REPLCONF ip-address` of 256 bytes or more.
    #[error("ERR REPLCONF ip-address provided by replica instance is too long: {0} bytes")]
    AddressTooLong(usize),
    /// `REPLCONF rdb-filter-only` with an unknown filter.
    #[error("ERR Unsupported rdb-filter-only option: {0}")]
    UnknownFilter(alloc::string::String),
    /// An unknown `REPLCONF` option.
    #[error("ERR Unrecognized REPLCONF option: {0}")]
    UnknownOption(alloc::string::String),
}
