//! A leaf: scores and numbers in order.

use super::row::Row;
use super::{Edge, Item};
use crate::encodings::zset::tree::members::Handle;

/// So many that a leaf takes three quarters of a kilobyte, a size that allocators have.
pub(super) const CAPACITY: usize = 63;
/// A leaf with fewer members looks for a neighbour to join.
pub(super) const FEW: usize = CAPACITY / 3;

const _: () = assert!(size_of::<Leaf>() == 768);

#[derive(Clone, Debug, Default)]
pub(super) struct Leaf {
    scores: Row<f64, CAPACITY>,
    handles: Row<Handle, CAPACITY>,
}

impl Leaf {
    pub(super) const fn len(&self) -> usize {
        self.scores.len()
    }

    #[inline]
    pub(super) fn get(&self, at: usize) -> Option<Item> {
        Some(Item {
            score: self.scores.get(at)?,
            handle: self.handles.get(at)?,
        })
    }

    /// The numbers of all members.
    #[inline]
    pub(super) fn handles(&self) -> &[Handle] {
        self.handles.as_slice()
    }

    /// How many members lie before a place.
    #[inline]
    pub(super) fn seek(&self, mut before: impl FnMut(Item) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = (low + high) / 2;
            if self.get(middle).is_some_and(&mut before) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Puts a member in. A full leaf gives up its later half, and returns it.
    pub(super) fn insert(&mut self, at: usize, item: Item, edge: Edge) -> Option<Box<Self>> {
        if self.len() < CAPACITY {
            self.put(at, item);
            return None;
        }
        let mut right = Box::<Self>::default();
        if edge.last && at == CAPACITY {
            right.put(0, item);
        } else if edge.first && at == 0 {
            core::mem::swap(self, &mut right);
            self.put(0, item);
        } else {
            let half = CAPACITY / 2;
            self.move_tail(half, &mut right);
            if at <= half {
                self.put(at, item);
            } else {
                right.put(at - half, item);
            }
        }
        Some(right)
    }

    fn put(&mut self, at: usize, item: Item) {
        self.scores.insert(at, item.score);
        self.handles.insert(at, item.handle);
    }

    pub(super) fn remove(&mut self, at: usize) -> Option<Item> {
        Some(Item {
            score: self.scores.remove(at)?,
            handle: self.handles.remove(at)?,
        })
    }

    /// Changes a score if the members on both sides of it are here and leave room for it.
    pub(super) fn rescore(&mut self, at: usize, score: f64) -> bool {
        let neighbours = (
            at.checked_sub(1).and_then(|left| self.scores.get(left)),
            self.scores.get(at + 1),
        );
        let (Some(left), Some(right)) = neighbours else {
            return false;
        };
        let stays = left < score && score < right;
        if let Some(place) = self.scores.as_mut_slice().get_mut(at).filter(|_| stays) {
            *place = score;
        }
        stays
    }

    /// Moves the members from `at` on to the end of another leaf, which has room for them.
    pub(super) fn move_tail(&mut self, at: usize, to: &mut Self) {
        self.scores.move_tail(at, &mut to.scores);
        self.handles.move_tail(at, &mut to.handles);
    }

    /// Moves the last `count` members to the front of the next leaf.
    pub(super) fn give_right(&mut self, count: usize, right: &mut Self) {
        self.scores.move_to_front(count, &mut right.scores);
        self.handles.move_to_front(count, &mut right.handles);
    }

    /// Moves the first `count` members to the end of the leaf before.
    pub(super) fn give_left(&mut self, count: usize, left: &mut Self) {
        self.scores.move_to_back(count, &mut left.scores);
        self.handles.move_to_back(count, &mut left.handles);
    }
}
