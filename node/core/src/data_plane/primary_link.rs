//! Following a primary: carrying out what `shoal_replication::Replica` decides.
//!
//! That machine speaks the protocol and counts the offset. Here its commands are applied to the keyspace, its
//! snapshot is loaded, and its bytes are handed to sub-replicas. The dataset of a full synchronisation is
//! loaded beside the old one and takes its place when it is complete: a transfer that breaks costs nothing
//! but time (`repl-diskless-load swapdb` in the words of the reference server).

use bytes::BytesMut;
use shoal_replication::{DisconnectReason, ReplicaEvent};
use shoal_resp::Args;
use shoal_slots::Now;

use super::event::LogLevel;
use super::gates::Gates;
use super::upstream::Upstream;
use super::{DataEvent, DataPlane, PrimaryLinkInput, settings};

impl DataPlane {
    /// Follows this primary from now on.
    pub(crate) fn follow(&mut self, now: Now, host: &str, port: u16) {
        if self
            .upstream
            .as_ref()
            .is_some_and(|upstream| upstream.is_at(host, port))
        {
            return;
        }
        let was_primary = self.upstream.is_none();
        let history = match self.upstream.take() {
            // Our own history: a primary that once copied from us may let us go on where we are.
            None => Some(self.primary.history()),
            Some(mut old) => {
                old.link.stop();
                self.drain_link(&mut old);
                old.link.history()
            }
        };
        if was_primary {
            self.unblock_everybody();
            self.primary.become_replica();
            self.log(LogLevel::Notice, "Before turning into a replica, using my own master parameters to synthesize a cached master: I may be able to synchronize with the new master with just a partial transfer.".to_owned());
        }
        self.config
            .set_primary(Some((host.as_bytes(), port)).filter(|_| !self.settings.cluster_enabled));
        let upstream = Upstream::new(
            host,
            port,
            settings::replica_config(&self.config),
            history,
            now,
        );
        self.upstream = Some(Box::new(upstream));
        self.end_pause_of_demoted();
        self.serve_link();
        self.report_replication();
    }

    /// Stops following: a primary of our own, with a history that continues the old one.
    pub(crate) fn become_primary(&mut self) {
        let Some(mut upstream) = self.upstream.take() else {
            return;
        };
        upstream.link.stop();
        self.drain_link(&mut upstream);
        self.config.set_primary(None);
        self.log(
            LogLevel::Notice,
            "Discarding previously cached master state.".to_owned(),
        );
        self.primary.become_primary(self.now);
        let (id, second) = (self.primary.replid(), self.primary.replid2());
        let offset = self.primary.offset();
        self.log(
            LogLevel::Notice,
            format!("Setting secondary replication ID to {second}, valid up to offset: {}. New replication ID is {id}", offset.0 + 1),
        );
        self.update_gates();
        self.report_replication();
    }

    /// Bytes, or news, of the link.
    pub(crate) fn take_link_input(&mut self, input: PrimaryLinkInput<'_>) {
        let now = self.now;
        let Some(upstream) = &mut self.upstream else {
            return;
        };
        match input {
            PrimaryLinkInput::Connected => upstream.link.handle_connected(now),
            PrimaryLinkInput::Closed => {
                if upstream.is_up() {
                    self.log(LogLevel::Notice, "Connection with master lost.".to_owned());
                }
                if let Some(upstream) = &mut self.upstream {
                    upstream.link.handle_closed(now);
                }
            }
            PrimaryLinkInput::Bytes(bytes) => {
                self.stats.repl_input += bytes.len() as u64;
                upstream.link.handle_bytes(now, &mut BytesMut::from(bytes));
            }
        }
        self.serve_link();
    }

    /// The timers of both sides of replication.
    pub(crate) fn replication_timers(&mut self) {
        self.primary.handle_timeout(self.now);
        self.fed = true;
        if let Some(upstream) = &mut self.upstream {
            upstream.link.handle_timeout(self.now);
            self.serve_link();
        }
    }

    /// Does what the link wants, until it wants nothing more.
    fn serve_link(&mut self) {
        // Taken out while it is served; nothing below asks for the role of this node.
        let Some(mut upstream) = self.upstream.take() else {
            return;
        };
        let was_up = upstream.is_up();
        loop {
            let had_events = self.drain_link(&mut upstream);
            let Some((back, applied)) = self.apply_stream(upstream) else {
                return;
            };
            upstream = back;
            if !had_events && !applied {
                break;
            }
        }
        let changed = was_up != upstream.is_up();
        self.upstream = Some(upstream);
        self.update_gates();
        if changed {
            self.report_replication();
        }
    }

    /// Carries out events and sends what is to be sent. True if there was an event.
    fn drain_link(&mut self, upstream: &mut Upstream) -> bool {
        let mut any = false;
        while let Some(event) = upstream.link.poll_event() {
            any = true;
            self.carry_out(upstream, event);
        }
        while let Some(bytes) = upstream.link.poll_transmit() {
            self.events.push_back(DataEvent::PrimaryLinkWrite(bytes));
        }
        any
    }

