//! Change data capture: follows a primary as a replica does, and prints every change.
//!
//! ```sh
//! cargo run -p shoal-examples --bin change_capture -- 127.0.0.1:7000
//! ```
//!
//! The first copy of the data (an RDB file) is counted and thrown away; `shoal-rdb` could read it. After it
//! come commands, one by one. A broken connection is continued where it was, as long as the primary remembers.
#![allow(clippy::print_stdout, reason = "a program that prints")]

use std::error::Error;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant as Clock, SystemTime, UNIX_EPOCH};

use bytes::BytesMut;
use shoal_replication::{Replica, ReplicaConfig, ReplicaEvent};
use shoal_slots::{Instant, Now};

/// How often somebody looks whether something is due.
const TURN: Duration = Duration::from_millis(100);

fn main() -> Result<(), Box<dyn Error>> {
    let Some(primary) = std::env::args().nth(1) else {
        println!("usage: change_capture <host:port>");
        return Ok(());
    };
    let origin = Clock::now();
    // We listen nowhere: nobody needs to reach us.
    let config = ReplicaConfig::new(0);
    let mut follower = Follower {
        replica: Replica::new(config, None, now(origin)?),
        primary,
        stream: None,
        snapshot_len: 0,
    };
    loop {
        follower.turn(origin)?;
    }
}

/// The only place that asks what time it is.
fn now(origin: Clock) -> Result<Now, Box<dyn Error>> {
    let unix = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(Now {
        instant: Instant::from_micros(u64::try_from(origin.elapsed().as_micros())?),
        unix_micros: u64::try_from(unix.as_micros())?,
    })
}

/// The machine, and the socket that it asked for.
struct Follower {
    replica: Replica,
    primary: String,
    stream: Option<TcpStream>,
    snapshot_len: usize,
}

impl Follower {
    /// One call in, drain everything, wait.
    fn turn(&mut self, origin: Clock) -> Result<(), Box<dyn Error>> {
        let now = now(origin)?;
        if self
            .replica
            .poll_timeout()
            .is_some_and(|due| due <= now.instant)
        {
            self.replica.handle_timeout(now);
        }
        while let Some(event) = self.replica.poll_event() {
            self.act(now, event);
        }
        while let Some(command) = self.replica.next_command(now) {
            let words = command
                .args
                .iter()
                .map(|word| word.escape_ascii().to_string());
            println!("[{}] {}", command.db, words.collect::<Vec<_>>().join(" "));
            self.replica.applied();
        }
        // What was processed, for replicas behind us: there are none.
        while self.replica.poll_stream().is_some() {}
        self.write(now);
        self.read(now);
        Ok(())
    }

    fn act(&mut self, now: Now, event: ReplicaEvent) {
        match event {
            ReplicaEvent::Connect => self.connect(now),
            ReplicaEvent::Disconnect(reason) => {
                println!("# disconnected: {reason:?}");
                self.stream = None;
            }
            ReplicaEvent::SnapshotStart { .. } => self.snapshot_len = 0,
            ReplicaEvent::SnapshotBytes(bytes) => self.snapshot_len += bytes.len(),
            ReplicaEvent::SnapshotDone => {
                println!("# a first copy of {} bytes", self.snapshot_len);
                self.replica.snapshot_loaded(now, None);
            }
            ReplicaEvent::LinkUp => println!("# following at offset {}", self.replica.offset()),
            _ => {}
        }
    }

    fn connect(&mut self, now: Now) {
        let stream = TcpStream::connect(&self.primary);
        match stream.and_then(|stream| stream.set_read_timeout(Some(TURN)).map(|()| stream)) {
            Ok(stream) => {
                self.stream = Some(stream);
                self.replica.handle_connected(now);
            }
            Err(error) => {
                println!("# {error}");
                self.replica.handle_closed(now);
            }
        }
    }

    fn write(&mut self, now: Now) {
        while let Some(bytes) = self.replica.poll_transmit() {
            let written = self.stream.as_mut().map(|stream| stream.write_all(&bytes));
            if !matches!(written, Some(Ok(()))) {
                self.closed(now);
            }
        }
    }

    fn read(&mut self, now: Now) {
        let Some(stream) = &mut self.stream else {
            std::thread::sleep(TURN);
            return;
        };
        let mut chunk = [0; 16 * 1024];
        match stream.read(&mut chunk) {
            Ok(0) => self.closed(now),
            Ok(n) => {
                let mut bytes = BytesMut::from(chunk.get(..n).unwrap_or_default());
                self.replica.handle_bytes(now, &mut bytes);
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => self.closed(now),
        }
    }

    fn closed(&mut self, now: Now) {
        self.stream = None;
        self.replica.handle_closed(now);
    }
}
