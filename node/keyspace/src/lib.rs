#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]

mod commands;
mod ctx;
mod database;
mod effects;
mod encodings;
mod entry;
mod expiry;
mod extended;
mod glob;
mod graveyard;
mod hashing;
mod keyspace;
mod numbers;
mod options;
mod refusal;
mod table;
mod times;
mod usage;
mod value;

pub use ctx::Ctx;
pub use effects::{Effects, ExpiredKey, Propagation};
pub use expiry::CycleReport;
pub use graveyard::Graveyard;
pub use keyspace::{Keyspace, KeyspaceConfig, KeyspaceStats};
pub use options::Options;
