//! Bytes of a stream that have arrived and are not used up, and taking records off their front.

use alloc::vec::Vec;

use bytes::{Bytes, BytesMut};

use crate::crc64::Crc64;
use crate::cursor::{Cursor, Stop};
use crate::error::RdbErrorKind;
use crate::record::Record;

/// How many records are looked for at once, so that a step stays short.
const RECORDS_PER_STEP: u64 = 1024;

/// What has arrived.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) buffer: BytesMut,
    /// Where the buffer starts in the stream.
    pub(crate) offset: u64,
    pub(crate) crc: Crc64,
    /// Whether anybody will ask for the checksum.
    summed: bool,
    /// Longest string that is accepted.
    string_max: u64,
}

/// How much of a row is taken at most.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    pub(crate) records: u64,
    /// Bytes, strings as long as they are; the record that crosses the line is still taken.
    pub(crate) bytes: usize,
}

/// What was taken of a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    pub(crate) records: u64,
    pub(crate) bytes: usize,
}

impl Input {
    /// The input of a stream whose bytes will come.
    pub(crate) fn streaming(string_max: u64) -> Self {
        Self {
            buffer: BytesMut::new(),
            offset: 0,
            crc: Crc64::new(),
            summed: true,
            string_max,
        }
    }

    /// These bytes and no more.
    pub(crate) fn complete(bytes: &[u8], string_max: u64) -> Self {
        Self {
            buffer: BytesMut::from(bytes),
            summed: false,
            ..Self::streaming(string_max)
        }
    }

    pub(crate) fn cursor(&self) -> Cursor<'_> {
        Cursor::new(&self.buffer, self.string_max)
    }

    /// Takes the first bytes off, for good.
    pub(crate) fn consume(&mut self, len: usize) -> Bytes {
        let bytes = self.buffer.split_to(len.min(self.buffer.len())).freeze();
        if self.summed {
            self.crc.update(&bytes);
        }
        self.offset += len as u64;
        bytes
    }

    /// Takes one record off, or nothing of it.
    pub(crate) fn record<R: Record>(&mut self) -> Result<R, Stop> {
        let mut cursor = self.cursor();
        let raw = R::scan(&mut cursor)?;
        let used = cursor.position();
        R::take(&raw, &self.consume(used))
    }

    /// Takes the records off that have arrived completely, within the budget. `accept` gets one after the other
    /// and may refuse it. Returns how many there were, and how many bytes they are.
    pub(crate) fn records<R: Record>(
        &mut self,
        budget: Budget,
        mut accept: impl FnMut(R) -> Result<(), RdbErrorKind>,
    ) -> Result<Taken, Stop> {
        let mut cursor = self.cursor();
        let (mut raws, mut end, mut weight) = (Vec::new(), 0, 0);
        for _ in 0..budget.records.min(RECORDS_PER_STEP) {
            match R::scan(&mut cursor) {
                Ok(raw) => raws.push((end, raw)),
                // What is wrong here is told after the records before it, whose own errors come first.
                Err(_) if !raws.is_empty() => break,
                Err(stop) => return Err(stop),
            }
            (end, weight) = (cursor.position(), cursor.weight());
            if weight >= budget.bytes {
                break;
            }
        }
        let bytes = self.consume(end);
        for (at, raw) in &raws {
            accept(R::take(raw, &bytes)?).map_err(|kind| Stop::bad(kind, *at))?;
        }
        Ok(Taken {
            records: raws.len() as u64,
            bytes: weight,
        })
    }
}
