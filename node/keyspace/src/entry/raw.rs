//! The allocation of an entry and every access to its bytes.
//!
//! # Safety argument
//!
//! * An `Entry` owns its allocation: made in `allocate`, freed in `Drop`, never copied. `&Entry` reads and
//!   `&mut Entry` writes; the one exception is the clock, see `set_clock`.
//! * The allocation has `units * 16` bytes. `set_shape` refuses shapes that end beyond it, and all offsets
//!   come from the shape in the header, so every access lies inside.
//! * Bytes are read only after they were written: the header by `allocate`, key and value by the
//!   constructors in `edit.rs`, which write the whole extent of a shape before the entry is handed out
//!   (and zero what lies between).
//! * A boxed value comes from `Box::into_raw` in `put_boxed`, and is given back by exactly one of
//!   `take_boxed` and `Drop`; the representation bits say whether there is one.
//! * Addresses have at most 48 bits and the lowest three are zero: `allocate` checks it.

use core::ptr::{self, NonNull};
use core::slice;
use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};

use super::{PackKind, Repr, Shape, View};
use crate::prefetch::prefetch;
use crate::value::Value;

const _: () = assert!(
    usize::BITS == 64,
    "entries keep 16 bits of a hash in a 64-bit pointer"
);

/// Allocations are multiples of this many bytes.
pub(super) const STEP: usize = 16;
const ALIGN: usize = 8;
const ADDRESS: usize = 0x0000_ffff_ffff_fff8;
const EXPIRES: usize = 1;
const TAG_SHIFT: u32 = 48;

const AT_MARK: usize = 3;
const AT_KIND: usize = 4;
const AT_KEY_LEN: usize = 5;
const AT_VAL_LEN: usize = 6;
const AT_UNITS: usize = 7;
const AT_WIDE_KEY_LEN: usize = 8;
const AT_WIDE_VAL_LEN: usize = 16;
const AT_WIDE_UNITS: usize = 24;

const REPR_BITS: u8 = 0b0_1111;
const WIDE_BIT: u8 = 0b1_0000;

/// An owned entry. `Option<Entry>` is eight bytes.
#[repr(transparent)]
pub(crate) struct Entry(NonNull<u8>);

const _: () = assert!(size_of::<Option<Entry>>() == 8);

// SAFETY: an entry owns everything it points to, and `Value` is `Send`. It is not `Sync`, because
// `set_clock` writes through a shared reference.
unsafe impl Send for Entry where Value: Send {}

impl Entry {
    /// An entry of this shape with room for at least `room` bytes. Expiry, key and value are not written
    /// yet: that is up to the caller, before the entry is used.
    pub(super) fn allocate(shape: Shape, room: usize) -> Self {
        let wanted = room.max(shape.end()).div_ceil(STEP);
        // A compact entry's units must fit a byte; its shape ends at 526 at most, so this cuts spare room only.
        let units = if shape.wide {
            wanted
        } else {
            wanted.min(u8::MAX as usize)
        };
        let layout = Self::layout(units);
        // SAFETY: the size is at least one header, so never zero.
        let Some(base) = NonNull::new(unsafe { alloc(layout) }) else {
            handle_alloc_error(layout)
        };
        if base.addr().get() & !ADDRESS != 0 {
            // SAFETY: allocated above with this layout. Such an address cannot carry a tag.
            unsafe { dealloc(base.as_ptr(), layout) };
            handle_alloc_error(layout);
        }
        let mut entry = Self(base);
        entry.write::<u64>(0, 0);
        if shape.wide {
            entry.write::<u8>(AT_KIND, WIDE_BIT);
            entry.write::<u64>(AT_WIDE_UNITS, units as u64);
        } else {
            entry.write::<u8>(AT_UNITS, units as u8);
        }
        entry.set_shape(shape);
        entry
    }

    fn layout(units: usize) -> Layout {
        // Sizes come from slices that exist, so this fails for no real input.
        match Layout::from_size_align(units.saturating_mul(STEP), ALIGN) {
            Ok(layout) => layout,
            Err(_) => handle_alloc_error(Layout::new::<u64>()),
        }
    }

    #[inline]
    fn base(&self) -> *mut u8 {
        self.0.as_ptr().map_addr(|address| address & ADDRESS)
    }

