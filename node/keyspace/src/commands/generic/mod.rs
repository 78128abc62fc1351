//! Commands on keys of any type, and on whole databases.

mod copying;
mod databases;
mod deletion;
mod dump;
mod expiry;
mod listing;
mod object;

pub(crate) use copying::{copy, r#move, rename, renamenx};
pub(crate) use databases::{dbsize, flushall, flushdb, swapdb};
pub(crate) use deletion::{del, exists, touch, r#type, unlink};
pub(crate) use dump::{dump, restore};
pub(crate) use expiry::{
    expire, expireat, expiretime, persist, pexpire, pexpireat, pexpiretime, pttl, ttl,
};
pub(crate) use listing::{keys, randomkey, scan};
pub(crate) use object::{
    object_encoding, object_freq, object_help, object_idletime, object_refcount,
};
