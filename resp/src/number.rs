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

/// Reads `<digits>\r\n` off the front of `rest` when it is short, complete and well formed: the length and the
/// bytes it took. Everything else is `None`, and left to the careful reader.
#[inline(always)]
pub(crate) fn short_length(rest: &[u8]) -> Option<(usize, usize)> {
    match *rest {
        [a @ b'0'..=b'9', b'\r', b'\n', ..] => Some((usize::from(a - b'0'), 3)),
        [a @ b'1'..=b'9', b @ b'0'..=b'9', b'\r', b'\n', ..] => {
            Some((usize::from(a - b'0') * 10 + usize::from(b - b'0'), 4))
        }
        [b'1'..=b'9', b'0'..=b'9', b'0'..=b'9', ..] => longer_length(rest),
        _ => None,
    }
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
            let text = std::format!("{value}\r\n+");
            assert_eq!(short_length(text.as_bytes()), Some((value, text.len() - 1)));
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
            assert_eq!(short_length(text.as_bytes()), None, "{text:?}");
        }
    }
}
