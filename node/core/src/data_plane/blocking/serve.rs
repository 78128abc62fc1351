//! Waking those who wait for a key that was signalled.
//!
//! This runs after each command (and transaction) of a client or of our primary, and at the end of every call from
//! outside for what happened besides. What a woken command does may signal further keys; that goes on until nothing
//! is signalled any more. It ends, because a served client leaves its lines, and one that blocks again stands behind
//! all who were there when its key was signalled.

use shoal_keyspace::KeyName;

use super::{Attempt, Waiter};
use crate::data_plane::blocked::Blocked;
use crate::data_plane::gates::Gates;
use crate::data_plane::{ClientId, DataPlane};

impl DataPlane {
    /// Serves everybody whose key was signalled.
    #[inline]
    pub(crate) fn serve_ready(&mut self) {
        if self.gates.contains(Gates::ATTENDED) {
            self.serve_signalled();
        }
    }

    #[cold]
    fn serve_signalled(&mut self) {
        self.settle_touched(true);
        if core::mem::replace(&mut self.serving, true) {
            return;
        }
        while let Some(name) = self.keyspace.next_ready() {
            self.serve_line(&name);
        }
        self.serving = false;
    }

    /// Those who stand in line for this key now, one after the other.
    fn serve_line(&mut self, name: &KeyName) {
        let (mut first, end) = (0, self.queue.end());
        while let Some((number, client)) = self.queue.next_in_line(name, first..end) {
            first = number + 1;
            if self.may_find_something(client, name) {
                self.wake(client);
            } else if !self.keyspace.contains(name.db, &name.key, self.now.unix())
                && !self.queue.minds_deletion(name)
            {
                // It was all taken: nobody behind will find anything either.
                return;
            }
        }
    }

    fn may_find_something(&self, client: ClientId, name: &KeyName) -> bool {
        let session = self.sessions.get(client);
        let waiter = session.and_then(|session| session.waiter.as_ref());
        waiter.is_some_and(|waiter| {
            waiter.even_if_deleted || self.keyspace.holds(name.db, &name.key, waiter.awaited)
        })
    }

    /// Executes a session's command again.
    fn wake(&mut self, client: ClientId) {
        if let Some(waiter) = self.leave_lines(client) {
            self.forget_block(client);
            self.retry(client, waiter);
        }
    }

    /// Executes a command that waited. Its session may block again.
    pub(crate) fn retry(&mut self, client: ClientId, waiter: Box<Waiter>) {
        let Some(session) = self.sessions.get(client) else {
            return;
        };
        let start = session.output.len();
        let attempt = Attempt {
            asking: waiter.asking,
            again: Some(waiter.deadline),
        };
        let flow = self.check_and_run(client, attempt, waiter.request.request());
        if flow == crate::data_plane::call::Flow::Hold {
            // It keeps its request, which is not part of the session's input any more.
            if let Some(session) = self.sessions.get_mut(client) {
                session.waiter = Some(waiter);
            }
            self.block(client, Blocked::Paused);
            self.pause.hold(client);
            return;
        }
        let Some(session) = self.sessions.get(client) else {
            return;
        };
        if session.blocked.is_none() {
            self.finish_command(client, start);
            self.resume_later(client);
            self.announce(client);
        }
    }
}
