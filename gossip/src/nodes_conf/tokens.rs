//! A line cut at its white space, each piece with its column.

use super::error::{NodesConfError, NodesConfErrorKind};

/// A piece of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    line: usize,
    column: usize,
}

impl<'a> Token<'a> {
    /// The error of this kind, right here.
    pub(super) const fn error(self, kind: NodesConfErrorKind) -> NodesConfError {
        NodesConfError {
            line: self.line,
            column: Some(self.column),
            kind,
        }
    }

    /// This piece cut at every `separator`.
    pub(super) fn split(self, separator: char) -> impl Iterator<Item = Self> {
        let mut column = self.column;
        self.text.split(separator).map(move |text| {
            let token = Token {
                text,
                line: self.line,
                column,
            };
            column += text.len() + separator.len_utf8();
            token
        })
    }

    /// The piece as a number.
    pub(super) fn number<N: core::str::FromStr>(self) -> Result<N, NodesConfError> {
        // `FromStr` takes a leading plus, which nobody writes.
        let plain = !self.text.starts_with('+');
        let number = self.text.parse().ok().filter(|_| plain);
        number.ok_or_else(|| self.error(NodesConfErrorKind::BadNumber))
    }
}

/// Cuts line number `line`.
pub(super) fn tokens(text: &str, line: usize) -> impl Iterator<Item = Token<'_>> {
    let whole = Token {
        text,
        line,
        column: 1,
    };
    whole.split_white()
}

impl<'a> Token<'a> {
    fn split_white(self) -> impl Iterator<Item = Token<'a>> {
        let start = self.text.as_ptr() as usize;
        self.text.split_ascii_whitespace().map(move |text| {
            let offset = text.as_ptr() as usize - start;
            Token {
                text,
                line: self.line,
                column: self.column + offset,
            }
        })
    }
}
