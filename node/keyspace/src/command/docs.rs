//! What COMMAND DOCS says beyond the flags.

use bitflags::bitflags;

/// The chapter that a command belongs to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Group {
    /// Keys whatever they hold.
    Generic,
    /// Strings.
    String,
    /// Hashes.
    Hash,
    /// Lists.
    List,
    /// Strings as rows of bits.
    Bitmap,
    /// Cardinality estimates.
    HyperLogLog,
    /// Sets.
    Set,
    /// Streams.
    Stream,
    /// Sorted sets.
    SortedSet,
    /// Positions in sorted sets.
    Geo,
    /// The connection.
    Connection,
    /// The server.
    Server,
    /// The cluster.
    Cluster,
    /// Transactions.
    Transactions,
    /// Publish and subscribe.
    PubSub,
}

impl Group {
    /// Its name in COMMAND DOCS.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Generic => "generic",
            Self::String => "string",
            Self::Hash => "hash",
            Self::List => "list",
            Self::Bitmap => "bitmap",
            Self::HyperLogLog => "hyperloglog",
            Self::Set => "set",
            Self::Stream => "stream",
            Self::SortedSet => "sorted-set",
            Self::Geo => "geo",
            Self::Connection => "connection",
            Self::Server => "server",
            Self::Cluster => "cluster",
            Self::Transactions => "transactions",
            Self::PubSub => "pubsub",
        }
    }
}

/// An argument, for those who help a user to type one.
#[derive(Clone, Copy, Debug)]
pub struct ArgSpec {
    /// What it is called.
    pub name: &'static str,
    /// What it is called where arguments are shown to people, if otherwise.
    pub display: Option<&'static str>,
    /// What it is.
    pub kind: ArgKind,
    /// Which of the command's key rules finds it.
    pub key_spec: Option<u8>,
    /// The word in front of it, or the word that it is.
    pub token: Option<&'static str>,
    /// Since when it exists, if not as long as the command.
    pub since: Option<&'static str>,
    /// Since when it should not be used any more.
    pub deprecated_since: Option<&'static str>,
    /// Whether it may be left out or repeated.
    pub flags: ArgFlags,
    /// Its parts or its alternatives.
    pub arguments: &'static [Self],
}

/// What an argument is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ArgKind {
    /// Any bytes.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Double,
    /// A key.
    Key,
    /// A pattern.
    Pattern,
    /// Seconds or milliseconds since 1970.
    UnixTime,
    /// A word that stands for itself.
    PureToken,
    /// One of its parts.
    OneOf,
    /// All of its parts.
    Block,
}

impl ArgKind {
    /// Its name in COMMAND DOCS.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Double => "double",
            Self::Key => "key",
            Self::Pattern => "pattern",
            Self::UnixTime => "unix-time",
            Self::PureToken => "pure-token",
            Self::OneOf => "oneof",
            Self::Block => "block",
        }
    }
}

bitflags! {
    /// How often an argument comes.
    #[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
    pub struct ArgFlags: u8 {
        /// It may be left out.
        const OPTIONAL = 1;
        /// It may be repeated.
        const MULTIPLE = 2;
        /// If repeated, its word is repeated too.
        const MULTIPLE_TOKEN = 4;
    }
}

impl ArgFlags {
    /// The names of the set flags, in the order of COMMAND DOCS.
    pub fn names(self) -> impl Iterator<Item = &'static str> + Clone {
        let names = [
            (Self::OPTIONAL, "optional"),
            (Self::MULTIPLE, "multiple"),
            (Self::MULTIPLE_TOKEN, "multiple_token"),
        ];
        names
            .into_iter()
            .filter(move |(flag, _)| self.contains(*flag))
            .map(|(_, name)| name)
    }
}

impl ArgSpec {
    /// An argument that must be there, once.
    #[must_use]
    pub const fn new(name: &'static str, kind: ArgKind) -> Self {
        Self {
            name,
            display: None,
            kind,
            key_spec: None,
            token: None,
            since: None,
            deprecated_since: None,
            flags: ArgFlags::empty(),
            arguments: &[],
        }
    }

    /// A key that this rule of the command finds.
    #[must_use]
    pub const fn key(name: &'static str, key_spec: u8) -> Self {
        Self {
            key_spec: Some(key_spec),
            ..Self::new(name, ArgKind::Key)
        }
    }

    /// A word that stands for itself.
    #[must_use]
    pub const fn word(name: &'static str, token: &'static str) -> Self {
        Self {
            token: Some(token),
            ..Self::new(name, ArgKind::PureToken)
        }
    }

    /// One of these.
    #[must_use]
    pub const fn one_of(name: &'static str, arguments: &'static [Self]) -> Self {
        Self {
            arguments,
            ..Self::new(name, ArgKind::OneOf)
        }
    }

    /// All of these.
    #[must_use]
    pub const fn block(name: &'static str, arguments: &'static [Self]) -> Self {
        Self {
            arguments,
            ..Self::new(name, ArgKind::Block)
        }
    }

    /// Shown to people by another name.
    #[must_use]
    pub const fn shown_as(self, display: &'static str) -> Self {
        Self {
            display: Some(display),
            ..self
        }
    }

    /// A key, or what leads to one, that this rule of the command finds.
    #[must_use]
    pub const fn led_by(self, key_spec: u8) -> Self {
        Self {
            key_spec: Some(key_spec),
            ..self
        }
    }

    /// With this word in front.
    #[must_use]
    pub const fn token(self, token: &'static str) -> Self {
        Self {
            token: Some(token),
            ..self
        }
    }

    /// Since this version.
    #[must_use]
    pub const fn since(self, version: &'static str) -> Self {
        Self {
            since: Some(version),
            ..self
        }
    }

    /// Not to be used any more since this version.
    #[must_use]
    pub const fn deprecated(self, version: &'static str) -> Self {
        Self {
            deprecated_since: Some(version),
            ..self
        }
    }

    /// It may be left out.
    #[must_use]
    pub const fn optional(self) -> Self {
        Self {
            flags: self.flags.union(ArgFlags::OPTIONAL),
            ..self
        }
    }

    /// It may be repeated.
    #[must_use]
    pub const fn multiple(self) -> Self {
        Self {
            flags: self.flags.union(ArgFlags::MULTIPLE),
            ..self
        }
    }

    /// It may be repeated together with its word.
    #[must_use]
    pub const fn multiple_token(self) -> Self {
        Self {
            flags: self
                .flags
                .union(ArgFlags::MULTIPLE)
                .union(ArgFlags::MULTIPLE_TOKEN),
            ..self
        }
    }
}
