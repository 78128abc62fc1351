//! Text inside packets: addresses and names. What gets in here ends up in logs, in replies to clients and
//! in nodes.conf, so bytes that could break a line or a field apart never become a value.

use alloc::boxed::Box;
use core::fmt;
use core::net::IpAddr;

use super::error::PacketError;

/// How long an address field is.
const IP_LEN: usize = 46;

/// The longest name that is accepted. Real ones have at most 255 bytes.
const NAME_MAX: usize = 1024;

/// Characters of addresses and host names: letters, digits, and what IPv6 and sloppy DNS add.
const fn is_host_char(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':' | b'%')
}

/// An address as the 46-byte field of a packet carries it: text, or empty when the sender does not say.
/// Usually an IP address, but operators may announce a host name.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct IpText {
    /// Always zero-padded, with at least one zero.
    bytes: [u8; IP_LEN],
}

impl IpText {
    /// "Take the address that the connection comes from."
    pub const EMPTY: Self = Self { bytes: [0; IP_LEN] };

    /// An address from our own side; `None` if it does not fit or has characters that no address has.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let mut bytes = [0; IP_LEN];
        let room = bytes.get_mut(..text.len())?;
        room.copy_from_slice(text.as_bytes());
        let valid = text.len() < IP_LEN && text.bytes().all(is_host_char);
        valid.then_some(Self { bytes })
    }

    /// Reads the field that starts at offset `at`. Whatever stands behind the final zero is dropped.
    pub(crate) fn parse(mut bytes: [u8; IP_LEN], at: usize) -> Result<Self, PacketError> {
        let end = bytes
            .iter()
            .position(|&b| b == 0)
            .ok_or(PacketError::Unterminated { at })?;
        let (text, rest) = bytes.split_at_mut(end);
        if !text.iter().copied().all(is_host_char) {
            return Err(PacketError::BadText { at });
        }
        rest.fill(0);
        Ok(Self { bytes })
    }

    /// The text without its padding.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let end = self.bytes.iter().position(|&b| b == 0).unwrap_or(IP_LEN);
        // Only ASCII gets in, so this never falls back.
        self.bytes
            .get(..end)
            .and_then(|text| core::str::from_utf8(text).ok())
            .unwrap_or_default()
    }

    /// Whether the sender says nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.bytes[0] == 0
    }

    /// The address as a number, if the text is one.
    #[must_use]
    pub fn to_ip(&self) -> Option<IpAddr> {
        self.as_str().parse().ok()
    }

    pub(crate) const fn as_bytes(&self) -> [u8; IP_LEN] {
        self.bytes
    }
}

impl Default for IpText {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl fmt::Display for IpText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for IpText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IpText({:?})", self.as_str())
    }
}

/// A host name or a name for humans that an extension carries.
#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Name(Box<str>);

impl Name {
    /// A host name or address: letters, digits and `-._:%`.
    #[must_use]
    pub fn host(text: &str) -> Option<Self> {
        let valid = text.len() <= NAME_MAX && text.bytes().all(is_host_char);
        valid.then(|| Self(text.into()))
    }

    /// A name for humans: any text without control characters.
    #[must_use]
    pub fn human(text: &str) -> Option<Self> {
        let valid = text.len() <= NAME_MAX && !text.chars().any(char::is_control);
        valid.then(|| Self(text.into()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text up to the first zero of `data`, which starts at offset `at`.
    pub(crate) fn zero_terminated(data: &[u8], at: usize) -> Result<&str, PacketError> {
        let end = data
            .iter()
            .position(|&b| b == 0)
            .ok_or(PacketError::Unterminated { at })?;
        let text = data.get(..end).unwrap_or_default();
        core::str::from_utf8(text).map_err(|_| PacketError::BadText { at })
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
