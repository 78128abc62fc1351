//! How streams are laid out in memory.

use super::collection::Collection;
use crate::entry::{Entry, View};
use crate::value::{Kind, Value};

/// A stream.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stream {}

impl Stream {
    pub(crate) const fn heap_bytes(&self) -> usize {
        0
    }

    pub(crate) const fn is_large(&self) -> bool {
        false
    }
}

impl Collection for Stream {
    const KIND: Kind = Kind::Stream;
    type View<'a> = &'a Self;

    fn view(entry: &Entry) -> Option<&Self> {
        match entry.view() {
            View::Boxed(Value::Stream(stream)) => Some(stream),
            _ => None,
        }
    }

    fn of(value: &mut Value) -> Option<&mut Self> {
        match value {
            Value::Stream(stream) => Some(stream),
            _ => None,
        }
    }

    fn into_value(self) -> Value {
        Value::Stream(Box::new(self))
    }

    /// A stream stays when its last entry goes: its last id is part of it.
    fn is_empty(&self) -> bool {
        false
    }
}
