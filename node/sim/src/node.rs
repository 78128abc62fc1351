//! One simulated machine: both planes, their queues, their connections, their disk.

use core::time::Duration;
use std::net::IpAddr;

use bytes::{Bytes, BytesMut};
use shoal_config::{Config, Host};
use shoal_core::{
    ControlEvent, ControlPlane, DataEvent, DataPlane, LogLevel, PeerInfo, PrimaryLinkInput,
    StartError,
};
use shoal_gossip::{LinkChange, LinkId};
use shoal_simnet::{ConnId, HostId, Network, Transport};
use shoal_slots::{Instant, Now};

use crate::disk::Disk;
use crate::log::EventLog;
use crate::wires::{Wire, Wires};
use crate::world::Sabotage;

/// Every node's client port.
pub(crate) const CLIENT_PORT: u16 = 7000;
/// Every node's bus port.
pub(crate) const BUS_PORT: u16 = 17000;

/// What the nodes of a world share.
pub(crate) struct Surroundings<'a> {
    pub(crate) network: &'a mut Network<Bytes>,
    pub(crate) log: &'a mut EventLog,
    pub(crate) now: Now,
    pub(crate) disk_delay: Duration,
    pub(crate) sabotage: Sabotage,
    /// Votes that left this node in this turn: the packet as it was sent.
    pub(crate) sent_votes: &'a mut Vec<Bytes>,
}

/// A running process on a machine.
pub(crate) struct Process {
    pub(crate) data: DataPlane,
    pub(crate) control: ControlPlane,
    wires: Wires,
    /// DEBUG SLEEP: the data plane does nothing until then.
    stalled_until: Instant,
}

/// A machine: the disk stays when the process ends.
pub(crate) struct Node {
    pub(crate) host: HostId,
    pub(crate) disk: Disk,
    pub(crate) process: Option<Process>,
    starts: u64,
    seed: u64,
}

impl Node {
    pub(crate) const fn new(host: HostId, seed: u64, disk: Disk) -> Self {
        Self {
            host,
            disk,
            process: None,
            starts: 0,
            seed,
        }
    }

    /// Starts the process, from whatever nodes.conf is on the disk.
    pub(crate) fn start(
        &mut self,
        world: &mut Surroundings<'_>,
        node_timeout: Duration,
    ) -> Result<(), StartError> {
        self.starts += 1;
        let seed = self
            .seed
            .wrapping_add(self.starts.wrapping_mul(0x9E37_79B9));
        let config = config(node_timeout);
        let control = ControlPlane::new(config.clone(), self.disk.read(), seed, world.now)?;
        let data = DataPlane::new(config, seed, world.now);
        self.process = Some(Process {
            data,
            control,
            wires: Wires::default(),
            stalled_until: Instant::ORIGIN,
        });
        world.network.listen(self.host, CLIENT_PORT);
        world.network.listen(self.host, BUS_PORT);
        world
            .log
            .add(world.now.instant, self.host, format_args!("starts"));
        self.settle(world);
        Ok(())
    }

