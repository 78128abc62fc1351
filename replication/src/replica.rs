//! `Replica`: the link to our primary, from the first PING to the stream of commands.
//!
//! The primary is not trusted: lines, ids, numbers and buffers are limited, and a stream that is none
//! ends the link and the history with it (asking for the same bytes again would loop).
//!
//! This file is the face and the phases; `replica/` has the rooms: `link`, `handshake`, `payload`, `stream`, `timers`.

mod handshake;
mod link;
mod payload;
mod stream;
mod timers;

use alloc::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use shoal_slots::{Instant, Now, ReplOffset};

use crate::config::ReplicaConfig;
use crate::event::{DisconnectReason, History, ReplicaEvent};
use handshake::Answer;
use payload::Payload;
pub use stream::StreamCommand;
use stream::{Advance, Stream};

/// The link as INFO, ROLE and elections see it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LinkState {
    /// No connection.
    Down,
    /// A connection is being made, or its handshake runs.
    Connecting,
    /// A full synchronisation is under way.
    Syncing,
    /// The stream flows.
    Up,
}

/// Where the link is.
#[derive(Debug)]
enum Phase {
    /// For good.
    Stopped,
    /// Not connected; the next attempt is at this time.
    Waiting(Instant),
    /// The driver is connecting.
    Connecting,
    /// These answers of the handshake are still to come.
    Handshake(VecDeque<Answer>),
    /// PSYNC was sent.
    AwaitingPsync,
    /// The header of a payload is to come.
    AwaitingPayload {
        /// Plain SYNC: we do not know which history it is.
        plain: bool,
    },
    /// A payload is arriving.
    Receiving(Payload),
    /// The driver loads the payload.
    Loading {
        /// The primary sends nothing before we acknowledge.
        marked: bool,
        /// The connection is still there.
        connected: bool,
    },
    /// Commands.
    Streaming,
}

/// The replica's side of one replication link.
#[derive(Debug)]
pub struct Replica {
    config: ReplicaConfig,
    phase: Phase,
    /// What we can continue from.
    history: Option<History>,
    /// What the arriving snapshot belongs to.
    incoming: Option<History>,
    /// Offer our role with the next PSYNC (`FAILOVER`).
    hand_over: bool,
    /// AUTH and REPLCONF have been sent on this connection.
    introduced: bool,
    /// The beginning of a line.
    partial: BytesMut,
    stream: Stream,
    fsynced: Option<ReplOffset>,
    /// When something was last received.
    last_io: Instant,
    down_since: Option<Instant>,
    /// When the next ACK or newline is due.
    next_beat: Instant,
    out: VecDeque<Bytes>,
    events: VecDeque<ReplicaEvent>,
}

impl Replica {
    /// A link to a primary, with what we can continue from: our own history if we were a primary, that of
    /// the former primary if we were a replica, none if our data is nothing to build on. Connects at once.
    #[must_use]
    pub fn new(config: ReplicaConfig, history: Option<History>, now: Now) -> Self {
        let mut replica = Self {
            config,
            phase: Phase::Connecting,
            history,
            incoming: None,
            hand_over: false,
            introduced: false,
            partial: BytesMut::new(),
            stream: Stream::new(),
            fsynced: None,
            last_io: now.instant,
            down_since: Some(now.instant),
            next_beat: now.instant,
            out: VecDeque::new(),
            events: VecDeque::new(),
        };
        replica.events.push_back(ReplicaEvent::Connect);
        replica
    }

    /// Offers our role to the other side with the next PSYNC (`FAILOVER TO`, outside of cluster mode).
    pub fn hand_over(&mut self) {
        self.hand_over = true;
    }

    /// The database that the stream has selected, when it was saved with the data (`repl-stream-db`).
    pub fn select_db(&mut self, db: u32) {
        self.stream.select(db);
    }

    /// The settings, to change them (`CONFIG SET`). Most apply from the next connection on.
    pub fn config_mut(&mut self) -> &mut ReplicaConfig {
        &mut self.config
    }

    /// Where the link is.
    #[must_use]
    pub fn link(&self) -> LinkState {
        match self.phase {
            Phase::Stopped | Phase::Waiting(_) => LinkState::Down,
            Phase::Connecting | Phase::Handshake(_) | Phase::AwaitingPsync => LinkState::Connecting,
            Phase::AwaitingPayload { .. } | Phase::Receiving(_) | Phase::Loading { .. } => {
                LinkState::Syncing
            }
            Phase::Streaming => LinkState::Up,
        }
    }

    /// When something was last received from the primary.
    #[must_use]
    pub const fn last_io(&self) -> Instant {
        self.last_io
    }

    /// Since when the stream does not flow; `None` while it does.
    #[must_use]
    pub const fn down_since(&self) -> Option<Instant> {
        self.down_since
    }

    /// What we could continue from: the processed offset of our history. `None` before the first and
    /// during any full synchronisation.
    #[must_use]
    pub const fn history(&self) -> Option<History> {
        self.history
    }

    /// The processed offset; 0 before the first synchronisation.
    #[must_use]
    pub fn offset(&self) -> ReplOffset {
        self.history.map_or(ReplOffset(0), |history| history.offset)
    }

