#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![no_std]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod assembly;
mod blob;
mod check;
mod crc64;
mod cursor;
pub mod dump;
mod encode;
mod error;
mod input;
pub mod intset;
mod item;
pub mod listpack;
pub mod lzf;
mod reader;
mod record;
pub mod score;
mod stream;
pub mod stream_node;
mod types;
mod value;
mod value_writer;
mod writer;
mod ziplist;
mod zipmap;

pub use crc64::Crc64;
pub use error::{ModuleName, RdbError, RdbErrorKind, StreamError};
pub use item::{Attributes, Checksum, Item, Limits};
pub use reader::Reader;
pub use stream::{PendingEntry, Stream, StreamConsumer, StreamGroup, StreamId, StreamNode};
pub use types::{VERSION_MAX, ValueType};
pub use value::{ListNode, Value};
pub use value_writer::{RowWriter, StreamNumbers, StreamWriter, ValueWriter};
pub use writer::{Writer, WriterConfig};
pub use ziplist::ZiplistError;
pub use zipmap::ZipmapError;
