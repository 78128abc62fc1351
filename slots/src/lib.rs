#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![no_std]
extern crate alloc;

mod ids;
mod set;
mod slot;
mod time;

pub use ids::{Epoch, NodeId, ParseIdError, ReplId, ReplOffset, ShardId};
pub use set::{ParseSlotsError, SLOT_BYTES, SlotIter, SlotRanges, SlotSet, parse_range};
pub use slot::{SLOT_COUNT, Slot, hash_tag};
pub use time::{Instant, Now, UnixMillis};
