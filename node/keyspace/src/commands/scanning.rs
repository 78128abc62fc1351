//! What SCAN and its relatives have in common: cursor and options.

use shoal_rdb::listpack::Element;
use shoal_resp::{Args, ReplyWriter};

use super::{bulk_item, is_word};
use crate::entry::Entry;
use crate::glob::Glob;
use crate::numbers::parse_int;
use crate::refusal::Refusal;
use crate::table::{END, Table};
use crate::value::Kind;

/// How many elements a scan looks at unless told otherwise.
const COUNT: usize = 10;

/// A cursor as the client sent it back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor(pub(crate) u64);

impl Cursor {
    /// What a client gets when there is no more, and what it begins with.
    pub(crate) const END: Self = Self(0);

    /// Reads a cursor as C's `strtoul` does, without its spaces. A cursor we never gave out means the end.
    pub(crate) fn parse(arg: &[u8]) -> Result<Self, Refusal> {
        let (negative, digits) = match arg {
            [b'-', digits @ ..] => (true, digits),
            [b'+', digits @ ..] => (false, digits),
            digits => (false, digits),
        };
        if digits.is_empty() && !arg.is_empty() {
            return Err(Refusal::Cursor);
        }
        let value = digits.iter().try_fold(0u64, |sum, &digit| {
            let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
            sum.checked_mul(10)?.checked_add(digit)
        });
        let value = value.ok_or(Refusal::Cursor)?;
        Ok(Self(if negative {
            value.wrapping_neg()
        } else {
            value
        }))
    }
}

/// MATCH, COUNT and TYPE.
#[derive(Clone, Debug)]
pub(crate) struct ScanOptions<'a> {
    pub(crate) count: usize,
    pattern: Option<Glob<'a>>,
    kind: Option<&'a [u8]>,
}

impl<'a> ScanOptions<'a> {
    pub(crate) fn parse(args: Args<'a>, with_type: bool) -> Result<Self, Refusal> {
        let mut options = Self {
            count: COUNT,
            pattern: None,
            kind: None,
        };
        let mut args = args.iter();
        while let Some(word) = args.next() {
            let value = args.next().ok_or(Refusal::Syntax)?;
            if is_word(word, "COUNT") {
                let count = parse_int(value).ok_or(Refusal::NotInteger)?;
                options.count = usize::try_from(count)
                    .ok()
                    .filter(|&count| count > 0)
                    .ok_or(Refusal::Syntax)?;
            } else if is_word(word, "MATCH") {
                options.pattern = Some(Glob::new(value));
            } else if is_word(word, "TYPE") && with_type {
                options.kind = Some(value);
            } else {
                return Err(Refusal::Syntax);
            }
        }
        Ok(options)
    }

    /// Whether a key or field matches the pattern.
    pub(crate) fn wants(&self, text: &[u8]) -> bool {
        self.pattern
            .as_ref()
            .is_none_or(|pattern| pattern.matches(text))
    }

    /// Whether a type is the wanted one. An unknown type matches nothing.
    pub(crate) fn wants_kind(&self, kind: Kind) -> bool {
        self.kind
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(kind.name().as_bytes()))
    }
}

/// Visits entries of a table from a cursor on, about as many as were asked for, and returns the cursor to go
/// on with.
pub(crate) fn scan_table<'t>(
    table: &'t Table,
    cursor: Cursor,
    options: &ScanOptions<'_>,
    visit: &mut dyn FnMut(&'t Entry),
) -> Cursor {
    let (mut position, mut examined) = (cursor.0, 0);
    while examined < options.count && position < END {
        examined += 1;
        position = table.scan(position, &mut |entry| {
            examined += 1;
            visit(entry);
        });
    }
    if position < END {
        Cursor(position)
    } else {
        Cursor::END
    }
}

/// The reply to HSCAN and SSCAN.
pub(crate) fn reply_page(reply: &mut ReplyWriter<'_>, next: Cursor, found: &[Element<'_>]) {
    reply.array(2);
    reply.bulk(itoa::Buffer::new().format(next.0).as_bytes());
    reply.array(found.len());
    for &element in found {
        bulk_item(reply, element);
    }
}
