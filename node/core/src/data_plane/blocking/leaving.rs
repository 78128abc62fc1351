//! How a wait ends without what was waited for: its time is over, somebody else ends it, or this node is not the
//! place to wait any more.

use shoal_slots::{RouteRequest, Slot, route_blocked};

use super::Waiter;
use crate::data_plane::blocked::Blocked;
use crate::data_plane::checks::kind_of;
use crate::data_plane::session::{Flags, Session};
use crate::data_plane::{ClientId, DataPlane};

/// What clients are told whose node became a replica.
const ROLE_CHANGED: &str =
    "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)";

impl DataPlane {
    /// A blocked command's time is over: it answers what it has.
    pub(crate) fn blocked_timed_out(&mut self, client: ClientId) {
        let waiter = self.leave_lines(client);
        match self.unblock(client) {
            Some(Blocked::Wait { offset, .. }) => {
                let acked = i64::try_from(self.primary.count_acked(offset)).unwrap_or(i64::MAX);
                self.reply_late(client, |writer| writer.integer(acked));
            }
            Some(Blocked::Keys { .. }) => {
                self.reply_late(client, |writer| writer.null_array());
                self.count_ended(waiter.as_deref(), false);
            }
            _ => {}
        }
    }

    /// Ends a blocking command with an error.
    pub(crate) fn unblock_with_error(&mut self, client: ClientId, text: &str) {
        let waiter = self.leave_lines(client);
        if self.unblock(client).is_some() {
            self.reply_late(client, |writer| writer.error(text));
            self.count_ended(waiter.as_deref(), true);
        }
    }

    /// A command that is not executed again counts as executed.
    fn count_ended(&mut self, waiter: Option<&Waiter>, failed: bool) {
        if let Some(waiter) = waiter {
            self.stats.commands += 1;
            self.command_stats.count(waiter.request.spec, failed);
        }
    }

    /// Ends all blocking commands, because this node became a replica. Their clients are to look for the primary.
    pub(crate) fn unblock_everybody(&mut self) {
        let waits = |blocked: &Blocked| blocked.is_blocking_command();
        for client in self.sessions.ids() {
            let session = self.sessions.get(client);
            if session.is_some_and(|session| session.blocked.as_ref().is_some_and(waits)) {
                self.unblock_with_error(client, ROLE_CHANGED);
                self.close_after_reply(client);
            }
        }
    }

    /// The view changed: whoever waits for keys of a slot that is not served here is told where to go.
    pub(crate) fn redirect_blocked(&mut self) {
        for client in self.queue.everybody() {
            let session = self.sessions.get(client);
            if let Some(text) = session.and_then(|session| self.redirection(session)) {
                self.unblock_with_error(client, &text);
            }
        }
    }

    fn redirection(&self, session: &Session) -> Option<String> {
        let waiter = session.waiter.as_ref()?;
        let slot = Slot::of_key(&waiter.keys.first()?.key);
        let spec = waiter.request.spec;
        let request = RouteRequest {
            readonly_client: session.flags.contains(Flags::READONLY),
            ..RouteRequest::of(kind_of(spec, spec.flags))
        };
        let route = route_blocked(&self.view, &request, slot)?;
        route.error_text(self.view.options().endpoint, session.about.peer.tls)
    }
}
