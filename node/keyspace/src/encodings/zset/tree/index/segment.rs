//! A small part of an index: cells in the order of their hashes, with gaps.
//!
//! The home of a hash is found by scaling, so homes have the order of the hashes. A cell whose home is taken
//! stands a little further on, but never before one with a smaller hash. So a search ends at the first larger
//! hash, a removal closes its gap by moving the cells behind it one back, and a scan just walks.

use crate::encodings::zset::tree::members::Handle;

/// The most cells of a segment, the margin included: two pages of memory.
const CELLS_MAX: usize = 1024;
/// What cannot stand at one of the last homes stands behind them.
const MARGIN: usize = 16;
/// A segment that has no more cells is not worth shrinking.
const CELLS_MIN: usize = 16;

/// Half a hash and the number of a member; never zero.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Cell(u64);

impl Cell {
    const EMPTY: Self = Self(0);

    pub(super) const fn new(hash: u32, handle: Handle) -> Self {
        Self(((hash as u64) << 32) | (handle.0 as u64 + 1))
    }

    pub(super) const fn hash(self) -> u32 {
        (self.0 >> 32) as u32
    }

    const fn handle(self) -> Handle {
        Handle((self.0 as u32).wrapping_sub(1))
    }

    const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// The members whose hashes begin with the same `depth` bits.
#[derive(Clone, Debug, Default)]
pub(super) struct Segment {
    cells: Vec<Cell>,
    len: u32,
    depth: u32,
}

impl Segment {
    /// How many bits lead here.
    pub(super) const fn depth(&self) -> u32 {
        self.depth
    }

    /// The memory of the cells.
    pub(super) const fn bytes(&self) -> usize {
        self.cells.capacity() * size_of::<Cell>()
    }

    /// Whether it is time to split.
    pub(super) const fn is_full(&self) -> bool {
        self.len as usize >= limit(CELLS_MAX)
    }

    /// Where a hash should stand.
    #[inline]
    const fn home(&self, hash: u32) -> usize {
        let homes = self.cells.len().saturating_sub(MARGIN);
        let inside = (hash as u64) << self.depth & 0xffff_ffff;
        ((inside * homes as u64) >> 32) as usize
    }

    /// The number with this hash that `is_it`.
    #[inline]
    pub(super) fn find(&self, hash: u32, mut is_it: impl FnMut(Handle) -> bool) -> Option<Handle> {
        let run = self.cells.get(self.home(hash)..)?;
        for &cell in run {
            if cell.is_empty() || cell.hash() > hash {
                return None;
            }
            if cell.hash() == hash && is_it(cell.handle()) {
                return Some(cell.handle());
            }
        }
        None
    }

    /// Adds a cell.
    pub(super) fn insert(&mut self, cell: Cell) {
        if self.len as usize >= limit(self.cells.len()) {
            self.resize(cells_for(self.len as usize + 1));
        }
        // A run may reach the end of the margin. More homes make runs shorter.
        while !self.place(cell) {
            self.resize(next_size(self.cells.len()));
        }
        self.len += 1;
    }

    /// Puts a cell where it belongs, moving those with larger hashes one on. False if the last cell would
    /// fall off the end.
    fn place(&mut self, cell: Cell) -> bool {
        let home = self.home(cell.hash());
        let Some(run) = self.cells.get_mut(home..) else {
            return false;
        };
        let Some(free) = run.iter().position(|cell| cell.is_empty()) else {
            return false;
        };
        let Some(run) = run.get_mut(..=free) else {
            return false;
        };
        let at = run
            .iter()
            .position(|other| other.is_empty() || *other > cell);
        if let Some(moved) = at.and_then(|at| run.get_mut(at..)) {
            moved.rotate_right(1);
            if let Some(first) = moved.first_mut() {
                *first = cell;
            }
        }
        true
    }

