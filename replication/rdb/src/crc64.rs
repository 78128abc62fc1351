//! The checksum at the end of RDB files and DUMP payloads: CRC-64 with the polynomial of Jones, reflected,
//! starting from zero. Slicing tables (32 KiB) make it faster than the disk or network it guards.

use crc::{CRC_64_REDIS, Crc, Digest, Table};

static CRC: Crc<u64, Table<16>> = Crc::<u64, Table<16>>::new(&CRC_64_REDIS);

/// A running checksum.
///
/// ```
/// use shoal_rdb::Crc64;
///
/// let mut crc = Crc64::new();
/// crc.update(b"12345");
/// crc.update(b"6789");
/// assert_eq!(crc.value(), 0xe9c6_d914_c4b8_d9ca);
/// assert_eq!(crc.value(), Crc64::of(b"123456789"));
/// ```
#[derive(Clone)]
pub struct Crc64(Digest<'static, u64, Table<16>>);

impl Crc64 {
    /// The checksum of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self(CRC.digest())
    }

    /// Goes on with more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The checksum of all bytes so far.
    #[must_use]
    pub fn value(&self) -> u64 {
        self.0.clone().finalize()
    }

    /// The checksum of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> u64 {
        CRC.checksum(bytes)
    }
}

impl Default for Crc64 {
    fn default() -> Self {
        Self::new()
    }
}

impl core::fmt::Debug for Crc64 {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Crc64({:016x})", self.value())
    }
}
