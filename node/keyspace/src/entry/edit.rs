//! Making and changing entries, on top of `raw.rs`: which changes happen in place and which need a new
//! allocation. Overwriting a value by one of a similar size reuses the allocation.

use super::raw::STEP;
use super::{Entry, INLINE_MAX, PACK_MAX, Payload, Repr, Shape, View};
use crate::options::Options;
use crate::value::{Kind, Value};

impl Entry {
    /// Makes an entry: one allocation, unless the value is boxed.
    pub(crate) fn new(key: &[u8], payload: Payload<'_>, expiry: Option<i64>) -> Self {
        Self::with_room(key, payload, expiry, 0)
    }

    /// Makes an entry of a value in the form that suits it.
    pub(crate) fn of_value(key: &[u8], value: Value, expiry: Option<i64>) -> Self {
        match value.packed() {
            Some((kind, bytes)) if bytes.len() <= PACK_MAX => {
                Self::new(key, Payload::Packed(kind, bytes), expiry)
            }
            _ => Self::new(key, Payload::Boxed(Box::new(value)), expiry),
        }
    }

    /// Makes an entry with spare room for the value to grow by `spare` bytes.
    fn with_room(key: &[u8], payload: Payload<'_>, expiry: Option<i64>, spare: usize) -> Self {
        let payload = payload.fitted();
        let shape = Shape::new(key.len(), payload.len(), expiry.is_some());
        let mut entry = Self::allocate(shape, shape.end() + spare);
        if let Some(at) = expiry {
            entry.write_expiry(at);
        }
        entry.write_key(key);
        entry.write_payload(payload);
        entry
    }

    /// Writes a value into a shape that was made for it. No boxed value may be there.
    fn write_payload(&mut self, payload: Payload<'_>) {
        let repr = payload.repr();
        match payload {
            Payload::Bytes(bytes) | Payload::Raw(bytes) => {
                self.set_repr(repr);
                self.write_value(0, bytes);
            }
            Payload::Packed(_, bytes) => {
                self.set_repr(repr);
                self.write_value(0, bytes);
            }
            Payload::Int(value) => {
                self.set_repr(Repr::Int);
                self.write_int(value);
            }
            Payload::Boxed(value) => self.put_boxed(value),
        }
    }

    /// Replaces the value and the expiry, in place if the allocation suits. Returns the old value if it
    /// was boxed, so that the caller decides when its memory is freed.
    pub(crate) fn replace(
        &mut self,
        payload: Payload<'_>,
        expiry: Option<i64>,
    ) -> Option<Box<Value>> {
        let old = self.take_boxed();
        let payload = payload.fitted();
        let shape = Shape::new(self.shape().key_len, payload.len(), expiry.is_some());
        if self.suits(shape) {
            let before = self.shape();
            if before.expires != shape.expires {
                // The old value is gone: only the key has to move.
                self.set_shape(Shape {
                    val_len: 0,
                    ..before
                });
                self.move_for_expiry(shape.expires);
            }
            self.set_shape(shape);
            if let Some(at) = expiry {
                self.write_expiry(at);
            }
            self.write_payload(payload);
        } else {
            let new = Self::new(self.key(), payload, expiry);
            self.become_entry(new);
        }
        old
    }

    /// Whether a shape fits the allocation without wasting more than half of it.
    fn suits(&self, shape: Shape) -> bool {
        self.fits(shape) && shape.end() + 2 * STEP >= self.capacity() / 2
    }

    /// Takes over another allocation with the same key, keeping what belongs to the place: tag, clock, mark.
    fn become_entry(&mut self, mut new: Self) {
        new.set_tag(self.tag());
        new.set_clock(self.clock());
        new.set_mark(self.mark());
        *self = new;
    }

    /// Sets or removes the expiry.
    pub(crate) fn set_expiry(&mut self, expiry: Option<i64>) {
        let shape = Shape {
            expires: expiry.is_some(),
            ..self.shape()
        };
        if !self.fits(shape) {
            self.reallocate(shape);
        }
        self.move_for_expiry(shape.expires);
        if let Some(at) = expiry {
            self.write_expiry(at);
        }
    }

    /// Moves key and value to an allocation that has room for `room`.
    fn reallocate(&mut self, room: Shape) {
        let boxed = self.take_boxed();
        let expiry = self.expiry();
        let spare = room.end().saturating_sub(self.shape().end());
        let payload = match boxed {
            Some(value) => Payload::Boxed(value),
            None => self.inline_payload(),
        };
        let new = Self::with_room(self.key(), payload, expiry, spare);
        self.become_entry(new);
    }

    /// Writes a number over a number, in place. False if the value is not stored as a number.
    pub(crate) fn overwrite_int(&mut self, value: i64) -> bool {
        let is_int = self.repr() == Repr::Int;
        if is_int {
            self.write_int(value);
        }
        is_int
    }

    /// For strings: makes the value `new_len` bytes long (padding with zeros, never shortening) and
    /// copies `data` to offset `at`, which must end within `new_len`. The value is `raw` afterwards.
    pub(crate) fn edit_string(&mut self, new_len: usize, at: usize, data: &[u8]) {
        if let Some(Value::String(text)) = self.boxed_mut() {
            edit_vec(text, new_len, at, data);
            return;
        }
        let old = self.shape();
        let new_len = if self.repr() == Repr::Int {
            new_len
        } else {
            new_len.max(old.val_len)
        };
        let shape = Shape::new(old.key_len, new_len, old.expires);
        if self.repr() != Repr::Int && new_len <= INLINE_MAX && self.fits(shape) {
            self.set_shape(shape);
            self.zero_value(old.val_len, new_len);
            self.write_value(at, data);
            self.set_repr(Repr::Raw);
            return;
        }
        let mut text = Vec::with_capacity(new_len);
        self.view().append_text(&mut text);
        edit_vec(&mut text, new_len, at, data);
        let expiry = self.expiry();
        let new = if text.len() <= INLINE_MAX {
            // Who appends once appends again: double, up to the largest inline value.
            let spare = text.len().min(INLINE_MAX - text.len());
            Self::with_room(self.key(), Payload::Raw(&text), expiry, spare)
        } else {
            Self::new(
                self.key(),
                Payload::Boxed(Box::new(Value::String(text))),
                expiry,
            )
        };
        self.become_entry(new);
    }

