#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod args;
mod check;
mod comment;
mod config;
mod error;
mod get;
mod getters;
mod line;
mod load;
mod number;
mod option;
mod rewrite;
mod rewrite_lines;
mod set;
mod special;
mod table;
mod value;

pub use args::CommandLine;
pub use config::{Config, Directives, is_sensitive};
pub use error::{FatalError, REDIS_VERSION, SetError};
pub use getters::{Allowed, EndpointType, LogLevel, ShutdownFlags};
pub use line::{quote, split_words};
pub use load::{Host, LINE_LEN_MAX};
pub use number::memory;
pub use option::{Check, Flags, Kind, OptionId, OptionSpec, lookup};
pub use set::{Change, SetContext};
pub use table::TABLE;
pub use value::{BufferLimit, Value};
