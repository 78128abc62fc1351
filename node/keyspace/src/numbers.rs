//! Numbers in arguments and values: what counts as an integer, exactly as the reference server has it.

/// Reads a decimal integer in its only canonical form: no sign but `-`, no leading zeros, no spaces.
/// So the text can be made again from the number.
#[inline]
pub(crate) fn parse_int(text: &[u8]) -> Option<i64> {
    // The longest is "-9223372036854775808".
    const LEN_MAX: usize = 20;
    let (negative, digits) = match text {
        [] => return None,
        [b'0'] => return Some(0),
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    let (&first, rest) = digits.split_first()?;
    if !(b'1'..=b'9').contains(&first) || text.len() > LEN_MAX {
        return None;
    }
    let mut magnitude = u64::from(first - b'0');
    for &digit in rest {
        if !digit.is_ascii_digit() {
            return None;
        }
        magnitude = magnitude
            .checked_mul(10)?
            .checked_add(u64::from(digit - b'0'))?;
    }
    if negative {
        0i64.checked_sub_unsigned(magnitude)
    } else {
        i64::try_from(magnitude).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_canonical_integers_count() {
        for text in [
            "0",
            "-1",
            "12",
            "9223372036854775807",
            "-9223372036854775808",
        ] {
            assert_eq!(parse_int(text.as_bytes()), text.parse().ok(), "{text}");
        }
        for text in [
            "",
            "-",
            "-0",
            "00",
            "+1",
            " 1",
            "1 ",
            "01",
            "9223372036854775808",
            "-9223372036854775809",
            "1e3",
        ] {
            assert_eq!(parse_int(text.as_bytes()), None, "{text}");
        }
    }
}
