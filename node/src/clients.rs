//! Client connections: one task each, one read and one write per turn.
//!
//! A connection owns no buffer: reads go into the thread's shared buffer and from there straight into the
//! plane, and writes come from the plane's output. A slow reader does not stop its own requests from being
//! read, because clients exist that send a whole pipeline before they read the first reply; the output limits
//! of the plane bound what that costs.

use std::cell::Cell;
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
    stream: S,
}

enum Flushed {
    All,
    Blocked,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// Writes what the plane has for this client.
    fn flush(&mut self, cx: &mut Context<'_>) -> io::Result<Flushed> {
        let client = self.mailbox.client;
        let mut plane = self.data.plane.borrow_mut();
        loop {
            let output = plane.output(client);
            if output.is_empty() {
                return Ok(Flushed::All);
            }
            match Pin::new(&mut self.stream).poll_write(cx, output) {
                Poll::Ready(Ok(0)) => return Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(written)) => plane.output_written(client, written),
                Poll::Ready(Err(error)) => return Err(error),
                Poll::Pending => return Ok(Flushed::Blocked),
            }
        }
    }

    /// Reads once and lets the plane execute it. `Ready(false)`: the connection ended.
    fn read(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        let mut buffer = self.data.buffer.borrow_mut();
        let mut read = ReadBuf::new(&mut buffer);
        match Pin::new(&mut self.stream).poll_read(cx, &mut read) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Err(_)) => return Poll::Ready(false),
            Poll::Ready(Ok(())) if read.filled().is_empty() => return Poll::Ready(false),
            Poll::Ready(Ok(())) => {}
        }
        let (now, client) = (self.data.clock.now(), self.mailbox.client);
        self.data.call(Some(client), |plane| {
            plane.handle_input(now, client, read.filled())
        });
        Poll::Ready(true)
    }

    fn end(&self) {
        let (now, client) = (self.data.clock.now(), self.mailbox.client);
        self.data.remove_mailbox(client);
        self.data
            .call(None, |plane| plane.handle_closed(now, client));
    }
}

/// What a connection does after a turn.
enum Turn {
    More,
    Wait,
    End,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    fn turn(&mut self, cx: &mut Context<'_>) -> Turn {
        let closing = self.mailbox.closing.get();
        match self.flush(cx) {
            Err(_) => return Turn::End,
            Ok(Flushed::All) if closing => return Turn::End,
            Ok(Flushed::Blocked) if closing => return Turn::Wait,
            Ok(Flushed::All | Flushed::Blocked) => {}
        }
        match self.read(cx) {
            Poll::Pending => Turn::Wait,
            Poll::Ready(true) => Turn::More,
            Poll::Ready(false) => Turn::End,
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Future for Connection<S> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        this.mailbox.bell.listen(cx.waker());
        for _ in 0..READS_PER_TURN {
            match this.turn(cx) {
                Turn::More => {}
                Turn::Wait => return Poll::Pending,
                Turn::End => {
                    this.end();
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
    match data.call(None, |plane| plane.connect(now, peer)) {
        Ok(client) => {
            let mailbox = data.add_mailbox(client);
            spawn_local(Connection {
                data: data.clone(),
                mailbox,
                stream,
            });
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
