//! Streams and groups against simple models of them.

use std::collections::BTreeMap;

use proptest::prelude::*;

use shoal_rdb::listpack::Listpack;

use super::*;

type Fields = Vec<(Vec<u8>, Vec<u8>)>;

/// Small nodes, so that few entries make many of them.
const LIMITS: NodeLimits = NodeLimits {
    bytes: 200,
    entries: 7,
};

fn pairs(fields: &Fields) -> impl Iterator<Item = (&[u8], &[u8])> + Clone {
    fields.iter().map(|(field, value)| (&**field, &**value))
}

fn owned(entry: Entry<'_>) -> (StreamId, Fields) {
    let fields = entry
        .fields
        .map(|(field, value)| (field.to_vec(), value.to_vec()));
    (entry.id, fields.collect())
}

#[derive(Clone, Debug)]
enum Op {
    Append(u64, u64, Fields),
    /// Deletes one of those that are there.
    Delete(usize),
    DeleteId(u64, u64),
    Trim(Trim),
    Range(u64, u64),
    Copy,
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => "[a-c]{0,3}".prop_map(String::into_bytes),
        2 => any::<i64>().prop_map(|number| number.to_string().into_bytes()),
        1 => proptest::collection::vec(any::<u8>(), 60..140),
    ]
}

fn fields() -> impl Strategy<Value = Fields> {
    let usual =
        (text(), text()).prop_map(|(a, b)| vec![(b"field".to_vec(), a), (b"17".to_vec(), b)]);
    prop_oneof![3 => usual, 1 => proptest::collection::vec((text(), text()), 1..5)]
}

fn trim() -> impl Strategy<Value = Trim> {
    let keep = prop_oneof![
        (0_u64..60).prop_map(Keep::Length),
        (0_u64..60, 0_u64..4).prop_map(|(ms, seq)| Keep::From(StreamId { ms, seq })),
    ];
    (keep, any::<bool>(), 0_u64..40).prop_map(|(keep, approximate, limit)| Trim {
        keep,
        approximate,
        limit: if approximate { limit } else { 0 },
    })
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        12 => (0_u64..3, 0_u64..3, fields()).prop_map(|(ms, seq, fields)| Op::Append(ms, seq, fields)),
        3 => any::<usize>().prop_map(Op::Delete),
        1 => (0_u64..60, 0_u64..4).prop_map(|(ms, seq)| Op::DeleteId(ms, seq)),
        1 => trim().prop_map(Op::Trim),
        3 => (0_u64..60, 0_u64..60).prop_map(|(start, end)| Op::Range(start, end)),
        1 => Just(Op::Copy),
    ]
}

/// What a stream is, without its nodes.
#[derive(Debug, Default)]
struct Model {
    entries: BTreeMap<StreamId, Fields>,
    last_id: StreamId,
    max_deleted_id: StreamId,
    added: u64,
}

impl Model {
    fn delete(&mut self, id: StreamId) -> bool {
        let there = self.entries.remove(&id).is_some();
        if there {
            self.max_deleted_id = self.max_deleted_id.max(id);
        }
        there
    }

    /// The entries that exact trimming would delete.
    fn old(&self, keep: Keep) -> u64 {
        match keep {
            Keep::Length(max) => (self.entries.len() as u64).saturating_sub(max),
            Keep::From(first) => self.entries.range(..first).count() as u64,
        }
    }

    fn compare(&self, stream: &Stream) {
        let all: Vec<_> = stream
            .entries()
            .range(id::MIN, id::MAX)
            .map(owned)
            .collect();
        let expected: Vec<_> = self
            .entries
            .iter()
            .map(|(id, fields)| (*id, fields.clone()))
            .collect();
        assert_eq!(all, expected);
        let first = self.entries.first_key_value().map(|(id, _)| *id);
        let last = self.entries.last_key_value().map(|(id, _)| *id);
        assert_eq!(stream.top_id(), last);
        let numbers = Numbers {
            length: expected.len() as u64,
            first_id: first.unwrap_or(id::MIN),
            last_id: self.last_id,
            max_deleted_id: self.max_deleted_id,
            entries_added: self.added,
        };
        assert_eq!(*stream.numbers(), numbers);
    }
}