    /// What of the stream is on our own disk, reported as `FACK` (7.2 and later, with an AOF).
    pub fn set_fsynced(&mut self, offset: Option<ReplOffset>) {
        self.fsynced = offset;
    }

    /// The connection that [`ReplicaEvent::Connect`] asked for is there.
    pub fn handle_connected(&mut self, now: Now) {
        if matches!(self.phase, Phase::Connecting) {
            self.last_io = now.instant;
            self.begin_handshake();
        }
    }

    /// The connection is gone, or could not be made.
    pub fn handle_closed(&mut self, now: Now) {
        match &mut self.phase {
            Phase::Stopped | Phase::Waiting(_) => {}
            // What is being loaded is complete; it is worth continuing from.
            Phase::Loading { connected, .. } => *connected = false,
            _ => self.leave(now, None),
        }
    }

    /// Takes what was received: all of it, whatever is understood of it now.
    pub fn handle_bytes(&mut self, now: Now, input: &mut BytesMut) {
        if input.is_empty() {
            return;
        }
        self.last_io = now.instant;
        let mut bytes = if self.partial.is_empty() {
            input.split()
        } else {
            let mut bytes = core::mem::take(&mut self.partial);
            bytes.extend_from_slice(input);
            input.clear();
            bytes
        };
        while !bytes.is_empty() && self.take_some(now, &mut bytes) {}
        self.partial = bytes;
    }

    /// Whether more should be read from the socket. Not while a megabyte waits that the driver has
    /// still to apply: the kernel's buffers then slow the primary down.
    #[must_use]
    pub fn wants_bytes(&self) -> bool {
        match self.phase {
            Phase::Loading { .. } => self.stream.buffered() < self.config.buffer_len_max,
            Phase::Streaming => {
                self.stream.is_starved() || self.stream.buffered() < self.config.buffer_len_max
            }
            _ => true,
        }
    }

    /// The snapshot is loaded: its history is ours now, and the stream goes on from there. Call
    /// [`crate::Primary::adopt`] with [`Replica::history`], or after a plain `SYNC`, which leaves none,
    /// [`crate::Primary::adopt_unnamed`].
    pub fn snapshot_loaded(&mut self, now: Now, stream_db: Option<u32>) {
        let Phase::Loading { marked, connected } = self.phase else {
            return;
        };
        self.history = self.incoming.take();
        self.stream.restart(self.offset());
        self.stream.select(stream_db.unwrap_or(0));
        if !connected {
            self.reconnect(now);
            return;
        }
        self.go_streaming(now);
        if marked {
            self.acknowledge();
        }
    }

    /// The snapshot could not be loaded: everything starts again, with nothing to continue from.
    pub fn snapshot_failed(&mut self, now: Now) {
        if matches!(self.phase, Phase::Loading { .. } | Phase::Receiving(_)) {
            self.leave(now, Some(DisconnectReason::LoadFailed));
        }
    }

    /// The next command to apply, whole transactions at a time: what stands between MULTI and EXEC is
    /// given out once EXEC has arrived, so nothing is half applied when the link breaks. Call
    /// [`Replica::applied`] after each; until then the same one is returned.
    ///
    /// PING, SELECT, MULTI, EXEC and REPLCONF are dealt with here and never returned.
    pub fn next_command(&mut self, now: Now) -> Option<StreamCommand<'_>> {
        if !matches!(self.phase, Phase::Streaming) {
            return None;
        }
        loop {
            match self.stream.advance() {
                Ok(Advance::Command) => break,
                Ok(Advance::Nothing) => {
                    self.note_offset();
                    return None;
                }
                Ok(Advance::GetAck) => {
                    // The answer counts what was processed before the question.
                    self.note_offset();
                    self.acknowledge();
                    self.stream.applied();
                }
                Err(error) => {
                    self.lose_stream(now, error);
                    return None;
                }
            }
        }
        self.stream.current()
    }

    /// The command that [`Replica::next_command`] returned has been applied.
    pub fn applied(&mut self) {
        self.stream.applied();
        self.note_offset();
    }

    /// Bytes of the stream that were processed since the last call, for [`crate::Primary::feed_stream`]:
    /// sub-replicas get them unchanged. Ask after applying, and after every `handle_*`.
    #[must_use]
    pub fn poll_stream(&mut self) -> Option<Bytes> {
        self.stream.take_processed()
    }

    /// Bytes to send to the primary, in order.
    #[must_use]
    pub fn poll_transmit(&mut self) -> Option<Bytes> {
        self.out.pop_front()
    }

    /// The next thing that happened, in order.
    #[must_use]
    pub fn poll_event(&mut self) -> Option<ReplicaEvent> {
        self.events.pop_front()
    }

    /// Ends the link for good (promotion, another primary). [`Replica::history`] stays readable.
    pub fn stop(&mut self) {
        if self.is_connected() {
            self.events
                .push_back(ReplicaEvent::Disconnect(DisconnectReason::Stopped));
        }
        self.phase = Phase::Stopped;
        self.stream.interrupt();
        self.out.clear();
    }
}
