//! A slot, and which slot a key lives in.

use core::fmt;

use crc::{CRC_16_XMODEM, Crc, Table};

/// How many hash slots a cluster has.
pub const SLOT_COUNT: u16 = 16384;

/// One of the 16384 hash slots. [`Slot::new`] and [`Slot::of_key`] are the only ways in, so an existing
/// `Slot` is always in range.
///
/// ```
/// use shoal_slots::Slot;
///
/// assert_eq!(Slot::of_key(b"foo"), Slot::of_key(b"{foo}bar"));
/// assert_eq!(Slot::of_key(b"foo").get(), 12182);
/// assert_eq!(Slot::new(16384), None);
/// ```
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Slot(u16);

impl Slot {
    /// The slot with this number, if it is below 16384.
    #[must_use]
    pub const fn new(number: u16) -> Option<Self> {
        if number < SLOT_COUNT {
            Some(Self(number))
        } else {
            None
        }
    }

    /// The slot of a key: CRC16 (XMODEM) of the key or of its hash tag, modulo 16384.
    #[inline]
    #[must_use]
    pub fn of_key(key: &[u8]) -> Self {
        Self(crc16(hash_tag(key)) & (SLOT_COUNT - 1))
    }

    /// The number of the slot, 0 to 16383.
    #[inline]
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }

    /// The number of the slot, as an index.
    #[inline]
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// All slots in ascending order.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator {
        (0..SLOT_COUNT).map(Self)
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Slot({})", self.0)
    }
}

/// From this length on, sixteen bytes at a time are faster than one.
const SLICING_MIN: usize = 16;

static SLICING: Crc<u16, Table<16>> = Crc::<u16, Table<16>>::new(&CRC_16_XMODEM);

/// CRC16 (XMODEM). Of the two crates each is the faster one for its lengths: for a key of 16 bytes slicing takes a
/// third of the time, for one of 8 twice as long.
#[inline]
fn crc16(bytes: &[u8]) -> u16 {
    if bytes.len() < SLICING_MIN {
        crc16::State::<crc16::XMODEM>::calculate(bytes)
    } else {
        SLICING.checksum(bytes)
    }
}

/// The part of a key that is hashed: what stands between the first `{` and the first `}` after it, if
/// that is not empty; otherwise the whole key.
#[inline]
#[must_use]
pub fn hash_tag(key: &[u8]) -> &[u8] {
    let Some(open) = key.iter().position(|&b| b == b'{') else {
        return key;
    };
    let rest = &key[open + 1..];
    match rest.iter().position(|&b| b == b'}') {
        None | Some(0) => key,
        Some(close) => &rest[..close],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_tags_hash_the_whole_key() {
        for (key, slot) in [
            (&b"foo{}{bar}"[..], 8363),
            (b"", 0),
            (b"{foo}bar", 12182),
            (b"user:1", 10778),
        ] {
            assert_eq!(Slot::of_key(key).get(), slot);
        }
        assert_eq!(hash_tag(b"a{b}c{d}"), b"b");
        assert_eq!(hash_tag(b"a}b{}c{d}"), b"a}b{}c{d}");
        assert_eq!(hash_tag(b"a{bc"), b"a{bc");
    }

    #[test]
    fn short_and_long_keys_are_hashed_alike() {
        let bytes: alloc::vec::Vec<u8> = (0..200_u8).map(|n| n.wrapping_mul(37)).collect();
        for len in 0..bytes.len() {
            let expected = crc16::State::<crc16::XMODEM>::calculate(&bytes[..len]);
            assert_eq!(
                (crc16(&bytes[..len]), SLICING.checksum(&bytes[..len])),
                (expected, expected),
                "{len}"
            );
        }
        assert_eq!(crc16(b"123456789"), 0x31c3);
    }
}