/// That the books of a stream are right.
fn check(stream: &Stream) {
    let mut again = Stream::default();
    again.set_numbers(*stream.numbers());
    for (id, bytes) in stream.nodes() {
        again.push_node(id, bytes.to_vec()).unwrap();
    }
    let all = |stream: &Stream| -> Vec<_> {
        stream
            .entries()
            .range(id::MIN, id::MAX)
            .map(owned)
            .collect()
    };
    assert_eq!(all(stream), all(&again));
    let live: u64 = stream
        .nodes
        .forward(id::MIN)
        .map(|(_, node)| node.live())
        .sum();
    assert_eq!(live, stream.numbers().length);
    let mut emptied = stream.clone();
    while emptied.nodes.pop_first().is_some() {}
    assert_eq!(emptied.nodes.heap_bytes(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_stream_is_a_sorted_map_that_only_grows_at_its_end(ops in proptest::collection::vec(op(), 1..120)) {
        let (mut stream, mut model) = (Stream::default(), Model::default());
        for op in ops {
            match op {
                Op::Append(ms, seq, fields) => {
                    let id = StreamId {
                        ms: model.last_id.ms + ms,
                        seq: if ms == 0 { model.last_id.seq + 1 + seq } else { seq },
                    };
                    stream.append(id, pairs(&fields), LIMITS).unwrap();
                    model.entries.insert(id, fields);
                    model.last_id = id;
                    model.added += 1;
                }
                Op::Delete(nth) => {
                    let nth = nth.checked_rem(model.entries.len());
                    if let Some(id) = nth.and_then(|nth| model.entries.keys().nth(nth).copied()) {
                        prop_assert!(stream.delete(id) && model.delete(id));
                    }
                }
                Op::DeleteId(ms, seq) => {
                    let id = StreamId { ms, seq };
                    prop_assert_eq!(stream.delete(id), model.delete(id));
                }
                Op::Trim(trim) => {
                    let old = model.old(trim.keep);
                    let deleted = stream.trim(trim);
                    if trim.approximate {
                        prop_assert!(deleted <= old);
                        prop_assert!(trim.limit == 0 || deleted <= trim.limit);
                        // What is left of the work is less than a node.
                        let rest = LIMITS.entries as u64;
                        prop_assert!(trim.limit > 0 || old - deleted < rest);
                    } else {
                        prop_assert_eq!(deleted, old);
                    }
                    for _ in 0..deleted {
                        model.entries.pop_first();
                    }
                }
                Op::Range(start, end) => {
                    let (start, end) = (StreamId { ms: start, seq: 1 }, StreamId { ms: end, seq: 2 });
                    let mut expected: Vec<_> = model
                        .entries
                        .range(start..)
                        .take_while(|(id, _)| **id <= end)
                        .map(|(id, fields)| (*id, fields.clone()))
                        .collect();
                    let found: Vec<_> = stream.entries().range(start, end).map(owned).collect();
                    prop_assert_eq!(&found, &expected);
                    expected.reverse();
                    let found: Vec<_> = stream.entries().range_back(start, end).map(owned).collect();
                    prop_assert_eq!(&found, &expected);
                }
                Op::Copy => stream = stream.clone(),
            }
            model.compare(&stream);
        }
        check(&stream);
    }
}

#[derive(Clone, Debug)]
enum GroupOp {
    Assign(u64, u8),
    Release(u64),
    Add(u8),
    Remove(u8),
}

fn group_op() -> impl Strategy<Value = GroupOp> {
    prop_oneof![
        6 => (0_u64..20, 0_u8..4).prop_map(|(id, name)| GroupOp::Assign(id, name)),
        2 => (0_u64..20).prop_map(GroupOp::Release),
        2 => (0_u8..4).prop_map(GroupOp::Add),
        1 => (0_u8..4).prop_map(GroupOp::Remove),
    ]
}

proptest! {
    #[test]
    fn every_pending_entry_has_one_owner(ops in proptest::collection::vec(group_op(), 1..200)) {
        let mut group = Group::new(id::MIN, None);
        let mut model: BTreeMap<u64, u8> = BTreeMap::new();
        for op in ops {
            match op {
                GroupOp::Assign(ms, name) => {
                    let id = StreamId { ms, seq: 0 };
                    if let Some(owner) = group.find_consumer(&[name]) {
                        group.assign(id, Pending { owner, time: 0, count: 1 });
                        model.insert(ms, name);
                    }
                }
                GroupOp::Release(ms) => {
                    let was = model.remove(&ms).is_some();
                    prop_assert_eq!(group.release(StreamId { ms, seq: 0 }), was);
                }
                GroupOp::Add(name) => {
                    let known = group.find_consumer(&[name]).is_some();
                    prop_assert_eq!(group.add_consumer(&[name], 0).is_none(), known);
                }
                GroupOp::Remove(name) => {
                    let owned = model.values().filter(|owner| **owner == name).count();
                    model.retain(|_, owner| *owner != name);
                    let removed = group.remove_consumer(&[name]);
                    prop_assert_eq!(removed.unwrap_or(0), owned);
                }
            }
            group.check();
            let owners: BTreeMap<u64, u8> = group
                .pending_from(id::MIN)
                .map(|(id, pending)| (id.ms, group.consumer(pending.owner).unwrap().name[0]))
                .collect();
            prop_assert_eq!(&owners, &model);
        }
    }
}

/// A stream of so many entries.
fn stream_of(count: u64) -> Stream {
    let mut stream = Stream::default();
    let fields = vec![(b"f".to_vec(), b"v".to_vec())];
    for ms in 1..=count {
        let id = StreamId { ms, seq: 0 };
        stream.append(id, pairs(&fields), LIMITS).unwrap();
    }
    stream
}

#[test]
fn a_node_is_what_redis_writes() {
    // RPUSHed by redis-server 7.2.6: XADD s 5-1 a 1 b x; XADD s 5-2 a 2 b y; XADD s 6-0 c 3; XDEL s 5-2.
    let limits = NodeLimits {
        bytes: 4096,
        entries: 100,
    };
    let mut stream = Stream::default();
    let entry = |fields: &[(&str, &str)]| -> Fields {
        let fields = fields
            .iter()
            .map(|(a, b)| (a.as_bytes().to_vec(), b.as_bytes().to_vec()));
        fields.collect()
    };
    for (ms, seq, fields) in [
        (5, 1, entry(&[("a", "1"), ("b", "x")])),
        (5, 2, entry(&[("a", "2"), ("b", "y")])),
        (6, 0, entry(&[("c", "3")])),
    ] {
        stream
            .append(StreamId { ms, seq }, pairs(&fields), limits)
            .unwrap();
    }
    assert!(stream.delete(StreamId { ms: 5, seq: 2 }));
    let elements: Vec<_> = Listpack::from_bytes(stream.nodes().next().unwrap().1.to_vec())
        .unwrap()
        .iter()
        .map(|element| String::from_utf8(element.to_vec()).unwrap())
        .collect();
    assert_eq!(
        elements.join(" "),
        "2 1 2 a b 0 2 0 0 1 x 5 3 0 1 2 y 5 0 1 -1 1 c 3 6"
    );
}

#[test]
fn a_node_of_deleted_entries_goes() {
    let mut stream = stream_of(21);
    assert_eq!(stream.node_count(), 3);
    for ms in 15..=21 {
        assert!(stream.delete(StreamId { ms, seq: 0 }));
    }
    assert_eq!((stream.node_count(), stream.numbers().length), (2, 14));
    // The node before is the last one now, but full.
    let fields = vec![(b"f".to_vec(), b"v".to_vec())];
    stream
        .append(StreamId { ms: 30, seq: 0 }, pairs(&fields), LIMITS)
        .unwrap();
    assert_eq!(stream.node_count(), 3);
}

#[test]
fn large_streams_are_freed_in_pieces() {
    let mut stream = stream_of(700);
    let mut group = Group::new(id::MIN, None);
    let owner = group.add_consumer(b"c", 0).unwrap();
    for ms in 1..=300 {
        let delivery = Pending {
            owner,
            time: 0,
            count: 1,
        };
        group.assign(StreamId { ms, seq: 0 }, delivery);
    }
    assert!(stream.add_group(b"g", group));
    assert!(stream.is_large());
    let mut turns = 0;
    while stream.free_some(50) == 0 {
        turns += 1;
        assert!(turns < 20);
    }
    // 100 nodes, 300 entries of the group and as many of its consumer.
    assert_eq!(turns, 14);
    assert_eq!((stream.node_count(), stream.groups().len()), (0, 0));
}
