//! Taking the oldest entries off a stream.

use super::id::{self, StreamId};
use super::node::Node;
use super::{Stream, nodes::Nodes};

/// What is to be left of a stream.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Keep {
    /// At most so many entries.
    Length(u64),
    /// No entry with a lower id.
    From(StreamId),
}

/// How to trim a stream.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Trim {
    pub(crate) keep: Keep,
    /// Whole nodes only: cheap, and possibly less than was asked for.
    pub(crate) approximate: bool,
    /// How many entries to delete at most; zero: any number.
    pub(crate) limit: u64,
}

impl Stream {
    /// Deletes the oldest entries and returns how many they were.
    pub(crate) fn trim(&mut self, trim: Trim) -> u64 {
        let before = self.numbers.length;
        while let Some((from, node)) = self.nodes.first() {
            let (live, deleted) = (node.live(), before - self.numbers.length);
            let done = matches!(trim.keep, Keep::Length(max) if self.numbers.length <= max);
            if done || (trim.limit > 0 && deleted.saturating_add(live) > trim.limit) {
                break;
            }
            if self.is_wholly_old(trim.keep, from, node) {
                self.nodes.pop_first();
                self.numbers.length = self.numbers.length.saturating_sub(live);
                continue;
            }
            if !trim.approximate {
                self.trim_within(trim.keep, from);
            }
            break;
        }
        let deleted = before - self.numbers.length;
        if deleted > 0 {
            self.find_first_id();
        }
        deleted
    }

    /// Whether nothing of the first node is to be kept.
    fn is_wholly_old(&self, keep: Keep, from: StreamId, node: &Node) -> bool {
        match keep {
            Keep::Length(max) => self.numbers.length.saturating_sub(node.live()) >= max,
            Keep::From(first) => {
                let last = node.entries_back(from).next();
                last.map_or(id::MIN, |last| last.id) < first
            }
        }
    }

    /// Deletes the old entries of the first node.
    fn trim_within(&mut self, keep: Keep, from: StreamId) {
        let old = self.nodes.node_of(from).map(|(_, node)| {
            let live = node.entries(from).filter(|entry| !entry.is_deleted());
            let old = live.enumerate().take_while(|(index, entry)| match keep {
                Keep::Length(max) => self.numbers.length.saturating_sub(*index as u64) > max,
                Keep::From(first) => entry.id < first,
            });
            old.map(|(_, entry)| (entry.flags, entry.flags_at))
                .collect::<Vec<_>>()
        });
        let old = old.unwrap_or_default();
        self.mark_deleted(from, &old);
    }

    /// Marks entries of a node as deleted.
    pub(super) fn mark_deleted(&mut self, from: StreamId, entries: &[(i64, usize)]) {
        let marked = Nodes::edit(&mut self.nodes, from, |node| node.mark_deleted(entries));
        // A node leaves room for its counters to widen.
        debug_assert!(matches!(marked, None | Some(Ok(()))));
        self.numbers.length = self.numbers.length.saturating_sub(entries.len() as u64);
    }
}
