//! Links of the cluster bus: one task per TCP connection, cutting bytes into packets.
//!
//! The plane names outbound links; inbound ones are named here as they are accepted. A link that the plane
//! closes ends without another word about it, since the plane has forgotten it already.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::BytesMut;
use shoal_config::LogLevel;
use shoal_gossip::wire::{Dialect, Framer};
use shoal_gossip::{LinkChange, LinkId, Transmit};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, spawn_local};

use crate::control::Control;
use crate::outbox::Outbox;
use crate::{listen, log};

/// How much one read takes at most: several packets of a big cluster.
const READ_LEN: usize = 32 * 1024;
/// How many full buffers a link reads before others get a turn.
const READS_PER_TURN: usize = 4;

/// All links.
#[derive(Debug, Default)]
pub(crate) struct Bus {
    links: RefCell<BTreeMap<LinkId, Link>>,
    accepted: Cell<u64>,
    /// One buffer for all reads; a link keeps only the beginning of a packet whose end has not come.
    buffer: RefCell<Vec<u8>>,
}

#[derive(Debug)]
struct Link {
    outbox: Rc<Outbox>,
    task: AbortHandle,
}

impl Bus {
    /// Dials a peer for the plane.
    pub(crate) fn connect(&self, control: Rc<Control>, link: LinkId, ip: String, port: u16) {
        let outbox = Rc::new(Outbox::default());
        let task = spawn_local(dial(control, link, outbox.clone(), ip, port)).abort_handle();
        self.links.borrow_mut().insert(link, Link { outbox, task });
    }

    /// Queues a packet.
    pub(crate) fn send(&self, transmit: Transmit) {
        if let Some(link) = self.links.borrow().get(&transmit.link) {
            link.outbox.push(transmit.packet);
        }
    }

    /// Ends a link for the plane.
    pub(crate) fn close(&self, link: LinkId) {
        if let Some(link) = self.links.borrow_mut().remove(&link) {
            link.task.abort();
        }
    }

    fn has(&self, link: LinkId) -> bool {
        self.links.borrow().contains_key(&link)
    }

    /// Tells the plane how much waits on links that are behind.
    pub(crate) fn report_queues(&self, control: &Control) {
        let links = self.links.borrow();
        let behind = links.iter().filter(|(_, link)| link.outbox.waiting() > 0);
        let sizes: Vec<(LinkId, u64)> = behind
            .map(|(id, link)| (*id, link.outbox.waiting() as u64))
            .collect();
        drop(links);
        let now = control.clock.now();
        for (link, bytes) in sizes {
            control.call(|plane| plane.handle_link(now, link, LinkChange::SendBuffer { bytes }));
        }
    }
}

/// Accepts peers for as long as the node lives.
pub(crate) async fn accept(control: Rc<Control>, listener: TcpListener) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let number = control.bus.accepted.get();
                control.bus.accepted.set(number + 1);
                let link = LinkId::inbound(number);
                let outbox = Rc::new(Outbox::default());
                let change = LinkChange::Accepted {
                    peer_ip: peer.ip().to_string(),
                    local_ip: local_ip(&stream),
                };
                let task = spawn_local(serve(control.clone(), link, outbox.clone(), stream))
                    .abort_handle();
                control
                    .bus
                    .links
                    .borrow_mut()
                    .insert(link, Link { outbox, task });
                report(&control, link, change);
            }
            Err(error) => {
                log::warning(&format!(
                    "Error accepting cluster node: {}",
                    listen::system_text(&error)
                ));
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }
}

async fn dial(control: Rc<Control>, link: LinkId, outbox: Rc<Outbox>, ip: String, port: u16) {
    match TcpStream::connect((ip.as_str(), port)).await {
        Ok(stream) => {
            report(
                &control,
                link,
                LinkChange::Connected {
                    local_ip: local_ip(&stream),
                },
            );
            serve(control, link, outbox, stream).await;
        }
        Err(_) => end(&control, link, LinkChange::ConnectFailed),
    }
}

fn local_ip(stream: &TcpStream) -> String {
    stream
        .local_addr()
        .map(|address| address.ip().to_string())
        .unwrap_or_default()
}

/// Carries packets both ways until the link ends.
async fn serve(control: Rc<Control>, link: LinkId, outbox: Rc<Outbox>, mut stream: TcpStream) {
    listen::tune(&stream, None);
    let framer = Framer::new(Dialect::default());
    let mut pending = BytesMut::new();
    // However it ended: the plane decides what that means.
    let _: io::Result<()> = poll_fn(|cx| {
        outbox.bell.listen(cx.waker());
        for _ in 0..READS_PER_TURN {
            if let Poll::Ready(Err(error)) = outbox.poll_flush(cx, &mut stream) {
                return Poll::Ready(Err(error));
            }
            match read(&control.bus, &mut stream, &mut pending, cx) {
                Poll::Ready(Ok(())) => deliver(&control, link, framer, &mut pending)?,
                ended_or_pending => return ended_or_pending,
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
    end(&control, link, LinkChange::Closed);
}

/// Reads once. `Ready(Err)`: the link ended.
fn read(
    bus: &Bus,
    stream: &mut TcpStream,
    pending: &mut BytesMut,
    cx: &mut Context<'_>,
) -> Poll<io::Result<()>> {
    let mut buffer = bus.buffer.borrow_mut();
    buffer.resize(READ_LEN, 0);
    let mut read = ReadBuf::new(&mut buffer);
    match pin!(stream).poll_read(cx, &mut read) {
        Poll::Ready(Ok(())) if read.filled().is_empty() => {
            Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()))
        }
        Poll::Ready(Ok(())) => {
            pending.extend_from_slice(read.filled());
            Poll::Ready(Ok(()))
        }
        other => other,
    }
}

/// Hands complete packets to the plane. An error ends the link: after it, nothing can be told apart any more.
fn deliver(
    control: &Control,
    link: LinkId,
    framer: Framer,
    pending: &mut BytesMut,
) -> io::Result<()> {
    let now = control.clock.now();
    loop {
        let result = match framer.next(pending) {
            Ok(Some(packet)) => control.call(|plane| plane.handle_packet(now, link, &packet)),
            Ok(None) => return Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = result {
            log::log(
                LogLevel::Verbose,
                &format!("Bad data on a bus link: {error}"),
            );
            if error.is_fatal() {
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
        if !control.bus.has(link) {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
    }
}

fn report(control: &Control, link: LinkId, change: LinkChange) {
    let now = control.clock.now();
    control.call(|plane| plane.handle_link(now, link, change));
}

/// Forgets a link that ended by itself and says so; one that the plane closed is gone already.
fn end(control: &Control, link: LinkId, change: LinkChange) {
    if control.bus.links.borrow_mut().remove(&link).is_some() {
        report(control, link, change);
    }
}
