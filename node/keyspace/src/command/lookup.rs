//! From a name to its command, for every request: a table that is built as the crate compiles, so that
//! looking up is one hash, usually one comparison, and never an allocation.

use super::spec::CommandSpec;
use super::table::FAMILIES;

/// The size of the table: a power of two, several times the number of commands.
const SIZE: usize = 1024;

/// Open addressing: a command is in the first free place from its hash on.
static TABLE: [Option<Entry>; SIZE] = build();

/// A command and its name in a form that is compared at once.
#[derive(Clone, Copy)]
struct Entry {
    name: Folded,
    spec: &'static CommandSpec,
}

/// A name in small letters: its length, its first and its last eight bytes. Up to 16 bytes these are all
/// there is; longer names are compared once more.
#[derive(Clone, Copy)]
struct Folded {
    first: u64,
    last: u64,
    len: usize,
}

/// The command of this name, in any case.
///
/// ```
/// use shoal_keyspace::command::lookup;
///
/// assert_eq!(lookup(b"HGetAll").map(|spec| spec.name), Some("hgetall"));
/// assert!(lookup(b"hgetal").is_none());
/// ```
#[inline]
#[must_use]
pub fn lookup(name: &[u8]) -> Option<&'static CommandSpec> {
    let folded = Folded::new(name);
    let mut place = folded.hash();
    // The table is never full, so there is a free place to stop at.
    while let Some(entry) = TABLE[place % SIZE] {
        if entry.name.same(folded) && (name.len() <= 16 || is_called(entry.spec, name)) {
            return Some(entry.spec);
        }
        place = place.wrapping_add(1);
    }
    None
}

#[cold]
fn is_called(spec: &CommandSpec, name: &[u8]) -> bool {
    spec.name.as_bytes().eq_ignore_ascii_case(name)
}

impl Folded {
    #[inline]
    const fn new(name: &[u8]) -> Self {
        let len = name.len();
        let (first, last) = match (name.first_chunk::<8>(), name.last_chunk::<8>()) {
            (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
            _ => (short_word(name), 0),
        };
        Self {
            first: to_small(first),
            last: to_small(last),
            len,
        }
    }

    #[inline]
    const fn same(self, other: Self) -> bool {
        self.first == other.first && self.last == other.last && self.len == other.len
    }

    #[inline]
    const fn hash(self) -> usize {
        // An odd number that spreads the names of all commands of Redis 7.2 well, found by trying.
        const SPREAD: u64 = 0xa8b3_b3de_efbf_fa3d;
        let word = self.first ^ self.last.rotate_left(29) ^ self.len as u64;
        (word.wrapping_mul(SPREAD) >> 54) as usize
    }
}

/// Fewer than eight bytes as a number. With the length it tells them all: from four bytes on the two halves
/// overlap, below that each byte has its place.
#[inline]
const fn short_word(name: &[u8]) -> u64 {
    match (name.first_chunk::<4>(), name.last_chunk::<4>(), name) {
        (Some(first), Some(last), _) => {
            u32::from_le_bytes(*first) as u64 | (u32::from_le_bytes(*last) as u64) << 32
        }
        (_, _, [a, b, c]) => u32::from_le_bytes([*a, *b, *c, 0]) as u64,
        (_, _, [a, b]) => u32::from_le_bytes([*a, *b, 0, 0]) as u64,
        (_, _, [a]) => *a as u64,
        _ => 0,
    }
}

/// Makes the capital letters among eight bytes small, all at once: adding to the low seven bits of a byte
/// carries into its top bit exactly from a chosen letter on, and capitals are what lies between two such.
#[inline]
const fn to_small(word: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let low = word & (EACH * 0x7f);
    let from_a = low + EACH * (0x80 - b'A' as u64);
    let beyond_z = low + EACH * (0x7f - b'Z' as u64);
    let ascii = !word & (EACH * 0x80);
    let capitals = ascii & (from_a ^ beyond_z);
    // From the top bit of a byte to the bit that tells small from capital.
    word | (capitals >> 2)
}

const fn build() -> [Option<Entry>; SIZE] {
    let mut table = [None; SIZE];
    let mut family = 0;
    while family < FAMILIES.len() {
        let mut index = 0;
        while index < FAMILIES[family].len() {
            let spec = &FAMILIES[family][index];
            let name = Folded::new(spec.name.as_bytes());
            let mut place = name.hash();
            while table[place % SIZE].is_some() {
                place += 1;
            }
            table[place % SIZE] = Some(Entry { name, spec });
            index += 1;
        }
        family += 1;
    }
    table
}

/// At most half of the table is used, or a miss would search for long.
const _: () = {
    let mut used = 0;
    let mut family = 0;
    while family < FAMILIES.len() {
        used += FAMILIES[family].len();
        family += 1;
    }
    assert!(used * 2 <= SIZE);
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::commands;

    #[test]
    fn every_command_is_found_in_any_case() {
        for spec in commands() {
            let loud = spec.name.to_ascii_uppercase();
            assert_eq!(
                lookup(loud.as_bytes()).map(|found| found.name),
                Some(spec.name)
            );
        }
    }

    #[test]
    fn what_is_almost_a_name_is_not_found() {
        for spec in commands() {
            let longer = format!("{}~", spec.name);
            assert!(lookup(longer.as_bytes()).is_none(), "{longer}");
        }
        for name in [&b""[..], b"\0", b"g", b"get ", b"GE\x54\0", &[0xff; 4000]] {
            assert!(lookup(name).is_none());
        }
    }

    #[test]
    fn most_commands_are_found_at_once() {
        let direct = commands().filter(|spec| {
            let first = TABLE[Folded::new(spec.name.as_bytes()).hash() % SIZE];
            first.is_some_and(|found| found.spec.name == spec.name)
        });
        let all = commands().count();
        assert!(
            direct.count() * 10 > all * 9,
            "the hash spreads {all} names badly"
        );
    }

    #[test]
    fn only_capital_letters_become_small() {
        for byte in 0..=u8::MAX {
            let word = to_small(u64::from_le_bytes([
                byte, b'A', 0xff, b'z', b'Z', 0, 0x80, byte,
            ]));
            let small = byte.to_ascii_lowercase();
            assert_eq!(
                word.to_le_bytes(),
                [small, b'a', 0xff, b'z', b'z', 0, 0x80, small]
            );
        }
    }

    #[test]
    fn one_changed_byte_is_another_name() {
        for spec in commands() {
            for at in 0..spec.name.len() {
                for byte in 0..=u8::MAX {
                    let mut name = spec.name.as_bytes().to_vec();
                    name[at] = byte;
                    let same = lookup(&name).is_some_and(|found| found.name == spec.name);
                    assert_eq!(
                        same,
                        name.eq_ignore_ascii_case(spec.name.as_bytes()),
                        "{}",
                        name.escape_ascii()
                    );
                }
            }
        }
    }
}
