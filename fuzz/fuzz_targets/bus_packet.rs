//! Any bytes as a bus message, in every dialect: no panic; what was read can be written and is read as the
//! same again; payloads are the same whether shared or copied; and a stream is cut at the same places
//! whole and byte by byte.
#![no_main]

use bytes::{Bytes, BytesMut};
use libfuzzer_sys::fuzz_target;
use shoal_gossip::wire::{Body, Dialect, Framer, Message, PacketError};

const DIALECTS: [Dialect; 4] = [
    Dialect::Redis70,
    Dialect::Redis72,
    Dialect::Redis8,
    Dialect::Valkey8,
];

/// Entries that were left out are not written, so they do not come again.
fn without_count(mut message: Message) -> Message {
    if let Message::Full(packet) = &mut message
        && let Body::Ping(heartbeat) | Body::Pong(heartbeat) | Body::Meet(heartbeat) =
            &mut packet.body
    {
        heartbeat.malformed = 0;
    }
    message
}

/// The messages of a stream that arrives in pieces, and how it ended.
fn cut(data: &[u8], piece: usize, dialect: Dialect) -> (Vec<Bytes>, Result<usize, PacketError>) {
    let framer = Framer::with_max(dialect, 1 << 16);
    let mut input = BytesMut::new();
    let mut messages = Vec::new();
    for bytes in data.chunks(piece) {
        input.extend_from_slice(bytes);
        loop {
            match framer.next(&mut input) {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => break,
                Err(error) => return (messages, Err(error)),
            }
        }
    }
    (messages, Ok(input.len()))
}

fuzz_target!(|data: &[u8]| {
    for dialect in DIALECTS {
        let parsed = Message::parse(data, dialect);
        assert_eq!(
            parsed,
            Message::parse_shared(&Bytes::copy_from_slice(data), dialect)
        );
        if let Ok(message) = parsed {
            let again = Message::parse(&message.encode(), dialect);
            assert_eq!(again, Ok(without_count(message)));
        }
        assert_eq!(cut(data, data.len().max(1), dialect), cut(data, 1, dialect));
    }
});
