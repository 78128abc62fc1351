//! From a name to its command, for every request: a table that is built as the crate compiles, so that
//! looking up is one hash, usually one comparison, and never an allocation.

use super::spec::CommandSpec;
use super::table::FAMILIES;

/// The size of the table: a power of two, several times the number of commands.
const SIZE: usize = 1024;

/// Open addressing: a command is in the first free place from its hash on.
static TABLE: [Option<&'static CommandSpec>; SIZE] = build();

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
    let mut place = hash(name) as usize;
    // The table is never full, so there is a free place to stop at.
    while let Some(spec) = TABLE[place % SIZE] {
        if spec.name.as_bytes().eq_ignore_ascii_case(name) {
            return Some(spec);
        }
        place = place.wrapping_add(1);
    }
    None
}

/// Mixes the first and the last eight bytes and the length. Case is ignored by setting the bit that tells
/// small from capital letters; that it changes other characters too does no harm to a hash.
const fn hash(name: &[u8]) -> u32 {
    let mut first = 0u64;
    let mut last = 0u64;
    let mut index = 0;
    while index < name.len() && index < 8 {
        first = (first << 8) | (name[index] | 0x20) as u64;
        last = (last << 8) | (name[name.len() - 1 - index] | 0x20) as u64;
        index += 1;
    }
    let mixed =
        (first ^ last.rotate_left(29) ^ name.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 32) as u32 ^ (mixed >> 50) as u32
}

const fn build() -> [Option<&'static CommandSpec>; SIZE] {
    let mut table: [Option<&'static CommandSpec>; SIZE] = [None; SIZE];
    let mut family = 0;
    while family < FAMILIES.len() {
        let mut index = 0;
        while index < FAMILIES[family].len() {
            let spec = &FAMILIES[family][index];
            let mut place = hash(spec.name.as_bytes()) as usize;
            while table[place % SIZE].is_some() {
                place += 1;
            }
            table[place % SIZE] = Some(spec);
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
            let longer = format!("{}x", spec.name);
            assert!(lookup(longer.as_bytes()).is_none(), "{longer}");
        }
        for name in [&b""[..], b"\0", b"g", b"get ", b"GE\x54\0", &[0xff; 4000]] {
            assert!(lookup(name).is_none());
        }
    }

    #[test]
    fn most_commands_are_found_at_once() {
        let direct = commands().filter(|spec| {
            let first = TABLE[hash(spec.name.as_bytes()) as usize % SIZE];
            first.is_some_and(|found| found.name == spec.name)
        });
        let all = commands().count();
        assert!(
            direct.count() * 10 > all * 9,
            "the hash spreads {all} names badly"
        );
    }
}
