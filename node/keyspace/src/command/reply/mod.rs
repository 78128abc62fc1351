//! The replies of COMMAND and its subcommands, read from the table.

mod docs;
mod info;
mod keys;
mod list;

use shoal_resp::{Args, ReplyWriter};

use super::handler::CommandCommand;
use super::table::commands;

pub use docs::docs;
pub use info::{all, info};
pub use keys::{get_keys, get_keys_and_flags};
pub use list::list;

/// The lines of COMMAND HELP.
const HELP: [&str; 17] = [
    "COMMAND <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
    "(no subcommand)",
    "    Describe all commands.",
    "COUNT",
    "    Count the commands.",
    "DOCS [<command-name> ...]",
    "    Return the documentation of these commands, or of all.",
    "GETKEYS <full-command>",
    "    Return the keys of a request.",
    "GETKEYSANDFLAGS <full-command>",
    "    Return the keys of a request and what is done to them.",
    "INFO [<command-name> ...]",
    "    Describe these commands, or all.",
    "LIST [FILTERBY MODULE <name>|ACLCAT <category>|PATTERN <pattern>]",
    "    List the names of commands.",
    "HELP",
    "    List the subcommands.",
];

/// Executes COMMAND or one of its subcommands, given the whole request.
pub fn command(which: CommandCommand, args: Args<'_>, reply: &mut ReplyWriter<'_>) {
    match which {
        CommandCommand::All => all(reply),
        CommandCommand::Count => {
            reply.integer(i64::try_from(commands().count()).unwrap_or(i64::MAX))
        }
        CommandCommand::Docs => docs(args, reply),
        CommandCommand::Getkeys => get_keys(args, reply),
        CommandCommand::Getkeysandflags => get_keys_and_flags(args, reply),
        CommandCommand::Help => help(reply),
        CommandCommand::Info => info(args, reply),
        CommandCommand::List => list(args, reply),
    }
}

fn help(reply: &mut ReplyWriter<'_>) {
    reply.array(HELP.len());
    HELP.iter().for_each(|line| reply.simple(line));
}

/// Writes a set of words as simple strings.
fn write_names(names: impl Iterator<Item = &'static str> + Clone, reply: &mut ReplyWriter<'_>) {
    reply.set(names.clone().count());
    names.for_each(|name| reply.simple(name));
}
