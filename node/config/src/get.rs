//! CONFIG GET: names and globs.

use crate::config::Config;
use crate::option::{Flags, lookup};
use crate::table::TABLE;
use crate::value::show;

impl Config {
    /// The options that any of the patterns names, each once, with their values. An exact name is answered in
    /// the client's own spelling, as Redis does; hidden options are found by exact name only.
    ///
    /// ```
    /// let config = shoal_config::Config::new();
    /// assert_eq!(config.get(&[b"max*ents", b"port"]), [
    ///     (b"maxclients".to_vec(), b"10000".to_vec()),
    ///     (b"maxmemory-clients".to_vec(), b"0".to_vec()),
    ///     (b"port".to_vec(), b"6379".to_vec()),
    /// ]);
    /// ```
    #[must_use]
    pub fn get(&self, patterns: &[&[u8]]) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut found: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        for pattern in patterns {
            if pattern
                .iter()
                .any(|byte| matches!(byte, b'[' | b'*' | b'?'))
            {
                self.get_matching(pattern, &mut found);
            } else if let Some((spec, _)) = lookup(pattern) {
                add(&mut found, pattern, || show(spec, self.value(spec.id)));
            }
        }
        found
    }

    fn get_matching(&self, pattern: &[u8], found: &mut Vec<(Vec<u8>, Vec<u8>)>) {
        for spec in TABLE
            .iter()
            .filter(|spec| !spec.flags.contains(Flags::HIDDEN))
        {
            for name in [spec.name, spec.alias] {
                if !name.is_empty() && matches_glob(pattern, name.as_bytes()) {
                    add(found, name.as_bytes(), || show(spec, self.value(spec.id)));
                }
            }
        }
    }
}

fn add(found: &mut Vec<(Vec<u8>, Vec<u8>)>, name: &[u8], value: impl FnOnce() -> Vec<u8>) {
    if !found
        .iter()
        .any(|(known, _)| known.eq_ignore_ascii_case(name))
    {
        found.push((name.to_vec(), value()));
    }
}

/// Redis' glob, ignoring case: `*`, `?`, `[a-z]`, `[^a]` and `\`. Goes back to the last `*` only, which is
/// enough for globs and keeps the work at pattern times text.
pub(crate) fn matches_glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut pos) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        if pattern.get(at) == Some(&b'*') {
            star = Some((at + 1, pos));
            at += 1;
            continue;
        }
        let step = match text.get(pos) {
            None if at >= pattern.len() => return true,
            None => return false,
            Some(byte) => match_one(
                pattern.get(at..).unwrap_or_default(),
                byte.to_ascii_lowercase(),
            ),
        };
        match (step, star) {
            (Some(used), _) => {
                at += used;
                pos += 1;
            }
            (None, Some((after_star, from))) => {
                star = Some((after_star, from + 1));
                at = after_star;
                pos = from + 1;
            }
            (None, None) => return false,
        }
    }
}

/// Matches one byte (lower case) against the head of the pattern; answers how much of the pattern it used.
fn match_one(pattern: &[u8], byte: u8) -> Option<usize> {
    match *pattern.first()? {
        b'?' => Some(1),
        b'[' => match_class(pattern, byte),
        b'\\' if pattern.len() > 1 => (pattern.get(1)?.to_ascii_lowercase() == byte).then_some(2),
        literal => (literal.to_ascii_lowercase() == byte).then_some(1),
    }
}

/// Matches a class `[…]`; an unclosed one ends with the pattern.
fn match_class(pattern: &[u8], byte: u8) -> Option<usize> {
    let negated = pattern.get(1) == Some(&b'^');
    let mut at = if negated { 2 } else { 1 };
    let mut hit = false;
    loop {
        match (pattern.get(at), pattern.get(at + 1), pattern.get(at + 2)) {
            (None, ..) => break,
            (Some(b']'), ..) => {
                at += 1;
                break;
            }
            (Some(b'\\'), Some(escaped), _) => {
                hit |= escaped.to_ascii_lowercase() == byte;
                at += 2;
            }
            (Some(low), Some(b'-'), Some(high)) => {
                let (low, high) = (low.to_ascii_lowercase(), high.to_ascii_lowercase());
                hit |= (low.min(high)..=low.max(high)).contains(&byte);
                at += 3;
            }
            (Some(literal), ..) => {
                hit |= literal.to_ascii_lowercase() == byte;
                at += 1;
            }
        }
    }
    (hit != negated).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_as_in_redis() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("*a*b", "xaxxb", true),
            ("*a*b", "xaxxbc", false),
            ("cluster-[a-c]*", "cluster-announce-ip", true),
            ("[^p]*", "port", false),
            ("p?rt", "PORT", true),
            ("\\*", "*", true),
            ("[abc", "a", true),
        ] {
            assert_eq!(
                matches_glob(pattern.as_bytes(), text.as_bytes()),
                expected,
                "{pattern} {text}"
            );
        }
    }

    #[test]
    fn hidden_options_need_their_exact_name() {
        let config = Config::new();
        assert!(config.get(&[b"key-load-del*"]).is_empty());
        assert_eq!(config.get(&[b"key-load-delay"]).len(), 1);
    }

    #[test]
    fn aliases_are_listed_and_exact_names_echoed() {
        let config = Config::new();
        assert_eq!(config.get(&[b"slave-priority", b"*-priority"]).len(), 2);
        assert_eq!(
            config.get(&[b"PORT", b"port"]),
            [(b"PORT".to_vec(), b"6379".to_vec())]
        );
        assert!(config.get(&[b"nonsense"]).is_empty());
    }
}
