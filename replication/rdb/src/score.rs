//! Scores of sorted sets. NaN is none: it would make the order of members depend on who asks.

use crate::listpack::Element;

/// The score that an element of a listpack or ziplist stands for.
#[must_use]
pub fn of_element(element: Element<'_>) -> Option<f64> {
    match element {
        Element::Int(number) => Some(number as f64),
        Element::Str(text) => of_text(text),
    }
}

/// The score with this text.
pub(crate) fn of_text(text: &[u8]) -> Option<f64> {
    let score: f64 = core::str::from_utf8(text).ok()?.parse().ok()?;
    valid(score)
}

/// The score, if it is one.
pub(crate) fn valid(score: f64) -> Option<f64> {
    if score.is_nan() { None } else { Some(score) }
}
