//! Reading parts of replies: each helper names the part that is not as it should be.

use alloc::string::{String, ToString};

use shoal_resp::Frame;

use super::TopologyError;

/// The elements of an array.
pub(super) fn items<'f>(
    frame: Option<&'f Frame>,
    part: &'static str,
) -> Result<&'f [Frame], TopologyError> {
    frame
        .and_then(Frame::as_items)
        .ok_or(TopologyError::Shape(part))
}

/// A number.
pub(super) fn integer(frame: Option<&Frame>, part: &'static str) -> Result<i64, TopologyError> {
    frame
        .and_then(Frame::as_integer)
        .ok_or(TopologyError::Shape(part))
}

/// A text; empty for a null.
pub(super) fn text(frame: Option<&Frame>, part: &'static str) -> Result<String, TopologyError> {
    let frame = frame.ok_or(TopologyError::Shape(part))?;
    if frame.is_null() {
        return Ok(String::new());
    }
    let text = frame
        .as_bytes()
        .and_then(|bytes| core::str::from_utf8(bytes).ok());
    text.map(ToString::to_string)
        .ok_or(TopologyError::Shape(part))
}

/// A text, or nothing where it is empty.
pub(super) fn non_empty(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}
