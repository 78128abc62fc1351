//! What compact values must fulfil beyond being sound listpacks, ziplists, zipmaps and intsets: pairs are pairs,
//! nothing is there twice, sorted sets are sorted. Old forms become present ones here.

use alloc::vec::Vec;

use bytes::Bytes;

use crate::error::RdbErrorKind;
use crate::intset::IntsetRef;
use crate::listpack::{Element, Listpack, ListpackRef, canonical_integer};
use crate::score;
use crate::value::{ListNode, Value, owned};
use crate::ziplist::{Entries, Ziplist};
use crate::zipmap::Zipmap;

/// Longer elements of lists get a node of their own, and nodes that we build are filled up to here: what
/// Redis does by default (`list-max-listpack-size -2`).
const LIST_NODE_BYTES: usize = 8192;

pub(crate) type Checked = Result<Value, RdbErrorKind>;
type Pairs = Vec<(Bytes, Bytes)>;

pub(crate) fn set_intset(bytes: Bytes) -> Checked {
    IntsetRef::parse(&bytes).map_err(RdbErrorKind::Intset)?;
    Ok(Value::SetIntset(bytes))
}

pub(crate) fn set_listpack(bytes: Bytes) -> Checked {
    let list = listpack(&bytes)?;
    if !distinct_elements(list.iter().collect()) {
        return Err(RdbErrorKind::DuplicateMember);
    }
    Ok(Value::SetListpack(bytes))
}

pub(crate) fn hash_listpack(bytes: Bytes) -> Checked {
    let list = listpack(&bytes)?;
    if !list.len().is_multiple_of(2) {
        return Err(RdbErrorKind::OddHash);
    }
    if !distinct_elements(list.pairs().map(|(field, _)| field).collect()) {
        return Err(RdbErrorKind::DuplicateField);
    }
    Ok(Value::HashListpack(bytes))
}

pub(crate) fn zset_listpack(bytes: Bytes) -> Checked {
    let list = listpack(&bytes)?;
    if !list.len().is_multiple_of(2) {
        return Err(RdbErrorKind::OddZset);
    }
    let mut previous = None;
    for (member, score) in list.pairs() {
        let score = score::of_element(score).ok_or(RdbErrorKind::BadScore)?;
        if previous.is_some_and(|(before, lesser)| !in_order(before, lesser, score, member)) {
            return Err(RdbErrorKind::UnsortedZset);
        }
        previous = Some((score, member));
    }
    if !distinct_elements(list.pairs().map(|(member, _)| member).collect()) {
        return Err(RdbErrorKind::DuplicateMember);
    }
    Ok(Value::ZsetListpack(bytes))
}

/// Whether one member may stand before another. The same member twice is told elsewhere.
fn in_order(before: f64, lesser: Element<'_>, score: f64, member: Element<'_>) -> bool {
    let (mut a, mut b) = (itoa::Buffer::new(), itoa::Buffer::new());
    before < score || (before == score && lesser.text(&mut a) <= member.text(&mut b))
}

pub(crate) fn hash_ziplist(bytes: &[u8]) -> Checked {
    pairs_of_ziplist(bytes, RdbErrorKind::OddHash, RdbErrorKind::DuplicateField).map(Value::Hash)
}

pub(crate) fn zset_ziplist(bytes: &[u8]) -> Checked {
    let pairs = pairs_of_ziplist(bytes, RdbErrorKind::OddZset, RdbErrorKind::DuplicateMember)?;
    let scored = pairs.into_iter().map(|(member, text)| {
        let score = score::of_text(&text).ok_or(RdbErrorKind::BadScore)?;
        Ok((member, score))
    });
    scored.collect::<Result<_, _>>().map(Value::Zset)
}

pub(crate) fn hash_zipmap(bytes: &[u8]) -> Checked {
    let (mut pairs, mut unique) = (Pairs::new(), Unique::default());
    for pair in Zipmap::parse(bytes).map_err(RdbErrorKind::Zipmap)? {
        let (field, value) = pair.map_err(RdbErrorKind::Zipmap)?;
        pairs.push((Bytes::copy_from_slice(field), Bytes::copy_from_slice(value)));
        if !unique.check(&pairs, |pair| &pair.0, false) {
            return Err(RdbErrorKind::DuplicateField);
        }
    }
    if unique.check(&pairs, |pair| &pair.0, true) {
        Ok(Value::Hash(pairs))
    } else {
        Err(RdbErrorKind::DuplicateField)
    }
}

