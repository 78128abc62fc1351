//! Writing a stream of RDB, piece by piece: what was written so far can be taken away at any time, or goes to
//! a sink by itself, so a snapshot needs no more memory than its reader lags behind.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::crc64::Crc64;
use crate::encode;
use crate::item::Attributes;
use crate::types::{ValueType, opcode};
use crate::value_writer::ValueWriter;

/// The oldest version written: all types of this crate are in it, and Redis 7.0 reads it.
const VERSION_WRITTEN_MIN: u16 = 10;

/// How a stream is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WriterConfig {
    /// 10, which Redis 7.0 can load, or 11, as 7.2 writes.
    pub version: u16,
    /// Whether long strings are compressed (`rdbcompression`).
    pub compress: bool,
    /// Whether a checksum is written (`rdbchecksum`).
    pub checksum: bool,
}

impl Default for WriterConfig {
    fn default() -> Self {
        Self {
            version: VERSION_WRITTEN_MIN,
            compress: true,
            checksum: true,
        }
    }
}

/// Writes one stream of RDB.
///
/// The order is the caller's: [`Self::aux`] first, then functions, then for each database
/// [`Self::select_db`], [`Self::resize_db`] and its keys; [`Self::finish`] ends it.
#[derive(Debug)]
pub struct Writer {
    config: WriterConfig,
    sink: Option<Sink>,
    out: Vec<u8>,
    /// How much of `out` the checksum has seen.
    summed: usize,
    crc: Crc64,
}

/// Where chunks go that are large enough.
struct Sink {
    chunk: usize,
    take: Box<dyn FnMut(Vec<u8>) + Send>,
}

impl core::fmt::Debug for Sink {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Sink").field("chunk", &self.chunk).finish()
    }
}

impl Writer {
    /// A stream of which the header is written.
    #[must_use]
    pub fn new(config: WriterConfig) -> Self {
        let mut writer = Self::headless(config);
        let version = writer.version();
        writer.raw(b"REDIS00");
        let digits = [version / 10, version % 10];
        writer.raw(&digits.map(|digit| b'0' + (digit & 0x0f) as u8));
        writer
    }

    /// A stream that goes to `take` in chunks of at least this size while it is written; what
    /// [`Self::finish`] gives comes behind them. A chunk may end between the elements of a value.
    #[must_use]
    pub fn with_sink(
        config: WriterConfig,
        chunk: usize,
        take: impl FnMut(Vec<u8>) + Send + 'static,
    ) -> Self {
        let take = Box::new(take);
        Self {
            sink: Some(Sink { chunk, take }),
            ..Self::new(config)
        }
    }

    /// Without header, for values alone.
    pub(crate) fn headless(config: WriterConfig) -> Self {
        let oldest = VERSION_WRITTEN_MIN;
        let version = config.version.clamp(oldest, crate::VERSION_MAX);
        Self {
            config: WriterConfig { version, ..config },
            sink: None,
            out: Vec::new(),
            summed: 0,
            crc: Crc64::new(),
        }
    }

    /// The version of the format.
    #[must_use]
    pub const fn version(&self) -> u16 {
        self.config.version
    }

    /// Something about the stream, such as `redis-ver`.
    pub fn aux(&mut self, name: &[u8], value: &[u8]) {
        self.out.push(opcode::AUX);
        self.text(name);
        self.text(value);
    }

    /// The source of a function library.
    pub fn function(&mut self, source: &[u8]) {
        self.out.push(opcode::FUNCTION);
        self.text(source);
    }

    /// The keys that follow belong to this database.
    pub fn select_db(&mut self, database: u32) {
        self.out.push(opcode::SELECT_DB);
        encode::number(database.into(), &mut self.out);
    }

    /// How many keys follow in this database, and how many of them expire: a hint for the reader.
    pub fn resize_db(&mut self, keys: u64, expires: u64) {
        self.out.push(opcode::RESIZE_DB);
        encode::number(keys, &mut self.out);
        encode::number(expires, &mut self.out);
    }

    /// A key, whose value the result writes.
    pub fn entry<'a>(&'a mut self, attributes: &'a Attributes, key: &'a [u8]) -> ValueWriter<'a> {
        ValueWriter::new(self, Some((attributes, key)))
    }

    /// A key with a string.
    pub fn string(&mut self, attributes: &Attributes, key: &[u8], value: &[u8]) {
        self.entry(attributes, key).string(value);
    }

    /// A key with a hash, from its pairs.
    pub fn hash<'a, I>(&mut self, attributes: &Attributes, key: &[u8], pairs: I)
    where
        I: IntoIterator<Item = (&'a [u8], &'a [u8]), IntoIter: ExactSizeIterator>,
    {
        self.entry(attributes, key).hash_of(pairs);
    }

    /// A key with a hash that is a listpack of fields and values already.
    pub fn hash_listpack(&mut self, attributes: &Attributes, key: &[u8], listpack: &[u8]) {
        self.entry(attributes, key).hash_listpack(listpack);
    }

    /// How many bytes wait to be taken.
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.out.len()
    }

    /// Takes what was written since the last time.
    #[must_use]
    pub fn take(&mut self) -> Vec<u8> {
        self.sum();
        self.summed = 0;
        core::mem::take(&mut self.out)
    }

    /// Moves what was written since the last time to the end of `target`, keeping the buffer for later.
    pub fn drain_into(&mut self, target: &mut Vec<u8>) {
        self.sum();
        self.summed = 0;
        target.append(&mut self.out);
    }

    /// Writes the end, and gives what was not taken before.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        self.out.push(opcode::EOF);
        self.sum();
        let checksum = if self.config.checksum {
            self.crc.value()
        } else {
            0
        };
        self.out.extend_from_slice(&checksum.to_le_bytes());
        self.out
    }

    pub(crate) fn key(&mut self, attributes: &Attributes, kind: ValueType, key: &[u8]) {
        if let Some(at) = attributes.expire_at {
            self.out.push(opcode::EXPIRE_MS);
            self.out.extend_from_slice(&at.to_le_bytes());
        }
        if let Some(secs) = attributes.idle_secs {
            self.out.push(opcode::IDLE);
            encode::number(secs, &mut self.out);
        }
        if let Some(freq) = attributes.freq {
            self.out.extend_from_slice(&[opcode::FREQ, freq]);
        }
        self.out.push(kind.id());
        self.text(key);
    }

    pub(crate) fn text(&mut self, text: &[u8]) {
        encode::string(text, self.config.compress, &mut self.out);
    }

    pub(crate) fn number(&mut self, number: u64) {
        encode::number(number, &mut self.out);
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    pub(crate) fn byte(&mut self, byte: u8) {
        self.out.push(byte);
    }

    /// Between two elements: what there is goes to the sink, if it is enough.
    pub(crate) fn pause(&mut self) {
        let enough = |sink: &Sink| self.out.len() >= sink.chunk;
        if self.sink.as_ref().is_some_and(enough) {
            let chunk = self.take();
            if let Some(sink) = &mut self.sink {
                (sink.take)(chunk);
            }
        }
    }

    fn sum(&mut self) {
        if self.config.checksum {
            self.crc
                .update(self.out.get(self.summed..).unwrap_or_default());
        }
        self.summed = self.out.len();
    }
}
