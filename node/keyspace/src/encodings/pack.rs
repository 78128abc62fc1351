//! Packs: the strings of a small collection one behind the other in one piece of memory, each as a listpack would
//! encode it, without the listpack's frame (see [`shoal_rdb::listpack::bare`]).
//!
//! A pack is walked from its beginning. That is meant for collections of a few kilobytes, which fit a handful of
//! cache lines; what grows beyond becomes something with an index.

use core::cell::Cell;

use shoal_rdb::listpack::{Element, EncodedElement, ListpackRef, bare, canonical_integer};

/// Larger packs could not become listpacks any more, which end at one gibibyte with their frame.
const BYTES_MAX: usize = 1 << 29;

/// A pack that can be changed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pack {
    bytes: Vec<u8>,
    /// How many elements there are, once somebody has counted.
    len: Cell<Option<u32>>,
}

/// A pack to be read: owned elsewhere, or inside an entry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PackRef<'a> {
    bytes: &'a [u8],
    /// How many elements there are, if somebody counted.
    len: Option<u32>,
}

/// A key in a pack of keys and values, and what stands beside it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair<'a> {
    /// The offset of the key.
    pub(crate) key_at: usize,
    /// The offset of the value.
    pub(crate) value_at: usize,
    pub(crate) value: Element<'a>,
}

impl<'a> PackRef<'a> {
    /// Elements that an entry holds.
    #[inline]
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, len: None }
    }

    pub(crate) const fn as_bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// How many elements there are: counted now, if nobody did before.
    #[inline]
    pub(crate) fn len(self) -> usize {
        self.len
            .map_or_else(|| self.iter().count(), |len| len as usize)
    }

    /// The elements in order.
    #[inline]
    pub(crate) const fn iter(self) -> PackIter<'a> {
        self.iter_from(0)
    }

    /// The elements from an offset on, which must be one where an element begins.
    #[inline]
    pub(crate) const fn iter_from(self, position: usize) -> PackIter<'a> {
        PackIter {
            bytes: self.bytes,
            position,
        }
    }

    /// The elements in pairs.
    #[inline]
    pub(crate) fn pairs(self) -> impl Iterator<Item = (Element<'a>, Element<'a>)> {
        let mut elements = self.iter();
        core::iter::from_fn(move || Some((elements.next()?, elements.next()?)))
    }

    pub(crate) fn nth(self, index: usize) -> Option<Element<'a>> {
        self.iter().nth(index)
    }

    /// The offset of the element with this index; the end, if there are not so many.
    pub(crate) fn position_of(self, index: usize) -> usize {
        let mut elements = self.iter();
        for _ in 0..index {
            if elements.next().is_none() {
                break;
            }
        }
        elements.position()
    }

    /// The offset of the first element with this text.
    pub(crate) fn find(self, text: &[u8]) -> Option<usize> {
        let wanted = EncodedElement::new(text);
        let mut at = 0;
        loop {
            let row = self.bytes.get(at..)?;
            let size = bare::size(row)?;
            if wanted.is_at(row) {
                return Some(at);
            }
            at += size;
        }
    }

    /// A key and its value. What is passed over on the way is not read, only measured.
    #[inline]
    pub(crate) fn find_pair(self, key: &[u8]) -> Option<Pair<'a>> {
        let wanted = EncodedElement::new(key);
        let mut key_at = 0;
        loop {
            let row = self.bytes.get(key_at..)?;
            let value_at = key_at + bare::size(row)?;
            let behind = self.bytes.get(value_at..)?;
            if wanted.is_at(row) {
                let (value, _) = bare::decode(behind)?;
                return Some(Pair {
                    key_at,
                    value_at,
                    value,
                });
            }
            key_at = value_at + bare::size(behind)?;
        }
    }

    /// The same elements as RDB has them.
    pub(crate) fn to_listpack(self) -> Vec<u8> {
        bare::to_listpack(self.bytes)
    }
}

/// A text that is looked for. If it is a number, that is found out once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    text: &'a [u8],
    number: Option<i64>,
}

impl<'a> Wanted<'a> {
    #[inline]
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            number: canonical_integer(text),
        }
    }

    #[inline]
    pub(crate) fn is(&self, element: Element<'_>) -> bool {
        match element {
            Element::Str(text) => text == self.text,
            Element::Int(number) => Some(number) == self.number,
        }
    }
}

impl Pack {
    /// Elements that come from an entry.
    pub(crate) fn from_bytes(bytes: Vec<u8>) -> Self {
        let len = Cell::new(None);
        Self { bytes, len }
    }

    /// The elements of a checked listpack.
    pub(crate) fn from_listpack(list: ListpackRef<'_>) -> Self {
        Self {
            bytes: bare::from_listpack(list),
            len: Cell::new(Some(list.len() as u32)),
        }
    }

