//! What a command changed, repeated into the replication stream.
//!
//! Nothing here runs while nobody listens: then the effects are only counted. A command goes into the
//! stream as the bytes that the client sent, unless its handler says what to send instead.

use shoal_keyspace::Propagation;
use shoal_keyspace::command::CommandSpec;
use shoal_resp::{write_args, write_command};
use shoal_slots::{ReplOffset, SlotSet};

use super::dispatch::Request;
use super::gates::Gates;
use super::{ClientId, DataPlane};

/// How much of a large unit's memory is kept for the next one.
const UNIT_KEPT_MAX: usize = 16 * 1024;

/// Commands that enter the stream together: the effects of one command or one transaction. Two or more are framed by
/// `MULTI` and `EXEC`.
#[derive(Debug, Default)]
pub(crate) struct Unit {
    open: bool,
    bytes: Vec<u8>,
    /// The database of each command, and where its bytes end.
    commands: Vec<(u32, usize)>,
}

impl DataPlane {
    /// After a command of a client that changed something or found expired keys, or while somebody wants to know of
    /// changes.
    pub(crate) fn repeat_effects(
        &mut self,
        client: ClientId,
        db: usize,
        spec: &CommandSpec,
        request: Request<'_>,
    ) {
        let changed = self.effects.dirty > 0;
        self.dirty += self.effects.dirty;
        self.watch_memory();
        if self.gates.contains(Gates::FEEDING) && (changed || !self.effects.expired.is_empty()) {
            let framed = !self.unit.open && self.needs_frame(spec);
            if framed {
                self.begin_unit();
            }
            self.feed_expired();
            if changed {
                self.feed_effects(db, request);
            }
            if framed {
                self.end_unit();
            }
            if !self.unit.open {
                self.note_offset(client);
            }
        }
        if self.gates.contains(Gates::ATTENDED) {
            self.settle_touched(changed);
        }
        self.effects.clear();
    }

    /// Whether the effects of a command are more than one command.
    fn needs_frame(&self, spec: &CommandSpec) -> bool {
        let own = match &self.effects.propagation {
            Propagation::Nothing => 0,
            Propagation::Verbatim => 1,
            Propagation::Instead(commands) => commands.len(),
        };
        let own = if self.effects.dirty > 0 { own } else { 0 };
        // What goes through all keys is no unit: each key it finds expired is a matter of its own.
        let through_all = matches!(spec.name, "randomkey" | "scan");
        self.effects.expired.len() + own > 1 && !through_all
    }

    /// What follows enters the stream together.
    pub(crate) const fn begin_unit(&mut self) {
        self.unit.open = true;
    }

    /// It is complete.
    pub(crate) fn end_unit(&mut self) {
        let mut unit = core::mem::take(&mut self.unit);
        let framed = unit.commands.len() > 1;
        if framed {
            self.feed_frame(b"MULTI");
        }
        let mut start = 0;
        for &(db, end) in &unit.commands {
            let command = unit.bytes.get(start..end).unwrap_or_default();
            self.primary.feed(db, command);
            start = end;
        }
        if framed {
            self.feed_frame(b"EXEC");
        }
        unit.commands.clear();
        unit.bytes.clear();
        unit.bytes.shrink_to(UNIT_KEPT_MAX);
        unit.open = false;
        self.unit = unit;
    }

    fn feed_frame(&mut self, word: &[u8]) {
        let mut command = core::mem::take(&mut self.scratch);
        command.clear();
        write_command(&mut command, &[word]);
        self.primary.feed_frame(&command);
        self.scratch = command;
    }

    /// `WAIT` waits for what this client caused.
    pub(crate) fn note_offset(&mut self, client: ClientId) {
        let offset = self.primary.offset();
        if let Some(session) = self.sessions.get_mut(client) {
            session.write_offset = offset;
        }
    }

    /// A whole command enters the stream, alone or with its unit.
    fn feed(&mut self, db: u32, command: &[u8]) {
        self.fed = true;
        if self.unit.open {
            self.unit.bytes.extend_from_slice(command);
            self.unit.commands.push((db, self.unit.bytes.len()));
        } else {
            self.primary.feed(db, command);
        }
    }

    fn feed_effects(&mut self, db: usize, request: Request<'_>) {
        let db = db_number(db);
        match core::mem::take(&mut self.effects.propagation) {
            Propagation::Nothing => {}
            Propagation::Verbatim => match request.raw {
                Some(raw) => self.feed(db, raw),
                None => {
                    let mut command = core::mem::take(&mut self.scratch);
                    command.clear();
                    write_args(&mut command, request.args);
                    self.feed(db, &command);
                    self.scratch = command;
                }
            },
            Propagation::Instead(commands) => {
                for command in &commands {
                    let args: Vec<&[u8]> = command.iter().map(Vec::as_slice).collect();
                    self.propagate_in(db, &args);
                }
            }
        }
    }

    /// Keys that were found past their time go first.
    fn feed_expired(&mut self) {
        let expired = core::mem::take(&mut self.effects.expired);
        let command: &[u8] = if self.settings.lazy_expire {
            b"UNLINK"
        } else {
            b"DEL"
        };
        for gone in &expired {
            self.propagate_in(db_number(gone.db), &[command, &gone.key]);
        }
        self.effects.expired = expired;
    }

    /// After expiry or eviction, which no client caused.
    pub(crate) fn propagate_effects_of_nobody(&mut self) {
        if !self.effects.events.is_empty() {
            self.publish_events();
        }
        self.dirty += self.effects.expired.len() as u64;
        if self.gates.contains(Gates::FEEDING) {
            self.feed_expired();
        }
        if self.gates.contains(Gates::ATTENDED) {
            self.settle_touched(true);
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
        self.feed(db, &command);
        self.scratch = command;
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
