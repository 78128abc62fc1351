//! CONFIG REWRITE: the old file's text with the present values, comments and order kept.
//!
//! A line of an option is replaced in its place; an option that is not in the file and not at its default is
//! appended under a mark; lines of options that no longer need one become empty, and runs of empty lines
//! become one. Lines that cannot be read are kept as comments.

use crate::config::{Config, default_value};
use crate::line::quote;
use crate::number::show_memory;
use crate::option::{Kind, OptionSpec};
use crate::rewrite_lines::State;
use crate::table::TABLE;
use crate::value::{BufferLimit, Value, show};

impl Config {
    /// The new text of the configuration file, given its present text. `users` are the rules of all users
    /// (each without the word `user`); `None` leaves their lines alone.
    ///
    /// ```
    /// use shoal_config::{Config, SetContext};
    ///
    /// let mut config = Config::new();
    /// config.set(&[(b"maxclients", b"7")], SetContext::default())?;
    /// let text = config.rewrite(b"# mine\nmaxclients 5\n", None);
    /// assert!(text.starts_with(b"# mine\nmaxclients 7\n"));
    /// # Ok::<(), shoal_config::SetError>(())
    /// ```
    #[must_use]
    pub fn rewrite(&self, old: &[u8], users: Option<&[Vec<u8>]>) -> Vec<u8> {
        let mut state = State::read(old);
        for spec in TABLE {
            self.rewrite_option(spec, &mut state);
        }
        if let Some(users) = users {
            for user in users {
                state.line(b"user", [b"user ", user.as_slice()].concat(), true);
            }
            state.processed.insert(b"user".to_vec());
        }
        state.finish()
    }

    fn rewrite_option(&self, spec: &OptionSpec, state: &mut State) {
        let name = spec.name.as_bytes();
        let value = self.value(spec.id);
        let changed = *value != default_value(spec);
        state.processed.insert(name.to_vec());
        match (spec.kind, value) {
            // Unset texts, the default addresses and a primary's `replicaof` are told by having no line.
            (_, Value::Text(None) | Value::Primary(None)) => {}
            (Kind::Bind, _) if !changed => {}
            (Kind::ReplicaOf, _) if self.cluster_enabled() => {}
            (Kind::Dir | Kind::OptionalText(_), Value::Text(Some(text))) => {
                state.line(name, quoted(name, text), true)
            }
            (_, Value::Text(Some(text))) => state.line(name, quoted(name, text), changed),
            (_, Value::Events(_)) => state.line(name, quoted(name, &show(spec, value)), changed),
            (_, Value::SavePoints(points)) => rewrite_save(name, points, state),
            (_, Value::BufferLimits(limits)) => rewrite_limits(name, limits, changed, state),
            (Kind::Memory(..) | Kind::MemoryOrPercent(_), Value::Number(number))
                if *number >= 0 =>
            {
                state.line(name, plain(name, show_memory(*number).as_bytes()), changed);
            }
            (_, Value::List(words)) => state.line(name, plain(name, &list(words)), changed),
            (_, Value::Primary(Some((host, port)))) => {
                let text = [word(host), port.to_string().into_bytes()].join(&b' ');
                state.line(name, plain(name, &text), true);
            }
            _ => {
                let shown = show(spec, value);
                let shown = if shown.is_empty() {
                    b"\"\"".to_vec()
                } else {
                    shown
                };
                state.line(name, plain(name, &shown), changed);
            }
        }
    }
}

/// Words for a line, quoted where they would read back as something else. Redis does not, and a strange address
/// makes a file that it cannot read.
fn list(words: &[Vec<u8>]) -> Vec<u8> {
    match words {
        [] => word(b""),
        // A lone word is split once more when it is read.
        [only] => word(&word(only)),
        words => words
            .iter()
            .map(|bytes| word(bytes))
            .collect::<Vec<_>>()
            .join(&b' '),
    }
}

fn word(bytes: &[u8]) -> Vec<u8> {
    let plain = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'\\' | b'#');
    if !bytes.is_empty() && bytes.iter().all(plain) {
        return bytes.to_vec();
    }
    let mut quoted = Vec::new();
    quote(bytes, &mut quoted);
    quoted
}

fn plain(name: &[u8], value: &[u8]) -> Vec<u8> {
    [name, b" ", value].concat()
}

