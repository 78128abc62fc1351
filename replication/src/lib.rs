#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![no_std]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod backlog;
mod config;
mod election;
mod error;
mod event;
mod manual;
mod migration;
mod primary;
mod psync;
mod replconf;
mod replica;
mod timing;
mod voter;

pub use backlog::Backlog;
pub use config::{BACKLOG_SIZE_MIN, Credentials, LagLimit, PrimaryConfig, ReplicaConfig};
pub use election::{
    Election, ElectionAction, ElectionFacts, ElectionRefusal, ElectionStatus, PrimaryLink, Sibling,
};
pub use error::{LineError, PsyncRefusal, StreamError};
pub use event::{CloseReason, DisconnectReason, History, PrimaryEvent, ReplicaEvent, ReplicaKey};
pub use manual::{
    ManualAction, ManualEnd, ManualFacts, ManualFailover, ManualKind, ManualRefusal, PauseFacts,
    PauseRefusal,
};
pub use migration::{Migration, MigrationFacts, PrimaryFacts, ReplicaFacts};
pub use primary::{
    FullSync, Primary, PsyncAnswer, ReplconfReply, ReplicaInfo, ReplicaStage, SnapshotForm,
    SnapshotRequest, SyncStats, Upstream,
};
pub use psync::{EofMark, PayloadHeader, PsyncReply, PsyncRequest};
pub use replconf::{ReplconfOption, SnapshotFilter};
pub use replica::{LinkState, Replica, StreamCommand};
pub use timing::{EarlyStart, Timing};
pub use voter::{Candidate, VoteRefusal, VoteRequest, Voter, VoterAction, VoterFacts};
