//! One command on its way through the data plane, and small helpers to read its arguments.

use shoal_keyspace::command::CommandSpec;
use shoal_resp::Args;
use shoal_slots::Now;

use super::sessions::ClientId;

/// A command that passed every check, for the handlers of this crate.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) now: Now,
    pub(crate) client: ClientId,
    pub(crate) spec: &'static CommandSpec,
    /// All arguments; the command's name is the first.
    pub(crate) args: Args<'a>,
}

impl<'a> Call<'a> {
    /// Argument `index`, or nothing.
    pub(crate) fn arg(&self, index: usize) -> Option<&'a [u8]> {
        self.args.get(index)
    }

    /// Whether argument `index` is this word, in any case.
    pub(crate) fn arg_is(&self, index: usize, word: &str) -> bool {
        self.arg(index).is_some_and(|arg| is_word(arg, word))
    }

    /// Argument `index` as a number.
    pub(crate) fn arg_i64(&self, index: usize) -> Option<i64> {
        self.arg(index).and_then(parse_i64)
    }
}

/// What the loop over a session's input does after a command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Flow {
    /// Go on with the next request.
    Next,
    /// The command is done with, but nothing more is executed now: the session blocked or ended.
    Stop,
    /// The command was not executed: keep its bytes and try again later.
    Hold,
}

/// Whether an argument is this word, in any case.
pub(crate) fn is_word(arg: &[u8], word: &str) -> bool {
    arg.eq_ignore_ascii_case(word.as_bytes())
}

/// A decimal integer as the reference servers read it: no spaces, no plus sign, no leading zeros.
pub(crate) fn parse_i64(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let canonical = match digits {
        [b'0'] => text.len() == 1,
        [b'1'..=b'9', ..] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if !canonical {
        return None;
    }
    core::str::from_utf8(text).ok()?.parse().ok()
}

/// Text for a log line or an error: bytes that are not printable become escapes.
pub(crate) fn printable(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

#[cfg(test)]
mod tests {
    use super::parse_i64;

    #[test]
    fn only_canonical_integers_are_numbers() {
        for (text, value) in [
            ("0", 0),
            ("-1", -1),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
        ] {
            assert_eq!(parse_i64(text.as_bytes()), Some(value));
        }
        for text in [
            "",
            "-",
            "-0",
            "+1",
            " 1",
            "1 ",
            "01",
            "1x",
            "9223372036854775808",
        ] {
            assert_eq!(parse_i64(text.as_bytes()), None, "{text:?}");
        }
    }
}
