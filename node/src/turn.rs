//! One turn of the clients' connections: all that they said is executed together, and then all is answered.
//!
//! A connection that has read does not execute: it leaves the bytes here. When every connection that was ready
//! has read, the turn is over: the plane gets everything in one call, so that it can send for the memory of
//! all commands at once, and only then the answers are written. Writing wakes whoever waits for the answer, often
//! on the same processor; if it came between two commands, the rest of them would find cold caches.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Context, Poll};

use shoal_core::{ClientId, ClientInput};
use tokio::io::ReadBuf;

use crate::data::{Data, READ_LEN};
use crate::outbox::Bell;

/// With less room than this the turn ends early: a read into what is left would be too small.
const ROOM_MIN: usize = READ_LEN / 4;

/// A connection that waits for the end of the turn.
pub(crate) trait Listener {
    /// Writes what there is for this client.
    fn answer(&self);
}

/// What was read in this turn.
pub(crate) struct Turn {
    /// One piece after the other. A connection keeps no buffer of its own.
    buffer: RefCell<Box<[u8]>>,
    used: Cell<usize>,
    inputs: RefCell<Vec<ClientInput>>,
    /// Who reads in this turn; as many as there are inputs.
    listeners: RefCell<Vec<Rc<dyn Listener>>>,
    /// Wakes the task that ends the turn.
    bell: Bell,
}

impl Default for Turn {
    fn default() -> Self {
        Self {
            buffer: RefCell::new(vec![0; READ_LEN].into_boxed_slice()),
            used: Cell::new(0),
            inputs: RefCell::default(),
            listeners: RefCell::default(),
            bell: Bell::default(),
        }
    }
}

impl Turn {
    /// Whether a read has enough room.
    pub(crate) fn has_room(&self) -> bool {
        READ_LEN - self.used.get() >= ROOM_MIN
    }

    /// Reads once for a client. Answers with how many bytes came; zero is the end of the connection.
    pub(crate) fn read<E>(
        &self,
        client: ClientId,
        listener: impl FnOnce() -> Rc<dyn Listener>,
        read: impl FnOnce(&mut ReadBuf<'_>) -> Poll<Result<(), E>>,
    ) -> Poll<Result<usize, E>> {
        let mut buffer = self.buffer.borrow_mut();
        let start = self.used.get();
        let mut room = ReadBuf::new(buffer.get_mut(start..).unwrap_or_default());
        let len = match read(&mut room) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            Poll::Ready(Ok(())) => room.filled().len(),
        };
        if len > 0 {
            let end = start + len;
            self.used.set(end);
            let range = start..end;
            let mut inputs = self.inputs.borrow_mut();
            if inputs.is_empty() {
                self.bell.ring();
            }
            inputs.push(ClientInput { client, range });
            self.listeners.borrow_mut().push(listener());
        }
        Poll::Ready(Ok(len))
    }
}

impl Data {
    /// Ends the turn: executes everything that was read, then answers.
    pub(crate) fn end_turn(&self) {
        let turn = &self.turn;
        let mut inputs = turn.inputs.take();
        if inputs.is_empty() {
            return;
        }
        let mut listeners = turn.listeners.take();
        {
            let buffer = turn.buffer.borrow();
            let now = self.clock.now();
            self.call(|plane| plane.handle_inputs(now, &buffer, &inputs));
        }
        turn.used.set(0);
        for listener in &listeners {
            listener.answer();
        }
        // Nobody reads while a turn ends: the lists are still empty, and their memory is used again.
        inputs.clear();
        listeners.clear();
        turn.inputs.replace(inputs);
        turn.listeners.replace(listeners);
    }

    /// Ends turns for as long as the thread lives.
    pub(crate) async fn end_turns(self: Rc<Self>) {
        std::future::poll_fn(|cx: &mut Context<'_>| {
            self.turn.bell.listen(cx.waker());
            self.end_turn();
            Poll::Pending
        })
        .await
    }
}
