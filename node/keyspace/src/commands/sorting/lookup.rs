//! Patterns that lead from an element to the value of another key.

use crate::ctx::Ctx;
use crate::encodings::collection::Collection;
use crate::encodings::hash::Hash;
use crate::keyspace::Access;

/// `#`, `prefix*suffix`, or `prefix*suffix->field`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pattern<'a> {
    /// The element itself.
    Element,
    /// The string at a key.
    Key { prefix: &'a [u8], suffix: &'a [u8] },
    /// The value of a field of the hash at a key.
    Field {
        prefix: &'a [u8],
        suffix: &'a [u8],
        field: &'a [u8],
    },
    /// No key: there is no place for the element.
    Nothing,
}

impl<'a> Pattern<'a> {
    pub(super) fn new(pattern: &'a [u8]) -> Self {
        if pattern == b"#" {
            return Self::Element;
        }
        let Some((prefix, suffix)) = split_at(pattern, b"*") else {
            return Self::Nothing;
        };
        match split_at(suffix, b"->") {
            Some((suffix, field)) if !field.is_empty() => Self::Field {
                prefix,
                suffix,
                field,
            },
            _ => Self::Key { prefix, suffix },
        }
    }

    /// What an element leads to.
    pub(super) fn value(&self, ctx: &mut Ctx<'_>, element: &[u8]) -> Option<Vec<u8>> {
        let (prefix, suffix) = match *self {
            Self::Element => return Some(element.to_vec()),
            Self::Nothing => return None,
            Self::Key { prefix, suffix } | Self::Field { prefix, suffix, .. } => (prefix, suffix),
        };
        let key = [prefix, element, suffix].concat();
        let access = Access {
            slot: None,
            hash: None,
            ..ctx.access()
        };
        let place = ctx.keyspace.read_place(access, &key, ctx.effects);
        let entry = ctx.keyspace.entry(place)?;
        match *self {
            Self::Field { field, .. } => {
                let value = Hash::view(entry)?.get(field, &ctx.keyspace.hasher)?;
                Some(value.to_vec())
            }
            _ => entry.string(&mut itoa::Buffer::new()).map(<[u8]>::to_vec),
        }
    }
}

/// What stands before and behind the first occurrence of a mark.
fn split_at<'a>(text: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = text.windows(mark.len()).position(|found| found == mark)?;
    Some((text.get(..at)?, text.get(at + mark.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_taken_apart() {
        let parts = |pattern: &'static str| match Pattern::new(pattern.as_bytes()) {
            Pattern::Element => vec!["#"],
            Pattern::Nothing => vec![],
            Pattern::Key { prefix, suffix } => vec![text(prefix), text(suffix)],
            Pattern::Field {
                prefix,
                suffix,
                field,
            } => vec![text(prefix), text(suffix), text(field)],
        };
        for (pattern, expected) in [
            ("#", &["#"][..]),
            ("nosort", &[]),
            ("", &[]),
            ("w_*", &["w_", ""]),
            ("*", &["", ""]),
            ("a*b*c", &["a", "b*c"]),
            ("a*b->f", &["a", "b", "f"]),
            ("a->b*", &["a->b", ""]),
            ("a*->", &["a", "->"]),
            ("a*b->f->g", &["a", "b", "f->g"]),
        ] {
            assert_eq!(parts(pattern), expected, "{pattern}");
        }
    }

    fn text(bytes: &[u8]) -> &str {
        core::str::from_utf8(bytes).unwrap_or_default()
    }
}
