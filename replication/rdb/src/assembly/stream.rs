//! Streams: nodes, numbers, then group by group the pending entries and the consumers that own them. The order
//! of ids, the length and the ownership are checked on the way.

use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;

use bytes::Bytes;

use super::{Assembled, Filled, Row};
use crate::cursor::Stop;
use crate::error::{RdbErrorKind, StreamError};
use crate::input::Input;
use crate::record::{Millis, NumberedId};
use crate::stream::{PendingEntry, Stream, StreamConsumer, StreamGroup, StreamId, StreamNode};
use crate::stream_node::StreamNodeRef;
use crate::value::Value;

/// What comes next.
#[derive(Clone, Copy, Debug)]
enum Stage {
    Nodes(Row),
    Numbers,
    Group,
    Pending(Row),
    Consumers,
    Consumer,
    Owned(Row),
}

/// A stream of which something may be missing.
#[derive(Debug)]
pub(crate) struct StreamAssembly {
    /// The form of the type: 1 to 3.
    form: u8,
    stage: Stage,
    /// Nodes that were not handed out.
    pub(super) nodes: Vec<StreamNode>,
    seen: Seen,
    stream: Stream,
    groups_missing: u64,
    group_names: BTreeSet<Bytes>,
    /// The group that is being read.
    group: GroupAssembly,
}

/// What the nodes so far hold.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    live: u64,
    first_live: Option<StreamId>,
    last: Option<StreamId>,
}

/// A group of which some consumers may be missing.
#[derive(Debug, Default)]
struct GroupAssembly {
    group: StreamGroup,
    consumers_missing: u64,
    consumer_names: BTreeSet<Bytes>,
    /// For each pending entry, whether a consumer has it.
    owned: Vec<bool>,
}

impl StreamAssembly {
    pub(super) fn new(form: u8, nodes: Row) -> Self {
        Self {
            form,
            stage: Stage::Nodes(nodes),
            nodes: Vec::new(),
            seen: Seen::default(),
            stream: Stream::default(),
            groups_missing: 0,
            group_names: BTreeSet::new(),
            group: GroupAssembly::default(),
        }
    }

    pub(super) fn step(&mut self, input: &mut Input) -> Result<Assembled, Stop> {
        self.stage = match self.stage {
            Stage::Nodes(row) => return self.some_nodes(row, input),
            Stage::Numbers => self.numbers(input)?,
            Stage::Group if self.groups_missing == 0 => {
                let mut stream = core::mem::take(&mut self.stream);
                stream.nodes = core::mem::take(&mut self.nodes);
                return Ok(Assembled::End(Value::Stream(stream.into())));
            }
            Stage::Group => self.group_head(input)?,
            Stage::Pending(mut row) => {
                let pending = &mut self.group.group.pending;
                let filled = row.step(input, |entry| push_pending(pending, entry))?;
                next_of(row, filled, Stage::Pending, Stage::Consumers)
            }
            Stage::Consumers => {
                self.group.consumers_missing = input.record()?;
                self.group.owned = vec![false; self.group.group.pending.len()];
                Stage::Consumer
            }
            Stage::Consumer if self.group.consumers_missing == 0 => self.finish_group()?,
            Stage::Consumer => self.consumer(input)?,
            Stage::Owned(mut row) => {
                let filled = row.step(input, |id| self.group.own(id))?;
                next_of(row, filled, Stage::Owned, Stage::Consumer)
            }
        };
        Ok(Assembled::Nothing)
    }

    fn some_nodes(&mut self, mut row: Row, input: &mut Input) -> Result<Assembled, Stop> {
        let filled = row.step(input, |(id, bytes): (Bytes, Bytes)| {
            let node = self.seen.node(&id, bytes)?;
            self.nodes.extend(node);
            Ok(())
        })?;
        self.stage = next_of(row, filled, Stage::Nodes, Stage::Numbers);
        Ok(if filled == Filled::Part {
            Assembled::Part(Value::StreamNodes(core::mem::take(&mut self.nodes)))
        } else {
            Assembled::Nothing
        })
    }

    fn numbers(&mut self, input: &mut Input) -> Result<Stage, Stop> {
        type Form1 = (u64, NumberedId);
        type Form2 = (Form1, ((NumberedId, NumberedId), u64));
        let (form1, groups) = if self.form == 1 {
            let (form1, groups): (Form1, u64) = input.record()?;
            self.stream.first_id = self.seen.first_live.unwrap_or_default();
            self.stream.entries_added = form1.0;
            (form1, groups)
        } else {
            let ((form1, more), groups): (Form2, u64) = input.record()?;
            let ((first, max_deleted), added) = more;
            self.stream.first_id = first.0;
            self.stream.max_deleted_id = max_deleted.0;
            self.stream.entries_added = added;
            (form1, groups)
        };
        (self.stream.length, self.stream.last_id) = (form1.0, form1.1.0);
        self.groups_missing = groups;
        if self.stream.length != self.seen.live {
            return Err(bad(StreamError::WrongLength));
        }
        if self.seen.last > Some(self.stream.last_id) {
            return Err(bad(StreamError::BeyondLastId));
        }
        Ok(Stage::Group)
    }

