//! A node of a large list: elements in one piece of memory, each encoded as in a listpack, back length included, so
//! that a node is read from both ends and saved by putting a frame around it.
//!
//! The elements may lie anywhere in the piece. What is free before and behind them is room for pushing, and popping
//! only moves a boundary; so both cost the same at both ends, whatever the node holds. A change in the middle
//! moves the shorter side.

mod memory;

use core::ops::ControlFlow;

use shoal_rdb::listpack::{Element, EncodedElement, bare, first_element, last_element};

use super::limits::FRAME;
use super::{Direction, End};
use crate::encodings::pack::{Pack, PackRef, Wanted};

/// A node.
#[derive(Clone, Debug, Default)]
pub(crate) struct Node {
    memory: Box<[u8]>,
    /// Where the elements begin in `memory`.
    start: usize,
    /// Where they end.
    end: usize,
    count: u32,
    /// It is a single element, as it is.
    plain: bool,
}

impl Node {
    /// A node of one element that is stored as it is.
    pub(in crate::encodings::list) fn plain(text: &[u8]) -> Self {
        Self::whole(text.into(), 1, true)
    }

    /// A node of one element.
    pub(in crate::encodings::list) fn of(text: &[u8]) -> Self {
        let element = EncodedElement::new(text);
        let mut memory = vec![0; element.len()].into_boxed_slice();
        element.write_to(&mut memory);
        Self::whole(memory, 1, false)
    }

    /// A node with the elements of a pack.
    pub(in crate::encodings::list) fn of_pack(pack: PackRef<'_>) -> Self {
        let mut row = Vec::with_capacity(pack.as_bytes().len() + pack.len() + pack.len() / 8);
        let mut count = 0;
        for element in pack.iter() {
            encode(element).append_to(&mut row);
            count += 1;
        }
        Self::whole(row.into(), count, false)
    }

    /// A node with elements that were checked: `row` is what stands inside a listpack's frame.
    pub(in crate::encodings::list) fn of_row(row: &[u8], count: u32) -> Self {
        Self::whole(row.into(), count, false)
    }

    fn whole(memory: Box<[u8]>, count: u32, plain: bool) -> Self {
        Self {
            start: 0,
            end: memory.len(),
            memory,
            count,
            plain,
        }
    }

    /// The same elements as a pack.
    pub(in crate::encodings::list) fn to_pack(&self) -> Pack {
        let mut row = Vec::with_capacity(self.row().len());
        self.for_each(|element| bare::encode_element(element, &mut row));
        Pack::from_bytes(row)
    }

    /// The elements as they stand inside a listpack; the text alone if the node is plain.
    #[inline]
    pub(crate) fn row(&self) -> &[u8] {
        self.memory.get(self.start..self.end).unwrap_or_default()
    }

    /// How many elements there are.
    pub(crate) const fn len(&self) -> usize {
        self.count as usize
    }

    pub(in crate::encodings::list) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether it is one element that is stored as it is.
    pub(crate) const fn is_plain(&self) -> bool {
        self.plain
    }

    /// The size of the listpack that it would be.
    #[inline]
    pub(in crate::encodings::list) const fn listpack_bytes(&self) -> usize {
        self.end - self.start + FRAME
    }

    /// The memory it takes.
    #[inline]
    pub(in crate::encodings::list) const fn heap_bytes(&self) -> usize {
        self.memory.len()
    }

