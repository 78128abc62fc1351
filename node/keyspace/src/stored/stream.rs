//! Streams: nodes as they lie in memory, numbers, groups.

use shoal_rdb::{PendingEntry, StreamGroup, StreamNode, StreamNumbers, StreamWriter};
use shoal_rdb::{Value as Stored, ValueWriter};

use super::Storable;
use crate::encodings::stream::{Group, Numbers, Pending, Stream, id};
use crate::encodings::tools::Tools;

impl Storable for Stream {
    fn add(&mut self, part: Stored, _: Tools<'_>) -> bool {
        match part {
            Stored::StreamNodes(nodes) => push_nodes(self, nodes),
            Stored::Stream(stream) => {
                self.set_numbers(Numbers {
                    length: stream.length,
                    first_id: stream.first_id,
                    last_id: stream.last_id,
                    max_deleted_id: stream.max_deleted_id,
                    entries_added: stream.entries_added,
                });
                push_nodes(self, stream.nodes)
                    && stream.groups.iter().all(|group| {
                        load_group(group).is_some_and(|loaded| self.add_group(&group.name, loaded))
                    })
            }
            _ => false,
        }
    }

    fn save(view: &Self, out: ValueWriter<'_>) {
        let mut out = out.stream(view.node_count());
        for (id, node) in view.nodes() {
            out.node(id, node);
        }
        let groups = view.groups();
        out.numbers(&numbers(view), groups.len());
        for (name, group) in groups {
            save_group(name, group, &mut out);
        }
    }
}

fn push_nodes(stream: &mut Stream, nodes: Vec<StreamNode>) -> bool {
    nodes
        .into_iter()
        .all(|(id, node)| stream.push_node(id, node.to_vec()).is_ok())
}

/// `None` if two consumers have one name, or a pending entry that nobody else has: neither comes from a reader.
fn load_group(group: &StreamGroup) -> Option<Group> {
    let mut loaded = Group::new(group.last_id, group.entries_read);
    for consumer in &group.consumers {
        let owner = loaded.add_consumer(&consumer.name, consumer.seen_time_ms)?;
        loaded.consumer_mut(owner)?.active = consumer.active_time_ms;
        for id in &consumer.pending {
            let place = group.pending.binary_search_by_key(id, |entry| entry.id);
            let entry = group.pending.get(place.ok()?)?;
            loaded.assign(
                *id,
                Pending {
                    owner,
                    time: entry.delivery_time_ms,
                    count: entry.delivery_count,
                },
            );
        }
    }
    Some(loaded)
}

fn numbers(stream: &Stream) -> StreamNumbers {
    let numbers = stream.numbers();
    StreamNumbers {
        length: numbers.length,
        last_id: numbers.last_id,
        first_id: numbers.first_id,
        max_deleted_id: numbers.max_deleted_id,
        entries_added: numbers.entries_added,
    }
}

fn save_group(name: &[u8], group: &Group, out: &mut StreamWriter<'_>) {
    let pending = group.pending_len();
    out.group(name, group.last_id, group.entries_read, pending);
    for (id, delivery) in group.pending_from(id::MIN) {
        out.pending(&PendingEntry {
            id,
            delivery_time_ms: delivery.time,
            delivery_count: delivery.count,
        });
    }
    out.consumers(group.consumer_len());
    for consumer in group.consumers() {
        let pending = consumer.pending_len();
        out.consumer(&consumer.name, consumer.seen, consumer.active, pending);
        consumer.pending_from(id::MIN).for_each(|id| out.owned(id));
    }
}
