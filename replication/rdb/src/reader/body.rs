//! What stands between the header and the checksum: opcodes, and keys with their values. Every step reads one of
//! them completely or nothing of it; only a hash in pairs is read in several steps.

use alloc::vec::Vec;

use bytes::Bytes;

use super::{Reader, State, Step};
use crate::cursor::{Cursor, RawString, Stop};
use crate::error::{ModuleName, RdbErrorKind};
use crate::item::{Attributes, Item};
use crate::types::{ValueType, opcode};
use crate::value::{Layout, Value};

/// A hash of which some fields have arrived.
#[derive(Debug)]
pub(super) struct PartialHash {
    key: Bytes,
    attributes: Attributes,
    missing: u64,
    pairs: Vec<(Bytes, Bytes)>,
}

/// How many fields of a large hash are taken at once, so that a step stays short.
const PAIRS_PER_STEP: u64 = 1024;

impl Reader {
    pub(super) fn body(&mut self) -> Result<Step, Stop> {
        let mut cursor = self.cursor();
        let code = cursor.byte()?;
        match code {
            opcode::EOF => {
                self.consume(1);
                self.state = State::Checksum;
                Ok(Step::Silent)
            }
            opcode::EXPIRE_MS | opcode::EXPIRE_SECS | opcode::FREQ | opcode::IDLE => {
                self.attribute(code)
            }
            opcode::SELECT_DB | opcode::RESIZE_DB => self.database(code),
            opcode::AUX | opcode::FUNCTION => self.about(code),
            opcode::MODULE_AUX => {
                let module = ModuleName::of_id(cursor.number()?);
                Err(Stop::bad(RdbErrorKind::Module(module), 0))
            }
            opcode::FUNCTION_PRE_RELEASE => Err(Stop::bad(RdbErrorKind::OldFunction, 0)),
            _ => match ValueType::from_id(code) {
                Some(kind) => self.entry(kind),
                None => Err(Stop::bad(RdbErrorKind::UnknownOpcode(code), 0)),
            },
        }
    }

    fn attribute(&mut self, code: u8) -> Result<Step, Stop> {
        let mut cursor = self.cursor();
        cursor.byte()?;
        let mut attributes = self.attributes;
        match code {
            opcode::EXPIRE_MS => attributes.expire_at = Some(i64::from_le_bytes(cursor.array()?)),
            opcode::EXPIRE_SECS => {
                attributes.expire_at = Some(i64::from(i32::from_le_bytes(cursor.array()?)) * 1000);
            }
            opcode::FREQ => attributes.freq = Some(cursor.byte()?),
            _ => attributes.idle_secs = Some(cursor.number()?),
        }
        let used = cursor.position();
        self.attributes = attributes;
        self.consume(used);
        Ok(Step::Silent)
    }

    fn database(&mut self, code: u8) -> Result<Step, Stop> {
        let mut cursor = self.cursor();
        cursor.byte()?;
        let first = cursor.number()?;
        let item = if code == opcode::SELECT_DB {
            let database = u32::try_from(first)
                .ok()
                .filter(|&number| number < i32::MAX.cast_unsigned());
            Item::SelectDb(database.ok_or(Stop::bad(RdbErrorKind::BadDatabase(first), 1))?)
        } else {
            Item::ResizeDb {
                keys: first,
                expires: cursor.number()?,
            }
        };
        let used = cursor.position();
        self.consume(used);
        Ok(Step::Item(item))
    }

    fn about(&mut self, code: u8) -> Result<Step, Stop> {
        let mut cursor = self.cursor();
        cursor.byte()?;
        let name = cursor.string()?;
        let value = if code == opcode::AUX {
            Some(cursor.string()?)
        } else {
            None
        };
        let used = cursor.position();
        let bytes = self.consume(used);
        let name = text(&name, &bytes)?;
        Ok(Step::Item(match value {
            Some(value) => Item::Aux {
                name,
                value: text(&value, &bytes)?,
            },
            None => Item::Function(name),
        }))
    }

