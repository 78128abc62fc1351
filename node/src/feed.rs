//! The link to our primary: dials it, and carries bytes both ways. What they mean is the plane's affair.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;
use shoal_core::PrimaryLinkInput;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::TcpStream;
use tokio::task::{AbortHandle, spawn_local};

use crate::data::Data;
use crate::listen;
use crate::outbox::Outbox;

/// How many full buffers of the stream are applied before clients get a turn.
const READS_PER_TURN: usize = 4;

/// The present link, if any.
#[derive(Debug, Default)]
pub(crate) struct Feed {
    link: RefCell<Option<Link>>,
}

#[derive(Debug)]
struct Link {
    outbox: Rc<Outbox>,
    task: AbortHandle,
}

impl Feed {
    /// Dials a primary in the place of whatever was there.
    pub(crate) fn connect(&self, data: Rc<Data>, host: String, port: u16) {
        self.close();
        let outbox = Rc::new(Outbox::default());
        let task = spawn_local(run(data, outbox.clone(), host, port)).abort_handle();
        *self.link.borrow_mut() = Some(Link { outbox, task });
    }

    /// Queues bytes; without a link they are nobody's.
    pub(crate) fn write(&self, bytes: Bytes) {
        if let Some(link) = self.link.borrow().as_ref() {
            link.outbox.push(bytes);
        }
    }

    /// Whether this outbox is that of the present link. A task may learn of its own end in the middle of a call.
    fn is_current(&self, outbox: &Rc<Outbox>) -> bool {
        self.link
            .borrow()
            .as_ref()
            .is_some_and(|link| Rc::ptr_eq(&link.outbox, outbox))
    }

    /// Ends the link without telling the plane.
    pub(crate) fn close(&self) {
        if let Some(link) = self.link.borrow_mut().take() {
            link.task.abort();
        }
    }
}

async fn run(data: Rc<Data>, outbox: Rc<Outbox>, host: String, port: u16) {
    // An error ends the link; the plane decides when to dial again.
    let _ = carry(&data, &outbox, &host, port).await;
    if data.feed.is_current(&outbox) {
        tell(&data, PrimaryLinkInput::Closed);
    }
}

async fn carry(data: &Rc<Data>, outbox: &Rc<Outbox>, host: &str, port: u16) -> io::Result<()> {
    let mut stream = TcpStream::connect((host, port)).await?;
    let keepalive = data.plane.borrow().config().tcp_keepalive();
    listen::tune(&stream, keepalive);
    tell(data, PrimaryLinkInput::Connected);
    poll_fn(|cx| {
        outbox.bell.listen(cx.waker());
        for _ in 0..READS_PER_TURN {
            if !data.feed.is_current(outbox) {
                return Poll::Pending;
            }
            if let Poll::Ready(Err(error)) = outbox.poll_flush(cx, &mut stream) {
                return Poll::Ready(Err(error));
            }
            match read(data, &mut stream, cx) {
                Poll::Ready(Ok(())) => {}
                ended_or_pending => return ended_or_pending,
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}

/// Reads once and hands it to the plane. `Ready(Err)`: the link ended.
fn read(data: &Data, stream: &mut TcpStream, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
    let mut buffer = data.buffer.borrow_mut();
    let mut read = ReadBuf::new(&mut buffer);
    match pin!(stream).poll_read(cx, &mut read) {
        Poll::Ready(Ok(())) if read.filled().is_empty() => {
            Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()))
        }
        Poll::Ready(Ok(())) => {
            tell(data, PrimaryLinkInput::Bytes(read.filled()));
            Poll::Ready(Ok(()))
        }
        other => other,
    }
}

fn tell(data: &Data, input: PrimaryLinkInput<'_>) {
    let now = data.clock.now();
    data.call(|plane| plane.handle_primary_link(now, input));
}
