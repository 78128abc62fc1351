//! How collections are laid out in memory.

pub(crate) mod hash;
pub(crate) mod listpack;
