//! From a request to the command or subcommand that it names.

use shoal_resp::Args;

use super::error::CommandError;
use super::lookup::lookup;
use super::spec::CommandSpec;

/// How much of a client's words an error repeats.
const SHOWN: usize = 128;

/// The command that a request names and, if it is a container, the subcommand; with the right number of
/// arguments.
///
/// # Errors
/// [`CommandError`], which writes the error reply; boxed, so that the good case stays small.
#[inline]
pub fn resolve(args: Args<'_>) -> Result<&'static CommandSpec, Box<CommandError>> {
    let name = args.first().unwrap_or_default();
    let Some(mut spec) = lookup(name) else {
        return Err(unknown(args));
    };
    if !spec.subcommands.is_empty()
        && let Some(word) = args.get(1)
    {
        spec = spec
            .subcommand(word)
            .ok_or_else(|| unknown_subcommand(spec, word))?;
    }
    if spec.takes(args.len()) {
        Ok(spec)
    } else {
        Err(wrong_arity(spec.name))
    }
}

/// The command or subcommand that these words name, whatever follows them.
#[must_use]
pub fn find(args: Args<'_>) -> Option<&'static CommandSpec> {
    let spec = lookup(args.first()?)?;
    match args.get(1) {
        Some(word) if !spec.subcommands.is_empty() => spec.subcommand(word),
        _ => Some(spec),
    }
}

/// The command of a full name: `get`, `config|set`.
#[must_use]
pub fn find_by_full_name(name: &[u8]) -> Option<&'static CommandSpec> {
    match name.iter().position(|&byte| byte == b'|') {
        None => lookup(name),
        Some(bar) => lookup(name.get(..bar)?)?.subcommand(name.get(bar + 1..)?),
    }
}

/// `'FOO', with args beginning with: 'a' 'b' `
#[cold]
fn unknown(args: Args<'_>) -> Box<CommandError> {
    let mut shown = b"'".to_vec();
    shown.extend_from_slice(shortened(args.first().unwrap_or_default(), SHOWN));
    shown.extend_from_slice(b"', with args beginning with: ");
    let before = shown.len();
    for arg in args.iter().skip(1) {
        let used = shown.len() - before;
        if used >= SHOWN {
            break;
        }
        shown.push(b'\'');
        shown.extend_from_slice(shortened(arg, SHOWN - used));
        shown.extend_from_slice(b"' ");
    }
    Box::new(CommandError::Unknown { shown })
}

#[cold]
fn unknown_subcommand(container: &CommandSpec, word: &[u8]) -> Box<CommandError> {
    let (container, shown) = (container.name, shortened(word, SHOWN).to_vec());
    Box::new(CommandError::UnknownSubcommand { container, shown })
}

#[cold]
fn wrong_arity(name: &'static str) -> Box<CommandError> {
    Box::new(CommandError::WrongArity { name })
}

/// At most `max` bytes of what a client sent, and none from a zero byte on.
fn shortened(bytes: &[u8], max: usize) -> &[u8] {
    let text = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    text.get(..max).unwrap_or(text)
}
