//! A listpack: a row of short strings and integers in one block of bytes, in the very layout of RDB
//! files, so that saving and loading is a copy.
//!
//! ```text
//! total bytes u32 | elements u16 (65535: count them) | element ... | 0xff
//! element: encoding and data | its own length, to be read backwards
//! ```
//!
//! Everything read here is checked, as a block may come from a file or from `RESTORE`.

use crate::numbers::parse_int;

const HEADER: usize = 6;
const TERMINATOR: u8 = 0xff;

/// One element.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Item<'a> {
    Bytes(&'a [u8]),
    Int(i64),
}

impl<'a> Item<'a> {
    /// The form in which a text is stored.
    pub(crate) fn of(text: &'a [u8]) -> Self {
        parse_int(text).map_or(Self::Bytes(text), Self::Int)
    }

    /// The text.
    pub(crate) fn text<'t>(&'t self, digits: &'t mut itoa::Buffer) -> &'t [u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Int(value) => digits.format(*value).as_bytes(),
        }
    }

    /// The text in a vector of its own.
    pub(crate) fn to_vec(self) -> Vec<u8> {
        self.text(&mut itoa::Buffer::new()).to_vec()
    }

    /// Appends encoding, data and backward length.
    fn encode(self, out: &mut Vec<u8>) {
        let start = out.len();
        match self {
            Self::Int(value) => encode_int(value, out),
            Self::Bytes(bytes) => {
                match bytes.len() {
                    len @ 0..64 => out.push(0x80 | len as u8),
                    len @ 64..4096 => out.extend([0xe0 | (len >> 8) as u8, len as u8]),
                    len => {
                        out.push(0xf0);
                        out.extend((len as u32).to_le_bytes());
                    }
                }
                out.extend_from_slice(bytes);
            }
        }
        encode_backlen(out.len() - start, out);
    }
}

fn encode_int(value: i64, out: &mut Vec<u8>) {
    let [b0, b1, b2, b3, ..] = value.to_le_bytes();
    match value {
        0..=127 => out.push(b0),
        -4096..=4095 => out.extend([0xc0 | (b1 & 0x1f), b0]),
        -0x8000..=0x7fff => out.extend([0xf1, b0, b1]),
        -0x80_0000..=0x7f_ffff => out.extend([0xf2, b0, b1, b2]),
        -0x8000_0000..=0x7fff_ffff => out.extend([0xf3, b0, b1, b2, b3]),
        _ => {
            out.push(0xf4);
            out.extend(value.to_le_bytes());
        }
    }
}

const fn backlen_size(len: usize) -> usize {
    match len {
        0..0x80 => 1,
        0x80..0x4000 => 2,
        0x4000..0x20_0000 => 3,
        0x20_0000..0x1000_0000 => 4,
        _ => 5,
    }
}

/// The length of an element in groups of seven bits, to be read from the end: all but the first written
/// have the upper bit set.
fn encode_backlen(len: usize, out: &mut Vec<u8>) {
    let size = backlen_size(len);
    for i in (0..size).rev() {
        let group = (len >> (7 * i)) as u8 & 0x7f;
        out.push(if i + 1 == size { group } else { group | 0x80 });
    }
}

/// Reads the element at an offset: what it is, and where the next one begins.
fn decode(bytes: &[u8], at: usize) -> Option<(Item<'_>, usize)> {
    let rest = bytes.get(at..)?;
    let (&first, data) = rest.split_first()?;
    let byte = |i: usize| data.get(i).copied().map(i64::from);
    let (item, len) = match first {
        0..0x80 => (Item::Int(first.into()), 1),
        0x80..0xc0 => {
            let len = usize::from(first & 0x3f);
            (Item::Bytes(data.get(..len)?), 1 + len)
        }
        0xc0..0xe0 => {
            let raw = (i64::from(first & 0x1f) << 8) | byte(0)?;
            (Item::Int((raw << 51) >> 51), 2)
        }
        0xe0..0xf0 => {
            let len = (usize::from(first & 0x0f) << 8) | usize::from(*data.first()?);
            (Item::Bytes(data.get(1..1 + len)?), 2 + len)
        }
        0xf0 => {
            let len = u32::from_le_bytes(*data.first_chunk()?) as usize;
            (Item::Bytes(data.get(4..len.checked_add(4)?)?), 5 + len)
        }
        0xf1 => (Item::Int(i16::from_le_bytes(*data.first_chunk()?).into()), 3),
        0xf2 => {
            let raw = byte(0)? | (byte(1)? << 8) | (byte(2)? << 16);
            (Item::Int((raw << 40) >> 40), 4)
        }
        0xf3 => (Item::Int(i32::from_le_bytes(*data.first_chunk()?).into()), 5),
        0xf4 => (Item::Int(i64::from_le_bytes(*data.first_chunk()?)), 9),
        _ => return None,
    };
    Some((item, at + len + backlen_size(len)))
}

/// A block of elements that can be changed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Listpack(Vec<u8>);

impl Default for Listpack {
    fn default() -> Self {
        Self(vec![7, 0, 0, 0, 0, 0, TERMINATOR])
    }
}

