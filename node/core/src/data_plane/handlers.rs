//! Handlers and what surrounds them: what a handler of the keyspace gets to work with, and what becomes of what it
//! leaves behind.

use shoal_keyspace::command::{CommandSpec, Handler, KeyspaceHandler, NodeCommand, resolve};
use shoal_keyspace::{Blocking, Ctx, Effects, Propagation};
use shoal_resp::{Args, ReplyWriter};
use shoal_slots::Slot;

use super::blocking::Attempt;
use super::call::{Call, Flow};
use super::commands;
use super::dispatch::Request;
use super::gates::Gates;
use super::kept::Kept;
use super::pubsub::Topic;
use super::{ClientId, DataPlane};

/// What is known of the keys of a command.
#[derive(Clone, Copy, Default)]
pub(crate) struct KnownKeys {
    /// The slot of all of them.
    pub(crate) slot: Option<Slot>,
    /// The hash of the only one.
    pub(crate) hash: Option<u64>,
}

impl DataPlane {
    /// Runs a handler of the keyspace for a client, and repeats its effects where somebody listens. Returns where
    /// its reply begins, if that is an error.
    #[inline]
    pub(crate) fn run_on_keyspace(
        &mut self,
        client: ClientId,
        spec: &'static CommandSpec,
        run: KeyspaceHandler,
        request: Request<'_>,
        keys: KnownKeys,
    ) -> Option<usize> {
        let mut ctx = self.context(client, spec, request, keys)?;
        let (start, mark, db) = (ctx.reply.len(), ctx.reply.mark(), ctx.db);
        run(&mut ctx);
        let failed = ctx.reply.since(mark).first() == Some(&b'-');
        self.after_handler(client, spec, request, db);
        self.command_stats.count(spec, failed);
        failed.then_some(start)
    }

    /// As `run_on_keyspace`, for a command that may wait for data.
    pub(crate) fn run_blocking(
        &mut self,
        client: ClientId,
        spec: &'static CommandSpec,
        run: KeyspaceHandler,
        request: Request<'_>,
        attempt: Attempt,
    ) -> Flow {
        let Some(mut ctx) = self.context(client, spec, request, KnownKeys::default()) else {
            return Flow::Stop;
        };
        let (mark, db) = (ctx.reply.mark(), ctx.db);
        ctx.blocking = Blocking::Allowed;
        run(&mut ctx);
        let failed = ctx.reply.since(mark).first() == Some(&b'-');
        let blocking = ctx.blocking;
        self.after_handler(client, spec, request, db);
        if let Blocking::Wanted(on) = blocking {
            let kept = match &on.rewritten {
                None => Kept::new(spec, request.args),
                Some(args) => {
                    let args: Vec<&[u8]> = args.iter().map(Vec::as_slice).collect();
                    Kept::new(spec, Args::from_slices(&args))
                }
            };
            self.wait_for_keys(client, kept, &on, attempt);
            return Flow::Stop;
        }
        self.command_stats.count(spec, failed);
        Flow::Next
    }

    /// What a handler of the keyspace gets to work with.
    #[inline]
    fn context<'a>(
        &'a mut self,
        client: ClientId,
        spec: &'static CommandSpec,
        request: Request<'a>,
        keys: KnownKeys,
    ) -> Option<Ctx<'a>> {
        let session = self.sessions.get_mut(client)?;
        if session.output.capacity() == 0 {
            session.output = self.buffers.take();
        }
        session.last_command = Some(spec);
        Some(Ctx {
            keyspace: &mut self.keyspace,
            args: request.args,
            db: session.db,
            reply: ReplyWriter::new(&mut session.output, session.version)
                .limited(self.settings.output_len_max(session.sent)),
            slot: keys.slot,
            hash: keys.hash,
            now: self.now.unix(),
            from_primary: false,
            blocking: Blocking::Forbidden,
            effects: &mut self.effects,
        })
    }

    /// Looks at what a handler left behind.
    #[inline]
    fn after_handler(
        &mut self,
        client: ClientId,
        spec: &'static CommandSpec,
        request: Request<'_>,
        db: usize,
    ) {
        if !self.effects.events.is_empty() {
            self.publish_events();
        }
        if self.effects.dirty > 0
            || !self.effects.expired.is_empty()
            || !matches!(self.effects.propagation, Propagation::Verbatim)
            || self.gates.contains(Gates::ATTENDED)
        {
            self.repeat_effects(client, db, spec, request);
        }
    }

    /// Runs a command that is about the node.
    pub(crate) fn run_on_node(
        &mut self,
        client: ClientId,
        spec: &'static CommandSpec,
        command: NodeCommand,
        args: Args<'_>,
    ) -> Flow {
        self.command_stats.count(spec, false);
        if let Some(session) = self.sessions.get_mut(client) {
            session.last_command = Some(spec);
        }
        let call = Call {
            now: self.now,
            client,
            spec,
            args,
        };
        commands::run(self, &call, command)
    }

    /// Executes a command of our primary (or of a file): no checks, no reply.
    pub(crate) fn apply(&mut self, db: usize, args: Args<'_>) -> Result<(), String> {
        let spec = resolve(args).map_err(|error| error.to_string())?;
        if let Handler::Node(NodeCommand::Publish | NodeCommand::Spublish) = spec.handler {
            let topic = Topic::of_publisher(spec.name);
            let arg = |index| args.get(index).unwrap_or_default();
            self.deliver(topic, arg(1), arg(2));
            return Ok(());
        }
        let Handler::Keyspace(run) = spec.handler else {
            return Err(format!("ERR command '{}' cannot be applied", spec.name));
        };
        self.sink.clear();
        // Sub-replicas get the primary's own bytes, so effects are not repeated.
        let mut effects = Effects::new(false);
        effects.wanted_events = self.effects.wanted_events;
        let mut ctx = Ctx {
            keyspace: &mut self.keyspace,
            args,
            reply: ReplyWriter::new(&mut self.sink, shoal_resp::Version::Resp2),
            db,
            slot: None,
            hash: None,
            now: self.now.unix(),
            from_primary: true,
            blocking: Blocking::Forbidden,
            effects: &mut effects,
        };
        run(&mut ctx);
        self.dirty += effects.dirty;
        self.watch_memory();
        self.stats.commands += 1;
        for event in &effects.events {
            self.publish_event(event);
        }
        match self.sink.strip_prefix(b"-") {
            Some(text) => Err(String::from_utf8_lossy(text).trim_end().to_owned()),
            None => Ok(()),
        }
    }
}
