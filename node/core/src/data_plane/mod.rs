//! The data plane: sessions, commands, the keyspace and the replication stream, as one state machine.
//!
//! One call in, drain the polls, wait, repeat. Every call gets the time and does a bounded amount of
//! work; nothing here touches a socket, a file or a clock. The face is in this file, and what it promises:
//!
//! - `handle_input` executes every complete request of the bytes it gets, in order, and appends the replies
//!   to the session's output; the shell writes that once per readiness.
//! - A session that waits (for the control plane, for replicas, for the end of a pause) keeps the rest of its
//!   input unparsed, so replies never overtake each other.
//! - What concerns other sessions than the one that spoke is said by [`DataEvent`]s, in order.

mod ahead;
mod blocked;
mod blocking;
mod buffers;
mod call;
mod checks;
mod client_line;
mod commands;
mod control;
mod cron;
mod dispatch;
mod event;
mod evict;
mod expire;
mod gates;
mod handlers;
mod input;
mod kept;
mod memory;
mod output;
mod pause;
mod primary_link;
mod propagate;
mod pubsub;
mod replicas;
mod session;
mod sessions;
mod settings;
mod snapshot;
mod stats;
mod transactions;
mod upstream;

use std::collections::VecDeque;
use std::sync::Arc;

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use shoal_config::Config;
use shoal_keyspace::{Effects, Keyspace};
use shoal_replication::Primary;
use shoal_resp::{Limits, ReplyWriter, RequestBatch, RequestParser, Version};
use shoal_slots::{ClusterView, Instant, NodeId, Now, ReplId, ViewNode};

use crate::messages::{ToControl, ToData};

pub use event::{
    AllocatorAnswer, AllocatorRequest, ClientInput, DataEvent, LogLevel, MemoryFacts, PeerInfo,
    PrimaryLinkInput, ProcessFacts, Rejected, ShutdownRequest,
};
pub use sessions::ClientId;

use ahead::Batch;
use blocked::Waiting;
use buffers::Buffers;
pub(crate) use call::parse_i64;
use expire::Expiry;
use gates::Gates;
use memory::MemoryWatch;
use pause::Pause;
use session::Flags;
use sessions::Sessions;
use settings::Settings;
use stats::Stats;
use upstream::Upstream;

/// The version of Redis whose behaviour clients may expect.
pub const REDIS_VERSION: &str = "7.2.4";
/// Our own version.
pub const SHOAL_VERSION: &str = env!("CARGO_PKG_VERSION");

const PROTECTED_MODE: &str = "DENIED Shoal is running in protected mode because protected mode is enabled and no \
     password is set for the default user. In this mode connections are only accepted from the loopback interface. If \
     you want to connect from external computers you may adopt one of the following solutions: 1) Disable protected \
     mode by sending the command 'CONFIG SET protected-mode no' from the loopback interface, and make sure the server \
     is not publicly accessible from the internet if you do so. Use CONFIG REWRITE to make this change permanent. 2) \
     Set the option in the configuration file, and restart. 3) Start the server with '--protected-mode no'. 4) Set up \
     an authentication password for the default user.";

