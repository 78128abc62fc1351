//! From PING to the answer to PSYNC.
//!
//! PING is sent alone. What describes us (AUTH, REPLCONF) is written in one go after its answer; PSYNC follows
//! when all of that has been answered.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use bytes::Bytes;
use shoal_resp::write_command;
use shoal_slots::Now;

use super::{Phase, Replica};
use crate::error::LineError;
use crate::event::{DisconnectReason, ReplicaEvent};
use crate::psync::{PsyncReply, PsyncRequest};

/// An answer that is awaited.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Answer {
    /// To PING.
    Ping,
    /// To AUTH.
    Auth,
    /// To a REPLCONF: an error is ignored.
    Replconf,
}

impl Replica {
    pub(super) fn begin_handshake(&mut self) {
        let mut ping = Vec::new();
        write_command(&mut ping, &[b"PING"]);
        self.send(ping);
        self.introduced = false;
        self.partial.clear();
        self.phase = Phase::Handshake(VecDeque::from([Answer::Ping]));
    }

    pub(super) fn handle_answer(&mut self, now: Now, line: Bytes) {
        let Phase::Handshake(awaited) = &mut self.phase else {
            return;
        };
        let refused = match awaited.pop_front() {
            Some(Answer::Ping) => !is_greeting(&line),
            Some(Answer::Auth) => line.starts_with(b"-"),
            Some(Answer::Replconf) | None => false,
        };
        let all_answered = awaited.is_empty();
        if refused {
            self.leave(now, Some(DisconnectReason::Refused(line)));
        } else if all_answered && self.introduced {
            self.request_sync();
        } else if all_answered {
            self.introduce();
        }
    }

    /// Sends who we are and what we can read.
    fn introduce(&mut self) {
        let mut out = Vec::new();
        let mut awaited = VecDeque::new();
        if let Some(credentials) = &self.config.credentials {
            match &credentials.user {
                Some(user) => write_command(&mut out, &[b"AUTH", user, &credentials.password]),
                None => write_command(&mut out, &[b"AUTH", &credentials.password]),
            }
            awaited.push_back(Answer::Auth);
        }
        let mut port = itoa::Buffer::new();
        let port = port.format(self.config.listening_port).as_bytes();
        write_command(&mut out, &[b"REPLCONF", b"listening-port", port]);
        awaited.push_back(Answer::Replconf);
        if let Some(ip) = &self.config.announce_ip {
            write_command(&mut out, &[b"REPLCONF", b"ip-address", ip.as_bytes()]);
            awaited.push_back(Answer::Replconf);
        }
        write_command(
            &mut out,
            &[b"REPLCONF", b"capa", b"eof", b"capa", b"psync2"],
        );
        awaited.push_back(Answer::Replconf);
        if let Some(version) = &self.config.announce_version {
            write_command(&mut out, &[b"REPLCONF", b"version", version.as_bytes()]);
            awaited.push_back(Answer::Replconf);
        }
        self.introduced = true;
        self.phase = Phase::Handshake(awaited);
        self.send(out);
    }

    fn request_sync(&mut self) {
        let mut request = PsyncRequest::new(self.history);
        request.failover = core::mem::take(&mut self.hand_over) && self.history.is_some();
        let mut out = Vec::new();
        request.write(&mut out);
        self.send(out);
        self.phase = Phase::AwaitingPsync;
    }

    pub(super) fn handle_psync_reply(&mut self, now: Now, line: Bytes) {
        match PsyncReply::parse(&line) {
            Ok(PsyncReply::KeepWaiting) => {}
            Ok(PsyncReply::FullResync(history)) => {
                self.history = None;
                self.incoming = Some(history);
                self.phase = Phase::AwaitingPayload { plain: false };
                self.events.push_back(ReplicaEvent::FullSync {
                    history: Some(history),
                });
            }
            Ok(PsyncReply::Continue { replid }) => self.continue_history(now, replid),
            Ok(PsyncReply::TryLater) => self.leave(now, Some(DisconnectReason::Refused(line))),
            Ok(PsyncReply::NotSupported) => {
                self.send(b"SYNC\r\n".to_vec());
                self.phase = Phase::AwaitingPayload { plain: true };
            }
            Err(error) => self.leave(now, Some(DisconnectReason::Line(error))),
        }
    }

    fn continue_history(&mut self, now: Now, replid: Option<shoal_slots::ReplId>) {
        let Some(history) = &mut self.history else {
            // We have nothing that could be continued.
            self.leave(now, Some(DisconnectReason::Line(LineError::Unexpected)));
            return;
        };
        let renamed = replid.filter(|replid| *replid != history.replid);
        if let Some(replid) = renamed {
            history.replid = replid;
        }
        let offset = history.offset;
        self.stream.restart(offset);
        self.events.push_back(ReplicaEvent::Continue { renamed });
        self.go_streaming(now);
    }
}

/// Whether the answer to PING lets us go on: a greeting, or a refusal that AUTH may change.
fn is_greeting(line: &[u8]) -> bool {
    let may_go_on: [&[u8]; 4] = [
        b"+",
        b"-NOAUTH",
        b"-NOPERM",
        b"-ERR operation not permitted",
    ];
    may_go_on.iter().any(|prefix| line.starts_with(prefix))
}
