//! HyperLogLog values: estimates of how many different elements were seen.
//!
//! They are strings in the reference server's own layout, byte for byte, because clients read and write them as
//! strings and servers send them to each other:
//!
//! ```text
//! "HYLL" | encoding u8 | 3 unused | cached cardinality u64 LE, its top bit set if stale | registers
//! ```
//!
//! There are 2^14 registers. Dense: six bits each (`dense.rs`). Sparse: runs of equal registers (`sparse.rs`), until
//! that would take more than `hll-sparse-max-bytes` or a register exceeds 32. As anybody can SET such a string,
//! nothing in it is trusted.

mod dense;
mod estimate;
mod hash;
mod sparse;
#[cfg(test)]
mod tests;

pub(crate) use sparse::Run;

/// How many registers there are.
pub(crate) const REGISTERS: usize = 1 << 14;
const HEADER: usize = 16;
const MAGIC: &[u8; 4] = b"HYLL";
const AT_ENCODING: usize = 4;
/// Where the cached cardinality lies, eight bytes in little-endian order.
pub(crate) const AT_CARDINALITY: usize = 8;
/// The last byte of the cached cardinality holds the bit that says that it is stale.
const AT_STALE: usize = 15;
const STALE: u8 = 0x80;

/// The runs of a sparse value do not add up to all registers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Corrupt;

/// How the registers are stored.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Encoding {
    Dense,
    Sparse,
}

/// Registers, one byte each, for the union of several values.
#[derive(Clone, Debug)]
pub(crate) struct Registers(Box<[u8; REGISTERS]>);

impl Registers {
    /// Of nothing.
    pub(crate) fn new() -> Self {
        Self(Box::new([0; REGISTERS]))
    }

    /// The estimate for the union.
    pub(crate) fn count(&self) -> u64 {
        let mut histogram = [0; 64];
        for &register in self.0.iter() {
            histogram[usize::from(register & dense::REGISTER_MAX)] += 1;
        }
        estimate::cardinality(&histogram)
    }

    /// All of them.
    pub(crate) const fn as_slice(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// Those that are not zero, by their index.
    fn filled(&self) -> impl Iterator<Item = (usize, u8)> {
        let all = self.0.iter().copied().enumerate();
        all.filter(|&(_, register)| register != 0)
    }
}

/// A string that looks like a HyperLogLog: header and length are right. The runs of a sparse one may still be wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hll<'a> {
    encoding: Encoding,
    header: &'a [u8; HEADER],
    body: &'a [u8],
}

impl<'a> Hll<'a> {
    /// `None` if this string is none.
    pub(crate) fn new(text: &'a [u8]) -> Option<Self> {
        let (header, body) = text.split_first_chunk::<HEADER>()?;
        let encoding = match header[AT_ENCODING] {
            0 if body.len() == dense::LEN => Encoding::Dense,
            1 => Encoding::Sparse,
            _ => return None,
        };
        header.starts_with(MAGIC).then_some(Self {
            encoding,
            header,
            body,
        })
    }

    /// How its registers are stored.
    pub(crate) const fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// How long the whole text is.
    pub(crate) const fn text_len(&self) -> usize {
        HEADER + self.body.len()
    }

    /// The cardinality that was computed last, if nothing was added since.
    pub(crate) fn cached(&self) -> Option<u64> {
        let bytes = self.header.last_chunk::<8>()?;
        (self.header[AT_STALE] & STALE == 0).then(|| u64::from_le_bytes(*bytes))
    }

    /// The estimate, computed anew.
    pub(crate) fn count(&self) -> Result<u64, Corrupt> {
        let mut histogram = [0; 64];
        match self.encoding {
            Encoding::Dense => dense::count_registers(self.body, &mut histogram),
            Encoding::Sparse => {
                for (_, run) in sparse::checked_runs(self.body)? {
                    histogram[usize::from(run.value)] += run.len as u32;
                }
            }
        }
        Ok(estimate::cardinality(&histogram))
    }

