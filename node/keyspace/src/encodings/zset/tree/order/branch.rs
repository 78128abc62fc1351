//! A branch: for each of its children the first member and how many there are.

use super::row::Row;
use super::{Edge, Grown, Item, Node};
use crate::encodings::zset::tree::members::Handle;

/// So many children make a branch of a few cache lines for each kind of knowledge.
pub(super) const CAPACITY: usize = 64;

#[derive(Clone, Debug, Default)]
pub(super) struct Branch {
    /// The first member of each child.
    scores: Row<f64, CAPACITY>,
    handles: Row<Handle, CAPACITY>,
    pub(super) counts: Row<u32, CAPACITY>,
    pub(super) children: Vec<Node>,
}

impl Branch {
    /// The memory of a branch with the list of its children.
    pub(super) const BYTES: usize = size_of::<Self>() + CAPACITY * size_of::<Node>();

    fn new() -> Self {
        Self {
            children: Vec::with_capacity(CAPACITY),
            ..Self::default()
        }
    }

    pub(super) fn of(left: Node, right: Node) -> Self {
        let mut branch = Self::new();
        branch.put(0, left);
        branch.put(1, right);
        branch
    }

    pub(super) fn len(&self) -> usize {
        self.children.len()
    }

    pub(super) fn count(&self) -> usize {
        self.counts.as_slice().iter().map(|&n| n as usize).sum()
    }

    pub(super) fn first(&self) -> Option<Item> {
        self.key(0)
    }

    #[inline]
    fn key(&self, at: usize) -> Option<Item> {
        Some(Item {
            score: self.scores.get(at)?,
            handle: self.handles.get(at)?,
        })
    }

    #[inline]
    pub(super) fn child(&self, at: usize) -> Option<&Node> {
        self.children.get(at)
    }

    /// The last child that begins before a place, and how many members lie before that child. `None` if the
    /// place is the beginning.
    #[inline]
    pub(super) fn seek(&self, before: &mut impl FnMut(Item) -> bool) -> Option<(usize, &Node)> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = (low + high) / 2;
            if self.key(middle).is_some_and(&mut *before) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let at = low.checked_sub(1)?;
        let skipped = self.counts.as_slice().iter().take(at);
        Some((skipped.map(|&n| n as usize).sum(), self.child(at)?))
    }

    /// The child with the member of a rank, and the rank inside of it.
    #[inline]
    pub(super) fn child_with(&self, mut rank: usize) -> Option<(usize, usize)> {
        for (at, &count) in self.counts.as_slice().iter().enumerate() {
            if rank < count as usize {
                return Some((at, rank));
            }
            rank -= count as usize;
        }
        None
    }

    /// The child where a member of a new rank goes: the earlier one, if it could be either.
    fn child_for(&self, rank: usize) -> (usize, usize) {
        match rank.checked_sub(1).map(|before| self.child_with(before)) {
            None => (0, 0),
            Some(Some((at, before))) => (at, before + 1),
            Some(None) => {
                let last = self.len().saturating_sub(1);
                (last, self.counts.get(last).unwrap_or(0) as usize)
            }
        }
    }

    /// Puts a member at a rank. A full branch gives up its later half, and returns it.
    pub(super) fn insert(
        &mut self,
        rank: usize,
        item: Item,
        edge: Edge,
        made: &mut (usize, usize),
    ) -> Option<Box<Self>> {
        let (mut at, mut inside) = self.child_for(rank);
        if self.spill(at) {
            (at, inside) = self.child_for(rank);
        }
        let edge = Edge {
            first: edge.first && at == 0,
            last: edge.last && at + 1 == self.len(),
        };
        let grown = self.children.get_mut(at)?.insert(inside, item, edge, made);
        self.refresh(at);
        match grown {
            Grown::No => None,
            Grown::Split(right) => self.insert_child(at + 1, right, edge),
        }
    }

    fn insert_child(&mut self, at: usize, child: Node, edge: Edge) -> Option<Box<Self>> {
        if self.len() < CAPACITY {
            self.put(at, child);
            return None;
        }
        let mut right = Box::new(Self::new());
        let keep = if edge.last { CAPACITY } else { CAPACITY / 2 };
        self.move_tail(keep, &mut right);
        if at < keep || (at == keep && !edge.last) {
            self.put(at, child);
        } else {
            right.put(at - keep, child);
        }
        Some(right)
    }

    fn put(&mut self, at: usize, child: Node) {
        let first = child.first().unwrap_or_default();
        self.scores.insert(at, first.score);
        self.handles.insert(at, first.handle);
        self.counts.insert(at, child.count() as u32);
        self.children.insert(at.min(self.children.len()), child);
    }

    pub(super) fn take(&mut self, at: usize) -> Option<Node> {
        self.scores.remove(at)?;
        self.handles.remove(at)?;
        self.counts.remove(at)?;
        Some(self.children.remove(at))
    }

    /// Writes down anew what a child begins with and how much it holds.
    pub(super) fn refresh(&mut self, at: usize) {
        let Some(child) = self.children.get(at) else {
            return;
        };
        let (first, count) = (child.first().unwrap_or_default(), child.count());
        set(self.scores.as_mut_slice(), at, first.score);
        set(self.handles.as_mut_slice(), at, first.handle);
        set(self.counts.as_mut_slice(), at, count as u32);
    }

    /// Takes the member of a rank out.
    pub(super) fn remove(&mut self, rank: usize, gone: &mut (usize, usize)) -> Option<Item> {
        let (at, inside) = self.child_with(rank)?;
        let item = self.children.get_mut(at)?.remove(inside, gone)?;
        self.refresh(at);
        self.join(at, gone);
        Some(item)
    }

    /// Moves the children from `at` on to the end of another branch, which has room for them.
    pub(super) fn move_tail(&mut self, at: usize, to: &mut Self) {
        self.scores.move_tail(at, &mut to.scores);
        self.handles.move_tail(at, &mut to.handles);
        self.counts.move_tail(at, &mut to.counts);
        let at = at.min(self.children.len());
        to.children.extend(self.children.drain(at..));
    }

    /// The child that is alone, taken out.
    pub(super) fn take_only(&mut self) -> Option<Node> {
        (self.len() <= 1).then(|| self.children.pop().unwrap_or_default())
    }

    pub(super) fn rescore(&mut self, rank: usize, score: f64) -> bool {
        let Some((at, inside)) = self.child_with(rank) else {
            return false;
        };
        let child = self.children.get_mut(at);
        child.is_some_and(|child| child.rescore(inside, score))
    }

    /// Frees the last leaf, or the last branch if it has none left. False if there is nothing left.
    pub(super) fn free_leaf(&mut self) -> bool {
        if let Some(Node::Branch(branch)) = self.children.last_mut()
            && branch.free_leaf()
        {
            return true;
        }
        self.children.pop().is_some()
    }
}

fn set<T>(row: &mut [T], at: usize, value: T) {
    if let Some(place) = row.get_mut(at) {
        *place = value;
    }
}

#[cfg(test)]
impl Branch {
    pub(super) fn check(&self, visit: &mut dyn FnMut(&Node)) {
        assert!(self.len() <= CAPACITY && !self.children.is_empty());
        for (at, child) in self.children.iter().enumerate() {
            assert_eq!(self.key(at), child.first());
            assert_eq!(self.counts.get(at), Some(child.count() as u32));
            assert!(child.count() > 0);
            visit(child);
        }
    }
}
