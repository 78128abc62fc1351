//! Commands on HyperLogLogs, which are strings of a certain form.

mod add;
mod count;
mod debug;
mod merge;
mod selftest;

pub(crate) use add::pfadd;
pub(crate) use count::pfcount;
pub(crate) use debug::pfdebug;
pub(crate) use merge::pfmerge;
pub(crate) use selftest::pfselftest;

use crate::ctx::Ctx;
use crate::entry::{Entry, Payload, View};
use crate::hyperloglog::{Corrupt, Hll, HllMut};
use crate::keyspace::Place;
use crate::refusal::Refusal;
use crate::value::Value;

impl From<Corrupt> for Refusal {
    fn from(Corrupt: Corrupt) -> Self {
        Self::Text("INVALIDOBJ Corrupted HLL object detected")
    }
}

/// The HyperLogLog in an entry.
fn hll_of(entry: &Entry) -> Result<Hll<'_>, Refusal> {
    let hll = match entry.view() {
        View::Bytes(text) => Hll::new(text),
        View::Boxed(Value::String(text)) => Hll::new(text),
        View::Int(_) => None,
        _ => return Err(Refusal::WrongType),
    };
    hll.ok_or(Refusal::Text(
        "WRONGTYPE Key is not a valid HyperLogLog string value.",
    ))
}

/// Changes the HyperLogLog at a place, which is where `key` is or would be and holds nothing else; makes an empty one
/// first if there is none. The value counts as used.
fn change<R>(
    ctx: &mut Ctx<'_>,
    key: &[u8],
    place: Place,
    change: impl FnOnce(&mut HllMut<'_>) -> Result<R, Corrupt>,
) -> Result<R, Corrupt> {
    let (access, sparse_max) = (ctx.access(), ctx.keyspace.options.hll_sparse_max_bytes);
    let change = |text: &mut Vec<u8>| {
        let mut hll = HllMut::new(text, sparse_max).ok_or(Corrupt)?;
        change(&mut hll)
    };
    if place.exists() {
        ctx.keyspace.use_entry(place, access.now);
        let changed = ctx.keyspace.edit(place, |entry| edit_text(entry, change));
        return changed.unwrap_or(Err(Corrupt));
    }
    let mut text = HllMut::empty_text();
    let result = change(&mut text);
    ctx.insert(place, key, Entry::new(key, Payload::Raw(&text), None));
    result
}

/// Makes the string at a place `raw`, as the reference server does before it looks inside.
fn make_raw(ctx: &mut Ctx<'_>, place: Place) {
    ctx.keyspace
        .edit(place, |entry| entry.edit_string(0, 0, b""));
}

/// Changes the bytes of a string, as a vector.
fn edit_text<R>(entry: &mut Entry, change: impl FnOnce(&mut Vec<u8>) -> R) -> R {
    if let Some(Value::String(text)) = entry.boxed_mut() {
        return change(text);
    }
    let mut text = Vec::new();
    entry.view().append_text(&mut text);
    let result = change(&mut text);
    let expiry = entry.expiry();
    drop(entry.replace(Payload::Raw(&text), expiry));
    result
}