    fn carry_out(&mut self, upstream: &mut Upstream, event: ReplicaEvent) {
        match event {
            ReplicaEvent::Connect => {
                let (host, port) = (upstream.host.clone(), upstream.port);
                self.log(
                    LogLevel::Notice,
                    format!("Connecting to MASTER {host}:{port}"),
                );
                self.events
                    .push_back(DataEvent::ConnectPrimary { host, port });
            }
            ReplicaEvent::Disconnect(reason) => {
                upstream.incoming = None;
                self.log_disconnect(&reason);
                self.events.push_back(DataEvent::ClosePrimaryLink);
            }
            ReplicaEvent::FullSync { history } => {
                let text = match history {
                    Some(history) => format!(
                        "Full resync from master: {}:{}",
                        history.replid, history.offset
                    ),
                    None => "Full resync from master (SYNC)".to_owned(),
                };
                self.log(LogLevel::Notice, text);
                self.primary.abandon_history();
            }
            ReplicaEvent::SnapshotStart { len } => self.begin_incoming(upstream, len),
            ReplicaEvent::SnapshotBytes(bytes) => {
                if let Some(incoming) = &mut upstream.incoming {
                    incoming.feed(&bytes, self.now);
                }
            }
            ReplicaEvent::SnapshotDone => self.finish_incoming(upstream),
            ReplicaEvent::Continue { renamed } => {
                if let Some(renamed) = renamed {
                    self.log(
                        LogLevel::Notice,
                        format!("Master replication ID changed to {renamed}"),
                    );
                    self.primary.rename_history(renamed);
                }
                for text in [
                    "MASTER <-> REPLICA sync: Master accepted a Partial Resynchronization.",
                    "Successful partial resynchronization with master.",
                ] {
                    self.log(LogLevel::Notice, text.to_owned());
                }
            }
            _ => {}
        }
    }

    fn log_disconnect(&mut self, reason: &DisconnectReason) {
        let text = match reason {
            DisconnectReason::Closed | DisconnectReason::Stopped => return,
            DisconnectReason::Timeout => "MASTER timeout: no data nor PING received...".to_owned(),
            DisconnectReason::HandshakeTimeout => "Timeout connecting to the MASTER...".to_owned(),
            DisconnectReason::Refused(line) => format!("MASTER refused: {}", line.escape_ascii()),
            DisconnectReason::Aborted(line) => {
                format!(
                    "MASTER aborted replication with an error: {}",
                    line.escape_ascii()
                )
            }
            DisconnectReason::Line(error) => format!("Bad protocol from MASTER: {error}"),
            DisconnectReason::Stream(error) => {
                format!("Bad replication stream from MASTER: {error}")
            }
            DisconnectReason::LoadFailed => {
                "Failed trying to load the MASTER synchronization DB, starting again.".to_owned()
            }
            other => format!("Disconnected from MASTER: {other:?}"),
        };
        self.log(LogLevel::Warning, text);
    }

    fn begin_incoming(&mut self, upstream: &mut Upstream, len: Option<u64>) {
        let text = match len {
            Some(len) => {
                format!("MASTER <-> REPLICA sync: receiving {len} bytes from master to memory")
            }
            None => {
                "MASTER <-> REPLICA sync: receiving streamed RDB from master with EOF to memory"
                    .to_owned()
            }
        };
        self.log(LogLevel::Notice, text);
        upstream.incoming = Some(Box::new(self.new_incoming(len)));
    }

    /// The snapshot is here: it becomes the dataset, or everything starts again.
    fn finish_incoming(&mut self, upstream: &mut Upstream) {
        let Some(incoming) = upstream.incoming.take() else {
            return;
        };
        let (keyspace, stream_db) = match incoming.finish() {
            Ok(loaded) => loaded,
            Err(error) => {
                self.log(
                    LogLevel::Warning,
                    format!("MASTER <-> REPLICA sync: cannot load the snapshot: {error}"),
                );
                upstream.link.snapshot_failed(self.now);
                return;
            }
        };
        let keys = keyspace.total_keys();
        self.replace_keyspace(keyspace);
        upstream.link.snapshot_loaded(self.now, stream_db);
        // After a plain SYNC we do not know what history this is; ours must not claim to be it.
        let history = upstream
            .link
            .history()
            .unwrap_or_else(|| self.strange_history());
        self.primary.adopt(history);
        self.log(
            LogLevel::Notice,
            format!("MASTER <-> REPLICA sync: Loading DB in memory: {keys} keys"),
        );
        self.log(
            LogLevel::Notice,
            "MASTER <-> REPLICA sync: Finished with success".to_owned(),
        );
    }

    /// Applies what the stream holds. True if there was anything.
    fn apply_stream(&mut self, mut upstream: Box<Upstream>) -> Option<(Box<Upstream>, bool)> {
        let mut any = false;
        while let Some(command) = upstream.link.next_command(self.now) {
            any = true;
            let (db, alone) = (command.db as usize, !command.in_transaction);
            if let Err(error) = self.apply(db, command.args) {
                let text = apply_error(command.args, &error);
                self.log(LogLevel::Warning, text);
            }
            upstream.link.applied();
            if alone && self.gates.contains(Gates::ATTENDED) {
                // Those who wait for this are clients of a replica.
                self.upstream = Some(upstream);
                self.serve_ready();
                upstream = self.upstream.take()?;
            }
        }
        while let Some(raw) = upstream.link.poll_stream() {
            self.primary.feed_stream(&raw);
            self.fed = true;
        }
        while let Some(bytes) = upstream.link.poll_transmit() {
            self.events.push_back(DataEvent::PrimaryLinkWrite(bytes));
        }
        Some((upstream, any))
    }
}

fn apply_error(args: Args<'_>, error: &str) -> String {
    let name = args.first().unwrap_or_default().escape_ascii();
    format!(
        "== CRITICAL == This replica is sending an error to its master: '{error}' after processing the command '{name}'"
    )
}
