//! Whether a command may run here and now: the checks of the careful way, one function each.

use shoal_keyspace::command::{CommandFlags, CommandSpec};
use shoal_resp::{Args, Version};
use shoal_slots::{CommandKind, RouteRequest, Slot, route};

use super::gates::Gates;
use super::session::{Flags, Session};
use super::{ClientId, DataPlane};

impl DataPlane {
    /// Whether the client must give a password first.
    pub(super) fn is_locked_out(&self, client: ClientId, spec: &CommandSpec) -> bool {
        self.flags_of(client).contains(Flags::UNAUTHENTICATED)
            && !spec.flags.contains(CommandFlags::NO_AUTH)
    }

    /// Where the request runs: here (and in which slot), or the error that says where else.
    pub(super) fn route_request(
        &self,
        client: ClientId,
        spec: &'static CommandSpec,
        flags: CommandFlags,
        asking: bool,
        args: Args<'_>,
    ) -> Result<Option<Slot>, String> {
        let Some(session) = self.sessions.get(client) else {
            return Ok(None);
        };
        if !self.settings.cluster_enabled {
            return Ok(None);
        }
        let request = RouteRequest {
            kind: kind_of(spec, flags),
            readonly_client: session.flags.contains(Flags::READONLY),
            asking: asking || spec.flags.contains(CommandFlags::ASKING),
            is_migrate: spec.name == "migrate",
        };
        match self.transaction_to_execute(client, spec) {
            Some(transaction) => self.route_keys(session, &request, transaction.keys()),
            None if spec.key_specs.is_empty() => Ok(None),
            None => {
                let keys = spec.keys(args).map(|position| position.key);
                self.route_keys(session, &request, keys)
            }
        }
    }

    fn route_keys<'k>(
        &self,
        session: &Session,
        request: &RouteRequest,
        keys: impl Iterator<Item = &'k [u8]> + Clone,
    ) -> Result<Option<Slot>, String> {
        let present = |key: &[u8]| self.keyspace.contains(session.db, key, self.now.unix());
        let decision = route(&self.view, request, keys.clone(), present);
        match decision.error_text(self.view.options().endpoint, session.about.peer.tls) {
            Some(text) => Err(text),
            None => Ok(keys.clone().next().map(Slot::of_key)),
        }
    }

    /// Whether this session can be sent nothing but messages: in RESP2 they look like replies.
    pub(super) fn hears_only_messages(&self, client: ClientId) -> bool {
        let session = self.sessions.get(client);
        session.is_some_and(|session| {
            session.flags.contains(Flags::SUBSCRIBED) && session.version == Version::Resp2
        })
    }

    /// Why a subscriber may not send this command.
    pub(super) fn subscriber_refusal(
        &self,
        client: ClientId,
        spec: &CommandSpec,
    ) -> Option<String> {
        const ALLOWED: [&str; 9] = [
            "ping",
            "subscribe",
            "ssubscribe",
            "unsubscribe",
            "sunsubscribe",
            "psubscribe",
            "punsubscribe",
            "quit",
            "reset",
        ];
        let forbidden = self.hears_only_messages(client) && !ALLOWED.contains(&spec.name);
        forbidden.then(|| {
            format!(
                "ERR Can't execute '{}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in \
                 this context",
                spec.name
            )
        })
    }

    /// What the state of the node forbids.
    pub(super) fn refusal(&self, client: ClientId, flags: CommandFlags) -> Option<&'static str> {
        if !self.gates.intersects(Gates::ALL) {
            return None;
        }
        let writes = flags.contains(CommandFlags::WRITE);
        let upstream = self.upstream.as_ref();
        if writes
            && self.gates.contains(Gates::MIN_REPLICAS)
            && self.good_replicas() < self.settings.min_replicas
        {
            return Some("NOREPLICAS Not enough good replicas to write.");
        }
        if writes && upstream.is_some() && self.settings.replica_read_only {
            return Some("READONLY You can't write against a read only replica.");
        }
        let stale = self.gates.contains(Gates::STALE);
        if stale
            && !flags.contains(CommandFlags::STALE)
            && !self.flags_of(client).contains(Flags::REPLICA)
        {
            return Some(
                "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
            );
        }
        if self.gates.contains(Gates::LOADING) && !flags.contains(CommandFlags::LOADING) {
            return Some("LOADING Redis is loading the dataset in memory");
        }
        None
    }

    /// Whether a pause holds this command back. Replicas are never held.
    pub(super) fn is_held_back(
        &self,
        client: ClientId,
        spec: &CommandSpec,
        flags: CommandFlags,
    ) -> bool {
        // Somebody must be able to end the pause.
        let exempt = spec.name == "client|unpause";
        let replica = self.flags_of(client).contains(Flags::REPLICA);
        !replica && !exempt && self.pause.holds(flags.intersects(MAY_WRITE))
    }
}

/// What a pause of writes holds back.
const MAY_WRITE: CommandFlags = CommandFlags::WRITE.union(CommandFlags::MAY_REPLICATE);

/// What a command does, as far as routing cares.
pub(super) const fn kind_of(spec: &CommandSpec, flags: CommandFlags) -> CommandKind {
    if spec.flags.contains(CommandFlags::PUBSUB) && !spec.key_specs.is_empty() {
        CommandKind::ShardPubSub
    } else if flags.contains(CommandFlags::WRITE) {
        CommandKind::Write
    } else {
        CommandKind::Read
    }
}
