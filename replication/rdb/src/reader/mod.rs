//! Reading a stream of RDB in whatever pieces it arrives.
//!
//! Bytes are pushed in, items are polled out. The reader keeps its place: a value is decoded when all of it has
//! arrived, an aggregate element by element (and a large one is handed out in parts), and nothing is reserved
//! for lengths that are only promised. Attempts to read an item that is not complete cost the same however much
//! of it is there.

mod body;

use bytes::{Buf, Bytes, BytesMut};

use self::body::Partial;
use crate::cursor::{Cursor, Stop};
use crate::error::{RdbError, RdbErrorKind};
use crate::input::Input;
use crate::item::{Attributes, Checksum, Item, Limits};
use crate::types::{VERSION_MAX, VERSION_WITH_CHECKSUM};

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
    input: Input,
    /// Where the present step started: errors count from here.
    step_offset: u64,
    version: u16,
    attributes: Attributes,
    skipped_empty: u64,
    state: State,
}

#[derive(Debug)]
enum State {
    Header,
    Body,
    Value(Partial),
    Checksum,
    Done,
    Failed(RdbError),
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
            input: Input::streaming(limits.string_len_max),
            step_offset: 0,
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
            self.input.buffer.extend_from_slice(bytes);
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
                offset: self.input.offset + self.input.buffer.len() as u64,
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
        self.input.offset
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
        self.input.buffer.len()
    }

    /// What was fed beyond the end: the commands behind the RDB part of an AOF file, the stream behind a full
    /// synchronisation.
    #[must_use]
    pub fn rest(&mut self) -> Bytes {
        if self.is_done() {
            self.input.buffer.split().freeze()
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
        self.input.buffer = BytesMut::new();
        self.state = State::Failed(error);
        error
    }

    fn cursor(&self) -> Cursor<'_> {
        self.input.cursor()
    }

    fn consume(&mut self, len: usize) -> Bytes {
        self.input.consume(len)
    }

    fn step(&mut self) -> Result<Step, Stop> {
        self.step_offset = self.input.offset;
        match self.state {
            State::Header => self.header(),
            State::Body => self.body(),
            State::Value(_) => self.value(),
            State::Checksum => self.checksum(),
            State::Done => Err(Stop::Incomplete),
            State::Failed(error) => Err(Stop::bad(error.kind, 0)),
        }
    }

    fn header(&mut self) -> Result<Step, Stop> {
        const MAGIC: &[u8; 5] = b"REDIS";
        // A wrong signature is told as soon as it shows, not after nine bytes.
        let buffer = &self.input.buffer;
        if buffer
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

    fn checksum(&mut self) -> Result<Step, Stop> {
        if self.version < VERSION_WITH_CHECKSUM {
            self.state = State::Done;
            return Ok(Step::Item(Item::Eof(Checksum::NotChecked)));
        }
        let mut cursor = self.cursor();
        let found = u64::from_le_bytes(cursor.array()?);
        let computed = self.input.crc.value();
        let checked = found != 0 && self.limits.verify_checksum;
        if checked && found != computed {
            return Err(Stop::bad(
                RdbErrorKind::WrongChecksum { found, computed },
                0,
            ));
        }
        self.input.buffer.advance(8);
        self.input.offset += 8;
        self.state = State::Done;
        Ok(Step::Item(Item::Eof(if checked {
            Checksum::Verified
        } else {
            Checksum::NotChecked
        })))
    }
}
