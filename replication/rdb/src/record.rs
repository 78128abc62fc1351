//! The records that aggregates are rows of. Each is read completely or not at all: first it is looked for in
//! what has arrived, then taken, sharing memory with the bytes that it lies in.

use bytes::Bytes;

use crate::cursor::{Cursor, RawString, Stop};
use crate::error::RdbErrorKind;
use crate::score;
use crate::stream::{PendingEntry, StreamId};

/// Something of which there is a row.
pub(crate) trait Record: Sized {
    /// Where it lies, before it is decoded.
    type Raw;
    /// Finds one at the cursor.
    fn scan(cursor: &mut Cursor<'_>) -> Result<Self::Raw, Stop>;
    /// Decodes it; `bytes` is what the cursor ran over.
    fn take(raw: &Self::Raw, bytes: &Bytes) -> Result<Self, Stop>;
}

/// A string out of consumed bytes, sharing their memory where it lies there as it is.
pub(crate) fn text(raw: &RawString, bytes: &Bytes) -> Result<Bytes, Stop> {
    match raw {
        RawString::Plain(range) => Ok(bytes.slice(range.clone())),
        _ => raw.to_vec(bytes).map(Bytes::from),
    }
}

impl Record for Bytes {
    type Raw = RawString;

    fn scan(cursor: &mut Cursor<'_>) -> Result<RawString, Stop> {
        cursor.string()
    }

    fn take(raw: &RawString, bytes: &Bytes) -> Result<Self, Stop> {
        text(raw, bytes)
    }
}

/// A number.
impl Record for u64 {
    type Raw = u64;

    fn scan(cursor: &mut Cursor<'_>) -> Result<u64, Stop> {
        cursor.number()
    }

    fn take(raw: &u64, _: &Bytes) -> Result<Self, Stop> {
        Ok(*raw)
    }
}

impl<A: Record, B: Record> Record for (A, B) {
    type Raw = (A::Raw, B::Raw);

    fn scan(cursor: &mut Cursor<'_>) -> Result<Self::Raw, Stop> {
        Ok((A::scan(cursor)?, B::scan(cursor)?))
    }

    fn take((a, b): &Self::Raw, bytes: &Bytes) -> Result<Self, Stop> {
        Ok((A::take(a, bytes)?, B::take(b, bytes)?))
    }
}

/// A score of eight bytes.
impl Record for f64 {
    type Raw = f64;

    fn scan(cursor: &mut Cursor<'_>) -> Result<f64, Stop> {
        let at = cursor.position();
        let score = f64::from_le_bytes(cursor.array()?);
        score::valid(score).ok_or(Stop::bad(RdbErrorKind::BadScore, at))
    }

    fn take(raw: &f64, _: &Bytes) -> Result<Self, Stop> {
        Ok(*raw)
    }
}

/// A score as text behind a byte that is its length, or that is all of it.
#[derive(Debug)]
pub(crate) struct TextScore(pub(crate) f64);

impl Record for TextScore {
    type Raw = f64;

    fn scan(cursor: &mut Cursor<'_>) -> Result<f64, Stop> {
        let at = cursor.position();
        let score = match cursor.byte()? {
            253 => None,
            254 => Some(f64::INFINITY),
            255 => Some(f64::NEG_INFINITY),
            len => score::of_text(cursor.take(len.into())?),
        };
        score.ok_or(Stop::bad(RdbErrorKind::BadScore, at))
    }

    fn take(raw: &f64, _: &Bytes) -> Result<Self, Stop> {
        Ok(Self(*raw))
    }
}

/// The id of an entry, raw.
impl Record for StreamId {
    type Raw = Self;

    fn scan(cursor: &mut Cursor<'_>) -> Result<Self, Stop> {
        cursor.array().map(Self::from_bytes)
    }

    fn take(raw: &Self, _: &Bytes) -> Result<Self, Stop> {
        Ok(*raw)
    }
}

/// The id of an entry as two numbers.
#[derive(Debug)]
pub(crate) struct NumberedId(pub(crate) StreamId);

impl Record for NumberedId {
    type Raw = StreamId;

    fn scan(cursor: &mut Cursor<'_>) -> Result<StreamId, Stop> {
        let (ms, seq) = (cursor.number()?, cursor.number()?);
        Ok(StreamId { ms, seq })
    }

    fn take(raw: &StreamId, _: &Bytes) -> Result<Self, Stop> {
        Ok(Self(*raw))
    }
}

/// A time in milliseconds since the Unix epoch.
#[derive(Debug)]
pub(crate) struct Millis(pub(crate) i64);

impl Record for Millis {
    type Raw = i64;

    fn scan(cursor: &mut Cursor<'_>) -> Result<i64, Stop> {
        cursor.array().map(i64::from_le_bytes)
    }

    fn take(raw: &i64, _: &Bytes) -> Result<Self, Stop> {
        Ok(Self(*raw))
    }
}

impl Record for PendingEntry {
    type Raw = Self;

    fn scan(cursor: &mut Cursor<'_>) -> Result<Self, Stop> {
        Ok(Self {
            id: cursor.array().map(StreamId::from_bytes)?,
            delivery_time_ms: cursor.array().map(i64::from_le_bytes)?,
            delivery_count: cursor.number()?,
        })
    }

    fn take(raw: &Self, _: &Bytes) -> Result<Self, Stop> {
        Ok(*raw)
    }
}
