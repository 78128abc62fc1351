//! MODULE: what a module sends to its kind on other nodes.

use bytes::{BufMut, Bytes, BytesMut};

use super::error::PacketError;
use super::field::Field;
use super::header::HEADER_LEN;
use super::input::Input;

/// What stands in front of the payload.
pub(crate) const MODULE_HEAD: usize = 13;

const ID: Field<0, 8, MODULE_HEAD> = Field::new();
const LENGTH: Field<8, 4, MODULE_HEAD> = Field::new();
const KIND: Field<12, 1, MODULE_HEAD> = Field::new();
const _: () = {
    assert!(ID.start() == 0);
    assert!(LENGTH.start() == ID.end());
    assert!(KIND.start() == LENGTH.end());
    assert!(KIND.end() == MODULE_HEAD);
};

/// A message of a module.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ModuleMessage {
    /// The module's id, in the byte order of the sender's memory: the one field of the bus that is not
    /// big-endian, so it stays bytes.
    pub module_id: [u8; 8],
    /// What the module calls this kind of message.
    pub kind: u8,
    /// The payload.
    pub payload: Bytes,
}

impl ModuleMessage {
    pub(crate) fn parse(input: Input<'_>, kind: u16) -> Result<Self, PacketError> {
        let packet = input.bytes();
        let wrong = |expected: u64| PacketError::BodyLength {
            kind,
            expected,
            got: packet.len(),
        };
        let start = HEADER_LEN + MODULE_HEAD;
        let head = packet
            .get(HEADER_LEN..)
            .and_then(<[u8]>::first_chunk::<MODULE_HEAD>);
        let head = head.ok_or_else(|| wrong(start as u64))?;
        let expected = start as u64 + u64::from(LENGTH.get(head));
        if expected != packet.len() as u64 {
            return Err(wrong(expected));
        }
        Ok(Self {
            module_id: ID.read(head),
            kind: KIND.get(head),
            payload: input.take(start..packet.len()),
        })
    }

    /// How long the body is.
    pub(crate) fn len(&self) -> usize {
        MODULE_HEAD + self.payload.len()
    }

    pub(crate) fn write(&self, out: &mut BytesMut) {
        out.extend_from_slice(&self.module_id);
        out.put_u32(u32::try_from(self.payload.len()).unwrap_or(u32::MAX));
        out.put_u8(self.kind);
        out.extend_from_slice(&self.payload);
    }
}
