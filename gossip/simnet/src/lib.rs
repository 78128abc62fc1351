#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod conn;
mod faults;
mod host;
mod network;

pub use conn::{ConnId, Transport};
pub use faults::Faults;
pub use host::HostId;
pub use network::{Arrival, Network};
