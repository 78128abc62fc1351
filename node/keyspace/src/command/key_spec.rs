//! Where the keys of a command are, as a rule that clients can follow too.

use super::flags::KeyFlags;

/// One rule: where to begin, and how to go on from there.
#[derive(Clone, Copy, Debug)]
pub struct KeySpec {
    /// A remark for readers of COMMAND.
    pub notes: Option<&'static str>,
    /// What is done to the keys.
    pub flags: KeyFlags,
    /// Where the keys begin.
    pub begin: BeginSearch,
    /// Which arguments from there on are keys.
    pub find: FindKeys,
}

/// Where keys begin. Positions count the command's name as 0.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BeginSearch {
    /// The rule cannot say.
    Unknown,
    /// At this position.
    Index(u16),
    /// Behind the last one of this word, if there is any: a rule that COMMAND does not tell.
    Option {
        /// The word, in any case.
        word: &'static str,
        /// Other options, and how many arguments they take: these are not looked at.
        others: &'static [(&'static str, u16)],
    },
    /// Behind this word.
    Keyword {
        /// The word, in any case.
        word: &'static str,
        /// Where to start looking for it; negative positions count from the end and look backwards.
        start_from: i16,
    },
}

/// Which arguments are keys.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FindKeys {
    /// The rule cannot say.
    Unknown,
    /// Every `step`-th up to the last one.
    Range {
        /// The last key, counted from the first one; if negative, from the end of the arguments.
        last: i16,
        /// The distance between keys.
        step: u16,
        /// With a `last` of -1: only the first of so many equal parts of what follows; 0 and 1 mean all.
        limit: u16,
    },
    /// An argument says how many there are.
    KeyNum {
        /// Where the number is, counted from the beginning.
        number_at: u16,
        /// Where the first key is, counted from the beginning.
        first: u16,
        /// The distance between keys.
        step: u16,
    },
}

impl KeySpec {
    /// One key at a position.
    #[must_use]
    pub const fn one(at: u16, flags: KeyFlags) -> Self {
        Self::range(at, 0, 1, flags)
    }

    /// As many keys as the argument at a position says, right behind it.
    #[must_use]
    pub const fn counted(at: u16, flags: KeyFlags) -> Self {
        let find = FindKeys::KeyNum {
            number_at: 0,
            first: 1,
            step: 1,
        };
        Self {
            find,
            ..Self::one(at, flags)
        }
    }

    /// Keys from a position to a last one, counted from there or, if negative, from the end.
    #[must_use]
    pub const fn range(at: u16, last: i16, step: u16, flags: KeyFlags) -> Self {
        let find = FindKeys::Range {
            last,
            step,
            limit: 0,
        };
        Self {
            notes: None,
            flags,
            begin: BeginSearch::Index(at),
            find,
        }
    }

    /// The key behind a word, which is looked for from a position on.
    #[must_use]
    pub const fn behind(word: &'static str, start_from: i16, flags: KeyFlags) -> Self {
        let begin = BeginSearch::Keyword { word, start_from };
        Self {
            begin,
            ..Self::one(0, flags)
        }
    }

    /// Whether it need not fit the arguments: a destination that is named by a word may be left out.
    pub(super) const fn is_optional(&self) -> bool {
        matches!(self.begin, BeginSearch::Keyword { .. }) && self.flags.contains(KeyFlags::OW)
    }

    /// Adds a remark.
    #[must_use]
    pub const fn noting(self, notes: &'static str) -> Self {
        Self {
            notes: Some(notes),
            ..self
        }
    }
}
