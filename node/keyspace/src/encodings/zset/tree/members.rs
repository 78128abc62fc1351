//! The members of a large sorted set: their texts and scores, each stored once.
//!
//! A member gets a number of four bytes by which the index and the order know it. The number says in which
//! page and in which of its slots the member lies. All slots of a page have one size, so a member that goes
//! leaves a hole that exactly fits a later one, a page needs one allocation for 256 members, and freeing a
//! set of millions is a matter of some thousand pages.
//!
//! A slot: `[score, 8 bytes][length, 1 byte][text]`. Long texts have an allocation of their own.

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

/// How many members a page holds.
const SLOTS: usize = 256;
/// How many pages there can be. The last number is never given out, so that the index can use it otherwise.
const PAGES_MAX: usize = (1 << 24) - 1;
/// Sizes of slots are multiples of this.
const STEP: usize = 8;
/// The largest slot inside a page. The length of its text fits a byte.
const SLOT_MAX: usize = 256;
/// Sizes, and one for long texts: index 0.
const SIZES: usize = SLOT_MAX / STEP + 1;
const TEXT_AT: usize = 9;
/// Where the text begins in an allocation of its own.
const LONG_TEXT_AT: usize = 8;
/// No page, or no slot.
const NONE: u32 = u32::MAX;

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
    fn slot(&self, handle: Handle) -> Option<(&Page, &[u8])> {
        let page = self.pages.get(handle.page())?;
        Some((page, page.slot(handle.slot())?))
    }

    /// The text of a member.
    #[inline]
    pub(super) fn text(&self, handle: Handle) -> &[u8] {
        let text = self.slot(handle).and_then(|(page, slot)| match page.body {
            Body::Slots(_) => {
                let len = usize::from(*slot.get(TEXT_AT - 1)?);
                slot.get(TEXT_AT..TEXT_AT + len)
            }
            Body::Long(_) => slot.get(LONG_TEXT_AT..),
        });
        text.unwrap_or_default()
    }

    /// The score of a member.
    #[inline]
    pub(super) fn score(&self, handle: Handle) -> f64 {
        let bytes = self
            .slot(handle)
            .and_then(|(_, slot)| slot.first_chunk::<8>().copied());
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
        if let Some((_, slot)) = self.slot(handle) {
            crate::prefetch::prefetch(slot.as_ptr());
        }
    }

    /// Frees the last page, its members lost. False if there is none.
    pub(super) fn free_page(&mut self) -> bool {
        self.pages.pop().is_some()
    }
}

/// Which size of slots a text needs.
const fn class_of(len: usize) -> usize {
    let class = (TEXT_AT + len).div_ceil(STEP);
    if class < SIZES { class } else { 0 }
}

/// Slots of one size.
#[derive(Clone, Debug)]
struct Page {
    body: Body,
    /// The next page with free slots of this size.
    next: u32,
    /// The first free slot among those that were used before.
    free: u16,
    live: u16,
    class: u8,
    /// Whether it is in the list of pages with free slots.
    listed: bool,
}

#[derive(Clone, Debug)]
enum Body {
    /// One after the other in one piece. It grows up to 256 of them.
    Slots(Vec<u8>),
    /// Long texts, each by itself. A free one has two bytes.
    Long(Vec<Box<[u8]>>),
}

/// No free slot.
const NO_SLOT: u16 = u16::MAX;

impl Page {
    const fn new(class: usize) -> Self {
        Self {
            body: if class == 0 {
                Body::Long(Vec::new())
            } else {
                Body::Slots(Vec::new())
            },
            next: NONE,
            free: NO_SLOT,
            live: 0,
            class: class as u8,
            listed: true,
        }
    }

    const fn size(&self) -> usize {
        self.class as usize * STEP
    }

    fn is_full(&self) -> bool {
        usize::from(self.live) == SLOTS
    }

    fn bytes(&self) -> usize {
        match &self.body {
            Body::Slots(slots) => slots.capacity(),
            Body::Long(texts) => {
                let long: usize = texts.iter().map(|text| text.len()).sum();
                long + texts.capacity() * size_of::<Box<[u8]>>()
            }
        }
    }

    #[inline]
    fn slot(&self, slot: usize) -> Option<&[u8]> {
        match &self.body {
            Body::Slots(slots) => slots.get(slot * self.size()..(slot + 1) * self.size()),
            Body::Long(texts) => texts.get(slot).map(|text| &**text),
        }
    }

    #[inline]
    fn slot_mut(&mut self, slot: usize) -> Option<&mut [u8]> {
        let size = self.size();
        match &mut self.body {
            Body::Slots(slots) => slots.get_mut(slot * size..(slot + 1) * size),
            Body::Long(texts) => texts.get_mut(slot).map(|text| &mut **text),
        }
    }

    /// Puts a member into a free slot.
    fn add(&mut self, text: &[u8], score: f64) -> Option<usize> {
        let slot = if self.free == NO_SLOT {
            self.append()
        } else {
            let slot = usize::from(self.free);
            let next = self.slot(slot)?.first_chunk::<2>()?;
            self.free = u16::from_le_bytes(*next);
            slot
        };
        match &mut self.body {
            Body::Long(texts) => {
                *texts.get_mut(slot)? = [&score.to_le_bytes(), text].concat().into();
            }
            Body::Slots(_) => {
                let bytes = self.slot_mut(slot)?;
                *bytes.first_chunk_mut::<8>()? = score.to_le_bytes();
                *bytes.get_mut(TEXT_AT - 1)? = text.len() as u8;
                bytes
                    .get_mut(TEXT_AT..TEXT_AT + text.len())?
                    .copy_from_slice(text);
            }
        }
        self.live += 1;
        Some(slot)
    }

    /// Makes a slot behind the last one.
    fn append(&mut self) -> usize {
        let size = self.size();
        match &mut self.body {
            Body::Slots(slots) => {
                let count = slots.len() / size;
                if slots.capacity() < slots.len() + size {
                    // By half, so that a small set of few sizes does not pay for 256 of each.
                    let more = (count / 2).max(4).min(SLOTS - count);
                    slots.reserve_exact(more * size);
                }
                slots.resize(slots.len() + size, 0);
                count
            }
            Body::Long(texts) => {
                texts.push(Box::default());
                texts.len() - 1
            }
        }
    }

    fn remove(&mut self, slot: usize) {
        self.live = self.live.saturating_sub(1);
        if self.live == 0 {
            let class = usize::from(self.class);
            self.body = Self::new(class).body;
            self.free = NO_SLOT;
            return;
        }
        let next = core::mem::replace(&mut self.free, slot as u16).to_le_bytes();
        match &mut self.body {
            Body::Long(texts) => {
                if let Some(text) = texts.get_mut(slot) {
                    *text = next.into();
                }
            }
            Body::Slots(_) => {
                let bytes = self.slot_mut(slot);
                if let Some(place) = bytes.and_then(|bytes| bytes.first_chunk_mut::<2>()) {
                    *place = next;
                }
            }
        }
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
