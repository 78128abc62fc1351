//! Where a process runs: on this machine, or in a network namespace that can be cut off from the others.
//!
//! One more namespace is the switch: a bridge with one cable to each node. Cutting a node off takes its cable
//! out of the bridge, so packets vanish without a word, as they do when a real network fails. Nothing is changed
//! in the namespace of this machine, and everything ends with the namespaces.

use std::fs::File;
use std::net::TcpStream;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use super::{Client, PATIENCE};

/// How long a connection may take to be made.
const CONNECT_MAX: Duration = Duration::from_secs(1);

/// Where a node runs and how to reach it.
#[derive(Clone)]
pub(crate) struct Place {
    space: Option<(Rc<Spaces>, usize)>,
}

impl Place {
    /// This machine's loopback.
    pub(crate) fn here() -> Self {
        Self { space: None }
    }

    pub(crate) fn ip(&self) -> String {
        match &self.space {
            Some((_, index)) => format!("10.213.0.{}", index + 1),
            None => "127.0.0.1".into(),
        }
    }

    /// A command that will run there.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let Some((spaces, index)) = &self.space else {
            return Command::new(program);
        };
        // `ip` becomes the program, so the process id is the program's.
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &spaces.name(*index)]);
        command.arg(program);
        command
    }

    /// Connects from there, so that a node which is cut off can still be asked.
    pub(crate) fn connect(&self, address: &str) -> Option<Client> {
        let Some((spaces, index)) = &self.space else {
            return connect(address);
        };
        let (name, address) = (spaces.name(*index), address.to_owned());
        // Only the thread moves; the socket stays where it was made.
        std::thread::spawn(move || {
            let space = File::open(format!("/run/netns/{name}")).ok()?;
            move_into_link_name_space(space.as_fd(), Some(LinkNameSpaceType::Network)).ok()?;
            connect(&address)
        })
        .join()
        .unwrap()
    }
}

fn connect(address: &str) -> Option<Client> {
    let stream = TcpStream::connect_timeout(&address.parse().ok()?, CONNECT_MAX).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_nodelay(true).ok()?;
    Some(Client::over(stream))
}

/// Namespaces on one switch.
pub(crate) struct Spaces {
    prefix: String,
    count: usize,
}

impl Spaces {
    /// Makes the switch and the namespaces; `None` where that is not allowed, after saying so.
    pub(crate) fn new(count: usize) -> Option<Rc<Self>> {
        let prefix = format!("shoal-{}", std::process::id());
        let spaces = Self { prefix, count };
        if let Err(reason) = spaces.build() {
            // Namespaces need rights that no package can bring, so this is a skip even where tools are required.
            eprintln!("skipped: no network namespaces here: {reason}");
            return None;
        }
        Some(Rc::new(spaces))
    }

    fn build(&self) -> Result<(), String> {
        let switch = self.switch();
        ip(&["netns", "add", &switch])?;
        ip(&["-n", &switch, "link", "add", "bridge", "type", "bridge"])?;
        ip(&["-n", &switch, "link", "set", "bridge", "up"])?;
        for index in 0..self.count {
            let (name, cable) = (self.name(index), cable(index));
            let address = format!("10.213.0.{}/24", index + 1);
            ip(&["netns", "add", &name])?;
            ip(&[
                "-n", &switch, "link", "add", &cable, "type", "veth", "peer", "name", "net0",
                "netns", &name,
            ])?;
            ip(&["-n", &name, "address", "add", &address, "dev", "net0"])?;
            ip(&["-n", &name, "link", "set", "net0", "up"])?;
            ip(&["-n", &name, "link", "set", "lo", "up"])?;
            ip(&["-n", &switch, "link", "set", &cable, "up"])?;
            ip(&["-n", &switch, "link", "set", &cable, "master", "bridge"])?;
        }
        Ok(())
    }

    /// One of the namespaces.
    pub(crate) fn place(self: &Rc<Self>, index: usize) -> Place {
        Place {
            space: Some((self.clone(), index)),
        }
    }

    /// Takes a node's cable out.
    pub(crate) fn cut(&self, index: usize) {
        ip(&[
            "-n",
            &self.switch(),
            "link",
            "set",
            &cable(index),
            "nomaster",
        ])
        .unwrap();
    }

    /// Puts it back.
    pub(crate) fn heal(&self, index: usize) {
        let (switch, cable) = (self.switch(), cable(index));
        ip(&["-n", &switch, "link", "set", &cable, "master", "bridge"]).unwrap();
    }

    fn switch(&self) -> String {
        format!("{}-switch", self.prefix)
    }

    fn name(&self, index: usize) -> String {
        format!("{}-{index}", self.prefix)
    }
}

impl Drop for Spaces {
    fn drop(&mut self) {
        for index in 0..self.count {
            let _ = ip(&["netns", "del", &self.name(index)]);
        }
        let _ = ip(&["netns", "del", &self.switch()]);
    }
}

fn cable(index: usize) -> String {
    format!("cable{index}")
}

fn ip(words: &[&str]) -> Result<(), String> {
    let output = Command::new("ip").args(words).output();
    let output = output.map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let reason = String::from_utf8_lossy(&output.stderr);
    Err(format!("ip {}: {}", words.join(" "), reason.trim()))
}
