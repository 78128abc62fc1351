//! Why a configuration is refused: Redis' own words, which its users and its test suite search for.

/// The version of Redis whose behaviour this node has.
pub const REDIS_VERSION: &str = "7.2.4";

/// Why the process cannot start with this configuration. `Display` is what Redis prints.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FatalError {
    /// A line is wrong; goes to standard error.
    #[error(
        "\n*** FATAL CONFIG FILE ERROR (Redis {REDIS_VERSION}) ***\n\
         Reading the configuration file, at line {line}\n>>> '{text}'\n{reason}"
    )]
    AtLine {
        /// Counted from 1 within its file.
        line: usize,
        /// The line, trimmed.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The whole does not fit together; goes to standard error.
    #[error("\n*** FATAL CONFIG FILE ERROR (Redis {REDIS_VERSION}) ***\n{reason}")]
    Whole {
        /// What does not fit.
        reason: String,
    },
    /// A file cannot be read; goes to the log.
    #[error("Fatal error, can't open config file '{path}': {reason}")]
    CannotOpen {
        /// Its path as written.
        path: String,
        /// What the system said.
        reason: String,
    },
}

/// Why CONFIG SET changed nothing. `Display` is the error reply without its dash.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SetError {
    /// A name without a value.
    #[error("ERR syntax error")]
    Syntax,
    /// There is no such option.
    #[error("ERR Unknown option or number of arguments for CONFIG SET - '{0}'")]
    Unknown(String),
    /// The option cannot be set, or not to this value.
    #[error("ERR CONFIG SET failed (possibly related to argument '{argument}') - {reason}")]
    Refused {
        /// The option, as the client spelled it (its value was not looked at) or as the table does.
        argument: String,
        /// Why.
        reason: String,
    },
    /// Not while a dataset is being loaded.
    #[error("LOADING Redis is loading the dataset in memory")]
    Loading,
}

/// Bytes as text for a message.
pub(crate) fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