    /// Sends for the memory of a small entry: its line, and the next one if it reaches into that.
    #[inline]
    pub(crate) fn prefetch(&self) {
        /// What begins at most so far before the end of a line goes on behind it, if it has a key and a value
        /// of some sixteen bytes.
        const NEXT: usize = 32;
        prefetch(self.base());
        prefetch(self.base().wrapping_add(NEXT));
    }

    /// Writes a number at an offset inside the allocation.
    #[inline]
    fn write<T: Copy>(&mut self, at: usize, value: T) {
        // SAFETY: private, and called only with offsets of the header or of the shape.
        unsafe { self.base().add(at).cast::<T>().write_unaligned(value) }
    }

    /// Reads a number at an offset inside the allocation that was written before.
    #[inline]
    fn read<T: Copy>(&self, at: usize) -> T {
        // SAFETY: private, and called only with offsets of the header or of the shape, for plain numbers.
        unsafe { self.base().add(at).cast::<T>().read_unaligned() }
    }

    /// How many bytes the allocation has.
    #[inline]
    pub(super) fn capacity(&self) -> usize {
        let units = if self.is_wide() {
            self.read::<u64>(AT_WIDE_UNITS) as usize
        } else {
            self.read::<u8>(AT_UNITS).into()
        };
        units * STEP
    }

    #[inline]
    pub(super) fn is_wide(&self) -> bool {
        self.read::<u8>(AT_KIND) & WIDE_BIT != 0
    }

    #[inline]
    pub(super) fn shape(&self) -> Shape {
        let expires = self.has_expiry();
        if self.is_wide() {
            let (key_len, val_len) = (
                self.read::<u64>(AT_WIDE_KEY_LEN),
                self.read::<u64>(AT_WIDE_VAL_LEN),
            );
            Shape {
                wide: true,
                expires,
                key_len: key_len as usize,
                val_len: val_len as usize,
            }
        } else {
            let (key_len, val_len) = (self.read::<u8>(AT_KEY_LEN), self.read::<u8>(AT_VAL_LEN));
            Shape {
                wide: false,
                expires,
                key_len: key_len.into(),
                val_len: val_len.into(),
            }
        }
    }

    /// Whether this shape fits the allocation as it is.
    #[inline]
    pub(super) fn fits(&self, shape: Shape) -> bool {
        shape.wide == self.is_wide() && shape.end() <= self.capacity()
    }

    /// Takes over a shape. One that does not fit is refused: that would be an error of ours, and the entry
    /// stays as it was.
    pub(super) fn set_shape(&mut self, shape: Shape) {
        let fits = self.fits(shape);
        debug_assert!(fits);
        if !fits {
            return;
        }
        if shape.wide {
            self.write::<u64>(AT_WIDE_KEY_LEN, shape.key_len as u64);
            self.write::<u64>(AT_WIDE_VAL_LEN, shape.val_len as u64);
        } else {
            self.write::<u8>(AT_KEY_LEN, shape.key_len as u8);
            self.write::<u8>(AT_VAL_LEN, shape.val_len as u8);
        }
        let bit = usize::from(shape.expires) * EXPIRES;
        self.mark_pointer(|address| (address & !EXPIRES) | bit);
    }

    /// The 16 bits of the hash that the table keeps in the pointer.
    #[inline]
    pub(crate) fn tag(&self) -> u16 {
        (self.0.addr().get() >> TAG_SHIFT) as u16
    }

    /// The pointer as a number: the tag in its upper 16 bits, and never zero.
    #[inline]
    pub(crate) fn pointer_bits(&self) -> usize {
        self.0.addr().get()
    }

    /// Sets the hash bits in the pointer.
    #[inline]
    pub(crate) fn set_tag(&mut self, tag: u16) {
        let bits = usize::from(tag) << TAG_SHIFT;
        self.mark_pointer(|address| (address & ((1 << TAG_SHIFT) - 1)) | bits);
    }

    /// Changes the bits of the pointer that are not address.
    #[inline]
    fn mark_pointer(&mut self, change: impl FnOnce(usize) -> usize) {
        // The address part stays, so the result is never null.
        if let Some(marked) = NonNull::new(self.0.as_ptr().map_addr(change)) {
            self.0 = marked;
        }
    }

