//! Keeping the parts of a branch neither too full nor too empty.

use super::Node;
use super::branch::{self, Branch};
use super::leaf::{self, Leaf};

/// A branch with fewer children looks for a neighbour to join.
const FEW: usize = branch::CAPACITY / 3;
/// A full leaf gives to a neighbour that has room for so many.
const SPILL_MIN: usize = 8;

impl Branch {
    /// If a child is a full leaf and the one beside it has room, evens the two out.
    pub(super) fn spill(&mut self, at: usize) -> bool {
        let count = |at: usize| self.counts.get(at).map_or(usize::MAX, |n| n as usize);
        let is_leaf = matches!(self.children.get(at), Some(Node::Leaf(_)));
        if !is_leaf || count(at) < leaf::CAPACITY {
            return false;
        }
        let has_room = |other: usize| count(other) <= leaf::CAPACITY - SPILL_MIN;
        let left = at.checked_sub(1).filter(|&left| has_room(left));
        let Some(first) = left.or_else(|| has_room(at + 1).then_some(at)) else {
            return false;
        };
        let Some((left, right)) = self.two_leaves(first) else {
            return false;
        };
        let half = (left.len() + right.len()) / 2;
        if left.len() > half {
            left.give_right(left.len() - half, right);
        } else {
            right.give_left(half - left.len(), left);
        }
        self.refresh(first);
        self.refresh(first + 1);
        true
    }

    fn two_leaves(&mut self, first: usize) -> Option<(&mut Leaf, &mut Leaf)> {
        match self.children.get_mut(first..first + 2)? {
            [Node::Leaf(left), Node::Leaf(right)] => Some((left, right)),
            _ => None,
        }
    }

    /// Joins a child that has become small with the one before or behind it, if both fit into one.
    pub(super) fn join(&mut self, at: usize, gone: &mut (usize, usize)) {
        let Some(size) = self.children.get(at).map(Node::size) else {
            return;
        };
        if size > self.few() {
            return;
        }
        let fits = |first: usize| {
            let sizes = self.children.get(first..first + 2).unwrap_or_default();
            let both: usize = sizes.iter().map(Node::size).sum();
            sizes.len() == 2 && both <= self.most()
        };
        let before = at.checked_sub(1).filter(|&left| fits(left));
        let Some(first) = before.or_else(|| fits(at).then_some(at)) else {
            return;
        };
        let Some(right) = self.take(first + 1) else {
            return;
        };
        if let Some(left) = self.children.get_mut(first) {
            left.append(right, gone);
        }
        self.refresh(first);
    }

    const fn few(&self) -> usize {
        if self.above_leaves() { leaf::FEW } else { FEW }
    }

    const fn most(&self) -> usize {
        if self.above_leaves() {
            leaf::CAPACITY
        } else {
            branch::CAPACITY
        }
    }

    const fn above_leaves(&self) -> bool {
        matches!(self.children.as_slice().first(), Some(Node::Leaf(_)))
    }
}

impl Node {
    /// How many members or children it has itself.
    fn size(&self) -> usize {
        match self {
            Self::Leaf(leaf) => leaf.len(),
            Self::Branch(branch) => branch.len(),
        }
    }

    /// Takes over everything from the next part, which is of the same kind.
    fn append(&mut self, right: Self, gone: &mut (usize, usize)) {
        match (self, right) {
            (Self::Leaf(left), Self::Leaf(mut right)) => {
                right.move_tail(0, left);
                gone.0 += 1;
            }
            (Self::Branch(left), Self::Branch(mut right)) => {
                right.move_tail(0, left);
                gone.1 += 1;
            }
            _ => {}
        }
    }
}
