//! Commands that are kept for `EXEC`.

use shoal_keyspace::command::{CommandFlags, CommandSpec, Handler, NodeCommand};

use super::Transaction;
use crate::data_plane::call::Flow;
use crate::data_plane::dispatch::Request;
use crate::data_plane::kept::Kept;
use crate::data_plane::session::Flags;
use crate::data_plane::{ClientId, DataPlane};

/// Flags that `EXEC` has as soon as one queued command has them.
const OF_ANY: CommandFlags = CommandFlags::WRITE
    .union(CommandFlags::READONLY)
    .union(CommandFlags::MAY_REPLICATE)
    .union(CommandFlags::DENYOOM)
    .union(CommandFlags::NO_ASYNC_LOADING);
/// Flags that `EXEC` has only if all queued commands have them.
const OF_ALL: CommandFlags = CommandFlags::STALE.union(CommandFlags::LOADING);

impl Transaction {
    fn add(&mut self, kept: Kept) {
        // What will not be executed is not worth keeping.
        if self.failed || self.touched {
            return;
        }
        self.queued_bytes += kept.memory();
        self.any |= kept.spec.flags;
        self.missing |= !kept.spec.flags;
        self.queue.push_back(kept);
    }

    /// The keys of all queued commands.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &[u8]> + Clone {
        self.queue.iter().flat_map(Kept::keys)
    }

    /// The flags of an `EXEC` of this transaction.
    fn flags(&self, exec: CommandFlags) -> CommandFlags {
        (exec | (self.any & OF_ANY)) - (self.missing & OF_ALL)
    }
}

impl DataPlane {
    /// What a command does: as the table says, but `EXEC` does what was queued.
    pub(crate) fn effective_flags(&self, client: ClientId, spec: &CommandSpec) -> CommandFlags {
        match self.transaction_to_execute(client, spec) {
            Some(transaction) => transaction.flags(spec.flags),
            None => spec.flags,
        }
    }

    /// The transaction that this command executes, if it is `EXEC`.
    pub(crate) fn transaction_to_execute(
        &self,
        client: ClientId,
        spec: &CommandSpec,
    ) -> Option<&Transaction> {
        let session = self.sessions.get(client).filter(|_| is_exec(spec))?;
        let begun = session.flags.contains(Flags::MULTI);
        session.transaction.as_deref().filter(|_| begun)
    }

    /// Keeps a command for `EXEC`, if its session has begun a transaction and the command does not concern that.
    pub(crate) fn queue_command(
        &mut self,
        client: ClientId,
        spec: &'static CommandSpec,
        request: Request<'_>,
    ) -> Option<Flow> {
        let session = self.sessions.get_mut(client)?;
        if !session.flags.contains(Flags::MULTI) || runs_at_once(spec) {
            return None;
        }
        let transaction = session.transaction.get_or_insert_default();
        transaction.add(Kept::new(spec, request.args));
        // What is queued is input that was not executed yet.
        if transaction.queued_bytes > self.settings.limits.query_buffer_max {
            self.close_for_query_limit(client);
            return Some(Flow::Stop);
        }
        self.reply(client).simple("QUEUED");
        Some(Flow::Next)
    }

    /// A command could not be queued: `EXEC` is to fail.
    pub(crate) fn fail_transaction(&mut self, client: ClientId) {
        if let Some(session) = self.sessions.get_mut(client)
            && session.flags.contains(Flags::MULTI)
            && let Some(transaction) = &mut session.transaction
        {
            transaction.failed = true;
        }
    }

    /// Refuses a command. A transaction that it was to be part of fails; one that it was to execute is over.
    pub(crate) fn reject(
        &mut self,
        client: ClientId,
        spec: &'static CommandSpec,
        text: &str,
    ) -> Flow {
        self.command_stats.reject(spec);
        if !is_exec(spec) {
            self.fail_transaction(client);
            return self.error(client, text);
        }
        self.abort_exec(client, text)
    }

    /// `EXEC` cannot be executed.
    pub(crate) fn abort_exec(&mut self, client: ClientId, reason: &str) -> Flow {
        self.end_transaction(client);
        let reason = reason.strip_prefix("ERR ").unwrap_or(reason);
        let text = format!("EXECABORT Transaction discarded because of: {reason}");
        self.error(client, &text)
    }

    /// Sends a client to another node, or tells it that there is none.
    pub(crate) fn redirect(
        &mut self,
        client: ClientId,
        spec: &'static CommandSpec,
        text: &str,
    ) -> Flow {
        self.command_stats.reject(spec);
        if is_exec(spec) {
            self.end_transaction(client);
        } else {
            self.fail_transaction(client);
        }
        self.error(client, text)
    }
}

pub(super) fn is_exec(spec: &CommandSpec) -> bool {
    matches!(spec.handler, Handler::Node(NodeCommand::Exec))
}

fn runs_at_once(spec: &CommandSpec) -> bool {
    use NodeCommand::{Discard, Exec, Multi, Quit, Reset, Watch};
    matches!(
        spec.handler,
        Handler::Node(Discard | Exec | Multi | Quit | Reset | Watch)
    )
}
