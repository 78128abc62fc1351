//! Texts that stand in one line. A CR or LF in them would let their author write replies of their own, so the type
//! cannot hold one.

use alloc::vec::Vec;
use core::fmt;

use bytes::Bytes;

/// Why a text is no [`SimpleStr`]: it has more than one line.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a line break at byte {at}")]
pub struct LineBreak {
    /// Where the CR or LF stands.
    pub at: usize,
}

/// The payload of a simple string or simple error: any bytes but CR and LF.
#[derive(Clone, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SimpleStr(Bytes);

impl SimpleStr {
    /// Takes a text of one line.
    ///
    /// # Errors
    /// [`LineBreak`] if it has a CR or LF.
    pub fn new(text: impl Into<Bytes>) -> Result<Self, LineBreak> {
        let text = text.into();
        match memchr::memchr2(b'\r', b'\n', &text) {
            None => Ok(Self(text)),
            Some(at) => Err(LineBreak { at }),
        }
    }

    /// Takes any text; every CR and LF becomes a space.
    #[must_use]
    pub fn lossy(text: &[u8]) -> Self {
        let mut line = Vec::with_capacity(text.len());
        push_one_line(&mut line, text);
        Self(line.into())
    }

    /// The text.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text, shared.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.0
    }
}

impl AsRef<[u8]> for SimpleStr {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SimpleStr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

/// Why a text is no [`BigNumber`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a decimal integer")]
pub struct NotANumber;

/// An integer of any length in decimal digits, as it was spelled.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct BigNumber(Bytes);

impl BigNumber {
    /// Takes digits, with a sign before them or not.
    ///
    /// # Errors
    /// [`NotANumber`] if there is no digit, or anything else.
    pub fn new(digits: impl Into<Bytes>) -> Result<Self, NotANumber> {
        let digits = digits.into();
        if crate::grammar::is_big_number(&digits) {
            Ok(Self(digits))
        } else {
            Err(NotANumber)
        }
    }

    /// The sign and the digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII came in.
        core::str::from_utf8(&self.0).unwrap_or("0")
    }
}

impl fmt::Debug for BigNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Appends `text`; every CR and LF becomes a space.
#[inline]
pub(crate) fn push_one_line(out: &mut Vec<u8>, text: &[u8]) {
    let start = out.len();
    out.extend_from_slice(text);
    if memchr::memchr2(b'\r', b'\n', text).is_some() {
        for byte in out.iter_mut().skip(start) {
            if matches!(byte, b'\r' | b'\n') {
                *byte = b' ';
            }
        }
    }
}
