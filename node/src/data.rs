//! The data thread: owns the [`DataPlane`] and carries its wishes out.
//!
//! Tasks on this thread share the plane through a `RefCell`; none holds it across an await. After every call
//! into the plane [`Data::settle`] drains what it has to say: that is the contract of the plane.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use shoal_config::LogLevel;
use shoal_core::{ClientId, DataEvent, DataPlane, ProcessFacts, Ticket, ToControl, ToData};
use shoal_slots::Instant;
use tokio::sync::{Notify, mpsc};
use tokio::task::spawn_local;

use crate::allocator::Probe;
use crate::clients::Mailbox;
use crate::clock::Clock;
use crate::feed::Feed;
use crate::lazyfree::Lazyfree;
use crate::shutdown::Shutdown;
use crate::turn::Turn;
use crate::{allocator, disk, facts, listen, log};

/// How much one read takes at most. Big enough for a deep pipeline, small enough to stay in the cache.
pub(crate) const READ_LEN: usize = 64 * 1024;
/// How many messages of the control plane are handled before clients get a turn.
const MESSAGES_PER_TURN: usize = 64;

/// The plane and what the shell keeps beside it.
pub(crate) struct Data {
    pub(crate) plane: RefCell<DataPlane>,
    pub(crate) clock: Clock,
    /// What clients said and nobody has executed yet.
    pub(crate) turn: Turn,
    /// The buffer for reads from our primary.
    pub(crate) buffer: RefCell<Box<[u8]>>,
    /// By [`ClientId::index`].
    mailboxes: RefCell<Vec<Option<Rc<Mailbox>>>>,
    to_control: Option<mpsc::UnboundedSender<ToControl>>,
    pub(crate) feed: Feed,
    /// When the timer is set to ring, and how to set it anew.
    armed: Cell<Instant>,
    rearm: Notify,
    pub(crate) shutdown: Rc<Shutdown>,
    config_file: Option<PathBuf>,
    lazyfree: Lazyfree,
    /// Options that changed and concern the shell.
    pub(crate) changed_options: mpsc::UnboundedSender<(&'static str, String)>,
    me: RefCell<std::rc::Weak<Data>>,
}

/// What [`Data::new`] needs beside the plane.
pub(crate) struct DataParts {
    pub(crate) clock: Clock,
    pub(crate) to_control: Option<mpsc::UnboundedSender<ToControl>>,
    pub(crate) shutdown: Rc<Shutdown>,
    pub(crate) config_file: Option<PathBuf>,
    pub(crate) changed_options: mpsc::UnboundedSender<(&'static str, String)>,
}

impl Data {
    pub(crate) fn new(plane: DataPlane, parts: DataParts) -> Rc<Self> {
        let data = Rc::new(Self {
            plane: RefCell::new(plane),
            clock: parts.clock,
            turn: Turn::default(),
            buffer: RefCell::new(vec![0; READ_LEN].into_boxed_slice()),
            mailboxes: RefCell::new(Vec::new()),
            to_control: parts.to_control,
            feed: Feed::default(),
            armed: Cell::new(Instant::from_micros(u64::MAX)),
            rearm: Notify::new(),
            shutdown: parts.shutdown,
            config_file: parts.config_file,
            lazyfree: Lazyfree::start(),
            changed_options: parts.changed_options,
            me: RefCell::default(),
        });
        *data.me.borrow_mut() = Rc::downgrade(&data);
        data
    }

    /// Calls the plane and carries out what it then wishes.
    pub(crate) fn call<R>(&self, call: impl FnOnce(&mut DataPlane) -> R) -> R {
        let mut plane = self.plane.borrow_mut();
        let result = call(&mut plane);
        self.settle(&mut plane);
        result
    }

    /// Drains everything that the plane has to say.
    fn settle(&self, plane: &mut DataPlane) {
        while let Some(event) = plane.poll_event() {
            self.act(plane, event);
        }
        while let Some(message) = plane.poll_to_control() {
            if let Some(control) = &self.to_control {
                // The control thread ends only with the process.
                let _ = control.send(message);
            }
        }
        if plane
            .poll_timeout()
            .is_some_and(|deadline| deadline < self.armed.get())
        {
            self.rearm.notify_one();
        }
    }

    fn act(&self, plane: &mut DataPlane, event: DataEvent) {
        match event {
            DataEvent::Output(client) => self.with_mailbox(client, |mailbox| mailbox.bell.ring()),
            DataEvent::Close(client) => self.with_mailbox(client, Mailbox::close),
            DataEvent::ConnectPrimary { host, port } => {
                if let Some(data) = self.me.borrow().upgrade() {
                    self.feed.connect(data, host, port);
                }
            }
            DataEvent::PrimaryLinkWrite(bytes) => self.feed.write(bytes),
            DataEvent::ClosePrimaryLink => self.feed.close(),
            // DEBUG SLEEP is meant to block everybody.
            DataEvent::Stall(duration) => std::thread::sleep(duration),
            DataEvent::Shutdown(request) => self.shutdown.ask(request),
            DataEvent::AbortShutdown => self.shutdown.abort(),
            DataEvent::RewriteConfig { ticket } => self.rewrite_config(plane, ticket),
            DataEvent::OptionChanged { name, value } => {
                let _ = self.changed_options.send((name, value));
            }
            DataEvent::Crash { reason } => {
                log::warning(&format!("{reason}. Aborting."));
                std::process::abort();
            }
            DataEvent::Free(garbage) => self.lazyfree.free(garbage),
            DataEvent::Allocator { ticket, request } => {
                let answer = allocator::answer(request);
                plane.allocator_answered(self.clock.now(), ticket, answer);
            }
            DataEvent::Log { level, text } => log::log(level_of(level), &text),
            other => log::warning(&format!(
                "The shell does not know how to do this: {other:?}"
            )),
        }
    }

