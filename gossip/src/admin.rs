//! The operator's commands: CLUSTER MEET, FORGET, ADDSLOTS, DELSLOTS, SETSLOT, FLUSHSLOTS, REPLICATE,
//! RESET, SET-CONFIG-EPOCH. Numbers and words are parsed by the caller; nodes are given as the operator
//! wrote them, so that errors can repeat it.

use alloc::string::{String, ToString};
use core::net::IpAddr;

use shoal_slots::{Epoch, NodeId, Now, Role, ShardId, Slot, SlotSet};

use crate::epochs::Epochs;
use crate::error::{
    FlushSlotsError, ForgetError, MeetError, ReplicateError, ResetError, SetConfigEpochError,
    SetSlotError, SlotsError, UnknownNode,
};
use crate::event::Event;
use crate::gossip::Gossip;
use crate::peer::Address;
use crate::roles::Handover;

/// What `CLUSTER SETSLOT` should do to a slot.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SetSlot<'a> {
    /// `MIGRATING <id>`.
    Migrating(&'a str),
    /// `IMPORTING <id>`.
    Importing(&'a str),
    /// `STABLE`.
    Stable,
    /// `NODE <id>`.
    Node {
        /// The new owner.
        id: &'a str,
        /// How many keys of the slot are here.
        keys_here: u64,
    },
}

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

    /// `CLUSTER ADDSLOTS`: takes slots that nobody has.
    ///
    /// # Errors
    /// [`SlotsError`] about the first slot that is taken or repeated; nothing is changed then.
    pub fn add_slots(&mut self, now: Now, slots: &[Slot]) -> Result<(), SlotsError> {
        if !self.peers.me().is_primary() {
            return Err(SlotsError::OnReplica);
        }
        let mut wanted = SlotSet::new();
        for &slot in slots {
            if self.slots.owner(slot).is_some() {
                return Err(SlotsError::Busy(slot));
            }
            if !wanted.insert(slot) {
                return Err(SlotsError::Repeated(slot));
            }
        }
        self.begin(now);
        let me = self.peers.me().id;
        for slot in &wanted {
            self.slots.importing.remove(&slot);
            self.give_slot(slot, &me);
        }
        self.slots_changed();
        Ok(())
    }

    /// `CLUSTER DELSLOTS`: forgets, in our own table, who has these slots.
    ///
    /// # Errors
    /// [`SlotsError`] about the first slot that nobody has or that is repeated; nothing is changed then.
    pub fn del_slots(&mut self, now: Now, slots: &[Slot]) -> Result<(), SlotsError> {
        let mut wanted = SlotSet::new();
        for &slot in slots {
            if self.slots.owner(slot).is_none() {
                return Err(SlotsError::Unassigned(slot));
            }
            if !wanted.insert(slot) {
                return Err(SlotsError::Repeated(slot));
            }
        }
        self.begin(now);
        for slot in &wanted {
            self.slots.unassign(slot);
        }
        self.slots_changed();
        Ok(())
    }

    /// `CLUSTER FLUSHSLOTS`: we own nothing any more.
    ///
    /// # Errors
    /// [`FlushSlotsError`] if there are keys.
    pub fn flush_slots(&mut self, now: Now, keys_total: u64) -> Result<(), FlushSlotsError> {
        if keys_total > 0 {
            return Err(FlushSlotsError::NotEmpty);
        }
        self.begin(now);
        let me = self.peers.me().id;
        self.slots.unassign_all(&me);
        self.slots_changed();
        Ok(())
    }

    fn slots_changed(&mut self) {
        self.out.save();
        self.out.view();
        self.health.mark_stale();
        self.end();
    }

    /// `CLUSTER SETSLOT`.
    ///
    /// # Errors
    /// [`SetSlotError`]; nothing is changed then.
    pub fn set_slot(
        &mut self,
        now: Now,
        slot: Slot,
        action: SetSlot<'_>,
    ) -> Result<(), SetSlotError> {
        if !self.peers.me().is_primary() {
            return Err(SetSlotError::OnReplica);
        }
        let me = self.peers.me().id;
        let mine = self.slots.owner(slot) == Some(me);
        self.begin(now);
        match action {
            SetSlot::Migrating(_) if !mine => return Err(SetSlotError::NotOwner(slot)),
            SetSlot::Migrating(node) => {
                let target = self.move_partner(node, SetSlotError::DontKnow)?;
                self.slots.migrating.insert(slot, target);
            }
            SetSlot::Importing(_) if mine => return Err(SetSlotError::AlreadyOwner(slot)),
            SetSlot::Importing(node) => {
                let source = self.move_partner(node, SetSlotError::DontKnow)?;
                self.slots.importing.insert(slot, source);
            }
            SetSlot::Stable => {
                self.slots.migrating.remove(&slot);
                self.slots.importing.remove(&slot);
            }
            SetSlot::Node { id, keys_here } => {
                let owner = self.move_partner(id, SetSlotError::UnknownNode)?;
                if mine && owner != me && keys_here > 0 {
                    return Err(SetSlotError::HasKeys(slot));
                }
                self.set_slot_owner(slot, owner, mine, keys_here);
            }
        }
        self.slots_changed();
        Ok(())
    }

    /// The other side of a slot move: a known primary.
    fn move_partner(
        &self,
        node: &str,
        unknown: impl Fn(String) -> SetSlotError,
    ) -> Result<NodeId, SetSlotError> {
        let peer = self.find(node).ok_or_else(|| unknown(node.into()))?;
        if peer.is_replica() {
            return Err(SetSlotError::TargetIsReplica);
        }
        Ok(peer.id)
    }

    fn set_slot_owner(&mut self, slot: Slot, owner: NodeId, mine: bool, keys_here: u64) {
        let me = self.peers.me().id;
        if keys_here == 0 {
            self.slots.migrating.remove(&slot);
        }
        self.give_slot(slot, &owner);
        let emptied = mine && owner != me && !self.slots.has_slots(&me);
        if emptied && self.config.allow_replica_migration {
            self.follow(&owner);
        }
        if owner == me && self.slots.importing.remove(&slot).is_some() {
            // The import is closed: a new epoch makes everybody believe that the slot is ours.
            self.bump_without_consensus();
            self.send_pongs(false);
        }
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

    /// The dataset was loaded and has keys of these slots. Those that nobody owns become ours; those of
    /// others are marked as being imported, so that the operator can move them where they belong. To be
    /// called on primaries, once, before serving.
    pub fn adopt_loaded_slots(&mut self, now: Now, loaded: &SlotSet) {
        let me = self.peers.me().id;
        if !self.peers.me().is_primary() {
            return;
        }
        self.begin(now);
        let foreign = loaded.difference(self.slots.slots_of(&me));
        for slot in &foreign {
            match self.slots.owner(slot) {
                _ if self.slots.importing.contains_key(&slot) => {}
                None => self.give_slot(slot, &me),
                Some(owner) => {
                    self.slots.importing.insert(slot, owner);
                }
            }
        }
        if !foreign.is_empty() {
            self.out.save();
            self.out.view();
            self.health.mark_stale();
        }
        self.end();
    }
}
