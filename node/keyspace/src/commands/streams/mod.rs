//! Commands on streams.

mod ack;
mod add;
mod args;
mod autoclaim;
mod claim;
mod delete;
mod groups;
mod info;
mod info_full;
mod pending;
mod propagate;
mod range;
mod read;
mod read_group;
mod reply;
mod set_id;
mod trim;

pub(crate) use ack::xack;
pub(crate) use add::xadd;
pub(crate) use autoclaim::xautoclaim;
pub(crate) use claim::xclaim;
pub(crate) use delete::xdel;
pub(crate) use groups::{
    xgroup_create, xgroup_createconsumer, xgroup_delconsumer, xgroup_destroy, xgroup_help,
    xgroup_setid,
};
pub(crate) use info::{xinfo_consumers, xinfo_groups, xinfo_help, xinfo_stream};
pub(crate) use pending::xpending;
pub(crate) use range::{xlen, xrange, xrevrange};
pub(crate) use read::{xread, xreadgroup};
pub(crate) use set_id::xsetid;
pub(crate) use trim::xtrim;

use crate::commands::Outcome;
use crate::ctx::Ctx;
use crate::encodings::collection::Collection;
use crate::encodings::stream::id::until_nul;
use crate::encodings::stream::{ConsumerKey, Group, Stream};
use crate::entry::Entry;
use crate::events::EventClass;
use crate::keyspace::Place;
use crate::refusal::Refusal;

impl<'a> Ctx<'a> {
    /// Where a stream is, for commands that the reference server counts as reading its key though they may
    /// change it.
    fn stream_place(&mut self, key: &[u8]) -> Result<Place, Refusal> {
        let access = self.access();
        let place = self.keyspace.read_place(access, key, self.effects);
        match self.keyspace.entry(place) {
            Some(entry) if stream_in(entry).is_none() => Err(Refusal::WrongType),
            _ => Ok(place),
        }
    }

    /// As `stream_place`, with the group that must be there.
    fn group_place(&mut self, key: &[u8], group: &[u8]) -> Result<Place, Refusal> {
        let place = self.stream_place(key)?;
        self.check_group(place, key, group)?;
        Ok(place)
    }

    /// Refuses if there is no stream with this group at a place.
    fn check_group(&self, place: Place, key: &[u8], group: &[u8]) -> Outcome {
        let entry = self.keyspace.entry(place);
        let stream = entry.map(|entry| stream_in(entry).ok_or(Refusal::WrongType));
        let group_there = stream.transpose()?.and_then(|stream| stream.group(group));
        match group_there {
            Some(_) => Ok(()),
            None => Err(no_group(key, group, "")),
        }
    }

    /// The error that a container has a subcommand of this name, but not with such arguments.
    fn unknown_form(&self) -> Refusal {
        let shown = until_nul(self.arg(1));
        let container = self.arg(0).to_ascii_uppercase();
        let text = [
            b"ERR unknown subcommand or wrong number of arguments for '",
            shown.get(..128).unwrap_or(shown),
            b"'. Try ",
            &container,
            b" HELP.",
        ];
        Refusal::Quoting(text.concat())
    }

    /// The consumer of this name, who is made if there is none, and seen now.
    fn meet_consumer(
        &mut self,
        key: &[u8],
        place: Place,
        group: &[u8],
        name: &[u8],
    ) -> Option<Met> {
        let now = self.now.0;
        let updated = self.update::<Stream, _>(key, place, |stream, _| {
            stream.edit_group(group, |group, _, _| meet(group, name, now))
        });
        let met = updated.result.flatten()?;
        if met.new {
            self.effects.changed(1);
            self.notify(EventClass::STREAM, "xgroup-createconsumer", key);
        }
        Some(met)
    }
}

/// The stream of an entry.
fn stream_in(entry: &Entry) -> Option<&Stream> {
    Stream::view(entry)
}

/// A consumer who wants something.
#[derive(Clone, Copy, Debug)]
struct Met {
    key: ConsumerKey,
    /// Nobody knew him.
    new: bool,
}

fn meet(group: &mut Group, name: &[u8], now: i64) -> Option<Met> {
    let known = group.find_consumer(name);
    let key = known.or_else(|| group.add_consumer(name, now))?;
    group.consumer_mut(key)?.seen = now;
    Some(Met {
        key,
        new: known.is_none(),
    })
}

/// The error that there is no such key or group, with what else the command says about it.
fn no_group(key: &[u8], group: &[u8], context: &str) -> Refusal {
    let text = [
        b"NOGROUP No such key '",
        until_nul(key),
        b"' or consumer group '",
        until_nul(group),
        b"'",
        context.as_bytes(),
    ];
    Refusal::Quoting(text.concat())
}

/// The error that a stream has no such group.
fn no_group_of_key(key: &[u8], group: &[u8]) -> Refusal {
    let text = [
        b"NOGROUP No such consumer group '",
        until_nul(group),
        b"' for key name '",
        until_nul(key),
        b"'",
    ];
    Refusal::Quoting(text.concat())
}
