//! A server under test: started, configured as a cluster of one node with all slots, accounted for.

use std::error::Error;
use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What can be measured.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Program {
    Redis,
    Shoal,
}

impl Program {
    fn command(self) -> Command {
        match self {
            Self::Redis => Command::new("redis-server"),
            Self::Shoal => Command::new(env!("CARGO_BIN_EXE_shoal")),
        }
    }

    /// Whether the program can be started here.
    pub(crate) fn is_installed(self) -> bool {
        self.command()
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok()
    }
}

/// Pins this process, and all that it will start, to the last core it may run on.
pub(crate) fn pin_to_one_core() -> io::Result<()> {
    let allowed = rustix::thread::sched_getaffinity(None)?;
    let last = (0..rustix::thread::CpuSet::MAX_CPU)
        .rev()
        .find(|&cpu| allowed.is_set(cpu))
        .unwrap_or(0);
    let mut one = rustix::thread::CpuSet::new();
    one.set(last);
    rustix::thread::sched_setaffinity(None, &one)?;
    Ok(())
}

/// A running server; killed and cleaned up when dropped.
pub(crate) struct Server {
    child: Child,
    port: u16,
    dir: PathBuf,
}

impl Server {
    /// Starts the program on a free port and waits until it serves all slots.
    pub(crate) fn start(program: Program) -> Result<Self, Box<dyn Error>> {
        let port = free_port()?;
        let dir =
            std::env::temp_dir().join(format!("shoal-side-by-side-{}-{port}", std::process::id()));
        fs::create_dir_all(&dir)?;
        let child = program
            .command()
            .args([
                "--port",
                &port.to_string(),
                "--cluster-enabled",
                "yes",
                "--save",
                "",
                "--appendonly",
                "no",
            ])
            .args(["--bind", "127.0.0.1", "--dir"])
            .arg(&dir)
            .stdout(Stdio::null())
            .spawn()?;
        let server = Self { child, port, dir };
        server.wait_until("PING", "+PONG")?;
        server.wait_until("CLUSTER ADDSLOTSRANGE 0 16383", "+OK")?;
        server.wait_until("CLUSTER INFO", "cluster_state:ok")?;
        Ok(server)
    }

    /// The client port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// CPU time of all threads since the start, in nanoseconds.
    pub(crate) fn cpu_nanos(&self) -> io::Result<u64> {
        let mut total = 0;
        for task in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let text = fs::read_to_string(task?.path().join("schedstat"))?;
            total += text
                .split_whitespace()
                .next()
                .and_then(|word| word.parse::<u64>().ok())
                .unwrap_or(0);
        }
        Ok(total)
    }

    /// The resident set, in bytes.
    pub(crate) fn resident_bytes(&self) -> io::Result<u64> {
        let text = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let kib = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = kib
            .and_then(|rest| rest.split_whitespace().next())
            .and_then(|word| word.parse::<u64>().ok());
        kib.map(|kib| kib * 1024)
            .ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    /// Repeats an inline command until the answer contains `wanted`.
    fn wait_until(&self, command: &str, wanted: &str) -> Result<(), Box<dyn Error>> {
        let deadline = Instant::now() + Duration::from_secs(10);
        let mut last = String::from("no answer");
        while Instant::now() < deadline {
            match self.ask(command) {
                Ok(answer) if answer.contains(wanted) => return Ok(()),
                Ok(answer) => last = answer,
                Err(error) => last = error.to_string(),
            }
            std::thread::yield_now();
        }
        Err(format!(
            "port {}: {command} did not answer {wanted} in time: {last}",
            self.port
        )
        .into())
    }

    fn ask(&self, command: &str) -> io::Result<String> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        write!(stream, "{command}\r\n")?;
        let mut chunk = [0; 4096];
        let n = stream.read(&mut chunk)?;
        Ok(String::from_utf8_lossy(&chunk[..n]).into_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// A client port that is free and whose bus port (10000 above) is free too.
fn free_port() -> io::Result<u16> {
    for port in (20_000 + (std::process::id() % 5000) as u16)..55_000 {
        let client = TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        let bus = TcpListener::bind((Ipv4Addr::LOCALHOST, port + 10_000));
        if client.is_ok() && bus.is_ok() {
            return Ok(port);
        }
    }
    Err(io::ErrorKind::AddrInUse.into())
}
