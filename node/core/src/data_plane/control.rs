//! What the control plane says, carried out.

use std::sync::Arc;

use shoal_slots::{Role, SlotSet};

use super::blocked::Blocked;
use super::event::LogLevel;
use super::pubsub::Topic;
use super::{ClientId, DataPlane};
use crate::messages::{PrimaryLinkStatus, ReplicationStatus, Ticket, ToControl, ToData};

impl DataPlane {
    pub(crate) fn take_control(&mut self, message: ToData) {
        match message {
            ToData::View(view) => {
                self.view = view;
                self.end_pause_of_demoted();
                self.redirect_blocked();
                self.end_lost_shard_subscriptions();
            }
            ToData::BecomePrimary => self.become_primary(),
            ToData::BecomeReplicaOf { host, port, .. } => self.follow(self.now, &host, port),
            ToData::PauseWrites { until } => {
                self.pause.by_failover(until);
                self.update_gates();
                self.primary.set_paused(true);
                // Commands are executed whole, so nothing is under way: this is the end of the stream.
                self.to_control.push_back(ToControl::PausedAt {
                    offset: self.offset(),
                });
            }
            ToData::ResumeWrites => {
                self.pause.end_by_failover();
                self.pause_changed();
            }
            ToData::DropSlots(slots) => self.drop_slots(&slots),
            ToData::FlushAll => self.flush_all(),
            ToData::AdminReply { ticket, reply } => self.finish_ticket(ticket, &reply),
            ToData::Published {
                channel,
                message,
                shard,
            } => {
                let topic = if shard { Topic::Shard } else { Topic::Channel };
                self.deliver(topic, &channel, &message);
            }
        }
    }

    /// The pause of a manual failover ends when this node has lost its role, in the view as well as in
    /// fact: then the held-back writes are told where to go.
    pub(crate) fn end_pause_of_demoted(&mut self) {
        let demoted = self.is_replica() && self.view.my_role() == Role::Replica;
        if demoted && self.pause.for_failover() {
            self.pause.end_by_failover();
            self.pause_changed();
        }
    }

    /// The answer to a command that waited for somebody outside of this plane.
    pub(crate) fn finish_ticket(&mut self, ticket: Ticket, reply: &[u8]) {
        if let Some(client) = self.waiting.holder(ticket) {
            self.unblock(client);
            self.reply_late(client, |writer| writer.raw(reply));
        }
    }

    /// A ticket for a command that is answered from outside.
    pub(crate) const fn draw_ticket(&mut self) -> Ticket {
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        ticket
    }

    /// Lets a session wait. Its command's reply comes later.
    pub(crate) fn block(&mut self, client: ClientId, blocked: Blocked) {
        if let Some(session) = self.sessions.get_mut(client) {
            self.waiting.add(client, &blocked);
            session.blocked = Some(blocked);
        }
    }

    /// Ends a session's wait; its pending input is looked at before the call ends.
    pub(crate) fn unblock(&mut self, client: ClientId) -> Option<Blocked> {
        let blocked = self.forget_block(client)?;
        self.resume_later(client);
        Some(blocked)
    }

    /// As `unblock`, but its pending input stays where it is.
    pub(crate) fn forget_block(&mut self, client: ClientId) -> Option<Blocked> {
        let blocked = self.sessions.get_mut(client)?.blocked.take()?;
        self.waiting.remove(client, &blocked);
        Some(blocked)
    }

    /// The facts about replication for the control plane.
    #[must_use]
    pub fn replication_status(&self) -> ReplicationStatus {
        let link = match &self.upstream {
            None => PrimaryLinkStatus::None,
            Some(upstream) => upstream.status(),
        };
        ReplicationStatus {
            offset: self.offset(),
            role: if self.is_replica() {
                Role::Replica
            } else {
                Role::Primary
            },
            link,
            loading: self
                .upstream
                .as_ref()
                .is_some_and(|upstream| upstream.is_syncing()),
            replicas_online: u32::try_from(self.online_replicas().len()).unwrap_or(u32::MAX),
        }
    }

    /// Tells the control plane of a change in replication.
    pub(crate) fn report_replication(&mut self) {
        if self.settings.cluster_enabled {
            let status = self.replication_status();
            self.to_control.push_back(ToControl::Replication(status));
        }
    }

    /// These slots were lost: their keys go, here and on the replicas.
    fn drop_slots(&mut self, slots: &SlotSet) {
        let replicas_listen = self.gates.contains(super::gates::Gates::FEEDING);
        if replicas_listen {
            self.propagate_slot_deletion(slots);
        }
        let dropped = self.keyspace.drop_slots(slots.iter());
        self.dirty += dropped as u64;
        if dropped > 0 {
            self.log(
                LogLevel::Notice,
                format!("Deleted {dropped} keys of slots that this node lost."),
            );
        }
    }

    fn flush_all(&mut self) {
        self.keyspace.flush(None);
        self.dirty += 1;
        self.propagate_plain(0, &[b"FLUSHALL"]);
    }

    /// The view in force.
    #[must_use]
    pub const fn view(&self) -> &Arc<shoal_slots::ClusterView> {
        &self.view
    }
}
