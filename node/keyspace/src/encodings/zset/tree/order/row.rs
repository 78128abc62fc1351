//! A few numbers in a row that lie inside their owner: a vector without an allocation.

/// Up to `N` items.
#[derive(Clone, Debug)]
pub(super) struct Row<T, const N: usize> {
    items: [T; N],
    len: u32,
}

impl<T: Copy + Default, const N: usize> Default for Row<T, N> {
    fn default() -> Self {
        Self {
            items: [T::default(); N],
            len: 0,
        }
    }
}

impl<T: Copy + Default, const N: usize> Row<T, N> {
    pub(super) const fn len(&self) -> usize {
        self.len as usize
    }

    #[inline]
    pub(super) fn as_slice(&self) -> &[T] {
        self.items.get(..self.len()).unwrap_or_default()
    }

    #[inline]
    pub(super) fn as_mut_slice(&mut self) -> &mut [T] {
        let len = self.len();
        self.items.get_mut(..len).unwrap_or_default()
    }

    #[inline]
    pub(super) fn get(&self, at: usize) -> Option<T> {
        self.as_slice().get(at).copied()
    }

    /// Puts an item in front of the one at `at`. There must be room.
    #[inline]
    pub(super) fn insert(&mut self, at: usize, item: T) {
        debug_assert!(self.len() < N && at <= self.len());
        let len = self.len();
        if len < N && at <= len {
            self.items.copy_within(at..len, at + 1);
            if let Some(place) = self.items.get_mut(at) {
                *place = item;
            }
            self.len += 1;
        }
    }

    #[inline]
    pub(super) fn remove(&mut self, at: usize) -> Option<T> {
        let item = self.get(at)?;
        let len = self.len();
        self.items.copy_within(at + 1..len, at);
        self.len -= 1;
        Some(item)
    }

    /// Moves the items from `at` on to the end of another row, which has room for them.
    pub(super) fn move_tail(&mut self, at: usize, to: &mut Self) {
        let tail = self.as_slice().get(at..).unwrap_or_default();
        let (start, count) = (to.len(), tail.len());
        debug_assert!(start + count <= N);
        if let Some(place) = to.items.get_mut(start..start + count) {
            place.copy_from_slice(tail);
            to.len += count as u32;
            self.len -= count as u32;
        }
    }

    /// Moves the last `count` items in front of those of another row, which has room for them.
    pub(super) fn move_to_front(&mut self, count: usize, to: &mut Self) {
        let at = self.len().saturating_sub(count);
        let before = to.len();
        self.move_tail(at, to);
        to.as_mut_slice().rotate_left(before);
    }

    /// Moves the first `count` items behind those of another row, which has room for them.
    pub(super) fn move_to_back(&mut self, count: usize, to: &mut Self) {
        let count = count.min(self.len());
        self.as_mut_slice().rotate_left(count);
        let at = self.len() - count;
        self.move_tail(at, to);
    }
}
