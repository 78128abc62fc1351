//! What a command handler gets to work with.

use shoal_resp::{Args, ReplyWriter};
use shoal_slots::{Slot, UnixMillis};

use crate::blocking::Blocking;
use crate::effects::Effects;
use crate::keyspace::{Access, Keyspace};

/// One command being executed.
///
/// The caller has looked the command up and checked its arity, permissions and routing.
#[derive(Debug)]
pub struct Ctx<'a> {
    /// The data.
    pub keyspace: &'a mut Keyspace,
    /// The arguments, the command's name first.
    pub args: Args<'a>,
    /// Where the reply goes.
    pub reply: ReplyWriter<'a>,
    /// The database that the client has selected.
    pub db: usize,
    /// The slot of all keys of this command, if routing has computed it; saves computing it again.
    pub slot: Option<Slot>,
    /// The [`hash`](crate::KnownKey::hash) of the key, if this command has a single one and somebody looked
    /// at it before; saves computing it again.
    pub hash: Option<u64>,
    /// The wall clock.
    pub now: UnixMillis,
    /// The command comes from our primary (or an AOF): keys that are past their time are still there.
    pub from_primary: bool,
    /// Whether the command may wait for data, and whether it wants to.
    pub blocking: Blocking,
    /// What the command changed.
    pub effects: &'a mut Effects,
}

impl<'a> Ctx<'a> {
    /// An argument; empty if there are not so many.
    #[inline]
    pub(crate) fn arg(&self, index: usize) -> &'a [u8] {
        self.args.get(index).unwrap_or_default()
    }

    /// How to look at keys on behalf of this command.
    #[inline]
    pub(crate) const fn access(&self) -> Access {
        Access {
            db: self.db,
            slot: self.slot,
            hash: self.hash,
            now: self.now,
            from_primary: self.from_primary,
        }
    }
}
