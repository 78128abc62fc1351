#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]

mod ahead;
mod blocking;
mod census;
pub mod command;
mod commands;
mod ctx;
mod database;
mod digest;
#[allow(dead_code, reason = "for the commands on sorted sets")]
mod double;
mod effects;
mod encodings;
mod entry;
mod events;
mod eviction;
mod expiry;
mod extended;
mod glob;
mod graveyard;
mod hashing;
mod hyperloglog;
mod keyspace;
mod numbers;
mod options;
mod prefetch;
mod refusal;
mod reload;
mod signals;
mod snapshot;
mod stored;
mod table;
mod times;
mod usage;
mod value;

pub use ahead::KnownKey;
pub use blocking::{Awaited, BlockOn, Blocking, NullReply};
pub use ctx::Ctx;
pub use effects::{Effects, ExpiredKey, Propagation};
pub use events::{EventClass, KeyEvent};
pub use eviction::{Eviction, EvictionPolicy};
pub use expiry::CycleReport;
pub use graveyard::Graveyard;
pub use keyspace::{Keyspace, KeyspaceConfig, KeyspaceStats};
pub use options::Options;
pub use reload::ReloadError;
pub use signals::{Interest, KeyName};
pub use snapshot::SnapshotWalk;
pub use stored::Loaded;
