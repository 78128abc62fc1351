//! Reading, as C does it.

/// Reads a whole text as a number that commands accept: no spaces around it, not NaN, neither too large nor too small.
pub(crate) fn parse(text: &[u8]) -> Option<f64> {
    let spaced = text.first().is_some_and(|&byte| is_space(byte));
    let read = read_prefix(text);
    let whole = read.len == text.len() && !text.is_empty();
    let fits = !read.out_of_range && !read.value.is_nan();
    (whole && fits && !spaced).then_some(read.value)
}

/// Reads the limit of a range: more leniently, since it ends at the first NUL, may begin with spaces, may be too
/// large, and may even be empty.
pub(crate) fn parse_limit(text: &[u8]) -> Option<f64> {
    let end = text.iter().position(|&byte| byte == 0);
    let text = text.get(..end.unwrap_or(text.len()))?;
    let read = read_prefix(text);
    // Without any number nothing is read, not even the spaces.
    (read.len == text.len() && !read.value.is_nan()).then_some(read.value)
}

/// Reads a number to sort by: as a limit, but neither too large nor too small.
pub(crate) fn parse_weight(text: &[u8]) -> Option<f64> {
    parse_limit(text).filter(|_| !read_prefix(text).out_of_range)
}

/// As much of a text as is a number.
struct Read {
    value: f64,
    len: usize,
    /// The number became an infinity or zero, but was neither.
    out_of_range: bool,
}

impl Read {
    const NOTHING: Self = Self {
        value: 0.0,
        len: 0,
        out_of_range: false,
    };
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\x0b' | b'\x0c' | b'\r')
}

