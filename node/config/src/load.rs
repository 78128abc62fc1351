//! Reading redis.conf: line by line, included files in their place, stopping at the first wrong line.
//!
//! Files are read by the [`Host`]; open files are kept on an explicit stack, so that an include cycle is an
//! error and not an overflow. Beyond Redis: a trailing ` # comment` is accepted with a warning, lines are at
//! most 1 MB long, and an include may not lead back to an open file.

use crate::comment::Words;
use crate::config::Config;
use crate::error::{FatalError, lossy};
use crate::line::{split_words, trim};
use crate::option::{OptionId, OptionSpec, lookup};
use crate::table::TABLE;
use crate::value::{Value, parse};

/// The longest line.
pub const LINE_LEN_MAX: usize = 1 << 20;
/// Files open at once, and files read in all: a few files can name each other exponentially often.
const INCLUDE_DEPTH_MAX: usize = 32;
const INCLUDES_MAX: usize = 1000;
/// Bounds of `hz`, applied after reading as Redis does.
pub(crate) const HZ_BOUNDS: (i128, i128) = (1, 500);

/// Options of older versions: accepted with one value, and without effect.
const FORGOTTEN: [&[u8]; 3] = [
    b"list-max-ziplist-entries",
    b"list-max-ziplist-value",
    b"lua-replicate-commands",
];

/// What reading a configuration asks of the world.
pub trait Host {
    /// The content of an included file (of all matching files, if the path has wildcards).
    ///
    /// # Errors
    /// What the system says when it cannot be read.
    fn read(&mut self, path: &[u8]) -> Result<Vec<u8>, String>;

    /// Changes the working directory at once, since later paths are relative to it; answers its absolute path.
    ///
    /// # Errors
    /// What the system says when it cannot be entered.
    fn change_dir(&mut self, path: &[u8]) -> Result<Vec<u8>, String>;

    /// Whether a command of this name exists, for `rename-command`.
    fn knows_command(&self, _name: &[u8]) -> bool {
        true
    }

    /// Whether a `user` line is sound.
    ///
    /// # Errors
    /// The index of the word at fault, and what is wrong.
    fn check_user(&self, _words: &[Vec<u8>]) -> Result<(), (usize, String)> {
        Ok(())
    }
}

struct OpenFile {
    path: Vec<u8>,
    lines: std::vec::IntoIter<Vec<u8>>,
    line_number: usize,
}

impl OpenFile {
    fn new(path: &[u8], text: &[u8]) -> Self {
        let lines: Vec<Vec<u8>> = text
            .split(|byte| *byte == b'\n')
            .map(|line| trim(line).to_vec())
            .collect();
        Self {
            path: path.to_vec(),
            lines: lines.into_iter(),
            line_number: 0,
        }
    }
}

/// What one line asks for beyond changing the configuration.
enum Step {
    Done,
    Include(Vec<u8>),
}

struct Loader<'a> {
    config: &'a mut Config,
    host: &'a mut dyn Host,
    warnings: Vec<String>,
    /// The first `save` replaces the defaults, later ones add to it.
    save_seen: bool,
}

impl Config {
    /// Reads a configuration over the present one. `path` is the file that `text` came from, if any.
    /// Answers what the log should warn of.
    ///
    /// # Errors
    /// The first line that is wrong, or what does not fit together. The configuration is half read then.
    pub fn load(
        &mut self,
        path: Option<&[u8]>,
        text: &[u8],
        host: &mut dyn Host,
    ) -> Result<Vec<String>, FatalError> {
        let mut loader = Loader {
            config: self,
            host,
            warnings: Vec::new(),
            save_seen: false,
        };
        loader.run(OpenFile::new(path.unwrap_or_default(), text))?;
        loader.finish()?;
        Ok(loader.warnings)
    }
}

