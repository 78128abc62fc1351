//! What the data plane remembers of one client connection.
//!
//! The fields that every command touches come first and are plain; what only `CLIENT LIST` or a replica
//! needs sits behind a box, so that an idle connection is small. Neither the input nor the output buffer
//! exists while the connection is idle (see `buffers.rs`).

use bitflags::bitflags;
use shoal_keyspace::command::CommandSpec;
use shoal_resp::{Limits, RequestParser, Version};
use shoal_slots::{Instant, Now, ReplOffset};

use super::blocked::Blocked;
use super::blocking::Waiter;
use super::event::PeerInfo;
use super::pubsub::{Subscriptions, Topic};
use super::sessions::ClientId;
use super::transactions::Transaction;

bitflags! {
    /// States of a connection that make a command take the careful path.
    #[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
    pub(crate) struct Flags: u16 {
        /// Has not given the password yet.
        const UNAUTHENTICATED = 1;
        /// `ASKING` came: holds for the next command, whatever it is.
        const ASKING = 1 << 1;
        /// `READONLY` came.
        const READONLY = 1 << 2;
        /// `CLIENT REPLY OFF`.
        const REPLY_OFF = 1 << 3;
        /// `CLIENT REPLY SKIP` came: the next command will not be answered.
        const REPLY_SKIP_NEXT = 1 << 4;
        /// This command is not answered.
        const REPLY_SKIP = 1 << 5;
        /// This connection is a replica of ours.
        const REPLICA = 1 << 6;
        /// `CLIENT NO-EVICT ON`.
        const NO_EVICT = 1 << 7;
        /// `CLIENT NO-TOUCH ON`.
        const NO_TOUCH = 1 << 8;
        /// No more input is looked at; it is closed when the output is written.
        const CLOSING = 1 << 9;
        /// An `Output` event for it is queued.
        const ANNOUNCED = 1 << 10;
        /// It waits in the queue of sessions whose left-over input is to be looked at.
        const RESUMING = 1 << 11;
        /// `MULTI` came.
        const MULTI = 1 << 12;
        /// It listens to channels or patterns.
        const SUBSCRIBED = 1 << 14;
        /// A command of its `EXEC` waits for an answer from outside.
        const EXECUTING = 1 << 13;
    }
}

impl Flags {
    /// States in which a command must pass every check.
    pub(crate) const CAREFUL: Self = Self::UNAUTHENTICATED
        .union(Self::ASKING)
        .union(Self::REPLY_OFF)
        .union(Self::REPLY_SKIP_NEXT)
        .union(Self::REPLY_SKIP)
        .union(Self::REPLICA)
        .union(Self::CLOSING)
        .union(Self::MULTI)
        .union(Self::SUBSCRIBED);

    /// Whether the reply of the command at hand is to be thrown away.
    pub(crate) const fn is_mute(self) -> bool {
        self.intersects(Self::REPLY_OFF.union(Self::REPLY_SKIP))
    }
}

/// Input that could not be executed yet: half a request, or everything behind a blocking command.
#[derive(Debug)]
pub(crate) struct Pending {
    /// The parser that already looked at what follows `start`.
    pub(crate) parser: RequestParser,
    pub(crate) buffer: Vec<u8>,
    /// How much of the buffer is done with. Moved along instead of shifting the buffer, so that a long
    /// pipeline behind many blocking commands is not copied for each of them.
    pub(crate) start: usize,
}

impl Pending {
    pub(crate) fn new(parser: RequestParser, rest: &[u8]) -> Self {
        Self {
            parser,
            buffer: rest.to_vec(),
            start: 0,
        }
    }

