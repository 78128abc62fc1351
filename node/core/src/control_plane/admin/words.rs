//! Arguments of CLUSTER subcommands, as operators write them.

use shoal_slots::Slot;

use super::Refusal;
use crate::data_plane::parse_i64;
use crate::messages::AdminRequest;

impl AdminRequest {
    /// An argument as text. What is not UTF-8 names nothing, and is repeated in the error as far as it can be.
    pub(super) fn text(&self, index: usize) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.args.get(index).map_or(&[], |bytes| bytes.as_ref()))
    }

    /// Whether an argument is this word, in whatever case.
    pub(super) fn is_word(&self, index: usize, word: &str) -> bool {
        self.args
            .get(index)
            .is_some_and(|argument| argument.eq_ignore_ascii_case(word.as_bytes()))
    }

    /// A whole number.
    pub(super) fn number(&self, index: usize) -> Option<i64> {
        self.args.get(index).and_then(|digits| parse_i64(digits))
    }

    /// A slot number.
    pub(super) fn slot(&self, index: usize) -> Result<Slot, Refusal> {
        let number = self
            .number(index)
            .and_then(|number| u16::try_from(number).ok());
        number
            .and_then(Slot::new)
            .ok_or_else(|| Refusal::new("Invalid or out of range slot"))
    }

    /// All arguments as slot numbers.
    pub(super) fn slots(&self) -> Result<Vec<Slot>, Refusal> {
        (0..self.args.len()).map(|index| self.slot(index)).collect()
    }

    /// All arguments as first and last slots of ranges.
    pub(super) fn slot_ranges(&self) -> Result<Vec<Slot>, Refusal> {
        if !self.args.len().is_multiple_of(2) {
            return Err(Refusal::arity(self.subcommand));
        }
        let mut slots = Vec::new();
        for index in (0..self.args.len()).step_by(2) {
            let (first, last) = (self.slot(index)?, self.slot(index + 1)?);
            if first > last {
                return Err(Refusal::new(format_args!(
                    "start slot number {first} is greater than end slot number {last}"
                )));
            }
            slots.extend((first.get()..=last.get()).filter_map(Slot::new));
        }
        Ok(slots)
    }
}
