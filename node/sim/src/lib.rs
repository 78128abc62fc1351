#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod check;
mod cluster;
mod disk;
mod log;
mod node;
mod scenario;
mod wires;
mod world;

pub use check::Violation;
pub use disk::Loss;
pub use log::EventLog;
pub use scenario::{Outcome, Scenario};
pub use world::{Options, Sabotage, Stuck, World};
