//! Client connections: one task each, one read and one write per turn (see `turn.rs`).
//!
//! A connection owns no buffer: reads go into the thread's shared buffer and from there straight into the
//! plane, and writes come from the plane's output. A slow reader does not stop its own requests from being
//! read, because clients exist that send a whole pipeline before they read the first reply; the output limits
//! of the plane bound what that costs.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use shoal_core::{ClientId, PeerInfo};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, UnixListener};
use tokio::task::spawn_local;

use crate::data::Data;
use crate::outbox::Bell;
use crate::turn::Listener;
use crate::{listen, log};

/// How many full buffers a connection reads before others get a turn.
const READS_PER_TURN: usize = 4;
/// How long to wait when the system has no more descriptors for us.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How the rest of the thread reaches a connection's task.
#[derive(Debug)]
pub(crate) struct Mailbox {
    pub(crate) client: ClientId,
    pub(crate) bell: Bell,
    closing: Cell<bool>,
}

impl Mailbox {
    pub(crate) fn new(client: ClientId) -> Self {
        Self {
            client,
            bell: Bell::default(),
            closing: Cell::new(false),
        }
    }

    /// Asks for the connection to end once its output is written.
    pub(crate) fn close(&self) {
        self.closing.set(true);
        self.bell.ring();
    }
}

/// The life of one connection.
struct Connection<S> {
    data: Rc<Data>,
    mailbox: Rc<Mailbox>,
    stream: RefCell<S>,
}

enum Flushed {
    All,
    Blocked,
}

impl<S: AsyncRead + AsyncWrite + Unpin + 'static> Connection<S> {
    /// Writes what the plane has for this client.
    fn flush(&self, cx: &mut Context<'_>) -> io::Result<Flushed> {
        let client = self.mailbox.client;
        let mut plane = self.data.plane.borrow_mut();
        let mut stream = self.stream.borrow_mut();
        loop {
            let output = plane.output(client);
            if output.is_empty() {
                return Ok(Flushed::All);
            }
            match Pin::new(&mut *stream).poll_write(cx, output) {
                Poll::Ready(Ok(0)) => return Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(written)) => plane.output_written(client, written),
                Poll::Ready(Err(error)) => return Err(error),
                Poll::Pending => return Ok(Flushed::Blocked),
            }
        }
    }

    /// Reads once; the plane will get it at the end of the turn. `Ready(false)`: the connection ended.
    fn read(self: &Rc<Self>, cx: &mut Context<'_>) -> Poll<bool> {
        if !self.data.turn.has_room() {
            self.data.end_turn();
        }
        let listener = || -> Rc<dyn Listener> { self.clone() };
        let read =
            |room: &mut ReadBuf<'_>| Pin::new(&mut *self.stream.borrow_mut()).poll_read(cx, room);
        let result = self.data.turn.read(self.mailbox.client, listener, read);
        result.map(|read| read.is_ok_and(|len| len > 0))
    }

    fn end(&self) {
        // What it said last counts, and may have been read in this very turn.
        self.data.end_turn();
        let (now, client) = (self.data.clock.now(), self.mailbox.client);
        self.data.remove_mailbox(client);
        self.data.call(|plane| plane.handle_closed(now, client));
    }

    /// Whether the connection is done with.
    fn has_ended(&self, cx: &mut Context<'_>) -> bool {
        match self.flush(cx) {
            Err(_) => true,
            Ok(Flushed::All) => self.mailbox.closing.get(),
            Ok(Flushed::Blocked) => false,
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + 'static> Listener for Connection<S> {
    fn answer(&self) {
        let flushed = self
            .mailbox
            .bell
            .with_waker(|waker| self.flush(&mut Context::from_waker(waker)));
        // What cannot be written now is the task's affair: it wakes when there is room. It also finds the error again.
        if let Some(Err(_)) = flushed {
            self.mailbox.bell.ring();
        }
    }
}

/// The task of a connection.
struct Serving<S>(Rc<Connection<S>>);

impl<S: AsyncRead + AsyncWrite + Unpin + 'static> Future for Serving<S> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Self(connection) = self.get_mut();
        connection.mailbox.bell.listen(cx.waker());
        if connection.has_ended(cx) {
            connection.end();
            return Poll::Ready(());
        }
        if connection.mailbox.closing.get() {
            return Poll::Pending;
        }
        for _ in 0..READS_PER_TURN {
            match connection.read(cx) {
                Poll::Ready(true) => {}
                Poll::Pending => return Poll::Pending,
                Poll::Ready(false) => {
                    connection.end();
                    return Poll::Ready(());
                }
            }
        }
        // It has more to say, but so may others.
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Serves a connection until it ends.
fn serve<S: AsyncRead + AsyncWrite + Unpin + 'static>(
    data: &Rc<Data>,
    mut stream: S,
    peer: PeerInfo,
) {
    let now = data.clock.now();
    match data.call(|plane| plane.connect(now, peer)) {
        Ok(client) => {
            let mailbox = data.add_mailbox(client);
            spawn_local(Serving(Rc::new(Connection {
                data: data.clone(),
                mailbox,
                stream: RefCell::new(stream),
            })));
        }
        Err(rejected) => {
            spawn_local(async move {
                // Whether the peer reads why it is turned away is its own affair.
                let _ = stream.write_all(&rejected.reply).await;
                let _ = stream.shutdown().await;
            });
        }
    }
}

/// Accepts clients over TCP for as long as the listener lives.
pub(crate) async fn accept_tcp(data: Rc<Data>, listener: TcpListener) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let keepalive = data.plane.borrow().config().tcp_keepalive();
                listen::tune(&stream, keepalive);
                let local_addr = stream
                    .local_addr()
                    .map(|address| address.to_string())
                    .unwrap_or_default();
                serve(
                    &data,
                    stream,
                    PeerInfo {
                        addr: peer.to_string(),
                        local_addr,
                        unix: false,
                        tls: false,
                    },
                );
            }
            Err(error) => pause_after(&error).await,
        }
    }
}

/// Accepts clients over the Unix socket.
pub(crate) async fn accept_unix(data: Rc<Data>, listener: UnixListener, path: String) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let addr = format!("{path}:0");
                serve(
                    &data,
                    stream,
                    PeerInfo {
                        local_addr: addr.clone(),
                        addr,
                        unix: true,
                        tls: false,
                    },
                );
            }
            Err(error) => pause_after(&error).await,
        }
    }
}

async fn pause_after(error: &io::Error) {
    log::warning(&format!(
        "Error accepting a client connection: {}",
        listen::system_text(error)
    ));
    tokio::time::sleep(ACCEPT_PAUSE).await;
}
