#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod control_plane;
pub mod data_plane;
pub mod messages;

pub use control_plane::{ControlEvent, ControlPlane, Generation, StartError};
pub use data_plane::{
    AllocatorAnswer, AllocatorRequest, ClientId, ClientInput, DataEvent, DataPlane, LogLevel,
    MemoryFacts, PeerInfo, PrimaryLinkInput, ProcessFacts, Rejected, ShutdownRequest,
};
pub use messages::{AdminRequest, PrimaryLinkStatus, ReplicationStatus, Ticket, ToControl, ToData};
