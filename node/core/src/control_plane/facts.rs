//! What the failover machines have to know, read from the membership. Facts only; nothing is decided here.

use shoal_gossip::{Liveness, VoteRequest};
use shoal_replication::{Candidate, ElectionFacts, ManualFacts, PrimaryLink, Sibling, VoterFacts};

use super::ControlPlane;
use crate::messages::PrimaryLinkStatus;

impl ControlPlane {
    pub(super) fn election_facts(&self) -> ElectionFacts {
        let gossip = &self.gossip;
        let primary = gossip.my_primary();
        let failed_primaries = gossip
            .nodes()
            .filter(|node| {
                node.is_primary() && node.is_failed() && gossip.slot_count_of(&node.id) > 0
            })
            .map(|node| node.id);
        ElectionFacts {
            myself: gossip.my_id(),
            primary: primary.map(|primary| primary.id),
            failed_since: primary.and_then(|primary| match primary.liveness {
                Liveness::Failed { since } => since,
                Liveness::Alive | Liveness::Suspected => None,
            }),
            primary_failed: primary.is_some_and(|primary| primary.is_failed()),
            primary_has_slots: primary.is_some_and(|primary| gossip.slot_count_of(&primary.id) > 0),
            no_failover: self.config.cluster_replica_no_failover(),
            manual: self.manual.may_start(),
            current_epoch: gossip.current_epoch(),
            quorum: gossip.quorum(),
            offset: self.replication.offset,
            link: match self.replication.link {
                PrimaryLinkStatus::Up { last_io } => PrimaryLink::Up { last_io },
                PrimaryLinkStatus::Down { since: Some(since) } => PrimaryLink::Down { since },
                PrimaryLinkStatus::Down { since: None } | PrimaryLinkStatus::None => {
                    PrimaryLink::Never
                }
            },
            siblings: gossip
                .siblings()
                .map(|sibling| Sibling {
                    id: sibling.id,
                    offset: sibling.repl_offset,
                    heard: sibling.repl_offset_at,
                    failed: sibling.is_failed(),
                    no_failover: sibling.nofailover,
                })
                .collect(),
            failed_primaries: failed_primaries.collect(),
        }
    }

    pub(super) fn voter_facts(&self, request: &VoteRequest) -> VoterFacts {
        let gossip = &self.gossip;
        let candidate = gossip.node(&request.from).map(|node| {
            let primary = node.primary.and_then(|primary| gossip.node(&primary));
            Candidate {
                is_replica: node.is_replica(),
                primary: primary.map(|primary| primary.id),
                primary_failed: primary.is_some_and(|primary| primary.is_failed()),
            }
        });
        let newer_owner = gossip
            .claim_conflict(&request.slots, request.config_epoch)
            .and_then(|slot| {
                let owner = gossip.node(&gossip.slot_owner(slot)?)?;
                Some((slot, owner.id, owner.config_epoch))
            });
        VoterFacts {
            voting_primary: gossip.is_voter(&gossip.my_id()),
            current_epoch: gossip.current_epoch(),
            candidate,
            newer_owner,
        }
    }

    pub(super) fn manual_facts(&self) -> ManualFacts {
        let primary = self.gossip.my_primary();
        ManualFacts {
            is_replica: self.gossip.myself().is_replica(),
            primary: primary.map(|primary| primary.id),
            primary_failed: primary.is_some_and(|primary| primary.is_failed()),
            primary_connected: primary.is_some_and(|primary| primary.outbound.is_some()),
        }
    }
}
