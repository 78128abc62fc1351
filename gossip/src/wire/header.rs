//! The 2256 bytes that every full message starts with.

use bytes::BytesMut;
use shoal_slots::{ClusterState, Epoch, NodeId, ReplOffset, SlotSet};

use super::error::PacketError;
use super::field::Field;
use super::flags::{MessageFlags, NodeFlags};
use super::text::IpText;

/// The length of the header.
pub const HEADER_LEN: usize = 2256;

/// What every message starts with.
pub(crate) const SIGNATURE: [u8; 4] = *b"RCmb";

/// The only protocol version there is.
pub(crate) const VERSION: u16 = 1;

type At<const AT: usize, const LEN: usize> = Field<AT, LEN, HEADER_LEN>;

const SIG: At<0, 4> = At::new();
const TOTAL_LEN: At<4, 4> = At::new();
const VER: At<8, 2> = At::new();
const PORT: At<10, 2> = At::new();
const KIND: At<12, 2> = At::new();
const COUNT: At<14, 2> = At::new();
const CURRENT_EPOCH: At<16, 8> = At::new();
const CONFIG_EPOCH: At<24, 8> = At::new();
const OFFSET: At<32, 8> = At::new();
const SENDER: At<40, 40> = At::new();
const SLOTS: At<80, 2048> = At::new();
const PRIMARY: At<2128, 40> = At::new();
const IP: At<2168, 46> = At::new();
const EXTENSIONS: At<2214, 2> = At::new();
const RESERVED: At<2216, 30> = At::new();
const PPORT: At<2246, 2> = At::new();
const CPORT: At<2248, 2> = At::new();
const FLAGS: At<2250, 2> = At::new();
const STATE: At<2252, 1> = At::new();
const MFLAGS: At<2253, 1> = At::new();
const MFLAGS_RESERVED: At<2254, 2> = At::new();

/// Every field starts where the one before it ends, and the last one ends the header.
const _: () = {
    assert!(SIG.start() == 0);
    assert!(TOTAL_LEN.start() == SIG.end());
    assert!(VER.start() == TOTAL_LEN.end());
    assert!(PORT.start() == VER.end());
    assert!(KIND.start() == PORT.end());
    assert!(COUNT.start() == KIND.end());
    assert!(CURRENT_EPOCH.start() == COUNT.end());
    assert!(CONFIG_EPOCH.start() == CURRENT_EPOCH.end());
    assert!(OFFSET.start() == CONFIG_EPOCH.end());
    assert!(SENDER.start() == OFFSET.end());
    assert!(SLOTS.start() == SENDER.end());
    assert!(PRIMARY.start() == SLOTS.end());
    assert!(IP.start() == PRIMARY.end());
    assert!(EXTENSIONS.start() == IP.end());
    assert!(RESERVED.start() == EXTENSIONS.end());
    assert!(PPORT.start() == RESERVED.end());
    assert!(CPORT.start() == PPORT.end());
    assert!(FLAGS.start() == CPORT.end());
    assert!(STATE.start() == FLAGS.end());
    assert!(MFLAGS.start() == STATE.end());
    assert!(MFLAGS_RESERVED.start() == MFLAGS.end());
    assert!(MFLAGS_RESERVED.end() == HEADER_LEN);
};

/// What the sender says about itself in every full message. Length, type and counts are not here: they
/// follow from the body.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Header {
    /// Client port: the TLS port in a TLS cluster, else the plain one.
    pub port: u16,
    /// The other client port, 0 if there is none.
    pub pport: u16,
    /// Bus port.
    pub cport: u16,
    /// The highest epoch the sender has seen.
    pub current_epoch: Epoch,
    /// The sender's configuration epoch; a replica's is that of its primary.
    pub config_epoch: Epoch,
    /// How much of the replication history the sender has written (primary) or processed (replica).
    pub offset: ReplOffset,
    /// The sender.
    pub sender: NodeId,
    /// The slots the sender serves; a replica's are those of its primary.
    pub slots: SlotSet,
    /// The primary of a replica.
    pub primary: Option<NodeId>,
    /// The announced address; empty means "where this connection comes from".
    pub ip: IpText,
    /// The sender's flags for itself.
    pub flags: NodeFlags,
    /// Whether the sender thinks that the cluster works.
    pub state: ClusterState,
    /// What this message says about itself.
    pub mflags: MessageFlags,
}

/// The parts of the header that belong to the message rather than to its sender.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Envelope {
    pub(crate) kind: u16,
    pub(crate) count: u16,
    pub(crate) extensions: u16,
}

