//! Reading a stream of RDB in whatever pieces it arrives.
//!
//! Bytes are pushed in, items are polled out. The reader keeps its place: a value is decoded when all of it has
//! arrived, a large hash field by field, and nothing is reserved for lengths that are only promised. Attempts
//! to read an item that is not complete cost the same however much of it is there.

use alloc::vec::Vec;

use bytes::{Buf, Bytes, BytesMut};

use crate::crc64::Crc64;
use crate::cursor::{Cursor, RawString, Stop};
use crate::error::{ModuleName, RdbError, RdbErrorKind};
use crate::types::{VERSION_MAX, VERSION_WITH_CHECKSUM, ValueType, opcode};
use crate::value::{Layout, Value};

/// What a reader accepts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Longest string: keys, values, fields, and compact values as a whole, before and after compression.
    pub string_len_max: u64,
    /// Whether a wrong checksum is an error (`rdbchecksum`).
    pub verify_checksum: bool,
}

impl Default for Limits {
    /// 512 MiB, as `proto-max-bulk-len` by default, and checksums verified.
    fn default() -> Self {
        Self {
            string_len_max: 512 << 20,
            verify_checksum: true,
        }
    }
}

/// What may stand before a key, and holds for this key only.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Attributes {
    /// When it expires, in milliseconds since the Unix epoch.
    pub expire_at: Option<i64>,
    /// Seconds since it was last used, under an LRU policy.
    pub idle_secs: Option<u64>,
    /// Its use counter, under an LFU policy.
    pub freq: Option<u8>,
}

/// What the checksum at the end said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Checksum {
    /// It is there and right.
    Verified,
    /// The writer wrote none (`rdbchecksum no`, or a version without), or the reader was told not to look.
    NotChecked,
}

/// One thing out of a stream of RDB.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Item {
    /// Something about the file. Unknown names are to be ignored.
    Aux {
        /// What it is about.
        name: Bytes,
        /// The value, as text.
        value: Bytes,
    },
    /// The source of a function library.
    Function(Bytes),
    /// The keys that follow belong to this database.
    SelectDb(u32),
    /// How many keys to expect in this database; a hint that nobody must trust.
    ResizeDb {
        /// Keys.
        keys: u64,
        /// Keys that expire.
        expires: u64,
    },
    /// A key.
    Entry {
        /// Its name.
        key: Bytes,
        /// Its value.
        value: Value,
        /// When it expires, how it was used.
        attributes: Attributes,
    },
    /// The end. What was fed beyond it is at [`Reader::rest`].
    Eof(Checksum),
}

/// Reads one stream of RDB.
///
/// Strings share memory with what was fed; who keeps a small one for long copies it.
///
/// ```
/// use shoal_rdb::{Item, Reader, Value, Writer, WriterConfig};
///
/// let mut writer = Writer::new(WriterConfig::default());
/// writer.select_db(0);
/// writer.string(&Default::default(), b"key", b"value");
/// let file = writer.finish();
///
/// let mut reader = Reader::new(Default::default());
/// let mut seen = Vec::new();
/// for piece in file.chunks(7) {
///     reader.feed(piece);
///     while let Some(item) = reader.next()? {
///         seen.push(item);
///     }
/// }
/// reader.finish()?;
/// assert!(matches!(&seen[1], Item::Entry { key, value: Value::String(v), .. } if key == "key" && v == "value"));
/// # Ok::<(), shoal_rdb::RdbError>(())
/// ```
#[derive(Debug)]
pub struct Reader {
    limits: Limits,
    buffer: BytesMut,
    /// Where the buffer starts in the stream.
    offset: u64,
    /// Where the present step started: errors count from here.
    step_offset: u64,
    crc: Crc64,
    version: u16,
    attributes: Attributes,
    skipped_empty: u64,
    state: State,
}

#[derive(Debug)]
enum State {
    Header,
    Body,
    Pairs(PartialHash),
    Checksum,
    Done,
    Failed(RdbError),
}

/// A hash of which some fields have arrived.
#[derive(Debug)]
struct PartialHash {
    key: Bytes,
    attributes: Attributes,
    missing: u64,
    pairs: Vec<(Bytes, Bytes)>,
}

/// What one step did.
enum Step {
    Item(Item),
    /// Something was read that is no item of its own.
    Silent,
}

