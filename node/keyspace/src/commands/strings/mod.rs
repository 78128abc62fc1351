//! Commands on strings.

mod counters;
mod get;
mod lcs;
mod many;
mod ranges;
mod set;
mod store;

pub(crate) use counters::{decr, decrby, incr, incrby, incrbyfloat};
pub(crate) use get::{get, getdel, getex, strlen};
pub(crate) use lcs::lcs;
pub(crate) use many::{mget, mset, msetnx};
pub(crate) use ranges::{append, getrange, setrange, substr};
pub(crate) use set::{getset, psetex, set, setex, setnx};
pub(crate) use store::{blank, store_computed};
