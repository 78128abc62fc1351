//! One value type for both versions of the protocol.
//!
//! Aggregates hold their children in [`Items`], [`Pairs`] or [`Attributed`], whose drop, clone and comparison are
//! loops: how deep a peer nests its arrays never decides how much of our stack is used.

use core::fmt;

use bytes::Bytes;

use crate::{Attributed, BigNumber, Items, Pairs, SimpleStr};

/// Any reply that exists in RESP2 or RESP3, and so also any request.
#[derive(Clone)]
pub enum Frame {
    /// `+`: a text of one line.
    Simple(SimpleStr),
    /// `-`: an error of one line, its code first.
    Error(SimpleStr),
    /// `:`
    Integer(i64),
    /// `$`: any bytes.
    Bulk(Bytes),
    /// `_`, or `$-1` in RESP2.
    Null,
    /// `*-1` in RESP2, which has a null of its own for arrays; `_` in RESP3.
    NullArray,
    /// `*`
    Array(Items),
    /// `#`
    Boolean(bool),
    /// `,`
    Double(f64),
    /// `(`: an integer of any length.
    BigNumber(BigNumber),
    /// `!`: an error of any bytes.
    BulkError(Bytes),
    /// `=`: a text and what it is written in.
    Verbatim {
        /// `txt` or `mkd`.
        format: [u8; 3],
        /// The text.
        text: Bytes,
    },
    /// `%`
    Map(Pairs),
    /// `~`
    Set(Items),
    /// `>`: a message that answers no request.
    Push(Items),
    /// `|`: a frame with auxiliary data about it.
    Attributed(Attributed),
}

impl Frame {
    /// A bulk string.
    #[must_use]
    pub fn bulk(payload: impl Into<Bytes>) -> Self {
        Self::Bulk(payload.into())
    }

    /// An error such as `ERR syntax error`; a CR or LF in it becomes a space.
    #[must_use]
    pub fn error(text: &str) -> Self {
        Self::Error(SimpleStr::lossy(text.as_bytes()))
    }

    /// An array.
    #[must_use]
    pub fn array(items: impl IntoIterator<Item = Frame>) -> Self {
        Self::Array(items.into_iter().collect())
    }

    /// The frame itself, without attributes.
    #[must_use]
    pub fn value(&self) -> &Frame {
        let mut frame = self;
        while let Self::Attributed(attributed) = frame {
            frame = attributed.value();
        }
        frame
    }

    /// The text of a string of any kind.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self.value() {
            Self::Simple(text) => Some(text.as_bytes()),
            Self::Bulk(payload) => Some(payload),
            Self::Verbatim { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The number, of an integer.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        match self.value() {
            Self::Integer(value) => Some(*value),
            _ => None,
        }
    }

    /// The text of an error.
    #[must_use]
    pub fn as_error(&self) -> Option<&[u8]> {
        match self.value() {
            Self::Error(text) => Some(text.as_bytes()),
            Self::BulkError(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of an array, set or push.
    #[must_use]
    pub fn as_items(&self) -> Option<&[Frame]> {
        match self.value() {
            Self::Array(items) | Self::Set(items) | Self::Push(items) => Some(items),
            _ => None,
        }
    }

    /// The pairs of a map, or of the array of twice the length that stands for it in RESP2.
    pub fn as_pairs(&self) -> Option<impl ExactSizeIterator<Item = (&Frame, &Frame)>> {
        let flat = match self.value() {
            Self::Map(pairs) => pairs.flat(),
            Self::Array(items) if items.len() % 2 == 0 => items,
            _ => return None,
        };
        Some(crate::items::pairs_of(flat))
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.value(), Self::Null | Self::NullArray)
    }

    /// The direct children, whatever the kind.
    pub(crate) fn children(&self) -> Option<&Items> {
        match self {
            Self::Array(items) | Self::Set(items) | Self::Push(items) => Some(items),
            Self::Map(pairs) => Some(&pairs.0),
            Self::Attributed(attributed) => Some(&attributed.0),
            _ => None,
        }
    }

    /// The direct children, to take them out.
    pub(crate) fn children_mut(&mut self) -> Option<&mut Items> {
        match self {
            Self::Array(items) | Self::Set(items) | Self::Push(items) => Some(items),
            Self::Map(pairs) => Some(&mut pairs.0),
            Self::Attributed(attributed) => Some(&mut attributed.0),
            _ => None,
        }
    }

    /// Whether both are equal apart from what their children hold.
    pub(crate) fn same_head(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Simple(a), Self::Simple(b)) | (Self::Error(a), Self::Error(b)) => a == b,
            (Self::Integer(a), Self::Integer(b)) => a == b,
            (Self::Bulk(a), Self::Bulk(b)) | (Self::BulkError(a), Self::BulkError(b)) => a == b,
            (Self::Boolean(a), Self::Boolean(b)) => a == b,
            (Self::Double(a), Self::Double(b)) => {
                a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
            }
            (Self::BigNumber(a), Self::BigNumber(b)) => a == b,
            (Self::Verbatim { format: f, text: a }, Self::Verbatim { format: g, text: b }) => {
                f == g && a == b
            }
            (Self::Null, Self::Null) | (Self::NullArray, Self::NullArray) => true,
            _ => {
                core::mem::discriminant(self) == core::mem::discriminant(other)
                    && self.children().map(|items| items.len())
                        == other.children().map(|items| items.len())
            }
        }
    }

    /// The name of the kind, for `Debug`.
    fn kind(&self) -> &'static str {
        match self {
            Self::Simple(_) => "Simple",
            Self::Error(_) => "Error",
            Self::Integer(_) => "Integer",
            Self::Bulk(_) => "Bulk",
            Self::Null => "Null",
            Self::NullArray => "NullArray",
            Self::Array(_) => "Array",
            Self::Boolean(_) => "Boolean",
            Self::Double(_) => "Double",
            Self::BigNumber(_) => "BigNumber",
            Self::BulkError(_) => "BulkError",
            Self::Verbatim { .. } => "Verbatim",
            Self::Map(_) => "Map",
            Self::Set(_) => "Set",
            Self::Push(_) => "Push",
            Self::Attributed(_) => "Attributed",
        }
    }

    /// Writes the kind and the payload, without children.
    pub(crate) fn fmt_head(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())?;
        match self {
            Self::Simple(text) | Self::Error(text) => write!(f, "({text:?})"),
            Self::Integer(value) => write!(f, "({value})"),
            Self::Bulk(payload) | Self::BulkError(payload) => write!(f, "({payload:?})"),
            Self::Boolean(value) => write!(f, "({value})"),
            Self::Double(value) => write!(f, "({value:?})"),
            Self::BigNumber(digits) => write!(f, "({digits:?})"),
            Self::Verbatim { format, text } => write!(f, "({}: {text:?})", format.escape_ascii()),
            _ => Ok(()),
        }
    }
}

/// Doubles are equal when their bits are, and all NaN are one: what was read equals what was written.
impl PartialEq for Frame {
    fn eq(&self, other: &Self) -> bool {
        let children = self.children().map(|items| &items[..]).unwrap_or_default();
        let others = other.children().map(|items| &items[..]).unwrap_or_default();
        self.same_head(other) && crate::items::same(children, others)
    }
}

impl Eq for Frame {}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_head(f)?;
        self.children()
            .map_or(Ok(()), |items| fmt::Debug::fmt(items, f))
    }
}
