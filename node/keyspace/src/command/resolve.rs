//! From a request to the command or subcommand that it names.

use core::fmt::Write;

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
/// [`CommandError`], whose text is the error reply.
#[inline]
pub fn resolve(args: Args<'_>) -> Result<&'static CommandSpec, CommandError> {
    let name = args.first().unwrap_or_default();
    let Some(mut spec) = lookup(name) else {
        return Err(unknown(args));
    };
    if let (false, Some(word)) = (spec.subcommands.is_empty(), args.get(1)) {
        spec = spec
            .subcommand(word)
            .ok_or_else(|| unknown_subcommand(spec, word))?;
    }
    if spec.takes(args.len()) {
        Ok(spec)
    } else {
        Err(CommandError::WrongArity { name: spec.name })
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

/// `'FOO', with args beginning with: 'a' 'b' `
#[cold]
fn unknown(args: Args<'_>) -> CommandError {
    let mut shown = String::from("'");
    push_shortened(&mut shown, args.first().unwrap_or_default(), SHOWN);
    shown.push_str("', with args beginning with: ");
    let before = shown.len();
    for arg in args.iter().skip(1) {
        let used = shown.len() - before;
        if used >= SHOWN {
            break;
        }
        shown.push('\'');
        push_shortened(&mut shown, arg, SHOWN - used);
        shown.push_str("' ");
    }
    CommandError::Unknown { shown }
}

#[cold]
fn unknown_subcommand(container: &CommandSpec, word: &[u8]) -> CommandError {
    let mut shown = String::new();
    push_shortened(&mut shown, word, SHOWN);
    CommandError::UnknownSubcommand {
        container: container.name,
        shown,
    }
}

/// At most `max` bytes of what a client sent. Bytes that are not text are replaced, since an error is a
/// line of text.
fn push_shortened(text: &mut String, bytes: &[u8], max: usize) {
    let bytes = bytes.get(..max).unwrap_or(bytes);
    // Writing into a string does not fail.
    let _ = write!(text, "{}", String::from_utf8_lossy(bytes));
}
