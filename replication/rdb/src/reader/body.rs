//! What stands between the header and the checksum: opcodes, and keys with their values. Every step reads one of
//! them completely or nothing of it; only values that are rows of records are read in several steps.

use bytes::Bytes;

use super::{Reader, State, Step};
use crate::assembly::{Assembled, Assembly};
use crate::blob::Blob;
use crate::cursor::{Cursor, Stop};
use crate::error::{ModuleName, RdbErrorKind};
use crate::item::{Attributes, Item};
use crate::record::text;
use crate::types::{ValueType, opcode};
use crate::value::Value;

/// A key of whose value something may be missing.
#[derive(Debug)]
pub(super) struct Partial {
    key: Bytes,
    attributes: Attributes,
    /// Whether a part was handed out.
    begun: bool,
    assembly: Assembly,
}

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

    /// A key with its value, or with the number of records that make it.
    fn entry(&mut self, kind: ValueType) -> Result<Step, Stop> {
        if let Some(blob) = Blob::of(kind) {
            return self.blob(blob);
        }
        let mut cursor = self.cursor();
        cursor.byte()?;
        if matches!(kind, ValueType::Module | ValueType::ModuleOld) {
            return Err(refusal(cursor));
        }
        let (key, count) = (cursor.string()?, cursor.number()?);
        let used = cursor.position();
        let bytes = self.consume(used);
        let assembly = Assembly::new(kind, count);
        self.state = State::Value(Partial {
            key: text(&key, &bytes)?,
            attributes: core::mem::take(&mut self.attributes),
            begun: false,
            assembly: assembly.ok_or(Stop::bad(RdbErrorKind::UnknownOpcode(kind.id()), 0))?,
        });
        Ok(Step::Silent)
    }

    /// A key whose value is one string.
    fn blob(&mut self, blob: Blob) -> Result<Step, Stop> {
        let mut cursor = self.cursor();
        cursor.byte()?;
        let key = cursor.string()?;
        let at = cursor.position();
        let value = cursor.string()?;
        let used = cursor.position();
        let bytes = self.consume(used);
        let value = blob
            .decode(text(&value, &bytes)?)
            .map_err(|kind| Stop::bad(kind, at))?;
        let attributes = core::mem::take(&mut self.attributes);
        Ok(self.finish_entry(text(&key, &bytes)?, value, attributes))
    }

    /// Some more records of a value, or its end.
    pub(super) fn value(&mut self) -> Result<Step, Stop> {
        let State::Value(partial) = &mut self.state else {
            return Ok(Step::Silent);
        };
        let (value, ended) = match partial.assembly.step(&mut self.input)? {
            Assembled::Nothing => return Ok(Step::Silent),
            Assembled::Part(value) => (value, false),
            Assembled::End(value) => (value, true),
        };
        let (key, begun) = (partial.key.clone(), partial.begun);
        let attributes = core::mem::take(&mut partial.attributes);
        partial.begun = true;
        if ended {
            self.state = State::Body;
        }
        Ok(if begun {
            Step::Item(Item::More { key, value })
        } else {
            self.finish_entry(key, value, attributes)
        })
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

/// Why a module's data cannot be read: its name stands behind the key.
fn refusal(mut cursor: Cursor<'_>) -> Stop {
    match cursor.string().and_then(|_key| cursor.number()) {
        Ok(id) => Stop::bad(RdbErrorKind::Module(ModuleName::of_id(id)), 0),
        Err(stop) => stop,
    }
}
