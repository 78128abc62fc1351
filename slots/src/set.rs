//! A set of slots as a bitmap: the form that travels in bus headers, and the unit in which slots are
//! claimed, moved and dropped.
//!
//! Slot `n` is bit `n % 8` (counted from the least significant) of byte `n / 8`, the order of the bus, so
//! reading a header is a copy. The set has a fixed size and never allocates.

use core::iter::FusedIterator;
use core::ops::RangeInclusive;

use crate::slot::{SLOT_COUNT, Slot};

/// Bytes of the bitmap: one bit for each of the 16384 slots.
pub const SLOT_BYTES: usize = SLOT_COUNT as usize / 8;

const WORD_BYTES: usize = 8;

/// A set of hash slots.
///
/// ```
/// use shoal_slots::{Slot, SlotSet};
///
/// let set: SlotSet = "0-99 200".parse()?;
/// assert_eq!(set.len(), 101);
/// assert!(Slot::new(200).is_some_and(|slot| set.contains(slot)));
/// assert_eq!(set.to_string(), "0-99 200");
/// # Ok::<(), shoal_slots::ParseSlotsError>(())
/// ```
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct SlotSet([u8; SLOT_BYTES]);

impl SlotSet {
    /// The set without slots.
    #[must_use]
    pub const fn new() -> Self {
        Self([0; SLOT_BYTES])
    }

    /// The set of all slots.
    #[must_use]
    pub const fn full() -> Self {
        Self([0xff; SLOT_BYTES])
    }

    /// The set that a bitmap in bus order describes. Every bitmap is a set.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; SLOT_BYTES]) -> Self {
        Self(bytes)
    }

    /// The bitmap in bus order.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; SLOT_BYTES] {
        &self.0
    }

    /// Whether the slot is in the set.
    #[inline]
    #[must_use]
    pub const fn contains(&self, slot: Slot) -> bool {
        // A `Slot` is below 16384, so the byte exists.
        self.0[slot.index() / 8] & (1 << (slot.index() % 8)) != 0
    }

    /// Adds the slot; says whether it was new.
    #[inline]
    pub const fn insert(&mut self, slot: Slot) -> bool {
        let new = !self.contains(slot);
        self.0[slot.index() / 8] |= 1 << (slot.index() % 8);
        new
    }

    /// Takes the slot out; says whether it was there.
    #[inline]
    pub const fn remove(&mut self, slot: Slot) -> bool {
        let there = self.contains(slot);
        self.0[slot.index() / 8] &= !(1 << (slot.index() % 8));
        there
    }

    /// Adds every slot of the range (nothing, if it ends before it starts).
    pub fn insert_range(&mut self, range: RangeInclusive<Slot>) {
        for number in range.start().get()..=range.end().get() {
            if let Some(slot) = Slot::new(number) {
                self.insert(slot);
            }
        }
    }

    /// How many slots are in the set.
    #[must_use]
    pub fn len(&self) -> usize {
        self.words().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether the set has no slots.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words().all(|word| word == 0)
    }

    /// Whether all 16384 slots are in the set.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.words().all(|word| word == u64::MAX)
    }

    /// The lowest slot.
    #[must_use]
    pub fn first(&self) -> Option<Slot> {
        self.iter().next()
    }

    /// Adds all slots of `other`.
    pub fn union_with(&mut self, other: &Self) {
        self.combine(other, |a, b| a | b);
    }

    /// Takes all slots of `other` out.
    pub fn subtract(&mut self, other: &Self) {
        self.combine(other, |a, b| a & !b);
    }

    /// The slots of either set.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut result = self.clone();
        result.union_with(other);
        result
    }

    /// The slots of this set that are not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        let mut result = self.clone();
        result.subtract(other);
        result
    }

    /// The slots that are in both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let mut result = self.clone();
        result.combine(other, |a, b| a & b);
        result
    }

    /// Whether some slot is in both sets.
    #[must_use]
    pub fn intersects(&self, other: &Self) -> bool {
        self.words().zip(other.words()).any(|(a, b)| a & b != 0)
    }

    /// Whether every slot of this set is in `other`.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.words().zip(other.words()).all(|(a, b)| a & !b == 0)
    }

    /// The slots in ascending order.
    #[must_use]
    pub fn iter(&self) -> SlotIter<'_> {
        SlotIter { set: self, next: 0 }
    }

    /// The runs of neighbouring slots in ascending order, as CLUSTER NODES and CLUSTER SLOTS show them.
    #[must_use]
    pub fn ranges(&self) -> SlotRanges<'_> {
        SlotRanges { set: self, next: 0 }
    }

    fn combine(&mut self, other: &Self, operation: impl Fn(u8, u8) -> u8) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine = operation(*mine, *theirs);
        }
    }

    fn words(&self) -> impl Iterator<Item = u64> + '_ {
        self.0
            .as_chunks::<WORD_BYTES>()
            .0
            .iter()
            .map(|bytes| u64::from_le_bytes(*bytes))
    }

    /// The first position at or after `from` whose bit equals `wanted`, skipping whole words that have none.
    fn find(&self, from: u16, wanted: bool) -> Option<u16> {
        let chunks = self.0.as_chunks::<WORD_BYTES>().0;
        let mut base = usize::from(from) / 64;
        let mut mask = u64::MAX << (from % 64);
        while let Some(bytes) = chunks.get(base) {
            let word = u64::from_le_bytes(*bytes);
            let hits = mask & if wanted { word } else { !word };
            if hits != 0 {
                let position = base * 64 + hits.trailing_zeros() as usize;
                return u16::try_from(position).ok();
            }
            mask = u64::MAX;
            base += 1;
        }
        None
    }
}

