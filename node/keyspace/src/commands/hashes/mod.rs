//! Commands on hashes.

mod get;
mod numbers;
mod random;
mod scan;
mod set;

pub(crate) use get::{hexists, hget, hgetall, hkeys, hlen, hmget, hstrlen, hvals};
pub(crate) use numbers::{hincrby, hincrbyfloat};
pub(crate) use random::hrandfield;
pub(crate) use scan::hscan;
pub(crate) use set::{hdel, hmset, hset, hsetnx};

use crate::encodings::collection::Collection;
use crate::encodings::hash::{Hash, HashRef};
use crate::entry::Entry;
use crate::refusal::Refusal;

/// The hash of an entry.
fn hash_of(entry: &Entry) -> Result<HashRef<'_>, Refusal> {
    Hash::view(entry).ok_or(Refusal::WrongType)
}
