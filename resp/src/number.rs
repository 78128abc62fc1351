//! Decimal numbers of headers, as the reference server reads them: no plus, no leading zero, no space.

/// Reads a strict decimal: `0`, or an optional minus and digits that do not start with zero.
pub(crate) fn strict_i64(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        all => (false, all),
    };
    match digits {
        [b'0'] if !negative => return Some(0),
        [b'1'..=b'9', ..] => {}
        _ => return None,
    }
    // Accumulated downwards, because i64 reaches one further below zero than above.
    let mut value: i64 = 0;
    for &digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value
            .checked_mul(10)?
            .checked_sub(i64::from(digit - b'0'))?;
    }
    if negative {
        Some(value)
    } else {
        value.checked_neg()
    }
}

/// Reads `<kind><digits>\r\n` off the front of `rest` when it is short, complete and well formed: the number and the
/// bytes it took. Everything else is `None`, and left to the careful reader.
#[inline(always)]
pub(crate) fn short_header(rest: &[u8], kind: u8) -> Option<(usize, usize)> {
    // One digit is by far the most frequent: its four bytes are compared as one word.
    let bytes = rest.first_chunk::<4>()?;
    let word = u32::from_le_bytes(*bytes);
    let digit = bytes[1].wrapping_sub(b'0');
    if digit < 10 && word & 0xffff_00ff == u32::from_le_bytes([kind, 0, b'\r', b'\n']) {
        return Some((usize::from(digit), 4));
    }
    let second = bytes[2].wrapping_sub(b'0');
    if bytes[0] != kind || !(1..10).contains(&digit) || second >= 10 {
        return None;
    }
    if bytes[3] == b'\r' && rest.get(4) == Some(&b'\n') {
        return Some((usize::from(digit) * 10 + usize::from(second), 5));
    }
    longer_length(rest.get(1..)?).map(|(number, taken)| (number, taken + 1))
}

/// Three to nine digits: no overflow possible in 32 bits.
fn longer_length(rest: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0usize;
    for (index, &byte) in rest.iter().enumerate().take(10) {
        match byte {
            b'0'..=b'9' if index < 9 => value = value * 10 + usize::from(byte - b'0'),
            b'\r' if rest.get(index + 1) == Some(&b'\n') => return Some((value, index + 2)),
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_strict_spelling_is_a_number() {
        let good: [(&[u8], i64); 6] = [
            (b"0", 0),
            (b"7", 7),
            (b"-1", -1),
            (b"512", 512),
            (b"9223372036854775807", i64::MAX),
            (b"-9223372036854775808", i64::MIN),
        ];
        for (text, value) in good {
            assert_eq!(strict_i64(text), Some(value), "{}", text.escape_ascii());
        }
        let bad: [&[u8]; 11] = [
            b"",
            b"-",
            b"-0",
            b"+5",
            b" 5",
            b"5 ",
            b"05",
            b"00",
            b"1a",
            b"9223372036854775808",
            b"0x1",
        ];
        for text in bad {
            assert_eq!(strict_i64(text), None, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn the_short_reader_agrees_with_the_careful_one() {
        for value in (0..2000usize).chain([65535, 999_999, 999_999_999]) {
            let text = std::format!("${value}\r\n+");
            assert_eq!(
                short_header(text.as_bytes(), b'$'),
                Some((value, text.len() - 1))
            );
            assert_eq!(short_header(text.as_bytes(), b'*'), None);
        }
        for text in [
            "01\r\n",
            "-1\r\n",
            "1\n",
            "1\r",
            "12",
            "",
            "123\r",
            "1234567890\r\n",
            "007\r\n",
            "1\rx",
        ] {
            assert_eq!(
                short_header(std::format!("${text}").as_bytes(), b'$'),
                None,
                "{text:?}"
            );
        }
    }
}