    /// Raises registers to those of this value. After an error some may have been raised.
    pub(crate) fn merge_into(&self, registers: &mut Registers) -> Result<(), Corrupt> {
        match self.encoding {
            Encoding::Dense => dense::merge_into(self.body, &mut registers.0),
            Encoding::Sparse => {
                for (first, run) in sparse::checked_runs(self.body)? {
                    for register in &mut registers.0[first..first + run.len] {
                        *register = run.value.max(*register);
                    }
                }
            }
        }
        Ok(())
    }

    /// The runs of a sparse value as they stand there, whether they add up or not.
    pub(crate) fn runs(&self) -> Option<impl Iterator<Item = Run> + use<'a>> {
        (self.encoding == Encoding::Sparse).then(|| sparse::runs(self.body))
    }
}

/// Changes a value, which is known to look like a HyperLogLog.
#[derive(Debug)]
pub(crate) struct HllMut<'a> {
    text: &'a mut Vec<u8>,
    /// `hll-sparse-max-bytes`.
    sparse_max: usize,
}

impl<'a> HllMut<'a> {
    /// `None` if this string is none.
    pub(crate) fn new(text: &'a mut Vec<u8>, sparse_max: usize) -> Option<Self> {
        Hll::new(text)?;
        Some(Self { text, sparse_max })
    }

    /// The text of an empty value.
    pub(crate) fn empty_text() -> Vec<u8> {
        let mut text = vec![0; HEADER];
        text[..MAGIC.len()].copy_from_slice(MAGIC);
        text[AT_ENCODING] = 1;
        sparse::push_zeros(&mut text, REGISTERS);
        text
    }

    /// Adds an element. Returns whether a register was raised.
    pub(crate) fn add(&mut self, element: &[u8]) -> Result<bool, Corrupt> {
        let (index, value) = hash::register_of(element);
        self.raise(index, value)
    }

    /// Raises a register to a value of at least one. Returns whether it was lower.
    pub(crate) fn raise(&mut self, index: usize, value: u8) -> Result<bool, Corrupt> {
        if self.encoding() == Encoding::Sparse {
            match sparse::raise(self.text, index, value, self.sparse_max)? {
                sparse::Raised::No => return Ok(false),
                sparse::Raised::Yes => {
                    self.mark_stale();
                    return Ok(true);
                }
                sparse::Raised::NoRoom => self.make_dense()?,
            }
        }
        Ok(dense::raise(&mut self.text[HEADER..], index, value))
    }

    /// Raises all registers to these, which are those of this value and perhaps of others.
    pub(crate) fn raise_all(&mut self, registers: &Registers) -> Result<(), Corrupt> {
        for (index, value) in registers.filled() {
            if self.encoding() == Encoding::Dense {
                break;
            }
            self.raise(index, value)?;
        }
        if self.encoding() == Encoding::Dense {
            dense::write(&mut self.text[HEADER..], &registers.0);
        }
        Ok(())
    }

    /// Makes a sparse value dense.
    pub(crate) fn make_dense(&mut self) -> Result<(), Corrupt> {
        if self.encoding() == Encoding::Dense {
            return Ok(());
        }
        let mut registers = Registers::new();
        for (first, run) in sparse::checked_runs(&self.text[HEADER..])? {
            registers.0[first..first + run.len].fill(run.value);
        }
        self.text.resize(HEADER + dense::LEN, 0);
        self.text[AT_ENCODING] = 0;
        dense::write(&mut self.text[HEADER..], &registers.0);
        Ok(())
    }

    /// How its registers are stored.
    pub(crate) fn encoding(&self) -> Encoding {
        match self.text[AT_ENCODING] {
            0 => Encoding::Dense,
            _ => Encoding::Sparse,
        }
    }

    /// Says that the cached cardinality is no longer right.
    pub(crate) fn mark_stale(&mut self) {
        self.text[AT_STALE] |= STALE;
    }
}
