//! Values that are put together from rows of records. A row is handed out in parts, so that what is held is
//! bounded by the largest element and not by the value; where a part ends depends on the bytes alone, not on
//! the pieces they arrive in.

mod stream;

use alloc::boxed::Box;
use alloc::vec::Vec;

use bytes::Bytes;

use self::stream::StreamAssembly;
use crate::check;
use crate::cursor::Stop;
use crate::error::RdbErrorKind;
use crate::input::{Budget, Input};
use crate::record::{Record, TextScore};
use crate::types::ValueType;
use crate::value::{ListNode, Value};

/// A part of a value ends with the record that reaches one of these.
const PART_RECORDS: u64 = 1024;
const PART_BYTES: usize = 64 * 1024;

/// A value of which something may be missing.
#[derive(Debug)]
pub(crate) enum Assembly {
    List(Row, Vec<Bytes>),
    Ziplists(Row, Vec<ListNode>),
    Nodes(Row, Vec<ListNode>),
    Set(Row, Vec<Bytes>),
    Zset(Row, Vec<(Bytes, f64)>),
    TextZset(Row, Vec<(Bytes, f64)>),
    Hash(Row, Vec<(Bytes, Bytes)>),
    Stream(Box<StreamAssembly>),
}

/// What a step gave.
#[derive(Debug)]
pub(crate) enum Assembled {
    /// Nothing to hand out yet.
    Nothing,
    /// Something; more follows.
    Part(Value),
    /// The rest, or all.
    End(Value),
}

impl Assembly {
    /// A value of this type, which is a row of `count` records.
    pub(crate) fn new(kind: ValueType, count: u64) -> Option<Self> {
        let row = Row::new(count);
        Some(match kind {
            ValueType::List => Self::List(row, Vec::new()),
            ValueType::ListQuicklist => Self::Ziplists(row, Vec::new()),
            ValueType::ListQuicklist2 => Self::Nodes(row, Vec::new()),
            ValueType::Set => Self::Set(row, Vec::new()),
            ValueType::Zset => Self::Zset(row, Vec::new()),
            ValueType::ZsetText => Self::TextZset(row, Vec::new()),
            ValueType::Hash => Self::Hash(row, Vec::new()),
            ValueType::Stream => Self::Stream(Box::new(StreamAssembly::new(1, row))),
            ValueType::Stream2 => Self::Stream(Box::new(StreamAssembly::new(2, row))),
            ValueType::Stream3 => Self::Stream(Box::new(StreamAssembly::new(3, row))),
            _ => return None,
        })
    }

    /// Takes some more records, or hands out what there is.
    pub(crate) fn step(&mut self, input: &mut Input) -> Result<Assembled, Stop> {
        let filled = match self {
            Self::List(row, got) | Self::Set(row, got) => row.collect(input, got)?,
            Self::Zset(row, got) => row.collect(input, got)?,
            Self::Hash(row, got) => row.collect(input, got)?,
            Self::TextZset(row, got) => row.step(input, |(member, score): (_, TextScore)| {
                got.push((member, score.0));
                Ok(())
            })?,
            Self::Ziplists(row, nodes) => {
                row.step(input, |bytes: Bytes| check::list_ziplist(&bytes, nodes))?
            }
            Self::Nodes(row, nodes) => row.step(input, |(kind, bytes): (u64, Bytes)| {
                check::list_node(kind, bytes, nodes)
            })?,
            Self::Stream(stream) => return stream.step(input),
        };
        Ok(match filled {
            Filled::Wanting => Assembled::Nothing,
            Filled::Part => Assembled::Part(self.take()),
            Filled::End => Assembled::End(self.take()),
        })
    }

    /// What there is.
    fn take(&mut self) -> Value {
        use core::mem::take;
        match self {
            Self::List(_, got) => Value::List(check::list_elements(&take(got))),
            Self::Ziplists(_, nodes) | Self::Nodes(_, nodes) => Value::List(take(nodes)),
            Self::Set(_, got) => Value::Set(take(got)),
            Self::Zset(_, got) | Self::TextZset(_, got) => Value::Zset(take(got)),
            Self::Hash(_, got) => Value::Hash(take(got)),
            Self::Stream(stream) => Value::StreamNodes(take(&mut stream.nodes)),
        }
    }
}

/// A row of records of which some may be missing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    missing: u64,
    /// Of the present part.
    records: u64,
    bytes: usize,
}

/// How far a row is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Filled {
    Wanting,
    Part,
    End,
}

impl Row {
    const fn new(missing: u64) -> Self {
        Self {
            missing,
            records: 0,
            bytes: 0,
        }
    }

    /// Takes the records that have arrived, up to the end of the part.
    fn step<R: Record>(
        &mut self,
        input: &mut Input,
        accept: impl FnMut(R) -> Result<(), RdbErrorKind>,
    ) -> Result<Filled, Stop> {
        if self.missing == 0 {
            return Ok(Filled::End);
        }
        let budget = Budget {
            records: self.missing.min(PART_RECORDS - self.records),
            bytes: PART_BYTES.saturating_sub(self.bytes),
        };
        let taken = input.records(budget, accept)?;
        self.missing -= taken.records;
        self.records += taken.records;
        self.bytes += taken.bytes;
        let full = self.records >= PART_RECORDS || self.bytes >= PART_BYTES;
        if full {
            (self.records, self.bytes) = (0, 0);
        }
        Ok(match (self.missing, full) {
            (0, _) => Filled::End,
            (_, true) => Filled::Part,
            (_, false) => Filled::Wanting,
        })
    }

    fn collect<R: Record>(&mut self, input: &mut Input, got: &mut Vec<R>) -> Result<Filled, Stop> {
        self.step(input, |record| {
            got.push(record);
            Ok(())
        })
    }
}
