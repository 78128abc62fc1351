//! `MULTI`, `EXEC`, `DISCARD`, `WATCH`, `UNWATCH`.
//!
//! Between `MULTI` and `EXEC` every command passes all checks and is then kept instead of executed ([`queue`]); `EXEC`
//! executes what was kept without anybody in between ([`exec`]). Watched keys ([`watch`]) are told of by the keyspace,
//! which knows exactly what a command laid hands on, wherever that happens: expiry, eviction, a flush, an exchange of
//! databases, another dataset.

mod exec;
mod queue;
mod watch;

use std::collections::VecDeque;

use shoal_keyspace::command::CommandFlags;

use super::call::{Call, Flow};
use super::kept::Kept;
use super::session::Flags;
use super::{ClientId, DataPlane};

pub(crate) use exec::exec;
use watch::WatchedKey;
pub(crate) use watch::{Watchers, unwatch, watch};

/// What a session has begun, or watches before it begins.
#[derive(Debug, Default)]
pub(crate) struct Transaction {
    queue: VecDeque<Kept>,
    /// The memory of the queue.
    queued_bytes: usize,
    /// The flags of all queued commands together.
    any: CommandFlags,
    /// Flags that a queued command lacks.
    missing: CommandFlags,
    /// A command could not be queued: `EXEC` will fail.
    failed: bool,
    /// A watched key was touched: `EXEC` will do nothing.
    touched: bool,
    watched: Vec<WatchedKey>,
}

impl Transaction {
    /// How many commands wait for `EXEC`.
    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }

    /// Whether a watched key was touched.
    pub(crate) const fn is_touched(&self) -> bool {
        self.touched
    }

    /// The memory it holds.
    pub(crate) fn memory(&self) -> usize {
        let watched = self.watched.iter().map(WatchedKey::memory).sum::<usize>();
        size_of::<Self>() + self.queued_bytes + watched
    }
}

/// `MULTI`.
pub(crate) fn multi(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let Some(session) = plane.sessions.get_mut(call.client) else {
        return Flow::Stop;
    };
    if session.flags.contains(Flags::MULTI) {
        return plane.error(call.client, "ERR MULTI calls can not be nested");
    }
    session.flags.insert(Flags::MULTI);
    session.transaction.get_or_insert_default();
    plane.reply(call.client).ok();
    Flow::Next
}

/// `DISCARD`.
pub(crate) fn discard(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    if !plane.flags_of(call.client).contains(Flags::MULTI) {
        return plane.error(call.client, "ERR DISCARD without MULTI");
    }
    plane.end_transaction(call.client);
    plane.reply(call.client).ok();
    Flow::Next
}

impl DataPlane {
    /// The transaction is over.
    pub(crate) fn end_transaction(&mut self, client: ClientId) {
        if let Some(session) = self.sessions.get_mut(client) {
            session.flags.remove(Flags::MULTI);
        }
        self.forget_transaction(client);
    }

    /// Forgets what the session queued and watched.
    pub(crate) fn forget_transaction(&mut self, client: ClientId) {
        if let Some(session) = self.sessions.get_mut(client)
            && let Some(mut transaction) = session.transaction.take()
        {
            self.forget_watched(client, &mut transaction);
        }
    }
}
