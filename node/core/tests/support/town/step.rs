//! What leaves a control plane, in words.

use shoal_core::ToData;
use shoal_gossip::wire::Body;

/// What a control plane let out, and what its disk did.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Step {
    SaveAsked { fsync: bool },
    Saved,
    Told(&'static str),
    Sent(&'static str),
}

pub(super) fn name(message: &ToData) -> &'static str {
    match message {
        ToData::View(_) => "view",
        ToData::BecomePrimary => "become primary",
        ToData::BecomeReplicaOf { .. } => "become replica",
        ToData::PauseWrites { .. } => "pause",
        ToData::ResumeWrites => "resume",
        ToData::DropSlots(_) => "drop slots",
        ToData::FlushAll => "flush",
        ToData::AdminReply { .. } => "reply",
        _ => "other",
    }
}

pub(super) fn kind(body: &Body) -> &'static str {
    match body {
        Body::Ping(_) => "ping",
        Body::Pong(_) => "pong",
        Body::Meet(_) => "meet",
        Body::Fail(_) => "fail",
        Body::AuthRequest => "auth request",
        Body::AuthAck => "auth ack",
        Body::Update(_) => "update",
        Body::MfStart => "mfstart",
        _ => "other",
    }
}
