//! The queue of outputs, and the order within a call: first what must be on disk, then what depends on it.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use bytes::Bytes;

use crate::event::{Event, LinkId, Output, Transmit};
use crate::notice::Notice;

/// What a call has produced, until the driver polls it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outbox {
    ready: VecDeque<Output>,
    /// Of the call that is running; goes behind its `ConfigChanged` when the call ends.
    round: Vec<Output>,
    save: bool,
    fsync: bool,
    view: bool,
}

impl Outbox {
    pub(crate) fn event(&mut self, event: Event) {
        self.round.push(Output::Event(event));
    }

    pub(crate) fn notice(&mut self, notice: Notice) {
        self.event(Event::Notice(notice));
    }

    pub(crate) fn transmit(&mut self, link: LinkId, packet: Bytes) {
        self.round.push(Output::Transmit(Transmit { link, packet }));
    }

    /// nodes.conf would be different now.
    pub(crate) const fn save(&mut self) {
        self.save = true;
    }

    /// The same, and it has to be on disk before this call's packets leave.
    pub(crate) const fn save_durably(&mut self) {
        self.save = true;
        self.fsync = true;
    }

    /// The view would be different now.
    pub(crate) const fn view(&mut self) {
        self.view = true;
    }

    /// Ends a call: orders its outputs.
    pub(crate) fn end_round(&mut self) {
        if core::mem::take(&mut self.save) {
            let fsync = core::mem::take(&mut self.fsync);
            self.ready
                .push_back(Output::Event(Event::ConfigChanged { fsync }));
        }
        if core::mem::take(&mut self.view) {
            self.ready.push_back(Output::Event(Event::ViewChanged));
        }
        self.ready.extend(self.round.drain(..));
    }

    pub(crate) fn poll(&mut self) -> Option<Output> {
        self.ready.pop_front()
    }
}