    /// Whether the entry has an expiry. Does not touch the allocation.
    #[inline]
    pub(crate) fn has_expiry(&self) -> bool {
        self.0.addr().get() & EXPIRES != 0
    }

    /// When the entry expires, in milliseconds since the Unix epoch.
    #[inline]
    pub(crate) fn expiry(&self) -> Option<i64> {
        self.has_expiry()
            .then(|| self.read::<i64>(self.shape().expiry_at()))
    }

    /// Overwrites the expiry of an entry whose shape has one.
    pub(super) fn write_expiry(&mut self, at: i64) {
        let shape = self.shape();
        if shape.expires {
            self.write::<i64>(shape.expiry_at(), at);
        }
    }

    /// The 24 bits of the LRU or LFU clock.
    #[inline]
    pub(crate) fn clock(&self) -> u32 {
        self.read::<u32>(0) & 0x00ff_ffff
    }

    /// Sets the LRU or LFU clock; reads do this too, so it takes a shared reference.
    #[inline]
    pub(crate) fn set_clock(&self, clock: u32) {
        let [low, middle, high, _] = clock.to_le_bytes();
        // SAFETY: inside the header. No reference to header bytes is ever handed out, and `Entry` is not
        // `Sync`, so nobody else reads or writes these three bytes meanwhile.
        unsafe { self.base().cast::<[u8; 3]>().write([low, middle, high]) }
    }

