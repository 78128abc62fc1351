//! Bytes that wait to be written to a connection, filled by one task and drained by another on the same thread.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::{Buf, Bytes};
use tokio::io::AsyncWrite;

/// Wakes the task of a connection. Cheaper than a channel, since both ends live on one thread.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    waker: RefCell<Option<Waker>>,
}

impl Bell {
    /// Remembers whom to wake.
    pub(crate) fn listen(&self, waker: &Waker) {
        let mut place = self.waker.borrow_mut();
        if !place.as_ref().is_some_and(|known| known.will_wake(waker)) {
            *place = Some(waker.clone());
        }
    }

    /// Acts in the name of the task; `None` if it does not listen yet.
    pub(crate) fn with_waker<R>(&self, act: impl FnOnce(&Waker) -> R) -> Option<R> {
        self.waker.borrow().as_ref().map(act)
    }

    /// Wakes the task.
    pub(crate) fn ring(&self) {
        if let Some(waker) = self.waker.borrow().as_ref() {
            waker.wake_by_ref();
        }
    }
}

/// The queue.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    queue: RefCell<VecDeque<Bytes>>,
    bytes: Cell<usize>,
    pub(crate) bell: Bell,
}

impl Outbox {
    /// Queues bytes and wakes the writer.
    pub(crate) fn push(&self, bytes: Bytes) {
        self.bytes.set(self.bytes.get() + bytes.len());
        self.queue.borrow_mut().push_back(bytes);
        self.bell.ring();
    }

    /// How many bytes wait.
    pub(crate) fn waiting(&self) -> usize {
        self.bytes.get()
    }

    /// Writes until nothing is left (`Ready`) or the connection takes no more.
    pub(crate) fn poll_flush(
        &self,
        cx: &mut Context<'_>,
        stream: &mut (impl AsyncWrite + Unpin),
    ) -> Poll<io::Result<()>> {
        let mut queue = self.queue.borrow_mut();
        while let Some(front) = queue.front_mut() {
            let written = match Pin::new(&mut *stream).poll_write(cx, front) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(written)) => written,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            };
            self.bytes.set(self.bytes.get().saturating_sub(written));
            front.advance(written);
            if front.is_empty() {
                queue.pop_front();
            }
        }
        Poll::Ready(Ok(()))
    }
}
