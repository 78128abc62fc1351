//! Printing, as C does it.

/// The text that `%.17g` prints, which version 7.0 writes into listpacks.
pub(crate) fn seventeen_digits(value: f64) -> Vec<u8> {
    const DIGITS: i32 = 17;
    let text = format!("{value:.16e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let text = if (-4..DIGITS).contains(&exponent) {
        let places = (DIGITS - 1 - exponent).unsigned_abs() as usize;
        trimmed(&format!("{value:.places$}")).to_owned()
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{}e{sign}{:02}", trimmed(mantissa), exponent.unsigned_abs())
    };
    text.into_bytes()
}

/// The text with at most 17 digits behind the point and none of them in vain: how positions are printed.
pub(crate) fn plain(value: f64) -> Vec<u8> {
    let text = format!("{value:.17}");
    match trimmed(&text) {
        "-0" => b"0".to_vec(),
        text => text.as_bytes().to_vec(),
    }
}

/// The text with four digits behind the point: how distances are printed.
pub(crate) fn four_places(value: f64) -> Vec<u8> {
    // As far as an integer reaches; what lies beyond has the least one in its place.
    let scaled = (value * 10_000.0).round_ties_even();
    let units = if scaled.abs() < 9.3e18 && scaled as i64 != i64::MAX {
        scaled as i64
    } else {
        i64::MIN
    };
    let (whole, fraction) = (units.unsigned_abs() / 10_000, units.unsigned_abs() % 10_000);
    let sign = if units < 0 { "-" } else { "" };
    format!("{sign}{whole}.{fraction:04}").into_bytes()
}

fn trimmed(text: &str) -> &str {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::double::parse;

    #[test]
    fn the_three_ways_to_print() {
        for (value, text) in [
            (0.1, "0.10000000000000001"),
            (-1.5, "-1.5"),
            (1e21, "1e+21"),
            (1.1e-5, "1.1e-05"),
            (0.0001, "0.0001"),
            (123_456.789, "123456.789"),
            (1e17, "1e+17"),
            (5e-324, "4.9406564584124654e-324"),
            (1e300, "1.0000000000000001e+300"),
        ] {
            assert_eq!(seventeen_digits(value), text.as_bytes());
        }
        for (value, text) in [
            (13.361_389, "13.36138900000000085"),
            (2.0, "2"),
            (-0.0, "0"),
            (-1e-20, "0"),
            (-122.5, "-122.5"),
        ] {
            assert_eq!(plain(value), text.as_bytes());
        }
        for (value, text) in [
            (166_274.151_6, "166274.1516"),
            (0.0, "0.0000"),
            (0.000_05, "0.0000"),
            (0.000_15, "0.0001"),
            (-0.5, "-0.5000"),
            (7.0, "7.0000"),
        ] {
            assert_eq!(four_places(value), text.as_bytes());
        }
    }

    proptest::proptest! {
        #[test]
        fn seventeen_digits_read_back(bits: u64) {
            let value = f64::from_bits(bits);
            if value.is_finite() && value != 0.0 {
                let back = parse(&seventeen_digits(value));
                proptest::prop_assert_eq!(back.map(f64::to_bits), Some(bits));
            }
        }
    }
}
