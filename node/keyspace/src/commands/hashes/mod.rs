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

use shoal_resp::ReplyWriter;

use crate::encodings::collection::Collection;
use crate::encodings::hash::{Hash, HashRef};
use crate::entry::Entry;
use crate::refusal::Refusal;
use shoal_rdb::listpack::Element;

/// The hash of an entry.
fn hash_of(entry: &Entry) -> Result<HashRef<'_>, Refusal> {
    Hash::view(entry).ok_or(Refusal::WrongType)
}

/// Writes a field or value as a bulk string.
fn bulk_item(reply: &mut ReplyWriter<'_>, item: Element<'_>) {
    match item {
        Element::Str(bytes) => reply.bulk(bytes),
        Element::Int(value) => reply.bulk_integer(value),
    }
}
