//! What do cluster nodes say to each other? Prints the packets of a bus stream, and joins nothing.
//!
//! ```sh
//! # Files with the bytes of a stream, as tcpdump, socat or a test left them:
//! cargo run -p shoal-examples --bin bus_observer -- gossip/tests/data/bus/redis-7.2.6/*.bin
//! # A port, to which a proxy copies a stream, or which a node is told to meet (its bus port is 10000 higher):
//! cargo run -p shoal-examples --bin bus_observer -- --listen 17999
//! ```
//!
//! The framer cuts a stream into packets and never reserves what a packet merely claims. A listening observer does not
//! answer: a node that was told to MEET it gives up after a while.
#![allow(clippy::print_stdout, reason = "a program that prints")]

use std::error::Error;
use std::io::Read;
use std::net::TcpListener;

use bytes::BytesMut;
use shoal_gossip::wire::{Body, Dialect, Framer, Message, Packet};

/// Nobody's packet is larger, unless somebody publishes megabytes.
const PACKET_LEN_MAX: usize = 4 << 20;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => println!("usage: bus_observer <file>... | --listen <port>"),
        ["--listen", port] => listen(port.parse()?)?,
        ref files => {
            for file in files {
                observe(std::fs::File::open(file)?)?;
            }
        }
    }
    Ok(())
}

/// Observes one connection after the other.
fn listen(port: u16) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    println!("listening on port {port}");
    for stream in listener.incoming() {
        let stream = stream?;
        println!("--- {}", stream.peer_addr()?);
        if let Err(error) = observe(stream) {
            println!("--- {error}");
        }
    }
    Ok(())
}

/// Prints packets until the stream ends or is none.
fn observe(mut stream: impl Read) -> Result<(), Box<dyn Error>> {
    // The dialect that understands most.
    let dialect = Dialect::Valkey8;
    let framer = Framer::with_max(dialect, PACKET_LEN_MAX);
    let (mut buffer, mut chunk) = (BytesMut::new(), [0; 4096]);
    loop {
        let n = stream.read(&mut chunk)?;
        if n == 0 {
            return Ok(());
        }
        buffer.extend_from_slice(chunk.get(..n).unwrap_or_default());
        while let Some(bytes) = framer.next(&mut buffer)? {
            match Message::parse(&bytes, dialect) {
                Ok(Message::Full(packet)) => show(&packet),
                Ok(Message::Light(packet)) => println!("light {packet:?}"),
                // One bad packet in a sound stream: a node would ignore it too.
                Err(error) => println!("skipped {} bytes: {error}", bytes.len()),
            }
        }
    }
}

fn show(packet: &Packet) {
    let header = &packet.header;
    let slots = match header.slots.len() {
        0 => "no slots".to_owned(),
        _ => format!("slots {}", header.slots),
    };
    println!(
        "{:<12} from {} (port {}): epoch {}, {slots} since epoch {}, offset {}",
        packet.body.name(),
        short(&header.sender.to_string()),
        header.port,
        header.current_epoch,
        header.config_epoch,
        header.offset,
    );
    if let Some(heartbeat) = packet.body.heartbeat() {
        for entry in &heartbeat.gossip {
            println!("             knows {entry:?}");
        }
        for extension in &heartbeat.extensions {
            println!("             says {extension:?}");
        }
    }
    if let Body::Fail(node) = &packet.body {
        println!("             about {node}");
    }
}

fn short(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}
