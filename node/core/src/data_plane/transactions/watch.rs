//! `WATCH`: optimistic locking.
//!
//! A key that is missing (or past its time, which is the same to a client) when it is watched may be removed, replaced
//! by another key past its time, and so on: as long as it is missing, nothing has happened to it.

use std::collections::{BTreeMap, BTreeSet};

use shoal_keyspace::{Interest, KeyName};

use super::Transaction;
use crate::data_plane::call::{Call, Flow};
use crate::data_plane::gates::Gates;
use crate::data_plane::session::Flags;
use crate::data_plane::{ClientId, DataPlane};

/// A key that a session watches.
#[derive(Debug)]
pub(super) struct WatchedKey {
    name: KeyName,
    /// There was no such key when it was watched.
    missing: bool,
}

impl WatchedKey {
    pub(super) fn memory(&self) -> usize {
        size_of::<Self>() + self.name.key.capacity()
    }
}

/// Who watches which key.
#[derive(Debug, Default)]
pub(crate) struct Watchers {
    clients: BTreeMap<KeyName, BTreeSet<ClientId>>,
}

/// `WATCH key [key ...]`.
pub(crate) fn watch(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let Some(session) = plane.sessions.get(call.client) else {
        return Flow::Stop;
    };
    if session.flags.contains(Flags::MULTI) {
        return plane.error(call.client, "ERR WATCH inside MULTI is not allowed");
    }
    let db = session.db;
    let touched = session.transaction.as_ref().is_some_and(|it| it.touched);
    if !touched {
        for key in call.args.iter().skip(1) {
            plane.watch_key(call.client, db, key);
        }
    }
    plane.reply(call.client).ok();
    Flow::Next
}

/// `UNWATCH`.
pub(crate) fn unwatch(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    if let Some(session) = plane.sessions.get_mut(call.client)
        && let Some(mut transaction) = session.transaction.take()
    {
        transaction.touched = false;
        plane.forget_watched(call.client, &mut transaction);
        // In a transaction UNWATCH is executed by EXEC, which has forgotten everything before.
        if let Some(session) = plane.sessions.get_mut(call.client)
            && session.flags.contains(Flags::MULTI)
        {
            session.transaction = Some(transaction);
        }
    }
    plane.reply(call.client).ok();
    Flow::Next
}

impl DataPlane {
    fn watch_key(&mut self, client: ClientId, db: usize, key: &[u8]) {
        let name = KeyName {
            db,
            key: key.to_vec(),
        };
        let watchers = self.watchers.clients.entry(name.clone()).or_default();
        if !watchers.insert(client) {
            return;
        }
        self.keyspace.attend(db, key, Interest::Watched);
        self.gates.insert(Gates::ATTENDED);
        let missing = !self.keyspace.contains(db, key, self.now.unix());
        if let Some(session) = self.sessions.get_mut(client) {
            let transaction = session.transaction.get_or_insert_default();
            transaction.watched.push(WatchedKey { name, missing });
        }
    }

    /// Ends all watches of a session.
    pub(super) fn forget_watched(&mut self, client: ClientId, transaction: &mut Transaction) {
        if transaction.watched.is_empty() {
            return;
        }
        for watched in transaction.watched.drain(..) {
            let name = &watched.name;
            if let Some(watchers) = self.watchers.clients.get_mut(name) {
                watchers.remove(&client);
                if watchers.is_empty() {
                    self.watchers.clients.remove(name);
                }
            }
            self.keyspace.neglect(name.db, &name.key, Interest::Watched);
        }
        self.attention_changed();
    }

    /// Whether a key that was there when it was watched is past its time now, deleted or not.
    pub(super) fn watches_expired_key(&self, client: ClientId) -> bool {
        let session = self.sessions.get(client);
        let transaction = session.and_then(|session| session.transaction.as_ref());
        let gone = |watched: &WatchedKey| {
            let name = &watched.name;
            !watched.missing && !self.keyspace.contains(name.db, &name.key, self.now.unix())
        };
        transaction.is_some_and(|transaction| transaction.watched.iter().any(gone))
    }

    /// Tells those who watch what was touched. `changed`: the command at hand changed something.
    pub(crate) fn settle_touched(&mut self, changed: bool) {
        for name in self.keyspace.take_touched(changed) {
            let Some(watchers) = self.watchers.clients.get(&name) else {
                continue;
            };
            let watchers: Vec<ClientId> = watchers.iter().copied().collect();
            let missing = !self.keyspace.contains(name.db, &name.key, self.now.unix());
            for client in watchers {
                self.touch(client, &name, missing);
            }
        }
    }

    fn touch(&mut self, client: ClientId, name: &KeyName, missing: bool) {
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        let Some(mut transaction) = session.transaction.take() else {
            return;
        };
        let unchanged = |watched: &WatchedKey| watched.name == *name && watched.missing && missing;
        if !transaction.watched.iter().any(unchanged) {
            transaction.touched = true;
            // It cannot become worse.
            self.forget_watched(client, &mut transaction);
        }
        if let Some(session) = self.sessions.get_mut(client) {
            session.transaction = Some(transaction);
        }
    }
}
