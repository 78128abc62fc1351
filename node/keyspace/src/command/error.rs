//! What is said about a request that is no command, in the words of Redis.

use core::fmt;

/// Why a request does not name a command that can be executed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum CommandError {
    /// No such command.
    Unknown {
        /// The name and how the arguments begin, shortened.
        shown: String,
    },
    /// The container has no such subcommand.
    UnknownSubcommand {
        /// The container.
        container: &'static str,
        /// The name, shortened.
        shown: String,
    },
    /// Too few or too many arguments.
    WrongArity {
        /// The command's full name.
        name: &'static str,
    },
}

impl fmt::Display for CommandError {
    /// The text of the error reply, with its code.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { shown } => write!(f, "ERR unknown command {shown}"),
            Self::UnknownSubcommand { container, shown } => {
                let container = container.to_ascii_uppercase();
                write!(f, "ERR unknown subcommand '{shown}'. Try {container} HELP.")
            }
            Self::WrongArity { name } => {
                write!(f, "ERR wrong number of arguments for '{name}' command")
            }
        }
    }
}

impl core::error::Error for CommandError {}
