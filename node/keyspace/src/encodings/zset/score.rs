//! Scores in packs: an integer element if the score is whole, else a text that reads back as the same number.

use shoal_rdb::listpack::Element;
use shoal_resp::push_double;

use crate::double;
use crate::options::Options;

/// Whole scores up to this magnitude (2^62) become integers.
const WHOLE_MAX: f64 = 4_611_686_018_427_387_904.0;

/// The score as a whole number, if it is one that packs store as such. Minus zero loses its sign by that.
fn whole(score: f64) -> Option<i64> {
    let number = score as i64;
    (score.abs() <= WHOLE_MAX && number as f64 == score).then_some(number)
}

/// The text of a score: what an element is made of.
pub(super) fn to_text(score: f64, options: &Options) -> Vec<u8> {
    if let Some(number) = whole(score) {
        return itoa::Buffer::new().format(number).into();
    }
    if options.encodings_of_7_0 && score.is_finite() {
        return double::seventeen_digits(score);
    }
    let mut text = Vec::with_capacity(24);
    push_double(&mut text, score);
    text
}

/// The score that an element stands for. `None` if it is not a number.
pub(super) fn checked(element: Element<'_>) -> Option<f64> {
    match element {
        Element::Int(number) => Some(number as f64),
        Element::Str(text) => double::parse_limit(text),
    }
}

/// The score of an element that was checked or written here.
#[inline]
pub(super) fn of(element: Element<'_>) -> f64 {
    checked(element).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_written_as_each_version_does() {
        let new = Options::default();
        let old = Options {
            encodings_of_7_0: true,
            ..Options::default()
        };
        for (score, text, old_text) in [
            (0.0, "0", "0"),
            (-0.0, "0", "0"),
            (-3.0, "-3", "-3"),
            (0.1, "0.1", "0.10000000000000001"),
            (1e17, "100000000000000000", "100000000000000000"),
            (1e19, "1e+19", "1e+19"),
            (1.5e300, "1.5e+300", "1.5000000000000001e+300"),
            (f64::INFINITY, "inf", "inf"),
            (f64::NEG_INFINITY, "-inf", "-inf"),
        ] {
            assert_eq!(to_text(score, &new), text.as_bytes());
            assert_eq!(to_text(score, &old), old_text.as_bytes());
        }
    }
}
