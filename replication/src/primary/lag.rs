//! How the stream grows, how far replicas may lag behind it, and what of it is kept.

use shoal_slots::ReplOffset;

use super::{Peer, Primary};
use crate::event::CloseReason;

/// How often lags are looked at, in bytes of stream.
const LAG_CHECK_EVERY: u64 = 16 * 1024;

/// The longest command in the stream that somebody has still to read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Longest {
    pub(super) len: u64,
    pub(super) end: u64,
}

impl Primary {
    pub(super) fn append(&mut self, bytes: &[u8]) {
        let Some(backlog) = &mut self.backlog else {
            return;
        };
        backlog.append(bytes);
        let (len, end) = (bytes.len() as u64, backlog.end().0);
        if len >= self.longest.len {
            self.longest = Longest { len, end };
        }
        self.unchecked += len;
        if self.unchecked >= LAG_CHECK_EVERY {
            self.unchecked = 0;
            self.trim();
        }
    }

    /// Cuts off who is hopelessly behind and drops what nobody needs.
    pub(super) fn trim(&mut self) {
        self.cut_laggards();
        let slowest = self.slowest();
        if slowest.is_none_or(|slowest| slowest.0 >= self.longest.end) {
            self.longest = Longest::default();
        }
        if let Some(backlog) = &mut self.backlog {
            backlog.trim(slowest);
        }
    }

    fn cut_laggards(&mut self) {
        let (end, hard) = (self.offset().0, self.hard_limit());
        let Some(hard) = hard else { return };
        let lags = |peer: &Peer| {
            peer.reads_stream()
                .then(|| end.saturating_sub(peer.cursor.0))
        };
        while let Some((key, lag)) = self
            .peers
            .iter()
            .find_map(|(key, peer)| lags(peer).filter(|lag| *lag > hard).map(|lag| (*key, lag)))
        {
            self.stats.lag_cuts += 1;
            self.close(key, CloseReason::LagLimit { lag });
        }
    }

    /// A value larger than the limit is no reason to cut everybody off (and to send it again inside a
    /// snapshot), and neither is what the backlog keeps anyway.
    pub(super) fn hard_limit(&self) -> Option<u64> {
        let hard = self.config.lag_limit.hard_len;
        (hard > 0).then(|| {
            hard.max(self.config.backlog_size)
                .saturating_add(self.longest.len)
        })
    }

    /// The offset of the slowest reader of the stream.
    pub(super) fn slowest(&self) -> Option<ReplOffset> {
        self.peers
            .values()
            .filter(|peer| peer.reads_stream())
            .map(|peer| peer.cursor)
            .min()
    }
}
