//! `EXEC`: what was queued, one after the other.
//!
//! Everything happens in one go, and its effects enter the stream as one unit. The exception are commands that the
//! control plane answers (`CLUSTER RESET` and its like) and those that wait for the shell: the transaction waits with
//! them, and goes on when they are answered.

use shoal_keyspace::command::Handler;
use shoal_slots::ReplOffset;

use super::Transaction;
use crate::data_plane::call::{Call, Flow};
use crate::data_plane::handlers::KnownKeys;
use crate::data_plane::kept::Kept;
use crate::data_plane::session::{Flags, Session};
use crate::data_plane::{ClientId, DataPlane};

/// `EXEC`.
pub(crate) fn exec(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let client = call.client;
    if !plane.flags_of(client).contains(Flags::MULTI) {
        return plane.error(client, "ERR EXEC without MULTI");
    }
    let expired = plane.watches_expired_key(client);
    let Some(mut transaction) = plane.take_transaction(client) else {
        return Flow::Stop;
    };
    plane.forget_watched(client, &mut transaction);
    if transaction.failed {
        plane.end_transaction(client);
        let text = "EXECABORT Transaction discarded because of previous errors.";
        return plane.error(client, text);
    }
    if transaction.touched || expired {
        plane.end_transaction(client);
        plane.reply(client).null_array();
        return Flow::Next;
    }
    plane.reply(client).array(transaction.queue.len());
    plane.execute_queued(client, transaction)
}

impl DataPlane {
    fn take_transaction(&mut self, client: ClientId) -> Option<Box<Transaction>> {
        self.sessions.get_mut(client)?.transaction.take()
    }

    /// Executes what is left of a transaction. A command that waits keeps the rest waiting.
    fn execute_queued(&mut self, client: ClientId, mut transaction: Box<Transaction>) -> Flow {
        let offset = self.primary.offset();
        self.begin_unit();
        while let Some(kept) = transaction.queue.pop_front() {
            self.execute_one(client, &kept);
            let Some(session) = self.sessions.get_mut(client) else {
                break;
            };
            if session.blocked.is_some() {
                session.transaction = Some(transaction);
                session.flags.insert(Flags::EXECUTING);
                self.end_unit_of(client, offset);
                return Flow::Stop;
            }
        }
        self.end_unit_of(client, offset);
        self.end_transaction(client);
        if self.flags_of(client).contains(Flags::CLOSING) {
            Flow::Stop
        } else {
            Flow::Next
        }
    }

    /// The effects enter the stream, which stood at `offset` before.
    fn end_unit_of(&mut self, client: ClientId, offset: ReplOffset) {
        self.end_unit();
        if self.primary.offset() > offset {
            self.note_offset(client);
        }
    }

    fn execute_one(&mut self, client: ClientId, kept: &Kept) {
        let Some(start) = self
            .sessions
            .get(client)
            .map(|session| session.output.len())
        else {
            return;
        };
        self.stats.commands += 1;
        match kept.spec.handler {
            Handler::Keyspace(run) => {
                let keys = KnownKeys::default();
                self.run_on_keyspace(client, kept.spec, run, kept.request(), keys);
            }
            Handler::Node(command) => {
                self.run_on_node(client, kept.spec, command, kept.args());
            }
            Handler::Container => {}
        }
        self.count_error_at(client, start);
    }

    /// Goes on with a transaction whose command was answered.
    pub(crate) fn resume_transaction(&mut self, client: ClientId) {
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        session.flags.remove(Flags::EXECUTING);
        let start = session.output.len();
        let Some(transaction) = session.transaction.take() else {
            return;
        };
        self.execute_queued(client, transaction);
        let waits = |session: &Session| session.blocked.is_some();
        if !self.sessions.get(client).is_some_and(waits) {
            self.finish_command(client, start);
        }
        self.announce(client);
        self.serve_ready();
    }
}
