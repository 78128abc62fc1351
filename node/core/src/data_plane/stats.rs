//! Counters for `INFO`. Plain integers: a command on the hot path touches two or three of them.

use std::collections::BTreeMap;

use core::time::Duration;
use shoal_keyspace::command::CommandSpec;
use shoal_slots::Instant;

/// How many different error codes are counted; the reference server's bound, so that scripts that
/// invent codes cannot grow it.
const ERROR_KINDS_MAX: usize = 128;

/// Everything counted since the start or `CONFIG RESETSTAT`.
#[derive(Debug, Default)]
pub(crate) struct Stats {
    pub(crate) connections_received: u64,
    pub(crate) connections_rejected: u64,
    pub(crate) commands: u64,
    pub(crate) net_input: u64,
    pub(crate) net_output: u64,
    pub(crate) repl_input: u64,
    pub(crate) repl_output: u64,
    pub(crate) reads: u64,
    pub(crate) writes: u64,
    pub(crate) sync_full: u64,
    pub(crate) sync_partial_ok: u64,
    pub(crate) sync_partial_err: u64,
    pub(crate) error_replies: u64,
    pub(crate) auth_denied: u64,
    pub(crate) loop_turns: u64,
    pub(crate) output_limit_closes: u64,
    pub(crate) query_limit_closes: u64,
    pub(crate) errors: BTreeMap<String, u64>,
    pub(crate) rates: Rates,
}

impl Stats {
    /// Counts an error reply by its code, the first word of the text.
    pub(crate) fn count_error(&mut self, text: &[u8]) {
        self.error_replies += 1;
        let code = text
            .split(|&b| b == b' ' || b == b'\r')
            .next()
            .unwrap_or_default();
        let code = String::from_utf8_lossy(code);
        if let Some(count) = self.errors.get_mut(code.as_ref()) {
            *count += 1;
        } else if self.errors.len() < ERROR_KINDS_MAX {
            self.errors.insert(code.into_owned(), 1);
        }
    }

    /// `CONFIG RESETSTAT`.
    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }
}

/// The moving averages of `instantaneous_*`.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    pub(crate) commands: Rate,
    pub(crate) input: Rate,
    pub(crate) output: Rate,
    pub(crate) repl_input: Rate,
    pub(crate) repl_output: Rate,
}

/// One counter's rate per second, averaged over the last 16 samples.
#[derive(Debug, Default)]
pub(crate) struct Rate {
    samples: [u64; 16],
    next: usize,
    last_count: u64,
    last_time: Instant,
}

impl Rate {
    /// Takes a sample of the counter.
    pub(crate) fn sample(&mut self, now: Instant, count: u64) {
        let elapsed = now.since(self.last_time);
        if elapsed < Duration::from_millis(1) {
            return;
        }
        let grown = u128::from(count.saturating_sub(self.last_count));
        let per_second = grown * 1_000_000 / elapsed.as_micros().max(1);
        if let Some(sample) = self.samples.get_mut(self.next) {
            *sample = u64::try_from(per_second).unwrap_or(u64::MAX);
        }
        self.next = (self.next + 1) % self.samples.len();
        self.last_count = count;
        self.last_time = now;
    }

    /// The average per second.
    pub(crate) fn per_second(&self) -> u64 {
        self.samples
            .iter()
            .fold(0u64, |sum, s| sum.saturating_add(*s))
            / self.samples.len() as u64
    }

    /// The average in kilobytes per second, as `instantaneous_input_kbps` shows it.
    pub(crate) fn kilobytes(&self) -> f64 {
        self.per_second() as f64 / 1024.0
    }
}

/// How often one command was called.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CommandStat {
    pub(crate) calls: u64,
    pub(crate) rejected: u64,
    pub(crate) failed: u64,
}

/// Places in the table; a power of two, several times the number of commands and subcommands.
const PLACES: usize = 2048;

/// Calls per command. The static table of commands has no numbers in it, so the address of a command's
/// row is hashed; it decides only where a counter lies, never what is shown in which order.
#[derive(Debug)]
pub(crate) struct CommandStats {
    places: Vec<Option<(&'static CommandSpec, CommandStat)>>,
}

impl Default for CommandStats {
    fn default() -> Self {
        Self {
            places: vec![None; PLACES],
        }
    }
}

impl CommandStats {
    #[inline]
    pub(crate) fn count(&mut self, spec: &'static CommandSpec, failed: bool) {
        if let Some(stat) = self.stat(spec) {
            stat.calls += 1;
            stat.failed += u64::from(failed);
        }
    }

    pub(crate) fn reject(&mut self, spec: &'static CommandSpec) {
        if let Some(stat) = self.stat(spec) {
            stat.rejected += 1;
        }
    }

    #[inline]
    fn stat(&mut self, spec: &'static CommandSpec) -> Option<&mut CommandStat> {
        let address = core::ptr::from_ref(spec) as usize;
        let mut place = (address / align_of::<CommandSpec>()).wrapping_mul(0x9e37_79b9) >> 8;
        // Far more places than commands: a free one is always near.
        for _ in 0..PLACES {
            place %= PLACES;
            match self.places.get(place)? {
                Some((known, _)) if !core::ptr::eq(*known, spec) => place += 1,
                _ => break,
            }
        }
        let entry = self.places.get_mut(place)?;
        let (_, stat) = entry.get_or_insert((spec, CommandStat::default()));
        Some(stat)
    }

    /// Every command that was called or rejected, by name.
    pub(crate) fn by_name(&self) -> BTreeMap<&'static str, CommandStat> {
        self.places
            .iter()
            .flatten()
            .map(|(spec, stat)| (spec.name, *stat))
            .collect()
    }

    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_counter_gives_its_rate() {
        let mut rate = Rate::default();
        for tick in 1..=20u64 {
            rate.sample(Instant::from_micros(tick * 100_000), tick * 50);
        }
        assert_eq!(rate.per_second(), 500);
    }

    #[test]
    fn invented_error_codes_are_bounded() {
        let mut stats = Stats::default();
        for n in 0..1000 {
            stats.count_error(format!("CODE{n} text").as_bytes());
        }
        assert_eq!(
            (stats.error_replies, stats.errors.len()),
            (1000, ERROR_KINDS_MAX)
        );
        stats.count_error(b"CODE5\r\n");
        assert_eq!(stats.errors["CODE5"], 2);
    }
}
