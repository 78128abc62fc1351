//! What the comparison prints.

use std::fmt;

/// The head of the table whose lines are [`Row`]s.
pub(crate) const HEADER: &str = "command         pipeline   redis-server µs   shoal µs   ratio";

/// Server CPU per command at one pipeline depth.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) pipeline: usize,
    pub(crate) redis_us: f64,
    pub(crate) shoal_us: f64,
    /// Median of the ratios run by run, which the machine's drift does not move.
    pub(crate) ratio: f64,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            pipeline,
            redis_us,
            shoal_us,
            ratio,
        } = self;
        write!(
            f,
            "{name:<15} {pipeline:>8} {redis_us:>17.3} {shoal_us:>10.3} {ratio:>7.3}"
        )
    }
}

/// What a key or a member costs: growth of the resident set while it was written, in bytes.
pub(crate) fn memory(name: &str, redis: f64, shoal: f64) -> String {
    format!(
        "{name:<20} {redis:>17.1} {shoal:>10.1} {:>7.3}",
        shoal / redis
    )
}

/// The head of the table of `memory`.
pub(crate) const MEMORY_HEADER: &str = "bytes per            redis-server       shoal   ratio";

/// The middle value (the upper one of an even count); NaN without values.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
