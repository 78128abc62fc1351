//! Commands that wait for data, as far as the keyspace knows of them.
//!
//! A handler that finds nothing to do says on which keys it wants to wait, and returns without a reply. Who executes
//! commands keeps the request and executes it again when one of the keys is signalled; so a handler never knows
//! whether it is the first attempt. Where a command may not block (in a transaction, from the primary), its time is
//! over at once.

use core::time::Duration;

use crate::ctx::Ctx;
use crate::entry::Entry;
use crate::extended::Extended;
use crate::refusal::Refusal;
use crate::value::Kind;

/// Whether the command at hand may block, and whether it wants to.
#[derive(Debug, Default)]
pub enum Blocking {
    /// It may not: it answers as if its time were over.
    #[default]
    Forbidden,
    /// It may.
    Allowed,
    /// It does: there is no reply yet.
    Wanted(Box<BlockOn>),
}

/// What a command waits for.
#[derive(Clone, Debug)]
pub struct BlockOn {
    /// The keys.
    pub keys: Vec<Vec<u8>>,
    /// What has to stand at one of them.
    pub awaited: Awaited,
    /// How long it waits; `None` means for ever.
    pub timeout: Option<Duration>,
    /// The reply where it may not block. (When its time is over after waiting, every command answers with the null
    /// array.)
    pub when_forbidden: NullReply,
    /// It is also executed again when a key was deleted or replaced: its consumer group may be gone.
    pub even_if_deleted: bool,
    /// The arguments of the next attempt, if they are not those of this one: `$` is resolved once.
    pub rewritten: Option<Vec<Vec<u8>>>,
}

impl BlockOn {
    /// A command that pops from the first of some keys that holds anything.
    pub(crate) fn new<'k>(
        awaited: Awaited,
        keys: impl IntoIterator<Item = &'k [u8]>,
        timeout: Option<Duration>,
    ) -> Self {
        Self {
            keys: keys.into_iter().map(<[u8]>::to_vec).collect(),
            awaited,
            timeout,
            when_forbidden: NullReply::Array,
            even_if_deleted: false,
            rewritten: None,
        }
    }
}

/// The types of values that commands can wait for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Awaited {
    /// Lists.
    List,
    /// Sorted sets.
    Zset,
    /// Streams.
    Stream,
}

impl Awaited {
    /// What an entry is good for.
    pub(crate) fn of(entry: &Entry) -> Option<Self> {
        match entry.kind() {
            Kind::List => Some(Self::List),
            Kind::Zset => Some(Self::Zset),
            Kind::Stream => Some(Self::Stream),
            Kind::String | Kind::Hash | Kind::Set => None,
        }
    }
}

/// The two ways to say "nothing" in RESP2.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NullReply {
    /// `*-1`.
    Array,
    /// `$-1`.
    Bulk,
}

impl Ctx<'_> {
    /// Waits, if that is allowed; else answers that there is nothing.
    pub(crate) fn block(&mut self, on: BlockOn) {
        if self.may_block() {
            self.blocking = Blocking::Wanted(Box::new(on));
            return;
        }
        match on.when_forbidden {
            NullReply::Array => self.reply.null_array(),
            NullReply::Bulk => self.reply.null(),
        }
    }

    /// Whether this command may wait.
    pub(crate) const fn may_block(&self) -> bool {
        !matches!(self.blocking, Blocking::Forbidden)
    }

    /// There is something new at a key that was there before: for those who are blocked on it.
    pub(crate) fn signal(&mut self, key: &[u8]) {
        if self.keyspace.is_attended() {
            let hash = self.keyspace.hasher.hash(key);
            self.keyspace.signal(hash, self.db, key);
        }
    }

    /// A timeout in seconds, perhaps a fraction. Zero means for ever.
    pub(crate) fn timeout_arg(&self, index: usize) -> Result<Option<Duration>, Refusal> {
        let text = self.arg(index);
        let number = Extended::parse(text)
            .ok_or(Refusal::Text("ERR timeout is not a float or out of range"))?;
        self.timeout_of(number.ceil_thousandfold())
    }

    /// A timeout in milliseconds. Zero means for ever.
    pub(crate) fn timeout_millis_arg(&self, index: usize) -> Result<Option<Duration>, Refusal> {
        let millis = crate::numbers::parse_int(self.arg(index)).ok_or(Refusal::Text(
            "ERR timeout is not an integer or out of range",
        ))?;
        self.timeout_of(Some(millis))
    }

    fn timeout_of(&self, millis: Option<i64>) -> Result<Option<Duration>, Refusal> {
        const OUT_OF_RANGE: Refusal = Refusal::Text("ERR timeout is out of range");
        let millis = millis.ok_or(OUT_OF_RANGE)?;
        let millis_long =
            u64::try_from(millis).map_err(|_| Refusal::Text("ERR timeout is negative"))?;
        if self.now.0.checked_add(millis).is_none() {
            return Err(OUT_OF_RANGE);
        }
        Ok((millis > 0).then(|| Duration::from_millis(millis_long)))
    }
}