impl Loader<'_> {
    fn run(&mut self, root: OpenFile) -> Result<(), FatalError> {
        let mut open = vec![root];
        let mut includes = 0;
        while let Some(file) = open.last_mut() {
            let Some(line) = file.lines.next() else {
                open.pop();
                continue;
            };
            file.line_number += 1;
            let line_number = file.line_number;
            let fatal = |reason: String| FatalError::AtLine {
                line: line_number,
                text: shown_line(&line),
                reason,
            };
            if let Step::Include(path) = self.line(&line).map_err(fatal)? {
                includes += 1;
                if open.len() >= INCLUDE_DEPTH_MAX
                    || includes > INCLUDES_MAX
                    || open.iter().any(|file| file.path == path)
                {
                    return Err(fatal(
                        "include directives form a cycle or are nested too deeply".into(),
                    ));
                }
                let content = self.host.read(&path);
                let text = content.map_err(|reason| FatalError::CannotOpen {
                    path: lossy(&path),
                    reason,
                })?;
                open.push(OpenFile::new(&path, &text));
            }
        }
        Ok(())
    }

    fn line(&mut self, line: &[u8]) -> Result<Step, String> {
        if matches!(line.first(), None | Some(b'#')) {
            return Ok(Step::Done);
        }
        if line.len() > LINE_LEN_MAX {
            return Err(format!("line is longer than {LINE_LEN_MAX} bytes"));
        }
        let Words { words, comment } =
            Words::of(line).ok_or("Unbalanced quotes in configuration line")?;
        if comment.is_some() {
            self.warnings.push(format!(
                "The comment at the end of the line '{}' was ignored; Redis itself does not accept it",
                shown_line(line)
            ));
        }
        let Some((name, values)) = words.split_first() else {
            return Ok(Step::Done);
        };
        match lookup(name) {
            Some((spec, _)) => self.option(spec, values).map(|()| Step::Done),
            None => self.directive(&name.to_ascii_lowercase(), &words, values),
        }
    }

    fn option(&mut self, spec: &OptionSpec, values: &[Vec<u8>]) -> Result<(), String> {
        if !spec.is_multi() && values.len() != 1 {
            return Err("wrong number of arguments".into());
        }
        let spread = match values {
            [one] if spec.is_multi() && !one.is_empty() => {
                Some(split_words(one).unwrap_or_default())
            }
            _ => None,
        };
        let words: Vec<&[u8]> = spread
            .as_deref()
            .unwrap_or(values)
            .iter()
            .map(Vec::as_slice)
            .collect();
        let fresh = spec.id != OptionId::Save || !self.save_seen;
        let mut value = parse(spec, &words, Some(self.config.value(spec.id)), fresh)?;
        if let (OptionId::Dir, Some(path)) = (spec.id, words.first()) {
            value = Value::Text(Some(self.host.change_dir(path)?));
        }
        self.save_seen |= spec.id == OptionId::Save;
        self.config.put(spec.id, value);
        Ok(())
    }

    /// Lines that are no options. `words` includes the name, `values` does not.
    fn directive(
        &mut self,
        name: &[u8],
        words: &[Vec<u8>],
        values: &[Vec<u8>],
    ) -> Result<Step, String> {
        match (name, values) {
            (name, [_]) if FORGOTTEN.contains(&name) => {}
            (b"include", [path]) => return Ok(Step::Include(path.clone())),
            (b"rename-command", [from, to]) => self.rename_command(from, to)?,
            (b"user", [user, ..]) => self.user(user, words)?,
            (b"loadmodule", [path, ..]) => {
                return Err(format!(
                    "Can't load module from {}: server aborting",
                    lossy(path)
                ));
            }
            (b"sentinel", []) => {}
            (b"sentinel", _) => return Err("sentinel directive while not in sentinel mode".into()),
            (name, []) if name.contains(&b'.') => {
                return Err("Module config specified without value".into());
            }
            (name, _) if name.contains(&b'.') => {
                return Err(
                    "Module Configuration detected without loadmodule directive: aborting".into(),
                );
            }
            _ => return Err("Bad directive or wrong number of arguments".into()),
        }
        Ok(Step::Done)
    }

    fn rename_command(&mut self, from: &[u8], to: &[u8]) -> Result<(), String> {
        let renames = &self.config.directives().renamed_commands;
        let renamed_away = |name: &[u8]| {
            renames
                .iter()
                .any(|(from, _)| from.eq_ignore_ascii_case(name))
        };
        let renamed_to = |name: &[u8]| renames.iter().any(|(_, to)| to.eq_ignore_ascii_case(name));
        let exists = |name: &[u8]| {
            (self.host.knows_command(name) && !renamed_away(name)) || renamed_to(name)
        };
        if !exists(from) {
            return Err("No such command in rename-command".into());
        }
        if !to.is_empty()
            && !to.eq_ignore_ascii_case(from)
            && self.host_has_other(to, renamed_away(to), renamed_to(to))
        {
            return Err("Target command name already exists".into());
        }
        self.config
            .directives_mut()
            .renamed_commands
            .push((from.to_vec(), to.to_vec()));
        Ok(())
    }

    /// Whether a command is already called so. Only a host that does not know every name can tell.
    fn host_has_other(&self, name: &[u8], renamed_away: bool, renamed_to: bool) -> bool {
        let discerning = !self.host.knows_command(b"no such command");
        renamed_to || (discerning && self.host.knows_command(name) && !renamed_away)
    }

    fn user(&mut self, name: &[u8], words: &[Vec<u8>]) -> Result<(), String> {
        let declared = |culprit: &[u8], why: &str| {
            Err(format!(
                "Error in user declaration '{}': {why}",
                lossy(culprit)
            ))
        };
        let users = &self.config.directives().users;
        if users
            .iter()
            .any(|user| user.first().is_some_and(|known| known == name))
        {
            return declared(
                name,
                "Duplicate user found. A user can only be defined once in config files",
            );
        }
        if let Err((index, why)) = self.host.check_user(words) {
            return declared(words.get(index).map_or(name, Vec::as_slice), &why);
        }
        let rules = words.iter().skip(1).cloned().collect();
        self.config.directives_mut().users.push(rules);
        Ok(())
    }

    /// What only the whole can show.
    fn finish(&mut self) -> Result<(), FatalError> {
        let cluster = self.config.cluster_enabled();
        if cluster && self.config.replicaof().is_some() {
            return Err(FatalError::Whole {
                reason: "replicaof directive not allowed in cluster mode".into(),
            });
        }
        let databases = self.config.databases();
        if cluster && databases > 1 {
            // Redis says this even of the default, which nobody chose.
            if !self.config.is_default(OptionId::Databases) {
                self.warnings.push(format!(
                    "WARNING: Changing databases number from {databases} to 1 since we are in cluster mode"
                ));
            }
            self.config.put(OptionId::Databases, Value::Number(1));
        }
        if let Value::Number(hz) = *self.config.value(OptionId::Hz) {
            self.config.put(
                OptionId::Hz,
                Value::Number(hz.clamp(HZ_BOUNDS.0, HZ_BOUNDS.1)),
            );
        }
        let unbuilt = TABLE
            .iter()
            .filter(|spec| !spec.is_built() && !self.config.is_default(spec.id));
        let warnings = unbuilt.map(|spec| {
            format!(
                "The option '{}' is kept but has no effect in this version",
                spec.name
            )
        });
        self.warnings.extend(warnings.collect::<Vec<_>>());
        Ok(())
    }
}

/// A line for a message: at most its beginning.
fn shown_line(line: &[u8]) -> String {
    lossy(line.get(..line.len().min(LINE_LEN_MAX)).unwrap_or_default())
}
