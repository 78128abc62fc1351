//! The cluster bus on the wire: every message type and ping extension, parsed and written.
//!
//! A connection carries messages back to back. [`Framer`] cuts them apart, [`Message::parse`] reads one, and
//! [`Packet::encode`] and [`LightMessage::encode`] write one. Nothing here decides anything: whether a packet
//! is believed is the business of the machine above.
//!
//! Three rules hold throughout. What exists as a value can be written. What a peer sends never panics and
//! never reserves memory that has not arrived. And where a field is read from is proven as the crate
//! compiles: every offset is a `Field` whose place is checked against its neighbours.

mod dialect;
mod error;
mod ext;
mod field;
mod flags;
mod framer;
mod header;
mod heartbeat;
mod input;
mod light;
mod message;
mod module;
mod packet;
mod publish;
mod text;
mod update;

pub use dialect::Dialect;
pub use error::PacketError;
pub use ext::{Extension, ExtensionKind};
pub use flags::{MessageFlags, NodeFlags};
pub use framer::{Framer, frame_len};
pub use header::{HEADER_LEN, Header};
pub use heartbeat::{GOSSIP_ENTRY_LEN, GossipEntry, Heartbeat};
pub use light::{LIGHT_HEADER_LEN, LightMessage};
pub use message::Message;
pub use module::ModuleMessage;
pub use packet::{Body, Packet, kind};
pub use publish::Publication;
pub use text::{IpText, Name};
pub use update::Update;