    /// Moves to so many cells, or more if a run would reach the end of the margin.
    fn resize(&mut self, mut size: usize) {
        loop {
            let mut new = Self {
                cells: vec![Cell::EMPTY; size],
                ..*self
            };
            let mut cells = self.cells.iter().filter(|cell| !cell.is_empty());
            if cells.all(|&cell| new.place(cell)) {
                *self = new;
                return;
            }
            size = next_size(size);
        }
    }

    /// Removes a cell, and gives memory back when much is unused.
    pub(super) fn remove(&mut self, cell: Cell) {
        let home = self.home(cell.hash());
        let run = self.cells.iter().skip(home);
        let Some(found) = run
            .take_while(|cell| !cell.is_empty())
            .position(|&other| other == cell)
        else {
            return;
        };
        self.close(home + found);
        self.len -= 1;
        let (len, cells) = (self.len as usize, self.cells.len());
        if len == 0 {
            self.cells = Vec::new();
        } else if cells > CELLS_MIN + MARGIN && len < cells / 3 {
            self.resize(cells_for(len + len / 3));
        }
    }

    /// Closes the gap of a removed cell: those behind it that are not at home move one back.
    fn close(&mut self, at: usize) {
        let rest = self.cells.get(at + 1..).unwrap_or_default();
        let displaced =
            |(i, cell): &(usize, &Cell)| !cell.is_empty() && self.home(cell.hash()) < at + 1 + i;
        let moving = rest.iter().enumerate().take_while(displaced).count();
        if let Some(run) = self.cells.get_mut(at..=at + moving) {
            run.rotate_left(1);
            if let Some(last) = run.last_mut() {
                *last = Cell::EMPTY;
            }
        }
    }

    /// Gives up the half whose next bit is set. Returns it, and the first hash that belongs to it.
    pub(super) fn split(&mut self) -> (Self, u32) {
        let all = core::mem::take(&mut self.cells);
        let bit = 1 << (31 - self.depth);
        let any = all
            .iter()
            .find(|cell| !cell.is_empty())
            .map_or(0, |cell| cell.hash());
        let first = (any & !(bit - 1)) | bit;
        let cells = || all.iter().copied().filter(|cell| !cell.is_empty());
        let depth = self.depth + 1;
        *self = Self::of(depth, cells().filter(|cell| cell.hash() & bit == 0));
        let sibling = Self::of(depth, cells().filter(|cell| cell.hash() & bit != 0));
        (sibling, first)
    }

    fn of(depth: u32, cells: impl Iterator<Item = Cell> + Clone) -> Self {
        let mut segment = Self {
            depth,
            ..Self::default()
        };
        segment.resize(cells_for(cells.clone().count()));
        cells.for_each(|cell| segment.insert(cell));
        segment
    }

    /// Visits the members of about one home, from a hash on. Returns the hash to go on with, which may lie
    /// behind this segment.
    pub(super) fn scan(&self, from: u32, mut visit: impl FnMut(Handle)) -> u64 {
        let shift = 32 - self.depth;
        let end = ((u64::from(from) >> shift) + 1) << shift;
        let run = self.cells.get(self.home(from)..).unwrap_or_default();
        let mut left = run
            .iter()
            .filter(|cell| !cell.is_empty() && cell.hash() >= from);
        let Some(first) = left.next() else {
            return end;
        };
        // All with the same hash at once: the cursor cannot stand between them.
        visit(first.handle());
        for cell in left {
            if cell.hash() != first.hash() {
                return u64::from(cell.hash());
            }
            visit(cell.handle());
        }
        end
    }
}

/// How many of so many cells may be taken: nine tenths of the homes.
const fn limit(cells: usize) -> usize {
    let homes = cells.saturating_sub(MARGIN);
    homes - homes / 10
}

/// The smallest usual number of cells with room for `len`.
const fn cells_for(len: usize) -> usize {
    let mut cells = CELLS_MIN + MARGIN;
    while limit(cells) < len {
        cells = next_size(cells);
    }
    cells
}

/// The next larger number of cells: in steps of an eighth, as allocators have them.
const fn next_size(cells: usize) -> usize {
    cells + (cells + 1).next_power_of_two() / 8
}
