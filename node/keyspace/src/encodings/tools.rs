//! What changing a collection needs from the keyspace.

use crate::hashing::KeyHasher;
use crate::keyspace::Keyspace;
use crate::options::Options;

/// The hasher of the tables and the limits of the compact forms.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tools<'a> {
    pub(crate) hasher: &'a KeyHasher,
    pub(crate) options: &'a Options,
}

impl Keyspace {
    /// What a collection needs that is made outside of the keyspace.
    pub(crate) const fn tools(&self) -> Tools<'_> {
        Tools {
            hasher: &self.hasher,
            options: &self.options,
        }
    }
}
