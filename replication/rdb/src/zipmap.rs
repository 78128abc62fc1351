//! Zipmaps, the compact form of hashes before Redis 2.6. Only read.
//!
//! Count (1; 254 and more mean "count by walking"), then key length, key, value length, number of free bytes
//! (1), value, free bytes; `ff` ends it. A length is one byte below 254, or 254 and 4 (little-endian).

/// Why bytes are not a zipmap.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ZipmapError {
    /// An entry that cannot be read; the number is its offset.
    #[error("zipmap with a bad entry at {0}")]
    BadEntry(usize),
    /// There is something behind the end mark, or no end mark.
    #[error("zipmap of another size than its entries")]
    WrongSize,
    /// There are more or fewer entries than the first byte says.
    #[error("zipmap with another number of entries than it says")]
    WrongCount,
}

const LONG: u8 = 254;
const END: u8 = 255;

/// The pairs of a zipmap; stops after an error.
#[derive(Clone, Debug)]
pub(crate) struct Zipmap<'a> {
    count: u8,
    total: usize,
    rest: &'a [u8],
    seen: usize,
    done: bool,
}

impl<'a> Zipmap<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, ZipmapError> {
        let (&count, rest) = bytes.split_first().ok_or(ZipmapError::WrongSize)?;
        Ok(Self {
            count,
            total: bytes.len(),
            rest,
            seen: 0,
            done: false,
        })
    }

    fn read(&mut self) -> Result<Option<Pair<'a>>, ZipmapError> {
        match self.rest {
            [] => return Err(ZipmapError::WrongSize),
            [END] if self.count < LONG && usize::from(self.count) != self.seen => {
                return Err(ZipmapError::WrongCount);
            }
            [END] => return Ok(None),
            [END, ..] => return Err(ZipmapError::WrongSize),
            _ => {}
        }
        let bad = ZipmapError::BadEntry(self.total - self.rest.len());
        let (pair, rest) = pair(self.rest).ok_or(bad)?;
        self.rest = rest;
        self.seen += 1;
        Ok(Some(pair))
    }
}

impl<'a> Iterator for Zipmap<'a> {
    type Item = Result<Pair<'a>, ZipmapError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let pair = self.read();
        self.done = !matches!(pair, Ok(Some(_)));
        pair.transpose()
    }
}

type Pair<'a> = (&'a [u8], &'a [u8]);

fn pair(bytes: &[u8]) -> Option<(Pair<'_>, &[u8])> {
    let (key_len, rest) = length(bytes)?;
    let (key, rest) = rest.split_at_checked(key_len)?;
    let (value_len, rest) = length(rest)?;
    let (&free, rest) = rest.split_first()?;
    let (value, rest) = rest.split_at_checked(value_len)?;
    Some(((key, value), rest.get(usize::from(free)..)?))
}

fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    match bytes.split_first()? {
        (&END, _) => None,
        (&LONG, rest) => {
            let (len, rest) = rest.split_first_chunk()?;
            Some((usize::try_from(u32::from_le_bytes(*len)).ok()?, rest))
        }
        (&len, rest) => Some((usize::from(len), rest)),
    }
}