impl Envelope {
    /// An envelope for a message without gossip.
    pub(crate) const fn plain(kind: u16) -> Self {
        Self {
            kind,
            count: 0,
            extensions: 0,
        }
    }
}

impl Header {
    /// Where the sender's id stands.
    const SENDER_AT: usize = SENDER.start();

    /// Reads the header of a whole packet and checks everything that does not depend on the type.
    pub(crate) fn parse(packet: &[u8]) -> Result<(Self, Envelope), PacketError> {
        let Some(raw) = packet.first_chunk::<HEADER_LEN>() else {
            let got = u32::try_from(packet.len()).unwrap_or(u32::MAX);
            return Err(PacketError::TooShort {
                got,
                min: HEADER_LEN as u32,
            });
        };
        if SIG.read(raw) != SIGNATURE {
            return Err(PacketError::Signature { got: SIG.read(raw) });
        }
        let claimed = TOTAL_LEN.get(raw);
        if claimed as usize != packet.len() {
            return Err(PacketError::Truncated {
                claimed,
                have: packet.len(),
            });
        }
        let version = VER.get(raw);
        if version != VERSION {
            return Err(PacketError::Version { got: version });
        }
        let envelope = Envelope {
            kind: KIND.get(raw),
            count: COUNT.get(raw),
            extensions: EXTENSIONS.get(raw),
        };
        Ok((Self::read(raw)?, envelope))
    }

    fn read(raw: &[u8; HEADER_LEN]) -> Result<Self, PacketError> {
        let sender = NodeId::parse(&SENDER.read(raw)).map_err(|_| PacketError::BadId {
            at: Self::SENDER_AT,
        })?;
        let state = if STATE.get(raw) == 0 {
            ClusterState::Ok
        } else {
            ClusterState::Fail
        };
        Ok(Self {
            port: PORT.get(raw),
            pport: PPORT.get(raw),
            cport: CPORT.get(raw),
            current_epoch: Epoch(CURRENT_EPOCH.get(raw)),
            config_epoch: Epoch(CONFIG_EPOCH.get(raw)),
            offset: ReplOffset(OFFSET.get(raw)),
            sender,
            slots: SlotSet::from_bytes(SLOTS.read(raw)),
            primary: optional_id(PRIMARY.read(raw), PRIMARY.start())?,
            ip: IpText::parse(IP.read(raw), IP.start())?,
            flags: NodeFlags::from_bits_retain(FLAGS.get(raw)),
            state,
            mflags: MessageFlags::from_bits_retain(MFLAGS.get(raw)),
        })
    }

    /// Appends the header of a message of `total` bytes.
    pub(crate) fn write(&self, envelope: Envelope, total: usize, out: &mut BytesMut) {
        let start = out.len();
        out.resize(start + HEADER_LEN, 0);
        let Some(raw) = out
            .get_mut(start..)
            .and_then(<[u8]>::first_chunk_mut::<HEADER_LEN>)
        else {
            return;
        };
        SIG.write(raw, SIGNATURE);
        TOTAL_LEN.put(raw, u32::try_from(total).unwrap_or(u32::MAX));
        VER.put(raw, VERSION);
        PORT.put(raw, self.port);
        KIND.put(raw, envelope.kind);
        COUNT.put(raw, envelope.count);
        CURRENT_EPOCH.put(raw, self.current_epoch.0);
        CONFIG_EPOCH.put(raw, self.config_epoch.0);
        OFFSET.put(raw, self.offset.0);
        SENDER.write(raw, *self.sender.as_bytes());
        SLOTS.write(raw, *self.slots.as_bytes());
        if let Some(primary) = self.primary {
            PRIMARY.write(raw, *primary.as_bytes());
        }
        IP.write(raw, self.ip.as_bytes());
        EXTENSIONS.put(raw, envelope.extensions);
        PPORT.put(raw, self.pport);
        CPORT.put(raw, self.cport);
        FLAGS.put(raw, self.flags.bits());
        STATE.put(raw, u8::from(self.state == ClusterState::Fail));
        // A count without the flag would make the receiver drop the packet.
        let extended = if envelope.extensions > 0 {
            MessageFlags::EXT_DATA
        } else {
            MessageFlags::empty()
        };
        MFLAGS.put(raw, (self.mflags | extended).bits());
    }
}

/// An id, or 40 zero bytes for none.
fn optional_id(raw: [u8; 40], at: usize) -> Result<Option<NodeId>, PacketError> {
    if raw == [0; 40] {
        return Ok(None);
    }
    NodeId::parse(&raw)
        .map(Some)
        .map_err(|_| PacketError::BadId { at })
}
