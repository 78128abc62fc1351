//! Making room when the memory is over `maxmemory`.
//!
//! Whether it is over is looked at after every command that changed something and after every answer of the allocator,
//! and is remembered as a gate. While it is open, every command first evicts, a bounded number of keys; what is still
//! too much goes in the pauses between commands.

use core::time::Duration;

use shoal_keyspace::Eviction;
use shoal_keyspace::command::{CommandFlags, CommandSpec};

use super::gates::Gates;
use super::session::Flags;
use super::{ClientId, DataPlane};

/// The refusal of a command that may need memory.
pub(crate) const OUT_OF_MEMORY: &str = "OOM command not allowed when used memory > 'maxmemory'.";

/// How soon eviction goes on if one turn was not enough.
const PAUSE: Duration = Duration::from_micros(500);
/// Keys evicted in 50 µs, which is what `maxmemory-eviction-tenacity` counts in.
const KEYS_PER_STEP: f64 = 25.0;
/// Fewer keys than this are not worth stopping for.
const KEYS_MIN: usize = 16;

/// How an attempt to make room ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Room {
    /// There is room, or making some is not up to us.
    Enough,
    /// Not yet, but more keys can go.
    Soon,
    /// There is none, and nothing to be evicted.
    None,
}

impl DataPlane {
    /// Notes whether the memory is over its limit.
    #[inline]
    pub(crate) fn watch_memory(&mut self) {
        if self.settings.maxmemory > 0 {
            self.look_at_memory();
        }
    }

    /// As `watch_memory`, after the limit may have changed.
    pub(crate) fn look_at_memory(&mut self) {
        let limit = self.settings.maxmemory;
        let over = limit > 0 && self.limited_memory() > limit;
        self.gates.set(Gates::MEMORY, over);
        if !over {
            self.evict_at = None;
            self.memory.note_within(self.now.instant);
        } else if self.evict_at.is_none() && self.may_evict() {
            self.evict_at = Some(self.now.instant + PAUSE);
        }
    }

    /// A replica leaves eviction to its primary, unless it is told not to. While writes are held back, the stream must
    /// stand still.
    fn may_evict(&self) -> bool {
        let obeys_primary = self.is_replica() && self.settings.replica_ignore_maxmemory;
        !obeys_primary && !self.pause.is_active() && !self.is_loading()
    }

    /// Makes room before a command. True if there is none, and the command needs some: as it says itself, or because
    /// it would be queued. `flags` are those of the command, or of all that a transaction is made of.
    pub(crate) fn is_out_of_memory(
        &mut self,
        client: ClientId,
        spec: &CommandSpec,
        flags: CommandFlags,
    ) -> bool {
        /// Ends or changes a transaction.
        const NEVER_QUEUED: [&str; 7] = [
            "exec", "discard", "multi", "watch", "unwatch", "reset", "quit",
        ];
        if !self.gates.contains(Gates::MEMORY) || self.make_room() != Room::None {
            return false;
        }
        let queued =
            self.flags_of(client).contains(Flags::MULTI) && !NEVER_QUEUED.contains(&spec.name);
        queued || flags.contains(CommandFlags::DENYOOM)
    }

    /// Evicts keys until there is room, but not too many at once.
    pub(crate) fn make_room(&mut self) -> Room {
        if !self.gates.contains(Gates::MEMORY) || !self.may_evict() {
            return Room::Enough;
        }
        let room = self.evict_some(keys_per_turn(self.settings.eviction_tenacity));
        self.propagate_effects_of_nobody();
        match room {
            Room::Enough => self.look_at_memory(),
            Room::Soon => self.evict_at = Some(self.now.instant + PAUSE),
            Room::None => self.evict_at = None,
        }
        if room != Room::Enough {
            self.memory.note_over(self.now.instant);
        }
        room
    }

    fn evict_some(&mut self, budget: usize) -> Room {
        let command: &[u8] = if self.settings.lazy_eviction {
            b"UNLINK"
        } else {
            b"DEL"
        };
        for _ in 0..budget {
            if self.limited_memory() <= self.settings.maxmemory {
                return Room::Enough;
            }
            match self.keyspace.evict(self.now.unix(), &mut self.effects) {
                Eviction::Evicted { db, key } => {
                    self.dirty += 1;
                    self.propagate_plain(db, &[command, &key]);
                }
                Eviction::Searching => return Room::Soon,
                Eviction::Nothing => return Room::None,
            }
        }
        Room::Soon
    }

    /// Goes on evicting where commands have not made enough room.
    pub(crate) fn evict_if_due(&mut self) {
        if self.evict_at.is_some_and(|at| at <= self.now.instant) {
            self.evict_at = None;
            self.make_room();
        }
    }
}

/// How many keys are evicted before commands get their turn. The reference server limits the time: 50 µs per unit up
/// to ten, then fifteen percent more for each, and none at a hundred.
fn keys_per_turn(tenacity: u32) -> usize {
    let steps = match tenacity {
        0..=10 => f64::from(tenacity),
        11..=99 => 10.0 * 1.15_f64.powf(f64::from(tenacity) - 10.0),
        _ => return usize::MAX,
    };
    ((KEYS_PER_STEP * steps) as usize).max(KEYS_MIN)
}

#[cfg(test)]
mod tests {
    use super::keys_per_turn;

    #[test]
    fn tenacity_decides_how_long_commands_wait() {
        assert_eq!(keys_per_turn(0), 16);
        assert_eq!(keys_per_turn(10), 250);
        assert!(keys_per_turn(99) > 50_000_000);
        assert_eq!(keys_per_turn(100), usize::MAX);
    }
}
