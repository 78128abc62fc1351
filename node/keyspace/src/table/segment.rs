//! A segment: a small open-addressing table, whose groups of eight cells are one cache line each.
//!
//! An entry's home group follows from its 16-bit tag by scaling, so it keeps the order of the tags, and
//! resizing needs neither the keys nor their hashes: it reads only the tagged pointers. What does not
//! fit the home group goes to the next one with room. A removal closes the hole it leaves in such a run,
//! so there are no tombstones and lookups never degrade.

use crate::entry::Entry;
use crate::prefetch::prefetch;

/// Cells per group.
const GROUP: usize = 8;
/// The number of groups a segment may have: sizes of the common allocators, in steps small enough that
/// little stays empty.
const SIZES: [usize; 16] = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32];

/// The cells of a segment of the usual maximum.
pub(super) const CELLS_MAX: usize = 32 * GROUP;
/// The most entries that a segment holds before it has to be split.
pub(super) const MAX_ENTRIES: usize = limit(CELLS_MAX);
/// A segment that has no more than this may be joined with its sibling if that is as empty.
pub(super) const FEW_ENTRIES: usize = MAX_ENTRIES / 6;

/// How full this many cells may get: up to nine tenths, or wholly if there is only one group.
const fn limit(cells: usize) -> usize {
    if cells <= GROUP {
        cells
    } else {
        cells - cells / 10
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Segment {
    cells: Box<[Option<Entry>]>,
    len: u32,
}

impl Segment {
    pub(super) const fn len(&self) -> usize {
        self.len as usize
    }

    /// The memory of the cells, without the entries.
    pub(super) const fn bytes(&self) -> usize {
        size_of_val::<[Option<Entry>]>(&self.cells)
    }

    pub(super) const fn capacity(&self) -> usize {
        self.cells.len()
    }

    const fn groups(&self) -> usize {
        let groups = self.cells.len() / GROUP;
        if groups == 0 { 1 } else { groups }
    }

    #[inline]
    fn group(&self, group: usize) -> &[Option<Entry>] {
        let start = group * GROUP;
        let end = (start + GROUP).min(self.cells.len());
        self.cells.get(start..end).unwrap_or_default()
    }

    /// The home group of a tag.
    #[inline]
    pub(super) const fn home(&self, tag: u16) -> usize {
        (tag as usize * self.groups()) >> 16
    }

    /// The smallest tag whose home is `group`; 65536 behind the last group.
    const fn first_tag(&self, group: usize) -> u32 {
        ((group << 16).div_ceil(self.groups())) as u32
    }

    /// Where the key is.
    #[inline]
    pub(super) fn find(&self, tag: u16, key: &[u8]) -> Option<usize> {
        let groups = self.groups();
        let home = self.home(tag);
        for step in 0..groups {
            let group = if home + step < groups {
                home + step
            } else {
                home + step - groups
            };
            let cells = self.group(group);
            let (mut matches, empty) = compare(cells, tag);
            while matches != 0 {
                let i = matches.trailing_zeros() as usize;
                matches &= matches - 1;
                if cells
                    .get(i)
                    .and_then(Option::as_ref)
                    .is_some_and(|entry| entry.key() == key)
                {
                    return Some(group * GROUP + i);
                }
            }
            if empty {
                return None;
            }
        }
        None
    }

    /// Sends for the home group of a tag.
    #[inline]
    pub(super) fn prefetch_cells(&self, tag: u16) {
        prefetch(self.group(self.home(tag)).as_ptr());
    }

    /// Sends for the first entry with this tag; its key is not looked at.
    #[inline]
    pub(super) fn prefetch_entry(&self, tag: u16) {
        let groups = self.groups();
        let mut group = self.home(tag);
        for _ in 0..groups {
            let cells = self.group(group);
            let (matches, empty) = compare(cells, tag);
            if let Some(entry) = cells
                .get(matches.trailing_zeros() as usize)
                .and_then(Option::as_ref)
            {
                return entry.prefetch();
            }
            if empty {
                return;
            }
            group = if group + 1 < groups { group + 1 } else { 0 };
        }
    }

    /// Sends for all entries.
    pub(super) fn prefetch_all(&self) {
        self.cells.iter().flatten().for_each(Entry::prefetch);
    }

    #[inline]
    pub(super) fn get(&self, at: usize) -> Option<&Entry> {
        self.cells.get(at).and_then(Option::as_ref)
    }

    #[inline]
    pub(super) fn get_mut(&mut self, at: usize) -> Option<&mut Entry> {
        self.cells.get_mut(at).and_then(Option::as_mut)
    }

    pub(super) fn cells(&self) -> &[Option<Entry>] {
        &self.cells
    }

    /// Adds an entry, whose key is not here yet and whose tag is set, growing if need be.
    pub(super) fn insert(&mut self, entry: Entry) {
        if self.len() >= limit(self.cells.len()) {
            self.resize(self.len() + 1);
        }
        self.place(entry);
        self.len += 1;
    }

    /// Puts an entry in the first free cell from its home on. There is one: `insert` and `resize` see to it.
    fn place(&mut self, entry: Entry) {
        let groups = self.groups();
        let start = self.home(entry.tag()) * GROUP;
        let (before, after) = self.cells.split_at_mut(start.min(groups * GROUP));
        if let Some(free) = after.iter_mut().chain(before).find(|cell| cell.is_none()) {
            *free = Some(entry);
        }
    }

    /// Moves to the smallest size that has room for `len` entries.
    fn resize(&mut self, len: usize) {
        let cells = cells_for(len);
        let mut new = Self {
            cells: (0..cells).map(|_| None).collect(),
            len: self.len,
        };
        for entry in core::mem::take(&mut self.cells).into_iter().flatten() {
            new.place(entry);
        }
        *self = new;
    }

    /// Takes out the entry at a place, and gives memory back when much is unused.
    pub(super) fn remove(&mut self, at: usize) -> Option<Entry> {
        let entry = self.cells.get_mut(at)?.take()?;
        self.len -= 1;
        self.close_hole(at);
        if self.len == 0 {
            self.cells = Box::default();
        } else if self.cells.len() > GROUP && self.len() < self.cells.len() / 3 {
            self.resize(self.len() + self.len() / 3);
        } else if self.cells.len() > 2
            && self.cells.len() <= GROUP
            && self.len() * 4 <= self.cells.len()
        {
            self.resize(self.len());
        }
        Some(entry)
    }

    /// Entries that had to go past the group of the new hole may come back to it, which leaves another
    /// hole further on, and so on until a group was not full to begin with.
    fn close_hole(&mut self, at: usize) {
        let groups = self.groups();
        let mut hole = at;
        let mut was_full = self
            .group(at / GROUP)
            .iter()
            .filter(|cell| cell.is_none())
            .count()
            == 1;
        let mut next = at / GROUP;
        for _ in 1..groups {
            if !was_full {
                return;
            }
            next = if next + 1 == groups { 0 } else { next + 1 };
            was_full = self.group(next).iter().all(Option::is_some);
            let distance = |home: usize, group: usize| (group + groups - home) % groups;
            let movable = self.group(next).iter().position(|cell| {
                cell.as_ref().is_some_and(|entry| {
                    let home = self.home(entry.tag());
                    distance(home, hole / GROUP) < distance(home, next)
                })
            });
            if let Some(i) = movable {
                self.cells.swap(hole, next * GROUP + i);
                hole = next * GROUP + i;
            }
        }
    }

    /// Takes all entries out.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Entry> + use<> {
        self.len = 0;
        core::mem::take(&mut self.cells).into_iter().flatten()
    }

    /// Visits the entries of one home group with tags from `from` on. Returns the tag to go on with, or
    /// `None` after the last group.
    pub(super) fn scan<'s>(&'s self, from: u16, visit: &mut dyn FnMut(&'s Entry)) -> Option<u16> {
        let groups = self.groups();
        let home = self.home(from);
        for step in 0..groups {
            let cells = self.group((home + step) % groups);
            for entry in cells.iter().flatten() {
                if entry.tag() >= from && self.home(entry.tag()) == home {
                    visit(entry);
                }
            }
            if cells.iter().any(Option::is_none) {
                break;
            }
        }
        if home + 1 == groups {
            None
        } else {
            u16::try_from(self.first_tag(home + 1)).ok()
        }
    }
}

/// Which cells of a group have this tag, one bit each, and whether one is empty.
///
/// All cells are compared without a branch. Which of them matches cannot be predicted, and a wrong
/// prediction here would keep the processor from working on the next command while memory answers.
#[inline]
fn compare(cells: &[Option<Entry>], tag: u16) -> (u32, bool) {
    let (mut matches, mut empty) = (0, false);
    for (i, cell) in cells.iter().enumerate() {
        let pointer = cell.as_ref().map_or(0, Entry::pointer_bits);
        matches |= u32::from((pointer >> 48) as u16 == tag) << i;
        empty |= pointer == 0;
    }
    // An empty cell looks like tag zero; whoever follows the match finds nothing there.
    (matches, empty)
}

/// The smallest number of cells that takes `len` entries.
fn cells_for(len: usize) -> usize {
    if len <= GROUP {
        return len.next_power_of_two().max(2);
    }
    let fitting = SIZES
        .iter()
        .map(|groups| groups * GROUP)
        .find(|&cells| limit(cells) >= len);
    // Beyond the usual maximum only where the directory may not grow any more.
    fitting.unwrap_or_else(|| (len + len / 4).next_multiple_of(GROUP))
}
