//! The world: nodes, network, time. One step at a time, always the earliest.

use core::fmt;
use core::time::Duration;

use bytes::Bytes;
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use shoal_core::PrimaryLinkStatus;
use shoal_simnet::{Arrival, Faults, HostId, Network};
use shoal_slots::{Instant, NodeId, Now, Slot};

use crate::check::{Checker, Violation};
use crate::disk::{Disk, Loss};
use crate::log::EventLog;
use crate::node::{Node, Surroundings};

/// When the simulated world begins, in microseconds of Unix time.
const BEGINNING: u64 = 1_700_000_000_000_000;

/// A rule that is broken on purpose, to see that the checks would notice.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Sabotage {
    /// Everything is as it should be.
    #[default]
    None,
    /// The shell says that nodes.conf is saved before it is.
    ForgetToWaitForTheDisk,
}

/// What a world is made of.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many nodes.
    pub nodes: u32,
    /// `cluster-node-timeout` of all of them.
    pub node_timeout: Duration,
    /// How bad the network is.
    pub faults: Faults,
    /// How long the disk takes.
    pub disk_delay: Duration,
    /// Whether a rule is broken on purpose.
    pub sabotage: Sabotage,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            nodes: 6,
            node_timeout: Duration::from_secs(2),
            faults: Faults::default(),
            disk_delay: Duration::from_millis(3),
            sabotage: Sabotage::None,
        }
    }
}

/// Why a run did not get where it should.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Stuck {
    /// An invariant was broken.
    Violated(Violation),
    /// The time ran out first.
    TimedOut,
    /// A command was refused: the words, and what was answered.
    Refused(String),
    /// A node could not start from what it had written itself.
    CannotStart(String),
    /// Something asks to be woken again and again without time passing.
    Spins,
}

impl fmt::Display for Stuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Violated(violation) => violation.fmt(f),
            Self::TimedOut => f.write_str("not reached in time"),
            Self::Refused(what) => write!(f, "refused: {what}"),
            Self::CannotStart(why) => write!(f, "cannot start: {why}"),
            Self::Spins => f.write_str("time stands still: somebody asks to be woken for nothing"),
        }
    }
}

impl std::error::Error for Stuck {}

impl From<Violation> for Stuck {
    fn from(violation: Violation) -> Self {
        Self::Violated(violation)
    }
}

/// See the module.
pub struct World {
    seed: u64,
    options: Options,
    now: Instant,
    rng: Pcg64Mcg,
    network: Network<Bytes>,
    nodes: Vec<Node>,
    checker: Checker,
    log: EventLog,
    /// Steps since time last moved.
    steps_at_now: u32,
}

/// So many things may happen at one time; more means that somebody spins.
const STEPS_AT_ONE_TIME: u32 = 10_000;

impl World {
    /// All nodes started, none of them knowing another.
    #[must_use]
    pub fn new(seed: u64, options: Options) -> Self {
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        let network = Network::new(rng.next_u64(), options.faults);
        let mut world = Self {
            seed,
            options,
            now: Instant::ORIGIN,
            network,
            nodes: Vec::new(),
            checker: Checker::default(),
            log: EventLog::default(),
            steps_at_now: 0,
            rng,
        };
        for number in 0..options.nodes {
            let seed = world.rng.next_u64();
            world
                .nodes
                .push(Node::new(HostId(number), seed, Disk::default()));
        }
        for host in world.hosts() {
            // An empty disk is always good enough to start from.
            let _ = world.restart(host);
        }
        world
    }

    /// The seed that makes this run again.
    #[must_use]
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// What happened so far.
    #[must_use]
    pub const fn log(&self) -> &EventLog {
        &self.log
    }

