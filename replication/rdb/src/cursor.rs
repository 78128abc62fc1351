//! Reading the primitive encodings from bytes that may not all be there yet.
//!
//! The cursor never copies and never reserves: a string is handed out as ranges, once all its bytes have
//! arrived. "Not yet" and "never" are different answers, so that streams can be read in any pieces.

use alloc::vec::Vec;
use core::ops::Range;

use crate::error::RdbErrorKind;
use crate::lzf;

/// Why something could not be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stop {
    /// Bytes are missing that may still come.
    Incomplete,
    /// No further bytes can help; the number is where it went wrong.
    Bad(RdbErrorKind, usize),
}

impl Stop {
    pub(crate) const fn bad(kind: RdbErrorKind, at: usize) -> Self {
        Self::Bad(kind, at)
    }
}

/// A string where it lies, before it is decoded.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum RawString {
    Plain(Range<usize>),
    Int(i32),
    Lzf { packed: Range<usize>, len: usize },
}

impl RawString {
    /// The text, copied out of `bytes`, which the cursor ran over.
    pub(crate) fn to_vec(&self, bytes: &[u8]) -> Result<Vec<u8>, Stop> {
        match self {
            Self::Plain(range) => Ok(bytes.get(range.clone()).unwrap_or_default().to_vec()),
            Self::Int(number) => Ok(itoa::Buffer::new().format(*number).as_bytes().to_vec()),
            Self::Lzf { packed, len } => {
                let input = bytes.get(packed.clone()).unwrap_or_default();
                lzf::decompress(input, *len)
                    .map_err(|e| Stop::bad(RdbErrorKind::Lzf(e), packed.start))
            }
        }
    }
}

/// A place in the bytes that have arrived.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'a> {
    bytes: &'a [u8],
    position: usize,
    /// How much longer the strings are than the compressed data read for them.
    inflated: usize,
    /// Longest string that is accepted.
    string_max: u64,
}

/// A length, or the number of a special string encoding.
enum Length {
    Plain(u64),
    Special(u8),
}

impl<'a> Cursor<'a> {
    pub(crate) const fn new(bytes: &'a [u8], string_max: u64) -> Self {
        Self {
            bytes,
            position: 0,
            inflated: 0,
            string_max,
        }
    }

    pub(crate) const fn position(&self) -> usize {
        self.position
    }

    /// How much memory what was read so far takes, roughly: its bytes, but strings as long as they are.
    pub(crate) const fn weight(&self) -> usize {
        self.position.saturating_add(self.inflated)
    }

    pub(crate) fn take(&mut self, len: usize) -> Result<&'a [u8], Stop> {
        let range = self.take_range(len)?;
        self.bytes.get(range).ok_or(Stop::Incomplete)
    }

    fn take_range(&mut self, len: usize) -> Result<Range<usize>, Stop> {
        let end = self
            .position
            .checked_add(len)
            .filter(|&end| end <= self.bytes.len());
        let range = self.position..end.ok_or(Stop::Incomplete)?;
        self.position = range.end;
        Ok(range)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        self.take(N)?.first_chunk().copied().ok_or(Stop::Incomplete)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Stop> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn length(&mut self) -> Result<Length, Stop> {
        let at = self.position;
        let first = self.byte()?;
        let low = first & 0x3f;
        Ok(match (first >> 6, first) {
            (0, _) => Length::Plain(u64::from(low)),
            (1, _) => Length::Plain((u64::from(low) << 8) | u64::from(self.byte()?)),
            (2, 0x80) => Length::Plain(u64::from(u32::from_be_bytes(self.array()?))),
            (2, 0x81) => Length::Plain(u64::from_be_bytes(self.array()?)),
            (3, _) => Length::Special(low),
            _ => return Err(Stop::bad(RdbErrorKind::BadLength(first), at)),
        })
    }

    /// A number: a length that counts something.
    pub(crate) fn number(&mut self) -> Result<u64, Stop> {
        let at = self.position;
        match self.length()? {
            Length::Plain(number) => Ok(number),
            Length::Special(code) => Err(Stop::bad(RdbErrorKind::BadLength(0xc0 | code), at)),
        }
    }

    /// A string, when all of it is there.
    pub(crate) fn string(&mut self) -> Result<RawString, Stop> {
        let at = self.position;
        match self.length()? {
            Length::Plain(len) => Ok(RawString::Plain(self.counted(len, at)?)),
            Length::Special(0) => Ok(RawString::Int(i8::from_le_bytes(self.array()?).into())),
            Length::Special(1) => Ok(RawString::Int(i16::from_le_bytes(self.array()?).into())),
            Length::Special(2) => Ok(RawString::Int(i32::from_le_bytes(self.array()?))),
            Length::Special(3) => {
                let packed_len = self.number()?;
                let len = self.number()?;
                let len = self.within_limit(len, at)?;
                // Checked here as well as when expanding: nobody should wait for bytes that cannot help.
                let packed = self.counted(packed_len, at)?;
                self.inflated = self.inflated.saturating_add(len);
                Ok(RawString::Lzf { packed, len })
            }
            Length::Special(code) => Err(Stop::bad(RdbErrorKind::BadStringEncoding(code), at)),
        }
    }

    fn counted(&mut self, len: u64, at: usize) -> Result<Range<usize>, Stop> {
        let len = self.within_limit(len, at)?;
        self.take_range(len)
    }

    fn within_limit(&self, len: u64, at: usize) -> Result<usize, Stop> {
        let max = self.string_max;
        let too_long = Stop::bad(RdbErrorKind::StringTooLong { len, max }, at);
        if len > max {
            Err(too_long)
        } else {
            usize::try_from(len).map_err(|_| too_long)
        }
    }
}
