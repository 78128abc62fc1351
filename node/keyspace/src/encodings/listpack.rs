//! A row of fields and values in a listpack: the very layout of RDB files, so that saving and loading is
//! a copy. The layout itself is `shoal_rdb`'s.

use shoal_rdb::listpack::{Element, Listpack, ListpackError, ListpackFull};

use crate::numbers::parse_int;

/// A listpack of keys and values in turn.
#[derive(Clone, Debug)]
pub(crate) struct PairPack(Listpack);

impl Default for PairPack {
    fn default() -> Self {
        Self(Listpack::new())
    }
}

impl PairPack {
    /// Takes over bytes from elsewhere after checking them. That no key is there twice was checked by who
    /// read the file.
    pub(crate) fn from_bytes(bytes: Vec<u8>) -> Result<Self, ListpackError> {
        Listpack::from_bytes(bytes).map(Self)
    }

    /// The bytes, as they stand in an RDB file.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// How many pairs there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len() / 2
    }

    /// The pairs in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Element<'_>, Element<'_>)> {
        let mut elements = self.0.iter();
        core::iter::from_fn(move || Some((elements.next()?, elements.next()?)))
    }

    /// Where a pair is: the offsets of its key and of its value, and the value.
    fn find(&self, key: &[u8]) -> Option<(usize, usize, Element<'_>)> {
        let number = parse_int(key);
        let mut elements = self.0.iter();
        loop {
            let key_at = elements.position();
            let found = match elements.next()? {
                Element::Str(text) => text == key,
                Element::Int(value) => Some(value) == number,
            };
            let value_at = elements.position();
            let value = elements.next()?;
            if found {
                return Some((key_at, value_at, value));
            }
        }
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &[u8]) -> Option<Element<'_>> {
        self.find(key).map(|(_, _, value)| value)
    }

    /// Sets a value and returns whether the key is new. If there is no room, nothing is changed.
    pub(crate) fn set(&mut self, key: &[u8], value: &[u8]) -> Result<bool, ListpackFull> {
        if let Some((_, value_at, _)) = self.find(key) {
            self.0.replace(value_at, value)?;
            return Ok(false);
        }
        let end = self.0.as_bytes().len() - 1;
        self.0.push(key)?;
        match self.0.push(value) {
            Ok(()) => Ok(true),
            Err(full) => {
                self.0.remove(end, 1);
                Err(full)
            }
        }
    }

    /// Removes a key and its value. Returns whether it was there.
    pub(crate) fn remove(&mut self, key: &[u8]) -> bool {
        let found = self.find(key).map(|(key_at, _, _)| key_at);
        if let Some(at) = found {
            self.0.remove(at, 2);
        }
        found.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_set_replaced_and_removed() {
        let mut pack = PairPack::default();
        for i in 0..50u32 {
            assert_eq!(pack.set(format!("{i}").as_bytes(), b"old"), Ok(true));
            assert_eq!(
                pack.set(format!("{i}").as_bytes(), format!("value {i}").as_bytes()),
                Ok(false)
            );
        }
        assert!(pack.remove(b"7"));
        assert!(!pack.remove(b"7"));
        assert_eq!(pack.get(b"7"), None);
        assert_eq!(pack.get(b"49"), Some(Element::Str(b"value 49")));
        assert_eq!((pack.len(), pack.iter().count()), (49, 49));
        assert_eq!(
            PairPack::from_bytes(pack.as_bytes().to_vec())
                .unwrap()
                .len(),
            49
        );
    }
}