impl Listpack {
    /// Takes over a block from elsewhere, if every byte of it is as it must be.
    pub(crate) fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        let total = u32::from_le_bytes(*bytes.first_chunk()?) as usize;
        let claimed = u16::from_le_bytes(*bytes.get(4..)?.first_chunk()?);
        if total != bytes.len() || total < HEADER + 1 {
            return None;
        }
        let (mut at, mut count) = (HEADER, 0usize);
        while at + 1 < total {
            let (_, next) = decode(&bytes, at)?;
            let len = entry_len(next, at)?;
            let mut backlen = Vec::with_capacity(5);
            encode_backlen(len, &mut backlen);
            if bytes.get(at + len..next)? != backlen {
                return None;
            }
            (at, count) = (next, count + 1);
        }
        let counted = claimed == u16::MAX || usize::from(claimed) == count;
        (at + 1 == total && bytes.last() == Some(&TERMINATOR) && counted).then_some(Self(bytes))
    }

    /// The block, as it stands in an RDB file.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn capacity(&self) -> usize {
        self.0.capacity()
    }

    /// How many elements there are.
    pub(crate) fn len(&self) -> usize {
        match self.0.get(4..).and_then(<[u8]>::first_chunk).map(|raw| u16::from_le_bytes(*raw)) {
            Some(u16::MAX) | None => self.iter().count(),
            Some(count) => count.into(),
        }
    }

    /// The elements with their offsets.
    fn offsets(&self) -> impl Iterator<Item = (usize, Item<'_>)> {
        let mut at = HEADER;
        core::iter::from_fn(move || {
            let (item, next) = decode(&self.0, at)?;
            Some((core::mem::replace(&mut at, next), item))
        })
    }

    /// The elements in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Item<'_>> {
        self.offsets().map(|(_, item)| item)
    }

    /// The elements in pairs.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (Item<'_>, Item<'_>)> {
        let mut items = self.iter();
        core::iter::from_fn(move || Some((items.next()?, items.next()?)))
    }

    /// In a row of keys and values: the offset of a key, and of the value behind it.
    fn find_pair(&self, key: &[u8]) -> Option<(usize, usize)> {
        let key = Item::of(key);
        let mut items = self.offsets();
        while let (Some((at, item)), Some((value_at, _))) = (items.next(), items.next()) {
            if item == key {
                return Some((at, value_at));
            }
        }
        None
    }

    /// In a row of keys and values: the value of a key.
    pub(crate) fn get_pair(&self, key: &[u8]) -> Option<Item<'_>> {
        let (_, value_at) = self.find_pair(key)?;
        decode(&self.0, value_at).map(|(item, _)| item)
    }

    /// In a row of keys and values: sets a value. Returns whether the key is new.
    pub(crate) fn set_pair(&mut self, key: &[u8], value: &[u8]) -> bool {
        let mut encoded = Vec::with_capacity(key.len() + value.len() + 16);
        if let Some((_, at)) = self.find_pair(key) {
            let end = decode(&self.0, at).map_or(at, |(_, next)| next);
            Item::of(value).encode(&mut encoded);
            self.0.splice(at..end, encoded);
            self.finish(0);
            return false;
        }
        Item::of(key).encode(&mut encoded);
        Item::of(value).encode(&mut encoded);
        let end = self.0.len() - 1;
        // Exact growth: small blocks are many, and doubling would waste what they save.
        self.0.reserve_exact(encoded.len());
        self.0.splice(end..end, encoded);
        self.finish(2);
        true
    }

    /// In a row of keys and values: removes a key and its value. Returns whether it was there.
    pub(crate) fn remove_pair(&mut self, key: &[u8]) -> bool {
        let Some((at, value_at)) = self.find_pair(key) else { return false };
        let end = decode(&self.0, value_at).map_or(value_at, |(_, next)| next);
        self.0.drain(at..end);
        self.finish(-2);
        true
    }

    /// Brings the header up to date after a change by so many elements.
    fn finish(&mut self, by: i16) {
        let total = (self.0.len() as u32).to_le_bytes();
        let count = self.0.get(4..).and_then(<[u8]>::first_chunk).map_or(0, |raw| u16::from_le_bytes(*raw));
        let count = if count == u16::MAX { count } else { count.saturating_add_signed(by) };
        let header = total.into_iter().chain(count.to_le_bytes());
        self.0.iter_mut().zip(header).for_each(|(byte, new)| *byte = new);
    }
}

/// The length of encoding and data, from the extent of a whole element.
fn entry_len(next: usize, at: usize) -> Option<usize> {
    (1..=5).map(|size| (next - at).checked_sub(size)).find_map(|len| len.filter(|&len| backlen_size(len) + len == next - at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_is_read_back() {
        let long = vec![b'x'; 5000];
        let texts: [&[u8]; 14] = [
            b"", b"a", b"0", b"127", b"128", b"-1", b"-4096", b"4096", b"-32769", b"8388607", b"-8388609", b"2147483648",
            &long[..64], &long,
        ];
        let mut pack = Listpack::default();
        for (i, text) in texts.iter().enumerate() {
            assert!(pack.set_pair(format!("f{i}").as_bytes(), text));
        }
        for (i, text) in texts.iter().enumerate() {
            assert_eq!(pack.get_pair(format!("f{i}").as_bytes()).unwrap().to_vec(), *text);
        }
        assert_eq!(pack.len(), 28);
        assert_eq!(Listpack::from_bytes(pack.as_bytes().to_vec()), Some(pack));
    }

    #[test]
    fn row_27_damaged_listpacks_are_refused() {
        let mut pack = Listpack::default();
        for i in 0..20 {
            pack.set_pair(format!("field{i}").as_bytes(), format!("{}", i * 1000).as_bytes());
        }
        let good = pack.as_bytes().to_vec();
        for cut in 0..good.len() {
            assert_eq!(Listpack::from_bytes(good[..cut].to_vec()), None);
        }
        let mut wrong_count = good.clone();
        wrong_count[4] ^= 1;
        assert_eq!(Listpack::from_bytes(wrong_count), None);
        let mut early_end = good;
        early_end[HEADER] = TERMINATOR;
        assert_eq!(Listpack::from_bytes(early_end), None);
    }
}
