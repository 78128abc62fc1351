//! Why bytes are not an RDB file or a DUMP payload. Everything names the offset, so that a damaged file can
//! be looked at.

use crate::intset::IntsetError;
use crate::listpack::ListpackError;
use crate::lzf::LzfError;
use crate::stream_node::StreamNodeError;
use crate::ziplist::ZiplistError;
use crate::zipmap::ZipmapError;

/// An error in a stream of RDB, and where.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("at offset {offset}: {kind}")]
pub struct RdbError {
    /// What is wrong.
    pub kind: RdbErrorKind,
    /// Bytes from the start of the stream (or payload) to the part that is wrong.
    pub offset: u64,
}

/// What is wrong with a stream of RDB. All of these are final: what follows cannot be understood.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RdbErrorKind {
    /// The stream does not start with `REDIS` and four digits.
    #[error("wrong signature")]
    BadSignature,
    /// A version that does not exist yet, or zero.
    #[error("can't handle RDB format version {0}")]
    BadVersion(u16),
    /// The input ended inside the stream.
    #[error("unexpected end")]
    UnexpectedEnd,
    /// The first byte of a length has no meaning, or a string stands where a length must.
    #[error("bad length encoding {0:#04x}")]
    BadLength(u8),
    /// A special string encoding that does not exist.
    #[error("bad string encoding {0}")]
    BadStringEncoding(u8),
    /// A string is longer than the limit.
    #[error("string of {len} bytes exceeds the limit of {max}")]
    StringTooLong {
        /// What the stream promises.
        len: u64,
        /// What is allowed.
        max: u64,
    },
    /// A database number that cannot be.
    #[error("bad database number {0}")]
    BadDatabase(u64),
    /// A byte that is neither an opcode nor a value type.
    #[error("unknown opcode or value type {0}")]
    UnknownOpcode(u8),
    /// Data of a module: nobody else can read it.
    #[error("data of module {0}, which is not loaded")]
    Module(ModuleName),
    /// Functions in the form of a pre-release of Redis 7.0.
    #[error("functions of a pre-release version")]
    OldFunction,
    /// Compressed data is damaged.
    #[error("{0}")]
    Lzf(LzfError),
    /// A listpack is damaged.
    #[error("{0}")]
    Listpack(ListpackError),
    /// A ziplist is damaged.
    #[error("{0}")]
    Ziplist(ZiplistError),
    /// A zipmap is damaged.
    #[error("{0}")]
    Zipmap(ZipmapError),
    /// An intset is damaged.
    #[error("{0}")]
    Intset(IntsetError),
    /// A node of a list is neither one element nor a listpack.
    #[error("list node of kind {0}")]
    BadListNode(u64),
    /// A node of a list that is one element, and that is empty.
    #[error("list node of an empty element")]
    EmptyListNode,
    /// A score that is no number.
    #[error("bad score")]
    BadScore,
    /// A sorted set in compact form has a member without a score.
    #[error("sorted set with a member without score")]
    OddZset,
    /// A sorted set in compact form is not sorted.
    #[error("sorted set that is not sorted")]
    UnsortedZset,
    /// A set or sorted set has a member twice.
    #[error("duplicate member")]
    DuplicateMember,
    /// A node of a stream is damaged.
    #[error("{0}")]
    StreamNode(StreamNodeError),
    /// The parts of a stream contradict each other.
    #[error("{0}")]
    Stream(StreamError),
    /// A hash in compact form has a field without a value.
    #[error("hash with a field without value")]
    OddHash,
    /// A hash in compact form has a field twice.
    #[error("hash with a duplicate field")]
    DuplicateField,
    /// An aggregate without elements, where one is not simply skipped.
    #[error("aggregate without elements")]
    EmptyAggregate,
    /// Bytes behind the value of a DUMP payload.
    #[error("bytes behind the value")]
    TrailingBytes,
    /// The checksum is wrong.
    #[error("checksum is {found:016x}, should be {computed:016x}")]
    WrongChecksum {
        /// What the stream says.
        found: u64,
        /// What its bytes give.
        computed: u64,
    },
}

/// How the parts of a stream contradict each other.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// The id of a node does not have sixteen bytes.
    #[error("stream node with a bad id")]
    BadNodeId,
    /// A node starts before the last entry of the node before it.
    #[error("stream nodes out of order")]
    NodesUnordered,
    /// There are more or fewer live entries than the stream says.
    #[error("stream of another length than it says")]
    WrongLength,
    /// An entry has a greater id than the last one that was given.
    #[error("stream entry beyond the last id")]
    BeyondLastId,
    /// A number that a counter of the stream cannot have.
    #[error("bad counter of a stream")]
    BadCounter,
    /// Two groups have one name.
    #[error("duplicate consumer group")]
    DuplicateGroup,
    /// Two consumers of a group have one name.
    #[error("duplicate consumer")]
    DuplicateConsumer,
    /// The ids of a pending list do not grow.
    #[error("pending entries out of order")]
    PendingUnordered,
    /// A consumer has a pending entry that its group does not have.
    #[error("pending entry of a consumer that its group does not know")]
    PendingUnknown,
    /// Two consumers have the same pending entry.
    #[error("pending entry of two consumers")]
    PendingShared,
    /// A pending entry of the group belongs to no consumer.
    #[error("pending entry without consumer")]
    PendingUnowned,
}

/// The name of a module, nine characters that its data carries in a number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ModuleName([u8; 9]);

impl ModuleName {
    /// Reads the upper 54 bits of a module id, six bits for each character.
    #[must_use]
    pub fn of_id(id: u64) -> Self {
        const ALPHABET: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut name = [0; 9];
        for (place, character) in name.iter_mut().enumerate() {
            // Six bits are always an index of the alphabet.
            *character = ALPHABET[(id >> (58 - 6 * place)) as usize & 63];
        }
        Self(name)
    }
}

impl core::fmt::Display for ModuleName {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(core::str::from_utf8(&self.0).unwrap_or_default())
    }
}
