#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![no_std]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod args;
mod command;
mod double;
mod error;
mod inline;
mod limits;
mod number;
mod reply;
mod request;
mod simple;

pub use args::{ArgRange, Args, ArgsIter};
pub use command::{write_args, write_command};
pub use double::push_double;
pub use error::RequestError;
pub use limits::{Limits, Version};
pub use reply::{ReplyMark, ReplyWriter};
pub use request::{Progress, RequestParser, is_cross_protocol};
pub use simple::{LineBreak, SimpleStr};
