//! Patterns of KEYS, SCAN and CONFIG GET: `*`, `?`, `[a-z]`, `[^a]` and `\` before a literal.
//!
//! Matching goes back only to the last `*`, which is enough, and never recurses: a pattern of a thousand
//! stars costs at most pattern times text, and a budget of steps cuts off what would take longer still.

/// More steps than this per text mean "no match". Honest patterns stay far below.
const STEPS_MAX: usize = 4_000_000;

/// A pattern.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Glob<'a> {
    pattern: &'a [u8],
    everything: bool,
}

impl<'a> Glob<'a> {
    pub(crate) fn new(pattern: &'a [u8]) -> Self {
        Self {
            pattern,
            everything: pattern == b"*",
        }
    }

    /// Whether the whole text matches.
    pub(crate) fn matches(&self, text: &[u8]) -> bool {
        // The reference server does not even look at the stars of a pattern if there is no text.
        let nothing_fits = text.is_empty() && !self.pattern.is_empty();
        self.everything || (!nothing_fits && matches(self.pattern, text))
    }
}

/// Whether a text matches a pattern of `KEYS` or `PSUBSCRIBE`.
///
/// ```
/// assert!(shoal_keyspace::glob_matches(b"news.*", b"news.sport"));
/// assert!(!shoal_keyspace::glob_matches(b"news.[ab]", b"news.c"));
/// ```
#[must_use]
pub fn glob_matches(pattern: &[u8], text: &[u8]) -> bool {
    Glob::new(pattern).matches(text)
}

fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    // Where to go on if what follows the last star does not match here.
    let mut retry: Option<(usize, usize)> = None;
    for _ in 0..STEPS_MAX {
        let step = match (pattern.get(p), text.get(t)) {
            (None, None) => return true,
            (Some(b'*'), _) => {
                p += 1;
                retry = Some((p, t));
                continue;
            }
            (Some(_), Some(&byte)) => match_one(pattern, p, byte),
            (None, Some(_)) | (Some(_), None) => None,
        };
        match (step, &mut retry) {
            (Some(next), _) => (p, t) = (next, t + 1),
            // The last star takes one byte more.
            (None, Some((after_star, from))) if *from < text.len() => {
                *from += 1;
                (p, t) = (*after_star, *from);
            }
            (None, _) => return false,
        }
    }
    false
}

/// Matches one byte against the element at `p`; returns where the next element begins.
fn match_one(pattern: &[u8], p: usize, byte: u8) -> Option<usize> {
    match pattern.get(p..)? {
        [b'?', ..] => Some(p + 1),
        [b'[', ..] => {
            let (matched, next) = match_class(pattern, p + 1, byte);
            matched.then_some(next)
        }
        [b'\\', literal, ..] => (*literal == byte).then_some(p + 2),
        [literal, ..] => (*literal == byte).then_some(p + 1),
        [] => None,
    }
}

/// Matches a byte against the class that begins at `p`; a class that is never closed ends with the pattern.
fn match_class(pattern: &[u8], start: usize, byte: u8) -> (bool, usize) {
    let mut p = start;
    let negated = pattern.get(p) == Some(&b'^');
    p += usize::from(negated);
    let mut matched = false;
    loop {
        match pattern.get(p..).unwrap_or_default() {
            [] => break,
            [b']', ..] => {
                p += 1;
                break;
            }
            [b'\\', literal, ..] => {
                matched |= *literal == byte;
                p += 2;
            }
            [from, b'-', to, ..] => {
                let (low, high) = (*from.min(to), *from.max(to));
                matched |= (low..=high).contains(&byte);
                p += 3;
            }
            [literal, ..] => {
                matched |= *literal == byte;
                p += 1;
            }
        }
    }
    (matched != negated, p)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_redis() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("h?llo", "hello", true),
            ("h*llo", "heeeello", true),
            ("h[ae]llo", "hillo", false),
            ("h[^e]llo", "hbllo", true),
            ("h[a-c]llo", "hbllo", true),
            ("h[c-a]llo", "hbllo", true),
            ("a\\*b", "a*b", true),
            ("a\\*b", "axb", false),
            ("*a*b*c", "xxaxxbxxc", true),
            ("*a*b*c", "xxaxxbxx", false),
            ("a**", "a", true),
            ("", "", true),
            ("", "x", false),
            ("[abc", "a", true),
            ("[^]x", "yx", true),
            ("\\", "\\", true),
            ("a?", "a", false),
            ("*?", "", false),
            ("**", "", false),
        ] {
            assert_eq!(
                Glob::new(pattern.as_bytes()).matches(text.as_bytes()),
                expected,
                "{pattern} {text}"
            );
        }
    }

    #[test]
    fn row_31_a_thousand_stars_are_no_stall() {
        let pattern: Vec<u8> = b"a*".repeat(1000).into_iter().chain(*b"b").collect();
        assert!(!matches(&pattern, &[b'a'; 10_000]));
        assert!(!matches(&pattern, &vec![b'a'; 10_000_000]));
    }
}
