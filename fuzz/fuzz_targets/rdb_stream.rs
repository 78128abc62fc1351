//! Streams: whatever is accepted has its entries in order and counted, and every pending entry with one owner. The
//! first byte chooses: the bytes of a node, or a sound stream that is then damaged.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use shoal_rdb::listpack::Listpack;
use shoal_rdb::stream_node::StreamNodeRef;
use shoal_rdb::{
    Limits, PendingEntry, Stream, StreamConsumer, StreamGroup, StreamId, StreamNode, Value, dump,
};

fuzz_target!(|data: &[u8]| {
    match data.split_first() {
        Some((0, bytes)) => node(bytes),
        Some((_, rest)) => drop(damaged(&mut Unstructured::new(rest))),
        None => {}
    }
});

fn node(bytes: &[u8]) {
    let Some((id, list)) = bytes.split_first_chunk::<16>() else {
        return;
    };
    let id = StreamId::from_bytes(*id);
    let Ok(node) = StreamNodeRef::parse(id, list) else {
        return;
    };
    check_node(id, &node);
}

fn check_node(id: StreamId, node: &StreamNodeRef<'_>) {
    let ids: Vec<StreamId> = node.entries().map(|entry| entry.id).collect();
    assert_eq!(ids.len() as u64, node.live());
    assert!(ids.is_sorted_by(|a, b| a < b));
    assert!(ids.iter().all(|entry| (id..=node.last()).contains(entry)));
    assert!(ids.first().is_none_or(|first| *first == node.first_live()));
    for entry in node.entries() {
        entry.for_each(drop);
    }
}

/// What must hold for every stream that was accepted.
fn check(stream: &Stream) {
    let (mut live, mut last) = (0, None);
    for (id, bytes) in &stream.nodes {
        let node = StreamNodeRef::parse(*id, bytes).unwrap();
        check_node(*id, &node);
        assert!(last < Some(*id) && node.live() > 0);
        last = Some(node.last());
        live += node.live();
    }
    assert!(live == stream.length && last <= Some(stream.last_id));
    for group in &stream.groups {
        assert!(group.pending.is_sorted_by(|a, b| a.id < b.id));
        let mut owners = BTreeMap::new();
        for consumer in &group.consumers {
            assert!(consumer.pending.is_sorted_by(|a, b| a < b));
            for id in &consumer.pending {
                assert_eq!(owners.insert(*id, &consumer.name), None, "shared");
            }
        }
        assert!(
            owners
                .keys()
                .eq(group.pending.iter().map(|entry| &entry.id))
        );
    }
}

fn damaged(input: &mut Unstructured<'_>) -> Result<()> {
    let version = input.int_in_range(10..=11)?;
    let value = Value::Stream(Box::new(stream(input)?));
    let payload = dump::write(version, input.arbitrary()?, |writer| writer.value(&value));
    let read = dump::read(&payload, &Limits::default()).unwrap();
    let (Value::Stream(read), Value::Stream(value)) = (read, value) else {
        panic!("another type");
    };
    check(&read);
    assert_eq!((&read.nodes, read.length), (&value.nodes, value.length));
    let mut body = dump::open(&payload).unwrap().to_vec();
    for _ in 0..input.int_in_range(1..=4)? {
        let place = input.choose_index(body.len())?;
        body[place] = input.arbitrary()?;
    }
    let Ok(read) = dump::read(&dump::seal(body, version), &Limits::default()) else {
        return Ok(());
    };
    if let Value::Stream(stream) = &read {
        check(stream);
    }
    let again = dump::write(11, true, |writer| writer.value(&read));
    assert_eq!(dump::read(&again, &Limits::default()), Ok(read));
    Ok(())
}

/// A sound stream.
fn stream(input: &mut Unstructured<'_>) -> Result<Stream> {
    let mut stream = Stream {
        entries_added: input.arbitrary()?,
        ..Stream::default()
    };
    let mut id = StreamId { ms: 1, seq: 1 };
    for _ in 0..input.int_in_range(0..=3)? {
        let (node, live, last) = sound_node(input, id)?;
        id = StreamId {
            ms: last.ms + 1,
            seq: input.arbitrary::<u8>()?.into(),
        };
        stream.nodes.push(node);
        stream.length += live;
    }
    stream.last_id = id;
    for name in 0..input.int_in_range(0..=2)? {
        let mut group = sound_group(input)?;
        group.name = vec![b'g', name].into();
        stream.groups.push(group);
    }
    Ok(stream)
}

/// A node with live and deleted entries; the first one is alive.
fn sound_node(input: &mut Unstructured<'_>, id: StreamId) -> Result<(StreamNode, u64, StreamId)> {
    let (mut entries, mut live, mut deleted, mut last) = (Vec::new(), 0, 0, id);
    for at in 0..input.int_in_range(1..=4_u64)? {
        let gone = at > 0 && input.arbitrary()?;
        if gone {
            deleted += 1
        } else {
            live += 1
        }
        last = StreamId {
            ms: id.ms + at,
            seq: input.arbitrary::<u8>()?.into(),
        };
        if at == 0 {
            last = id;
        }
        let same: bool = input.arbitrary()?;
        let seq = last.seq.wrapping_sub(id.seq).cast_signed();
        let flags = i64::from(gone) + if same { 2 } else { 0 };
        entries.extend([flags, at.cast_signed(), seq].map(|number| number.to_string()));
        if same {
            entries.extend(["value".to_owned(), "4".to_owned()]);
        } else {
            let fields = ["1", "other", "17", "6"];
            entries.extend(fields.map(str::to_owned));
        }
    }
    let mut list = Listpack::new();
    for text in [
        live.to_string(),
        deleted.to_string(),
        "1".into(),
        "f".into(),
        "0".into(),
    ] {
        list.push(text.as_bytes()).unwrap();
    }
    entries
        .iter()
        .for_each(|text| list.push(text.as_bytes()).unwrap());
    Ok(((id, list.into_bytes().into()), live, last))
}

fn sound_group(input: &mut Unstructured<'_>) -> Result<StreamGroup> {
    let mut group = StreamGroup {
        last_id: StreamId {
            ms: input.arbitrary()?,
            seq: input.arbitrary()?,
        },
        entries_read: input.arbitrary::<Option<u32>>()?.map(u64::from),
        ..StreamGroup::default()
    };
    let consumers = input.int_in_range(1..=3)?;
    for name in 0..consumers {
        group.consumers.push(StreamConsumer {
            name: vec![b'c', name].into(),
            seen_time_ms: input.arbitrary()?,
            active_time_ms: None,
            pending: Vec::new(),
        });
    }
    for ms in 0..input.int_in_range(0..=5)? {
        let id = StreamId { ms, seq: 0 };
        group.pending.push(PendingEntry {
            id,
            delivery_time_ms: input.arbitrary()?,
            delivery_count: input.arbitrary()?,
        });
        let owner = input.choose_index(consumers.into())?;
        group.consumers[owner].pending.push(id);
    }
    Ok(group)
}
