//! The options of the keyspace that may change while it runs, under Redis' names.

/// Options.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// `hash-max-listpack-entries`: a hash with more fields becomes a table.
    pub hash_max_listpack_entries: usize,
    /// `hash-max-listpack-value`: a hash with a longer field or value becomes a table.
    pub hash_max_listpack_value: usize,
    /// Whether `maxmemory-policy` is one that counts uses (LFU) rather than times (LRU).
    pub lfu: bool,
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
            lfu: false,
            lfu_log_factor: 10,
            lfu_decay_minutes: 1,
            string_len_max: 512 * 1024 * 1024,
        }
    }
}
