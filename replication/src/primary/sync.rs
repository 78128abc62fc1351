//! Who may attach, and who may continue where he was: `REPLCONF`, `PSYNC`, `SYNC`.

use alloc::vec::Vec;

use bytes::Bytes;
use shoal_resp::Args;
use shoal_slots::{Now, ReplOffset};

use super::peer::Peer;
use super::{Primary, ReplicaStage, Upstream};
use crate::error::PsyncRefusal;
use crate::event::{PrimaryEvent, ReplicaKey};
use crate::psync::{PsyncReply, PsyncRequest};
use crate::replconf::{ReplconfOption, SnapshotFilter};

/// What a `PSYNC` or `SYNC` led to. Lines for the replica are already in [`Primary::output`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PsyncAnswer {
    /// The connection is a replica already: no reply.
    Ignored,
    /// `+CONTINUE`, and the stream follows.
    Continue,
    /// A full synchronisation: it waits for a snapshot.
    FullSync,
    /// `PSYNC … FAILOVER` is in order: become primary, then call [`Primary::psync`] again with
    /// `failover` off.
    BecomePrimary,
    /// Answer with this error; the connection stays a normal client.
    Refused(PsyncRefusal),
}

/// How to answer a `REPLCONF`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ReplconfReply {
    /// `+OK`
    Ok,
    /// Nothing, ever: `ack`, `getack`.
    Silent,
    /// Nothing, and the replica's position moved: look at waiting clients.
    Acked,
    /// Answer with this error.
    Refused(PsyncRefusal),
}

impl Primary {
    /// Handles `REPLCONF`; `args` are those after the command's name.
    pub fn replconf(&mut self, now: Now, key: ReplicaKey, args: Args<'_>) -> ReplconfReply {
        if !args.len().is_multiple_of(2) {
            return ReplconfReply::Refused(PsyncRefusal::Syntax);
        }
        let mut reply = ReplconfReply::Ok;
        let mut words = args.iter();
        while let (Some(name), Some(value)) = (words.next(), words.next()) {
            let option = match ReplconfOption::parse(name, value) {
                Ok(ReplconfOption::Version(_)) if !self.config.accept_version => {
                    let name = alloc::string::String::from_utf8_lossy(name).into_owned();
                    return ReplconfReply::Refused(PsyncRefusal::UnknownOption(name));
                }
                Ok(option) => option,
                Err(refusal) => return ReplconfReply::Refused(refusal),
            };
            match option {
                ReplconfOption::Ack(offset) => reply = self.acknowledged(now, key, offset),
                ReplconfOption::FsyncedAck(offset) => self.fsynced(key, offset),
                ReplconfOption::GetAck => reply = ReplconfReply::Silent,
                other => self.peers.entry(key).or_default().apply(other),
            }
        }
        reply
    }

    /// Handles `PSYNC`.
    pub fn psync(
        &mut self,
        now: Now,
        key: ReplicaKey,
        request: PsyncRequest,
        upstream: Upstream,
    ) -> PsyncAnswer {
        if self.is_replica(key) {
            return PsyncAnswer::Ignored;
        }
        if request.failover {
            return self.take_over(request, upstream);
        }
        if let Some(refusal) = self.refusal(key, upstream) {
            return PsyncAnswer::Refused(refusal);
        }
        if let Some(offset) = self.continuation(request) {
            self.stats.partial += 1;
            self.attach_online(now, key, offset);
            return PsyncAnswer::Continue;
        }
        if request.replid.is_some() {
            self.stats.partial_refused += 1;
        }
        self.attach_waiting(now, key, false)
    }

    /// Handles plain `SYNC` (old replicas, `redis-cli --rdb`, `--cluster backup`): no line, a payload.
    pub fn sync(&mut self, now: Now, key: ReplicaKey, upstream: Upstream) -> PsyncAnswer {
        if self.is_replica(key) {
            return PsyncAnswer::Ignored;
        }
        match self.refusal(key, upstream) {
            Some(refusal) => PsyncAnswer::Refused(refusal),
            None => self.attach_waiting(now, key, true),
        }
    }

    /// Any byte from a replica is a sign of life (newlines while it loads).
    pub fn touch(&mut self, now: Now, key: ReplicaKey) {
        if let Some(peer) = self.peers.get_mut(&key) {
            peer.heard = now.instant;
        }
    }

    fn take_over(&self, request: PsyncRequest, upstream: Upstream) -> PsyncAnswer {
        if matches!(upstream, Upstream::None | Upstream::FailingOver) {
            PsyncAnswer::Refused(PsyncRefusal::FailoverToPrimary)
        } else if request.replid != Some(self.replid) {
            PsyncAnswer::Refused(PsyncRefusal::FailoverReplid)
        } else {
            PsyncAnswer::BecomePrimary
        }
    }