    /// A key with its value, or for a hash in pairs with the number of them.
    fn entry(&mut self, kind: ValueType) -> Result<Step, Stop> {
        let mut cursor = self.cursor();
        cursor.byte()?;
        let Some(layout) = Layout::of(kind) else {
            return Err(refusal(kind, cursor));
        };
        let key = cursor.string()?;
        match layout {
            Layout::Blob(blob) => {
                let at = cursor.position();
                let value = cursor.string()?;
                let used = cursor.position();
                let bytes = self.consume(used);
                let value = blob.decode(text(&value, &bytes)?, at)?;
                let attributes = core::mem::take(&mut self.attributes);
                Ok(self.finish_entry(text(&key, &bytes)?, value, attributes))
            }
            Layout::Pairs => {
                let missing = cursor.number()?;
                let used = cursor.position();
                let bytes = self.consume(used);
                let attributes = core::mem::take(&mut self.attributes);
                let key = text(&key, &bytes)?;
                self.state = State::Pairs(PartialHash {
                    key,
                    attributes,
                    missing,
                    pairs: Vec::new(),
                });
                Ok(Step::Silent)
            }
        }
    }

    /// Some more fields of a hash, or its end.
    pub(super) fn pairs(&mut self) -> Result<Step, Stop> {
        let State::Pairs(hash) = &mut self.state else {
            return Ok(Step::Silent);
        };
        if hash.missing > 0 {
            let mut cursor = Cursor::new(&self.buffer, self.limits.string_len_max);
            let (raw, used) = read_pairs(&mut cursor, hash.missing.min(PAIRS_PER_STEP))?;
            hash.missing -= raw.len() as u64;
            let bytes = self.buffer.split_to(used).freeze();
            self.crc.update(&bytes);
            self.offset += used as u64;
            for (field, value) in raw {
                hash.pairs
                    .push((text(&field, &bytes)?, text(&value, &bytes)?));
            }
            return Ok(Step::Silent);
        }
        match core::mem::replace(&mut self.state, State::Body) {
            State::Pairs(hash) => {
                Ok(self.finish_entry(hash.key, Value::Hash(hash.pairs), hash.attributes))
            }
            _ => Ok(Step::Silent),
        }
    }

    fn finish_entry(&mut self, key: Bytes, value: Value, attributes: Attributes) -> Step {
        if value.is_empty_aggregate() {
            self.skipped_empty += 1;
            return Step::Silent;
        }
        Step::Item(Item::Entry {
            key,
            value,
            attributes,
        })
    }
}

/// The pairs that have arrived completely, and where they end.
fn read_pairs(
    cursor: &mut Cursor<'_>,
    most: u64,
) -> Result<(Vec<(RawString, RawString)>, usize), Stop> {
    let mut pairs = Vec::new();
    let mut end = 0;
    for _ in 0..most {
        let pair = cursor
            .string()
            .and_then(|field| Ok((field, cursor.string()?)));
        match pair {
            Ok(pair) => pairs.push(pair),
            // What is wrong here is told after the pairs before it, whose own errors come first.
            Err(_) if !pairs.is_empty() => break,
            Err(stop) => return Err(stop),
        }
        end = cursor.position();
    }
    Ok((pairs, end))
}

/// A string out of consumed bytes, sharing their memory where it lies there as it is.
fn text(raw: &RawString, bytes: &Bytes) -> Result<Bytes, Stop> {
    match raw {
        RawString::Plain(range) => Ok(bytes.slice(range.clone())),
        _ => raw.to_vec(bytes).map(Bytes::from),
    }
}

/// Why a type cannot be read; for a module's data the name stands behind the key.
fn refusal(kind: ValueType, mut cursor: Cursor<'_>) -> Stop {
    if !matches!(kind, ValueType::Module | ValueType::ModuleOld) {
        return Stop::bad(RdbErrorKind::Unsupported(kind), 0);
    }
    match cursor.string().and_then(|_key| cursor.number()) {
        Ok(id) => Stop::bad(RdbErrorKind::Module(ModuleName::of_id(id)), 0),
        Err(stop) => stop,
    }
}
