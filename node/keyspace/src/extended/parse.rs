//! Reading numbers: what C's `strtold` accepts, as far as the reference server lets it through.

use super::Extended;
use super::big::Big;

/// Longer texts are no numbers.
const TEXT_MAX: usize = 5 * 1024;
/// The powers of ten between which a number can lie at all.
const DECIMAL_RANGE: core::ops::Range<i64> = -4940..4940;

impl Extended {
    /// Reads a whole text as a number. `None` if it is none, or if it is too large or too small.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        if text.len() >= TEXT_MAX {
            return None;
        }
        let (negative, rest) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        if rest.eq_ignore_ascii_case(b"inf") || rest.eq_ignore_ascii_case(b"infinity") {
            return Some(Self {
                negative,
                ..Self::INFINITY
            });
        }
        let number = match rest {
            [b'0', b'x' | b'X', digits @ ..] => parse_hex(digits),
            digits => parse_decimal(digits),
        }?;
        number.is_finite().then_some(Self { negative, ..number })
    }
}

/// The digits of a number without their point, and by how many places it stood from the right.
fn split_point(text: &[u8], is_digit: impl Fn(u8) -> bool) -> Option<(Vec<u8>, i64)> {
    let (mut digits, mut places, mut after_point) = (Vec::with_capacity(text.len()), 0, false);
    for &byte in text {
        match byte {
            b'.' if !after_point => after_point = true,
            byte if is_digit(byte) => {
                digits.push(byte);
                places += i64::from(after_point);
            }
            _ => return None,
        }
    }
    (!digits.is_empty()).then_some((digits, places))
}

/// Splits off an exponent, which begins with this letter. Huge ones saturate: they mean zero or infinity.
fn split_exponent(text: &[u8], letter: u8) -> Option<(&[u8], i64)> {
    let Some(at) = text
        .iter()
        .position(|byte| byte.to_ascii_lowercase() == letter)
    else {
        return Some((text, 0));
    };
    let (digits, exponent) = (text.get(..at)?, text.get(at + 1..)?);
    let (negative, exponent) = match exponent {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if exponent.is_empty() || !exponent.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let magnitude = exponent.iter().fold(0i64, |sum, digit| {
        (sum * 10 + i64::from(digit - b'0')).min(1_000_000)
    });
    Some((digits, if negative { -magnitude } else { magnitude }))
}

fn parse_decimal(text: &[u8]) -> Option<Extended> {
    let (digits, exponent) = split_exponent(text, b'e')?;
    let (digits, places) = split_point(digits, |byte| byte.is_ascii_digit())?;
    let exponent = exponent - places;
    let mut number = Big::from(0);
    for group in digits.chunks(9) {
        let value = group
            .iter()
            .fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
        number.mul_add(10u32.pow(group.len() as u32), value);
    }
    if number.bits() == 0 {
        return Some(Extended::ZERO);
    }
    let significant = digits.iter().skip_while(|&&digit| digit == b'0').count() as i64;
    if !DECIMAL_RANGE.contains(&(significant + exponent)) {
        return None;
    }
    let scale = u32::try_from(exponent.unsigned_abs()).ok()?;
    if exponent >= 0 {
        number.mul_power_of_ten(scale);
        let down = number.bits().saturating_sub(96);
        let (value, lost) = number.shifted_right(down);
        return Some(Extended::round(
            false,
            value | u128::from(lost),
            down as i32,
        ));
    }
    let mut divisor = Big::from(1);
    divisor.mul_power_of_ten(scale);
    // Move one of the two so that the quotient has about 96 bits.
    let wanted = divisor.bits() + 96;
    let (up, down) = (
        wanted.saturating_sub(number.bits()),
        number.bits().saturating_sub(wanted),
    );
    let (quotient, rest) = number.shifted_left(up).divide(&divisor.shifted_left(down));
    Some(Extended::round(
        false,
        quotient | u128::from(rest),
        down as i32 - up as i32,
    ))
}

fn parse_hex(text: &[u8]) -> Option<Extended> {
    let (digits, exponent) = split_exponent(text, b'p')?;
    let (digits, places) = split_point(digits, |byte| byte.is_ascii_hexdigit())?;
    let mut number = Big::from(0);
    for &digit in &digits {
        number.mul_add(16, char::from(digit).to_digit(16)?);
    }
    let down = number.bits().saturating_sub(96);
    let (value, lost) = number.shifted_right(down);
    let exponent = i32::try_from(exponent - 4 * places + i64::from(down)).ok()?;
    Some(Extended::round(false, value | u128::from(lost), exponent))
}
