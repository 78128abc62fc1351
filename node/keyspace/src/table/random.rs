//! Entries chosen at random.
//!
//! Every entry is as likely as any other: all cells of all segments are thought to be as many as in the largest
//! segment, and who draws one that does not exist or is empty draws again.

use std::collections::BTreeSet;

use rand_core::Rng;

use super::segment::CELLS_MAX;
use super::{Position, Table};
use crate::encodings::choice::{below, draw_some};
use crate::entry::Entry;

impl Table {
    /// An entry.
    pub(crate) fn random<R: Rng>(&self, rng: &mut R) -> Option<&Entry> {
        self.at(self.random_position(rng)?)
    }

    /// The position of an entry.
    pub(crate) fn random_position<R: Rng>(&self, rng: &mut R) -> Option<Position> {
        // Half of the draws hit, as a rule. Only a table that has lost nearly everything needs many.
        const DRAWS: usize = 200;
        if self.is_empty() {
            return None;
        }
        for _ in 0..DRAWS {
            let position = self.draw(rng);
            if self.at(position).is_some() {
                return Some(position);
            }
        }
        self.nth_position(below(rng, self.len()))
    }

    /// A cell that may be empty or not exist.
    fn draw<R: Rng>(&self, rng: &mut R) -> Position {
        let (leaves, cells) = match &self.leaves {
            None => (1, self.single.capacity()),
            Some(leaves) => (leaves.count(), leaves.cells_max().max(CELLS_MAX)),
        };
        Position {
            leaf: below(rng, leaves) as u32,
            cell: below(rng, cells) as u32,
        }
    }

    /// The position of an entry by its number, counted through all segments.
    fn nth_position(&self, nth: usize) -> Option<Position> {
        let (mut leaf, mut left) = (0, nth);
        loop {
            let segment = self.segment(leaf)?;
            if left < segment.len() {
                let filled = segment.cells().iter().enumerate();
                let (cell, _) = filled.filter(|(_, cell)| cell.is_some()).nth(left)?;
                let cell = cell as u32;
                return Some(Position { leaf, cell });
            }
            left -= segment.len();
            leaf += 1;
        }
    }

    /// Shows `count` different entries, or all if there are not more.
    pub(crate) fn random_distinct<'t, R: Rng>(
        &'t self,
        count: usize,
        rng: &mut R,
        mut visit: impl FnMut(&'t Entry),
    ) {
        if count.saturating_mul(3) > self.len() {
            draw_some(self.iter(), self.len(), count, rng).for_each(visit);
            return;
        }
        // Few of many: the same one seldom comes up twice.
        let mut seen = BTreeSet::new();
        while seen.len() < count
            && let Some(position) = self.random_position(rng)
        {
            if seen.insert(position)
                && let Some(entry) = self.at(position)
            {
                visit(entry);
            }
        }
    }
}
