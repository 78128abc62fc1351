//! Why bytes are not a bus message.

/// Why a stream or a packet is refused. [`PacketError::is_fatal`] tells whether the connection is lost or
/// only this packet is skipped; no variant leaves anything half processed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PacketError {
    /// The message does not start with `RCmb`.
    #[error("bad signature {got:02x?}")]
    Signature {
        /// The first four bytes.
        got: [u8; 4],
    },
    /// The claimed length is below the shortest message there is.
    #[error("claimed length {got} is below the minimum of {min}")]
    TooShort {
        /// The claimed length.
        got: u32,
        /// The shortest possible message.
        min: u32,
    },
    /// The claimed length is above what we are willing to buffer.
    #[error("claimed length {got} exceeds the limit of {max}")]
    TooLong {
        /// The claimed length.
        got: u32,
        /// Our limit.
        max: usize,
    },
    /// The claimed length is not the length of the slice that was given to be parsed.
    #[error("claimed length {claimed}, but {have} bytes are there")]
    Truncated {
        /// The claimed length.
        claimed: u32,
        /// How many bytes there are.
        have: usize,
    },
    /// A protocol version that nobody speaks.
    #[error("protocol version {got}")]
    Version {
        /// The version field.
        got: u16,
    },
    /// The length is not what the type and its counts imply.
    #[error("message of type {kind} has {got} bytes where {expected} are expected")]
    BodyLength {
        /// The message type.
        kind: u16,
        /// What the counts inside imply; at least this many, if the end was never reached.
        expected: u64,
        /// What is there.
        got: usize,
    },
    /// A light header on a message type that never has one.
    #[error("light message of type {kind}")]
    LightKind {
        /// The message type without the light bit.
        kind: u16,
    },
    /// A node or shard id with characters other than 0-9 and a-z.
    #[error("malformed id at offset {at}")]
    BadId {
        /// Where the id starts.
        at: usize,
    },
    /// A text field with bytes that no address or name has.
    #[error("malformed text at offset {at}")]
    BadText {
        /// Where the text starts.
        at: usize,
    },
    /// A text field without its final zero.
    #[error("text at offset {at} is not terminated")]
    Unterminated {
        /// Where the text starts.
        at: usize,
    },
    /// Extensions are counted, but the message does not say that it has any.
    #[error("{count} extensions announced without the flag for them")]
    UnflaggedExtensions {
        /// The count in the header.
        count: u16,
    },
    /// An extension shorter than its own header, not a multiple of eight, or longer than sixteen bits can say.
    #[error("extension at offset {at} has the impossible length {length}")]
    ExtensionLength {
        /// Where the extension starts.
        at: usize,
        /// Its length field.
        length: u32,
    },
    /// An extension that reaches beyond the end of its packet.
    #[error("extension at offset {at} has {length} bytes, but the packet only {left} more")]
    ExtensionBeyondEnd {
        /// Where the extension starts.
        at: usize,
        /// Its length field.
        length: u32,
        /// Bytes from there to the end of the packet.
        left: usize,
    },
    /// An extension of a known type whose length this type never has.
    #[error("extension of type {kind} at offset {at} has {length} bytes")]
    ExtensionSize {
        /// Where the extension starts.
        at: usize,
        /// Its type.
        kind: u16,
        /// Its length field.
        length: u32,
    },
}

impl PacketError {
    /// Whether the stream is out of step or too greedy, so that the connection must be closed. Otherwise
    /// only this packet is skipped, as the reference servers do.
    #[must_use]
    pub const fn is_fatal(&self) -> bool {
        matches!(
            self,
            Self::Signature { .. }
                | Self::TooShort { .. }
                | Self::TooLong { .. }
                | Self::Truncated { .. }
        )
    }
}
