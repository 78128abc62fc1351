//! What the comparison prints.

use std::fmt;

use crate::load::Operation;

/// The head of the table whose lines are [`Row`]s.
pub(crate) const HEADER: &str = "command   pipeline   redis-server µs   shoal µs   ratio";

/// Server CPU per command at one pipeline depth.
pub(crate) struct Row {
    pub(crate) operation: Operation,
    pub(crate) pipeline: usize,
    pub(crate) redis_us: f64,
    pub(crate) shoal_us: f64,
    /// Median of the ratios run by run, which the machine's drift does not move.
    pub(crate) ratio: f64,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            operation,
            pipeline,
            redis_us,
            shoal_us,
            ratio,
        } = self;
        write!(
            f,
            "{operation:<9} {pipeline:>8} {redis_us:>17.3} {shoal_us:>10.3} {ratio:>7.3}"
        )
    }
}

/// What a key costs.
pub(crate) struct Memory {
    /// Growth of the resident set while the keys were written.
    pub(crate) bytes_per_key: f64,
    /// `used_memory` of INFO, which includes the fixed costs.
    pub(crate) used_per_key: f64,
}

/// Both programs' memory in one paragraph.
pub(crate) fn memory(redis: &Memory, shoal: &Memory) -> String {
    format!(
        "bytes per key (16+16 bytes), resident: redis-server {:.1}, shoal {:.1}, ratio {:.3}\n\
         bytes per key (16+16 bytes), used_memory: redis-server {:.1}, shoal {:.1}, ratio {:.3}\n",
        redis.bytes_per_key,
        shoal.bytes_per_key,
        shoal.bytes_per_key / redis.bytes_per_key,
        redis.used_per_key,
        shoal.used_per_key,
        shoal.used_per_key / redis.used_per_key,
    )
}

/// The middle value (the upper one of an even count); NaN without values.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