    fn refusal(&self, key: ReplicaKey, upstream: Upstream) -> Option<PsyncRefusal> {
        let peer = self.peers.get(&key);
        let filtered =
            peer.is_some_and(|peer| peer.filter != SnapshotFilter::Everything && !peer.capa_eof);
        match upstream {
            Upstream::FailingOver => Some(PsyncRefusal::FailingOver),
            Upstream::Down => Some(PsyncRefusal::NoPrimaryLink),
            Upstream::None | Upstream::Up => filtered.then_some(PsyncRefusal::FilterNeedsEof),
        }
    }

    /// Where the requester can go on, if its history is ours and its bytes are still here.
    fn continuation(&self, request: PsyncRequest) -> Option<ReplOffset> {
        let (replid, offset) = (request.replid?, request.offset()?);
        let ours = replid == self.replid
            || self
                .previous
                .is_some_and(|(previous, first)| replid == previous && offset.0 < first);
        let here = self
            .backlog
            .as_ref()
            .is_some_and(|backlog| backlog.covers(offset));
        (ours && here).then_some(offset)
    }

    fn attach_online(&mut self, now: Now, key: ReplicaKey, offset: ReplOffset) {
        let replid = self.replid;
        let peer = self.peers.entry(key).or_default();
        let mut line = Vec::new();
        PsyncReply::Continue {
            replid: peer.capa_psync2.then_some(replid),
        }
        .write(&mut line);
        peer.push(Bytes::from(line));
        peer.stage = Some(ReplicaStage::Online);
        peer.cursor = offset;
        peer.acked = offset;
        peer.heard = now.instant;
        self.attached_somebody(now);
        self.events.push_back(PrimaryEvent::Online(key));
    }

    fn attach_waiting(&mut self, now: Now, key: ReplicaKey, plain: bool) -> PsyncAnswer {
        if self.backlog.is_none() && !self.following {
            self.start_history();
        }
        self.stats.full += 1;
        let peer = self.peers.entry(key).or_default();
        peer.stage = Some(ReplicaStage::WaitingForSnapshot);
        peer.plain = plain;
        peer.heard = now.instant;
        peer.waiting_since = now.instant;
        self.attached_somebody(now);
        self.join_or_request(now, key);
        PsyncAnswer::FullSync
    }

    fn attached_somebody(&mut self, now: Now) {
        self.lonely_since = None;
        let (ping, tick) = (
            now.instant + self.config.ping_period,
            now.instant + super::timers::TICK,
        );
        self.next_ping.get_or_insert(ping);
        self.next_tick.get_or_insert(tick);
    }

    fn acknowledged(&mut self, now: Now, key: ReplicaKey, offset: ReplOffset) -> ReplconfReply {
        let end = self.offset();
        let Some(peer) = self.peers.get_mut(&key).filter(|peer| peer.is_attached()) else {
            return ReplconfReply::Silent;
        };
        peer.heard = now.instant;
        // Nobody can have processed what was never produced.
        peer.acked = peer.acked.max(offset.min(end));
        if peer.stage == Some(ReplicaStage::WaitingForAck) && peer.queue.is_empty() {
            peer.stage = Some(ReplicaStage::Online);
            self.events.push_back(PrimaryEvent::Online(key));
            self.events.push_back(PrimaryEvent::Output(key));
        }
        ReplconfReply::Acked
    }

    fn fsynced(&mut self, key: ReplicaKey, offset: ReplOffset) {
        let end = self.offset();
        if let Some(peer) = self.peers.get_mut(&key).filter(|peer| peer.is_attached()) {
            peer.fsynced = peer.fsynced.max(Some(offset.min(end)));
        }
    }
}

impl Peer {
    fn apply(&mut self, option: ReplconfOption) {
        match option {
            ReplconfOption::ListeningPort(port) => self.port = port,
            ReplconfOption::IpAddress(ip) => self.ip = (!ip.is_empty()).then_some(ip),
            ReplconfOption::CapaEof => self.capa_eof = true,
            ReplconfOption::CapaPsync2 => self.capa_psync2 = true,
            ReplconfOption::SnapshotOnly(only) => self.snapshot_only = only,
            ReplconfOption::Filter(filter) => self.filter = filter,
            ReplconfOption::Version(version) => self.version = Some(version),
            ReplconfOption::CapaOther
            | ReplconfOption::Ack(_)
            | ReplconfOption::FsyncedAck(_)
            | ReplconfOption::GetAck => {}
        }
    }
}
