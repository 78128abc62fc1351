//! The text forms of slots: `5`, `0-5460`, `0-5460 7000`, as CLUSTER NODES and nodes.conf write them.

use core::fmt;
use core::ops::RangeInclusive;
use core::str::FromStr;

use crate::set::SlotSet;
use crate::slot::Slot;

/// Why a text is not a list of slots.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ParseSlotsError {
    /// A part is neither a number nor two numbers joined by `-`.
    #[error("not a slot number or a range of them")]
    NotANumber,
    /// A number is 16384 or more.
    #[error("slot number out of range")]
    OutOfRange,
    /// A range ends before it starts.
    #[error("slot range ends before it starts")]
    Backwards,
}

/// Reads one `5` or `0-5460`, as nodes.conf and CLUSTER NODES write it.
///
/// # Errors
/// [`ParseSlotsError`] if it is neither.
pub fn parse_range(text: &str) -> Result<RangeInclusive<Slot>, ParseSlotsError> {
    let (start, end) = text.split_once('-').unwrap_or((text, text));
    let (start, end) = (parse_slot(start)?, parse_slot(end)?);
    if start <= end {
        Ok(start..=end)
    } else {
        Err(ParseSlotsError::Backwards)
    }
}

/// Only digits: the standard parser would also take a plus sign.
fn parse_slot(text: &str) -> Result<Slot, ParseSlotsError> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(ParseSlotsError::NotANumber);
    }
    text.parse()
        .ok()
        .and_then(Slot::new)
        .ok_or(ParseSlotsError::OutOfRange)
}

impl FromStr for SlotSet {
    type Err = ParseSlotsError;

    /// Reads ranges separated by blanks or commas; overlapping ranges are fine.
    fn from_str(text: &str) -> Result<Self, ParseSlotsError> {
        let parts = text.split([' ', ',']).filter(|part| !part.is_empty());
        parts.map(parse_range).collect()
    }
}

impl fmt::Display for SlotSet {
    /// Writes ranges separated by blanks: `0-5460 7000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, range) in self.ranges().enumerate() {
            if position > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{}", range.start())?;
            if range.start() != range.end() {
                write!(f, "-{}", range.end())?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for SlotSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SlotSet({self})")
    }
}