impl Reader {
    /// A reader at the start of a stream.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            buffer: BytesMut::new(),
            offset: 0,
            step_offset: 0,
            crc: Crc64::new(),
            version: 0,
            attributes: Attributes::default(),
            skipped_empty: 0,
            state: State::Header,
        }
    }

    /// Takes the next bytes of the stream. They are copied; poll with [`Self::next`] until it wants more.
    /// After an error they are dropped.
    pub fn feed(&mut self, bytes: &[u8]) {
        if !matches!(self.state, State::Failed(_)) {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// The next item; `Ok(None)` wants more bytes, or after the end says that there is nothing more.
    ///
    /// # Errors
    /// [`RdbError`] if the stream is damaged. The same error comes again on every later call.
    #[allow(clippy::should_implement_trait)] // An iterator could not say "not yet" and go on later.
    pub fn next(&mut self) -> Result<Option<Item>, RdbError> {
        loop {
            match self.step() {
                Ok(Step::Item(item)) => return Ok(Some(item)),
                Ok(Step::Silent) => {}
                Err(Stop::Incomplete) => return Ok(None),
                Err(Stop::Bad(kind, at)) => return Err(self.fail(kind, at)),
            }
        }
    }

    /// Says that no more bytes come.
    ///
    /// # Errors
    /// [`RdbErrorKind::UnexpectedEnd`] if the end of the stream was not read, or the error that was met before.
    pub fn finish(&self) -> Result<(), RdbError> {
        match &self.state {
            State::Done => Ok(()),
            State::Failed(error) => Err(*error),
            _ => Err(RdbError {
                kind: RdbErrorKind::UnexpectedEnd,
                offset: self.offset + self.buffer.len() as u64,
            }),
        }
    }

    /// Whether [`Item::Eof`] was read.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }

    /// How many bytes of the stream were used up.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// The version of the format, once the header was read.
    #[must_use]
    pub const fn version(&self) -> u16 {
        self.version
    }

    /// How many keys with an empty aggregate were left out, as the reference servers do.
    #[must_use]
    pub const fn skipped_empty(&self) -> u64 {
        self.skipped_empty
    }

    /// How many bytes wait for the rest of their item.
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.buffer.len()
    }

    /// What was fed beyond the end: the commands behind the RDB part of an AOF file, the stream behind a full
    /// synchronisation.
    #[must_use]
    pub fn rest(&mut self) -> Bytes {
        if self.is_done() {
            self.buffer.split().freeze()
        } else {
            Bytes::new()
        }
    }

    fn fail(&mut self, kind: RdbErrorKind, at: usize) -> RdbError {
        let error = match self.state {
            State::Failed(error) => error,
            _ => RdbError {
                kind,
                offset: self.step_offset + at as u64,
            },
        };
        self.buffer = BytesMut::new();
        self.state = State::Failed(error);
        error
    }

    fn cursor(&self) -> Cursor<'_> {
        Cursor::new(&self.buffer, self.limits.string_len_max)
    }

    /// Takes the first bytes off the buffer, for good.
    fn consume(&mut self, len: usize) -> Bytes {
        let bytes = self.buffer.split_to(len).freeze();
        self.crc.update(&bytes);
        self.offset += len as u64;
        bytes
    }

    fn step(&mut self) -> Result<Step, Stop> {
        self.step_offset = self.offset;
        match self.state {
            State::Header => self.header(),
            State::Body => self.body(),
            State::Pairs(_) => self.pairs(),
            State::Checksum => self.checksum(),
            State::Done => Err(Stop::Incomplete),
            State::Failed(error) => Err(Stop::bad(error.kind, 0)),
        }
    }

    fn header(&mut self) -> Result<Step, Stop> {
        const MAGIC: &[u8; 5] = b"REDIS";
        // A wrong signature is told as soon as it shows, not after nine bytes.
        if self
            .buffer
            .iter()
            .zip(MAGIC)
            .any(|(found, expected)| found != expected)
        {
            return Err(Stop::bad(RdbErrorKind::BadSignature, 0));
        }
        let mut cursor = self.cursor();
        cursor.take(MAGIC.len())?;
        let digits: [u8; 4] = cursor.array()?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(Stop::bad(RdbErrorKind::BadSignature, MAGIC.len()));
        }
        let version = digits
            .iter()
            .fold(0, |version, digit| version * 10 + u16::from(digit - b'0'));
        if version == 0 || version > VERSION_MAX {
            return Err(Stop::bad(RdbErrorKind::BadVersion(version), MAGIC.len()));
        }
        self.version = version;
        self.state = State::Body;
        self.consume(MAGIC.len() + digits.len());
        Ok(Step::Silent)
    }

    fn body(&mut self) -> Result<Step, Stop> {
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
    fn pairs(&mut self) -> Result<Step, Stop> {
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

    fn checksum(&mut self) -> Result<Step, Stop> {
        if self.version < VERSION_WITH_CHECKSUM {
            self.state = State::Done;
            return Ok(Step::Item(Item::Eof(Checksum::NotChecked)));
        }
        let mut cursor = self.cursor();
        let found = u64::from_le_bytes(cursor.array()?);
        let computed = self.crc.value();
        let checked = found != 0 && self.limits.verify_checksum;
        if checked && found != computed {
            return Err(Stop::bad(
                RdbErrorKind::WrongChecksum { found, computed },
                0,
            ));
        }
        self.buffer.advance(8);
        self.offset += 8;
        self.state = State::Done;
        Ok(Step::Item(Item::Eof(if checked {
            Checksum::Verified
        } else {
            Checksum::NotChecked
        })))
    }
}

/// How many fields of a large hash are taken at once, so that a step stays short.
const PAIRS_PER_STEP: u64 = 1024;

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
