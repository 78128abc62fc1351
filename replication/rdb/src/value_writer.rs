//! Writing one value: behind its key in a stream of RDB, or alone in a DUMP payload.
//!
//! Aggregates are written element by element, so that a writer with a sink never holds more than its chunk and
//! the largest element.

use crate::item::Attributes;
use crate::listpack::ListpackRef;
use crate::stream::{PendingEntry, Stream, StreamId};
use crate::types::ValueType;
use crate::value::{ListNode, Value};
use crate::writer::Writer;

/// The first version with listpacks of sets and with streams of form 3.
const VERSION_7_2: u16 = 11;

/// Writes one value.
#[derive(Debug)]
#[must_use]
pub struct ValueWriter<'a> {
    writer: &'a mut Writer,
    /// What stands before the value: its key, in a stream.
    key: Option<(&'a Attributes, &'a [u8])>,
}

/// Writes the members of a set, or the fields and values of a hash, or members with scores, or nodes of a list:
/// exactly as many as were announced.
#[derive(Debug)]
#[must_use]
pub struct RowWriter<'a> {
    writer: &'a mut Writer,
    /// How many are missing, to notice mistakes while testing.
    missing: usize,
}

impl<'a> ValueWriter<'a> {
    pub(crate) const fn new(
        writer: &'a mut Writer,
        key: Option<(&'a Attributes, &'a [u8])>,
    ) -> Self {
        Self { writer, key }
    }

    fn begin(self, kind: ValueType) -> &'a mut Writer {
        match self.key {
            Some((attributes, key)) => self.writer.key(attributes, kind, key),
            None => self.writer.byte(kind.id()),
        }
        self.writer
    }

    fn blob(self, kind: ValueType, bytes: &[u8]) {
        let writer = self.begin(kind);
        writer.text(bytes);
        writer.pause();
    }

    fn row(self, kind: ValueType, len: usize) -> RowWriter<'a> {
        let writer = self.begin(kind);
        writer.number(len as u64);
        RowWriter {
            writer,
            missing: len,
        }
    }

    /// A string.
    pub fn string(self, text: &[u8]) {
        self.blob(ValueType::String, text);
    }

    /// A hash of so many fields; follow with [`RowWriter::pair`].
    pub fn hash(self, len: usize) -> RowWriter<'a> {
        self.row(ValueType::Hash, len)
    }

    /// A hash, from its pairs.
    pub fn hash_of<'p, I>(self, pairs: I)
    where
        I: IntoIterator<Item = (&'p [u8], &'p [u8]), IntoIter: ExactSizeIterator>,
    {
        let pairs = pairs.into_iter();
        let mut hash = self.hash(pairs.len());
        pairs.for_each(|(field, value)| hash.pair(field, value));
    }

    /// A hash that is a listpack of fields and values.
    pub fn hash_listpack(self, listpack: &[u8]) {
        self.blob(ValueType::HashListpack, listpack);
    }

    /// A list of so many nodes; follow with [`RowWriter::plain`] and [`RowWriter::listpack`].
    pub fn list(self, nodes: usize) -> RowWriter<'a> {
        self.row(ValueType::ListQuicklist2, nodes)
    }

    /// A set of so many members; follow with [`RowWriter::member`].
    pub fn set(self, len: usize) -> RowWriter<'a> {
        self.row(ValueType::Set, len)
    }

    /// A set that is an intset.
    pub fn set_intset(self, intset: &[u8]) {
        self.blob(ValueType::SetIntset, intset);
    }

    /// A set that is a listpack of members. A version that does not know such sets gets them as members.
    pub fn set_listpack(self, listpack: &[u8]) {
        if self.writer.version() >= VERSION_7_2 {
            return self.blob(ValueType::SetListpack, listpack);
        }
        let Ok(list) = ListpackRef::parse(listpack) else {
            debug_assert!(false, "only sound listpacks are written");
            return;
        };
        let mut set = self.set(list.len());
        let mut digits = itoa::Buffer::new();
        list.iter()
            .for_each(|member| set.member(member.text(&mut digits)));
    }

    /// A sorted set of so many members; follow with [`RowWriter::scored`], from the greatest to the smallest:
    /// so a reader inserts each of them at the start.
    pub fn zset(self, len: usize) -> RowWriter<'a> {
        self.row(ValueType::Zset, len)
    }

    /// A sorted set that is a listpack of members and scores, ascending.
    pub fn zset_listpack(self, listpack: &[u8]) {
        self.blob(ValueType::ZsetListpack, listpack);
    }

    /// A stream of so many nodes; the methods of [`StreamWriter`] follow in their order.
    pub fn stream(self, nodes: usize) -> StreamWriter<'a> {
        let form = if self.writer.version() >= VERSION_7_2 {
            3
        } else {
            2
        };
        let kind = if form == 3 {
            ValueType::Stream3
        } else {
            ValueType::Stream2
        };
        let writer = self.begin(kind);
        writer.number(nodes as u64);
        StreamWriter { writer, form }
    }

    /// A value as it was read. The parts of a large one cannot be written one by one.
    pub fn value(self, value: &Value) {
        match value {
            Value::String(text) => self.string(text),
            Value::Hash(pairs) => self.hash_of(pairs.iter().map(|(f, v)| (&f[..], &v[..]))),
            Value::HashListpack(listpack) => self.hash_listpack(listpack),
            Value::Set(members) => {
                let mut set = self.set(members.len());
                members.iter().for_each(|member| set.member(member));
            }
            Value::SetIntset(intset) => self.set_intset(intset),
            Value::SetListpack(listpack) => self.set_listpack(listpack),
            Value::Zset(members) => {
                let mut zset = self.zset(members.len());
                members
                    .iter()
                    .for_each(|(member, score)| zset.scored(member, *score));
            }
            Value::ZsetListpack(listpack) => self.zset_listpack(listpack),
            Value::List(nodes) => {
                let mut list = self.list(nodes.len());
                for node in nodes {
                    match node {
                        ListNode::Plain(element) => list.plain(element),
                        ListNode::Listpack(listpack) => list.listpack(listpack),
                    }
                }
            }
            Value::StreamNodes(nodes) => {
                let mut stream = self.stream(nodes.len());
                nodes.iter().for_each(|(id, node)| stream.node(*id, node));
            }
            Value::Stream(stream) => self.whole_stream(stream),
        }
    }

    fn whole_stream(self, stream: &Stream) {
        let mut writer = self.stream(stream.nodes.len());
        for (id, node) in &stream.nodes {
            writer.node(*id, node);
        }
        writer.numbers(
            &StreamNumbers {
                length: stream.length,
                last_id: stream.last_id,
                first_id: stream.first_id,
                max_deleted_id: stream.max_deleted_id,
                entries_added: stream.entries_added,
            },
            stream.groups.len(),
        );
        for group in &stream.groups {
            writer.group(
                &group.name,
                group.last_id,
                group.entries_read,
                group.pending.len(),
            );
            group.pending.iter().for_each(|entry| writer.pending(entry));
            writer.consumers(group.consumers.len());
            for consumer in &group.consumers {
                let (seen, active) = (consumer.seen_time_ms, consumer.active_time_ms);
                writer.consumer(&consumer.name, seen, active, consumer.pending.len());
                consumer.pending.iter().for_each(|id| writer.owned(*id));
            }
        }
    }
}

