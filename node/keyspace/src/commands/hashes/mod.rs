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

use crate::ctx::Ctx;
use crate::encodings::hash::{Hash, Tools};
use crate::entry::{Entry, Payload, View};
use crate::keyspace::{Keyspace, Place};
use crate::refusal::Refusal;
use crate::value::Value;
use shoal_rdb::listpack::Element;

/// The hash of an entry.
fn hash_of(entry: &Entry) -> Result<&Hash, Refusal> {
    match entry.view() {
        View::Boxed(Value::Hash(hash)) => Ok(hash),
        _ => Err(Refusal::WrongType),
    }
}

/// The hash at a key, for a command that reads.
fn read_hash<'c>(ctx: &'c mut Ctx<'_>) -> Result<Option<&'c Hash>, Refusal> {
    let (access, key) = (ctx.access(), ctx.arg(1));
    ctx.keyspace
        .read(access, key, ctx.effects)
        .map(hash_of)
        .transpose()
}

/// Where the hash of a writing command is. It need not exist.
fn place_for_write(ctx: &mut Ctx<'_>) -> Result<Place, Refusal> {
    let (access, key) = (ctx.access(), ctx.arg(1));
    let place = ctx.keyspace.find_for_write(access, key, ctx.effects);
    if let Some(entry) = ctx.keyspace.entry(place) {
        hash_of(entry)?;
        ctx.keyspace.use_entry(place, access.now);
    }
    Ok(place)
}

/// As `place_for_write`, making an empty hash if there is none. The command must not fail after this.
fn place_or_create(ctx: &mut Ctx<'_>) -> Result<Place, Refusal> {
    let place = place_for_write(ctx)?;
    if place.exists() {
        return Ok(place);
    }
    let (access, key) = (ctx.access(), ctx.arg(1));
    let empty = Payload::Boxed(Box::new(Value::Hash(Hash::default())));
    ctx.keyspace
        .insert(place, access, Entry::new(key, empty, None));
    Ok(ctx.keyspace.locate(access, key))
}

/// The hash at a place, as it is.
fn hash_at(keyspace: &Keyspace, place: Place) -> Option<&Hash> {
    keyspace.entry(place).and_then(|entry| hash_of(entry).ok())
}

/// Changes the hash at a place.
fn edit_hash<R>(
    keyspace: &mut Keyspace,
    place: Place,
    change: impl FnOnce(&mut Hash, Tools<'_>) -> R,
) -> Option<R> {
    let result = keyspace.edit_value(place, |value, tools| match value {
        Value::Hash(hash) => Some(change(hash, tools)),
        Value::String(_) => None,
    });
    result.flatten()
}

/// Writes a field or value as a bulk string.
fn bulk_item(reply: &mut ReplyWriter<'_>, item: Element<'_>) {
    match item {
        Element::Str(bytes) => reply.bulk(bytes),
        Element::Int(value) => reply.bulk_integer(value),
    }
}
