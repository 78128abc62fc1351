//! Commands that wait for data: `BLPOP` and its like.
//!
//! A session that blocks keeps its request and stands in a line for each of its keys ([`queue`]). When a key is
//! signalled, those in its line execute their command again, first come first served ([`serve`]): there is one code
//! for both attempts, and whatever the command changes is repeated as it always is. Whoever is not served leaves when
//! its time is over, or when it has nothing to hope for here any more ([`leaving`]).
//!
//! While nobody is blocked (and nobody watches a key, see `transactions`), one gate bit is all that a command pays.

mod leaving;
mod queue;
mod serve;

use shoal_keyspace::{BlockOn, Interest, KeyName};
use shoal_slots::Instant;

use super::blocked::Blocked;
use super::gates::Gates;
use super::kept::Kept;
use super::{ClientId, DataPlane};

pub(crate) use queue::Queue;

/// A session's command that waits to be executed again, and where the session stands in line for it.
#[derive(Debug)]
pub(crate) struct Waiter {
    pub(crate) request: Kept,
    /// `ASKING` came before it.
    asking: bool,
    deadline: Option<Instant>,
    awaited: shoal_keyspace::Awaited,
    even_if_deleted: bool,
    /// Its lines; none if it waits for something else than keys, the end of a pause.
    keys: Vec<KeyName>,
    /// Its number in all of these lines.
    number: u64,
}

impl Waiter {
    /// The memory it holds.
    pub(crate) fn memory(&self) -> usize {
        let key = |name: &KeyName| size_of::<KeyName>() + name.key.capacity();
        self.request.memory() + self.keys.iter().map(key).sum::<usize>()
    }
}

/// How a request comes to be executed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt {
    /// `ASKING` came before it.
    pub(crate) asking: bool,
    /// It was executed before, and waits until then.
    pub(crate) again: Option<Option<Instant>>,
}

impl Attempt {
    pub(crate) const fn first(asking: bool) -> Self {
        Self {
            asking,
            again: None,
        }
    }
}

impl DataPlane {
    /// The command found nothing: its session stands in line. The first attempt decides until when.
    pub(super) fn wait_for_keys(
        &mut self,
        client: ClientId,
        request: Kept,
        on: &BlockOn,
        attempt: Attempt,
    ) {
        let Some(db) = self.sessions.get(client).map(|session| session.db) else {
            return;
        };
        let in_time = on.timeout.map(|timeout| self.now.instant + timeout);
        let deadline = attempt.again.unwrap_or(in_time);
        let name = |key: &Vec<u8>| KeyName {
            db,
            key: key.clone(),
        };
        let mut keys: Vec<KeyName> = on.keys.iter().map(name).collect();
        keys.sort_unstable();
        keys.dedup();
        for name in &keys {
            self.keyspace.attend(name.db, &name.key, Interest::Blocked);
        }
        let number = self.queue.join(client, &keys, on.even_if_deleted);
        self.gates.insert(Gates::ATTENDED);
        self.block(client, Blocked::Keys { deadline });
        if let Some(session) = self.sessions.get_mut(client) {
            session.waiter = Some(Box::new(Waiter {
                request,
                asking: attempt.asking,
                deadline,
                awaited: on.awaited,
                even_if_deleted: on.even_if_deleted,
                keys,
                number,
            }));
        }
    }

    /// Takes a session out of its lines. What it wanted to execute is returned.
    pub(super) fn leave_lines(&mut self, client: ClientId) -> Option<Box<Waiter>> {
        let mut waiter = self.sessions.get_mut(client)?.waiter.take()?;
        let keys = core::mem::take(&mut waiter.keys);
        self.queue
            .leave(&keys, waiter.number, waiter.even_if_deleted);
        for name in &keys {
            self.keyspace.neglect(name.db, &name.key, Interest::Blocked);
        }
        self.attention_changed();
        Some(waiter)
    }

    /// The last one who waited or watched may have gone.
    pub(super) fn attention_changed(&mut self) {
        self.gates.set(Gates::ATTENDED, self.keyspace.is_attended());
    }
}
