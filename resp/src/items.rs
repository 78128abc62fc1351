//! The children of aggregates. Everything that must visit all descendants (drop, clone, comparison, `Debug`) walks an
//! explicit stack, because the depth is the peer's choice.

use alloc::vec::Vec;
use core::fmt;
use core::ops::Deref;

use crate::Frame;
use crate::build::{Builder, Kind};

/// The elements of an array, set or push, in the order of the wire.
#[derive(Default)]
pub struct Items(pub(crate) Vec<Frame>);

/// The pairs of a map, in the order of the wire; keys may repeat. The number of frames is even.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Pairs(pub(crate) Items);

/// A frame and the pairs that say something about it. The number of frames is odd, the value the last.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Attributed(pub(crate) Items);

impl Items {
    /// The elements, to move them out.
    #[must_use]
    pub fn into_vec(mut self) -> Vec<Frame> {
        core::mem::take(&mut self.0)
    }
}

impl From<Vec<Frame>> for Items {
    fn from(frames: Vec<Frame>) -> Self {
        Self(frames)
    }
}

impl FromIterator<Frame> for Items {
    fn from_iter<I: IntoIterator<Item = Frame>>(frames: I) -> Self {
        Self(frames.into_iter().collect())
    }
}

impl IntoIterator for Items {
    type Item = Frame;
    type IntoIter = alloc::vec::IntoIter<Frame>;

    fn into_iter(self) -> Self::IntoIter {
        self.into_vec().into_iter()
    }
}

impl<'a> IntoIterator for &'a Items {
    type Item = &'a Frame;
    type IntoIter = core::slice::Iter<'a, Frame>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl Deref for Items {
    type Target = [Frame];

    fn deref(&self) -> &[Frame] {
        &self.0
    }
}

impl Drop for Items {
    fn drop(&mut self) {
        if !self
            .0
            .iter()
            .any(|frame| frame.children().is_some_and(|items| !items.is_empty()))
        {
            return;
        }
        let mut pending: Vec<Vec<Frame>> = Vec::from([core::mem::take(&mut self.0)]);
        while let Some(mut frames) = pending.pop() {
            let children = frames.iter_mut().filter_map(Frame::children_mut);
            pending.extend(
                children
                    .filter(|items| !items.is_empty())
                    .map(|items| core::mem::take(&mut items.0)),
            );
            // Here `frames` is dropped; none of its aggregates has a child any more.
        }
    }
}

impl Clone for Items {
    fn clone(&self) -> Self {
        if self.is_empty() {
            return Self::default();
        }
        let mut builder = Builder::default();
        builder.open(Kind::Array, self.len(), usize::MAX);
        for frame in Walk::new(self) {
            let finished = match frame.children() {
                Some(items) if !items.is_empty() => {
                    builder.open(Kind::of(frame), items.len(), usize::MAX);
                    None
                }
                // A leaf, or an aggregate without children: its clone goes no deeper.
                _ => builder.push(frame.clone()).ok().flatten(),
            };
            if let Some(Frame::Array(copy)) = finished {
                return copy;
            }
        }
        Self::default()
    }
}

impl PartialEq for Items {
    fn eq(&self, other: &Self) -> bool {
        same(self, other)
    }
}

impl Eq for Items {}

impl fmt::Debug for Items {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut open = Vec::from([self.iter()]);
        f.write_str("[")?;
        let mut separator = "";
        while let Some(level) = open.last_mut() {
            let Some(frame) = level.next() else {
                open.pop();
                f.write_str("]")?;
                separator = ", ";
                continue;
            };
            f.write_str(separator)?;
            frame.fmt_head(f)?;
            separator = ", ";
            if let Some(items) = frame.children() {
                f.write_str("[")?;
                open.push(items.iter());
                separator = "";
            }
        }
        Ok(())
    }
}

impl Pairs {
    /// How many pairs there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len() / 2
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The pairs in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Frame, &Frame)> {
        pairs_of(&self.0)
    }

    /// Key, value, key, value, …
    #[must_use]
    pub fn flat(&self) -> &Items {
        &self.0
    }

    /// Key, value, key, value, … to move them out.
    #[must_use]
    pub fn into_flat(self) -> Items {
        self.0
    }
}

impl FromIterator<(Frame, Frame)> for Pairs {
    fn from_iter<I: IntoIterator<Item = (Frame, Frame)>>(pairs: I) -> Self {
        Self(
            pairs
                .into_iter()
                .flat_map(|(key, value)| [key, value])
                .collect(),
        )
    }
}

impl Attributed {
    /// Attaches `attributes` to `value`.
    #[must_use]
    pub fn new(attributes: Pairs, value: Frame) -> Self {
        let mut frames = attributes.into_flat().into_vec();
        frames.push(value);
        Self(Items(frames))
    }

    /// What is said about the value.
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = (&Frame, &Frame)> {
        pairs_of(
            self.0
                .split_last()
                .map(|(_, pairs)| pairs)
                .unwrap_or_default(),
        )
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &Frame {
        // There always is one; the null only spares us a panic that cannot happen.
        self.0.last().unwrap_or(&Frame::Null)
    }

    /// The value, to move it out.
    #[must_use]
    pub fn into_value(self) -> Frame {
        self.0.into_vec().pop().unwrap_or(Frame::Null)
    }
}

/// A flat list as pairs; a last one without partner is left out.
pub(crate) fn pairs_of(flat: &[Frame]) -> impl ExactSizeIterator<Item = (&Frame, &Frame)> {
    flat.as_chunks().0.iter().map(|[key, value]| (key, value))
}

/// Whether two lists of frames are equal, with all their descendants.
pub(crate) fn same(left: &[Frame], right: &[Frame]) -> bool {
    // Equal heads fix the number of children, so that the two walks stay in step.
    left.len() == right.len()
        && Walk::new(left)
            .zip(Walk::new(right))
            .all(|(a, b)| a.same_head(b))
}

/// All descendants, each before its children.
pub(crate) struct Walk<'a> {
    current: core::slice::Iter<'a, Frame>,
    outer: Vec<core::slice::Iter<'a, Frame>>,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(frames: &'a [Frame]) -> Self {
        Self {
            current: frames.iter(),
            outer: Vec::new(),
        }
    }
}

impl<'a> Iterator for Walk<'a> {
    type Item = &'a Frame;

    fn next(&mut self) -> Option<&'a Frame> {
        loop {
            if let Some(frame) = self.current.next() {
                if let Some(items) = frame.children() {
                    self.outer
                        .push(core::mem::replace(&mut self.current, items.iter()));
                }
                return Some(frame);
            }
            self.current = self.outer.pop()?;
        }
    }
}
