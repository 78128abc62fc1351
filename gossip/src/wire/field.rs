//! Fields at fixed places. A [`Field`] carries its offset, its size and the size of its structure in its
//! type, so that a place outside the structure, or a gap between neighbours, does not compile.

/// `LEN` bytes at offset `AT` of a structure of `TOTAL` bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<const AT: usize, const LEN: usize, const TOTAL: usize>;

impl<const AT: usize, const LEN: usize, const TOTAL: usize> Field<AT, LEN, TOTAL> {
    /// Names the field; evaluated when the crate compiles.
    pub(crate) const fn new() -> Self {
        const { assert!(AT + LEN <= TOTAL, "the field reaches beyond its structure") };
        Self
    }

    /// The offset of the field.
    pub(crate) const fn start(self) -> usize {
        AT
    }

    /// The offset behind the field.
    pub(crate) const fn end(self) -> usize {
        AT + LEN
    }

    /// The bytes of the field.
    #[inline]
    pub(crate) fn read(self, structure: &[u8; TOTAL]) -> [u8; LEN] {
        let mut bytes = [0; LEN];
        bytes.copy_from_slice(&structure[AT..AT + LEN]);
        bytes
    }

    /// Puts `bytes` into the field.
    #[inline]
    pub(crate) fn write(self, structure: &mut [u8; TOTAL], bytes: [u8; LEN]) {
        structure[AT..AT + LEN].copy_from_slice(&bytes);
    }
}

macro_rules! number {
    ($len:literal, $type:ty) => {
        impl<const AT: usize, const TOTAL: usize> Field<AT, $len, TOTAL> {
            /// The field as a big-endian number.
            #[inline]
            pub(crate) fn get(self, structure: &[u8; TOTAL]) -> $type {
                <$type>::from_be_bytes(self.read(structure))
            }

            /// Writes a big-endian number.
            #[inline]
            pub(crate) fn put(self, structure: &mut [u8; TOTAL], number: $type) {
                self.write(structure, number.to_be_bytes());
            }
        }
    };
}

number!(1, u8);
number!(2, u16);
number!(4, u32);
number!(8, u64);
