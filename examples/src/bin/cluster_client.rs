//! A cluster client: sends a command where its key lives, and follows the cluster when it changes.
//!
//! ```sh
//! cargo run --release -- local          # in another terminal: a cluster to talk to
//! cargo run -p shoal-examples --bin cluster_client -- 127.0.0.1:7000 SET user:1 Alice
//! ```
//!
//! The map of slots comes from CLUSTER SLOTS. MOVED repairs it, ASK does not. A connection is taken out of the table
//! while a reply is awaited and put back only after the whole reply was read: whoever drops the future (a
//! timeout, a select) drops the connection with it, and nobody ever reads somebody else's reply.
#![allow(clippy::print_stdout, reason = "a program that prints")]

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Duration;

use bytes::BytesMut;
use shoal_resp::{Decoder, Frame, Limits, write_command};
use shoal_slots::topology::parse_slots;
use shoal_slots::{Address, Redirect, RedirectKind, Slot, SlotMap};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// More in a row means that the cluster does not know itself where the slot is.
const REDIRECTS_MAX: usize = 5;

fn main() -> Outcome<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [seed, command @ ..] = args.as_slice() else {
        println!("usage: cluster_client <host:port> <command> [<argument>...]");
        return Ok(());
    };
    let (host, port) = seed.rsplit_once(':').ok_or("an address is host:port")?;
    let seed = Address::new(host, port.parse()?);
    let words: Vec<&[u8]> = command.iter().map(|word| word.as_bytes()).collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut client = Client::connect(seed).await?;
        println!("{} slots are covered by:", client.map.covered());
        for (range, address) in client.map.ranges() {
            println!("  {}-{} {address}", range.start(), range.end());
        }
        if words.is_empty() {
            return Ok(());
        }
        // Cancelling is safe at any point.
        let reply = tokio::time::timeout(Duration::from_secs(5), client.command(&words)).await??;
        println!("{reply:?}");
        Ok(())
    })
}

/// What is known of the cluster, and idle connections to its nodes.
struct Client {
    seed: Address,
    map: SlotMap,
    idle: BTreeMap<Address, Connection>,
}

impl Client {
    /// Learns the cluster from one of its nodes.
    async fn connect(seed: Address) -> Outcome<Self> {
        let mut client = Self {
            seed: seed.clone(),
            map: SlotMap::new(),
            idle: BTreeMap::new(),
        };
        client.refresh(&seed).await?;
        Ok(client)
    }

    async fn refresh(&mut self, from: &Address) -> Outcome<()> {
        let reply = self.ask(from, &[&[b"CLUSTER", b"SLOTS"]]).await?;
        self.map = SlotMap::from_topology(&parse_slots(&reply)?, &from.host, false);
        Ok(())
    }

    /// Sends a command whose first argument is its key (or that has none) to the node that serves it.
    async fn command(&mut self, words: &[&[u8]]) -> Outcome<Frame> {
        let slot = words.get(1).map(|key| Slot::of_key(key));
        let known = slot.and_then(|slot| self.map.primary(slot));
        let mut address = known.unwrap_or(&self.seed).clone();
        let mut asking = false;
        for _ in 0..REDIRECTS_MAX {
            let requests: &[&[&[u8]]] = if asking {
                &[&[b"ASKING"], words]
            } else {
                &[words]
            };
            let reply = self.ask(&address, requests).await?;
            let Some(redirect) = redirect(&reply) else {
                return Ok(reply);
            };
            let from = address;
            address = redirect
                .address(&from.host)
                .ok_or("redirected to a node without a name")?;
            asking = redirect.kind == RedirectKind::Ask;
            println!(
                "{:?}: slot {} is at {address}",
                redirect.kind, redirect.slot
            );
            if !asking {
                self.map.patch(redirect.slot, address.clone());
            }
        }
        Err("redirected again and again".into())
    }

    /// Sends requests in one go; the reply to the last of them.
    async fn ask(&mut self, address: &Address, requests: &[&[&[u8]]]) -> Outcome<Frame> {
        let mut connection = match self.idle.remove(address) {
            Some(connection) => connection,
            None => Connection::open(address).await?,
        };
        let mut bytes = Vec::new();
        for request in requests {
            write_command(&mut bytes, request);
        }
        connection.stream.write_all(&bytes).await?;
        let mut last = Frame::Null;
        for _ in requests {
            last = connection.read().await?;
        }
        self.idle.insert(address.clone(), connection);
        Ok(last)
    }
}

fn redirect(reply: &Frame) -> Option<Redirect> {
    match reply {
        Frame::Error(text) => Redirect::parse(text.as_bytes()),
        _ => None,
    }
}

/// A connection between two requests.
struct Connection {
    stream: TcpStream,
    input: BytesMut,
    decoder: Decoder,
}

impl Connection {
    async fn open(address: &Address) -> Outcome<Self> {
        let stream = TcpStream::connect((address.host.as_str(), address.port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            input: BytesMut::new(),
            decoder: Decoder::new(Limits::default()),
        })
    }

    async fn read(&mut self) -> Outcome<Frame> {
        loop {
            if let Some(reply) = self.decoder.decode(&mut self.input)? {
                return Ok(reply);
            }
            if self.stream.read_buf(&mut self.input).await? == 0 {
                return Err("the connection was closed".into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::net::TcpListener;
    use tokio::sync::Notify;

    use super::*;

    /// A node that owns everything. `GET late` is announced, and answered only when somebody allows it.
    async fn pretend(listener: TcpListener, asked: Arc<Notify>, allowed: Arc<Notify>) {
        let port = listener.local_addr().expect("bound").port();
        loop {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let (asked, allowed) = (asked.clone(), allowed.clone());
            tokio::spawn(async move {
                let (mut input, mut decoder) = (BytesMut::new(), Decoder::new(Limits::default()));
                while stream.read_buf(&mut input).await.is_ok_and(|n| n > 0) {
                    while let Some(request) = decoder.decode(&mut input).expect("a request") {
                        let text = format!("{request:?}");
                        let late = text.contains("late");
                        if late {
                            asked.notify_one();
                            allowed.notified().await;
                        }
                        let reply = match text.contains("CLUSTER") {
                            true => format!(
                                "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$9\r\n127.0.0.1\r\n:{port}\r\n"
                            ),
                            false if late => "+late\r\n".into(),
                            false => "+prompt\r\n".into(),
                        };
                        // The client may be gone.
                        let _ = stream.write_all(reply.as_bytes()).await;
                    }
                }
            });
        }
    }

    #[test]
    fn row_25_a_cancelled_command_takes_its_connection_with_it() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            let seed = Address::new("127.0.0.1", listener.local_addr().expect("bound").port());
            let (asked, allowed) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
            tokio::spawn(pretend(listener, asked.clone(), allowed.clone()));

            let mut client = Client::connect(seed).await.expect("a map");
            assert_eq!(client.idle.len(), 1);
            let late: &[&[u8]] = &[b"GET", b"late"];
            tokio::select! {
                reply = client.command(late) => unreachable!("answered too early: {reply:?}"),
                () = asked.notified() => {}
            }
            assert!(
                client.idle.is_empty(),
                "the connection went with the future"
            );

            // The reply comes now, to nobody; the next command must get its own.
            allowed.notify_one();
            let prompt: &[&[u8]] = &[b"GET", b"prompt"];
            let reply = client.command(prompt).await.expect("a reply");
            assert!(format!("{reply:?}").contains("prompt"), "{reply:?}");
        });
    }
}
