//! The families of commands. To add one, write its file and name it here.

mod strings;

use super::spec::CommandSpec;

/// Every family, in the order of COMMAND.
pub(super) const FAMILIES: &[&[CommandSpec]] = &[strings::COMMANDS];

/// Every command, without subcommands.
pub fn commands() -> impl Iterator<Item = &'static CommandSpec> {
    FAMILIES.iter().flat_map(|family| family.iter())
}
