//! Finds the keys of a request by the rules of its command. Nothing is allocated: this runs for every
//! request that a cluster node routes.

use shoal_resp::Args;

use super::flags::KeyFlags;
use super::key_spec::{BeginSearch, FindKeys, KeySpec};
use super::spec::CommandSpec;

/// A key of a request.
#[derive(Clone, Copy, Debug)]
pub struct KeyPosition<'a> {
    /// Which argument it is; the command's name is argument 0.
    pub index: usize,
    /// The key.
    pub key: &'a [u8],
    /// The rule that found it.
    pub rule: &'static KeySpec,
}

/// The keys of a request, in the order of the rules.
#[derive(Clone, Debug)]
pub struct Keys<'a> {
    args: Args<'a>,
    /// What is left of the rule at work.
    span: Span,
    /// The rule at work and those that come after it.
    rules: &'static [KeySpec],
}

/// Positions `next`, `next + step`, … up to `last`.
#[derive(Clone, Copy, Debug)]
struct Span {
    next: usize,
    last: usize,
    step: usize,
}

impl Span {
    const EMPTY: Self = Self {
        next: 1,
        last: 0,
        step: 1,
    };
}

impl CommandSpec {
    /// The keys of a request to this command. If one rule does not fit the arguments there are none at all:
    /// the command itself will say what is wrong.
    #[inline]
    #[must_use]
    pub fn keys<'a>(&self, args: Args<'a>) -> Keys<'a> {
        let rules = self.key_specs;
        let first = rules.first().and_then(|rule| locate(rule, args));
        let others_fit = || {
            rules
                .iter()
                .skip(1)
                .all(|rule| rule.is_optional() || locate(rule, args).is_some())
        };
        match first {
            Some(span) if others_fit() => Keys { args, span, rules },
            _ => Keys {
                args,
                span: Span::EMPTY,
                rules: &[],
            },
        }
    }

    /// What is done to a key; where its rule leaves that open, the arguments decide.
    #[must_use]
    pub fn flags_of(&self, found: &KeyPosition<'_>, args: Args<'_>) -> KeyFlags {
        let flags = found.rule.flags;
        if !flags.contains(KeyFlags::VARIABLE_FLAGS) {
            return flags;
        }
        // SET reads the old value only if it is asked to return it.
        let reads = args
            .iter()
            .skip(3)
            .any(|arg| arg.eq_ignore_ascii_case(b"get"));
        match (self.name, reads) {
            ("set", false) => KeyFlags::OW.union(KeyFlags::UPDATE),
            _ => flags.difference(KeyFlags::VARIABLE_FLAGS),
        }
    }
}

impl<'a> Iterator for Keys<'a> {
    type Item = KeyPosition<'a>;

    #[inline]
    fn next(&mut self) -> Option<KeyPosition<'a>> {
        loop {
            let (rule, later) = self.rules.split_first()?;
            let index = self.span.next;
            if index <= self.span.last {
                self.span.next = index + self.span.step;
                let key = self.args.get(index)?;
                return Some(KeyPosition { index, key, rule });
            }
            self.rules = later;
            // What may be left out and does not fit has no keys.
            self.span = locate(later.first()?, self.args).unwrap_or(Span::EMPTY);
        }
    }
}

/// Where a rule's keys are among these arguments; `None` if the rule does not fit them.
#[inline]
fn locate(rule: &KeySpec, args: Args<'_>) -> Option<Span> {
    let begin = match rule.begin {
        BeginSearch::Index(at) => usize::from(at),
        BeginSearch::Keyword { word, start_from } => behind_keyword(word, start_from, args)?,
        BeginSearch::Option { word, others } => match behind_option(word, others, args) {
            Some(at) => at,
            None => return Some(Span::EMPTY),
        },
        // Which keys these are only the command finds out.
        BeginSearch::Unknown => return Some(Span::EMPTY),
    };
    let span = match rule.find {
        FindKeys::Range { last, step, limit } => range(begin, last, step, limit, args.len())?,
        FindKeys::KeyNum {
            number_at,
            first,
            step,
        } => {
            let number = args.get(begin + usize::from(number_at))?;
            let number = plain_number(number)?;
            let step = usize::from(step);
            let next = begin + usize::from(first);
            // No keys at all is a request like any other, e.g. a script without keys.
            let Some(others) = number.checked_sub(1) else {
                return Some(Span::EMPTY);
            };
            let last = others.checked_mul(step)?.checked_add(next)?;
            Span { next, last, step }
        }
        FindKeys::Unknown => return None,
    };
    (span.next <= span.last && span.last < args.len() && span.step > 0).then_some(span)
}