impl RowWriter<'_> {
    /// A member of a set.
    pub fn member(&mut self, member: &[u8]) {
        self.writer.text(member);
        self.element_done();
    }

    /// A field of a hash and its value.
    pub fn pair(&mut self, field: &[u8], value: &[u8]) {
        self.writer.text(field);
        self.writer.text(value);
        self.element_done();
    }

    /// A member of a sorted set.
    pub fn scored(&mut self, member: &[u8], score: f64) {
        self.writer.text(member);
        self.writer.raw(&score.to_le_bytes());
        self.element_done();
    }

    /// A node of a list that is one element.
    pub fn plain(&mut self, element: &[u8]) {
        self.node(1, element);
    }

    /// A node of a list that is a listpack of elements.
    pub fn listpack(&mut self, listpack: &[u8]) {
        self.node(2, listpack);
    }

    fn node(&mut self, container: u64, bytes: &[u8]) {
        self.writer.number(container);
        self.writer.text(bytes);
        self.element_done();
    }

    fn element_done(&mut self) {
        debug_assert!(self.missing > 0, "more elements than announced");
        self.missing = self.missing.wrapping_sub(1);
        self.writer.pause();
    }
}

/// What a stream says of itself behind its nodes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct StreamNumbers {
    /// How many live entries there are.
    pub length: u64,
    /// The last id that was given.
    pub last_id: StreamId,
    /// The id of the first entry.
    pub first_id: StreamId,
    /// The greatest id of a deleted entry.
    pub max_deleted_id: StreamId,
    /// How many entries were ever added.
    pub entries_added: u64,
}

/// Writes a stream: its nodes, [`Self::numbers`], then for each group [`Self::group`], its pending entries,
/// [`Self::consumers`], and for each consumer [`Self::consumer`] and the ids that it [owns](Self::owned).
#[derive(Debug)]
#[must_use]
pub struct StreamWriter<'a> {
    writer: &'a mut Writer,
    form: u8,
}

impl StreamWriter<'_> {
    /// A node.
    pub fn node(&mut self, id: StreamId, listpack: &[u8]) {
        let id = id.to_bytes();
        self.writer.number(id.len() as u64);
        self.writer.raw(&id);
        self.writer.text(listpack);
        self.writer.pause();
    }

    /// What stands behind the nodes, and how many groups follow.
    pub fn numbers(&mut self, numbers: &StreamNumbers, groups: usize) {
        self.writer.number(numbers.length);
        for id in [numbers.last_id, numbers.first_id, numbers.max_deleted_id] {
            self.writer.number(id.ms);
            self.writer.number(id.seq);
        }
        self.writer.number(numbers.entries_added);
        self.writer.number(groups as u64);
    }

    /// A group, and how many entries are pending in it.
    pub fn group(&mut self, name: &[u8], last: StreamId, read: Option<u64>, pending: usize) {
        self.writer.text(name);
        self.writer.number(last.ms);
        self.writer.number(last.seq);
        self.writer.number(read.unwrap_or(u64::MAX));
        self.writer.number(pending as u64);
    }

    /// A pending entry of the group, in the order of ids.
    pub fn pending(&mut self, entry: &PendingEntry) {
        self.writer.raw(&entry.id.to_bytes());
        self.writer.raw(&entry.delivery_time_ms.to_le_bytes());
        self.writer.number(entry.delivery_count);
        self.writer.pause();
    }

    /// How many consumers the group has.
    pub fn consumers(&mut self, count: usize) {
        self.writer.number(count as u64);
    }

    /// A consumer, and how many pending entries are its own.
    pub fn consumer(&mut self, name: &[u8], seen_ms: i64, active_ms: Option<i64>, pending: usize) {
        self.writer.text(name);
        self.writer.raw(&seen_ms.to_le_bytes());
        if self.form >= 3 {
            self.writer.raw(&active_ms.unwrap_or(-1).to_le_bytes());
        }
        self.writer.number(pending as u64);
    }

    /// A pending entry of the consumer, in the order of ids.
    pub fn owned(&mut self, id: StreamId) {
        self.writer.raw(&id.to_bytes());
        self.writer.pause();
    }
}
