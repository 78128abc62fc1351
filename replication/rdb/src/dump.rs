//! DUMP and RESTORE payloads: a value without its key, then the version (2 bytes) and a checksum of everything
//! before it (8), both little-endian.

use alloc::vec::Vec;

use bytes::Bytes;

use crate::assembly::{Assembled, Assembly};
use crate::blob::Blob;
use crate::check::Unique;
use crate::crc64::Crc64;
use crate::cursor::{Cursor, Stop};
use crate::error::{ModuleName, RdbErrorKind};
use crate::input::Input;
use crate::item::Limits;
use crate::record::Record;
use crate::types::{VERSION_MAX, ValueType};
use crate::value::Value;
use crate::value_writer::ValueWriter;
use crate::writer::{Writer, WriterConfig};

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

/// The payload of a value that `write` writes.
///
/// ```
/// use shoal_rdb::{Limits, Value, dump};
///
/// let payload = dump::write(11, true, |value| {
///     let mut set = value.set(2);
///     set.member(b"a");
///     set.member(b"b");
/// });
/// let value = Value::Set(vec!["a".into(), "b".into()]);
/// assert_eq!(dump::read(&payload, &Limits::default()), Ok(value));
/// ```
#[must_use]
pub fn write(version: u16, compress: bool, write: impl FnOnce(ValueWriter<'_>)) -> Vec<u8> {
    let mut writer = Writer::headless(WriterConfig {
        version,
        compress,
        checksum: false,
    });
    write(ValueWriter::new(&mut writer, None));
    seal(writer.take(), version)
}

/// The payload of a string.
#[must_use]
pub fn string(text: &[u8], version: u16, compress: bool) -> Vec<u8> {
    write(version, compress, |value| value.string(text))
}

/// The payload of a hash, from its pairs.
#[must_use]
pub fn hash<'a, I>(pairs: I, version: u16, compress: bool) -> Vec<u8>
where
    I: IntoIterator<Item = (&'a [u8], &'a [u8]), IntoIter: ExactSizeIterator>,
{
    write(version, compress, |value| value.hash_of(pairs))
}

/// The payload of a hash that is a listpack of fields and values already.
#[must_use]
pub fn hash_listpack(listpack: &[u8], version: u16, compress: bool) -> Vec<u8> {
    write(version, compress, |value| value.hash_listpack(listpack))
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
    let mut input = Input::complete(body, limits.string_len_max);
    let Kind(id) = input.record()?;
    let kind = ValueType::from_id(id).ok_or(Stop::bad(RdbErrorKind::UnknownOpcode(id), 0))?;
    let value = if let Some(blob) = Blob::of(kind) {
        let text = input.record()?;
        blob.decode(text).map_err(|kind| Stop::bad(kind, 0))?
    } else {
        let count = input.record()?;
        match Assembly::new(kind, count) {
            Some(assembly) => assembled(assembly, &mut input)?,
            // Only modules are left, and what stands there is the id of one.
            None => return Err(Stop::bad(RdbErrorKind::Module(ModuleName::of_id(count)), 0)),
        }
    };
    if input.buffer.is_empty() {
        Ok(value)
    } else {
        Err(Stop::bad(RdbErrorKind::TrailingBytes, 0))
    }
}

/// Puts the parts of a value together, none of whose elements may be there twice.
fn assembled(mut assembly: Assembly, input: &mut Input) -> Result<Value, Stop> {
    let (mut parts, mut unique) = (None::<Value>, Unique::default());
    loop {
        let (part, ended) = match assembly.step(input)? {
            Assembled::Nothing => continue,
            Assembled::Part(part) => (part, false),
            Assembled::End(part) => (part, true),
        };
        let whole = match parts.take() {
            Some(before) => before.joined(part),
            None => part,
        };
        repeats(&whole, &mut unique, ended).map_err(|kind| Stop::bad(kind, 0))?;
        if ended {
            return Ok(whole);
        }
        parts = Some(whole);
    }
}

/// Fails if something is there twice; while the value grows, only now and then.
fn repeats(value: &Value, unique: &mut Unique, ended: bool) -> Result<(), RdbErrorKind> {
    let (fine, kind) = match value {
        Value::Set(members) => (
            unique.check(members, |m| m, ended),
            RdbErrorKind::DuplicateMember,
        ),
        Value::Zset(members) => (
            unique.check(members, |(m, _)| m, ended),
            RdbErrorKind::DuplicateMember,
        ),
        Value::Hash(pairs) => (
            unique.check(pairs, |(f, _)| f, ended),
            RdbErrorKind::DuplicateField,
        ),
        _ => return Ok(()),
    };
    if fine { Ok(()) } else { Err(kind) }
}

/// The byte that says of which type a value is.
struct Kind(u8);

impl Record for Kind {
    type Raw = u8;

    fn scan(cursor: &mut Cursor<'_>) -> Result<u8, Stop> {
        cursor.byte()
    }

    fn take(raw: &u8, _: &Bytes) -> Result<Self, Stop> {
        Ok(Self(*raw))
    }
}
