//! Putting strings under keys, for all commands that make one.

use crate::ctx::Ctx;
use crate::entry::{Entry, INLINE_MAX, Payload};
use crate::events::EventClass;
use crate::keyspace::{Keyspace, Place};
use crate::numbers::parse_int;
use crate::value::Value;

/// The longest string that a primary makes us store, whatever our own limit is: it had its own.
const LEN_MAX_FROM_PRIMARY: usize = 4 << 30;

impl Ctx<'_> {
    /// How long strings may become.
    pub(crate) fn string_len_max(&self) -> usize {
        let limit = self.keyspace.options.string_len_max;
        if self.from_primary {
            limit.max(LEN_MAX_FROM_PRIMARY)
        } else {
            limit
        }
    }
}

/// The form in which the text of a string is stored.
#[inline]
pub(super) fn payload_of(text: &[u8]) -> Payload<'_> {
    match text.first() {
        // Most texts are no numbers; their first byte says so.
        Some(b'0'..=b'9' | b'-') => parse_int(text).map_or(Payload::Bytes(text), Payload::Int),
        _ => Payload::Bytes(text),
    }
}

/// Stores a value at a place, whatever was there, and says so. `keep_ttl` keeps an expiry that is there.
#[inline]
pub(super) fn store(
    ctx: &mut Ctx<'_>,
    place: Place,
    key: &[u8],
    text: &[u8],
    when: Option<i64>,
    keep_ttl: bool,
) {
    store_payload(ctx, place, key, payload_of(text), when, keep_ttl);
    ctx.notify(EventClass::STRING, "set", key);
    if when.is_some() {
        ctx.notify(EventClass::GENERIC, "expire", key);
    }
    ctx.effects.changed(1);
}

/// Stores a string that was computed, whatever was there, without an expiry, and says so.
pub(crate) fn store_computed(ctx: &mut Ctx<'_>, place: Place, key: &[u8], text: Vec<u8>) {
    let payload = if text.len() > INLINE_MAX {
        Payload::Boxed(Box::new(Value::String(text)))
    } else {
        Payload::Raw(&text)
    };
    store_payload(ctx, place, key, payload, None, false);
    ctx.notify(EventClass::STRING, "set", key);
    ctx.effects.changed(1);
}

#[inline]
fn store_payload(
    ctx: &mut Ctx<'_>,
    place: Place,
    key: &[u8],
    payload: Payload<'_>,
    when: Option<i64>,
    keep_ttl: bool,
) {
    if place.exists() {
        overwrite(ctx.keyspace, place, payload, when, keep_ttl);
        ctx.keyspace.use_entry(place, ctx.now);
    } else {
        ctx.insert(place, key, Entry::new(key, payload, when));
    }
}

#[inline]
fn overwrite(
    keyspace: &mut Keyspace,
    place: Place,
    payload: Payload<'_>,
    when: Option<i64>,
    keep_ttl: bool,
) {
    let old = keyspace.edit(place, |entry| {
        let when = if keep_ttl { entry.expiry() } else { when };
        entry.replace(payload, when)
    });
    if let Some(value) = old.flatten() {
        keyspace.graveyard.bury_value(*value);
    }
}

/// An entry with so many zero bytes.
pub(crate) fn blank(key: &[u8], len: usize) -> Entry {
    // Zeros come from the allocator, which need not write them for a long string.
    let zeros = vec![0; len];
    let payload = if len > INLINE_MAX {
        Payload::Boxed(Box::new(Value::String(zeros)))
    } else {
        Payload::Raw(&zeros)
    };
    Entry::new(key, payload, None)
}
