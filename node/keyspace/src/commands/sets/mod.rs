//! Commands on sets.

mod change;
mod choice;
mod combine;
mod get;
mod scan;
mod store;

pub(crate) use change::{sadd, smove, srem};
pub(crate) use choice::{spop, srandmember};
pub(crate) use combine::{sdiff, sinter, sintercard, sunion};
pub(crate) use get::{scard, sismember, smembers, smismember};
pub(crate) use scan::sscan;
pub(crate) use store::{sdiffstore, sinterstore, sunionstore};