    /// The outermost element at an end.
    #[inline]
    pub(in crate::encodings::list) fn outermost(&self, end: End) -> Option<Element<'_>> {
        if self.plain {
            return Some(Element::Str(self.row()));
        }
        let found = match end {
            End::Left => first_element(self.row()),
            End::Right => last_element(self.row()),
        };
        found.map(|(element, _)| element)
    }

    /// The element with an index.
    pub(in crate::encodings::list) fn get(&self, index: usize) -> Option<Element<'_>> {
        if self.plain {
            return (index == 0).then(|| Element::Str(self.row()));
        }
        let behind = self.row().get(self.offset_of(index)..)?;
        first_element(behind).map(|(element, _)| element)
    }

    /// Where the element with an index begins in the row; its end, if there are not so many.
    pub(in crate::encodings::list) fn offset_of(&self, index: usize) -> usize {
        let (row, len) = (self.row(), self.len());
        if index <= len / 2 {
            let mut offset = 0;
            for _ in 0..index {
                offset += row.get(offset..).and_then(first_element).map_or(0, size);
            }
            return offset;
        }
        let mut offset = row.len();
        for _ in index..len {
            offset = row.get(..offset).and_then(last_element).map_or(0, size);
        }
        offset
    }

    /// Shows the elements from an index on, until told to stop.
    #[inline]
    pub(in crate::encodings::list) fn visit<'n>(
        &'n self,
        from: usize,
        direction: Direction,
        each: &mut impl FnMut(Element<'n>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if self.plain {
            return each(Element::Str(self.row()));
        }
        match direction {
            Direction::Forth => {
                let offset = if from == 0 { 0 } else { self.offset_of(from) };
                let mut rest = self.row().get(offset..).unwrap_or_default();
                while let Some((element, size)) = first_element(rest) {
                    each(element)?;
                    rest = rest.get(size..).unwrap_or_default();
                }
            }
            Direction::Back => {
                let offset = self.offset_of(from.saturating_add(1).min(self.len()));
                let mut rest = self.row().get(..offset).unwrap_or_default();
                while let Some((element, start)) = last_element(rest) {
                    each(element)?;
                    rest = rest.get(..start).unwrap_or_default();
                }
            }
        }
        ControlFlow::Continue(())
    }

    pub(in crate::encodings::list) fn for_each<'n>(&'n self, mut each: impl FnMut(Element<'n>)) {
        let _: ControlFlow<()> = self.visit(0, Direction::Forth, &mut |element| {
            each(element);
            ControlFlow::Continue(())
        });
    }

    /// Adds an element at an end.
    #[inline]
    pub(in crate::encodings::list) fn push(&mut self, end: End, text: &[u8]) {
        let at = match end {
            End::Left => 0,
            End::Right => self.end - self.start,
        };
        self.insert(at, text);
    }

    /// Takes the outermost element at an end off.
    #[inline]
    pub(in crate::encodings::list) fn drop_outermost(&mut self, end: End) {
        let (row, plain) = (self.row(), self.plain);
        match end {
            End::Left if !plain => self.start += first_element(row).map_or(row.len(), size),
            End::Right if !plain => self.end = self.start + last_element(row).map_or(0, size),
            End::Left | End::Right => self.start = self.end,
        }
        self.count = self.count.saturating_sub(1);
        self.give_back();
    }

    /// Adds an element before the one that begins at an offset, or at the end.
    #[inline]
    pub(in crate::encodings::list) fn insert(&mut self, at: usize, text: &[u8]) {
        let element = EncodedElement::new(text);
        element.write_to(self.reshape(at, 0, element.len()));
        self.count += 1;
    }

    /// Puts another element in the place of the one at an offset.
    pub(in crate::encodings::list) fn replace(&mut self, at: usize, text: &[u8]) {
        let old = self.row().get(at..).and_then(first_element).map_or(0, size);
        let element = EncodedElement::new(text);
        element.write_to(self.reshape(at, old, element.len()));
    }

    /// Takes out `count` elements from an index on.
    pub(in crate::encodings::list) fn remove(&mut self, from: usize, count: usize) {
        let to = from.saturating_add(count).min(self.len());
        let (start, end) = (self.offset_of(from), self.offset_of(to));
        self.reshape(start, end - start, 0);
        self.count -= (to - from) as u32;
        self.give_back();
    }

    /// Takes out up to `max` elements with a text, seen from one end, and returns how many these were.
    pub(in crate::encodings::list) fn remove_equal(
        &mut self,
        wanted: &Wanted<'_>,
        max: usize,
        direction: Direction,
    ) -> usize {
        let mut found = 0;
        self.for_each(|element| found += usize::from(wanted.is(element)));
        let removed = found.min(max);
        if removed > 0 {
            let spared = match direction {
                Direction::Forth => 0,
                Direction::Back => found - removed,
            };
            let (mut seen, gone) = (0, spared..spared + removed);
            self.retain(|element| {
                let equal = wanted.is(element);
                seen += usize::from(equal);
                !(equal && gone.contains(&(seen - 1)))
            });
        }
        removed
    }

    /// Keeps only the elements that `keep` wants.
    fn retain(&mut self, mut keep: impl FnMut(Element<'_>) -> bool) {
        if self.plain {
            if !keep(Element::Str(self.row())) {
                self.drop_outermost(End::Left);
            }
            return;
        }
        let (mut read, mut write) = (self.start, self.start);
        while let Some((element, size)) = self.memory.get(read..self.end).and_then(first_element) {
            let next = read + size;
            if keep(element) {
                self.memory.copy_within(read..next, write);
                write += size;
            } else {
                self.count -= 1;
            }
            read = next;
        }
        self.end = write;
        self.give_back();
    }

    /// Cuts the node before the element with an index, and returns what was behind.
    pub(in crate::encodings::list) fn split_off(&mut self, index: usize) -> Self {
        let (at, behind) = (self.offset_of(index), self.len().saturating_sub(index));
        let other = Self::of_row(self.row().get(at..).unwrap_or_default(), behind as u32);
        self.end = self.start + at;
        self.count -= other.count;
        self.give_back();
        other
    }

    /// Adds the elements of another node behind the last one.
    pub(in crate::encodings::list) fn append(&mut self, other: &Self) {
        let at = self.end - self.start;
        self.reshape(at, 0, other.row().len())
            .copy_from_slice(other.row());
        self.count += other.count;
    }
}

/// The second half of what `first_element` and `last_element` find.
fn size(found: (Element<'_>, usize)) -> usize {
    found.1
}

fn encode(element: Element<'_>) -> EncodedElement<'_> {
    match element {
        Element::Str(text) => EncodedElement::new(text),
        Element::Int(number) => EncodedElement::number(number),
    }
}