/// Clients, data and the replication stream of one node. See the module's page for the contract.
pub struct DataPlane {
    // What a command on the hot path touches.
    keyspace: Keyspace,
    sessions: Sessions,
    view: Arc<ClusterView>,
    gates: Gates,
    effects: Effects,
    stats: Stats,
    command_stats: stats::CommandStats,
    primary: Primary,
    // The rest.
    settings: Settings,
    config: Config,
    buffers: Buffers,
    /// Parses input of sessions that have none pending; taken out while in use.
    parser: RequestParser,
    /// Requests found ahead; taken out while in use.
    batch: Batch,
    pause: Pause,
    waiting: Waiting,
    /// Who listens to what.
    pubsub: pubsub::Registry,
    /// Sessions that are blocked on keys.
    queue: blocking::Queue,
    /// Somebody blocked on keys is being served.
    serving: bool,
    watchers: transactions::Watchers,
    /// Commands on their way into the stream.
    unit: propagate::Unit,
    /// The stream grew in this call: replicas are to be woken.
    fed: bool,
    /// Present while this node is a replica.
    upstream: Option<Box<Upstream>>,
    /// Sessions that were unblocked: their pending input is to be looked at before the call ends.
    resume: VecDeque<ClientId>,
    events: VecDeque<DataEvent>,
    to_control: VecDeque<ToControl>,
    process: ProcessFacts,
    rng: Pcg64Mcg,
    run_id: ReplId,
    started: Now,
    now: Now,
    /// How long the command at hand slept.
    slept: core::time::Duration,
    next_cron: Instant,
    next_client_number: u64,
    next_ticket: u64,
    /// Changes since the last snapshot.
    dirty: u64,
    /// `DEBUG PAUSE-CRON 1`.
    cron_paused: bool,
    /// Where the next cron turn goes on with looking at sessions.
    cron_place: usize,
    /// When the log was last told of a kind of misbehaviour that anybody can repeat endlessly.
    last_complaint: Option<Instant>,
    shutting_down: bool,
    /// Replies to nobody end here.
    sink: Vec<u8>,
    /// A command on its way into the stream.
    scratch: Vec<u8>,
    memory: MemoryWatch,
    /// When eviction goes on.
    evict_at: Option<Instant>,
    expiry: Expiry,
}

impl core::fmt::Debug for DataPlane {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("DataPlane")
            .field("sessions", &self.sessions.len())
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

impl DataPlane {
    /// A node without data, primary of its own. With `replicaof` in the configuration (and no cluster) it
    /// follows that primary from the first `handle_timeout` on.
    #[must_use]
    pub fn new(config: Config, seed: u64, now: Now) -> Self {
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        let settings = Settings::of(&config);
        let primary = Primary::new(settings::primary_config(&config), rng.next_u64());
        let run_id = ReplId::random(&mut rng);
        let mut plane = Self {
            keyspace: Keyspace::new(settings::keyspace_config(&config), rng.next_u64()),
            sessions: Sessions::default(),
            view: Arc::new(
                ClusterView::builder(ViewNode::new(NodeId::ZERO, "", config.port())).build(),
            ),
            gates: Gates::default(),
            effects: Effects::new(false),
            stats: Stats::default(),
            command_stats: stats::CommandStats::default(),
            primary,
            settings,
            config,
            buffers: Buffers::default(),
            parser: RequestParser::new(Limits::default()),
            batch: Batch::default(),
            pause: Pause::default(),
            waiting: Waiting::default(),
            pubsub: pubsub::Registry::default(),
            queue: blocking::Queue::default(),
            serving: false,
            watchers: transactions::Watchers::default(),
            unit: propagate::Unit::default(),
            fed: false,
            upstream: None,
            resume: VecDeque::new(),
            events: VecDeque::new(),
            to_control: VecDeque::new(),
            process: ProcessFacts::default(),
            rng,
            run_id,
            started: now,
            now,
            slept: core::time::Duration::ZERO,
            next_cron: now.instant,
            next_client_number: 1,
            next_ticket: 1,
            dirty: 0,
            cron_paused: false,
            cron_place: 0,
            last_complaint: None,
            shutting_down: false,
            sink: Vec::new(),
            scratch: Vec::new(),
            memory: MemoryWatch::default(),
            evict_at: None,
            expiry: Expiry::default(),
        };
        plane.effects.wanted_events = plane.settings.notifications.classes();
        plane.update_gates();
        if let Some((host, port)) = plane
            .config
            .replicaof()
            .filter(|_| !plane.settings.cluster_enabled)
        {
            plane.follow(now, &host, port);
        }
        plane
    }

    fn admit(&self, peer: &PeerInfo) -> Result<(), Rejected> {
        let reject = |text: &str| {
            let mut reply = Vec::new();
            ReplyWriter::new(&mut reply, Version::Resp2).error(text);
            Err(Rejected { reply })
        };
        if self.sessions.len() >= self.settings.clients_max {
            return reject("ERR max number of clients reached");
        }
        if self.settings.protected_mode && !self.settings.requires_password() && !peer.is_local() {
            return reject(PROTECTED_MODE);
        }
        Ok(())
    }