/// Digits only: the standard parser would take a plus sign.
fn plain_number(text: &[u8]) -> Option<usize> {
    let plain = text.iter().all(u8::is_ascii_digit);
    core::str::from_utf8(text)
        .ok()
        .filter(|_| plain)?
        .parse()
        .ok()
}

fn range(begin: usize, last: i16, step: u16, limit: u16, count: usize) -> Option<Span> {
    let step = usize::from(step);
    let last = match (usize::try_from(last), limit) {
        (Ok(last), _) => begin + last,
        (Err(_), 0 | 1) => count.checked_sub(usize::from(last.unsigned_abs()))?,
        (Err(_), parts) => {
            let part = count.checked_sub(begin)? / usize::from(parts);
            (begin + part).checked_sub(1)?
        }
    };
    Some(Span {
        next: begin,
        last,
        step,
    })
}

/// The position behind a word.
fn behind_keyword(word: &str, start_from: i16, args: Args<'_>) -> Option<usize> {
    let is_word = |&at: &usize| {
        args.get(at)
            .is_some_and(|arg| arg.eq_ignore_ascii_case(word.as_bytes()))
    };
    let distance = usize::from(start_from.unsigned_abs());
    let found = if start_from >= 0 {
        (distance..args.len()).find(is_word)
    } else {
        (1..=args.len().checked_sub(distance)?).rev().find(is_word)
    };
    found.map(|at| at + 1)
}

