//! One request: found in the table, checked, routed, executed, propagated.
//!
//! Two ways lead through here. The fast one is for commands on the keyspace while nothing is unusual, neither
//! with the session nor with the node: one look at each, one routing bit, and the handler runs. Everything
//! else takes the careful way, where the checks stand in the order in which the reference server makes
//! them (the order is observable: a request can be wrong in several ways at once).

use shoal_keyspace::command::{CommandError, CommandFlags, Handler, resolve};
use shoal_resp::{Args, is_cross_protocol};
use shoal_slots::{Slot, plain_slot};

use super::ahead::Foreseen;
use super::blocked::Blocked;
use super::blocking::Attempt;
use super::call::{Call, Flow};
use super::evict::OUT_OF_MEMORY;
use super::gates::Gates;
use super::handlers::KnownKeys;
use super::session::Flags;
use super::{ClientId, DataPlane};

/// A request as it came.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) args: Args<'a>,
    /// Its bytes, if they can be put into the stream as they are (not those of an inline request).
    pub(crate) raw: Option<&'a [u8]>,
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
        self.serve_ready();
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
        let asking = before.contains(Flags::ASKING);
        let flow = self.check_and_run(client, Attempt::first(asking), request);
        let Some(session) = self.sessions.get_mut(client) else {
            return Flow::Stop;
        };
        if flow == Flow::Hold {
            // Not executed: it will find things as they were.
            session.flags = before;
            self.block(client, Blocked::Paused);
            self.pause.hold(client);
            return flow;
        }
        if asking && session.flags.contains(Flags::MULTI) {
            // It holds for a whole transaction.
            session.flags.insert(Flags::ASKING);
        }
        if matches!(session.blocked, Some(Blocked::Keys { .. })) {
            return Flow::Stop;
        }
        let closed = self.finish_command(client, start);
        self.serve_ready();
        if closed { Flow::Stop } else { flow }
    }

    /// What is to be done after every command that was not executed the fast way; its reply begins at `start`.
    /// Returns whether the session was closed for it.
    pub(crate) fn finish_command(&mut self, client: ClientId, start: usize) -> bool {
        self.stats.commands += 1;
        self.wake_up();
        self.count_error_at(client, start);
        let Some(session) = self.sessions.get_mut(client) else {
            return true;
        };
        if session.flags.is_mute() {
            session.output.truncate(start);
        }
        self.enforce_output_limit(client)
    }

    /// Checks a command and, if nothing speaks against it, executes or queues it.
    pub(crate) fn check_and_run(
        &mut self,
        client: ClientId,
        attempt: Attempt,
        request: Request<'_>,
    ) -> Flow {
        let args = request.args;
        let spec = match resolve(args) {
            Ok(spec) => spec,
            Err(_) if is_cross_protocol(args) => return self.refuse_cross_protocol(client),
            Err(error) => return self.refuse_request(client, &error),
        };
        if self.is_locked_out(client, spec) {
            return self.reject(client, spec, "NOAUTH Authentication required.");
        }
        if spec.flags.contains(CommandFlags::NO_MULTI)
            && self.flags_of(client).contains(Flags::MULTI)
        {
            let text = "ERR Command not allowed inside a transaction";
            return self.reject(client, spec, text);
        }
        let flags = self.effective_flags(client, spec);
        let slot = match self.route_request(client, spec, flags, attempt.asking, args) {
            Ok(slot) => slot,
            Err(text) => return self.redirect(client, spec, &text),
        };
        if self.is_out_of_memory(client, spec, flags) {
            return self.reject(client, spec, OUT_OF_MEMORY);
        }
        if let Some(text) = self.subscriber_refusal(client, spec) {
            return self.reject(client, spec, &text);
        }
        if let Some(text) = self.refusal(client, flags) {
            return self.reject(client, spec, text);
        }
        if self.gates.contains(Gates::PAUSED) && self.is_held_back(client, spec, flags) {
            return Flow::Hold;
        }
        if let Some(flow) = self.queue_command(client, spec, request) {
            return flow;
        }
        match spec.handler {
            Handler::Keyspace(run) if spec.flags.contains(CommandFlags::BLOCKING) => {
                self.run_blocking(client, spec, run, request, attempt)
            }
            Handler::Keyspace(run) => {
                let keys = KnownKeys { slot, hash: None };
                self.run_on_keyspace(client, spec, run, request, keys);
                Flow::Next
            }
            Handler::Node(command) => self.run_on_node(client, spec, command, args),
            Handler::Container => self.error(
                client,
                &format!("ERR wrong number of arguments for '{}' command", spec.name),
            ),
        }
    }

    /// The request names no command, or has too few or too many arguments.
    fn refuse_request(&mut self, client: ClientId, error: &CommandError) -> Flow {
        match error {
            CommandError::WrongArity { name: "exec" } => {
                self.abort_exec(client, &error.to_string())
            }
            _ => {
                self.fail_transaction(client);
                error.write(&mut self.reply(client));
                Flow::Next
            }
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
}
