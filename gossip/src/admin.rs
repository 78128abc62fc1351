//! The operator's commands about nodes: CLUSTER MEET, FORGET, REPLICATE, RESET, SET-CONFIG-EPOCH. (Those
//! about slots are in `admin_slots.rs`.) Numbers and words are parsed by the caller; nodes are given as the operator
//! wrote them, so that errors can repeat it.

use alloc::string::ToString;
use core::net::IpAddr;

use shoal_slots::{Epoch, NodeId, Now, Role, ShardId};

use crate::epochs::Epochs;
use crate::error::{
    ForgetError, MeetError, ReplicateError, ResetError, SetConfigEpochError, UnknownNode,
};
use crate::event::Event;
use crate::gossip::Gossip;
use crate::peer::Address;
use crate::roles::Handover;

impl Gossip {
    /// `CLUSTER MEET host port [busport]`: dial a node and ask it to join. The host has to be an address
    /// literal. Success means only that the attempt was started.
    ///
    /// # Errors
    /// [`MeetError`] if that is no address.
    pub fn meet(
        &mut self,
        now: Now,
        host: &str,
        port: i64,
        bus_port: Option<i64>,
    ) -> Result<(), MeetError> {
        let invalid = || MeetError::InvalidAddress {
            host: host.into(),
            port,
        };
        let in_range = |port: i64| {
            u16::try_from(port)
                .ok()
                .filter(|&port| port != 0)
                .ok_or_else(invalid)
        };
        let ip: IpAddr = host.parse().map_err(|_| invalid())?;
        let (client, bus) = (
            in_range(port)?,
            in_range(bus_port.unwrap_or(port.saturating_add(10_000)))?,
        );
        self.begin(now);
        let address = Address {
            ip: ip.to_string(),
            port: client,
            other_port: 0,
            bus_port: bus,
        };
        self.start_handshake(address, true);
        self.end();
        Ok(())
    }

    /// `CLUSTER FORGET id`: takes a node out of the table and keeps it out for a while. Peers that
    /// understand the note do the same.
    ///
    /// # Errors
    /// [`ForgetError`] for strangers, myself and my primary. A stranger that was forgotten before is no
    /// error.
    pub fn forget(&mut self, now: Now, node: &str) -> Result<(), ForgetError> {
        let unknown = || ForgetError::UnknownNode(node.into());
        let id: NodeId = node.parse().map_err(|_| unknown())?;
        if !self.peers.contains(&id) {
            return if self.blacklist.contains(&id, now.instant) {
                Ok(())
            } else {
                Err(unknown())
            };
        }
        let me = self.peers.me();
        if id == me.id {
            return Err(ForgetError::Myself);
        }
        if me.primary == Some(id) {
            return Err(ForgetError::MyPrimary);
        }
        self.begin(now);
        self.blacklist
            .add(id, self.now.instant, self.config.timing.blacklist_ttl);
        self.remove_peer(&id);
        self.out.save();
        self.end();
        Ok(())
    }

    /// `CLUSTER REPLICATE id`. `has_keys` says whether the dataset has any.
    ///
    /// # Errors
    /// [`ReplicateError`]; nothing is changed then.
    pub fn replicate(
        &mut self,
        now: Now,
        node: &str,
        has_keys: bool,
    ) -> Result<(), ReplicateError> {
        let target = self
            .find(node)
            .ok_or_else(|| ReplicateError::UnknownNode(node.into()))?;
        let (id, is_replica) = (target.id, target.is_replica());
        let me = self.peers.me();
        if id == me.id {
            return Err(ReplicateError::Myself);
        }
        if is_replica {
            return Err(ReplicateError::TargetIsReplica);
        }
        if me.is_primary() && (self.slots.has_slots(&me.id) || has_keys) {
            return Err(ReplicateError::NotEmpty);
        }
        self.begin(now);
        self.follow(&id);
        self.end();
        Ok(())
    }

    /// `CLUSTER COUNT-FAILURE-REPORTS id`.
    ///
    /// # Errors
    /// [`UnknownNode`].
    pub fn count_failure_reports(&mut self, now: Now, node: &str) -> Result<usize, UnknownNode> {
        let id = self.find(node).ok_or_else(|| UnknownNode(node.into()))?.id;
        self.begin(now);
        let count = self.valid_reports(&id);
        self.end();
        Ok(count)
    }

    /// `CLUSTER SET-CONFIG-EPOCH`.
    ///
    /// # Errors
    /// [`SetConfigEpochError`]; nothing is changed then.
    pub fn set_config_epoch(&mut self, now: Now, epoch: i64) -> Result<(), SetConfigEpochError> {
        let wanted = u64::try_from(epoch)
            .map(Epoch)
            .map_err(|_| SetConfigEpochError::Invalid(epoch))?;
        if !self.is_plausible(wanted) {
            return Err(SetConfigEpochError::Invalid(epoch));
        }
        if self.peers.len() > 1 {
            return Err(SetConfigEpochError::NotAlone);
        }
        if self.peers.me().config_epoch != Epoch(0) {
            return Err(SetConfigEpochError::AlreadySet);
        }
        self.begin(now);
        self.peers.me_mut().config_epoch = wanted;
        self.epochs.current = self.epochs.current.max(wanted);
        self.out.save_durably();
        self.end();
        Ok(())
    }

    /// `CLUSTER RESET [SOFT|HARD]`: leave the cluster; hard also under a new name with all epochs zero.
    ///
    /// # Errors
    /// [`ResetError`] if this is a primary with keys.
    pub fn reset(&mut self, now: Now, hard: bool, has_keys: bool) -> Result<(), ResetError> {
        if has_keys && self.peers.me().is_primary() {
            return Err(ResetError::HasKeys);
        }
        self.begin(now);
        self.leave_primary();
        self.handover = Handover::default();
        let me = self.peers.me().id;
        for id in self.peers.ids() {
            self.slots.unassign_all(&id);
            if id != me {
                self.remove_peer(&id);
            }
        }
        self.slots.drop_marks();
        self.blacklist.clear();
        if hard {
            self.become_somebody_else();
        }
        self.out.save_durably();
        self.out.view();
        self.health.mark_stale();
        self.end();
        Ok(())
    }

    /// A replica that is reset becomes an empty primary.
    fn leave_primary(&mut self) {
        if self.peers.me().is_primary() {
            return;
        }
        let me = self.peers.me().id;
        self.peers.set_primary(&me, None);
        self.peers.me_mut().role = Role::Primary;
        self.out.event(Event::BecomePrimary);
    }

    fn become_somebody_else(&mut self) {
        let me = self.peers.me().id;
        let id = NodeId::random(&mut self.rng);
        self.peers.rename(&me, id);
        let shard = ShardId::random(&mut self.rng);
        let peer = self.peers.me_mut();
        peer.shard = shard;
        peer.config_epoch = Epoch(0);
        self.epochs = Epochs::default();
    }
}
