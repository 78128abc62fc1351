//! Doubles as the reference server (7.2) spells them.
//!
//! Whole numbers that a double holds exactly are written as integers. Others get the shortest digits that read back
//! as the same number: plainly while that stays short, else with an exponent (`1.5e+21`, `1e-7`).

use alloc::vec::Vec;

/// Whole numbers up to this magnitude (2^62) are written without an exponent.
const WHOLE_MAX: f64 = 4_611_686_018_427_387_904.0;

/// Appends the spelling of `value`: `inf`, `-inf`, `nan`, or its shortest digits.
pub fn push_double(out: &mut Vec<u8>, value: f64) {
    let magnitude = value.abs();
    if magnitude <= WHOLE_MAX && magnitude == (magnitude as u64) as f64 {
        if value.is_sign_negative() {
            out.push(b'-');
        }
        out.extend_from_slice(itoa::Buffer::new().format(magnitude as u64).as_bytes());
    } else {
        push_shortest_double(out, value);
    }
}

/// As [`push_double`], but large whole numbers have an exponent like all others: what Redis prints where it does
/// not look for whole numbers first.
pub fn push_shortest_double(out: &mut Vec<u8>, value: f64) {
    if value.is_nan() {
        return out.extend_from_slice(b"nan");
    }
    if value.is_sign_negative() {
        out.push(b'-');
    }
    let magnitude = value.abs();
    if magnitude.is_infinite() {
        out.extend_from_slice(b"inf");
    } else if magnitude == 0.0 {
        out.push(b'0');
    } else {
        let mut text = ryu::Buffer::new();
        let (digits, count, exponent) = significant(text.format_finite(magnitude).as_bytes());
        push_shortest(out, digits.get(..count).unwrap_or_default(), exponent);
    }
}

/// Splits a decimal text into its significant digits and the power of ten of the last one.
fn significant(text: &[u8]) -> ([u8; 32], usize, i32) {
    let (mut digits, mut count) = ([b'0'; 32], 0usize);
    let (mut exponent, mut after_point) = (0i32, false);
    let mut rest = text.iter();
    for &byte in rest.by_ref() {
        match byte {
            b'e' => break,
            b'.' => after_point = true,
            _ => {
                exponent -= i32::from(after_point);
                if let Some(place) = digits.get_mut(count).filter(|_| count > 0 || byte != b'0') {
                    *place = byte;
                    count += 1;
                }
            }
        }
    }
    exponent += core::str::from_utf8(rest.as_slice())
        .ok()
        .and_then(|text| text.parse::<i32>().ok())
        .unwrap_or(0);
    while count > 1 && digits.get(count - 1) == Some(&b'0') {
        count -= 1;
        exponent += 1;
    }
    (digits, count, exponent)
}

/// Writes `digits` times ten to the `exponent`, in the form that the reference server chooses.
fn push_shortest(out: &mut Vec<u8>, digits: &[u8], exponent: i32) {
    let count = digits.len() as i32;
    let scientific = exponent + count - 1;
    if exponent >= 0 && scientific < count + 7 {
        out.extend_from_slice(digits);
        out.extend(core::iter::repeat_n(b'0', exponent.unsigned_abs() as usize));
    } else if exponent < 0 && (exponent > -7 || scientific.abs() < 4) {
        push_plain_fraction(out, digits, count + exponent);
    } else {
        push_scientific(out, digits, scientific);
    }
}

/// `digits` with a point after the first `whole` of them; leading zeros where that is not positive.
fn push_plain_fraction(out: &mut Vec<u8>, digits: &[u8], whole: i32) {
    match usize::try_from(whole) {
        Ok(whole @ 1..) => {
            let (left, right) = digits.split_at_checked(whole).unwrap_or((digits, &[]));
            out.extend_from_slice(left);
            out.push(b'.');
            out.extend_from_slice(right);
        }
        _ => {
            out.extend_from_slice(b"0.");
            out.extend(core::iter::repeat_n(b'0', whole.unsigned_abs() as usize));
            out.extend_from_slice(digits);
        }
    }
}

fn push_scientific(out: &mut Vec<u8>, digits: &[u8], exponent: i32) {
    if let Some((first, rest)) = digits.split_first() {
        out.push(*first);
        if !rest.is_empty() {
            out.push(b'.');
            out.extend_from_slice(rest);
        }
    }
    out.extend_from_slice(if exponent < 0 { b"e-" } else { b"e+" });
    out.extend_from_slice(
        itoa::Buffer::new()
            .format(exponent.unsigned_abs())
            .as_bytes(),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    fn spelled(value: f64) -> String {
        let mut out = Vec::new();
        push_double(&mut out, value);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_reference_servers_spelling() {
        let table = [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (-3.0, "-3"),
            (0.1, "0.1"),
            (3.25, "3.25"),
            (100_000_000.0, "100000000"),
            (1e17, "100000000000000000"),
            (123_456_789_012_345_680.0, "123456789012345680"),
            (4_611_686_018_427_387_904.0, "4611686018427387904"),
            (-9e18, "-9e+18"),
            (1e21, "1e+21"),
            (1.5e21, "1.5e+21"),
            (1e-7, "1e-7"),
            (0.000001, "0.000001"),
            (0.0000015, "1.5e-6"),
            (-1234.5678, "-1234.5678"),
            (f64::MAX, "1.7976931348623157e+308"),
            (5e-324, "5e-324"),
            (9007199254740993.0, "9007199254740992"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
        ];
        for (value, text) in table {
            assert_eq!(spelled(value), text);
        }
    }

    proptest::proptest! {
        #[test]
        fn every_double_reads_back(bits: u64) {
            let value = f64::from_bits(bits);
            let back: f64 = spelled(value).parse().unwrap();
            proptest::prop_assert!(back.to_bits() == bits || (back.is_nan() && value.is_nan()));
        }
    }
}