    #[inline]
    pub(crate) const fn as_ref(&self) -> PackRef<'_> {
        PackRef {
            bytes: self.bytes.as_slice(),
            len: self.len.get(),
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The memory of the elements.
    pub(crate) const fn heap_bytes(&self) -> usize {
        self.bytes.capacity()
    }

    pub(crate) fn len(&self) -> usize {
        let len = self.as_ref().len();
        self.len.set(Some(len as u32));
        len
    }

    /// Whether there are more elements than this. They are counted only if they could be.
    #[inline]
    pub(crate) fn has_more_than(&self, elements: usize) -> bool {
        self.bytes.len() > elements && self.len() > elements
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Keeps the count up, if there is one.
    #[inline]
    fn count(&mut self, change: impl FnOnce(u32) -> u32) {
        self.len.set(self.len.get().map(change));
    }

    /// Whether `more` bytes of text may be added. What is refused here is not for packs anyway.
    pub(crate) fn has_room_for(&self, more: usize) -> bool {
        self.bytes
            .len()
            .checked_add(more)
            .is_some_and(|len| len < BYTES_MAX)
    }

    /// Appends an element.
    #[inline]
    pub(crate) fn push(&mut self, text: &[u8]) {
        bare::encode(text, &mut self.bytes);
        self.count(|len| len + 1);
    }

    /// Inserts an element at an offset where one begins, or at the end.
    pub(crate) fn insert(&mut self, at: usize, text: &[u8]) {
        self.splice(at, at, text);
        self.count(|len| len + 1);
    }

    /// Puts an element in the place of the one at this offset.
    pub(crate) fn replace(&mut self, at: usize, text: &[u8]) {
        let end = self.end_of(at);
        self.splice(at, end, text);
    }

    /// Takes out `count` elements from this offset on.
    pub(crate) fn remove(&mut self, at: usize, count: usize) {
        let mut elements = self.as_ref().iter_from(at);
        let removed = elements.by_ref().take(count).count();
        let end = elements.position();
        self.bytes.drain(at.min(end)..end);
        self.count(|len| len - removed as u32);
    }

    fn end_of(&self, at: usize) -> usize {
        let mut elements = self.as_ref().iter_from(at);
        let _: Option<Element<'_>> = elements.next();
        elements.position()
    }

    /// Replaces a stretch of bytes by one element: encoded at the end, then turned to its place.
    fn splice(&mut self, start: usize, end: usize, text: &[u8]) {
        let old_len = self.bytes.len();
        bare::encode(text, &mut self.bytes);
        let added = self.bytes.len() - old_len;
        if added == end - start {
            // Many a value is replaced by one of its own size.
            self.bytes.copy_within(old_len.., start);
            self.bytes.truncate(old_len);
            return;
        }
        if let Some(behind) = self.bytes.get_mut(start..) {
            behind.rotate_right(added);
        }
        self.bytes.drain(start + added..end + added);
    }
}

/// The elements of a pack.
#[derive(Clone, Debug)]
pub(crate) struct PackIter<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl PackIter<'_> {
    /// The offset of the element that comes next.
    #[inline]
    pub(crate) const fn position(&self) -> usize {
        self.position
    }
}

impl<'a> Iterator for PackIter<'a> {
    type Item = Element<'a>;

    #[inline]
    fn next(&mut self) -> Option<Element<'a>> {
        let (element, size) = bare::decode(self.bytes.get(self.position..)?)?;
        self.position += size;
        Some(element)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(pack: PackRef<'_>) -> Vec<Vec<u8>> {
        pack.iter().map(|element| element.to_vec()).collect()
    }

    fn text() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            any::<i64>().prop_map(|n| n.to_string().into_bytes()),
            (0i64..200).prop_map(|n| n.to_string().into_bytes()),
            proptest::collection::vec(any::<u8>(), 0..100),
            (0usize..5000).prop_map(|len| vec![b'x'; len]),
        ]
    }

    proptest! {
        #[test]
        fn a_pack_is_a_vector_of_texts(
            edits in proptest::collection::vec((0u8..4, any::<prop::sample::Index>(), text()), 0..40)
        ) {
            let (mut pack, mut model) = (Pack::default(), Vec::<Vec<u8>>::new());
            for (what, place, text) in edits {
                let index = place.index(model.len() + 1);
                let at = pack.as_ref().position_of(index);
                match what {
                    0 => {
                        pack.push(&text);
                        model.push(text);
                    }
                    1 => {
                        pack.insert(at, &text);
                        model.insert(index, text);
                    }
                    2 if index < model.len() => {
                        pack.replace(at, &text);
                        model[index] = text;
                    }
                    _ => {
                        let count = text.len().min(3).min(model.len() - index);
                        pack.remove(at, count);
                        model.drain(index..index + count);
                    }
                }
                prop_assert_eq!(texts(pack.as_ref()), model.clone());
                prop_assert_eq!((pack.len(), pack.is_empty()), (model.len(), model.is_empty()));
            }
            for text in &model {
                let first = model.iter().position(|other| other == text).unwrap();
                prop_assert_eq!(pack.as_ref().find(text), Some(pack.as_ref().position_of(first)));
                prop_assert_eq!(pack.as_ref().nth(first).map(|found| found.to_vec()), Some(text.clone()));
            }
            let framed = pack.as_ref().to_listpack();
            let back = Pack::from_listpack(ListpackRef::parse(&framed).unwrap());
            prop_assert_eq!(back.as_bytes(), pack.as_bytes());
            prop_assert_eq!(Pack::from_bytes(pack.into_bytes()).len(), model.len());
        }
    }

    #[test]
    fn pairs_are_found_by_their_key_only() {
        let mut pack = Pack::default();
        for text in [&b"a"[..], b"b", b"b", b"17", b"17", b"a"] {
            pack.push(text);
        }
        let value = |key: &[u8]| pack.as_ref().find_pair(key).map(|pair| pair.value.to_vec());
        assert_eq!(value(b"b"), Some(b"17".to_vec()));
        assert_eq!(value(b"17"), Some(b"a".to_vec()));
        assert_eq!(value(b"017"), None);
    }
}
