//! From replies to bytes on their way: output buffers, their limits, and the end of a session.

use shoal_resp::{ReplyWriter, Version};

use super::event::LogLevel;
use super::replicas::key_of;
use super::session::{Flags, Session};
use super::{ClientId, DataEvent, DataPlane};

/// What a client may leave unread before it has authenticated (CVE-2025-21605: without this, refusals alone
/// fill the memory).
const UNAUTHENTICATED_OUTPUT_MAX: usize = 1024;

impl DataPlane {
    /// A writer at the end of this session's output.
    #[inline]
    pub(crate) fn reply(&mut self, client: ClientId) -> ReplyWriter<'_> {
        match self.sessions.get_mut(client) {
            Some(session) => {
                if session.output.capacity() == 0 {
                    session.output = self.buffers.take();
                }
                ReplyWriter::new(&mut session.output, session.version)
            }
            None => {
                self.sink.clear();
                ReplyWriter::new(&mut self.sink, Version::Resp2)
            }
        }
    }

    /// Delivers a reply to a session whose command was executed earlier, and lets it go on.
    pub(crate) fn reply_late(
        &mut self,
        client: ClientId,
        write: impl FnOnce(&mut ReplyWriter<'_>),
    ) {
        if self.flags_of(client).intersects(Flags::CLOSING) {
            return;
        }
        let mute = self.flags_of(client).is_mute();
        let mut reply = self.reply(client);
        let start = reply.len();
        write(&mut reply);
        if mute {
            reply.truncate(start);
        }
        self.count_error_at(client, start);
        self.announce(client);
    }

    /// Tells the shell that there is something to write.
    pub(crate) fn announce(&mut self, client: ClientId) {
        if let Some(session) = self.sessions.get_mut(client)
            && !session.flags.contains(Flags::ANNOUNCED)
        {
            session.flags.insert(Flags::ANNOUNCED);
            self.events.push_back(DataEvent::Output(client));
        }
    }

    /// A replica's stream comes straight out of the backlog, after its own replies.
    pub(crate) fn next_output(&self, client: ClientId) -> &[u8] {
        let Some(session) = self.sessions.get(client) else {
            return &[];
        };
        if session.unsent() == 0 && session.is_replica() {
            return self.primary.output(key_of(client));
        }
        session.output.get(session.sent..).unwrap_or_default()
    }

    pub(crate) fn forget_output(&mut self, client: ClientId, n: usize) {
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        self.stats.writes += 1;
        if session.unsent() == 0 && session.is_replica() {
            self.stats.repl_output += n as u64;
            self.primary.output_written(self.now, key_of(client), n);
            return;
        }
        self.stats.net_output += n as u64;
        session.sent = (session.sent + n).min(session.output.len());
        if session.unsent() == 0 {
            session.sent = 0;
            session.soft_limit_since = None;
            self.buffers.give_back(core::mem::take(&mut session.output));
        }
    }

    /// Closes a session that leaves too much unread. True if it did.
    pub(crate) fn enforce_output_limit(&mut self, client: ClientId) -> bool {
        let Some(session) = self
            .sessions
            .get_mut(client)
            .filter(|session| !session.is_closing())
        else {
            return false;
        };
        let unsent = session.unsent();
        let [normal, _, subscriber] = self.settings.output_limits;
        let limit = match session.flags.contains(Flags::SUBSCRIBED) {
            true => subscriber,
            false => normal,
        };
        let hard = usize::try_from(limit.hard).unwrap_or(usize::MAX);
        let soft = usize::try_from(limit.soft).unwrap_or(usize::MAX);
        let locked =
            session.flags.contains(Flags::UNAUTHENTICATED) && unsent > UNAUTHENTICATED_OUTPUT_MAX;
        let over_hard = hard > 0 && unsent > hard;
        let over_soft = soft > 0 && unsent > soft && {
            let since = *session.soft_limit_since.get_or_insert(self.now.instant);
            self.now.instant.since(since).as_secs() >= limit.soft_seconds.max(1)
        };
        if !(locked || over_hard || over_soft) {
            return false;
        }
        let text = format!(
            "Client addr={} closed for overcoming of output buffer limits.",
            session.about.peer.addr
        );
        self.stats.output_limit_closes += 1;
        self.log(LogLevel::Warning, text);
        self.close_now(client);
        true
    }

    /// Closes a session once its output is written.
    pub(crate) fn close_after_reply(&mut self, client: ClientId) {
        let Some(session) = self
            .sessions
            .get_mut(client)
            .filter(|session| !session.is_closing())
        else {
            return;
        };
        session.flags.insert(Flags::CLOSING);
        session.pending = None;
        self.forget_block(client);
        self.leave_lines(client);
        self.forget_transaction(client);
        self.drop_subscriptions(client);
        self.events.push_back(DataEvent::Close(client));
    }

    /// Closes a session without writing what it has not yet got.
    pub(crate) fn close_now(&mut self, client: ClientId) {
        self.close_after_reply(client);
        if let Some(session) = self.sessions.get_mut(client) {
            session.sent = 0;
            self.buffers.give_back(core::mem::take(&mut session.output));
        }
    }

    pub(crate) fn forget_session(&mut self, client: ClientId) {
        self.forget_block(client);
        self.leave_lines(client);
        self.forget_transaction(client);
        self.drop_subscriptions(client);
        let Some(session) = self.sessions.remove(client) else {
            return;
        };
        let session: Session = *session;
        if session.flags.contains(Flags::REPLICA) {
            self.replica_gone(client, session.number);
        }
        self.buffers.give_back(session.output);
    }
}
