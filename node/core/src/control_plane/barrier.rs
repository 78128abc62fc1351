//! On disk before it is known: whatever follows a change that must survive a crash waits until it is saved.
//!
//! Packets and messages to the data plane leave in the order in which they came. Each remembers the last save with
//! fsync that was asked for before it, and leaves only once that is confirmed. This is what redis-server gets
//! from saving before it goes back to its event loop, without standing still meanwhile.

use std::collections::VecDeque;

use shoal_gossip::Transmit;
use shoal_resp::Version;

use super::event::Generation;
use crate::messages::{Ticket, ToData};

/// Who waits for `CLUSTER SAVECONFIG`, and for which save.
type Asker = (Generation, Ticket, Version);

/// The queue in front of the world.
#[derive(Debug, Default)]
pub(super) struct Barrier {
    /// The last save that was asked for.
    last: Generation,
    /// The last one of them that others have to wait for.
    durable: Generation,
    saved: Generation,
    /// Asked for but not yet given to the shell, and whether with fsync.
    request: Option<bool>,
    transmits: VecDeque<(Generation, Transmit)>,
    to_data: VecDeque<(Generation, ToData)>,
    /// The clients whose `CLUSTER SAVECONFIG` asked for a save that nobody else needs.
    askers: Vec<Asker>,
}

impl Barrier {
    /// nodes.conf has to be saved. Changes before the shell takes the request share one save.
    pub(super) fn ask(&mut self, fsync: bool) -> Generation {
        if self.request.is_none() {
            self.last = Generation(self.last.0 + 1);
        }
        if fsync {
            self.durable = self.last;
        }
        // Somebody else needs this save: that it fails is no private matter any more.
        let last = self.last;
        self.askers.retain(|(asked, ..)| *asked != last);
        self.request = Some(self.request == Some(true) || fsync);
        self.last
    }

    /// The save to carry out next, if there is one.
    pub(super) fn take_request(&mut self) -> Option<(Generation, bool)> {
        let fsync = self.request.take()?;
        Some((self.last, fsync))
    }

    /// This save and all before it are done.
    pub(super) fn saved(&mut self, generation: Generation) {
        self.saved = self.saved.max(generation);
        let saved = self.saved;
        self.askers.retain(|(asked, ..)| *asked > saved);
    }

    /// `CLUSTER SAVECONFIG`. Its client is told if the save fails, unless somebody else needs the same one.
    pub(super) fn ask_for(&mut self, ticket: Ticket, version: Version) {
        let waiting = self.request.is_some();
        let earlier = self.take_askers(self.last);
        let shared = waiting && earlier.is_empty();
        let generation = self.ask(true);
        if !shared {
            let mine = [(generation, ticket, version)];
            let earlier = earlier.into_iter().filter(|_| waiting);
            self.askers.extend(earlier.chain(mine));
        }
    }

    /// The clients that alone wanted this save, if it is so.
    pub(super) fn take_askers(&mut self, generation: Generation) -> Vec<Asker> {
        let asked = |asker: &mut Asker| asker.0 == generation;
        self.askers.extract_if(.., asked).collect()
    }

    /// The waiting answer to a client becomes another.
    pub(super) fn change_answer(&mut self, ticket: Ticket, text: &[u8]) {
        for (_, message) in &mut self.to_data {
            if let ToData::AdminReply {
                ticket: waiting,
                reply,
            } = message
                && *waiting == ticket
            {
                *reply = text.to_vec();
            }
        }
    }

    pub(super) fn transmit(&mut self, transmit: Transmit) {
        self.transmits.push_back((self.durable, transmit));
    }

    pub(super) fn tell(&mut self, message: ToData) {
        self.to_data.push_back((self.durable, message));
    }

    pub(super) fn poll_transmit(&mut self) -> Option<Transmit> {
        let saved = self.saved;
        self.transmits
            .pop_front_if(|(needs, _)| *needs <= saved)
            .map(|(_, transmit)| transmit)
    }

    pub(super) fn poll_to_data(&mut self) -> Option<ToData> {
        let saved = self.saved;
        self.to_data
            .pop_front_if(|(needs, _)| *needs <= saved)
            .map(|(_, message)| message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polled(barrier: &mut Barrier) -> usize {
        std::iter::from_fn(|| barrier.poll_to_data()).count()
    }

    #[test]
    fn nothing_overtakes_a_save_that_it_needs() {
        let mut barrier = Barrier::default();
        barrier.tell(ToData::BecomePrimary);
        let lazy = barrier.ask(false);
        barrier.tell(ToData::BecomePrimary);
        assert_eq!(
            polled(&mut barrier),
            2,
            "a save without fsync holds nobody up"
        );
        assert_eq!(barrier.take_request(), Some((lazy, false)));

        let durable = barrier.ask(true);
        barrier.tell(ToData::BecomePrimary);
        assert_eq!(polled(&mut barrier), 0);
        barrier.saved(lazy);
        assert_eq!(polled(&mut barrier), 0, "the older save is not enough");
        assert_eq!(barrier.take_request(), Some((durable, true)));
        assert_eq!(barrier.take_request(), None);
        barrier.saved(durable);
        assert_eq!(polled(&mut barrier), 1);
    }

    #[test]
    fn a_save_belongs_to_its_askers_as_long_as_nobody_else_needs_it() {
        let mut barrier = Barrier::default();
        for ticket in [1, 2] {
            barrier.ask_for(Ticket(ticket), Version::Resp2);
        }
        assert_eq!(barrier.take_request(), Some((Generation(1), true)));
        barrier.ask(true);
        assert_eq!(barrier.take_askers(Generation(1)).len(), 2);
        barrier.ask_for(Ticket(3), Version::Resp2);
        assert_eq!(barrier.take_askers(Generation(2)), []);
        assert_eq!(barrier.take_request(), Some((Generation(2), true)));
        barrier.ask_for(Ticket(4), Version::Resp2);
        barrier.ask(false);
        assert_eq!(barrier.take_askers(Generation(3)), []);
    }

    #[test]
    fn changes_before_the_shell_looks_share_a_save() {
        let mut barrier = Barrier::default();
        let first = barrier.ask(true);
        assert_eq!(barrier.ask(false), first);
        assert_eq!(
            barrier.take_request(),
            Some((first, true)),
            "the stronger wish counts"
        );
        assert!(barrier.ask(false) > first);
    }
}
