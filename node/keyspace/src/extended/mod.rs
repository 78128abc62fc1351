//! Numbers with 64 bits of mantissa: the `long double` of x86, in which the reference server computes
//! INCRBYFLOAT and HINCRBYFLOAT. `3.0 + 1.1` must give `4.1` there and here, on every machine, so reading,
//! adding and printing are done in integers.
//!
//! Limits: very small numbers (below 1e-4932) are refused instead of losing precision step by step.

mod big;
mod parse;

use big::Big;

/// Beyond this power of two a number is infinite.
const EXPONENT_MAX: i32 = 16384;
/// Digits printed behind the point.
const FRACTION_DIGITS: usize = 17;

/// A finite number or an infinity.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Extended {
    negative: bool,
    /// The highest bit is set, unless the number is zero.
    mantissa: u64,
    /// The value is `mantissa * 2^exponent`.
    exponent: i32,
    infinite: bool,
}

impl Extended {
    pub(crate) const ZERO: Self = Self {
        negative: false,
        mantissa: 0,
        exponent: 0,
        infinite: false,
    };
    const INFINITY: Self = Self {
        infinite: true,
        ..Self::ZERO
    };

    /// Whether this is neither an infinity nor beyond what can be expressed.
    pub(crate) const fn is_finite(self) -> bool {
        !self.infinite
    }

    /// Rounds `value * 2^exponent` to the nearest number, ties to even.
    fn round(negative: bool, value: u128, exponent: i32) -> Self {
        if value == 0 {
            return Self {
                negative,
                ..Self::ZERO
            };
        }
        let extra = 64 - value.leading_zeros() as i32;
        if extra <= 0 {
            return Self::normal(negative, (value as u64) << -extra, exponent + extra);
        }
        let kept = (value >> extra) as u64;
        let rest = value & ((1 << extra) - 1);
        let half = 1u128 << (extra - 1);
        let up = rest > half || (rest == half && kept & 1 == 1);
        match kept.checked_add(u64::from(up)) {
            Some(mantissa) => Self::normal(negative, mantissa, exponent + extra),
            None => Self::normal(negative, 1 << 63, exponent + extra + 1),
        }
    }

    const fn normal(negative: bool, mantissa: u64, exponent: i32) -> Self {
        let infinite = exponent + 64 > EXPONENT_MAX;
        Self {
            negative,
            mantissa,
            exponent,
            infinite,
        }
    }

    /// The sum, if it is finite.
    pub(crate) fn add(self, other: Self) -> Option<Self> {
        if self.infinite || other.infinite {
            return None;
        }
        let sum = self.add_finite(other);
        sum.is_finite().then_some(sum)
    }

    fn add_finite(self, other: Self) -> Self {
        if self.mantissa == 0 {
            return if other.mantissa == 0 {
                Self::ZERO
            } else {
                other
            };
        }
        if other.mantissa == 0 {
            return self;
        }
        let (large, small) = if self.exponent >= other.exponent {
            (self, other)
        } else {
            (other, self)
        };
        let distance = large.exponent.abs_diff(small.exponent);
        if distance > 66 {
            return large;
        }
        // The larger moves up as far as there is room, the smaller moves down by the rest.
        let (up, down) = (distance.min(63), distance.saturating_sub(63));
        let a = u128::from(large.mantissa) << up;
        let lost = u128::from(small.mantissa) & ((1 << down) - 1) != 0;
        // What is lost lies below 60 bits that are rounded away anyway: one bit stands for it.
        let b = (u128::from(small.mantissa) >> down) | u128::from(lost);
        let exponent = large.exponent - up as i32;
        if large.negative == small.negative {
            Self::round(large.negative, a + b, exponent)
        } else if a == b {
            Self::ZERO
        } else {
            let negative = if a > b {
                large.negative
            } else {
                small.negative
            };
            Self::round(negative, a.abs_diff(b), exponent)
        }
    }

