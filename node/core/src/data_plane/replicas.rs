//! Connections that are replicas of ours: carrying out what `shoal_replication::Primary` decides.
//!
//! That machine keeps everything about them: how far each has come, what is to be written to it. Here it is
//! joined with sessions and with the keyspace that a snapshot is made of.

use shoal_replication::{CloseReason, PrimaryEvent, ReplicaKey, Upstream as Source};

use super::blocked::Blocked;
use super::event::LogLevel;
use super::session::Flags;
use super::{ClientId, DataPlane};

/// The name under which the replication machine knows a session.
pub(crate) const fn key_of(client: ClientId) -> ReplicaKey {
    ReplicaKey(client.to_u64())
}

/// The session of that name.
pub(crate) const fn client_of(key: ReplicaKey) -> ClientId {
    ClientId::from_u64(key.0)
}

impl DataPlane {
    /// Where our data comes from, as `PSYNC` must know.
    pub(crate) fn source(&self) -> Source {
        match &self.upstream {
            None => Source::None,
            Some(upstream) if upstream.is_up() => Source::Up,
            Some(_) => Source::Down,
        }
    }

    /// The session is a replica from now on: no query limits by password, no idle timeout.
    pub(crate) fn mark_replica(&mut self, client: ClientId) {
        if let Some(session) = self.sessions.get_mut(client) {
            session.flags.insert(Flags::REPLICA);
        }
        self.update_gates();
        self.announce(client);
    }

    /// Carries out what the replication machine wants, and wakes replicas that have something to read.
    pub(crate) fn serve_replicas(&mut self) {
        while let Some(event) = self.primary.poll_event() {
            match event {
                PrimaryEvent::Close { replica, reason } => self.close_replica(replica, reason),
                PrimaryEvent::Online(key) => self.replica_online(key),
                PrimaryEvent::SnapshotWanted => self.send_snapshot(),
                PrimaryEvent::HistoryDropped => self.update_gates(),
                PrimaryEvent::Output(key) => self.announce(client_of(key)),
                _ => {}
            }
        }
        if core::mem::take(&mut self.fed) {
            let writable: Vec<ReplicaKey> = self.primary.writable().collect();
            for key in writable {
                self.announce(client_of(key));
            }
        }
    }

    fn replica_online(&mut self, key: ReplicaKey) {
        let name = self.replica_name(client_of(key));
        self.log(
            LogLevel::Notice,
            format!("Synchronization with replica {name} succeeded"),
        );
        self.announce(client_of(key));
        self.report_replication();
    }

    fn close_replica(&mut self, key: ReplicaKey, reason: CloseReason) {
        let client = client_of(key);
        let name = self.replica_name(client);
        let text = match reason {
            CloseReason::Timeout => Some(format!(
                "Disconnecting timedout replica (streaming sync): {name}"
            )),
            CloseReason::LagLimit { lag } => Some(format!(
                "Client {name} closed for overcoming of output buffer limits: it was {lag} bytes behind."
            )),
            CloseReason::SnapshotFailed => Some(format!(
                "Closing replica {name}: the snapshot could not be made."
            )),
            _ => None,
        };
        if let Some(text) = text {
            self.log(LogLevel::Warning, text);
        }
        // A receiver of a snapshot only must get its last bytes; the others must not get half a command.
        if reason == CloseReason::SnapshotOnly {
            self.close_after_reply(client);
        } else {
            self.close_now(client);
        }
        self.primary.detach(self.now, key);
        self.update_gates();
    }

    /// A replica's connection ended.
    pub(crate) fn replica_gone(&mut self, client: ClientId, number: u64) {
        self.primary.detach(self.now, key_of(client));
        self.update_gates();
        let text = format!("Connection with replica client id #{number} lost.");
        self.log(LogLevel::Notice, text);
        self.report_replication();
    }

    /// How a replica is called in the log: its address and announced port.
    pub(crate) fn replica_name(&self, client: ClientId) -> String {
        let info = self
            .primary
            .replicas()
            .find(|info| info.key == key_of(client));
        let peer = self
            .sessions
            .get(client)
            .map(|session| session.about.peer.ip().to_owned())
            .unwrap_or_default();
        match info {
            Some(info) => format!("{}:{}", info.ip.unwrap_or(&peer), info.port),
            None => peer,
        }
    }

    /// How many sessions are replicas.
    pub(crate) fn replica_sessions(&self) -> usize {
        self.primary.replicas().count()
    }

    /// Replicas acknowledged something: whoever waited for it goes on.
    pub(crate) fn look_at_waiting(&mut self) {
        let waiting = self.waiting.for_acks.clone();
        for client in waiting {
            let blocked = self
                .sessions
                .get(client)
                .and_then(|session| session.blocked);
            let Some(Blocked::Wait {
                offset, replicas, ..
            }) = blocked
            else {
                continue;
            };
            let acked = self.primary.count_acked(offset);
            if acked as u64 >= replicas {
                self.unblock(client);
                self.reply_late(client, |writer| {
                    writer.integer(i64::try_from(acked).unwrap_or(i64::MAX))
                });
            }
        }
    }
}
