//! What reaches a machine of the town.

use bytes::Bytes;
use shoal_core::{ClientId, PrimaryLinkInput};
use shoal_gossip::{LinkChange, LinkId};
use shoal_slots::Now;

use super::member::Member;

pub(super) enum Arrival {
    /// Somebody dials a bus port, or a client port as a replica: answered at once, arrives on both sides later.
    Dial(LinkId),
    DialPrimary,
    Accepted(LinkId, usize, LinkId),
    Connected(LinkId),
    ConnectFailed(LinkId),
    Packet(LinkId, Bytes),
    BusClosed(LinkId),
    PrimaryUp(usize, ClientId),
    PrimaryBytes(ClientId, Vec<u8>),
    PrimaryClosed(Option<ClientId>),
    ReplicaBytes(ClientId, Bytes),
    ReplicaClosed(ClientId),
}

impl Member {
    pub(super) fn take(&mut self, now: Now, arrival: Arrival) {
        match arrival {
            Arrival::Dial(_) | Arrival::DialPrimary => {}
            Arrival::Accepted(link, from, theirs) => {
                self.links.insert(link, (from, theirs));
                let change = LinkChange::Accepted {
                    peer_ip: "127.0.0.1".into(),
                    local_ip: "127.0.0.1".into(),
                };
                self.control.handle_link(now, link, change);
            }
            Arrival::Connected(link) => {
                let local_ip = "127.0.0.1".into();
                self.control
                    .handle_link(now, link, LinkChange::Connected { local_ip });
            }
            Arrival::ConnectFailed(link) => {
                self.control
                    .handle_link(now, link, LinkChange::ConnectFailed)
            }
            Arrival::Packet(link, packet) => {
                let _ = self.control.handle_packet(now, link, &packet);
            }
            Arrival::BusClosed(link) => {
                if self.links.remove(&link).is_some() {
                    self.control.handle_link(now, link, LinkChange::Closed);
                }
            }
            Arrival::PrimaryUp(primary, session) => {
                self.primary = Some((primary, session));
                self.data
                    .handle_primary_link(now, PrimaryLinkInput::Connected);
            }
            Arrival::PrimaryBytes(session, bytes) => {
                if self.primary.is_some_and(|(_, mine)| mine == session) {
                    self.data
                        .handle_primary_link(now, PrimaryLinkInput::Bytes(&bytes));
                }
            }
            Arrival::PrimaryClosed(session) => {
                if session.is_none() || self.primary.map(|(_, mine)| mine) == session {
                    self.primary = None;
                    self.data.handle_primary_link(now, PrimaryLinkInput::Closed);
                }
            }
            Arrival::ReplicaBytes(session, bytes) => {
                if self.feeds.contains_key(&session) {
                    self.data.handle_input(now, session, &bytes);
                }
            }
            Arrival::ReplicaClosed(session) => {
                if self.feeds.remove(&session).is_some() {
                    self.data.handle_closed(now, session);
                }
            }
        }
    }
}
