//! The recent bytes of the stream, addressed by [`ReplOffset`].
//!
//! One copy of the stream serves everybody: replicas that come back read from it, and attached replicas
//! are cursors into it instead of owning output buffers. It is a queue of equal chunks, so that finding an
//! offset is a division, and so that trimming never waits for one huge command to be gone: with one node
//! per command, a value larger than every limit made replicas resynchronise for ever (Redis issue 11666).

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use shoal_slots::ReplOffset;

use crate::config::BACKLOG_SIZE_MIN;

/// Bytes per chunk.
const CHUNK_LEN: usize = BACKLOG_SIZE_MIN as usize;

/// The last bytes of a replication stream.
///
/// Offsets count bytes, so "after offset 10" means: the eleventh byte comes next.
///
/// ```
/// use shoal_replication::Backlog;
/// use shoal_slots::ReplOffset;
///
/// let mut backlog = Backlog::new(1024 * 1024, ReplOffset(100));
/// backlog.append(b"abc");
/// assert_eq!(backlog.end(), ReplOffset(103));
/// assert_eq!(backlog.read(ReplOffset(101)), Some(&b"bc"[..]));
/// assert_eq!(backlog.read(ReplOffset(99)), None);
/// ```
#[derive(Clone, Debug)]
pub struct Backlog {
    /// How much is kept when nobody holds more.
    size: u64,
    /// Offset after which the first kept byte follows.
    start: u64,
    /// Offset of the last byte.
    end: u64,
    /// All but the last are full, and the first begins after `start`.
    chunks: VecDeque<Vec<u8>>,
    /// A chunk that was trimmed, kept for the next need.
    spare: Option<Vec<u8>>,
}

impl Backlog {
    /// An empty backlog whose first byte will be the one after `offset`.
    #[must_use]
    pub fn new(size: u64, offset: ReplOffset) -> Self {
        Self {
            size: size.max(BACKLOG_SIZE_MIN),
            start: offset.0,
            end: offset.0,
            chunks: VecDeque::new(),
            spare: None,
        }
    }

    /// How many bytes are kept when no replica holds more (`repl_backlog_size`).
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Changes [`Backlog::size`]; takes effect with the next [`Backlog::trim`].
    pub fn resize(&mut self, size: u64) {
        self.size = size.max(BACKLOG_SIZE_MIN);
    }

    /// The offset after which the first kept byte follows. The byte's own number, which INFO calls
    /// `repl_backlog_first_byte_offset`, is one more.
    #[must_use]
    pub const fn start(&self) -> ReplOffset {
        ReplOffset(self.start)
    }

    /// The offset of the last byte.
    #[must_use]
    pub const fn end(&self) -> ReplOffset {
        ReplOffset(self.end)
    }

    /// How many bytes are kept (`repl_backlog_histlen`).
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.end - self.start
    }

    /// Whether nothing is kept.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.end == self.start
    }

    /// Bytes of memory held.
    #[must_use]
    pub fn memory(&self) -> usize {
        (self.chunks.len() + usize::from(self.spare.is_some())) * CHUNK_LEN
    }

    /// Whether somebody who has everything up to `offset` can go on from here.
    #[must_use]
    pub const fn covers(&self, offset: ReplOffset) -> bool {
        self.start <= offset.0 && offset.0 <= self.end
    }

    /// Adds bytes at the end. Nothing is dropped: see [`Backlog::trim`].
    pub fn append(&mut self, mut bytes: &[u8]) {
        self.end = self.end.saturating_add(bytes.len() as u64);
        while !bytes.is_empty() {
            if self
                .chunks
                .back()
                .is_none_or(|chunk| chunk.len() == CHUNK_LEN)
            {
                let fresh = self
                    .spare
                    .take()
                    .unwrap_or_else(|| Vec::with_capacity(CHUNK_LEN));
                self.chunks.push_back(fresh);
            }
            let Some(chunk) = self.chunks.back_mut() else {
                return;
            };
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK_LEN - chunk.len()));
            chunk.extend_from_slice(now);
            bytes = later;
        }
    }

    /// Drops whole chunks beyond [`Backlog::size`], but none that somebody who has everything up to
    /// `slowest` still has to read.
    pub fn trim(&mut self, slowest: Option<ReplOffset>) {
        while let Some(first) = self.chunks.front() {
            let first_end = self.start + first.len() as u64;
            let spare_len = self.end - first_end;
            let held = slowest.is_some_and(|offset| offset.0 < first_end);
            if held || spare_len < self.size || first.len() < CHUNK_LEN {
                return;
            }
            self.start = first_end;
            if let Some(mut chunk) = self.chunks.pop_front() {
                chunk.clear();
                self.spare = Some(chunk);
            }
        }
    }

    /// Bytes that follow `offset`, as many as lie together; empty at the end, `None` if they are not
    /// (or not yet) here.
    #[must_use]
    pub fn read(&self, offset: ReplOffset) -> Option<&[u8]> {
        if !self.covers(offset) {
            return None;
        }
        let distance = usize::try_from(offset.0 - self.start).ok()?;
        match self.chunks.get(distance / CHUNK_LEN) {
            Some(chunk) => chunk.get(distance % CHUNK_LEN..),
            None => Some(&[]),
        }
    }
}