    fn group_head(&mut self, input: &mut Input) -> Result<Stage, Stop> {
        type Form1 = (Bytes, NumberedId);
        let ((name, last), entries_read, pending) = if self.form == 1 {
            let (head, pending): (Form1, u64) = input.record()?;
            let known = self.stream.guess_entries_read(head.1.0);
            (head, known, pending)
        } else {
            let ((head, read), pending): ((Form1, u64), u64) = input.record()?;
            (head, entries_read(read)?, pending)
        };
        if !self.group_names.insert(name.clone()) {
            return Err(bad(StreamError::DuplicateGroup));
        }
        let group = StreamGroup {
            name,
            last_id: last.0,
            entries_read,
            ..StreamGroup::default()
        };
        self.group = GroupAssembly {
            group,
            ..GroupAssembly::default()
        };
        self.groups_missing -= 1;
        Ok(Stage::Pending(Row::new(pending)))
    }

    fn consumer(&mut self, input: &mut Input) -> Result<Stage, Stop> {
        let ((name, seen), active, pending) = if self.form < 3 {
            let (head, pending): ((Bytes, Millis), u64) = input.record()?;
            // Nobody knows better.
            let active = head.1.0;
            (head, active, pending)
        } else {
            let ((head, active), pending): (((Bytes, Millis), Millis), u64) = input.record()?;
            (head, active.0, pending)
        };
        let group = &mut self.group;
        if !group.consumer_names.insert(name.clone()) {
            return Err(bad(StreamError::DuplicateConsumer));
        }
        group.consumers_missing -= 1;
        group.group.consumers.push(StreamConsumer {
            name,
            seen_time_ms: seen.0,
            active_time_ms: Some(active).filter(|&active| active != -1),
            pending: Vec::new(),
        });
        Ok(Stage::Owned(Row::new(pending)))
    }

    /// Keeps the group that is complete.
    fn finish_group(&mut self) -> Result<Stage, Stop> {
        let group = core::mem::take(&mut self.group);
        if !group.owned.iter().all(|&owned| owned) {
            return Err(bad(StreamError::PendingUnowned));
        }
        self.stream.groups.push(group.group);
        Ok(Stage::Group)
    }
}

impl Seen {
    /// Checks a node that follows those before; `None` if nothing in it is alive.
    fn node(&mut self, id: &[u8], bytes: Bytes) -> Result<Option<StreamNode>, RdbErrorKind> {
        let id =
            <[u8; 16]>::try_from(id).map_err(|_| RdbErrorKind::Stream(StreamError::BadNodeId))?;
        let id = StreamId::from_bytes(id);
        let node = StreamNodeRef::parse(id, &bytes).map_err(RdbErrorKind::StreamNode)?;
        if self.last.is_some_and(|last| id <= last) {
            return Err(RdbErrorKind::Stream(StreamError::NodesUnordered));
        }
        self.last = Some(node.last());
        if node.live() == 0 {
            return Ok(None);
        }
        self.live += node.live();
        self.first_live.get_or_insert(node.first_live());
        Ok(Some((id, bytes)))
    }
}

impl GroupAssembly {
    /// The consumer read last has this entry.
    fn own(&mut self, id: StreamId) -> Result<(), RdbErrorKind> {
        let place = self
            .group
            .pending
            .binary_search_by_key(&id, |entry| entry.id);
        let owned = place.ok().and_then(|place| self.owned.get_mut(place));
        let owned = owned.ok_or(RdbErrorKind::Stream(StreamError::PendingUnknown))?;
        if core::mem::replace(owned, true) {
            return Err(RdbErrorKind::Stream(StreamError::PendingShared));
        }
        if let Some(consumer) = self.group.consumers.last_mut() {
            if consumer.pending.last().is_some_and(|&last| id <= last) {
                return Err(RdbErrorKind::Stream(StreamError::PendingUnordered));
            }
            consumer.pending.push(id);
        }
        Ok(())
    }
}

fn push_pending(pending: &mut Vec<PendingEntry>, entry: PendingEntry) -> Result<(), RdbErrorKind> {
    if pending.last().is_some_and(|last| entry.id <= last.id) {
        return Err(RdbErrorKind::Stream(StreamError::PendingUnordered));
    }
    pending.push(entry);
    Ok(())
}

/// The number of entries that were delivered; minus one is "unknown".
fn entries_read(number: u64) -> Result<Option<u64>, Stop> {
    match number {
        u64::MAX => Ok(None),
        _ if i64::try_from(number).is_ok() => Ok(Some(number)),
        _ => Err(bad(StreamError::BadCounter)),
    }
}

/// The stage after some records of a row were taken.
fn next_of(row: Row, filled: Filled, same: fn(Row) -> Stage, next: Stage) -> Stage {
    if filled == Filled::End {
        next
    } else {
        same(row)
    }
}

fn bad(error: StreamError) -> Stop {
    Stop::bad(RdbErrorKind::Stream(error), 0)
}
