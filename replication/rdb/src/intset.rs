//! Intsets: sets of integers as a sorted array. Width (4, little-endian: 2, 4 or 8), count (4), the integers.

use crate::listpack::signed_le;

const HEADER: usize = 8;

/// Why bytes are not an intset.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum IntsetError {
    /// Shorter than the header, or not as long as width and count say.
    #[error("intset of another size than it says")]
    WrongSize,
    /// Integers of another width than 2, 4 or 8 bytes.
    #[error("intset with a width of {0}")]
    BadWidth(u32),
    /// An integer that is not greater than the one before it.
    #[error("intset that is not sorted, or has a member twice")]
    Unsorted,
}

/// An intset that has been checked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct IntsetRef<'a> {
    width: usize,
    members: &'a [u8],
}

impl<'a> IntsetRef<'a> {
    /// Checks foreign bytes.
    ///
    /// # Errors
    /// [`IntsetError`] says what is wrong.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, IntsetError> {
        let word = |at: usize| {
            let word = bytes.get(at..).and_then(<[u8]>::first_chunk);
            word.map(|word| u32::from_le_bytes(*word))
                .ok_or(IntsetError::WrongSize)
        };
        let (width, count) = (word(0)?, word(4)?);
        let members = bytes.get(HEADER..).unwrap_or_default();
        if !matches!(width, 2 | 4 | 8) {
            return Err(IntsetError::BadWidth(width));
        }
        if u64::from(width) * u64::from(count) != members.len() as u64 {
            return Err(IntsetError::WrongSize);
        }
        let set = Self {
            width: width as usize,
            members,
        };
        if set.iter().is_sorted_by(|a, b| a < b) {
            Ok(set)
        } else {
            Err(IntsetError::Unsorted)
        }
    }

    /// How many members it has.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.members.len() / self.width
    }

    /// Whether it has no members.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The members, ascending.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = i64> + Clone + use<'a> {
        self.members.chunks_exact(self.width).map(signed_le)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_of_every_width() {
        for (width, numbers) in [
            (2, [-3, 0, 7]),
            (4, [-70_000, 1, 70_000]),
            (8, [i64::MIN, -1, i64::MAX]),
        ] {
            let mut bytes = [width as u32, 3].map(u32::to_le_bytes).concat();
            for number in numbers {
                let number: i64 = number;
                bytes.extend(number.to_le_bytes().iter().take(width));
            }
            let set = IntsetRef::parse(&bytes).unwrap();
            assert!(set.iter().eq(numbers));
            assert_eq!(set.len(), 3);
        }
    }
}
