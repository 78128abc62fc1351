//! The configuration in force: one value per option, and the directives that are no options.

use crate::option::{OptionId, OptionSpec, lookup};
use crate::table::TABLE;
use crate::value::{BufferLimit, Value, parse, show};

/// The configuration in force.
///
/// ```
/// use shoal_config::{Config, OptionId};
///
/// let config = Config::new();
/// assert_eq!(config.port(), 6379);
/// assert_eq!(config.number(OptionId::ClusterNodeTimeout), 15_000);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// By the number of the option; as long as the table.
    values: Vec<Value>,
    directives: Directives,
}

/// Directives that are no options: they can repeat, and CONFIG GET does not know them.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Directives {
    /// `user` lines: the name and its rules, in order.
    pub users: Vec<Vec<Vec<u8>>>,
    /// `rename-command` lines: from, to (empty: the command disappears).
    pub renamed_commands: Vec<(Vec<u8>, Vec<u8>)>,
    /// `loadmodule` lines: the path and its arguments.
    pub modules: Vec<Vec<Vec<u8>>>,
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

impl Config {
    /// The defaults of Redis 7.2.
    #[must_use]
    pub fn new() -> Self {
        Self {
            values: TABLE.iter().map(default_value).collect(),
            directives: Directives::default(),
        }
    }

    /// The value of an option.
    #[must_use]
    pub fn value(&self, id: OptionId) -> &Value {
        // The table has a row per variant, so the fallback is never taken.
        static NOTHING: Value = Value::Text(None);
        self.values.get(id as usize).unwrap_or(&NOTHING)
    }

    /// Whether a `yes`/`no` option is on.
    #[must_use]
    pub fn is_on(&self, id: OptionId) -> bool {
        matches!(self.value(id), Value::Bool(true))
    }

    /// The value of a number, of bytes or of an octal option.
    #[must_use]
    pub fn number(&self, id: OptionId) -> i64 {
        match self.value(id) {
            Value::Number(number) => i64::try_from(*number).unwrap_or(i64::MAX),
            _ => 0,
        }
    }

    /// The value of an option that counts bytes or things.
    #[must_use]
    pub fn size(&self, id: OptionId) -> u64 {
        match self.value(id) {
            Value::Number(number) => u64::try_from(*number).unwrap_or(0),
            _ => 0,
        }
    }

    /// The text of an option; `None` if it is unset or empty.
    #[must_use]
    pub fn text(&self, id: OptionId) -> Option<&[u8]> {
        match self.value(id) {
            Value::Text(Some(text)) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// The text of an option as UTF-8 (foreign bytes replaced); `None` if it is unset or empty.
    #[must_use]
    pub fn string(&self, id: OptionId) -> Option<String> {
        self.text(id)
            .map(|text| String::from_utf8_lossy(text).into_owned())
    }

    /// The number of an enumerated option's word (or the bits of several).
    #[must_use]
    pub fn word(&self, id: OptionId) -> u32 {
        match self.value(id) {
            Value::Enum(number) => *number,
            _ => 0,
        }
    }

    /// An option as CONFIG GET shows it.
    #[must_use]
    pub fn shown(&self, id: OptionId) -> Vec<u8> {
        TABLE
            .get(id as usize)
            .map(|spec| show(spec, self.value(id)))
            .unwrap_or_default()
    }

    /// Whether an option has its default value.
    #[must_use]
    pub fn is_default(&self, id: OptionId) -> bool {
        TABLE
            .get(id as usize)
            .is_some_and(|spec| default_value(spec) == *self.value(id))
    }

    /// Directives that are no options.
    #[must_use]
    pub const fn directives(&self) -> &Directives {
        &self.directives
    }

    pub(crate) fn directives_mut(&mut self) -> &mut Directives {
        &mut self.directives
    }

    /// Puts a value in force that was read for this option.
    pub(crate) fn put(&mut self, id: OptionId, value: Value) {
        if let Some(place) = self.values.get_mut(id as usize) {
            *place = value;
        }
    }

    /// Tells the configuration which directory the process is in (`dir`), as an absolute path.
    pub fn set_working_dir(&mut self, dir: &[u8]) {
        self.put(OptionId::Dir, Value::Text(Some(dir.to_vec())));
    }

    /// Tells the configuration that this node now follows (or no longer follows) a primary, so that
    /// CONFIG GET and CONFIG REWRITE say so.
    pub fn set_primary(&mut self, primary: Option<(&[u8], u16)>) {
        self.put(
            OptionId::Replicaof,
            Value::Primary(primary.map(|(host, port)| (host.to_vec(), port))),
        );
    }

    /// Limits of normal clients, replicas and subscribers, in this order.
    #[must_use]
    pub fn output_buffer_limits(&self) -> [BufferLimit; 3] {
        match self.value(OptionId::ClientOutputBufferLimit) {
            Value::BufferLimits(limits) => *limits,
            _ => [BufferLimit::default(); 3],
        }
    }
}

/// The default of an option, read from the table as a file would give it.
pub(crate) fn default_value(spec: &OptionSpec) -> Value {
    let words: Vec<&[u8]> = match (spec.default, spec.is_multi()) {
        ("", _) => vec![b""],
        (text, true) => text.split(' ').map(str::as_bytes).collect(),
        (text, false) => vec![text.as_bytes()],
    };
    // A test reads every default, so this fallback is never taken.
    parse(spec, &words, None, true).unwrap_or(Value::Text(None))
}

/// Whether the value of the option called `name` must not reach a log.
#[must_use]
pub fn is_sensitive(name: &[u8]) -> bool {
    lookup(name).is_some_and(|(spec, _)| spec.is_sensitive())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_can_be_read_and_is_shown_as_written() {
        for spec in TABLE {
            let value = default_value(spec);
            let shown = String::from_utf8(show(spec, &value)).unwrap();
            let expected = if spec.name == "replicaof" {
                ""
            } else {
                spec.default
            };
            assert_eq!(shown, expected, "{}", spec.name);
        }
    }

    #[test]
    fn the_table_is_sorted_and_indexed_by_its_own_numbers() {
        for (index, spec) in TABLE.iter().enumerate() {
            assert_eq!(spec.id as usize, index, "{}", spec.name);
        }
        let mut names: Vec<&str> = TABLE
            .iter()
            .flat_map(|spec| [spec.name, spec.alias])
            .filter(|n| !n.is_empty())
            .collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "a name stands twice");
    }
}
