//! The options of the keyspace that may change while it runs, under Redis' names.

use crate::eviction::EvictionPolicy;

/// Options.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// `hash-max-listpack-entries`: a hash with more fields becomes a table.
    pub hash_max_listpack_entries: usize,
    /// `hash-max-listpack-value`: a hash with a longer field or value becomes a table.
    pub hash_max_listpack_value: usize,
    /// `list-max-listpack-size`: how many elements a node of a list has (positive), or how many bytes (−1 to −5 for
    /// 4, 8, 16, 32, 64 KiB).
    pub list_max_listpack_size: i64,
    /// `list-compress-depth`: accepted, but inner nodes are never compressed.
    pub list_compress_depth: usize,
    /// `DEBUG QUICKLIST-PACKED-THRESHOLD`: an element of a large list that is so long has a node of its own.
    pub list_packed_threshold: usize,
    /// `set-max-intset-entries`: a set of integers with more members is kept otherwise.
    pub set_max_intset_entries: usize,
    /// `set-max-listpack-entries`: a set with more members becomes a table.
    pub set_max_listpack_entries: usize,
    /// `set-max-listpack-value`: a set with a longer member becomes a table.
    pub set_max_listpack_value: usize,
    /// `zset-max-listpack-entries`: a sorted set with more members becomes a tree.
    pub zset_max_listpack_entries: usize,
    /// `zset-max-listpack-value`: a sorted set with a longer member becomes a tree.
    pub zset_max_listpack_value: usize,
    /// `hll-sparse-max-bytes`: a longer HyperLogLog becomes a dense one.
    pub hll_sparse_max_bytes: usize,
    /// `stream-node-max-bytes`: how large a node of a stream becomes. Zero: unlimited.
    pub stream_node_max_bytes: usize,
    /// `stream-node-max-entries`: how many entries a node of a stream gets. Zero: unlimited.
    pub stream_node_max_entries: usize,
    /// `encoding-version`: values are encoded, and their encodings named, as version 7.0 did it: every list is a
    /// `quicklist`, and a set of strings is never a `listpack`.
    pub encodings_of_7_0: bool,
    /// `maxmemory-policy`: what may be evicted, and what entries note of their use.
    pub policy: EvictionPolicy,
    /// `maxmemory-samples`: how many keys are looked at per eviction.
    pub eviction_samples: usize,
    /// `lfu-log-factor`: how much harder each further count is.
    pub lfu_log_factor: u32,
    /// `lfu-decay-time`: after how many minutes a counter loses one. Zero: never.
    pub lfu_decay_minutes: u32,
    /// `proto-max-bulk-len`: the longest string.
    pub string_len_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            hash_max_listpack_entries: 512,
            hash_max_listpack_value: 64,
            list_max_listpack_size: -2,
            list_compress_depth: 0,
            list_packed_threshold: 1 << 30,
            set_max_intset_entries: 512,
            set_max_listpack_entries: 128,
            set_max_listpack_value: 64,
            zset_max_listpack_entries: 128,
            zset_max_listpack_value: 64,
            hll_sparse_max_bytes: 3000,
            stream_node_max_bytes: 4096,
            stream_node_max_entries: 100,
            encodings_of_7_0: false,
            policy: EvictionPolicy::NoEviction,
            eviction_samples: 5,
            lfu_log_factor: 10,
            lfu_decay_minutes: 1,
            string_len_max: 512 * 1024 * 1024,
        }
    }
}