    /// When this node wants to be woken.
    pub(crate) fn next_timeout(&self) -> Option<Instant> {
        let process = self.process.as_ref()?;
        let data = process
            .data
            .poll_timeout()
            .map(|at| at.max(process.stalled_until));
        [data, process.control.poll_timeout(), self.disk.next_done()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Lets time pass.
    pub(crate) fn handle_timeout(&mut self, world: &mut Surroundings<'_>) {
        let now = world.now;
        if let Some(process) = &mut self.process {
            while let Some(generation) = self.disk.poll(now.instant) {
                process.control.saved(now, generation);
            }
            if process
                .control
                .poll_timeout()
                .is_some_and(|at| at <= now.instant)
            {
                process.control.handle_timeout(now);
            }
            let due = process
                .data
                .poll_timeout()
                .is_some_and(|at| at <= now.instant);
            if due && process.stalled_until <= now.instant {
                process.data.handle_timeout(now);
            }
        }
        self.settle(world);
    }

    pub(crate) fn accepted(
        &mut self,
        world: &mut Surroundings<'_>,
        conn: ConnId,
        from: HostId,
        port: u16,
    ) {
        let Some(process) = &mut self.process else {
            return;
        };
        if port == BUS_PORT {
            let link = process.wires.inbound();
            process.wires.add(conn, Wire::Bus(link));
            let change = LinkChange::Accepted {
                peer_ip: from.to_string(),
                local_ip: self.host.to_string(),
            };
            process.control.handle_link(world.now, link, change);
        } else {
            let peer = PeerInfo {
                addr: format!("{from}:50000"),
                local_addr: format!("{}:{port}", self.host),
                ..PeerInfo::default()
            };
            match process.data.connect(world.now, peer) {
                Ok(client) => process.wires.add(conn, Wire::Client(client)),
                Err(_) => world.network.close(world.now.instant, conn, self.host),
            }
        }
        self.settle(world);
    }

    pub(crate) fn connected(&mut self, world: &mut Surroundings<'_>, conn: ConnId) {
        let Some(process) = &mut self.process else {
            return;
        };
        match process.wires.get(conn) {
            Some(Wire::Bus(link)) => {
                let change = LinkChange::Connected {
                    local_ip: self.host.to_string(),
                };
                process.control.handle_link(world.now, link, change);
            }
            Some(Wire::Primary) => process
                .data
                .handle_primary_link(world.now, PrimaryLinkInput::Connected),
            Some(Wire::Client(_)) | None => {}
        }
        self.settle(world);
    }

    pub(crate) fn delivered(&mut self, world: &mut Surroundings<'_>, conn: ConnId, payload: &[u8]) {
        let Some(process) = &mut self.process else {
            return;
        };
        match process.wires.get(conn) {
            Some(Wire::Bus(link)) => {
                let fatal = process
                    .control
                    .handle_packet(world.now, link, payload)
                    .is_err_and(|error| error.is_fatal());
                if fatal {
                    process.wires.remove(conn);
                    world.network.close(world.now.instant, conn, self.host);
                    process
                        .control
                        .handle_link(world.now, link, LinkChange::Closed);
                }
            }
            Some(Wire::Primary) => process
                .data
                .handle_primary_link(world.now, PrimaryLinkInput::Bytes(payload)),
            Some(Wire::Client(client)) => {
                process.data.handle_input(world.now, client, payload);
                // Only output that others caused is announced.
                write_output(self.host, process, world, client);
            }
            None => {}
        }
        self.settle(world);
    }

    /// The other side closed, or refused.
    pub(crate) fn closed(&mut self, world: &mut Surroundings<'_>, conn: ConnId, refused: bool) {
        let Some(process) = &mut self.process else {
            return;
        };
        match process.wires.remove(conn) {
            Some(Wire::Bus(link)) => {
                let change = if refused {
                    LinkChange::ConnectFailed
                } else {
                    LinkChange::Closed
                };
                process.control.handle_link(world.now, link, change);
            }
            Some(Wire::Primary) => process
                .data
                .handle_primary_link(world.now, PrimaryLinkInput::Closed),
            Some(Wire::Client(client)) => process.data.handle_closed(world.now, client),
            None => {}
        }
        self.settle(world);
    }

    /// A command of the operator, who sits at the machine. The reply, if it came at once.
    pub(crate) fn command(
        &mut self,
        world: &mut Surroundings<'_>,
        words: &[&str],
    ) -> Option<Vec<u8>> {
        let process = self.process.as_mut()?;
        let client = process.data.connect(world.now, PeerInfo::default()).ok()?;
        let mut request = BytesMut::new();
        request.extend_from_slice(format!("*{}\r\n", words.len()).as_bytes());
        for word in words {
            request.extend_from_slice(format!("${}\r\n{word}\r\n", word.len()).as_bytes());
        }
        process.data.handle_input(world.now, client, &request);
        self.settle(world);
        // A command that changes nodes.conf is answered when that is on disk.
        while let Some(done) = self.disk.next_done() {
            if let Some(generation) = self.disk.poll(done)
                && let Some(process) = &mut self.process
            {
                process.control.saved(world.now, generation);
            }
            self.settle(world);
        }
        let process = self.process.as_mut()?;
        let mut reply = Vec::new();
        loop {
            let part = process.data.output(client);
            let n = part.len();
            if n == 0 {
                break;
            }
            reply.extend_from_slice(part);
            process.data.output_written(client, n);
        }
        process.data.handle_closed(world.now, client);
        self.settle(world);
        Some(reply)
    }

    /// Drains every queue until nothing is left to do.
    fn settle(&mut self, world: &mut Surroundings<'_>) {
        let Some(process) = &mut self.process else {
            return;
        };
        loop {
            let mut busy = false;
            while let Some(message) = process.data.poll_to_control() {
                process.control.handle_data(world.now, message);
                busy = true;
            }
            while let Some(event) = process.control.poll_event() {
                act_on_control(self.host, process, &mut self.disk, world, event);
                busy = true;
            }
            while let Some(message) = process.control.poll_to_data() {
                process.data.handle_control(world.now, message);
                busy = true;
            }
            while let Some(transmit) = process.control.poll_transmit() {
                transmit_packet(self.host, process, world, transmit.link, transmit.packet);
                busy = true;
            }
            while let Some(event) = process.data.poll_event() {
                act_on_data(self.host, process, world, event);
                busy = true;
            }
            if !busy {
                return;
            }
        }
    }
}

/// The message type of a vote in a packet's header.
const AUTH_ACK: [u8; 2] = [0, 6];

fn transmit_packet(
    host: HostId,
    process: &mut Process,
    world: &mut Surroundings<'_>,
    link: LinkId,
    packet: Bytes,
) {
    let Some(conn) = process.wires.link(link) else {
        return;
    };
    if packet.get(12..14) == Some(&AUTH_ACK) {
        world.sent_votes.push(packet.clone());
    }
    world.log.digest(&packet);
    world.network.send(world.now.instant, conn, host, packet);
}

fn act_on_control(
    host: HostId,
    process: &mut Process,
    disk: &mut Disk,
    world: &mut Surroundings<'_>,
    event: ControlEvent,
) {
    let now = world.now.instant;
    match event {
        ControlEvent::Connect { link, ip, port } => {
            let reachable = ip.parse::<IpAddr>().ok().and_then(|_| HostId::from_ip(&ip));
            match reachable {
                Some(to) => {
                    let conn = world.network.dial(now, host, to, port, Transport::Messages);
                    process.wires.add(conn, Wire::Bus(link));
                }
                None => process
                    .control
                    .handle_link(world.now, link, LinkChange::ConnectFailed),
            }
        }
        ControlEvent::Close { link } => {
            if let Some(conn) = process.wires.link(link) {
                process.wires.remove(conn);
                world.network.close(now, conn, host);
            }
        }
        ControlEvent::Save {
            generation,
            text,
            fsync,
        } => {
            if world.sabotage == Sabotage::ForgetToWaitForTheDisk {
                process.control.saved(world.now, generation);
            }
            disk.write(now + world.disk_delay, generation, text, fsync);
        }
        ControlEvent::Log { level, text } => log(host, world, level, &text),
        ControlEvent::Fatal(text) => world.log.add(now, host, format_args!("fatal: {text}")),
        _ => {}
    }
}

fn act_on_data(
    host: HostId,
    process: &mut Process,
    world: &mut Surroundings<'_>,
    event: DataEvent,
) {
    let now = world.now.instant;
    match event {
        DataEvent::Output(client) => write_output(host, process, world, client),
        DataEvent::Close(client) => {
            write_output(host, process, world, client);
            if let Some(conn) = process.wires.client(client) {
                process.wires.remove(conn);
                world.network.close(now, conn, host);
            }
            process.data.handle_closed(world.now, client);
        }
        DataEvent::ConnectPrimary { host: ip, port } => {
            close_primary_link(host, process, world);
            match HostId::from_ip(&ip) {
                Some(to) => {
                    let conn = world.network.dial(now, host, to, port, Transport::Stream);
                    process.wires.add(conn, Wire::Primary);
                }
                None => process
                    .data
                    .handle_primary_link(world.now, PrimaryLinkInput::Closed),
            }
        }
        DataEvent::PrimaryLinkWrite(bytes) => {
            if let Some(conn) = process.wires.primary() {
                world.log.digest(&bytes);
                world.network.send(now, conn, host, bytes);
            }
        }
        DataEvent::ClosePrimaryLink => close_primary_link(host, process, world),
        DataEvent::Stall(pause) => process.stalled_until = now + pause,
        DataEvent::Log { level, text } => log(host, world, level, &text),
        _ => {}
    }
}

fn close_primary_link(host: HostId, process: &mut Process, world: &mut Surroundings<'_>) {
    if let Some(conn) = process.wires.primary() {
        process.wires.remove(conn);
        world.network.close(world.now.instant, conn, host);
    }
}

fn write_output(
    host: HostId,
    process: &mut Process,
    world: &mut Surroundings<'_>,
    client: shoal_core::ClientId,
) {
    // An operator's session has no connection; its reply is picked up where the command was given.
    let Some(conn) = process.wires.client(client) else {
        return;
    };
    loop {
        let bytes = Bytes::copy_from_slice(process.data.output(client));
        if bytes.is_empty() {
            return;
        }
        process.data.output_written(client, bytes.len());
        world.log.digest(&bytes);
        world.network.send(world.now.instant, conn, host, bytes);
    }
}

fn log(host: HostId, world: &mut Surroundings<'_>, level: LogLevel, text: &str) {
    if level >= LogLevel::Notice {
        world
            .log
            .add(world.now.instant, host, format_args!("{text}"));
    }
}

/// A machine without further files.
struct NoFiles;

impl Host for NoFiles {
    fn read(&mut self, _: &[u8]) -> Result<Vec<u8>, String> {
        Err("no such file".into())
    }

    fn change_dir(&mut self, path: &[u8]) -> Result<Vec<u8>, String> {
        Ok(path.to_vec())
    }
}

/// As a redis.conf of a cluster node would have it.
fn config(node_timeout: Duration) -> Config {
    let text = format!(
        "port {CLIENT_PORT}\ncluster-enabled yes\ncluster-node-timeout {}\nprotected-mode no\nrepl-diskless-sync-delay 0\n",
        node_timeout.as_millis()
    );
    let mut config = Config::new();
    // All of these options are known, and their values valid.
    let _ = config.load(None, text.as_bytes(), &mut NoFiles);
    config
}
