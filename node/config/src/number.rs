//! Numbers as redis.conf writes them: strict integers, octal, and memory with units.

/// A strict decimal integer: no sign `+`, no leading zeros, no blanks, in the range of `i64`.
pub(crate) fn integer(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let canonical = match digits.first()? {
        b'0' => digits.len() == 1 && digits.len() == text.len(),
        first => first.is_ascii_digit(),
    };
    if !canonical || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    core::str::from_utf8(text).ok()?.parse().ok()
}

/// A C-like integer of `strtoll`: leading blanks, a sign and leading zeros are fine, trailing text is not.
/// The empty text is zero. Saturates.
pub(crate) fn lenient(text: &[u8]) -> Option<i64> {
    let text = core::str::from_utf8(text).ok()?;
    if text.is_empty() {
        return Some(0);
    }
    let trimmed = text.trim_start();
    let (negative, digits) = match trimmed.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value = digits.parse::<i64>().unwrap_or(i64::MAX);
    Some(if negative { -value } else { value })
}

/// An octal number such as `unixsocketperm 770`.
pub(crate) fn octal(text: &[u8]) -> Option<i64> {
    i64::from_str_radix(core::str::from_utf8(text).ok()?, 8).ok()
}

/// Bytes with an optional unit: `1k` is 1000, `1kb` is 1024, likewise m, g; upper or lower case.
/// The empty text is zero, as in Redis. Values beyond `u64` saturate.
///
/// ```
/// assert_eq!(shoal_config::memory(b"64mb"), Some(64 << 20));
/// assert_eq!(shoal_config::memory(b"-1"), None);
/// ```
#[must_use]
pub fn memory(text: &[u8]) -> Option<u64> {
    let digits_len = text
        .iter()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, unit) = text.split_at_checked(digits_len)?;
    let factor: u64 = match unit.to_ascii_lowercase().as_slice() {
        b"" | b"b" => 1,
        b"k" => 1000,
        b"kb" => 1 << 10,
        b"m" => 1_000_000,
        b"mb" => 1 << 20,
        b"g" => 1_000_000_000,
        b"gb" => 1 << 30,
        _ => return None,
    };
    let number = match core::str::from_utf8(digits).ok()? {
        "" => 0,
        digits => digits.parse().unwrap_or(u64::MAX),
    };
    Some(number.saturating_mul(factor))
}

/// Memory as CONFIG REWRITE writes it: the largest unit that divides it.
pub(crate) fn show_memory(bytes: i128) -> String {
    for (unit, size) in [("gb", 1 << 30), ("mb", 1 << 20), ("kb", 1 << 10)] {
        if bytes != 0 && bytes % size == 0 {
            return format!("{}{unit}", bytes / size);
        }
    }
    bytes.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_units_are_those_of_redis() {
        let cases: &[(&[u8], Option<u64>)] = &[
            (b"1k", Some(1000)),
            (b"1KB", Some(1024)),
            (b"2m", Some(2_000_000)),
            (b"2Mb", Some(2 << 20)),
            (b"1g", Some(1_000_000_000)),
            (b"1gb", Some(1 << 30)),
            (b"5b", Some(5)),
            (b"", Some(0)),
            (b"1t", None),
            (b"1.5gb", None),
            (b"-1", None),
            (b"99999999999999999999gb", Some(u64::MAX)),
        ];
        for (text, expected) in cases {
            assert_eq!(memory(text), *expected, "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn integers_are_strict() {
        assert_eq!(integer(b"-12"), Some(-12));
        assert_eq!(integer(b"0"), Some(0));
        for bad in [
            &b""[..],
            b"-",
            b"-0",
            b"012",
            b"+1",
            b" 1",
            b"1 ",
            b"9223372036854775808",
        ] {
            assert_eq!(integer(bad), None, "{}", String::from_utf8_lossy(bad));
        }
    }

    #[test]
    fn memory_is_shown_in_its_largest_whole_unit() {
        assert_eq!(show_memory(1 << 30), "1gb");
        assert_eq!(show_memory(1536 << 10), "1536kb");
        assert_eq!(show_memory(1000), "1000");
        assert_eq!(show_memory(0), "0");
    }
}
