//! The invariants, and what has to be remembered to check them.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use shoal_gossip::Gossip;
use shoal_gossip::nodes_conf::NodesConf;
use shoal_simnet::HostId;
use shoal_slots::{Epoch, NodeId, Slot};

use crate::disk::Disk;

/// A rule that was broken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Violation {
    /// Two nodes hold themselves for the primary of a slot, in one epoch.
    TwoPrimaries {
        /// Which slot.
        slot: Slot,
        /// In which epoch.
        epoch: Epoch,
        /// One of them.
        one: HostId,
        /// The other.
        other: HostId,
    },
    /// An epoch of a running node went back.
    EpochShrank {
        /// Whose.
        host: HostId,
        /// From.
        from: Epoch,
        /// To.
        to: Epoch,
    },
    /// A voter voted for two candidates in one epoch.
    TwoVotes {
        /// The voter.
        voter: NodeId,
        /// The epoch.
        epoch: Epoch,
    },
    /// A vote was sent that a crash could make the voter forget.
    VoteNotOnDisk {
        /// The voter.
        host: HostId,
        /// The epoch of the vote.
        epoch: Epoch,
        /// The last vote that is on its disk.
        durable: Epoch,
    },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TwoPrimaries {
                slot,
                epoch,
                one,
                other,
            } => {
                write!(f, "{one} and {other} both own slot {slot} in epoch {epoch}")
            }
            Self::EpochShrank { host, from, to } => {
                write!(f, "an epoch of {host} went from {from} back to {to}")
            }
            Self::TwoVotes { voter, epoch } => write!(f, "{voter} voted twice in epoch {epoch}"),
            Self::VoteNotOnDisk {
                host,
                epoch,
                durable,
            } => {
                write!(
                    f,
                    "{host} sent its vote of epoch {epoch} with only {durable} on disk"
                )
            }
        }
    }
}

/// What a node said about itself when it was last looked at.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Claim {
    id: NodeId,
    primary: bool,
    slots: usize,
    config_epoch: Epoch,
    current_epoch: Epoch,
}

/// Remembers what the rules need.
#[derive(Debug, Default)]
pub(crate) struct Checker {
    claims: BTreeMap<HostId, Claim>,
    /// When each voter voted, and how many requests of that epoch it had granted: an epoch has one.
    votes: BTreeMap<(NodeId, Epoch), u64>,
    incarnations: BTreeMap<HostId, u64>,
}

impl Checker {
    /// The process ended: a new one may start from an older file.
    pub(crate) fn forget(&mut self, host: HostId) {
        self.claims.remove(&host);
        *self.incarnations.entry(host).or_default() += 1;
    }

    /// Looks at a node after something happened to it, and at the others if it claims something new.
    pub(crate) fn look<'a>(
        &mut self,
        host: HostId,
        gossip: &Gossip,
        others: impl Iterator<Item = (HostId, &'a Gossip)>,
    ) -> Result<(), Violation> {
        let me = gossip.myself();
        let claim = Claim {
            id: me.id,
            primary: me.is_primary(),
            slots: gossip.slot_count_of(&me.id),
            config_epoch: me.config_epoch,
            current_epoch: gossip.current_epoch(),
        };
        let before = self.claims.insert(host, claim.clone());
        if before.as_ref() == Some(&claim) {
            return Ok(());
        }
        // A hard reset makes another node, whose epochs begin anew.
        if let Some(before) = before.filter(|before| before.id == claim.id) {
            let pairs = [
                (before.current_epoch, claim.current_epoch),
                (before.config_epoch, claim.config_epoch),
            ];
            if let Some((from, to)) = pairs.into_iter().find(|(from, to)| to < from) {
                return Err(Violation::EpochShrank { host, from, to });
            }
        }
        check_owners(host, gossip, others)
    }

    /// Looks at a vote that leaves a node.
    pub(crate) fn vote(
        &mut self,
        host: HostId,
        packet: &Bytes,
        disk: &Disk,
    ) -> Result<(), Violation> {
        let Some((voter, epoch)) = voter_and_epoch(packet) else {
            return Ok(());
        };
        let granted = self.votes.entry((voter, epoch)).or_default();
        *granted += 1;
        if *granted > 1 {
            return Err(Violation::TwoVotes { voter, epoch });
        }
        let durable = disk.durable().and_then(|text| NodesConf::parse(text).ok());
        let durable = durable.map_or(Epoch(0), |conf| conf.last_vote_epoch);
        if durable < epoch {
            return Err(Violation::VoteNotOnDisk {
                host,
                epoch,
                durable,
            });
        }
        Ok(())
    }
}

fn check_owners<'a>(
    host: HostId,
    gossip: &Gossip,
    others: impl Iterator<Item = (HostId, &'a Gossip)>,
) -> Result<(), Violation> {
    let me = gossip.myself();
    if !me.is_primary() || gossip.slot_count_of(&me.id) == 0 {
        return Ok(());
    }
    let mine = gossip.slots_of(&me.id);
    for (other, theirs) in others {
        let them = theirs.myself();
        if other == host || !them.is_primary() || them.config_epoch != me.config_epoch {
            continue;
        }
        let both = mine.intersection(theirs.slots_of(&them.id));
        if let Some(slot) = both.iter().next() {
            return Err(Violation::TwoPrimaries {
                slot,
                epoch: me.config_epoch,
                one: host,
                other,
            });
        }
    }
    Ok(())
}

/// The sender and the currentEpoch of a packet's header.
fn voter_and_epoch(packet: &[u8]) -> Option<(NodeId, Epoch)> {
    let epoch = u64::from_be_bytes(packet.get(16..24)?.try_into().ok()?);
    Some((NodeId::parse(packet.get(40..80)?).ok()?, Epoch(epoch)))
}
