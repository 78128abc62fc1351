//! `MEMORY`, but for `MEMORY USAGE`, which is about a key.

mod doctor;
mod overhead;
mod stats;

use shoal_keyspace::command::MemoryCommand;

pub(crate) use overhead::{Overhead, ratio};

use super::help;
use crate::data_plane::blocked::Blocked;
use crate::data_plane::call::{Call, Flow};
use crate::data_plane::event::{AllocatorAnswer, AllocatorRequest};
use crate::data_plane::{DataEvent, DataPlane};
use crate::messages::Ticket;

/// `MEMORY subcommand`.
pub(crate) fn run(plane: &mut DataPlane, call: &Call<'_>, command: MemoryCommand) -> Flow {
    match command {
        MemoryCommand::Doctor => doctor::doctor(plane, call),
        MemoryCommand::Help => help::memory(plane, call),
        MemoryCommand::MallocStats => ask_allocator(plane, call, AllocatorRequest::Stats),
        MemoryCommand::Purge => ask_allocator(plane, call, AllocatorRequest::Purge),
        MemoryCommand::Stats => stats::stats(plane, call),
    }
}

/// The shell has the allocator, so the client waits for it.
pub(crate) fn ask_allocator(
    plane: &mut DataPlane,
    call: &Call<'_>,
    request: AllocatorRequest,
) -> Flow {
    let ticket = plane.draw_ticket();
    plane.block(call.client, Blocked::Rewrite(ticket));
    plane
        .events
        .push_back(DataEvent::Allocator { ticket, request });
    Flow::Stop
}

impl DataPlane {
    /// The allocator did what [`DataEvent::Allocator`] asked of it, or could not.
    pub fn allocator_answered(
        &mut self,
        now: shoal_slots::Now,
        ticket: Ticket,
        answer: Result<AllocatorAnswer, String>,
    ) {
        self.now = now;
        let mut reply = Vec::new();
        let mut writer = shoal_resp::ReplyWriter::new(&mut reply, self.version_of(ticket));
        match answer {
            Ok(AllocatorAnswer::Done) => writer.ok(),
            Ok(AllocatorAnswer::Number(number)) => writer.integer(number),
            Ok(AllocatorAnswer::Report(text)) => writer.verbatim(b"txt", text.as_bytes()),
            Err(reason) => writer.error(&format!("ERR {reason}")),
        }
        self.finish_ticket(ticket, &reply);
        self.finish_turn();
    }

    fn version_of(&self, ticket: Ticket) -> shoal_resp::Version {
        self.waiting
            .holder(ticket)
            .and_then(|client| self.sessions.get(client))
            .map_or(shoal_resp::Version::Resp2, |session| session.version)
    }
}
