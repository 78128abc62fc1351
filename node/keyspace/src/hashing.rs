//! The hash of keys: foldhash with the seed of this keyspace.
//!
//! Nothing that a client sends says what the seed is, so keys that collide cannot be prepared. The same
//! seed gives the same order of iteration on every machine.

use core::hash::{BuildHasher, Hasher};

use foldhash::quality::FixedState;

/// Hashes keys.
#[derive(Clone, Debug)]
pub(crate) struct KeyHasher(FixedState);

impl KeyHasher {
    pub(crate) fn new(seed: u64) -> Self {
        Self(FixedState::with_seed(seed))
    }

    #[inline]
    pub(crate) fn hash(&self, key: &[u8]) -> u64 {
        let mut hasher = self.0.build_hasher();
        hasher.write(key);
        hasher.finish()
    }
}