    /// The time that has passed.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.now - Instant::ORIGIN
    }

    /// All machines.
    #[must_use]
    pub fn hosts(&self) -> Vec<HostId> {
        self.nodes.iter().map(|node| node.host).collect()
    }

    /// The network, to make it worse.
    pub const fn network_mut(&mut self) -> &mut Network<Bytes> {
        &mut self.network
    }

    /// The membership of a running node.
    #[must_use]
    pub fn gossip(&self, host: HostId) -> Option<&shoal_gossip::Gossip> {
        let node = self.nodes.iter().find(|node| node.host == host)?;
        Some(node.process.as_ref()?.control.gossip())
    }

    /// Whether a process runs there.
    #[must_use]
    pub fn is_running(&self, host: HostId) -> bool {
        self.gossip(host).is_some()
    }

    /// Whether the process there is a primary, or a replica whose link to its primary is up.
    #[must_use]
    pub fn is_in_sync(&self, host: HostId) -> bool {
        let node = self.nodes.iter().find(|node| node.host == host);
        node.and_then(|node| node.process.as_ref())
            .is_some_and(|process| {
                !matches!(
                    process.data.replication_status().link,
                    PrimaryLinkStatus::Down { .. }
                )
            })
    }

    /// The id of a running node.
    #[must_use]
    pub fn id_of(&self, host: HostId) -> Option<NodeId> {
        Some(self.gossip(host)?.my_id())
    }

    /// The running node that owns a key's slot in its own eyes, with the greatest epoch.
    #[must_use]
    pub fn owner_of(&self, key: &[u8]) -> Option<HostId> {
        let slot = Slot::of_key(key);
        let owners = self.hosts().into_iter().filter_map(|host| {
            let gossip = self.gossip(host)?;
            let mine = gossip.slot_owner(slot) == Some(gossip.my_id());
            mine.then(|| (gossip.myself().config_epoch, host))
        });
        owners.max().map(|(_, host)| host)
    }

    /// A command given at a machine. The reply as it stands on the wire; `None` if no process runs there.
    pub fn command(&mut self, host: HostId, words: &[&str]) -> Option<Vec<u8>> {
        self.with(host, |node, world| node.command(world, words))
            .flatten()
    }

    /// The process ends without a word.
    pub fn crash(&mut self, host: HostId, loss: Loss) {
        let Some(node) = self.nodes.iter_mut().find(|node| node.host == host) else {
            return;
        };
        if node.process.take().is_some() {
            node.disk.crash(loss);
            self.network.crash(self.now, host);
            self.checker.forget(host);
            self.log
                .add(self.now, host, format_args!("crashes, losing {loss:?}"));
        }
    }

    /// The process starts, if none runs.
    ///
    /// # Errors
    /// [`Stuck::CannotStart`] if what it wrote itself cannot be read back.
    pub fn restart(&mut self, host: HostId) -> Result<(), Stuck> {
        if self.is_running(host) {
            return Ok(());
        }
        let timeout = self.options.node_timeout;
        let started = self.with(host, |node, world| node.start(world, timeout));
        started
            .transpose()
            .map_err(|error| Stuck::CannotStart(error.to_string()))?;
        Ok(())
    }

    /// Runs until something is true.
    ///
    /// # Errors
    /// [`Stuck::TimedOut`] after that much virtual time, [`Stuck::Violated`] at once.
    pub fn run_until(
        &mut self,
        limit: Duration,
        mut done: impl FnMut(&Self) -> bool,
    ) -> Result<(), Stuck> {
        let deadline = self.now + limit;
        while !done(self) {
            let Some(next) = self.next_event().filter(|at| *at <= deadline) else {
                self.now = deadline;
                return if done(self) {
                    Ok(())
                } else {
                    Err(Stuck::TimedOut)
                };
            };
            self.step(next)?;
        }
        Ok(())
    }

    /// Runs for a while.
    ///
    /// # Errors
    /// [`Stuck::Violated`].
    pub fn run_for(&mut self, time: Duration) -> Result<(), Stuck> {
        match self.run_until(time, |_| false) {
            Err(Stuck::TimedOut) => Ok(()),
            other => other,
        }
    }

    fn next_event(&self) -> Option<Instant> {
        let timeouts = self.nodes.iter().filter_map(Node::next_timeout);
        timeouts.chain(self.network.next_arrival()).min()
    }

    /// Lets everything happen that happens at this time.
    fn step(&mut self, at: Instant) -> Result<(), Stuck> {
        if at > self.now {
            self.now = at;
            self.steps_at_now = 0;
        }
        self.steps_at_now += 1;
        if self.steps_at_now > STEPS_AT_ONE_TIME {
            return Err(Stuck::Spins);
        }
        while let Some(arrival) = self.network.poll(self.now) {
            self.deliver(arrival)?;
        }
        for host in self.hosts() {
            let due = self
                .nodes
                .iter()
                .find(|node| node.host == host)
                .and_then(Node::next_timeout);
            if due.is_some_and(|due| due <= self.now) {
                self.turn(host, |node, world| node.handle_timeout(world))?;
            }
        }
        Ok(())
    }

    fn deliver(&mut self, arrival: Arrival<Bytes>) -> Result<(), Stuck> {
        match arrival {
            Arrival::Accepted {
                host,
                conn,
                from,
                port,
            } => self.turn(host, |node, world| node.accepted(world, conn, from, port)),
            Arrival::Connected { host, conn } => {
                self.turn(host, |node, world| node.connected(world, conn))
            }
            Arrival::Refused { host, conn } => {
                self.turn(host, |node, world| node.closed(world, conn, true))
            }
            Arrival::Closed { host, conn } => {
                self.turn(host, |node, world| node.closed(world, conn, false))
            }
            Arrival::Delivered {
                host,
                conn,
                payload,
            } => self.turn(host, |node, world| node.delivered(world, conn, &payload)),
        }
    }

    /// Lets a node do something, and then looks whether the rules still hold.
    fn turn(
        &mut self,
        host: HostId,
        act: impl FnOnce(&mut Node, &mut Surroundings<'_>),
    ) -> Result<(), Stuck> {
        let mut votes = Vec::new();
        self.with_votes(host, &mut votes, act);
        let Some(node) = self.nodes.iter().find(|node| node.host == host) else {
            return Ok(());
        };
        for vote in &votes {
            self.checker.vote(host, vote, &node.disk)?;
        }
        if let Some(process) = &node.process {
            let running = self.nodes.iter().filter_map(|node| {
                let process = node.process.as_ref()?;
                Some((node.host, process.control.gossip()))
            });
            self.checker.look(host, process.control.gossip(), running)?;
        }
        Ok(())
    }

    fn with<T>(
        &mut self,
        host: HostId,
        act: impl FnOnce(&mut Node, &mut Surroundings<'_>) -> T,
    ) -> Option<T> {
        self.with_votes(host, &mut Vec::new(), act)
    }

    fn with_votes<T>(
        &mut self,
        host: HostId,
        sent_votes: &mut Vec<Bytes>,
        act: impl FnOnce(&mut Node, &mut Surroundings<'_>) -> T,
    ) -> Option<T> {
        let unix_micros = BEGINNING + self.now.as_micros();
        let mut surroundings = Surroundings {
            network: &mut self.network,
            log: &mut self.log,
            now: Now {
                instant: self.now,
                unix_micros,
            },
            disk_delay: self.options.disk_delay,
            sabotage: self.options.sabotage,
            sent_votes,
        };
        let node = self.nodes.iter_mut().find(|node| node.host == host)?;
        Some(act(node, &mut surroundings))
    }
}
