//! How much one peer may make us hold, and which of the two protocols it speaks.
//!
//! The numbers are the reference server's. A limit is checked against what a header *claims*, before a
//! byte of the payload is waited for; memory is only ever taken for bytes that have arrived.

/// Arguments a request may have before its client has authenticated.
const UNAUTHENTICATED_ARGUMENTS_MAX: u64 = 10;
/// Bytes one argument may have before its client has authenticated.
const UNAUTHENTICATED_BULK_MAX: u64 = 16_384;

/// The version of the protocol that a client speaks. It starts with RESP2; `HELLO 3` changes it.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Version {
    /// The protocol of Redis 2 to 5: five types.
    #[default]
    Resp2,
    /// The protocol since Redis 6: maps, sets, doubles, booleans, pushes, attributes.
    Resp3,
}

/// Ceilings for one connection, for requests as well as for replies.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Longest bulk string in bytes (`proto-max-bulk-len`). Higher lets one client hold more memory.
    pub bulk_len_max: u64,
    /// Most elements of one request or of one aggregate reply.
    pub multibulk_len_max: u64,
    /// Longest inline request, and longest header line of a request, in bytes.
    pub inline_len_max: usize,
    /// Most bytes that one unfinished request may hold (`client-query-buffer-limit`).
    pub query_buffer_max: usize,
    /// Longest line of a reply (simple strings, errors, numbers), in bytes.
    pub line_len_max: usize,
    /// How deep aggregates of a reply may nest.
    pub depth_max: usize,
    /// Whether the client still has to authenticate: then a request has at most 10 arguments of at most
    /// 16384 bytes each.
    pub unauthenticated: bool,
    /// Whether every line and every bulk string must end in CR LF. The reference server skips the two
    /// bytes without looking, which lets a proxy and the server disagree about where a request ends;
    /// `false` restores that.
    pub check_line_ends: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bulk_len_max: 512 * 1024 * 1024,
            multibulk_len_max: i32::MAX as u64,
            inline_len_max: 64 * 1024,
            query_buffer_max: 1024 * 1024 * 1024,
            line_len_max: 1024 * 1024,
            depth_max: 1024,
            unauthenticated: false,
            check_line_ends: true,
        }
    }
}

impl Limits {
    /// What a client may send before it has authenticated: small requests, and a megabyte in all.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self {
            unauthenticated: true,
            query_buffer_max: 1024 * 1024,
            ..Self::default()
        }
    }

    /// What our own primary may send: its bulk strings were already accepted there, under its own limit.
    #[must_use]
    pub fn primary_link() -> Self {
        Self {
            bulk_len_max: i64::MAX as u64,
            query_buffer_max: usize::MAX,
            ..Self::default()
        }
    }

    /// The longest argument that is acceptable at this moment.
    #[inline]
    pub(crate) fn bulk_len_bound(&self) -> u64 {
        if self.unauthenticated {
            self.bulk_len_max.min(UNAUTHENTICATED_BULK_MAX)
        } else {
            self.bulk_len_max
        }
    }

    /// The most arguments that are acceptable at this moment.
    #[inline]
    pub(crate) fn multibulk_len_bound(&self) -> u64 {
        if self.unauthenticated {
            self.multibulk_len_max.min(UNAUTHENTICATED_ARGUMENTS_MAX)
        } else {
            self.multibulk_len_max
        }
    }
}
