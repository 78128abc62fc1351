//! `ADDSLOTS`, `DELSLOTS`, their ranges, and `SETSLOT`.

use shoal_gossip::{SetSlot, SetSlotError};

use super::{Answer, ControlPlane, Refusal};
use crate::messages::AdminRequest;

impl ControlPlane {
    pub(super) fn add_slots(&mut self, request: &AdminRequest) -> Answer {
        Ok(self.gossip.add_slots(self.now, &request.slots()?)?)
    }

    pub(super) fn add_slots_range(&mut self, request: &AdminRequest) -> Answer {
        Ok(self.gossip.add_slots(self.now, &request.slot_ranges()?)?)
    }

    pub(super) fn del_slots(&mut self, request: &AdminRequest) -> Answer {
        Ok(self.gossip.del_slots(self.now, &request.slots()?)?)
    }

    pub(super) fn del_slots_range(&mut self, request: &AdminRequest) -> Answer {
        Ok(self.gossip.del_slots(self.now, &request.slot_ranges()?)?)
    }

    pub(super) fn set_slot(&mut self, request: &AdminRequest) -> Answer {
        // Before the arguments are looked at, as redis-cli --cluster expects: it tolerates this error.
        if self.gossip.myself().is_replica() {
            return Err(SetSlotError::OnReplica.into());
        }
        let slot = request.slot(0)?;
        let id = request.text(2);
        let action = match request.args.len() {
            2 if request.is_word(1, "stable") => SetSlot::Stable,
            3 if request.is_word(1, "migrating") => SetSlot::Migrating(&id),
            3 if request.is_word(1, "importing") => SetSlot::Importing(&id),
            3 if request.is_word(1, "node") => SetSlot::Node {
                id: &id,
                keys_here: request.slot_keys.unwrap_or(0),
            },
            _ => {
                return Err(Refusal::new(
                    "Invalid CLUSTER SETSLOT action or number of arguments. Try CLUSTER HELP",
                ));
            }
        };
        Ok(self.gossip.set_slot(self.now, slot, action)?)
    }
}
