#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![no_std]
extern crate alloc;
#[cfg(test)]
extern crate std;

#[cfg(feature = "client")]
mod address;
mod builder;
mod ids;
#[cfg(feature = "client")]
mod map;
mod node;
#[cfg(feature = "client")]
pub mod redirect;
mod route;
mod set;
mod set_text;
mod slot;
mod table;
mod time;
#[cfg(feature = "client")]
pub mod topology;
mod view;

#[cfg(feature = "client")]
pub use address::{Address, Host};
pub use builder::ViewBuilder;
pub use ids::{Epoch, NodeId, ParseIdError, ReplId, ReplOffset, ShardId};
#[cfg(feature = "client")]
pub use map::{Patch, SlotMap};
pub use node::{EndpointType, Role, ViewNode};
#[cfg(feature = "client")]
pub use redirect::{Redirect, RedirectKind};
pub use route::{CommandKind, DownReason, Route, RouteRequest, plain_slot, route, route_blocked};
pub use set::{SLOT_BYTES, SlotIter, SlotRanges, SlotSet};
pub use set_text::{ParseSlotsError, parse_range};
pub use slot::{SLOT_COUNT, Slot, hash_tag};
pub use table::{NodeIndex, SlotTable};
pub use time::{Instant, Now, UnixMillis};
pub use view::{ClusterState, ClusterView, RouteOptions};
