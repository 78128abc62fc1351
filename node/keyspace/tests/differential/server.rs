//! The other side: a redis-server of our own.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use shoal_resp::{Decoder, Limits, write_command};

use crate::compare::{LISTPACK_ENTRIES, LISTPACK_VALUE};

/// The server's program.
fn program() -> String {
    std::env::var("SHOAL_REDIS_SERVER").unwrap_or_else(|_| "redis-server".to_owned())
}

/// Whether it is of version 7.0, as far as can be found out.
pub(crate) fn is_of_7_0() -> bool {
    let about = Command::new(program()).arg("--version").output();
    about.is_ok_and(|about| String::from_utf8_lossy(&about.stdout).contains("v=7.0."))
}

/// A redis-server of our own and a connection to it.
#[derive(Debug)]
pub(crate) struct Redis {
    process: Child,
    stream: TcpStream,
    port: u16,
}

impl Redis {
    /// Starts a server with low limits and these options. `None` if there is no redis-server.
    pub(crate) fn start(options: &[(&str, &str)]) -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let limits_of_7_2 = [
            ["--set-max-listpack-entries", &LISTPACK_ENTRIES.to_string()],
            ["--set-max-listpack-value", &LISTPACK_VALUE.to_string()],
        ];
        let started = Command::new(program())
            .args([
                "--port",
                &port.to_string(),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                "--dir",
            ])
            .arg(std::env::temp_dir())
            .args(["--hash-max-listpack-entries", &LISTPACK_ENTRIES.to_string()])
            .args(["--hash-max-listpack-value", &LISTPACK_VALUE.to_string()])
            .args(["--zset-max-listpack-entries", &LISTPACK_ENTRIES.to_string()])
            .args(["--zset-max-listpack-value", &LISTPACK_VALUE.to_string()])
            .args(["--set-max-intset-entries", &LISTPACK_ENTRIES.to_string()])
            .args(limits_of_7_2.into_iter().flatten().filter(|_| !is_of_7_0()))
            .args(["--enable-debug-command", "yes"])
            .args(
                options
                    .iter()
                    .flat_map(|(name, value)| [format!("--{name}"), (*value).to_owned()]),
            )
            .stdout(Stdio::null())
            .spawn();
        let Ok(process) = started else {
            assert!(
                std::env::var("SHOAL_REQUIRE_REAL").as_deref() != Ok("1"),
                "redis-server is required but absent"
            );
            eprintln!("skipped: there is no redis-server");
            return None;
        };
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            // Connecting again and again is what waits here.
            if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) {
                stream.set_nodelay(true).unwrap();
                return Some(Self {
                    process,
                    stream,
                    port,
                });
            }
            assert!(Instant::now() < deadline, "redis-server does not answer");
            std::thread::yield_now();
        }
    }

    /// Another connection to the same server.
    pub(crate) fn connect(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port)).unwrap()
    }

    /// Sends a command and waits for the whole reply.
    pub(crate) fn call(&mut self, args: &[&[u8]]) -> Vec<u8> {
        let mut request = Vec::new();
        write_command(&mut request, args);
        self.stream.write_all(&request).unwrap();
        let (mut reply, mut buffer) = (Vec::new(), [0; 65536]);
        loop {
            let n = self.stream.read(&mut buffer).unwrap();
            assert!(n > 0, "redis-server closed the connection");
            reply.extend_from_slice(&buffer[..n]);
            let mut bytes = BytesMut::from(&reply[..]);
            if Decoder::new(Limits::default())
                .decode(&mut bytes)
                .unwrap()
                .is_some()
            {
                assert!(bytes.is_empty());
                return reply;
            }
        }
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
