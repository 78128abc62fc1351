//! How collections are laid out in memory.

pub(crate) mod choice;
pub(crate) mod collection;
pub(crate) mod hash;
pub(crate) mod list;
pub(crate) mod pack;
pub(crate) mod set;
pub(crate) mod stream;
pub(crate) mod tools;
pub(crate) mod zset;
