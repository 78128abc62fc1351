//! Output buffers, lent to the sessions that have something to say.
//!
//! Ten thousand idle connections must not keep ten thousand buffers: a session takes one when it starts to
//! answer and gives it back when everything is written. Buffers that grew large are freed instead of kept.

/// Buffers to lend.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    free: Vec<Vec<u8>>,
}

/// How large a fresh buffer is: a pipeline of small replies fits.
const FRESH: usize = 16 * 1024;
/// A buffer larger than this is freed, not kept.
const KEPT_BYTES_MAX: usize = 64 * 1024;
/// How many are kept.
const KEPT_COUNT_MAX: usize = 128;

impl Buffers {
    pub(crate) fn take(&mut self) -> Vec<u8> {
        self.free.pop().unwrap_or_else(|| Vec::with_capacity(FRESH))
    }

    pub(crate) fn give_back(&mut self, mut buffer: Vec<u8>) {
        if buffer.capacity() > 0
            && buffer.capacity() <= KEPT_BYTES_MAX
            && self.free.len() < KEPT_COUNT_MAX
        {
            buffer.clear();
            self.free.push(buffer);
        }
    }
}
