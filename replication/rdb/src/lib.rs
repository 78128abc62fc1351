#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![no_std]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod crc64;
mod cursor;
pub mod dump;
mod encode;
mod error;
mod item;
pub mod listpack;
pub mod lzf;
mod reader;
mod types;
mod value;
mod writer;
mod ziplist;
mod zipmap;

pub use crc64::Crc64;
pub use error::{ModuleName, RdbError, RdbErrorKind};
pub use item::{Attributes, Checksum, Item, Limits};
pub use reader::Reader;
pub use types::{VERSION_MAX, ValueType};
pub use value::Value;
pub use writer::{Writer, WriterConfig};
pub use ziplist::ZiplistError;
pub use zipmap::ZipmapError;
