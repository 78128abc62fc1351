//! FAIL and UPDATE: bodies of a fixed size about one other node.

use bytes::{BufMut, BytesMut};
use shoal_slots::{Epoch, NodeId, SlotSet};

use super::error::PacketError;
use super::field::Field;
use super::header::HEADER_LEN;

/// The body of FAIL: an id.
pub(crate) const FAIL_LEN: usize = 40;

/// The body of UPDATE.
pub(crate) const UPDATE_LEN: usize = 2096;

const CONFIG_EPOCH: Field<0, 8, UPDATE_LEN> = Field::new();
const NODE: Field<8, 40, UPDATE_LEN> = Field::new();
const SLOTS: Field<48, 2048, UPDATE_LEN> = Field::new();
const _: () = {
    assert!(CONFIG_EPOCH.start() == 0);
    assert!(NODE.start() == CONFIG_EPOCH.end());
    assert!(SLOTS.start() == NODE.end());
    assert!(SLOTS.end() == UPDATE_LEN);
};

/// The slots of another node, for a peer that evidently missed them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Update {
    /// The node's configuration epoch.
    pub config_epoch: Epoch,
    /// The node.
    pub node: NodeId,
    /// What it serves.
    pub slots: SlotSet,
}

impl Update {
    pub(crate) fn parse(packet: &[u8], kind: u16) -> Result<Self, PacketError> {
        let raw = exactly::<UPDATE_LEN>(packet, kind)?;
        let at = HEADER_LEN + NODE.start();
        Ok(Self {
            config_epoch: Epoch(CONFIG_EPOCH.get(raw)),
            node: NodeId::parse(&NODE.read(raw)).map_err(|_| PacketError::BadId { at })?,
            slots: SlotSet::from_bytes(SLOTS.read(raw)),
        })
    }

    pub(crate) fn write(&self, out: &mut BytesMut) {
        out.put_u64(self.config_epoch.0);
        out.extend_from_slice(self.node.as_bytes());
        out.extend_from_slice(self.slots.as_bytes());
    }
}

/// Reads the body of FAIL.
pub(crate) fn parse_fail(packet: &[u8], kind: u16) -> Result<NodeId, PacketError> {
    let raw = exactly::<FAIL_LEN>(packet, kind)?;
    NodeId::parse(raw).map_err(|_| PacketError::BadId { at: HEADER_LEN })
}

/// The body of a packet whose type has a body of `N` bytes.
pub(crate) fn exactly<const N: usize>(packet: &[u8], kind: u16) -> Result<&[u8; N], PacketError> {
    let body = packet.get(HEADER_LEN..).unwrap_or_default();
    let expected = (HEADER_LEN + N) as u64;
    body.try_into().map_err(|_| PacketError::BodyLength {
        kind,
        expected,
        got: packet.len(),
    })
}
