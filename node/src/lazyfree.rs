//! The thread that frees what was deleted: large values and whole tables.

use std::sync::mpsc::{Sender, channel};
use std::thread;

use shoal_keyspace::Graveyard;

/// Where to send what is to be freed.
pub(crate) struct Lazyfree {
    sender: Option<Sender<Graveyard>>,
}

impl Lazyfree {
    /// Starts the thread. It ends with the sender.
    pub(crate) fn start() -> Self {
        let (sender, receiver) = channel::<Graveyard>();
        let started = thread::Builder::new()
            .name("lazyfree".to_owned())
            .spawn(move || receiver.into_iter().for_each(drop));
        Self {
            sender: started.is_ok().then_some(sender),
        }
    }

    /// Frees this, here and now if there is no thread.
    pub(crate) fn free(&self, garbage: Graveyard) {
        if let Some(sender) = &self.sender {
            // A thread that is gone gives the garbage back, and dropping it frees it.
            let _ = sender.send(garbage);
        }
    }
}