fn pairs_of_ziplist(
    bytes: &[u8],
    odd: RdbErrorKind,
    duplicate: RdbErrorKind,
) -> Result<Pairs, RdbErrorKind> {
    let mut entries = ziplist(bytes)?;
    let (mut pairs, mut unique) = (Pairs::new(), Unique::default());
    while let Some(key) = entries.next() {
        let key = key.map_err(RdbErrorKind::Ziplist)?;
        let value = entries.next().ok_or(odd)?.map_err(RdbErrorKind::Ziplist)?;
        pairs.push((owned(key), owned(value)));
        if !unique.check(&pairs, |pair| &pair.0, false) {
            return Err(duplicate);
        }
    }
    if unique.check(&pairs, |pair| &pair.0, true) {
        Ok(pairs)
    } else {
        Err(duplicate)
    }
}

/// The nodes of a list that is one ziplist, or of one node of it.
pub(crate) fn list_ziplist(bytes: &[u8], nodes: &mut Vec<ListNode>) -> Result<(), RdbErrorKind> {
    let mut packer = ListPacker::default();
    for entry in ziplist(bytes)? {
        let entry = entry.map_err(RdbErrorKind::Ziplist)?;
        packer.push(&owned(entry), nodes);
    }
    packer.finish(nodes);
    Ok(())
}

/// The nodes of a list from its elements.
pub(crate) fn list_elements(elements: &[Bytes]) -> Vec<ListNode> {
    let (mut packer, mut nodes) = (ListPacker::default(), Vec::new());
    for element in elements {
        packer.push(element, &mut nodes);
    }
    packer.finish(&mut nodes);
    nodes
}

/// A node of a list of kind 1 (one element) or 2 (a listpack); an empty one is left out.
pub(crate) fn list_node(
    kind: u64,
    bytes: Bytes,
    nodes: &mut Vec<ListNode>,
) -> Result<(), RdbErrorKind> {
    match kind {
        // Only long elements have a node of their own.
        1 if bytes.is_empty() => return Err(RdbErrorKind::EmptyListNode),
        1 => nodes.push(ListNode::Plain(bytes)),
        2 if listpack(&bytes)?.is_empty() => {}
        2 => nodes.push(ListNode::Listpack(bytes)),
        _ => return Err(RdbErrorKind::BadListNode(kind)),
    }
    Ok(())
}

/// Puts elements into nodes.
#[derive(Debug, Default)]
struct ListPacker(Listpack);

impl ListPacker {
    fn push(&mut self, element: &[u8], nodes: &mut Vec<ListNode>) {
        if self.0.as_bytes().len() + element.len() > LIST_NODE_BYTES {
            self.finish(nodes);
        }
        if element.len() > LIST_NODE_BYTES || self.0.push(element).is_err() {
            nodes.push(ListNode::Plain(Bytes::copy_from_slice(element)));
        }
    }

    fn finish(&mut self, nodes: &mut Vec<ListNode>) {
        let full = core::mem::take(&mut self.0);
        if !full.is_empty() {
            nodes.push(ListNode::Listpack(full.into_bytes().into()));
        }
    }
}

fn listpack(bytes: &[u8]) -> Result<ListpackRef<'_>, RdbErrorKind> {
    ListpackRef::parse(bytes).map_err(RdbErrorKind::Listpack)
}

fn ziplist(bytes: &[u8]) -> Result<Entries<'_>, RdbErrorKind> {
    let list = Ziplist::parse(bytes).map_err(RdbErrorKind::Ziplist)?;
    Ok(list.entries())
}

/// Whether no two elements have the same text.
fn distinct_elements(mut elements: Vec<Element<'_>>) -> bool {
    for element in &mut elements {
        // An integer and the string of its digits are the same.
        if let Element::Str(text) = element
            && let Some(number) = canonical_integer(text)
        {
            *element = Element::Int(number);
        }
    }
    let key = |element: &Element<'_>| match *element {
        Element::Str(_) => None,
        Element::Int(number) => Some(number),
    };
    elements.sort_unstable_by(|a, b| match (a, b) {
        (Element::Str(a), Element::Str(b)) => a.cmp(b),
        _ => key(a).cmp(&key(b)),
    });
    elements.is_sorted_by(|a, b| a != b)
}

/// Notices early that a growing row repeats itself, so that nothing repeated fills the memory: bytes that say
/// little can promise many elements, but not many different ones.
#[derive(Debug)]
pub(crate) struct Unique {
    next: usize,
}

impl Default for Unique {
    fn default() -> Self {
        Self { next: 4096 }
    }
}

impl Unique {
    /// Whether nothing is there twice, looked at whenever the row has doubled, and at its end.
    pub(crate) fn check<T>(&mut self, row: &[T], key: impl Fn(&T) -> &Bytes, ended: bool) -> bool {
        if row.len() < self.next && !ended {
            return true;
        }
        self.next = row.len().saturating_mul(2);
        let mut keys: Vec<&Bytes> = row.iter().map(key).collect();
        keys.sort_unstable();
        keys.is_sorted_by(|a, b| a != b)
    }
}