impl Default for SlotSet {
    fn default() -> Self {
        Self::new()
    }
}

/// The slots of a [`SlotSet`] in ascending order.
#[derive(Clone, Debug)]
pub struct SlotIter<'a> {
    set: &'a SlotSet,
    next: u16,
}

impl Iterator for SlotIter<'_> {
    type Item = Slot;

    fn next(&mut self) -> Option<Slot> {
        let slot = Slot::new(self.set.find(self.next, true)?)?;
        self.next = slot.get() + 1;
        Some(slot)
    }
}

impl FusedIterator for SlotIter<'_> {}

/// The runs of neighbouring slots of a [`SlotSet`] in ascending order.
#[derive(Clone, Debug)]
pub struct SlotRanges<'a> {
    set: &'a SlotSet,
    next: u16,
}

impl Iterator for SlotRanges<'_> {
    type Item = RangeInclusive<Slot>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = Slot::new(self.set.find(self.next, true)?)?;
        let after = self.set.find(start.get(), false).unwrap_or(SLOT_COUNT);
        self.next = after;
        Some(start..=Slot::new(after - 1)?)
    }
}

impl FusedIterator for SlotRanges<'_> {}

impl<'a> IntoIterator for &'a SlotSet {
    type Item = Slot;
    type IntoIter = SlotIter<'a>;

    fn into_iter(self) -> SlotIter<'a> {
        self.iter()
    }
}

impl FromIterator<Slot> for SlotSet {
    fn from_iter<I: IntoIterator<Item = Slot>>(slots: I) -> Self {
        let mut set = Self::new();
        set.extend(slots);
        set
    }
}

impl Extend<Slot> for SlotSet {
    fn extend<I: IntoIterator<Item = Slot>>(&mut self, slots: I) {
        for slot in slots {
            self.insert(slot);
        }
    }
}

impl FromIterator<RangeInclusive<Slot>> for SlotSet {
    fn from_iter<I: IntoIterator<Item = RangeInclusive<Slot>>>(ranges: I) -> Self {
        let mut set = Self::new();
        for range in ranges {
            set.insert_range(range);
        }
        set
    }
}
