//! DUMP and RESTORE payloads: a value without its key, then the version (2 bytes) and a checksum of everything
//! before it (8), both little-endian.

use alloc::vec::Vec;

use bytes::Bytes;

use crate::crc64::Crc64;
use crate::cursor::{Cursor, Stop};
use crate::encode;
use crate::error::RdbErrorKind;
use crate::item::Limits;
use crate::types::{VERSION_MAX, ValueType};
use crate::value::{Layout, Value};

const FOOTER: usize = 10;

/// Why RESTORE refuses a payload. The texts are what it answers.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DumpError {
    /// The footer is missing, from a newer version, or its checksum is wrong.
    #[error("DUMP payload version or checksum are wrong")]
    VersionOrChecksum,
    /// The checksum is right, but the value cannot be decoded, for this reason.
    #[error("Bad data format")]
    BadFormat(RdbErrorKind),
}

/// The payload of a string.
#[must_use]
pub fn string(value: &[u8], version: u16, compress: bool) -> Vec<u8> {
    let mut out = Vec::from([ValueType::String.id()]);
    encode::string(value, compress, &mut out);
    seal(out, version)
}

/// The payload of a hash, from its pairs.
#[must_use]
pub fn hash<'a, I>(pairs: I, version: u16, compress: bool) -> Vec<u8>
where
    I: IntoIterator<Item = (&'a [u8], &'a [u8]), IntoIter: ExactSizeIterator>,
{
    let pairs = pairs.into_iter();
    let mut out = Vec::from([ValueType::Hash.id()]);
    encode::number(pairs.len() as u64, &mut out);
    for (field, value) in pairs {
        encode::string(field, compress, &mut out);
        encode::string(value, compress, &mut out);
    }
    seal(out, version)
}

/// The payload of a hash that is a listpack of fields and values already.
#[must_use]
pub fn hash_listpack(listpack: &[u8], version: u16, compress: bool) -> Vec<u8> {
    let mut out = Vec::from([ValueType::HashListpack.id()]);
    encode::string(listpack, compress, &mut out);
    seal(out, version)
}

/// Puts the footer behind a body: a type byte and a value, or nothing (FUNCTION DUMP without functions).
#[must_use]
pub fn seal(mut body: Vec<u8>, version: u16) -> Vec<u8> {
    body.extend_from_slice(&version.to_le_bytes());
    let checksum = Crc64::of(&body);
    body.extend_from_slice(&checksum.to_le_bytes());
    body
}

/// The body of a payload, if the footer is right.
///
/// # Errors
/// [`DumpError::VersionOrChecksum`]
pub fn open(payload: &[u8]) -> Result<&[u8], DumpError> {
    let split = payload
        .len()
        .checked_sub(FOOTER)
        .and_then(|body| payload.split_at_checked(body));
    let (body, footer) = split.ok_or(DumpError::VersionOrChecksum)?;
    let (version, checksum) = footer
        .split_first_chunk::<2>()
        .ok_or(DumpError::VersionOrChecksum)?;
    let known = (1..=VERSION_MAX).contains(&u16::from_le_bytes(*version));
    let summed = payload
        .get(..payload.len() - checksum.len())
        .unwrap_or_default();
    if known && checksum == Crc64::of(summed).to_le_bytes() {
        Ok(body)
    } else {
        Err(DumpError::VersionOrChecksum)
    }
}

/// The value of a payload, completely checked.
///
/// # Errors
/// [`DumpError`]
pub fn read(payload: &[u8], limits: &Limits) -> Result<Value, DumpError> {
    let body = open(payload)?;
    let value = read_value(body, limits).map_err(|stop| match stop {
        Stop::Incomplete => DumpError::BadFormat(RdbErrorKind::UnexpectedEnd),
        Stop::Bad(kind, _) => DumpError::BadFormat(kind),
    })?;
    if value.is_empty_aggregate() {
        Err(DumpError::BadFormat(RdbErrorKind::EmptyAggregate))
    } else {
        Ok(value)
    }
}

fn read_value(body: &[u8], limits: &Limits) -> Result<Value, Stop> {
    let mut cursor = Cursor::new(body, limits.string_len_max);
    let id = cursor.byte()?;
    let kind = ValueType::from_id(id).ok_or(Stop::bad(RdbErrorKind::UnknownOpcode(id), 0))?;
    let layout = Layout::of(kind).ok_or(Stop::bad(RdbErrorKind::Unsupported(kind), 0))?;
    let string = |cursor: &mut Cursor<'_>| cursor.string()?.to_vec(body).map(Bytes::from);
    let value = match layout {
        Layout::Blob(blob) => blob.decode(string(&mut cursor)?, 1)?,
        Layout::Pairs => {
            let mut pairs = Vec::new();
            for _ in 0..cursor.number()? {
                pairs.push((string(&mut cursor)?, string(&mut cursor)?));
            }
            Value::Hash(crate::value::distinct(pairs).map_err(|kind| Stop::bad(kind, 1))?)
        }
    };
    let end = cursor.position();
    if end == body.len() {
        Ok(value)
    } else {
        Err(Stop::bad(RdbErrorKind::TrailingBytes, end))
    }
}
