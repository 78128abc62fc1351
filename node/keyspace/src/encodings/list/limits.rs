//! How large the parts of a list may become: `list-max-listpack-size` and what follows from it.

use crate::options::Options;

/// The header and the end mark of a listpack.
pub(super) const FRAME: usize = 7;
/// What an element adds at most around a short text, as the reference server estimates it.
const OVERHEAD: usize = 8;
/// With a limit of elements, a node of several has no more bytes than this.
const SAFE_BYTES: usize = 8192;
/// The sizes that -1, -2, … stand for.
const SIZES: [usize; 5] = [4096, 8192, 16384, 32768, 65536];

/// The limits of one node, and of a list that is a single listpack.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Limits {
    bytes: usize,
    count: usize,
    /// Longer texts have a node of their own, as they are.
    plain: usize,
}

impl Limits {
    pub(crate) fn of(options: &Options) -> Self {
        let plain = options.list_packed_threshold;
        match usize::try_from(options.list_max_listpack_size) {
            Ok(count) => Self {
                bytes: usize::MAX,
                count: count.max(1),
                plain,
            },
            Err(_negative) => {
                let level = options.list_max_listpack_size.unsigned_abs() - 1;
                let level = usize::try_from(level).unwrap_or(SIZES.len());
                Self {
                    bytes: SIZES.get(level).copied().unwrap_or(65536),
                    count: usize::MAX,
                    plain,
                }
            }
        }
    }

    /// Whether a listpack of so many bytes (frame included) and elements is too large.
    pub(super) fn exceeded_by(&self, bytes: usize, count: usize) -> bool {
        count > self.count || bytes > self.bytes.min(self.safe_bytes())
    }

    /// Whether an element of `len` bytes may join a listpack of so many bytes and elements.
    pub(super) fn has_room(&self, bytes: usize, count: usize, len: usize) -> bool {
        !self.exceeded_by(
            bytes.saturating_add(len).saturating_add(OVERHEAD),
            count + 1,
        )
    }

    /// Whether this is no more than half of what is allowed: far enough from the limit to change the form.
    pub(super) const fn halved_by(&self, bytes: usize, count: usize) -> bool {
        bytes <= self.bytes / 2 && count <= self.count / 2
    }

    /// Whether a text of this length has a node of its own.
    pub(super) const fn is_plain(&self, len: usize) -> bool {
        len >= self.plain
    }

    /// Limits by size are taken as they are.
    const fn safe_bytes(&self) -> usize {
        if self.bytes == usize::MAX {
            SAFE_BYTES
        } else {
            usize::MAX
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(size: i64) -> Limits {
        Limits::of(&Options {
            list_max_listpack_size: size,
            ..Options::default()
        })
    }

    #[test]
    fn negative_sizes_are_bytes() {
        for (size, bytes) in [(-1, 4096), (-2, 8192), (-5, 65536), (-6, 65536)] {
            let limits = limits(size);
            assert!(!limits.exceeded_by(bytes, 60_000), "{size}");
            assert!(limits.exceeded_by(bytes + 1, 1), "{size}");
        }
        assert!(limits(-2).halved_by(4096, 1000) && !limits(-2).halved_by(4097, 1));
    }

    #[test]
    fn positive_sizes_are_elements_of_at_most_8_kilobytes() {
        assert!(!limits(3).exceeded_by(8192, 3));
        assert!(limits(3).exceeded_by(8192, 4));
        assert!(limits(3).exceeded_by(8193, 1));
        assert_eq!(limits(0), limits(1));
        assert!(limits(4).halved_by(1 << 20, 2) && !limits(4).halved_by(1, 3));
    }
}
