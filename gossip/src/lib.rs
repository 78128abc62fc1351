#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![no_std]
extern crate alloc;

mod admin;
mod admin_slots;
mod blacklist;
mod config;
mod connections;
mod detector;
mod epochs;
mod error;
mod event;
mod facts;
mod gossip;
mod handshake;
mod health;
mod heartbeat;
mod joints;
mod links;
mod news;
pub mod nodes_conf;
mod notice;
mod outbox;
mod ownership;
mod peer;
mod peers;
mod persist;
mod receive;
mod roles;
mod send;
mod slot_owners;
mod stats;
mod timers;
mod view;
pub mod wire;
mod wishes;

pub use admin_slots::SetSlot;
pub use config::{Announce, Config, Limits};
pub use epochs::Bump;
pub use error::{
    FlushSlotsError, ForgetError, MeetError, ReplicasError, ReplicateError, ResetError,
    RestoreError, SetConfigEpochError, SetSlotError, SlotsError, UnknownNode,
};
pub use event::{Event, LinkChange, LinkId, Output, Transmit, VoteRequest};
pub use facts::{LinkInfo, SlotCounts};
pub use gossip::Gossip;
pub use notice::Notice;
pub use peer::{Address, Liveness, Peer};
pub use stats::{PACKET_NAMES, PACKET_TYPES, Stats};
pub use timers::Timing;
