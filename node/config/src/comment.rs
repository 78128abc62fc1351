//! Trailing comments, which Redis does not have: `timeout 5 # seconds`.

use crate::line::{Split, split};

/// A line without its trailing comment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Words {
    pub(crate) words: Vec<Vec<u8>>,
    /// The comment, from its `#` on.
    pub(crate) comment: Option<Vec<u8>>,
}

impl Words {
    /// Splits a line; `None` if its quotes do not match.
    pub(crate) fn of(line: &[u8]) -> Option<Self> {
        let found = split(line);
        let cut = comment_index(&found);
        if cut.is_none() && !found.balanced {
            return None;
        }
        let start = cut
            .and_then(|index| found.words.get(index))
            .map(|word| word.start);
        let comment = start
            .and_then(|start| line.get(start..))
            .map(<[u8]>::to_vec);
        let kept = cut.unwrap_or(found.words.len());
        let words = found
            .words
            .into_iter()
            .take(kept)
            .map(|word| word.bytes)
            .collect();
        Some(Self { words, comment })
    }
}

/// Where a trailing comment begins. A word such as `#secret` can be a value, so it only counts as a comment
/// where Redis would find the line wrong.
fn comment_index(found: &Split) -> Option<usize> {
    let name = found.words.first()?.bytes.to_ascii_lowercase();
    let first_possible = match name.as_slice() {
        b"rename-command" => 3,
        _ => 2,
    };
    let bare_only = name == b"user";
    let mut words = found.words.iter().enumerate().skip(first_possible);
    words
        .find(|(_, word)| word.looks_like_comment() && (!bare_only || word.bytes == b"#"))
        .map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(line: &str) -> Option<String> {
        let words = Words::of(line.as_bytes())?.words;
        Some(String::from_utf8(words.join(&b' ')).unwrap())
    }

    #[test]
    fn row_36_trailing_comments_are_cut_but_never_inside_quotes() {
        for (line, expected) in [
            ("port 7000 # don't", "port 7000"),
            ("port 7000 #don't", "port 7000"),
            ("save 900 1 # often", "save 900 1"),
            (
                "rename-command CONFIG \"\" # hide",
                "rename-command CONFIG ",
            ),
            ("requirepass #secret", "requirepass #secret"),
            ("requirepass \"a # b\"", "requirepass a # b"),
            ("requirepass a#b", "requirepass a#b"),
            ("user alice on #0123 ~* # hers", "user alice on #0123 ~*"),
        ] {
            assert_eq!(kept(line).as_deref(), Some(expected), "{line}");
        }
        assert_eq!(kept("port \"7000 # x"), None);
    }
}
