//! A page: up to 256 slots of one size.

/// How many members a page holds.
pub(super) const SLOTS: usize = 256;
/// Sizes of slots are multiples of this.
const STEP: usize = 8;
/// The largest slot inside a page. The length of its text fits a byte.
const SLOT_MAX: usize = 256;
/// Sizes, and one for long texts: index 0.
pub(super) const SIZES: usize = SLOT_MAX / STEP + 1;
const TEXT_AT: usize = 9;
/// Where the text begins in an allocation of its own.
const LONG_TEXT_AT: usize = 8;
/// No page, or no slot.
pub(super) const NONE: u32 = u32::MAX;

/// Which size of slots a text needs.
pub(super) const fn class_of(len: usize) -> usize {
    let class = (TEXT_AT + len).div_ceil(STEP);
    if class < SIZES { class } else { 0 }
}

/// Slots of one size.
#[derive(Clone, Debug)]
pub(super) struct Page {
    body: Body,
    /// The next page with free slots of this size.
    pub(super) next: u32,
    /// The first free slot among those that were used before.
    free: u16,
    live: u16,
    pub(super) class: u8,
    /// Whether it is in the list of pages with free slots.
    pub(super) listed: bool,
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
    pub(super) const fn new(class: usize) -> Self {
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

    pub(super) fn is_full(&self) -> bool {
        usize::from(self.live) == SLOTS
    }

    pub(super) fn bytes(&self) -> usize {
        match &self.body {
            Body::Slots(slots) => slots.capacity(),
            Body::Long(texts) => {
                let long: usize = texts.iter().map(|text| text.len()).sum();
                long + texts.capacity() * size_of::<Box<[u8]>>()
            }
        }
    }

    #[inline]
    pub(super) fn slot(&self, slot: usize) -> Option<&[u8]> {
        match &self.body {
            Body::Slots(slots) => slots.get(slot * self.size()..(slot + 1) * self.size()),
            Body::Long(texts) => texts.get(slot).map(|text| &**text),
        }
    }

    #[inline]
    pub(super) fn slot_mut(&mut self, slot: usize) -> Option<&mut [u8]> {
        let size = self.size();
        match &mut self.body {
            Body::Slots(slots) => slots.get_mut(slot * size..(slot + 1) * size),
            Body::Long(texts) => texts.get_mut(slot).map(|text| &mut **text),
        }
    }

    /// The text of the member in a slot.
    #[inline]
    pub(super) fn text(&self, slot: usize) -> Option<&[u8]> {
        let bytes = self.slot(slot)?;
        match self.body {
            Body::Slots(_) => {
                let len = usize::from(*bytes.get(TEXT_AT - 1)?);
                bytes.get(TEXT_AT..TEXT_AT + len)
            }
            Body::Long(_) => bytes.get(LONG_TEXT_AT..),
        }
    }

    /// Puts a member into a free slot.
    pub(super) fn add(&mut self, text: &[u8], score: f64) -> Option<usize> {
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

    pub(super) fn remove(&mut self, slot: usize) {
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
