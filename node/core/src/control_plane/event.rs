//! What the control plane asks of the shell.

use shoal_gossip::LinkId;

use crate::data_plane::LogLevel;

/// The number of a save. Saves are carried out in order, so a confirmed one confirms those before it.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Generation(pub u64);

/// Something for the shell to do.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ControlEvent {
    /// Open a connection of the bus, and report [`shoal_gossip::LinkChange::Connected`] or `ConnectFailed`.
    Connect {
        /// The id it will have.
        link: LinkId,
        /// The address.
        ip: String,
        /// The bus port.
        port: u16,
    },
    /// Close a connection of the bus, or stop dialling. Need not be reported.
    Close {
        /// Which.
        link: LinkId,
    },
    /// Replace nodes.conf by this text: write beside it, rename, and with `fsync` bring file and directory to
    /// disk. Then call [`super::ControlPlane::saved`], or [`super::ControlPlane::save_failed`].
    Save {
        /// To be echoed.
        generation: Generation,
        /// The whole file.
        text: String,
        /// Whether others may learn of it only once it is on disk.
        fsync: bool,
    },
    /// A line for the log.
    Log {
        /// How much it matters.
        level: LogLevel,
        /// The line, without time and newline.
        text: String,
    },
    /// Log this and end the process.
    Fatal(String),
}