    /// The bytes not yet executed.
    pub(crate) fn rest(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    /// Bytes up to `n` after `start` are done with.
    pub(crate) fn advance(&mut self, n: usize) {
        self.start = (self.start + n).min(self.buffer.len());
        if self.start > self.buffer.len() / 2 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
    }
}

/// What is asked for only by `CLIENT LIST` and its like.
#[derive(Debug)]
pub(crate) struct About {
    pub(crate) peer: PeerInfo,
    pub(crate) name: Vec<u8>,
    pub(crate) lib_name: Vec<u8>,
    pub(crate) lib_version: Vec<u8>,
    pub(crate) created: Instant,
}

/// One client connection.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) id: ClientId,
    pub(crate) flags: Flags,
    pub(crate) version: Version,
    pub(crate) db: usize,
    /// Replies not yet written to the socket, from `sent` on.
    pub(crate) output: Vec<u8>,
    pub(crate) sent: usize,
    pub(crate) last_command: Option<&'static CommandSpec>,
    /// The stream's offset after its last write: what `WAIT` waits for.
    pub(crate) write_offset: ReplOffset,
    pub(crate) last_input: Instant,
    pub(crate) pending: Option<Box<Pending>>,
    pub(crate) blocked: Option<Blocked>,
    /// The command that waits to be executed again.
    pub(crate) waiter: Option<Box<Waiter>>,
    /// What it queues and watches.
    pub(crate) transaction: Option<Box<Transaction>>,
    /// What it listens to.
    pub(crate) subscriptions: Option<Box<Subscriptions>>,
    /// Since when the output is over the soft limit of its class.
    pub(crate) soft_limit_since: Option<Instant>,
    /// What `CLIENT ID` answers.
    pub(crate) number: u64,
    pub(crate) about: Box<About>,
}

impl Session {
    pub(crate) fn new(id: ClientId, number: u64, peer: PeerInfo, now: Now) -> Self {
        Self {
            id,
            flags: Flags::default(),
            version: Version::Resp2,
            db: 0,
            output: Vec::new(),
            sent: 0,
            last_command: None,
            write_offset: ReplOffset::default(),
            last_input: now.instant,
            pending: None,
            blocked: None,
            waiter: None,
            transaction: None,
            subscriptions: None,
            soft_limit_since: None,
            number,
            about: Box::new(About {
                peer,
                name: Vec::new(),
                lib_name: Vec::new(),
                lib_version: Vec::new(),
                created: now.instant,
            }),
        }
    }

    /// Replies that wait to be written.
    pub(crate) fn unsent(&self) -> usize {
        self.output.len() - self.sent.min(self.output.len())
    }

    /// Bytes of input that wait to be executed.
    pub(crate) fn unread(&self) -> usize {
        self.pending
            .as_ref()
            .map_or(0, |pending| pending.rest().len())
    }

    pub(crate) const fn is_replica(&self) -> bool {
        self.flags.contains(Flags::REPLICA)
    }

    pub(crate) const fn is_closing(&self) -> bool {
        self.flags.contains(Flags::CLOSING)
    }

    /// Memory this connection holds, roughly.
    pub(crate) fn memory(&self) -> usize {
        let pending = self
            .pending
            .as_ref()
            .map_or(0, |pending| pending.buffer.capacity());
        let waiter = self.waiter.as_ref().map_or(0, |waiter| waiter.memory());
        let subscriptions = self.subscriptions.as_ref().map_or(0, |all| all.memory());
        let fixed = size_of::<Self>() + size_of::<About>();
        fixed
            + subscriptions
            + self.output.capacity()
            + pending
            + waiter
            + self.transaction_memory()
    }

    /// Memory of what it queues and watches.
    pub(crate) fn transaction_memory(&self) -> usize {
        self.transaction
            .as_ref()
            .map_or(0, |transaction| transaction.memory())
    }

    /// How many names of a kind it listens to.
    pub(crate) fn subscribed_to(&self, topic: Topic) -> usize {
        self.subscriptions
            .as_ref()
            .map_or(0, |all| all.of(topic).len())
    }

    /// What `RESET` does, and a fresh connection has.
    pub(crate) fn reset(&mut self) {
        let kept = Flags::UNAUTHENTICATED | Flags::CLOSING | Flags::ANNOUNCED | Flags::RESUMING;
        self.flags &= kept;
        self.version = Version::Resp2;
        self.db = 0;
        self.about.name.clear();
    }

    /// Whether it executes something before it looks at its input again.
    pub(crate) const fn keeps_command(&self) -> bool {
        self.waiter.is_some() || self.flags.contains(Flags::EXECUTING)
    }

    /// The ceilings for its requests.
    pub(crate) fn limits(&self, authenticated: &Limits) -> Limits {
        if self.flags.contains(Flags::UNAUTHENTICATED) {
            Limits::unauthenticated()
        } else {
            *authenticated
        }
    }
}
