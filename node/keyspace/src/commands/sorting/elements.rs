//! What is to be sorted: a copy, since the keys that are looked at meanwhile may turn out to be expired, and then
//! the keyspace changes.

use shoal_rdb::listpack::Element;

use super::Request;
use crate::ctx::Ctx;
use crate::encodings::collection::Collection;
use crate::encodings::list::{Direction, List, ListRef};
use crate::encodings::set::{Set, SetRef};
use crate::encodings::zset::{Zset, ZsetRef};
use crate::refusal::Refusal;

/// Texts one behind the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Texts {
    pub(super) fn push(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.ends.push(self.bytes.len());
    }

    fn push_element(&mut self, element: Element<'_>) {
        self.push(element.text(&mut itoa::Buffer::new()));
    }

    pub(super) const fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, index: usize) -> &[u8] {
        let end_of = |index: usize| self.ends.get(index).copied();
        let start = index.checked_sub(1).and_then(end_of).unwrap_or(0);
        let end = end_of(index).unwrap_or(start);
        self.bytes.get(start..end).unwrap_or_default()
    }
}

/// The elements of the key to be sorted.
#[derive(Clone, Debug, Default)]
pub(super) struct Elements {
    pub(super) texts: Texts,
    /// These are only those that LIMIT leaves.
    pub(super) is_cut: bool,
}

/// Copies the elements. Those of lists and sorted sets that are not to be sorted come in their own order, up or down.
pub(super) fn collect(ctx: &mut Ctx<'_>, request: &mut Request<'_>) -> Result<Elements, Refusal> {
    let (access, key) = (ctx.access(), ctx.arg(1));
    let mut elements = Elements::default();
    let Some(entry) = ctx.keyspace.read(access, key, ctx.effects) else {
        return Ok(elements);
    };
    if let Some(list) = List::view(entry) {
        elements.take_list(list, request);
    } else if let Some(zset) = Zset::view(entry) {
        elements.take_zset(zset, request);
    } else if let Some(set) = Set::view(entry) {
        elements.take_set(set, request);
    } else {
        return Err(Refusal::WrongType);
    }
    Ok(elements)
}

impl Elements {
    fn take_list(&mut self, list: ListRef<'_>, request: &Request<'_>) {
        let len = list.len();
        let (from, count, direction) = match (request.unsorted, request.descending) {
            (false, _) => (0, len, Direction::Forth),
            (true, false) => {
                let range = request.range(len);
                (range.start, range.len(), Direction::Forth)
            }
            (true, true) => {
                let range = request.range(len);
                let last = len.saturating_sub(range.start + 1);
                (last, range.len(), Direction::Back)
            }
        };
        self.is_cut = request.unsorted;
        list.visit_range(from, count, direction, |element| {
            self.texts.push_element(element);
        });
    }

    fn take_zset(&mut self, zset: ZsetRef<'_>, request: &Request<'_>) {
        let len = zset.len();
        let (ranks, down) = match (request.unsorted, request.descending) {
            (false, _) => (0..len, false),
            (true, false) => (request.range(len), false),
            (true, true) => {
                let range = request.range(len);
                (len - range.end..len - range.start, true)
            }
        };
        self.is_cut = request.unsorted;
        for (member, _) in zset.walk(ranks, down) {
            self.texts.push_element(member);
        }
    }

    /// The order of a set is no order: what is stored is sorted all the same, so that replicas store the same.
    fn take_set(&mut self, set: SetRef<'_>, request: &mut Request<'_>) {
        if request.unsorted && request.store.is_some() {
            request.unsorted = false;
            request.alpha = true;
            request.by = None;
        }
        for member in set.iter() {
            self.texts.push_element(member);
        }
    }
}
