//! The two flag words.

use bitflags::bitflags;

bitflags! {
    /// What a node is (in its own header) or is thought to be (in a gossip entry). Bits without a name are
    /// kept: newer servers use more of them.
    #[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
    pub struct NodeFlags: u16 {
        /// A primary (`master`).
        const PRIMARY = 1;
        /// A replica (`slave`).
        const REPLICA = 2;
        /// Suspected by the one who says so (`fail?`).
        const PFAIL = 4;
        /// Failed, by agreement of a majority (`fail`).
        const FAIL = 8;
        /// The sender itself (`myself`).
        const MYSELF = 16;
        /// Its real id is not known yet (`handshake`).
        const HANDSHAKE = 32;
        /// No address is known (`noaddr`).
        const NOADDR = 64;
        /// Send MEET when connected.
        const MEET = 128;
        /// A primary that had replicas and so may receive migrating ones.
        const MIGRATE_TO = 256;
        /// A replica that never stands for election (`nofailover`).
        const NOFAILOVER = 512;
        /// Understands extensions. Set about others only, never in one's own header.
        const EXTENSIONS = 1024;
        /// Understands light messages.
        const LIGHT_HEADER = 2048;
        /// Whatever else a newer server sets.
        const _ = !0;
    }
}

impl NodeFlags {
    /// The flags that have a name in the text form, in the order of the text.
    const NAMES: [(Self, &'static str); 8] = [
        (Self::MYSELF, "myself"),
        (Self::PRIMARY, "master"),
        (Self::REPLICA, "slave"),
        (Self::PFAIL, "fail?"),
        (Self::FAIL, "fail"),
        (Self::HANDSHAKE, "handshake"),
        (Self::NOADDR, "noaddr"),
        (Self::NOFAILOVER, "nofailover"),
    ];

    /// The names of the set flags, in the order that CLUSTER NODES and nodes.conf use.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES
            .into_iter()
            .filter(move |(flag, _)| self.contains(*flag))
            .map(|(_, name)| name)
    }

    /// The flag of a name; `primary` and `replica`, as newer servers spell them, are understood too.
    #[must_use]
    pub fn from_text(name: &str) -> Option<Self> {
        match name {
            "primary" => Some(Self::PRIMARY),
            "replica" => Some(Self::REPLICA),
            "noflags" => Some(Self::empty()),
            _ => Self::NAMES
                .into_iter()
                .find(|(_, known)| *known == name)
                .map(|(flag, _)| flag),
        }
    }
}

bitflags! {
    /// What a message says about itself.
    #[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
    pub struct MessageFlags: u8 {
        /// The sender is a primary paused for a manual failover; its offset is final.
        const PAUSED = 1;
        /// Vote although the primary is up: a manual failover.
        const FORCE_ACK = 2;
        /// The extension count is valid, and the sender understands extensions.
        const EXT_DATA = 4;
        /// Whatever else a newer server sets.
        const _ = !0;
    }
}
