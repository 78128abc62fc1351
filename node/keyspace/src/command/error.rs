//! What is said about a request that is no command, in the words of Redis.

use core::fmt;

use shoal_resp::ReplyWriter;

/// Why a request does not name a command that can be executed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum CommandError {
    /// No such command.
    Unknown {
        /// The name and how the arguments begin, shortened: the client's own bytes, text or not.
        shown: Vec<u8>,
    },
    /// The container has no such subcommand.
    UnknownSubcommand {
        /// The container.
        container: &'static str,
        /// The name, shortened: the client's own bytes, text or not.
        shown: Vec<u8>,
    },
    /// Too few or too many arguments.
    WrongArity {
        /// The command's full name.
        name: &'static str,
    },
}

impl CommandError {
    /// Writes the error reply.
    #[cold]
    pub fn write(&self, reply: &mut ReplyWriter<'_>) {
        match self {
            Self::Unknown { shown } => {
                reply.error_bytes(&[b"ERR unknown command ", &shown[..]].concat())
            }
            Self::UnknownSubcommand { container, shown } => {
                let hint = format!("'. Try {} HELP.", container.to_ascii_uppercase());
                reply.error_bytes(
                    &[b"ERR unknown subcommand '", &shown[..], hint.as_bytes()].concat(),
                );
            }
            Self::WrongArity { .. } => reply.error(&self.to_string()),
        }
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { shown } => write!(f, "ERR unknown command {}", shown.escape_ascii()),
            Self::UnknownSubcommand { container, shown } => {
                let container = container.to_ascii_uppercase();
                write!(
                    f,
                    "ERR unknown subcommand '{}'. Try {container} HELP.",
                    shown.escape_ascii()
                )
            }
            Self::WrongArity { name } => {
                write!(f, "ERR wrong number of arguments for '{name}' command")
            }
        }
    }
}

impl core::error::Error for CommandError {}
