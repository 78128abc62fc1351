//! One request: found in the table, checked, routed, executed, propagated.
//!
//! Two ways lead through here. The fast one is for commands on the keyspace while nothing is unusual, neither
//! with the session nor with the node: one look at each, one routing bit, and the handler runs. Everything
//! else takes the careful way, where the checks stand in the order in which the reference server makes
//! them (the order is observable: a request can be wrong in several ways at once).

use shoal_keyspace::command::{CommandFlags, CommandSpec, Handler, KeyspaceHandler, resolve};
use shoal_keyspace::{Blocking, Ctx, Effects, Propagation};
use shoal_resp::{Args, ReplyWriter, is_cross_protocol};
use shoal_slots::{Slot, plain_slot};

use super::ahead::Foreseen;
use super::blocked::Blocked;
use super::call::{Call, Flow};
use super::commands;
use super::gates::Gates;
use super::session::Flags;
use super::{ClientId, DataPlane};

/// A request as it came.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) args: Args<'a>,
    /// Its bytes, if they can be put into the stream as they are (not those of an inline request).
    pub(crate) raw: Option<&'a [u8]>,
}

/// What is known of the keys of a command.
#[derive(Clone, Copy)]
struct KnownKeys {
    /// The slot of all of them.
    slot: Option<Slot>,
    /// The hash of the only one.
    hash: Option<u64>,
}

impl DataPlane {
    /// Executes one request of a client.
    #[inline]
    pub(crate) fn execute_request(
        &mut self,
        client: ClientId,
        request: Request<'_>,
        foreseen: Option<Foreseen>,
    ) -> Flow {
        let done = foreseen.and_then(|foreseen| self.execute_fast(client, request, foreseen));
        done.unwrap_or_else(|| self.execute_carefully(client, request))
    }

    /// The fast way; `None` if it is not open to this request.
    #[inline]
    fn execute_fast(
        &mut self,
        client: ClientId,
        request: Request<'_>,
        foreseen: Foreseen,
    ) -> Option<Flow> {
        let flags = self.sessions.get(client)?.flags;
        let Foreseen { spec, run, key } = foreseen;
        let reads = spec.flags.contains(CommandFlags::READONLY);
        let gates = if reads { Gates::READS } else { Gates::ALL };
        if flags.intersects(Flags::CAREFUL)
            || self.gates.intersects(gates)
            || !spec.takes(request.args.len())
        {
            return None;
        }
        let slot = match self.settings.cluster_enabled {
            true => {
                let replica_will_do = reads && flags.contains(Flags::READONLY);
                Some(self.plain_slot(foreseen, request.args, replica_will_do)?)
            }
            false => None,
        };
        let keys = KnownKeys {
            slot,
            hash: key.map(|key| key.hash()),
        };
        self.stats.commands += 1;
        if let Some(start) = self.run_on_keyspace(client, spec, run, request, keys) {
            self.count_error_at(client, start);
        }
        Some(Flow::Next)
    }

    /// The slot of a command that this node serves without further questions. `replica_will_do`: the client accepts
    /// what a replica has.
    #[inline]
    fn plain_slot(
        &self,
        foreseen: Foreseen,
        args: Args<'_>,
        replica_will_do: bool,
    ) -> Option<Slot> {
        let Some(key) = foreseen.key else {
            let mut keys = foreseen.spec.keys(args).map(|position| position.key);
            let several = !replica_will_do;
            return several.then(|| plain_slot(&self.view, &mut keys))?;
        };
        let slot = key.slot()?;
        let plain = if replica_will_do {
            self.view.serves_reads_plainly(slot)
        } else {
            self.view.serves_plainly(slot)
        };
        plain.then_some(slot)
    }

    /// Runs a handler of the keyspace for a client, and repeats its effects where somebody listens. Returns where
    /// its reply begins, if that is an error.
    #[inline]
    fn run_on_keyspace(
        &mut self,
        client: ClientId,
        spec: &'static CommandSpec,
        run: KeyspaceHandler,
        request: Request<'_>,
        keys: KnownKeys,
    ) -> Option<usize> {
        let session = self.sessions.get_mut(client)?;
        if session.output.capacity() == 0 {
            session.output = self.buffers.take();
        }
        let start = session.output.len();
        session.last_command = Some(spec);
        let db = session.db;
        let mut ctx = Ctx {
            keyspace: &mut self.keyspace,
            args: request.args,
            reply: ReplyWriter::new(&mut session.output, session.version),
            db,
            slot: keys.slot,
            hash: keys.hash,
            now: self.now.unix(),
            from_primary: false,
            blocking: Blocking::Forbidden,
            effects: &mut self.effects,
        };
        run(&mut ctx);
        let failed = session.output.get(start) == Some(&b'-');
        self.command_stats.count(spec, failed);
        if self.effects.dirty > 0
            || !self.effects.expired.is_empty()
            || !matches!(self.effects.propagation, Propagation::Verbatim)
        {
            self.repeat_effects(client, db, request);
        }
        failed.then_some(start)
    }

