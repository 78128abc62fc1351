//! CONFIG SET: several options at once, all or none.

use crate::config::Config;
use crate::error::{SetError, lossy};
use crate::load::HZ_BOUNDS;
use crate::option::{Flags, OptionId, OptionSpec, lookup};
use crate::value::{Value, parse};

/// The smallest backlog.
const BACKLOG_MIN: i128 = 16 * 1024;

/// What decides whether a client may set an option now.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SetContext {
    /// `enable-protected-configs` lets this client set protected options.
    pub protected_allowed: bool,
    /// A dataset is being loaded.
    pub loading: bool,
}

/// An option that CONFIG SET changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Which option.
    pub id: OptionId,
    /// The spelling that was used: the option's name or its alias.
    pub name: &'static str,
    /// Its value before.
    pub old: Value,
    /// Whether the change has an effect in this node; if not, the log should say so.
    pub built: bool,
}

impl Config {
    /// Sets options to values, all or none. Answers those whose value changed; the caller makes the change
    /// felt, or gives the list to [`Config::undo`].
    ///
    /// # Errors
    /// The error reply; nothing has changed.
    pub fn set(
        &mut self,
        pairs: &[(&[u8], &[u8])],
        context: SetContext,
    ) -> Result<Vec<Change>, SetError> {
        let chosen = choose(pairs, context)?;
        let mut changes = Vec::new();
        for (spec, name, text) in chosen {
            let words: Vec<&[u8]> = match (spec.is_multi(), text) {
                (true, b"") => Vec::new(),
                (true, text) => text.split(|byte| *byte == b' ').collect(),
                (false, text) => vec![text],
            };
            let old = self.value(spec.id).clone();
            let parsed = parse(spec, &words, Some(&old), true);
            match parsed.map(|value| within_bounds(spec.id, value)) {
                Ok(value) if value == old => {}
                Ok(value) => {
                    self.put(spec.id, value);
                    changes.push(Change {
                        id: spec.id,
                        name,
                        old,
                        built: spec.is_built(),
                    });
                }
                Err(reason) => {
                    self.undo(changes);
                    return Err(SetError::Refused {
                        argument: name.into(),
                        reason,
                    });
                }
            }
        }
        Ok(changes)
    }

    /// Takes changes back, for instance because a port cannot be listened on.
    pub fn undo(&mut self, changes: Vec<Change>) {
        for change in changes.into_iter().rev() {
            self.put(change.id, change.old);
        }
    }
}

type Chosen<'a> = (&'static OptionSpec, &'static str, &'a [u8]);

/// Finds the options and checks that they may be set, before any value is looked at.
fn choose<'a>(
    pairs: &[(&[u8], &'a [u8])],
    context: SetContext,
) -> Result<Vec<Chosen<'a>>, SetError> {
    let mut chosen: Vec<Chosen<'a>> = Vec::new();
    for (name, text) in pairs {
        let (spec, spelling) = lookup(name).ok_or_else(|| SetError::Unknown(lossy(name)))?;
        may_set(spec, spelling, name, context, &chosen)?;
        chosen.push((spec, spelling, text));
    }
    Ok(chosen)
}

/// Some values are moved into their bounds instead of being refused.
fn within_bounds(id: OptionId, value: Value) -> Value {
    match (id, value) {
        (OptionId::Hz, Value::Number(hz)) => Value::Number(hz.clamp(HZ_BOUNDS.0, HZ_BOUNDS.1)),
        (OptionId::ReplBacklogSize, Value::Number(size)) => Value::Number(size.max(BACKLOG_MIN)),
        (_, value) => value,
    }
}

fn may_set(
    spec: &OptionSpec,
    spelling: &str,
    name: &[u8],
    context: SetContext,
    before: &[Chosen<'_>],
) -> Result<(), SetError> {
    let refused = |reason: &str| {
        Err(SetError::Refused {
            argument: lossy(name),
            reason: reason.into(),
        })
    };
    if spec.flags.contains(Flags::IMMUTABLE) {
        return refused("can't set immutable config");
    }
    if spec.flags.contains(Flags::PROTECTED) && !context.protected_allowed {
        return refused("can't set protected config");
    }
    if context.loading && spec.flags.contains(Flags::DENY_LOADING) {
        return Err(SetError::Loading);
    }
    if before.iter().any(|(_, known, _)| *known == spelling) {
        return refused("duplicate parameter");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(config: &mut Config, pairs: &[(&str, &str)]) -> Result<Vec<Change>, String> {
        let pairs: Vec<(&[u8], &[u8])> = pairs
            .iter()
            .map(|(n, v)| (n.as_bytes(), v.as_bytes()))
            .collect();
        config
            .set(&pairs, SetContext::default())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn all_or_none() {
        let mut config = Config::new();
        let error = set(&mut config, &[("maxclients", "5"), ("maxmemory", "x")]).unwrap_err();
        assert_eq!(
            error,
            "ERR CONFIG SET failed (possibly related to argument 'maxmemory') - argument must be a memory value"
        );
        assert_eq!(config, Config::new());
        let changes = set(&mut config, &[("maxclients", "5"), ("timeout", "0")]).unwrap();
        assert_eq!(changes.len(), 1);
        assert_eq!(config.maxclients(), 5);
        config.undo(changes);
        assert_eq!(config, Config::new());
    }

    #[test]
    fn refusals_are_in_redis_words() {
        let failed = |name: &str, why: &str| {
            format!("ERR CONFIG SET failed (possibly related to argument '{name}') - {why}")
        };
        for (pairs, expected) in [
            (
                &[("DATABASES", "5")][..],
                failed("DATABASES", "can't set immutable config"),
            ),
            (
                &[("dbfilename", "x")],
                failed("dbfilename", "can't set protected config"),
            ),
            (
                &[("port", "1"), ("Port", "2")],
                failed("Port", "duplicate parameter"),
            ),
            (
                &[("slave-priority", "-1")],
                failed(
                    "slave-priority",
                    "argument must be between 0 and 2147483647 inclusive",
                ),
            ),
            (
                &[("port", "1"), ("foo", "2")],
                "ERR Unknown option or number of arguments for CONFIG SET - 'foo'".into(),
            ),
        ] {
            assert_eq!(set(&mut Config::new(), pairs), Err(expected));
        }
    }

    #[test]
    fn loading_refuses_some() {
        let context = SetContext {
            loading: true,
            ..SetContext::default()
        };
        let refused = Config::new()
            .set(&[(b"appendonly", b"yes")], context)
            .unwrap_err();
        assert_eq!(
            refused.to_string(),
            "LOADING Redis is loading the dataset in memory"
        );
    }

    #[test]
    fn several_words_are_split_at_single_blanks() {
        let mut config = Config::new();
        set(&mut config, &[("save", "900 1 300 10")]).unwrap();
        assert_eq!(config.save_points(), [(900, 1), (300, 10)]);
        set(&mut config, &[("save", "")]).unwrap();
        assert_eq!(config.save_points(), []);
        assert!(set(&mut config, &[("save", "900  1")]).is_err());
        set(
            &mut config,
            &[("client-output-buffer-limit", "pubsub 1mb 2mb 3")],
        )
        .unwrap();
        assert_eq!(config.output_buffer_limits()[2].hard, 1 << 20);
    }
}
