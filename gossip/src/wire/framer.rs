//! Cuts a stream of bytes into messages.

use bytes::{Buf, Bytes, BytesMut};

use super::dialect::Dialect;
use super::error::PacketError;
use super::header::{HEADER_LEN, SIGNATURE};
use super::light::LIGHT_HEADER_LEN;
use super::message::is_light;

/// How many bytes tell the length.
const LENGTH_END: usize = 8;

/// How many bytes tell whether the header is light.
const KIND_END: usize = 14;

/// How long the message is that `prefix` starts with; `Ok(None)` asks for more bytes.
///
/// # Errors
/// The signature is wrong, or the length is below the shortest message of the dialect. Both are fatal.
pub fn frame_len(prefix: &[u8], dialect: Dialect) -> Result<Option<usize>, PacketError> {
    let needed = if dialect.light_messages() {
        KIND_END
    } else {
        LENGTH_END
    };
    let (Some(head), true) = (prefix.first_chunk::<LENGTH_END>(), prefix.len() >= needed) else {
        return Ok(None);
    };
    let [a, b, c, d, length @ ..] = *head;
    if [a, b, c, d] != SIGNATURE {
        return Err(PacketError::Signature { got: [a, b, c, d] });
    }
    let length = u32::from_be_bytes(length);
    let light = dialect.light_messages() && is_light(prefix);
    let min = if light { LIGHT_HEADER_LEN } else { HEADER_LEN };
    if (length as usize) < min {
        return Err(PacketError::TooShort {
            got: length,
            min: min as u32,
        });
    }
    Ok(Some(length as usize))
}

/// Takes whole messages off the front of a buffer. The bus itself has no upper limit on a message; this has.
///
/// ```
/// use bytes::BytesMut;
/// use shoal_gossip::wire::{Dialect, Framer, PacketError};
///
/// let framer = Framer::new(Dialect::Redis72);
/// assert_eq!(framer.next(&mut BytesMut::from(&b"RCmb"[..])), Ok(None));
/// let refused = framer.next(&mut BytesMut::from(&b"GET / HTTP/1.1"[..]));
/// assert!(matches!(refused, Err(PacketError::Signature { .. })));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Framer {
    dialect: Dialect,
    max: usize,
}

impl Framer {
    /// The largest message by default: what two clients' values of the greatest default size need.
    pub const DEFAULT_MAX: usize = (1 << 30) + HEADER_LEN + 8;

    /// A framer with [`Framer::DEFAULT_MAX`].
    #[must_use]
    pub const fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            max: Self::DEFAULT_MAX,
        }
    }

    /// A framer that refuses messages of more than `max` bytes, e.g. on links from nobody we know.
    #[must_use]
    pub const fn with_max(dialect: Dialect, max: usize) -> Self {
        Self { dialect, max }
    }

    /// Takes the next whole message; `Ok(None)` asks for more bytes. Never reserves: the buffer grows with
    /// what arrives, not with what is announced.
    ///
    /// # Errors
    /// As [`frame_len`], and [`PacketError::TooLong`]. The stream is lost then: close it.
    pub fn next(&self, input: &mut BytesMut) -> Result<Option<Bytes>, PacketError> {
        let Some(length) = frame_len(input, self.dialect)? else {
            return Ok(None);
        };
        if length > self.max {
            return Err(PacketError::TooLong {
                got: u32::try_from(length).unwrap_or(u32::MAX),
                max: self.max,
            });
        }
        if input.remaining() < length {
            return Ok(None);
        }
        Ok(Some(input.split_to(length).freeze()))
    }
}