    /// Renames: a new entry with another key and this entry's value.
    pub(crate) fn rekeyed(mut self, key: &[u8]) -> Self {
        let expiry = self.expiry();
        let payload = match self.take_boxed() {
            Some(value) => Payload::Boxed(value),
            None => self.inline_payload(),
        };
        let new = Self::new(key, payload, expiry);
        new.set_clock(self.clock());
        new
    }

    /// The type of the value.
    pub(crate) fn kind(&self) -> Kind {
        match self.view() {
            View::Bytes(_) | View::Int(_) => Kind::String,
            View::Packed(kind, _) => kind.kind(),
            View::Boxed(value) => value.kind(),
        }
    }

    /// The name of the encoding, as OBJECT ENCODING says it.
    pub(crate) fn encoding(&self, options: &Options) -> &'static str {
        match (self.repr(), self.view()) {
            (Repr::Embedded, _) => "embstr",
            (Repr::Int, _) => "int",
            (_, View::Packed(kind, _)) => kind.encoding(options),
            (_, View::Boxed(value)) => value.encoding(options),
            _ => "raw",
        }
    }

    /// The memory of this entry with everything it owns.
    pub(crate) fn memory(&self) -> usize {
        let boxed = match self.view() {
            View::Boxed(value) => size_of::<Value>() + value.heap_bytes(),
            View::Bytes(_) | View::Int(_) | View::Packed(..) => 0,
        };
        self.capacity() + boxed
    }

    /// A deep copy under another key.
    pub(crate) fn copied(&self, key: &[u8]) -> Self {
        let payload = match self.view() {
            View::Boxed(value) => Payload::Boxed(Box::new(value.clone())),
            _ => self.inline_payload(),
        };
        Self::new(key, payload, self.expiry())
    }

    /// A value that lies inside the entry, to be put into another one. A box is the business of the caller.
    fn inline_payload(&self) -> Payload<'_> {
        match self.view() {
            View::Int(value) => Payload::Int(value),
            View::Bytes(bytes) if self.repr() == Repr::Raw => Payload::Raw(bytes),
            View::Bytes(bytes) => Payload::Bytes(bytes),
            View::Packed(kind, bytes) => Payload::Packed(kind, bytes),
            View::Boxed(_) => Payload::Bytes(&[]),
        }
    }

    /// Changes a collection as a value of its own, wherever it is kept, and keeps it where it belongs afterwards.
    /// `None` if the entry has a string that is not boxed. `scratch` saves allocations from one call to the next.
    pub(crate) fn update_value<R>(
        &mut self,
        scratch: &mut Vec<u8>,
        change: impl FnOnce(&mut Value) -> R,
    ) -> Option<R> {
        let View::Packed(kind, bytes) = self.view() else {
            let value = self.boxed_mut()?;
            let result = change(value);
            self.move_in();
            return Some(result);
        };
        let mut copy = core::mem::take(scratch);
        copy.clear();
        copy.extend_from_slice(bytes);
        let mut value = Value::from_packed(kind, copy);
        let result = change(&mut value);
        let expiry = self.expiry();
        if let Some((kind, bytes)) = value.packed() {
            self.replace(Payload::Packed(kind, bytes), expiry);
            *scratch = value.into_buffer();
        } else {
            self.replace(Payload::Boxed(Box::new(value)), expiry);
        }
        Some(result)
    }

    /// Takes a boxed collection into the entry, if it has become so small that it will not leave again soon.
    fn move_in(&mut self) {
        let packed = self.boxed_mut().and_then(|value| value.packed());
        if packed.is_none_or(|(_, bytes)| bytes.len() > PACK_MAX / 2) {
            return;
        }
        let expiry = self.expiry();
        if let Some(value) = self.take_boxed()
            && let Some((kind, bytes)) = value.packed()
        {
            self.replace(Payload::Packed(kind, bytes), expiry);
        }
    }

    /// The value as a string, in pieces that need no allocation; `None` if it is a collection.
    pub(crate) fn string<'a>(&'a self, digits: &'a mut itoa::Buffer) -> Option<&'a [u8]> {
        match self.view() {
            View::Bytes(bytes) => Some(bytes),
            View::Boxed(Value::String(text)) => Some(text),
            View::Int(value) => Some(digits.format(value).as_bytes()),
            View::Packed(..) | View::Boxed(_) => None,
        }
    }
}

/// Writes `data` at an offset of a vector that is first made `new_len` long, if it is shorter.
fn edit_vec(text: &mut Vec<u8>, new_len: usize, at: usize, data: &[u8]) {
    if new_len > text.len() {
        text.resize(new_len, 0);
    }
    if let Some(place) = text.get_mut(at..at + data.len()) {
        place.copy_from_slice(data);
    }
}

/// A deep copy that belongs to the same place of a table.
impl Clone for Entry {
    fn clone(&self) -> Self {
        let mut copy = self.copied(self.key());
        copy.set_tag(self.tag());
        copy.set_clock(self.clock());
        copy
    }
}
