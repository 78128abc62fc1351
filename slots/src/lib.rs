#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![no_std]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod ids;
mod route;
mod set;
mod slot;
mod table;
mod time;
mod view;

pub use ids::{Epoch, NodeId, ParseIdError, ReplId, ReplOffset, ShardId};
pub use route::{CommandKind, DownReason, Route, RouteRequest, plain_slot, route, route_blocked};
pub use set::{ParseSlotsError, SLOT_BYTES, SlotIter, SlotRanges, SlotSet, parse_range};
pub use slot::{SLOT_COUNT, Slot, hash_tag};
pub use table::{NodeIndex, SlotTable};
pub use time::{Instant, Now, UnixMillis};
pub use view::{
    ClusterState, ClusterView, EndpointType, Role, RouteOptions, ViewBuilder, ViewNode,
};
