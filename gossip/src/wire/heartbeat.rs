//! PING, PONG and MEET: what the sender thinks of others, and its extensions.

use alloc::vec::Vec;

use bytes::BytesMut;
use shoal_slots::NodeId;

use super::dialect::Dialect;
use super::error::PacketError;
use super::ext::{self, Extension};
use super::field::Field;
use super::flags::{MessageFlags, NodeFlags};
use super::header::{Envelope, HEADER_LEN, Header};
use super::input::Input;
use super::text::IpText;

/// The length of a gossip entry.
pub const GOSSIP_ENTRY_LEN: usize = 104;

type At<const AT: usize, const LEN: usize> = Field<AT, LEN, GOSSIP_ENTRY_LEN>;

const NODE: At<0, 40> = At::new();
const PING_SENT: At<40, 4> = At::new();
const PONG_RECEIVED: At<44, 4> = At::new();
const IP: At<48, 46> = At::new();
const PORT: At<94, 2> = At::new();
const CPORT: At<96, 2> = At::new();
const FLAGS: At<98, 2> = At::new();
const PPORT: At<100, 2> = At::new();
const RESERVED: At<102, 2> = At::new();

const _: () = {
    assert!(NODE.start() == 0);
    assert!(PING_SENT.start() == NODE.end());
    assert!(PONG_RECEIVED.start() == PING_SENT.end());
    assert!(IP.start() == PONG_RECEIVED.end());
    assert!(PORT.start() == IP.end());
    assert!(CPORT.start() == PORT.end());
    assert!(FLAGS.start() == CPORT.end());
    assert!(PPORT.start() == FLAGS.end());
    assert!(RESERVED.start() == PPORT.end());
    assert!(RESERVED.end() == GOSSIP_ENTRY_LEN);
};

/// What the sender thinks of another node.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GossipEntry {
    /// The node this is about.
    pub node: NodeId,
    /// Unix seconds of the ping that the node still owes the sender an answer to, 0 if none.
    pub ping_sent: u32,
    /// Unix seconds of the last pong that the sender knows of.
    pub pong_received: u32,
    /// Its address.
    pub ip: IpText,
    /// Client port: the TLS port in a TLS cluster.
    pub port: u16,
    /// Bus port.
    pub cport: u16,
    /// The sender's flags for the node.
    pub flags: NodeFlags,
    /// The other client port.
    pub pport: u16,
}

/// The body of PING, PONG and MEET.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Heartbeat {
    /// News about others. At most 65535 entries are written.
    pub gossip: Vec<GossipEntry>,
    /// What the sender adds about itself, in wire order. At most 65535 are written.
    pub extensions: Vec<Extension>,
    /// How many entries were left out while parsing because their id or address is malformed. They do not
    /// make the packet bad: an honest peer may repeat nonsense that somebody told it.
    pub malformed: u16,
}

impl Heartbeat {
    /// A heartbeat without news.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn parse(
        input: Input<'_>,
        header: &Header,
        envelope: Envelope,
        dialect: Dialect,
    ) -> Result<Self, PacketError> {
        let packet = input.bytes();
        let gossip_end = HEADER_LEN + usize::from(envelope.count) * GOSSIP_ENTRY_LEN;
        let Some(entries) = packet.get(HEADER_LEN..gossip_end) else {
            return Err(wrong_length(envelope.kind, gossip_end, packet));
        };
        let flagged = header.mflags.contains(MessageFlags::EXT_DATA);
        if envelope.extensions > 0 && !flagged {
            return Err(PacketError::UnflaggedExtensions {
                count: envelope.extensions,
            });
        }
        let (extensions, end) = ext::parse_all(input, gossip_end, envelope.extensions, dialect)?;
        if end != packet.len() {
            return Err(wrong_length(envelope.kind, end, packet));
        }
        let mut gossip = Vec::with_capacity(usize::from(envelope.count));
        let (entries, _) = entries.as_chunks::<GOSSIP_ENTRY_LEN>();
        gossip.extend(entries.iter().filter_map(GossipEntry::parse));
        let malformed = envelope.count - u16::try_from(gossip.len()).unwrap_or(envelope.count);
        Ok(Self {
            gossip,
            extensions,
            malformed,
        })
    }

    /// How long the body is.
    pub(crate) fn len(&self) -> usize {
        let (gossip, extensions) = self.counted();
        gossip.len() * GOSSIP_ENTRY_LEN + extensions.iter().map(Extension::len).sum::<usize>()
    }

    pub(crate) fn envelope(&self, kind: u16) -> Envelope {
        let (gossip, extensions) = self.counted();
        Envelope {
            kind,
            count: gossip.len() as u16,
            extensions: extensions.len() as u16,
        }
    }

    pub(crate) fn write(&self, out: &mut BytesMut) {
        let (gossip, extensions) = self.counted();
        for entry in gossip {
            entry.write(out);
        }
        for extension in extensions {
            extension.write(out);
        }
    }

    /// As much of both lists as their 16-bit counts can say.
    fn counted(&self) -> (&[GossipEntry], &[Extension]) {
        const MOST: usize = u16::MAX as usize;
        let gossip = self.gossip.get(..MOST).unwrap_or(&self.gossip);
        let extensions = self.extensions.get(..MOST).unwrap_or(&self.extensions);
        (gossip, extensions)
    }
}

impl GossipEntry {
    fn parse(raw: &[u8; GOSSIP_ENTRY_LEN]) -> Option<Self> {
        Some(Self {
            node: NodeId::parse(&NODE.read(raw)).ok()?,
            ping_sent: PING_SENT.get(raw),
            pong_received: PONG_RECEIVED.get(raw),
            ip: IpText::parse(IP.read(raw), IP.start()).ok()?,
            port: PORT.get(raw),
            cport: CPORT.get(raw),
            flags: NodeFlags::from_bits_retain(FLAGS.get(raw)),
            pport: PPORT.get(raw),
        })
    }

    fn write(&self, out: &mut BytesMut) {
        let mut raw = [0; GOSSIP_ENTRY_LEN];
        NODE.write(&mut raw, *self.node.as_bytes());
        PING_SENT.put(&mut raw, self.ping_sent);
        PONG_RECEIVED.put(&mut raw, self.pong_received);
        IP.write(&mut raw, self.ip.as_bytes());
        PORT.put(&mut raw, self.port);
        CPORT.put(&mut raw, self.cport);
        FLAGS.put(&mut raw, self.flags.bits());
        PPORT.put(&mut raw, self.pport);
        out.extend_from_slice(&raw);
    }
}

fn wrong_length(kind: u16, expected: usize, packet: &[u8]) -> PacketError {
    PacketError::BodyLength {
        kind,
        expected: expected as u64,
        got: packet.len(),
    }
}
