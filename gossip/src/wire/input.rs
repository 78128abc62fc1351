//! The bytes being parsed, which may or may not be shared.

use core::ops::Range;

use bytes::Bytes;

/// A packet's bytes. Payloads are taken out of shared bytes without a copy, out of a plain slice with one.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a> {
    bytes: &'a [u8],
    shared: Option<&'a Bytes>,
}

impl<'a> Input<'a> {
    pub(crate) const fn borrowed(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            shared: None,
        }
    }

    pub(crate) fn shared(bytes: &'a Bytes) -> Self {
        Self {
            bytes,
            shared: Some(bytes),
        }
    }

    pub(crate) const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The bytes in `range` as a value of their own; empty if the packet does not reach that far, which
    /// callers have excluded by then.
    pub(crate) fn take(&self, range: Range<usize>) -> Bytes {
        let Some(part) = self.bytes.get(range) else {
            return Bytes::new();
        };
        match self.shared {
            Some(whole) => whole.slice_ref(part),
            None => Bytes::copy_from_slice(part),
        }
    }
}
