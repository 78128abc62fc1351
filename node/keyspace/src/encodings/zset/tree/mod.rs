//! A large sorted set: its members, an index over their texts and an order over their scores.
//!
//! Members are stored once and known by numbers of four bytes, so there are no pointers between the three
//! parts, and nothing here is unsafe. A member of 16 bytes costs about 55 bytes in all: 32 where it lies, 10 in
//! the index, 14 in the order. No part ever moves more than some kilobytes at once, however large the set is.

mod index;
mod members;
mod order;

use core::cmp::Ordering;

pub(crate) use index::END;

use crate::hashing::KeyHasher;
use index::Index;
use members::{Handle, Members};
use order::{Item, Order, Walk};

/// How far ahead of a walk the members are sent for.
const AHEAD: usize = 8;

/// There are four billion members already.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Full;

/// A large sorted set.
#[derive(Clone, Debug, Default)]
pub(crate) struct ZsetTree {
    members: Members,
    index: Index,
    order: Order,
}

impl ZsetTree {
    /// How many members there are.
    pub(crate) const fn len(&self) -> usize {
        self.order.len()
    }

    /// The memory of all parts, without this struct.
    pub(crate) const fn heap_bytes(&self) -> usize {
        self.members.bytes() + self.index.bytes() + self.order.bytes()
    }

    #[inline]
    fn find(&self, hash: u64, member: &[u8]) -> Option<Handle> {
        self.index
            .find(hash, |handle| self.members.text(handle) == member)
    }

    /// The score of a member.
    #[inline]
    pub(crate) fn score(&self, member: &[u8], hasher: &KeyHasher) -> Option<f64> {
        let handle = self.find(hasher.hash(member), member)?;
        Some(self.members.score(handle))
    }

    /// The rank of a member, and its score.
    pub(crate) fn rank(&self, member: &[u8], hasher: &KeyHasher) -> Option<(usize, f64)> {
        let score = self.score(member, hasher)?;
        Some((self.rank_of(score, member), score))
    }

    /// How many members lie before a score and text.
    #[inline]
    fn rank_of(&self, score: f64, member: &[u8]) -> usize {
        self.order
            .seek(|item| match item.score.partial_cmp(&score) {
                Some(Ordering::Equal) => self.members.text(item.handle) < member,
                order => order == Some(Ordering::Less),
            })
    }

    /// How many members lie before a place, by their scores.
    #[inline]
    pub(crate) fn seek_score(&self, mut before: impl FnMut(f64) -> bool) -> usize {
        self.order.seek(|item| before(item.score))
    }

    /// How many members lie before a place, by their texts. The scores are meant to be all the same.
    pub(crate) fn seek_text(&self, mut before: impl FnMut(&[u8]) -> bool) -> usize {
        self.order
            .seek(|item| before(self.members.text(item.handle)))
    }

    /// Sets the score of a member, which must not be NaN. Returns the score that it had. Zero and minus zero are the
    /// same score: what is there stays.
    pub(crate) fn set(
        &mut self,
        member: &[u8],
        score: f64,
        hasher: &KeyHasher,
    ) -> Result<Option<f64>, Full> {
        self.assign(member, score, hasher, |old| old == score)
    }

    /// As [`set`](Self::set), but zero and minus zero replace each other.
    pub(crate) fn overwrite(
        &mut self,
        member: &[u8],
        score: f64,
        hasher: &KeyHasher,
    ) -> Result<Option<f64>, Full> {
        self.assign(member, score, hasher, |old| {
            old.to_bits() == score.to_bits()
        })
    }

    fn assign(
        &mut self,
        member: &[u8],
        score: f64,
        hasher: &KeyHasher,
        stays: impl FnOnce(f64) -> bool,
    ) -> Result<Option<f64>, Full> {
        let hash = hasher.hash(member);
        let Some(handle) = self.find(hash, member) else {
            let handle = self.members.insert(member, score).ok_or(Full)?;
            self.index.insert(hash, handle);
            let rank = self.rank_of(score, member);
            self.order.insert(rank, Item { score, handle });
            return Ok(None);
        };
        let old = self.members.score(handle);
        if !stays(old) {
            self.move_member(handle, old, score, member);
        }
        Ok(Some(old))
    }

    fn move_member(&mut self, handle: Handle, old: f64, score: f64, member: &[u8]) {
        let rank = self.rank_of(old, member);
        if !self.order.rescore(rank, score) {
            self.order.remove(rank);
            let rank = self.rank_of(score, member);
            self.order.insert(rank, Item { score, handle });
        }
        self.members.set_score(handle, score);
    }

    /// Removes a member. Returns the score that it had.
    pub(crate) fn remove(&mut self, member: &[u8], hasher: &KeyHasher) -> Option<f64> {
        let hash = hasher.hash(member);
        let handle = self.find(hash, member)?;
        let score = self.members.score(handle);
        self.order.remove(self.rank_of(score, member));
        self.index.remove(hash, handle);
        self.members.remove(handle);
        Some(score)
    }

    /// Removes the member of a rank.
    pub(crate) fn remove_at(&mut self, rank: usize, hasher: &KeyHasher) -> bool {
        let removed = self.order.remove(rank);
        if let Some(Item { handle, .. }) = removed {
            let hash = hasher.hash(self.members.text(handle));
            self.index.remove(hash, handle);
            self.members.remove(handle);
        }
        removed.is_some()
    }

    /// The member of a rank, and its score.
    #[cfg(test)]
    pub(crate) fn at(&self, rank: usize) -> Option<(&[u8], f64)> {
        let item = self.order.at(rank)?;
        Some((self.members.text(item.handle), item.score))
    }

    /// The members from a rank on, upwards or downwards, with their scores.
    pub(crate) fn walk(&self, from: usize, down: bool) -> MemberWalk<'_> {
        MemberWalk {
            tree: self,
            walk: self.order.walk(from, down),
        }
    }

    /// Visits a few members from a cursor on, and returns the cursor to go on with: [`END`] after the last.
    pub(crate) fn scan<'t>(&'t self, cursor: u64, mut visit: impl FnMut(&'t [u8], f64)) -> u64 {
        self.index.scan(cursor, |handle| {
            visit(self.members.text(handle), self.members.score(handle));
        })
    }

    /// Of how many pieces of memory it consists.
    pub(crate) const fn pieces(&self) -> usize {
        self.order.leaves() + self.members.pages() + self.index.segments()
    }

    /// Frees about `budget` pieces of memory, each of a few kilobytes at most. Returns what is left of the
    /// budget: everything is freed if that is not zero. The set is of no use afterwards.
    pub(crate) fn free_some(&mut self, budget: usize) -> usize {
        let mut left = budget;
        while left > 0 {
            let freed =
                self.order.free_leaf() || self.members.free_page() || self.index.free_segment();
            if !freed {
                return left;
            }
            left -= 1;
        }
        0
    }
}

/// Members in order, with their scores.
#[derive(Clone, Debug)]
pub(crate) struct MemberWalk<'t> {
    tree: &'t ZsetTree,
    walk: Walk<'t>,
}

impl<'t> Iterator for MemberWalk<'t> {
    type Item = (&'t [u8], f64);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let item = self.walk.next()?;
        if let Some(later) = self.walk.ahead(AHEAD) {
            self.tree.members.prefetch(later);
        }
        Some((self.tree.members.text(item.handle), item.score))
    }
}

#[cfg(test)]
mod tests;