    /// `CONFIG REWRITE`. Rare and small, so it happens at once.
    fn rewrite_config(&self, plane: &mut DataPlane, ticket: Ticket) {
        let result = match &self.config_file {
            None => Err("there is no config file".to_owned()),
            Some(path) => match std::fs::read(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
                old => disk::replace(
                    path,
                    &plane.rewritten_config(&old.unwrap_or_default()),
                    true,
                    false,
                )
                .map(drop),
            }
            .map_err(|error| listen::system_text(&error)),
        };
        plane.config_rewritten(self.clock.now(), ticket, result);
    }

    /// Makes the mailbox of a new client.
    pub(crate) fn add_mailbox(&self, client: ClientId) -> Rc<Mailbox> {
        let mailbox = Rc::new(Mailbox::new(client));
        let mut mailboxes = self.mailboxes.borrow_mut();
        if mailboxes.len() <= client.index() {
            mailboxes.resize(client.index() + 1, None);
        }
        if let Some(place) = mailboxes.get_mut(client.index()) {
            *place = Some(mailbox.clone());
        }
        mailbox
    }

    /// Forgets the mailbox of a client that is gone.
    pub(crate) fn remove_mailbox(&self, client: ClientId) {
        if let Some(place) = self.mailboxes.borrow_mut().get_mut(client.index()) {
            *place = None;
        }
    }

    fn with_mailbox(&self, client: ClientId, act: impl FnOnce(&Mailbox)) {
        let mailboxes = self.mailboxes.borrow();
        let mailbox = mailboxes.get(client.index()).and_then(Option::as_ref);
        // The place may belong to a newer client by now.
        if let Some(mailbox) = mailbox.filter(|mailbox| mailbox.client == client) {
            act(mailbox);
        }
    }

    /// Starts what goes on in the background of this thread.
    pub(crate) fn start(
        self: &Rc<Self>,
        from_control: Option<mpsc::UnboundedReceiver<ToData>>,
        mut facts: ProcessFacts,
    ) {
        facts::refresh(&mut facts);
        self.plane.borrow_mut().set_process_facts(facts.clone());
        self.plane
            .borrow_mut()
            .set_memory_facts(facts::memory(&Probe::new()));
        spawn_local(self.clone().end_turns());
        spawn_local(keep_time(self.clone()));
        spawn_local(keep_facts(self.clone(), facts));
        if let Some(from_control) = from_control {
            spawn_local(hear_control(self.clone(), from_control));
        }
    }
}

pub(crate) const fn level_of(level: shoal_core::LogLevel) -> LogLevel {
    match level {
        shoal_core::LogLevel::Debug => LogLevel::Debug,
        shoal_core::LogLevel::Verbose => LogLevel::Verbose,
        shoal_core::LogLevel::Notice => LogLevel::Notice,
        shoal_core::LogLevel::Warning => LogLevel::Warning,
    }
}

/// Calls the plane when its next deadline comes.
async fn keep_time(data: Rc<Data>) {
    loop {
        let deadline = data.plane.borrow().poll_timeout();
        data.armed
            .set(deadline.unwrap_or(Instant::from_micros(u64::MAX)));
        tokio::select! {
            () = tokio::time::sleep_until(data.clock.deadline(deadline)) => {
                let now = data.clock.now();
                data.call(|plane| plane.handle_timeout(now));
                let took = data.clock.now().instant.since(now.instant);
                data.plane.borrow_mut().timeout_took(took);
            }
            () = data.rearm.notified() => {}
        }
    }
}

/// Refreshes what INFO says of the process, once per second, and what is known of its memory, ten times.
async fn keep_facts(data: Rc<Data>, mut facts: ProcessFacts) {
    const PER_SECOND: u32 = 10;
    let probe = Probe::new();
    let mut turn = tokio::time::interval(Duration::from_secs(1) / PER_SECOND);
    turn.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        for _ in 0..PER_SECOND {
            turn.tick().await;
            let memory = facts::memory(&probe);
            data.call(|plane| plane.set_memory_facts(memory));
        }
        facts::refresh(&mut facts);
        data.plane.borrow_mut().set_process_facts(facts.clone());
    }
}

/// Hands the control plane's messages to the data plane, in order.
async fn hear_control(data: Rc<Data>, mut from_control: mpsc::UnboundedReceiver<ToData>) {
    let mut batch = Vec::with_capacity(MESSAGES_PER_TURN);
    while from_control.recv_many(&mut batch, MESSAGES_PER_TURN).await > 0 {
        let now = data.clock.now();
        for message in batch.drain(..) {
            match &message {
                ToData::BecomePrimary => log::set_role(b'M'),
                ToData::BecomeReplicaOf { .. } => log::set_role(b'S'),
                _ => {}
            }
            data.call(|plane| plane.handle_control(now, message));
        }
    }
}