    /// A thousand times this number, rounded up to an integer. `None` if it is too large; what is too small becomes
    /// the least integer.
    pub(crate) fn ceil_thousandfold(self) -> Option<i64> {
        let product = Self::round(
            self.negative,
            u128::from(self.mantissa) * 1000,
            self.exponent,
        );
        let (whole, has_fraction) = match product.exponent {
            _ if self.infinite || product.infinite => (u64::MAX, false),
            0.. if product.mantissa > 0 => (u64::MAX, false),
            exponent @ -63..0 => {
                let whole = product.mantissa >> -exponent;
                (whole, whole << -exponent != product.mantissa)
            }
            _ => (0, product.mantissa > 0),
        };
        if self.negative {
            return Some(0i64.checked_sub_unsigned(whole).unwrap_or(i64::MIN));
        }
        i64::try_from(whole).ok()?.checked_add(has_fraction.into())
    }

    /// The decimal text with up to 17 digits behind the point, without trailing zeros.
    pub(crate) fn to_text(self) -> Vec<u8> {
        let mut text = if self.exponent >= 0 {
            Big::from(u128::from(self.mantissa))
                .shifted_left(self.exponent.unsigned_abs())
                .to_decimal()
        } else {
            self.fraction_text()
        };
        if self.negative && text != b"0" {
            text.insert(0, b'-');
        }
        text
    }

    fn fraction_text(self) -> Vec<u8> {
        let scaled = u128::from(self.mantissa) * 10u128.pow(FRACTION_DIGITS as u32);
        let shift = self.exponent.unsigned_abs();
        let units = if shift >= 128 {
            0
        } else {
            let (kept, rest, half) = (
                scaled >> shift,
                scaled & ((1 << shift) - 1),
                1u128 << (shift - 1),
            );
            kept + u128::from(rest > half || (rest == half && kept & 1 == 1))
        };
        let digits = format!("{units:0width$}", width = FRACTION_DIGITS + 1);
        let (whole, fraction) = digits
            .split_at_checked(digits.len() - FRACTION_DIGITS)
            .unwrap_or((&digits, ""));
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        [whole, point, fraction].concat().into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(a: &str, b: &str) -> Option<String> {
        let (a, b) = (
            Extended::parse(a.as_bytes()).unwrap(),
            Extended::parse(b.as_bytes()).unwrap(),
        );
        a.add(b)
            .map(|sum| String::from_utf8(sum.to_text()).unwrap())
    }

    #[test]
    fn seconds_become_whole_milliseconds() {
        let millis = |text: &str| {
            Extended::parse(text.as_bytes())
                .unwrap()
                .ceil_thousandfold()
        };
        for (seconds, expected) in [
            ("0", 0),
            ("1", 1000),
            ("0.1", 100),
            ("0.0001", 1),
            ("2.0005", 2001),
            ("1e-300", 1),
            ("-0.0001", 0),
            // A thousandfold, this is a little more than minus two.
            ("-0.002", -1),
            ("-1", -1000),
            ("9223372036854775", 9_223_372_036_854_775_000),
            ("-1e300", i64::MIN),
            ("-inf", i64::MIN),
        ] {
            assert_eq!(millis(seconds), Some(expected), "{seconds}");
        }
        for seconds in ["9223372036854776", "1e19", "1e300", "inf"] {
            assert_eq!(millis(seconds), None, "{seconds}");
        }
    }

    #[test]
    fn sums_are_those_of_the_reference_server() {
        for (a, b, expected) in [
            ("3.0", "1.1", "4.1"),
            ("10.5", "0.1", "10.6"),
            ("0", "1e2", "100"),
            ("1", "-1", "0"),
            ("-1.5", "0.25", "-1.25"),
            ("0.1", "0.2", "0.3"),
            ("5.0e3", "2.0e2", "5200"),
            ("17179869184", "1.5", "17179869185.5"),
            ("1e-18", "0", "0"),
            ("-1e-18", "0", "0"),
            ("18446744073709551615", "1", "18446744073709551616"),
            ("0x10", "0", "16"),
            ("0x1.8p1", "0", "3"),
        ] {
            assert_eq!(sum(a, b).as_deref(), Some(expected), "{a} + {b}");
        }
        assert_eq!(sum("1e4932", "1e4932"), None);
        assert_eq!(sum("inf", "1"), None);
    }

    #[test]
    fn texts_that_are_no_numbers_are_refused() {
        for text in [
            "", " 1", "1 ", "nan", "1e5000", "1e-5000", "abc", "1.2.3", "--1", "1e", "0x", ".", "+",
        ] {
            assert_eq!(Extended::parse(text.as_bytes()), None, "{text}");
        }
        assert_eq!(Extended::parse(&[b'1'; 5120]), None);
    }
}