    /// The careful way.
    fn execute_carefully(&mut self, client: ClientId, request: Request<'_>) -> Flow {
        let Some(session) = self.sessions.get_mut(client) else {
            return Flow::Stop;
        };
        let before = session.flags;
        // ASKING and SKIP hold for one command, whatever it is; this one.
        session
            .flags
            .remove(Flags::ASKING | Flags::REPLY_SKIP | Flags::REPLY_SKIP_NEXT);
        session
            .flags
            .set(Flags::REPLY_SKIP, before.contains(Flags::REPLY_SKIP_NEXT));
        let start = session.output.len();
        let flow = self.check_and_run(client, before.contains(Flags::ASKING), request);
        if flow == Flow::Hold {
            // Not executed: it will find things as they were.
            if let Some(session) = self.sessions.get_mut(client) {
                session.flags = before;
            }
            self.block(client, Blocked::Paused);
            self.pause.hold(client);
            return flow;
        }
        self.stats.commands += 1;
        self.count_error_at(client, start);
        let Some(session) = self.sessions.get_mut(client) else {
            return Flow::Stop;
        };
        if session.flags.is_mute() {
            session.output.truncate(start);
        }
        if self.enforce_output_limit(client) {
            Flow::Stop
        } else {
            flow
        }
    }

    fn check_and_run(&mut self, client: ClientId, asking: bool, request: Request<'_>) -> Flow {
        let args = request.args;
        let spec = match resolve(args) {
            Ok(spec) => spec,
            Err(_) if is_cross_protocol(args) => return self.refuse_cross_protocol(client),
            Err(error) => {
                error.write(&mut self.reply(client));
                return Flow::Next;
            }
        };
        if self.is_locked_out(client, spec) {
            self.command_stats.reject(spec);
            return self.error(client, "NOAUTH Authentication required.");
        }
        let slot = match self.route_request(client, spec, asking, args) {
            Ok(slot) => slot,
            Err(text) => {
                self.command_stats.reject(spec);
                return self.error(client, &text);
            }
        };
        if let Some(text) = self.refusal(client, spec) {
            self.command_stats.reject(spec);
            return self.error(client, text);
        }
        if self.gates.contains(Gates::PAUSED) && self.is_held_back(client, spec) {
            return Flow::Hold;
        }
        match spec.handler {
            Handler::Keyspace(run) => {
                let keys = KnownKeys { slot, hash: None };
                self.run_on_keyspace(client, spec, run, request, keys);
                Flow::Next
            }
            Handler::Node(command) => {
                self.command_stats.count(spec, false);
                if let Some(session) = self.sessions.get_mut(client) {
                    session.last_command = Some(spec);
                }
                commands::run(
                    self,
                    &Call {
                        now: self.now,
                        client,
                        spec,
                        args,
                    },
                    command,
                )
            }
            Handler::Container => self.error(
                client,
                &format!("ERR wrong number of arguments for '{}' command", spec.name),
            ),
        }
    }

    /// Answers with an error (its code included).
    pub(crate) fn error(&mut self, client: ClientId, text: &str) -> Flow {
        self.reply(client).error(text);
        Flow::Next
    }

    pub(crate) fn wrong_arity(&mut self, call: &Call<'_>) -> Flow {
        self.error(
            call.client,
            &format!(
                "ERR wrong number of arguments for '{}' command",
                call.spec.name
            ),
        )
    }

    /// Counts the reply that starts here, if it is an error.
    pub(crate) fn count_error_at(&mut self, client: ClientId, start: usize) {
        let reply = self
            .sessions
            .get(client)
            .and_then(|session| session.output.get(start..));
        if let Some([b'-', text @ ..]) = reply {
            self.stats.count_error(text);
        }
    }

    /// Executes a command of our primary (or of a file): no checks, no reply.
    pub(crate) fn apply(&mut self, db: usize, args: Args<'_>) -> Result<(), String> {
        let spec = resolve(args).map_err(|error| error.to_string())?;
        let Handler::Keyspace(run) = spec.handler else {
            return Err(format!("ERR command '{}' cannot be applied", spec.name));
        };
        self.sink.clear();
        // Sub-replicas get the primary's own bytes, so effects are not repeated.
        let mut effects = Effects::new(false);
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
        self.stats.commands += 1;
        match self.sink.strip_prefix(b"-") {
            Some(text) => Err(String::from_utf8_lossy(text).trim_end().to_owned()),
            None => Ok(()),
        }
    }
}