    /// A client connected. `Err` says what to write before closing the connection.
    ///
    /// # Errors
    /// [`Rejected`] when there are too many clients or protected mode forbids the peer.
    pub fn connect(&mut self, now: Now, peer: PeerInfo) -> Result<ClientId, Rejected> {
        self.now = now;
        if let Err(rejected) = self.admit(&peer) {
            self.stats.connections_rejected += 1;
            return Err(rejected);
        }
        self.stats.connections_received += 1;
        let number = self.next_client_number;
        self.next_client_number += 1;
        let locked = self.settings.requires_password();
        Ok(self.sessions.insert(|id| {
            let mut session = session::Session::new(id, number, peer, now);
            session.flags.set(Flags::UNAUTHENTICATED, locked);
            session
        }))
    }

    /// Bytes arrived from a client. Everything complete in them is executed; replies are in `output`.
    pub fn handle_input(&mut self, now: Now, client: ClientId, bytes: &[u8]) {
        self.now = now;
        self.take_input(client, bytes);
        self.finish_turn();
    }

    /// Bytes arrived from several clients; as `handle_input` for each of them in turn, but faster: the memory that
    /// their commands need is sent for together.
    pub fn handle_inputs(&mut self, now: Now, buffer: &[u8], inputs: &[ClientInput]) {
        self.now = now;
        for inputs in inputs.chunks(RequestBatch::CAPACITY) {
            self.prefetch_inputs(buffer, inputs);
            for input in inputs {
                let bytes = buffer.get(input.range.clone()).unwrap_or_default();
                self.take_input(input.client, bytes);
            }
        }
        self.finish_turn();
    }

    /// What is to be written to this client. May be a part only: write, say `output_written`, ask again.
    pub fn output(&mut self, client: ClientId) -> &[u8] {
        self.next_output(client)
    }

    /// The first `n` bytes of `output` were written.
    pub fn output_written(&mut self, client: ClientId, n: usize) {
        self.forget_output(client, n);
    }

    /// The connection ended, for whatever reason (also after [`DataEvent::Close`]).
    pub fn handle_closed(&mut self, now: Now, client: ClientId) {
        self.now = now;
        self.forget_session(client);
        self.finish_turn();
    }

    /// Something happened on the link to the primary.
    pub fn handle_primary_link(&mut self, now: Now, input: PrimaryLinkInput<'_>) {
        self.now = now;
        self.take_link_input(input);
        self.finish_turn();
    }

    /// A message of the control plane.
    pub fn handle_control(&mut self, now: Now, message: ToData) {
        self.now = now;
        self.take_control(message);
        self.finish_turn();
    }

    /// The next message for the control plane.
    #[must_use]
    pub fn poll_to_control(&mut self) -> Option<ToControl> {
        self.to_control.pop_front()
    }

    /// Time passed. Early or repeated calls change nothing.
    pub fn handle_timeout(&mut self, now: Now) {
        self.now = now;
        self.turn_timers();
        self.finish_turn();
    }

    /// When `handle_timeout` is to be called next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let deadlines = [
            Some(self.next_cron),
            self.waiting.next_deadline(),
            self.pause.deadline(),
            self.primary.poll_timeout(),
            self.evict_at,
            self.expiry.due(),
            self.upstream
                .as_ref()
                .and_then(|upstream| upstream.poll_timeout()),
        ];
        deadlines.into_iter().flatten().min()
    }

    /// The next wish to the shell.
    #[must_use]
    pub fn poll_event(&mut self) -> Option<DataEvent> {
        let event = self.events.pop_front()?;
        if let DataEvent::Output(client) = &event
            && let Some(session) = self.sessions.get_mut(*client)
        {
            session.flags.remove(Flags::ANNOUNCED);
        }
        Some(event)
    }

    /// What `INFO` is to say of the process.
    pub fn set_process_facts(&mut self, facts: ProcessFacts) {
        self.process = facts;
    }

    /// The options in force.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// The dataset, for the shell's start-up.
    #[must_use]
    pub const fn keyspace(&self) -> &Keyspace {
        &self.keyspace
    }

    /// How many clients are connected.
    #[must_use]
    pub const fn clients(&self) -> usize {
        self.sessions.len()
    }
}
