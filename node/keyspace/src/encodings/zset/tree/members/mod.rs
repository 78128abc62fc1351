//! The members of a large sorted set: their texts and scores, each stored once.
//!
//! A member gets a number of four bytes by which the index and the order know it. The number says in which
//! page and in which of its slots the member lies. All slots of a page have one size, so a member that goes
//! leaves a hole that exactly fits a later one, a page needs one allocation for 256 members, and freeing a
//! set of millions is a matter of some thousand pages.
//!
//! A slot: `[score, 8 bytes][length, 1 byte][text]`. Long texts have an allocation of their own.

mod page;

use page::{NONE, Page, SIZES, SLOTS, class_of};

/// The number of a member. It stays the same until the member is removed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Handle(pub(super) u32);

impl Handle {
    const fn new(page: usize, slot: usize) -> Self {
        Self((page * SLOTS + slot) as u32)
    }

    const fn page(self) -> usize {
        self.0 as usize / SLOTS
    }

    const fn slot(self) -> usize {
        self.0 as usize % SLOTS
    }
}

/// How many pages there can be. The last number is never given out, so that the index can use it otherwise.
const PAGES_MAX: usize = (1 << 24) - 1;

/// The members.
#[derive(Clone, Debug)]
pub(super) struct Members {
    pages: Vec<Page>,
    /// For each size of slots, the first page with a free one.
    open: [u32; SIZES],
    /// The memory of all pages.
    bytes: usize,
}

impl Default for Members {
    fn default() -> Self {
        Self {
            pages: Vec::new(),
            open: [NONE; SIZES],
            bytes: 0,
        }
    }
}

impl Members {
    /// The memory of the members, without this struct.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes + self.pages.capacity() * size_of::<Page>()
    }

    /// How many pages there are.
    pub(super) const fn pages(&self) -> usize {
        self.pages.len()
    }

    /// Adds a member. `None` if there are four billion already.
    pub(super) fn insert(&mut self, text: &[u8], score: f64) -> Option<Handle> {
        let class = class_of(text.len());
        let number = self.open_page(class)?;
        let page = self.pages.get_mut(number as usize)?;
        let before = page.bytes();
        let slot = page.add(text, score)?;
        self.bytes = self.bytes + page.bytes() - before;
        if page.is_full() {
            let next = core::mem::replace(&mut page.next, NONE);
            page.listed = false;
            self.set_open(class, next);
        }
        Some(Handle::new(number as usize, slot))
    }

    /// A page with a free slot of a size.
    fn open_page(&mut self, class: usize) -> Option<u32> {
        let open = self.open.get(class).copied().filter(|&page| page != NONE);
        if open.is_some() {
            return open;
        }
        let number = self.pages.len();
        if number >= PAGES_MAX {
            return None;
        }
        self.pages.push(Page::new(class));
        self.set_open(class, number as u32);
        Some(number as u32)
    }

    fn set_open(&mut self, class: usize, page: u32) {
        if let Some(open) = self.open.get_mut(class) {
            *open = page;
        }
    }

    /// Removes a member.
    pub(super) fn remove(&mut self, handle: Handle) {
        let number = handle.page();
        let Some(page) = self.pages.get_mut(number) else {
            return;
        };
        let before = page.bytes();
        page.remove(handle.slot());
        self.bytes = self.bytes + page.bytes() - before;
        if !page.listed {
            let class = usize::from(page.class);
            page.listed = true;
            page.next = self.open.get(class).copied().unwrap_or(NONE);
            self.set_open(class, number as u32);
        }
    }

    #[inline]
    fn slot(&self, handle: Handle) -> Option<&[u8]> {
        self.pages.get(handle.page())?.slot(handle.slot())
    }

    /// The text of a member.
    #[inline]
    pub(super) fn text(&self, handle: Handle) -> &[u8] {
        let page = self.pages.get(handle.page());
        page.and_then(|page| page.text(handle.slot()))
            .unwrap_or_default()
    }

    /// The score of a member.
    #[inline]
    pub(super) fn score(&self, handle: Handle) -> f64 {
        let bytes = self
            .slot(handle)
            .and_then(|slot| slot.first_chunk::<8>().copied());
        f64::from_le_bytes(bytes.unwrap_or_default())
    }

    /// Sets the score of a member.
    pub(super) fn set_score(&mut self, handle: Handle, score: f64) {
        let page = self.pages.get_mut(handle.page());
        let slot = page.and_then(|page| page.slot_mut(handle.slot()));
        if let Some(bytes) = slot.and_then(|slot| slot.first_chunk_mut::<8>()) {
            *bytes = score.to_le_bytes();
        }
    }

    /// Sends for the memory of a member.
    #[inline]
    pub(super) fn prefetch(&self, handle: Handle) {
        if let Some(slot) = self.slot(handle) {
            crate::prefetch::prefetch(slot.as_ptr());
        }
    }

    /// Frees the last page, its members lost. False if there is none.
    pub(super) fn free_page(&mut self) -> bool {
        self.pages.pop().is_some()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn members_are_found_by_their_numbers(
            steps in prop::collection::vec((any::<bool>(), 0usize..400, 0usize..400), 1..1500),
        ) {
            let mut members = Members::default();
            let mut model: BTreeMap<u32, (Vec<u8>, f64)> = BTreeMap::new();
            for (i, (add, len, pick)) in steps.into_iter().enumerate() {
                if add || model.is_empty() {
                    let text = vec![i as u8; if len < 300 { len % 20 } else { len }];
                    let handle = members.insert(&text, i as f64).unwrap();
                    prop_assert!(model.insert(handle.0, (text, i as f64)).is_none());
                } else {
                    let &number = model.keys().nth(pick % model.len()).unwrap();
                    if pick % 3 == 0 {
                        members.set_score(Handle(number), -1.0);
                        model.get_mut(&number).unwrap().1 = -1.0;
                    } else {
                        members.remove(Handle(number));
                        model.remove(&number);
                    }
                }
            }
            for (&number, (text, score)) in &model {
                prop_assert_eq!(members.text(Handle(number)), &text[..]);
                prop_assert_eq!(members.score(Handle(number)), *score);
            }
        }
    }

    #[test]
    fn holes_are_filled_before_pages_are_added() {
        let mut members = Members::default();
        let handles: Vec<_> = (0..1000u32)
            .map(|i| members.insert(&i.to_be_bytes(), 0.0).unwrap())
            .collect();
        let full = members.bytes();
        for &handle in &handles {
            members.remove(handle);
        }
        assert!(members.bytes() < 1000, "empty pages keep nothing");
        for i in 0..1000u32 {
            members.insert(&i.to_be_bytes(), 0.0).unwrap();
        }
        assert_eq!(members.bytes(), full);
    }

    #[test]
    fn a_member_costs_its_slot_and_little_more() {
        let mut members = Members::default();
        for i in 0..100_000u32 {
            members
                .insert(format!("member:{i:08}").as_bytes(), 0.0)
                .unwrap();
        }
        assert!(members.bytes() <= 100_000 * 25, "{}", members.bytes());
    }
}
