//! The commands, one directory per family. Every handler is a function of [`Ctx`]; the table in
//! `command` points to them.

pub(crate) mod bits;
pub(crate) mod generic;
pub(crate) mod geo;
pub(crate) mod hashes;
pub(crate) mod hyperloglog;
pub(crate) mod lists;
pub(crate) mod memory;
pub(crate) mod scanning;
pub(crate) mod sets;
pub(crate) mod sorting;
pub(crate) mod streams;
pub(crate) mod strings;
pub(crate) mod zsets;

use shoal_rdb::listpack::Element;
use shoal_resp::ReplyWriter;

use crate::ctx::Ctx;
use crate::entry::{Entry, View};
use crate::numbers::parse_int;
use crate::refusal::Refusal;
use crate::value::Value;

/// What a handler that may refuse returns.
pub(crate) type Outcome = Result<(), Refusal>;

impl Ctx<'_> {
    /// Writes the error reply if the command was refused.
    #[inline]
    pub(crate) fn conclude(&mut self, outcome: Outcome) {
        if let Err(refusal) = outcome {
            self.refuse(&refusal);
        }
    }

    #[cold]
    pub(crate) fn refuse(&mut self, refusal: &Refusal) {
        match refusal {
            Refusal::Quoting(text) => {
                // Line ends inside become blanks, those at the end do not show.
                let line_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
                let end = text.iter().rposition(|byte| !line_end(byte));
                let shown = text.get(..end.map_or(0, |last| last + 1));
                self.reply.error_bytes(shown.unwrap_or_default());
            }
            other => self.reply.error(&other.to_string()),
        }
    }

    /// An argument that must be an integer.
    pub(crate) fn int_arg(&self, index: usize) -> Result<i64, Refusal> {
        int_of(self.arg(index))
    }

    /// A count that must not be negative. What is no number at all is refused in the same words.
    pub(crate) fn positive_arg(&self, index: usize) -> Result<u64, Refusal> {
        parse_int(self.arg(index))
            .and_then(|count| u64::try_from(count).ok())
            .ok_or(Refusal::NotPositive)
    }

    /// How many elements to choose at random; negative: each of them out of all. It can be negated.
    pub(crate) fn choice_arg(&self, index: usize) -> Result<i64, Refusal> {
        let count = self.int_arg(index)?;
        if count == i64::MIN {
            return Err(Refusal::NotBetween(-i64::MAX, i64::MAX));
        }
        Ok(count)
    }
}

/// Writes an element of a collection as a bulk string.
#[inline]
pub(crate) fn bulk_item(reply: &mut ReplyWriter<'_>, item: Element<'_>) {
    match item {
        Element::Str(bytes) => reply.bulk(bytes),
        Element::Int(value) => reply.bulk_integer(value),
    }
}

/// What an argument that must be an integer says.
pub(crate) fn int_of(arg: &[u8]) -> Result<i64, Refusal> {
    parse_int(arg).ok_or(Refusal::NotInteger)
}

/// Whether an argument is this word, which is given in capitals.
pub(crate) fn is_word(arg: &[u8], word: &str) -> bool {
    arg.eq_ignore_ascii_case(word.as_bytes())
}

/// The text of a string entry.
pub(crate) fn text_of<'e>(
    entry: &'e Entry,
    digits: &'e mut itoa::Buffer,
) -> Result<&'e [u8], Refusal> {
    entry.string(digits).ok_or(Refusal::WrongType)
}

/// How long a string entry is.
pub(crate) fn len_of(entry: &Entry) -> Result<usize, Refusal> {
    match entry.view() {
        View::Bytes(bytes) => Ok(bytes.len()),
        View::Int(value) => Ok(itoa::Buffer::new().format(value).len()),
        View::Boxed(Value::String(text)) => Ok(text.len()),
        View::Packed(..) | View::Boxed(_) => Err(Refusal::WrongType),
    }
}
