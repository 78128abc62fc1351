//! Finds the keys of a request by the rules of its command. Nothing is allocated: this runs for every
//! request that a cluster node routes.

use shoal_resp::Args;

use super::flags::KeyFlags;
use super::key_spec::{BeginSearch, FindKeys, KeySpec};
use super::spec::CommandSpec;

/// A key of a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KeyPosition<'a> {
    /// Which argument it is; the command's name is argument 0.
    pub index: usize,
    /// The key.
    pub key: &'a [u8],
    /// What is done to it.
    pub flags: KeyFlags,
}

/// The keys of a request, in the order of the rules.
#[derive(Clone, Debug)]
pub struct Keys<'a> {
    args: Args<'a>,
    rules: core::slice::Iter<'static, KeySpec>,
    /// What is left of the rule at work.
    current: Span,
    flags: KeyFlags,
    spec: &'static CommandSpec,
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
    pub fn keys<'a>(&'static self, args: Args<'a>) -> Keys<'a> {
        let fits = match self.key_specs {
            [] => false,
            rules => rules.iter().all(|rule| locate(rule, args).is_some()),
        };
        let rules = if fits { self.key_specs } else { &[] };
        Keys {
            args,
            rules: rules.iter(),
            current: Span::EMPTY,
            flags: KeyFlags::empty(),
            spec: self,
        }
    }

    /// What a rule's keys are used for, where that depends on the arguments.
    fn flags_for(&self, rule: &KeySpec, args: Args<'_>) -> KeyFlags {
        if !rule.flags.contains(KeyFlags::VARIABLE_FLAGS) {
            return rule.flags;
        }
        // SET reads the old value only if it is asked to return it.
        let reads = args
            .iter()
            .skip(3)
            .any(|arg| arg.eq_ignore_ascii_case(b"get"));
        match (self.name, reads) {
            ("set", false) => KeyFlags::OW.union(KeyFlags::UPDATE),
            _ => rule.flags.difference(KeyFlags::VARIABLE_FLAGS),
        }
    }
}

impl<'a> Iterator for Keys<'a> {
    type Item = KeyPosition<'a>;

    #[inline]
    fn next(&mut self) -> Option<KeyPosition<'a>> {
        loop {
            let index = self.current.next;
            if index <= self.current.last {
                self.current.next = index + self.current.step;
                let key = self.args.get(index)?;
                return Some(KeyPosition {
                    index,
                    key,
                    flags: self.flags,
                });
            }
            let rule = self.rules.next()?;
            self.current = locate(rule, self.args)?;
            self.flags = self.spec.flags_for(rule, self.args);
        }
    }
}

/// Where a rule's keys are among these arguments; `None` if the rule does not fit them.
#[inline]
fn locate(rule: &KeySpec, args: Args<'_>) -> Option<Span> {
    let begin = match rule.begin {
        BeginSearch::Index(at) => usize::from(at),
        BeginSearch::Keyword { word, start_from } => behind_keyword(word, start_from, args)?,
        BeginSearch::Unknown => return None,
    };
    let span = match rule.find {
        FindKeys::Range { last, step, limit } => range(begin, last, step, limit, args.len())?,
        FindKeys::KeyNum {
            number_at,
            first,
            step,
        } => {
            let number = args.get(begin + usize::from(number_at))?;
            let number: usize = core::str::from_utf8(number).ok()?.parse().ok()?;
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
