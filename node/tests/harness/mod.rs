//! Real processes for tests: started on free ports in directories of their own, waited for with deadlines,
//! and killed by handle whatever happens.
//!
//! Tests that need a tool which is not installed say so and pass; with `SHOAL_REQUIRE_REAL=1` they fail.
#![allow(dead_code, reason = "every test file uses another part")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "what a test needs and does not get ends it"
)]

pub(crate) mod cluster;
pub(crate) mod load;
pub(crate) mod netns;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use shoal_resp::{Decoder, Frame, Limits, write_command};
use tempfile::TempDir;

/// How long a condition may take to come true; generous, since machines are slow at times.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// How often it is looked at.
const POLL: Duration = Duration::from_millis(10);

/// Waits until a condition gives a value.
pub(crate) fn wait_for<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(Instant::now() < deadline, "still waiting for: {what}");
        std::thread::sleep(POLL);
    }
}

/// A port that is free now, and whose bus port is too.
pub(crate) fn free_port() -> u16 {
    use std::hash::{BuildHasher, Hasher};
    wait_for("a free port", || {
        let random = std::collections::hash_map::RandomState::new()
            .build_hasher()
            .finish();
        let port = 20_000 + u16::try_from(random % 25_000).ok()?;
        let free = |port| TcpListener::bind(("127.0.0.1", port)).is_ok();
        (free(port) && free(port + 10_000)).then_some(port)
    })
}

/// Where a program is, or `None` after saying that the test is skipped.
pub(crate) fn tool(name: &str) -> Option<PathBuf> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&paths)
        .map(|directory| directory.join(name))
        .find(|path| path.is_file());
    if found.is_none() {
        skip(name);
    }
    found
}

/// Says that a test is skipped because something is not installed; with `SHOAL_REQUIRE_REAL=1` it fails instead.
pub(crate) fn skip(name: &str) {
    assert!(
        std::env::var("SHOAL_REQUIRE_REAL").as_deref() != Ok("1"),
        "{name} is required and not installed"
    );
    eprintln!("skipped: {name} is not installed");
}

/// Our binary.
pub(crate) fn shoal() -> PathBuf {
    env!("CARGO_BIN_EXE_shoal").into()
}

/// Runs a program to its end.
pub(crate) fn run(program: &Path, words: &[&str]) -> Output {
    Command::new(program)
        .args(words)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// A running server, ours or the real one.
pub(crate) struct Server {
    pub(crate) port: u16,
    pub(crate) home: TempDir,
    child: Child,
    program: PathBuf,
    words: Vec<String>,
}

impl Server {
    /// Starts our binary on a free port.
    pub(crate) fn start(words: &[&str]) -> Self {
        Self::start_program(&shoal(), words)
    }

    /// Starts a node of a cluster.
    pub(crate) fn start_node(words: &[&str]) -> Self {
        Self::start(
            &[
                &["--cluster-enabled", "yes", "--cluster-node-timeout", "1000"],
                words,
            ]
            .concat(),
        )
    }

    /// Starts a server and waits until it accepts commands.
    pub(crate) fn start_program(program: &Path, words: &[&str]) -> Self {
        let mut server = Self::start_silently(program, words);
        server.wait_until_ready();
        server
    }

    /// Starts a server without waiting for it.
    pub(crate) fn start_silently(program: &Path, words: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let port = free_port();
        let mut all: Vec<String> = words.iter().map(ToString::to_string).collect();
        for (name, value) in [
            ("--port", port.to_string()),
            ("--logfile", "log.txt".into()),
            ("--bind", "127.0.0.1".into()),
        ] {
            all.extend([name.to_owned(), value]);
        }
        let child = spawn(program, &all, home.path());
        Self {
            port,
            home,
            child,
            program: program.into(),
            words: all,
        }
    }

    /// Waits until the server answers PING.
    pub(crate) fn wait_until_ready(&mut self) {
        wait_for("the server to answer", || {
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("it ended with {status}: {}", self.log());
            }
            Client::try_connect(self.port)?.try_ask(&["PING"])
        });
    }

    /// Starts the server again after it ended, with the same words and files.
    pub(crate) fn restart(&mut self) {
        self.child = spawn(&self.program, &self.words, self.home.path());
        self.wait_until_ready();
    }

    /// What it logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.home.path().join("log.txt")).unwrap_or_default()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn client(&self) -> Client {
        Client::try_connect(self.port).expect("the server accepts")
    }

    /// Sends a signal to the process.
    pub(crate) fn signal(&self, signal: &str) {
        let status = Command::new("kill")
            .args([format!("-{signal}"), self.pid().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// Ends it at once.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until the process has ended.
    pub(crate) fn wait_for_end(&mut self) -> ExitStatus {
        wait_for("the process to end", || self.child.try_wait().unwrap())
    }
}

fn spawn(program: &Path, words: &[String], home: &Path) -> Child {
    Command::new(program)
        .args(words)
        .current_dir(home)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("log of the server on port {}:\n{}", self.port, self.log());
        }
    }
}

