//! Packets to be damaged, and the bytes to damage them with.

#![allow(dead_code, reason = "each test file uses a part of this")]
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use shoal_gossip::wire::{
    Body, Dialect, Extension, GossipEntry, Header, Heartbeat, IpText, Message, MessageFlags,
    NodeFlags, Packet, PacketError,
};
use shoal_slots::{ClusterState, Epoch, NodeId, ReplOffset, SlotSet};

pub(crate) const DIALECTS: [Dialect; 4] = [
    Dialect::Redis70,
    Dialect::Redis72,
    Dialect::Redis8,
    Dialect::Valkey8,
];

pub(crate) fn id(digit: char) -> NodeId {
    digit.to_string().repeat(40).parse().unwrap()
}

pub(crate) fn header() -> Header {
    Header {
        port: 6379,
        pport: 0,
        cport: 16379,
        current_epoch: Epoch(7),
        config_epoch: Epoch(3),
        offset: ReplOffset(99),
        sender: id('a'),
        slots: SlotSet::new(),
        primary: None,
        ip: IpText::EMPTY,
        flags: NodeFlags::PRIMARY | NodeFlags::MYSELF,
        state: ClusterState::Ok,
        mflags: MessageFlags::EXT_DATA,
    }
}

pub(crate) fn entry(digit: char) -> GossipEntry {
    GossipEntry {
        node: id(digit),
        ping_sent: 0,
        pong_received: 1,
        ip: IpText::new("10.0.0.1").unwrap(),
        port: 6379,
        cport: 16379,
        flags: NodeFlags::PRIMARY,
        pport: 0,
    }
}

pub(crate) fn packet(body: Body) -> Vec<u8> {
    Packet {
        header: header(),
        body,
    }
    .encode()
    .to_vec()
}

pub(crate) fn ping(gossip: Vec<GossipEntry>, extensions: Vec<Extension>) -> Vec<u8> {
    packet(Body::Ping(Heartbeat {
        gossip,
        extensions,
        malformed: 0,
    }))
}

/// A ping with one extension, made of these bytes.
pub(crate) fn ping_with_raw_extension(raw: &[u8]) -> Vec<u8> {
    let mut bytes = ping(Vec::new(), Vec::new());
    bytes.extend_from_slice(raw);
    set16(&mut bytes, 2214, 1);
    fix_length(&mut bytes);
    bytes
}

/// An extension with an honest length.
pub(crate) fn extension(kind: u16, data: &[u8]) -> Vec<u8> {
    let mut raw = (8 + data.len() as u32).to_be_bytes().to_vec();
    raw.extend_from_slice(&kind.to_be_bytes());
    raw.extend_from_slice(&[0, 0]);
    raw.extend_from_slice(data);
    raw
}

pub(crate) fn set16(bytes: &mut [u8], at: usize, value: u16) {
    bytes[at..at + 2].copy_from_slice(&value.to_be_bytes());
}

pub(crate) fn set32(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_be_bytes());
}

pub(crate) fn fix_length(bytes: &mut [u8]) {
    let length = bytes.len() as u32;
    set32(bytes, 4, length);
}

pub(crate) fn refused(bytes: &[u8]) -> PacketError {
    let error = Packet::parse(bytes, Dialect::Valkey8).expect_err("accepted");
    for dialect in DIALECTS {
        let _ = Message::parse(bytes, dialect);
    }
    error
}