/// The position behind the last one of an option, among others that take arguments.
fn behind_option(word: &str, others: &[(&str, u16)], args: Args<'_>) -> Option<usize> {
    let is = |arg: &[u8], word: &str| arg.eq_ignore_ascii_case(word.as_bytes());
    let (mut at, mut found) = (2, None);
    while let Some(arg) = args.get(at) {
        let taken = others.iter().find(|(other, _)| is(arg, other));
        if is(arg, word) && at + 1 < args.len() {
            found = Some(at + 1);
        }
        at += 1 + taken.map_or(0, |&(_, taken)| usize::from(taken));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::docs::Group;
    use crate::command::handler::{Handler, NodeCommand};
    use crate::command::lookup::lookup;

    /// The positions of keys by these rules, in a request of these words.
    fn positions(rules: &'static [KeySpec], words: &str) -> Vec<usize> {
        let handler = Handler::Node(NodeCommand::Ping);
        let spec = CommandSpec::new("x", -1, Group::Generic, "1.0.0", handler).keys_at(rules);
        let words: Vec<&[u8]> = words.split(' ').map(str::as_bytes).collect();
        spec.keys(Args::from_slices(&words))
            .map(|found| found.index)
            .collect()
    }

    const fn spec(begin: BeginSearch, find: FindKeys) -> KeySpec {
        KeySpec {
            notes: None,
            flags: KeyFlags::RO,
            begin,
            find,
        }
    }

    const ALL: FindKeys = FindKeys::Range {
        last: -1,
        step: 1,
        limit: 0,
    };

    #[test]
    fn a_number_says_how_many_keys_there_are() {
        const RULES: &[KeySpec] = &[spec(
            BeginSearch::Index(2),
            FindKeys::KeyNum {
                number_at: 0,
                first: 1,
                step: 1,
            },
        )];
        assert_eq!(positions(RULES, "eval x 2 a b c"), [3, 4]);
        assert_eq!(positions(RULES, "eval x 0 a"), []);
        for wrong in [
            "eval x 4 a b c",
            "eval x -1 a",
            "eval x +1 a",
            "eval x 18446744073709551615 a",
            "eval x",
            "eval x y",
        ] {
            assert_eq!(positions(RULES, wrong), [], "{wrong}");
        }
    }

    #[test]
    fn a_word_says_where_keys_begin() {
        const HALF: FindKeys = FindKeys::Range {
            last: -1,
            step: 1,
            limit: 2,
        };
        const STREAMS: &[KeySpec] = &[spec(
            BeginSearch::Keyword {
                word: "STREAMS",
                start_from: 1,
            },
            HALF,
        )];
        assert_eq!(positions(STREAMS, "xread count 2 streams a b 0 0"), [4, 5]);
        assert_eq!(positions(STREAMS, "xread streams a"), []);
        assert_eq!(positions(STREAMS, "xread streams"), []);
        assert_eq!(positions(STREAMS, "xread count 2"), []);
        const FROM_THE_END: &[KeySpec] = &[spec(
            BeginSearch::Keyword {
                word: "KEYS",
                start_from: -2,
            },
            ALL,
        )];
        assert_eq!(
            positions(FROM_THE_END, "migrate h 1 keys 0 9 KEYS a b"),
            [7, 8]
        );
        assert_eq!(positions(FROM_THE_END, "migrate keys"), []);
    }

    #[test]
    fn ranges_end_at_their_last_key() {
        const BUT_ONE: &[KeySpec] = &[KeySpec::range(1, -2, 1, KeyFlags::RO)];
        assert_eq!(positions(BUT_ONE, "blpop a b 0"), [1, 2]);
        assert_eq!(positions(BUT_ONE, "blpop a"), []);
        const PAIRS: &[KeySpec] = &[KeySpec::range(1, -1, 2, KeyFlags::OW)];
        assert_eq!(positions(PAIRS, "mset a 1 b 2"), [1, 3]);
        assert_eq!(positions(PAIRS, "mset a 1 b"), [1, 3]);
        assert_eq!(positions(PAIRS, "mset"), []);
    }

    #[test]
    fn one_rule_that_does_not_fit_leaves_no_keys() {
        const TWO: &[KeySpec] = &[KeySpec::one(1, KeyFlags::RO), KeySpec::one(2, KeyFlags::OW)];
        assert_eq!(positions(TWO, "copy a b"), [1, 2]);
        assert_eq!(positions(TWO, "copy a"), []);
        const STORED: &[KeySpec] = &[
            KeySpec::one(1, KeyFlags::RO),
            KeySpec::behind("STORE", 2, KeyFlags::OW),
            KeySpec::behind("STOREDIST", 2, KeyFlags::OW),
        ];
        assert_eq!(positions(STORED, "georadius a"), [1]);
        assert_eq!(positions(STORED, "georadius a store b"), [1, 3]);
        assert_eq!(positions(STORED, "georadius a asc storedist b"), [1, 4]);
        assert_eq!(positions(STORED, "georadius a store"), [1]);
        const UNKNOWN: &[KeySpec] = &[spec(BeginSearch::Unknown, FindKeys::Unknown)];
        assert_eq!(positions(UNKNOWN, "x a"), []);
        assert_eq!(positions(&[], "ping a"), []);
    }

    #[test]
    fn an_option_may_hold_a_key() {
        const RULES: &[KeySpec] = &[
            KeySpec::one(1, KeyFlags::RO),
            spec(BeginSearch::Unknown, FindKeys::Unknown),
            spec(
                BeginSearch::Option {
                    word: "STORE",
                    others: &[("LIMIT", 2), ("GET", 1)],
                },
                FindKeys::Range {
                    last: 0,
                    step: 1,
                    limit: 0,
                },
            ),
        ];
        assert_eq!(positions(RULES, "sort a"), [1]);
        assert_eq!(positions(RULES, "sort a store b desc"), [1, 3]);
        assert_eq!(positions(RULES, "sort a store b get store desc"), [1, 3]);
        assert_eq!(
            positions(RULES, "sort a limit 0 store STORE b store"),
            [1, 6]
        );
        assert_eq!(positions(RULES, "sort a store b store c"), [1, 5]);
    }

    #[test]
    fn a_key_comes_with_its_bytes_and_its_flags() {
        let words: [&[u8]; 3] = [b"SET", b"k\0", b"v"];
        let (args, set) = (Args::from_slices(&words), lookup(b"set").unwrap());
        let found: Vec<_> = set.keys(args).collect();
        assert_eq!(
            (found.len(), found[0].index, found[0].key),
            (1, 1, &b"k\0"[..])
        );
        assert_eq!(
            set.flags_of(&found[0], args),
            KeyFlags::OW.union(KeyFlags::UPDATE)
        );
    }
}