    /// The mark of the last snapshot that took this entry.
    #[allow(
        dead_code,
        reason = "for the snapshot without fork, which is built on this"
    )]
    pub(crate) fn mark(&self) -> u8 {
        self.read::<u8>(AT_MARK)
    }

    /// Marks the entry as taken by a snapshot.
    #[allow(
        dead_code,
        reason = "for the snapshot without fork, which is built on this"
    )]
    pub(crate) fn set_mark(&mut self, mark: u8) {
        self.write::<u8>(AT_MARK, mark);
    }

    #[inline]
    pub(super) fn repr(&self) -> Repr {
        match self.read::<u8>(AT_KIND) & REPR_BITS {
            0 => Repr::Embedded,
            1 => Repr::Raw,
            2 => Repr::Int,
            3 => Repr::Boxed,
            4 => Repr::PackedHash,
            5 => Repr::PackedList,
            6 => Repr::PackedSet,
            7 => Repr::PackedInts,
            _ => Repr::PackedZset,
        }
    }

    /// Says how the value bytes are to be read. Not for boxed values: those go through `put_boxed`.
    pub(super) fn set_repr(&mut self, repr: Repr) {
        debug_assert!(repr != Repr::Boxed && self.repr() != Repr::Boxed);
        let kind = self.read::<u8>(AT_KIND) & !REPR_BITS;
        self.write::<u8>(AT_KIND, kind | repr as u8);
    }

    fn bytes(&self, at: usize, len: usize) -> &[u8] {
        // SAFETY: private, and called only with parts of the shape, which lies inside the allocation and was
        // written. Writing needs `&mut self`, and `set_clock` writes none of these bytes.
        unsafe { slice::from_raw_parts(self.base().add(at), len) }
    }

    /// The key.
    #[inline]
    pub(crate) fn key(&self) -> &[u8] {
        let shape = self.shape();
        self.bytes(shape.key_at(), shape.key_len)
    }

    /// The value.
    #[inline]
    pub(crate) fn view(&self) -> View<'_> {
        let shape = self.shape();
        let packed = |kind| View::Packed(kind, self.bytes(shape.value_at(), shape.val_len));
        match self.repr() {
            Repr::Embedded | Repr::Raw => View::Bytes(self.bytes(shape.value_at(), shape.val_len)),
            Repr::Int => View::Int(self.read::<i64>(shape.value_at())),
            Repr::PackedHash => packed(PackKind::Hash),
            Repr::PackedList => packed(PackKind::List),
            Repr::PackedSet => packed(PackKind::Set),
            Repr::PackedInts => packed(PackKind::Ints),
            Repr::PackedZset => packed(PackKind::Zset),
            Repr::Boxed => {
                let boxed = self.read::<*mut Value>(shape.value_at());
                // SAFETY: the representation says that this is a live box of ours; `&self` borrows it.
                View::Boxed(unsafe { &*boxed })
            }
        }
    }

    /// The boxed value, to be changed.
    pub(crate) fn boxed_mut(&mut self) -> Option<&mut Value> {
        if self.repr() != Repr::Boxed {
            return None;
        }
        let boxed = self.read::<*mut Value>(self.shape().value_at());
        // SAFETY: as in `view`, and `&mut self` makes the borrow exclusive.
        Some(unsafe { &mut *boxed })
    }

    /// Takes the boxed value out; an integer is left in its place.
    pub(crate) fn take_boxed(&mut self) -> Option<Box<Value>> {
        if self.repr() != Repr::Boxed {
            return None;
        }
        let at = self.shape().value_at();
        let boxed = self.read::<*mut Value>(at);
        let kind = self.read::<u8>(AT_KIND) & !REPR_BITS;
        self.write::<u8>(AT_KIND, kind | Repr::Int as u8);
        self.write::<i64>(at, 0);
        // SAFETY: the pointer came from `Box::into_raw`, and the entry has just forgotten it.
        Some(unsafe { Box::from_raw(boxed) })
    }

    /// Stores a boxed value in an entry that holds none and whose shape has eight bytes for it.
    pub(super) fn put_boxed(&mut self, value: Box<Value>) {
        let shape = self.shape();
        debug_assert!(shape.val_len == 8 && self.repr() != Repr::Boxed);
        if shape.val_len != 8 {
            return;
        }
        self.write::<*mut Value>(shape.value_at(), Box::into_raw(value));
        let kind = self.read::<u8>(AT_KIND) & !REPR_BITS;
        self.write::<u8>(AT_KIND, kind | Repr::Boxed as u8);
    }

    /// Writes a number as the value; the shape has eight bytes for it.
    pub(super) fn write_int(&mut self, value: i64) {
        let shape = self.shape();
        debug_assert!(shape.val_len == 8);
        if shape.val_len == 8 {
            self.write::<i64>(shape.value_at(), value);
        }
    }

    /// Copies `bytes` over the key; both have the same length.
    pub(super) fn write_key(&mut self, bytes: &[u8]) {
        let shape = self.shape();
        self.copy_in(shape.key_at(), &bytes[..bytes.len().min(shape.key_len)]);
    }

    /// Copies `bytes` into the value at an offset; what would lie outside of the value is cut off.
    pub(super) fn write_value(&mut self, at: usize, bytes: &[u8]) {
        let shape = self.shape();
        let room = shape.val_len.saturating_sub(at);
        self.copy_in(shape.value_at() + at, &bytes[..bytes.len().min(room)]);
    }

    /// Fills a part of the value with zeros.
    pub(super) fn zero_value(&mut self, from: usize, to: usize) {
        let shape = self.shape();
        let to = to.min(shape.val_len);
        if from < to {
            // SAFETY: inside the value, by the line above.
            unsafe { ptr::write_bytes(self.base().add(shape.value_at() + from), 0, to - from) }
        }
    }

    fn copy_in(&mut self, at: usize, bytes: &[u8]) {
        // SAFETY: private, and called only with parts of the shape. `bytes` cannot overlap, as `self` is
        // borrowed exclusively.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), self.base().add(at), bytes.len()) }
    }

    /// Makes or removes the place of the expiry by moving key and value. The new shape must fit.
    pub(super) fn move_for_expiry(&mut self, expires: bool) {
        let old = self.shape();
        let new = Shape { expires, ..old };
        if old.expires == expires || !self.fits(new) {
            return;
        }
        let len = old.key_len + old.val_len;
        // SAFETY: both ranges lie inside the allocation, the new one because it fits.
        unsafe {
            ptr::copy(
                self.base().add(old.key_at()),
                self.base().add(new.key_at()),
                len,
            )
        };
        if expires {
            self.write::<i64>(new.expiry_at(), 0);
        }
        self.set_shape(new);
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        drop(self.take_boxed());
        let layout = Self::layout(self.capacity() / STEP);
        // SAFETY: allocated in `allocate` with this very layout, and never used again.
        unsafe { dealloc(self.base(), layout) }
    }
}
