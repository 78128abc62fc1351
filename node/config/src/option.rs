//! What an option is: its kind, its flags, and the row that describes it in the table.

/// One row of the table: everything that CONFIG and the file's grammar need to know of an option.
#[derive(Clone, Copy, Debug)]
pub struct OptionSpec {
    /// Its number.
    pub id: OptionId,
    /// The name that CONFIG REWRITE writes.
    pub name: &'static str,
    /// An older spelling (`slave-…`, `…-ziplist-…`), empty if there is none.
    pub alias: &'static str,
    /// How its text is read.
    pub kind: Kind,
    /// The text of its default.
    pub default: &'static str,
    /// How it may be used.
    pub flags: Flags,
}

pub use crate::table::OptionId;

/// How the text of an option is read and shown.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// `yes` or `no`.
    Bool,
    /// A decimal integer within bounds.
    Int(i128, i128),
    /// Bytes with an optional unit, within bounds.
    Memory(i128, i128),
    /// Bytes, or `N%` up to the bound; kept as a negative number then.
    MemoryOrPercent(i128),
    /// An octal number up to the bound.
    Octal(i128),
    /// One of these words; with [`Flags::MULTI`] several of them, OR-ed together.
    Enum(&'static [(&'static str, u32)]),
    /// Any text.
    Text(Check),
    /// Any text, where the empty one means that it is not set.
    OptionalText(Check),
    /// The working directory: the shell changes into it as it is read.
    Dir,
    /// Addresses to listen on.
    Bind,
    /// Snapshot points: pairs of seconds and changes.
    Save,
    /// Output buffer limits per class of client.
    BufferLimits,
    /// Three numbers from -2000 to 2000.
    OomValues,
    /// Classes of keyspace events.
    Events,
    /// The primary's host and port.
    ReplicaOf,
    /// Percentiles, 0 to 100.
    Percentiles,
}

/// What a text must look like beyond being text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Check {
    /// Nothing more.
    Any,
    /// A file name without a directory; may be empty. Names the option in its error.
    FileName,
    /// A file name without a directory; not empty.
    FileNameNotEmpty,
    /// A directory name without a path; not empty.
    DirNameNotEmpty,
    /// A host name of at most 255 letters, digits, hyphens and dots.
    Hostname,
    /// A name that can stand in nodes.conf.
    NodeName,
    /// A template of the process title.
    ProcTitle,
}

/// How an option may be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Flags(pub(crate) u16);

impl Flags {
    /// CONFIG SET refuses it.
    pub const IMMUTABLE: Self = Self(1);
    /// CONFIG GET shows it only by its exact name.
    pub const HIDDEN: Self = Self(2);
    /// CONFIG SET needs `enable-protected-configs`.
    pub const PROTECTED: Self = Self(4);
    /// Its value must not reach a log.
    pub const SENSITIVE: Self = Self(8);
    /// It takes several words.
    pub const MULTI: Self = Self(16);
    /// CONFIG SET refuses it while a dataset is being loaded.
    pub const DENY_LOADING: Self = Self(32);
    /// Known and kept, but nothing in this node acts on it yet.
    pub const LATER: Self = Self(64);

    /// Whether all of `other`'s flags are set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl OptionSpec {
    /// Whether a change of this option has an effect in this node.
    #[must_use]
    pub const fn is_built(&self) -> bool {
        !self.flags.contains(Flags::LATER)
    }

    /// Whether it takes several words.
    #[must_use]
    pub const fn is_multi(&self) -> bool {
        self.flags.contains(Flags::MULTI)
    }

    /// Whether its value must not reach a log.
    #[must_use]
    pub const fn is_sensitive(&self) -> bool {
        self.flags.contains(Flags::SENSITIVE)
    }
}

/// The row called `name` (any case), by its own name or its alias, and the spelling that matched.
#[must_use]
pub fn lookup(name: &[u8]) -> Option<(&'static OptionSpec, &'static str)> {
    crate::table::TABLE.iter().find_map(|spec| {
        let matches = |spelling: &&'static str| spelling.as_bytes().eq_ignore_ascii_case(name);
        [spec.name, spec.alias]
            .into_iter()
            .filter(|spelling| !spelling.is_empty())
            .find(matches)
            .map(|found| (spec, found))
    })
}
