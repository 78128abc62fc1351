//! A client's slot map: which address serves a slot, kept current by MOVED errors between refreshes.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::ops::RangeInclusive;

use crate::address::Address;
use crate::slot::{SLOT_COUNT, Slot};
use crate::topology::Topology;

/// A shard as the map keeps it.
#[derive(Clone, Debug, Eq, PartialEq)]
struct MapShard {
    primary: Address,
    replicas: Vec<Address>,
    /// How many slots point here; a shard without slots is reused, so patches never grow the map without
    /// bound.
    slots: u16,
}

const NOBODY: u16 = u16::MAX;

/// Which address serves which slot.
///
/// ```
/// use shoal_slots::{Address, Patch, Redirect, Slot, SlotMap};
///
/// let mut map = SlotMap::new();
/// let slot = Slot::of_key(b"foo");
/// let moved = Redirect::parse(b"MOVED 12182 127.0.0.1:7002").and_then(|r| r.address("127.0.0.1"));
/// assert_eq!(map.patch(slot, moved.ok_or("no redirection")?), Patch::NewNode);
/// assert_eq!(map.primary(slot), Some(&Address::new("127.0.0.1", 7002)));
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Eq, PartialEq)]
pub struct SlotMap {
    shard_of: Box<[u16; SLOT_COUNT as usize]>,
    shards: Vec<MapShard>,
}

/// What a MOVED changed, which tells a client how urgently it should ask for the whole topology.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Patch {
    /// Nothing: the map said so already (the request was sent on an older map).
    Unchanged,
    /// The address was a replica of the slot's shard: a failover. All slots of the shard follow.
    Promoted,
    /// The slot went to another known primary: resharding.
    SlotMoved,
    /// An address that the map did not know as a primary. Refresh soon.
    NewNode,
}

impl SlotMap {
    /// A map that knows nothing.
    #[must_use]
    pub fn new() -> Self {
        Self {
            shard_of: Box::new([NOBODY; SLOT_COUNT as usize]),
            shards: Vec::new(),
        }
    }

    /// The map of a topology told by a node that was reached at `connected_host`. Nodes without a usable
    /// address are left out, and the slots of a shard without a usable primary stay unknown.
    #[must_use]
    pub fn from_topology(topology: &Topology, connected_host: &str, tls: bool) -> Self {
        let mut map = Self::new();
        for shard in &topology.shards {
            let primary = shard
                .primary
                .as_ref()
                .and_then(|node| node.address(connected_host, tls));
            let Some(primary) = primary else { continue };
            let replicas = shard
                .replicas
                .iter()
                .filter_map(|node| node.address(connected_host, tls))
                .collect();
            let Some(place) = map.add(MapShard {
                primary,
                replicas,
                slots: 0,
            }) else {
                break;
            };
            for range in &shard.slots {
                for number in range.start().get()..=range.end().get() {
                    Slot::new(number)
                        .into_iter()
                        .for_each(|slot| map.point(slot, place));
                }
            }
        }
        map
    }

    /// The address that takes the writes of a slot.
    #[inline]
    #[must_use]
    pub fn primary(&self, slot: Slot) -> Option<&Address> {
        self.shard(slot).map(|shard| &shard.primary)
    }

    /// The addresses that may serve reads of a slot after READONLY.
    #[must_use]
    pub fn replicas(&self, slot: Slot) -> &[Address] {
        self.shard(slot).map_or(&[], |shard| &shard.replicas)
    }

    /// The primaries that own at least one slot.
    pub fn primaries(&self) -> impl Iterator<Item = &Address> {
        self.shards
            .iter()
            .filter(|shard| shard.slots > 0)
            .map(|shard| &shard.primary)
    }

    /// How many slots have a known owner; 16384 when the map is complete.
    #[must_use]
    pub fn covered(&self) -> usize {
        self.shard_of
            .iter()
            .filter(|&&place| place != NOBODY)
            .count()
    }

    /// The runs of neighbouring slots with the same primary, ascending.
    pub fn ranges(&self) -> impl Iterator<Item = (RangeInclusive<Slot>, &Address)> {
        let mut slots = Slot::all().peekable();
        core::iter::from_fn(move || {
            let (start, place) =
                slots.find_map(|slot| self.place(slot).map(|place| (slot, place)))?;
            let mut end = start;
            while let Some(next) = slots.next_if(|&slot| self.place(slot) == Some(place)) {
                end = next;
            }
            self.shards
                .get(usize::from(place))
                .map(|shard| (start..=end, &shard.primary))
        })
    }

    /// Follows a MOVED. A failover (the address is one of the shard's replicas) is followed for the whole
    /// shard, so that one MOVED repairs all its slots.
    pub fn patch(&mut self, slot: Slot, address: Address) -> Patch {
        if let Some(shard) = self
            .place(slot)
            .and_then(|place| self.shards.get_mut(usize::from(place)))
        {
            if shard.primary == address {
                return Patch::Unchanged;
            }
            if let Some(replica) = shard
                .replicas
                .iter_mut()
                .find(|replica| **replica == address)
            {
                core::mem::swap(&mut shard.primary, replica);
                return Patch::Promoted;
            }
        }
        let known = self
            .shards
            .iter()
            .position(|shard| shard.slots > 0 && shard.primary == address);
        if let Some(place) = known.and_then(|place| u16::try_from(place).ok()) {
            self.point(slot, place);
            return Patch::SlotMoved;
        }
        if let Some(place) = self.add(MapShard {
            primary: address,
            replicas: Vec::new(),
            slots: 0,
        }) {
            self.point(slot, place);
        }
        Patch::NewNode
    }

    /// Forgets who serves a slot.
    pub fn forget(&mut self, slot: Slot) {
        self.point(slot, NOBODY);
    }

    fn place(&self, slot: Slot) -> Option<u16> {
        // A `Slot` is below 16384, so the place exists.
        Some(self.shard_of[slot.index()]).filter(|&place| place != NOBODY)
    }

    fn shard(&self, slot: Slot) -> Option<&MapShard> {
        self.shards.get(usize::from(self.place(slot)?))
    }

    /// Puts the shard where one without slots was, or at the end.
    fn add(&mut self, shard: MapShard) -> Option<u16> {
        let free = self.shards.iter().position(|old| old.slots == 0);
        let place = free.unwrap_or(self.shards.len());
        let index = u16::try_from(place).ok().filter(|&index| index != NOBODY)?;
        match self.shards.get_mut(place) {
            Some(old) => *old = shard,
            None => self.shards.push(shard),
        }
        Some(index)
    }

    fn point(&mut self, slot: Slot, place: u16) {
        let old = core::mem::replace(&mut self.shard_of[slot.index()], place);
        if let Some(shard) = self.shards.get_mut(usize::from(old)) {
            shard.slots = shard.slots.saturating_sub(1);
        }
        if let Some(shard) = self.shards.get_mut(usize::from(place)) {
            shard.slots += 1;
        }
    }
}

impl Default for SlotMap {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for SlotMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.ranges()).finish()
    }
}