/// A client that asks and waits.
pub(crate) struct Client {
    stream: TcpStream,
    decoder: Decoder,
    input: BytesMut,
}

impl Client {
    pub(crate) fn try_connect(port: u16) -> Option<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        Some(Self::over(stream))
    }

    /// A client on a connection that was made elsewhere.
    pub(crate) fn over(stream: TcpStream) -> Self {
        Self {
            stream,
            decoder: Decoder::new(Limits::default()),
            input: BytesMut::new(),
        }
    }

    /// Sends bytes as they are.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// Reads one reply; `None` if the connection ends first.
    pub(crate) fn try_receive(&mut self) -> Option<Frame> {
        let mut chunk = [0; 4096];
        loop {
            if let Some(frame) = self.decoder.decode(&mut self.input).ok()? {
                return Some(frame);
            }
            match self.stream.read(&mut chunk) {
                Ok(n) if n > 0 => self.input.extend_from_slice(&chunk[..n]),
                _ => return None,
            }
        }
    }

    /// Reads one reply.
    pub(crate) fn receive(&mut self) -> Frame {
        self.try_receive().expect("a reply")
    }

    fn try_ask(&mut self, words: &[&str]) -> Option<Frame> {
        let words: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
        let mut request = Vec::new();
        write_command(&mut request, &words);
        self.stream.write_all(&request).ok()?;
        self.try_receive()
    }

    /// Sends a command and reads its reply.
    pub(crate) fn ask(&mut self, words: &[&str]) -> Frame {
        self.try_ask(words)
            .unwrap_or_else(|| panic!("a reply to {words:?}"))
    }

    /// As [`Self::ask`], for texts, numbers and errors (with their dash).
    pub(crate) fn text(&mut self, words: &[&str]) -> String {
        text_of(&self.ask(words))
    }

    /// Waits until a command's answer fits.
    pub(crate) fn wait_until(&mut self, words: &[&str], fits: impl Fn(&str) -> bool) -> String {
        let what = words.join(" ");
        let mut last = String::new();
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            last = self.text(words);
            if fits(&last) {
                return last;
            }
            std::thread::sleep(POLL);
        }
        panic!("{what} does not give what it should; last: {last}");
    }
}

/// A reply as text: bulks and simple strings as they are, errors with a dash, arrays with blanks.
pub(crate) fn text_of(frame: &Frame) -> String {
    if let Some(error) = frame.as_error() {
        return format!("-{}", String::from_utf8_lossy(error));
    }
    if let Some(bytes) = frame.as_bytes() {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    if let Some(number) = frame.as_integer() {
        return number.to_string();
    }
    if let Some(items) = frame.as_items() {
        return items.iter().map(text_of).collect::<Vec<_>>().join(" ");
    }
    "(nil)".into()
}

/// Runs redis-cli; `None` if it is not installed.
pub(crate) fn redis_cli(port: u16, words: &[&str]) -> Option<String> {
    let cli = tool("redis-cli")?;
    let output = Command::new(cli)
        .args(["-p", &port.to_string()])
        .args(words)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    Some(String::from_utf8_lossy(&text).trim_end().to_owned())
}
