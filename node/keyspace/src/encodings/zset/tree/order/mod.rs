//! The members in order: a B+-tree that knows how many members lie in each of its parts.
//!
//! It is a sequence more than a map. What is changed is said by rank, and a rank is found by asking each
//! member on the way whether it lies before the place in question, so that one search serves exact members,
//! score ranges and lexicographical ranges alike. A range is an interval of ranks.
//!
//! A leaf holds up to 63 scores and numbers, twelve bytes each. A full leaf first gives to a neighbour that
//! has room; what comes in at either end leaves full leaves behind.

mod balance;
mod branch;
mod leaf;
mod row;
mod walk;

use branch::Branch;
use leaf::Leaf;
pub(super) use walk::Walk;

use super::members::Handle;

/// A member as the order knows it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Item {
    pub(super) score: f64,
    pub(super) handle: Handle,
}

/// The sequence of all members.
#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    root: Node,
    len: usize,
    leaves: usize,
    branches: usize,
}

/// A part of the tree.
#[derive(Clone, Debug)]
enum Node {
    Leaf(Box<Leaf>),
    Branch(Box<Branch>),
}

impl Default for Node {
    fn default() -> Self {
        Self::Leaf(Box::default())
    }
}

/// Whether a part lies at the beginning or the end of the whole.
#[derive(Clone, Copy, Debug)]
struct Edge {
    first: bool,
    last: bool,
}

/// What an insertion did to the shape of a part.
enum Grown {
    No,
    /// A new part, to stand behind this one.
    Split(Node),
}

impl Order {
    /// How many members there are.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// The memory of the tree, without this struct.
    pub(super) const fn bytes(&self) -> usize {
        (self.leaves + 1) * size_of::<Leaf>() + self.branches * Branch::BYTES
    }

    /// How many leaves there are besides the first.
    pub(super) const fn leaves(&self) -> usize {
        self.leaves
    }

    /// How many members lie before a place. `before` says it of one, and must agree with the order.
    #[inline]
    pub(super) fn seek(&self, mut before: impl FnMut(Item) -> bool) -> usize {
        let (mut node, mut rank) = (&self.root, 0);
        loop {
            match node {
                Node::Leaf(leaf) => return rank + leaf.seek(before),
                Node::Branch(branch) => {
                    let Some((skipped, child)) = branch.seek(&mut before) else {
                        return rank;
                    };
                    rank += skipped;
                    node = child;
                }
            }
        }
    }

    /// The leaf with the member of a rank, and where the member is in it.
    #[inline]
    fn leaf_at(&self, mut rank: usize) -> Option<(&Leaf, usize)> {
        let mut node = &self.root;
        loop {
            match node {
                Node::Leaf(leaf) => return (rank < leaf.len()).then_some((leaf, rank)),
                Node::Branch(branch) => {
                    let (at, inside) = branch.child_with(rank)?;
                    rank = inside;
                    node = branch.child(at)?;
                }
            }
        }
    }

    /// The member of a rank.
    #[cfg(test)]
    pub(super) fn at(&self, rank: usize) -> Option<Item> {
        let (leaf, at) = self.leaf_at(rank)?;
        leaf.get(at)
    }

    /// The members from a rank on, upwards or downwards.
    pub(super) fn walk(&self, from: usize, down: bool) -> Walk<'_> {
        Walk::new(self, from, down)
    }

    /// Puts a member at a rank. The caller knows that it belongs there.
    pub(super) fn insert(&mut self, rank: usize, item: Item) {
        let edge = Edge {
            first: true,
            last: true,
        };
        let mut made = (0, 0);
        if let Grown::Split(right) = self.root.insert(rank, item, edge, &mut made) {
            let left = core::mem::take(&mut self.root);
            self.root = Node::Branch(Box::new(Branch::of(left, right)));
            made.1 += 1;
        }
        self.len += 1;
        self.leaves += made.0;
        self.branches += made.1;
    }

    /// Takes the member of a rank out.
    pub(super) fn remove(&mut self, rank: usize) -> Option<Item> {
        let mut gone = (0, 0);
        let item = self.root.remove(rank, &mut gone)?;
        self.len -= 1;
        self.leaves -= gone.0;
        self.branches -= gone.1;
        while let Node::Branch(branch) = &mut self.root {
            let Some(only) = branch.take_only() else {
                break;
            };
            self.root = only;
            self.branches -= 1;
        }
        Some(item)
    }

    /// Changes the score of the member of a rank if it keeps that rank for sure. False if that would need a
    /// closer look.
    pub(super) fn rescore(&mut self, rank: usize, score: f64) -> bool {
        self.root.rescore(rank, score)
    }

    /// Frees a leaf or so. The order is of no use afterwards. False if there is nothing left.
    pub(super) fn free_leaf(&mut self) -> bool {
        self.len = 0;
        let Node::Branch(branch) = &mut self.root else {
            return false;
        };
        if !branch.free_leaf() {
            self.root = Node::default();
        }
        self.leaves = self.leaves.saturating_sub(1);
        true
    }
}

impl Node {
    fn count(&self) -> usize {
        match self {
            Self::Leaf(leaf) => leaf.len(),
            Self::Branch(branch) => branch.count(),
        }
    }

    /// The first member. Only the root of an empty order has none.
    fn first(&self) -> Option<Item> {
        match self {
            Self::Leaf(leaf) => leaf.get(0),
            Self::Branch(branch) => branch.first(),
        }
    }

    /// Puts a member at a rank. `made` counts new leaves and branches.
    fn insert(&mut self, rank: usize, item: Item, edge: Edge, made: &mut (usize, usize)) -> Grown {
        match self {
            Self::Leaf(leaf) => match leaf.insert(rank, item, edge) {
                None => Grown::No,
                Some(right) => {
                    made.0 += 1;
                    Grown::Split(Self::Leaf(right))
                }
            },
            Self::Branch(branch) => match branch.insert(rank, item, edge, made) {
                None => Grown::No,
                Some(right) => {
                    made.1 += 1;
                    Grown::Split(Self::Branch(right))
                }
            },
        }
    }

    /// Takes the member of a rank out. `gone` counts leaves and branches that were given up.
    fn remove(&mut self, rank: usize, gone: &mut (usize, usize)) -> Option<Item> {
        match self {
            Self::Leaf(leaf) => leaf.remove(rank),
            Self::Branch(branch) => branch.remove(rank, gone),
        }
    }

    fn rescore(&mut self, rank: usize, score: f64) -> bool {
        match self {
            Self::Leaf(leaf) => leaf.rescore(rank, score),
            Self::Branch(branch) => branch.rescore(rank, score),
        }
    }
}

#[cfg(test)]
mod tests;
