//! What changing a collection needs from the keyspace.

use crate::hashing::KeyHasher;
use crate::options::Options;

/// The hasher of the tables and the limits of the compact forms.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tools<'a> {
    pub(crate) hasher: &'a KeyHasher,
    pub(crate) options: &'a Options,
}
