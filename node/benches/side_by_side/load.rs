//! The load: one batch to every connection, then every answer.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use bytes::BytesMut;
use shoal_resp::{Decoder, Frame, Limits};

use crate::operations::Operation;

/// Commands that are sent at once while data is prepared.
const PREPARED_AT_ONCE: u32 = 500;

/// Connections to one server.
pub(crate) struct Load {
    connections: Vec<Connection>,
    keys: u32,
    random: u64,
    batch: Vec<u8>,
}

impl Load {
    /// Opens `connections` connections to a server on loopback.
    pub(crate) fn connect(port: u16, connections: usize, keys: u32) -> io::Result<Self> {
        let connections = (0..connections).map(|_| Connection::open(port));
        Ok(Self {
            connections: connections.collect::<io::Result<_>>()?,
            keys,
            random: 0x9E37_79B9_7F4A_7C15,
            batch: Vec::new(),
        })
    }

    /// Makes what an operation needs.
    pub(crate) fn prepare(&mut self, operation: &Operation) -> io::Result<()> {
        self.write_all(operation.keys.min(self.keys), operation.prepare)
    }

    /// Runs `write`, which appends commands and says how many, for each number below `count`.
    pub(crate) fn write_all(
        &mut self,
        count: u32,
        write: impl Fn(u32, &mut Vec<u8>) -> usize,
    ) -> io::Result<()> {
        let Some(connection) = self.connections.first_mut() else {
            return Ok(());
        };
        let mut next = 0;
        while next < count {
            let end = count.min(next + PREPARED_AT_ONCE);
            self.batch.clear();
            let commands = (next..end).map(|nth| write(nth, &mut self.batch)).sum();
            connection.stream.write_all(&self.batch)?;
            connection.read_replies(commands)?;
            next = end;
        }
        Ok(())
    }

    /// Sends at least `commands` commands with random keys and returns how many it were.
    pub(crate) fn run(
        &mut self,
        operation: &Operation,
        pipeline: usize,
        commands: u64,
    ) -> io::Result<u64> {
        let per_round = (pipeline * self.connections.len()) as u64;
        let rounds = commands.div_ceil(per_round).max(1);
        let keys = operation.keys.min(self.keys);
        for _ in 0..rounds {
            for index in 0..self.connections.len() {
                self.batch.clear();
                for _ in 0..pipeline {
                    let (key, random) = (self.next_random() % keys, self.next_random());
                    (operation.write)(key, random, &mut self.batch);
                }
                if let Some(connection) = self.connections.get_mut(index) {
                    connection.stream.write_all(&self.batch)?;
                }
            }
            for connection in &mut self.connections {
                connection.read_replies(pipeline)?;
            }
        }
        Ok(rounds * per_round)
    }

    /// A value-stable generator (xorshift): both servers see the same keys.
    fn next_random(&mut self) -> u32 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 32) as u32
    }
}

struct Connection {
    stream: TcpStream,
    decoder: Decoder,
    input: BytesMut,
}

impl Connection {
    fn open(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self {
            stream,
            decoder: Decoder::new(Limits::default()),
            input: BytesMut::new(),
        })
    }

    /// Reads the replies to so many commands, none of which may be an error.
    fn read_replies(&mut self, count: usize) -> io::Result<()> {
        let mut chunk = [0; 65536];
        let mut left = count;
        while left > 0 {
            match self.decoder.decode(&mut self.input) {
                Ok(Some(Frame::Error(text))) => {
                    return Err(io::Error::other(format!("an error reply: {text:?}")));
                }
                Ok(Some(_)) => left -= 1,
                Ok(None) => {
                    let n = self.stream.read(&mut chunk)?;
                    if n == 0 {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                    self.input.extend_from_slice(&chunk[..n]);
                }
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        Ok(())
    }
}
