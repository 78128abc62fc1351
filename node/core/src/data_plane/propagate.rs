//! What a command changed, repeated into the replication stream.
//!
//! Nothing here runs while nobody listens: then the effects are only counted. A command goes into the
//! stream as the bytes that the client sent, unless its handler says what to send instead.

use shoal_keyspace::Propagation;
use shoal_resp::{write_args, write_command};
use shoal_slots::{ReplOffset, SlotSet};

use super::dispatch::Request;
use super::gates::Gates;
use super::{ClientId, DataPlane};

impl DataPlane {
    /// After a command of a client that changed something, or found expired keys.
    pub(crate) fn repeat_effects(&mut self, client: ClientId, db: usize, request: Request<'_>) {
        self.dirty += self.effects.dirty;
        if self.gates.contains(Gates::FEEDING) {
            self.feed_expired();
            if self.effects.dirty > 0 {
                self.feed_effects(db, request);
            }
            let offset = self.primary.offset();
            if let Some(session) = self.sessions.get_mut(client) {
                session.write_offset = offset;
            }
        }
        self.effects.clear();
    }

    fn feed_effects(&mut self, db: usize, request: Request<'_>) {
        let db = db_number(db);
        match core::mem::take(&mut self.effects.propagation) {
            Propagation::Nothing => {}
            Propagation::Verbatim => match request.raw {
                Some(raw) => self.primary.feed(db, raw),
                None => {
                    let mut command = core::mem::take(&mut self.scratch);
                    command.clear();
                    write_args(&mut command, request.args);
                    self.primary.feed(db, &command);
                    self.scratch = command;
                }
            },
            Propagation::Instead(commands) => {
                let several = commands.len() > 1;
                if several {
                    self.propagate_in(db, &[b"MULTI"]);
                }
                for command in &commands {
                    let args: Vec<&[u8]> = command.iter().map(Vec::as_slice).collect();
                    self.propagate_in(db, &args);
                }
                if several {
                    self.propagate_in(db, &[b"EXEC"]);
                }
            }
        }
        self.fed = true;
    }

    /// Keys that were found past their time go first.
    fn feed_expired(&mut self) {
        let expired = core::mem::take(&mut self.effects.expired);
        for gone in &expired {
            self.propagate_in(db_number(gone.db), &[b"DEL", &gone.key]);
        }
        self.effects.expired = expired;
    }

    /// After the expiry cycle, which no client caused.
    pub(crate) fn propagate_effects_of_nobody(&mut self) {
        self.dirty += self.effects.expired.len() as u64;
        if self.gates.contains(Gates::FEEDING) {
            self.feed_expired();
        }
        self.effects.clear();
    }

    /// A command of our own making.
    pub(crate) fn propagate_plain(&mut self, db: usize, args: &[&[u8]]) {
        if self.gates.contains(Gates::FEEDING) {
            self.propagate_in(db_number(db), args);
        }
    }

    fn propagate_in(&mut self, db: u32, args: &[&[u8]]) {
        let mut command = core::mem::take(&mut self.scratch);
        command.clear();
        write_command(&mut command, args);
        self.primary.feed(db, &command);
        self.scratch = command;
        self.fed = true;
    }

    /// Tells replicas to delete every key of these slots, before they are dropped here. One `DEL` per key, as the
    /// reference server does it.
    pub(crate) fn propagate_slot_deletion(&mut self, slots: &SlotSet) {
        for slot in slots.iter() {
            for key in self.keyspace.keys_in_slot(slot, usize::MAX) {
                self.propagate_in(0, &[b"DEL", &key]);
            }
        }
    }

    /// How far the stream has come: what we produced, or what of our primary's we applied.
    pub(crate) fn offset(&self) -> ReplOffset {
        match &self.upstream {
            Some(upstream) => upstream.offset(),
            None => self.primary.offset(),
        }
    }
}

fn db_number(db: usize) -> u32 {
    u32::try_from(db).unwrap_or(u32::MAX)
}
