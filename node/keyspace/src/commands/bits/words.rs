//! Counting and finding bits, eight bytes at a time.

/// How many bits from `first` to `last`, both included, are set. Bits beyond the end are not.
pub(super) fn count_ones(bytes: &[u8], first: u64, last: u64) -> u64 {
    let (from, to) = (first as usize / 8, last as usize / 8);
    let bytes = bytes.get(from..).unwrap_or_default();
    let bytes = bytes.get(..=to - from).unwrap_or(bytes);
    let (Some(head), Some(tail)) = (bytes.first(), bytes.last()) else {
        return 0;
    };
    let before = head & !(0xff >> (first % 8));
    let behind = if bytes.len() > to - from {
        tail & (0x7f >> (last % 8))
    } else {
        0
    };
    popcount(bytes) - u64::from(before.count_ones() + behind.count_ones())
}

fn popcount(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let words = words.iter().map(|word| u64::from_ne_bytes(*word));
    let rest = rest.iter().map(|byte| u64::from(byte.count_ones()));
    words.map(|word| u64::from(word.count_ones())).sum::<u64>() + rest.sum::<u64>()
}

/// The first bit from `first` to `last`, both included, that is set, or that is clear. There are none beyond the end.
pub(super) fn find(bytes: &[u8], set: bool, first: u64, last: u64) -> Option<u64> {
    let from = first as usize / 8;
    let (&head, rest) = bytes.get(from..)?.split_first()?;
    // What is looked for is always a one.
    let flip = if set { 0 } else { u8::MAX };
    let head = (head ^ flip) & (0xff >> (first % 8));
    let at = if head != 0 {
        from as u64 * 8 + u64::from(head.leading_zeros())
    } else {
        (from as u64 + 1) * 8 + first_one(rest, flip)?
    };
    (at <= last).then_some(at)
}

fn first_one(bytes: &[u8], flip: u8) -> Option<u64> {
    let (words, rest) = bytes.as_chunks::<8>();
    let skip = u64::from_ne_bytes([flip; 8]);
    let in_words = words
        .iter()
        .position(|word| u64::from_ne_bytes(*word) != skip);
    if let Some(at) = in_words {
        let word = u64::from_be_bytes(words[at]) ^ skip;
        return Some(at as u64 * 64 + u64::from(word.leading_zeros()));
    }
    let at = rest.iter().position(|&byte| byte != flip)?;
    let byte = rest[at] ^ flip;
    Some((words.len() * 8 + at) as u64 * 8 + u64::from(byte.leading_zeros()))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn bit(bytes: &[u8], at: u64) -> bool {
        bytes[at as usize / 8] >> (7 - at % 8) & 1 == 1
    }

    proptest! {
        #[test]
        fn as_bit_by_bit(
            bytes in vec(prop_oneof![Just(0u8), Just(0xff), any::<u8>()], 1..40),
            ends in any::<(u16, u16)>(),
            set in any::<bool>(),
        ) {
            let len = bytes.len() as u64 * 8;
            let (a, b) = (u64::from(ends.0) % len, u64::from(ends.1) % len);
            let (first, last) = (a.min(b), a.max(b));
            let ones = (first..=last).filter(|&at| bit(&bytes, at)).count();
            prop_assert_eq!(count_ones(&bytes, first, last), ones as u64);
            let at = (first..=last).find(|&at| bit(&bytes, at) == set);
            prop_assert_eq!(find(&bytes, set, first, last), at);
        }
    }

    #[test]
    fn nothing_is_beyond_the_end() {
        assert_eq!(count_ones(b"\xff", 0, 100), 8);
        assert_eq!(count_ones(b"\xff", 8, 100), 0);
        assert_eq!(count_ones(b"", 0, 0), 0);
        assert_eq!(find(b"\xff", false, 0, 100), None);
        assert_eq!(find(b"", false, 0, 0), None);
    }
}
