//! The load: one batch to every connection, then every answer.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

/// Keys and values have this many bytes.
const WIDTH: usize = 16;

/// What one command of a run does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Operation {
    Set,
    Get,
}

impl Operation {
    /// The length of one answer; every key exists, so it never varies.
    fn reply_len(self) -> usize {
        match self {
            Self::Set => b"+OK\r\n".len(),
            Self::Get => b"$16\r\n".len() + WIDTH + b"\r\n".len(),
        }
    }

    fn write(self, key: u32, out: &mut Vec<u8>) {
        let _ = match self {
            Self::Set => write!(
                out,
                "*3\r\n$3\r\nSET\r\n$16\r\nkey:{key:012}\r\n$16\r\nval:{key:012}\r\n"
            ),
            Self::Get => write!(out, "*2\r\n$3\r\nGET\r\n$16\r\nkey:{key:012}\r\n"),
        };
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Set => "SET",
            Self::Get => "GET",
        })
    }
}

/// Connections to one server.
pub(crate) struct Load {
    connections: Vec<TcpStream>,
    keys: u32,
    random: u64,
    batch: Vec<u8>,
    replies: Vec<u8>,
}

impl Load {
    /// Opens `connections` connections to a server on loopback.
    pub(crate) fn connect(port: u16, connections: usize, keys: u32) -> io::Result<Self> {
        let connections = (0..connections)
            .map(|_| {
                let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(Duration::from_secs(10)))?;
                Ok(stream)
            })
            .collect::<io::Result<Vec<_>>>()?;
        Ok(Self {
            connections,
            keys,
            random: 0x9E37_79B9_7F4A_7C15,
            batch: Vec::new(),
            replies: Vec::new(),
        })
    }

    /// Writes every key once, in order.
    pub(crate) fn fill(&mut self) -> io::Result<()> {
        let all: Vec<u32> = (0..self.keys).collect();
        for chunk in all.chunks(500) {
            self.batch.clear();
            for &key in chunk {
                Operation::Set.write(key, &mut self.batch);
            }
            let Some(stream) = self.connections.first_mut() else {
                return Ok(());
            };
            stream.write_all(&self.batch)?;
            read_replies(stream, Operation::Set, chunk.len(), &mut self.replies)?;
        }
        Ok(())
    }

    /// Sends at least `commands` commands with random keys and returns how many it were.
    pub(crate) fn run(
        &mut self,
        operation: Operation,
        pipeline: usize,
        commands: u64,
    ) -> io::Result<u64> {
        let per_round = (pipeline * self.connections.len()) as u64;
        let rounds = commands.div_ceil(per_round).max(1);
        for _ in 0..rounds {
            for index in 0..self.connections.len() {
                self.batch.clear();
                for _ in 0..pipeline {
                    let key = self.next_key();
                    operation.write(key, &mut self.batch);
                }
                if let Some(stream) = self.connections.get_mut(index) {
                    stream.write_all(&self.batch)?;
                }
            }
            for stream in &mut self.connections {
                read_replies(stream, operation, pipeline, &mut self.replies)?;
            }
        }
        Ok(rounds * per_round)
    }

    /// `used_memory` of the server's INFO.
    pub(crate) fn used_memory(&mut self) -> io::Result<u64> {
        let Some(stream) = self.connections.first_mut() else {
            return Ok(0);
        };
        stream.write_all(b"*2\r\n$4\r\nINFO\r\n$6\r\nmemory\r\n")?;
        let mut text = String::new();
        let mut chunk = [0; 4096];
        while !text.contains("used_memory_human") {
            let n = stream.read(&mut chunk)?;
            if n == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            text.push_str(&String::from_utf8_lossy(&chunk[..n]));
        }
        // The rest of the answer arrives before anything else is asked.
        stream.write_all(b"*2\r\n$4\r\nECHO\r\n$8\r\n-marker-\r\n")?;
        let mut tail = text.clone();
        while !tail.contains("-marker-\r\n") {
            let n = stream.read(&mut chunk)?;
            tail.push_str(&String::from_utf8_lossy(&chunk[..n]));
        }
        let value = text
            .lines()
            .find_map(|line| line.strip_prefix("used_memory:"));
        value
            .and_then(|digits| digits.trim().parse().ok())
            .ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    /// A value-stable generator (xorshift): both servers see the same keys.
    fn next_key(&mut self) -> u32 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        ((self.random >> 32) as u32) % self.keys
    }
}

/// Reads exactly the answers to `count` commands and checks the first of them.
fn read_replies(
    stream: &mut TcpStream,
    operation: Operation,
    count: usize,
    buffer: &mut Vec<u8>,
) -> io::Result<()> {
    buffer.resize(operation.reply_len() * count, 0);
    stream.read_exact(buffer)?;
    let expected: &[u8] = match operation {
        Operation::Set => b"+OK\r\n",
        Operation::Get => b"$16\r\nval:",
    };
    if buffer.starts_with(expected) {
        return Ok(());
    }
    let answer = String::from_utf8_lossy(&buffer[..buffer.len().min(80)]).into_owned();
    Err(io::Error::other(format!(
        "unexpected answer to {operation}: {answer}"
    )))
}