fn read_prefix(text: &[u8]) -> Read {
    let spaces = text.iter().take_while(|&&byte| is_space(byte)).count();
    let behind = text.get(spaces..).unwrap_or_default();
    let (negative, digits) = match behind {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let read = read_unsigned(digits);
    if read.len == 0 {
        return Read::NOTHING;
    }
    Read {
        value: if negative { -read.value } else { read.value },
        len: text.len() - digits.len() + read.len,
        ..read
    }
}

fn read_unsigned(text: &[u8]) -> Read {
    let word = |word: &[u8]| {
        let start = text.get(..word.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    let special = |value, len| Read {
        value,
        len,
        out_of_range: false,
    };
    if word(b"infinity") {
        special(f64::INFINITY, 8)
    } else if word(b"inf") {
        special(f64::INFINITY, 3)
    } else if word(b"nan") {
        special(f64::NAN, 3)
    } else if word(b"0x") {
        // Without digits it is a zero and a letter.
        read_hex(text).unwrap_or(special(0.0, 1))
    } else {
        read_decimal(text)
    }
}

/// How many bytes from `at` on are digits.
fn digits(text: &[u8], at: usize, is_digit: impl Fn(&u8) -> bool) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    rest.iter().take_while(|byte| is_digit(byte)).count()
}

/// Where digits with at most one point among them end. `None` if there is no digit.
fn mantissa_end(text: &[u8], at: usize, is_digit: impl Fn(&u8) -> bool) -> Option<usize> {
    let whole = digits(text, at, &is_digit);
    let mut end = at + whole;
    let mut count = whole;
    if text.get(end) == Some(&b'.') {
        let fraction = digits(text, end + 1, &is_digit);
        count += fraction;
        end += 1 + fraction;
    }
    (count > 0).then_some(end)
}

/// Where an exponent that begins at `at` ends: `at` itself, if there is none.
fn exponent_end(text: &[u8], at: usize, letter: u8) -> usize {
    if text.get(at).map(u8::to_ascii_lowercase) != Some(letter) {
        return at;
    }
    let sign = usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
    match digits(text, at + 1 + sign, u8::is_ascii_digit) {
        0 => at,
        count => at + 1 + sign + count,
    }
}

fn read_decimal(text: &[u8]) -> Read {
    let Some(mantissa) = mantissa_end(text, 0, u8::is_ascii_digit) else {
        return Read::NOTHING;
    };
    let len = exponent_end(text, mantissa, b'e');
    let number = text
        .get(..len)
        .and_then(|text| core::str::from_utf8(text).ok());
    let value = number
        .and_then(|text| text.parse::<f64>().ok())
        .unwrap_or(0.0);
    let is_zero = text
        .iter()
        .take(mantissa)
        .all(|byte| matches!(byte, b'0' | b'.'));
    Read {
        value,
        len,
        out_of_range: value.is_infinite() || (value == 0.0 && !is_zero),
    }
}

fn read_hex(text: &[u8]) -> Option<Read> {
    let mantissa = mantissa_end(text, 2, u8::is_ascii_hexdigit)?;
    let len = exponent_end(text, mantissa, b'p');
    let (mut bits, mut exponent, mut lost, mut behind_point) = (0u64, 0i64, false, false);
    for &byte in text.get(2..mantissa)? {
        let Some(digit) = char::from(byte).to_digit(16) else {
            behind_point = true;
            continue;
        };
        if bits >> 60 == 0 {
            bits = (bits << 4) | u64::from(digit);
            exponent -= if behind_point { 4 } else { 0 };
        } else {
            lost |= digit != 0;
            exponent += if behind_point { 0 } else { 4 };
        }
    }
    let scale = text.get(mantissa + 1..len).unwrap_or_default();
    let value = scaled(bits, lost, exponent.saturating_add(saturating_int(scale)));
    Some(Read {
        value,
        len,
        out_of_range: value.is_infinite() || (value == 0.0 && bits != 0),
    })
}

/// A signed number; what is too large saturates, which as an exponent means zero or infinity anyway.
fn saturating_int(text: &[u8]) -> i64 {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let magnitude = digits.iter().fold(0i64, |sum, digit| {
        (sum * 10 + i64::from(digit - b'0')).min(1 << 40)
    });
    if negative { -magnitude } else { magnitude }
}

/// `bits * 2^exponent`, rounded to the nearest double, ties to even. `lost`: there were more bits.
fn scaled(bits: u64, lost: bool, exponent: i64) -> f64 {
    if bits == 0 {
        return 0.0;
    }
    let shift = bits.leading_zeros();
    let (bits, exponent) = (bits << shift, exponent - i64::from(shift));
    // Now the value is a number of 64 bits; its highest bit stands for two to this power.
    let power = exponent + 63;
    if power > 1023 {
        return f64::INFINITY;
    }
    // A double keeps 53 bits, or fewer near zero.
    let kept = (power + 1075).min(53);
    if kept < 0 {
        return 0.0;
    }
    let dropped = 64 - kept as u32;
    let whole = bits.checked_shr(dropped).unwrap_or(0);
    let rest = bits << kept as u32;
    let half = 1u64 << 63;
    let above = rest > half || (rest == half && (lost || whole & 1 == 1));
    let rounded = whole + u64::from(above);
    // Both factors are exact, and so is their product, unless it is too large.
    let unit = exponent + i64::from(dropped);
    let (high, low) = (unit / 2, unit - unit / 2);
    rounded as f64 * 2f64.powi(high as i32) * 2f64.powi(low as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_by_strtod() {
        for (text, value) in [
            ("0", 0.0),
            ("-0", -0.0),
            ("1", 1.0),
            ("+1.5", 1.5),
            (".5", 0.5),
            ("5.", 5.0),
            ("1e3", 1000.0),
            ("1E-2", 0.01),
            ("inf", f64::INFINITY),
            ("-Infinity", f64::NEG_INFINITY),
            ("+inf", f64::INFINITY),
            ("0x10", 16.0),
            ("0X1.8p1", 3.0),
            ("-0x.8", -0.5),
            ("0x1p-1074", 5e-324),
            ("0x1.fffffffffffff8p0", 2.0),
            ("0x1.00000000000008p0", 1.0),
            ("0x1.000000000000080001p0", 1.0 + f64::EPSILON),
            ("0x1.8p-1074", 1e-323),
            ("0x1.fffffffffffffp1023", f64::MAX),
            ("0x00000000000000000001p0", 1.0),
            ("4.9e-324", 5e-324),
            ("1e0000000000000000000000000000000001", 10.0),
        ] {
            assert_eq!(
                parse(text.as_bytes()).map(f64::to_bits),
                Some(value.to_bits()),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "",
            " 1",
            "1 ",
            "nan",
            "-nan",
            "nan(1)",
            "1e",
            "1e+",
            "0x",
            "0xg",
            ".",
            "+",
            "-",
            "--1",
            "1.2.3",
            "abc",
            "infin",
            "1e400",
            "-1e400",
            "1e-400",
            "0x1p1024",
            "0x1p-1080",
            "1\0",
            "1,5",
            "1p3",
            "0x1e400p",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn limits_of_ranges_are_read_leniently() {
        for (text, value) in [
            ("", 0.0),
            (" 1", 1.0),
            ("1\0x", 1.0),
            ("1e400", f64::INFINITY),
            ("\0", 0.0),
        ] {
            assert_eq!(parse_limit(text.as_bytes()), Some(value), "{text}");
        }
        for text in [" ", "1 ", "nan", "abc", "(1"] {
            assert_eq!(parse_limit(text.as_bytes()), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn hexadecimal_digits_are_exact(bits in 0u64..1 << 53, exponent in -1060i64..900) {
            let value = scaled(bits, false, exponent);
            let text = format!("0x{bits:x}p{exponent}");
            let read = parse(text.as_bytes());
            if value != 0.0 {
                proptest::prop_assert_eq!(read, Some(value));
            }
            let exact = (bits as f64) * 2f64.powi((exponent / 2) as i32) * 2f64.powi((exponent - exponent / 2) as i32);
            proptest::prop_assert_eq!(value, exact);
        }
    }
}