fn quoted(name: &[u8], text: &[u8]) -> Vec<u8> {
    let mut line = [name, b" "].concat();
    quote(text, &mut line);
    line
}

/// Snapshot points are always written: without a line the defaults would come back.
fn rewrite_save(name: &[u8], points: &[(u64, u64)], state: &mut State) {
    if points.is_empty() {
        state.line(name, plain(name, b"\"\""), true);
    }
    for (seconds, changes) in points {
        state.line(
            name,
            plain(name, format!("{seconds} {changes}").as_bytes()),
            true,
        );
    }
}

/// All classes or none: a line is taken by the first class that wants one, so that writing only some would
/// shift them from one rewrite to the next.
fn rewrite_limits(name: &[u8], limits: &[BufferLimit; 3], changed: bool, state: &mut State) {
    for (class, limit) in ["normal", "replica", "pubsub"].iter().zip(limits) {
        let (hard, soft) = (
            show_memory(limit.hard.into()),
            show_memory(limit.soft.into()),
        );
        let text = format!("{class} {hard} {soft} {}", limit.soft_seconds);
        state.line(name, plain(name, text.as_bytes()), changed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{OptionId, SetContext};

    fn rewritten(old: &str, pairs: &[(&str, &str)]) -> String {
        let mut config = Config::new();
        config.set_working_dir(b"/data");
        let pairs: Vec<(&[u8], &[u8])> = pairs
            .iter()
            .map(|(n, v)| (n.as_bytes(), v.as_bytes()))
            .collect();
        config.set(&pairs, SetContext::default()).unwrap();
        String::from_utf8(config.rewrite(old.as_bytes(), None)).unwrap()
    }

    const TAIL: &str =
        "# Generated by CONFIG REWRITE\ndir \"/data\"\nsave 3600 1\nsave 300 100\nsave 60 10000\n";

    #[test]
    fn comments_and_order_are_kept() {
        let old = "# head\n\n\n\ntimeout 5\n  # tail\nmaxclients 3";
        let new = rewritten(old, &[("maxclients", "9"), ("timeout", "7")]);
        assert_eq!(
            new,
            format!("# head\n\ntimeout 7\n# tail\nmaxclients 9\n{TAIL}")
        );
    }

    #[test]
    fn what_is_not_default_is_appended_once_under_the_mark() {
        let new = rewritten("", &[("maxmemory", "3gb"), ("requirepass", "a \"b")]);
        let expected = TAIL.replace(
            "save 3600",
            "maxmemory 3gb\nrequirepass \"a \\\"b\"\nsave 3600",
        );
        assert_eq!(new, expected);
        assert_eq!(
            rewritten(&new, &[("maxmemory", "3gb"), ("requirepass", "a \"b")])
                .matches("Generated")
                .count(),
            1
        );
    }

    #[test]
    fn lines_no_longer_needed_become_empty() {
        let new = rewritten(
            "requirepass x\nsave 1 1\nsave 2 2\nport 6379",
            &[("save", "5 5")],
        );
        assert_eq!(
            new,
            "\nsave 5 5\n\nport 6379\n# Generated by CONFIG REWRITE\ndir \"/data\"\n"
        );
    }

    #[test]
    fn unreadable_lines_become_comments() {
        let new = rewritten("nonsense 1\nport \"1\ninclude x.conf", &[]);
        assert!(
            new.starts_with("# ??? nonsense 1\n# ??? port \"1\ninclude x.conf\n"),
            "{new}"
        );
    }

    #[test]
    fn an_alias_is_rewritten_under_its_name() {
        let new = rewritten("slave-priority 5", &[("replica-priority", "6")]);
        assert!(new.starts_with("replica-priority 6\n"), "{new}");
    }

    #[test]
    fn row_36_a_trailing_comment_survives_a_rewrite() {
        let new = rewritten("timeout 5 # don't hurry", &[("timeout", "6")]);
        assert!(new.starts_with("timeout 6 # don't hurry\n"), "{new}");
    }

    #[test]
    fn users_are_replaced_when_given() {
        let mut config = Config::new();
        config.put(OptionId::Dir, Value::Text(None));
        let new = config.rewrite(b"user old on\n", Some(&[b"default on nopass".to_vec()]));
        assert!(new.starts_with(b"user default on nopass\n"));
    }
}
