#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![no_std]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod args;
mod build;
mod command;
mod decode;
mod double;
mod encode;
mod error;
mod frame;
mod grammar;
mod items;
mod limits;
mod number;
mod reply;
mod request;
mod simple;
#[cfg(test)]
mod work;

pub use args::{ArgRange, Args, ArgsIter};
pub use command::{write_args, write_command};
pub use decode::Decoder;
pub use double::{push_double, push_shortest_double};
pub use encode::encode;
pub use error::{DecodeError, RequestError};
pub use frame::Frame;
pub use items::{Attributed, Items, Pairs};
pub use limits::{Limits, Version};
pub use reply::{ReplyMark, ReplyWriter};
pub use request::{Progress, RequestBatch, RequestParser, WholeRequest, is_cross_protocol};
pub use simple::{BigNumber, LineBreak, NotANumber, SimpleStr};
