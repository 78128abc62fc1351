//! Counters of packets by type, as `CLUSTER INFO` prints them. CLUSTER RESET does not clear them.

/// How many types of packets are counted: those of numbers 0 to 10.
pub const PACKET_TYPES: usize = 11;

/// The names of the packet types in the statistics, by type number.
pub const PACKET_NAMES: [&str; PACKET_TYPES] = [
    "ping",
    "pong",
    "meet",
    "fail",
    "publish",
    "auth-req",
    "auth-ack",
    "update",
    "mfstart",
    "module",
    "publishshard",
];

/// What was sent and received since the start.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Stats {
    /// Packets sent, by type number.
    pub sent: [u64; PACKET_TYPES],
    /// Packets received, by type number, the malformed ones included.
    pub received: [u64; PACKET_TYPES],
    /// Connections freed because their output queue was over `cluster-link-sendbuf-limit`.
    pub links_over_limit: u64,
}

impl Stats {
    /// All packets sent.
    #[must_use]
    pub fn total_sent(&self) -> u64 {
        self.sent.iter().sum()
    }

    /// All packets received.
    #[must_use]
    pub fn total_received(&self) -> u64 {
        self.received.iter().sum()
    }

    pub(crate) fn count_sent(&mut self, kind: u16) {
        count(&mut self.sent, kind);
    }

    pub(crate) fn count_received(&mut self, kind: u16) {
        count(&mut self.received, kind);
    }
}

/// Types that nobody knows have no row. The bit of light messages does not make another type.
fn count(rows: &mut [u64; PACKET_TYPES], kind: u16) {
    if let Some(row) = rows.get_mut(usize::from(kind & 0x7fff)) {
        *row += 1;
    }
}
