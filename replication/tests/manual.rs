//! `CLUSTER FAILOVER` in its three forms, votes and their refusals in order, and replica migration: small machines,
//! stepped by hand.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::time::Duration;

use shoal_replication::*;
use shoal_slots::{Epoch, Instant, NodeId, Now, ReplOffset, Slot};

const T: Duration = Duration::from_millis(2000);

fn at(millis: u64) -> Now {
    Now {
        instant: Instant::from_micros(millis * 1000),
        unix_micros: 0,
    }
}

fn id(letter: char) -> NodeId {
    letter.to_string().repeat(40).parse().unwrap()
}

fn actions(manual: &mut ManualFailover) -> Vec<ManualAction> {
    std::iter::from_fn(|| manual.poll_action()).collect()
}

fn replica_facts() -> ManualFacts {
    ManualFacts {
        is_replica: true,
        primary: Some(id('p')),
        primary_failed: false,
        primary_connected: true,
    }
}

const PAUSE: PauseFacts = PauseFacts {
    is_primary: true,
    from_my_replica: true,
};

fn election_facts() -> ElectionFacts {
    ElectionFacts {
        myself: id('r'),
        primary: Some(id('p')),
        failed_since: Some(at(0).instant),
        primary_failed: true,
        primary_has_slots: true,
        no_failover: false,
        manual: false,
        current_epoch: Epoch(7),
        quorum: 2,
        offset: ReplOffset(100),
        link: PrimaryLink::Down {
            since: Instant::ORIGIN,
        },
        siblings: Vec::new(),
        failed_primaries: vec![id('p')],
    }
}

#[test]
fn the_plain_form_moves_the_role_at_exactly_the_final_offset() {
    let timing = Timing::redis(T);
    let (mut replica, mut primary) = (ManualFailover::new(timing), ManualFailover::new(timing));
    replica
        .request(at(0), ManualKind::Plain, &replica_facts())
        .unwrap();
    assert_eq!(
        actions(&mut replica),
        [ManualAction::SendMfStart { to: id('p') }]
    );

    primary.start_received(at(1), id('r'), &PAUSE).unwrap();
    assert_eq!(
        actions(&mut primary),
        [ManualAction::PauseWrites {
            until: at(10_001).instant
        }]
    );
    assert_eq!(
        primary.paused_offset(),
        None,
        "the data plane has not paused yet: nothing may be announced"
    );
    primary.paused_at(at(2), ReplOffset(100));
    assert_eq!(
        actions(&mut primary),
        [ManualAction::PingReplica { to: id('r') }]
    );
    assert_eq!(primary.paused_offset(), Some(ReplOffset(100)));
    primary.handle_timeout(at(102));
    assert_eq!(
        actions(&mut primary),
        [ManualAction::PingReplica { to: id('r') }],
        "every 100 ms"
    );

    replica.processed(ReplOffset(90));
    replica.primary_paused(id('x'), ReplOffset(90));
    replica.processed(ReplOffset(90));
    assert!(!replica.may_start(), "not our primary");
    replica.primary_paused(id('p'), ReplOffset(100));
    replica.processed(ReplOffset(90));
    assert!(!replica.may_start());
    replica.processed(ReplOffset(100));
    assert!(replica.may_start());
    assert_eq!(actions(&mut replica), [ManualAction::StartElection]);

    // The election starts without delay, with FORCEACK, though the primary is alive.
    let mut election = Election::new(timing, 1);
    let facts = ElectionFacts {
        primary_failed: false,
        failed_since: None,
        manual: true,
        ..election_facts()
    };
    election.handle_timeout(at(10), &facts);
    let got: Vec<_> = std::iter::from_fn(|| election.poll_action()).collect();
    assert_eq!(
        got,
        [
            ElectionAction::AnnounceOffset,
            ElectionAction::RequestVotes {
                epoch: Epoch(8),
                force: true
            }
        ]
    );
    for (voter, from) in ['a', 'a', 'b'].iter().enumerate() {
        assert_eq!(election.poll_action(), None, "one voter counts once");
        election.vote_received(at(11 + voter as u64), id(*from), true, Epoch(8), &facts);
    }
    assert_eq!(
        election.poll_action(),
        Some(ElectionAction::Won { epoch: Epoch(8) })
    );
    assert_eq!(election.poll_action(), None);
    replica.end(ManualEnd::Done);
    primary.end(ManualEnd::Done);
    assert_eq!(
        actions(&mut replica),
        [ManualAction::Ended(ManualEnd::Done)]
    );
    assert_eq!(
        actions(&mut primary),
        [
            ManualAction::ResumeWrites,
            ManualAction::Ended(ManualEnd::Done)
        ]
    );
}

#[test]
fn force_and_takeover_leave_the_primary_out() {
    let mut manual = ManualFailover::new(Timing::redis(T));
    let down = ManualFacts {
        primary_failed: true,
        primary_connected: false,
        ..replica_facts()
    };
    manual.request(at(0), ManualKind::Force, &down).unwrap();
    assert_eq!(actions(&mut manual), [ManualAction::StartElection]);
    assert!(manual.may_start());
    manual.request(at(1), ManualKind::Takeover, &down).unwrap();
    assert_eq!(
        actions(&mut manual),
        [
            ManualAction::Ended(ManualEnd::Aborted),
            ManualAction::TakeOver
        ]
    );
    assert!(!manual.is_active());
}

#[test]
fn refused_with_the_reference_texts() {
    let mut manual = ManualFailover::new(Timing::redis(T));
    let text = |result: Result<(), ManualRefusal>| result.unwrap_err().to_string();
    let mut request = |kind, facts| text(manual.request(at(0), kind, &facts));
    let on_primary = ManualFacts {
        is_replica: false,
        ..replica_facts()
    };
    assert_eq!(
        request(ManualKind::Takeover, on_primary),
        "You should send CLUSTER FAILOVER to a replica"
    );
    let unknown = ManualFacts {
        primary: None,
        ..replica_facts()
    };
    assert_eq!(
        request(ManualKind::Force, unknown),
        "I'm a replica but my master is unknown to me"
    );
    for facts in [
        ManualFacts {
            primary_failed: true,
            ..replica_facts()
        },
        ManualFacts {
            primary_connected: false,
            ..replica_facts()
        },
    ] {
        let down = "Master is down or failed, please use CLUSTER FAILOVER FORCE";
        assert_eq!(request(ManualKind::Plain, facts), down);
    }
    let stranger = PauseFacts {
        from_my_replica: false,
        ..PAUSE
    };
    assert_eq!(
        manual.start_received(at(0), id('x'), &stranger),
        Err(PauseRefusal::NotMyReplica)
    );
    assert!(!manual.is_active());
}

#[test]
fn both_sides_give_up_after_five_seconds() {
    let timing = Timing::redis(T);
    let (mut replica, mut primary) = (ManualFailover::new(timing), ManualFailover::new(timing));
    replica
        .request(at(0), ManualKind::Plain, &replica_facts())
        .unwrap();
    primary.start_received(at(0), id('r'), &PAUSE).unwrap();
    let _ = (actions(&mut replica), actions(&mut primary));
    assert_eq!(replica.poll_timeout(), Some(at(5000).instant));
    for manual in [&mut replica, &mut primary] {
        manual.handle_timeout(at(4999));
        assert!(manual.is_active());
        manual.handle_timeout(at(5000));
        assert!(!manual.is_active());
    }
    assert_eq!(
        actions(&mut replica),
        [ManualAction::Ended(ManualEnd::TimedOut)]
    );
    assert_eq!(
        actions(&mut primary),
        [
            ManualAction::ResumeWrites,
            ManualAction::Ended(ManualEnd::TimedOut)
        ]
    );
}

#[test]
fn an_operator_may_try_again_at_once() {
    let mut election = Election::new(Timing::redis(Duration::from_secs(15)), 1);
    let alive = |manual| ElectionFacts {
        primary_failed: false,
        failed_since: None,
        manual,
        ..election_facts()
    };
    let requests = |election: &mut Election| {
        std::iter::from_fn(|| election.poll_action())
            .filter(|action| matches!(action, ElectionAction::RequestVotes { .. }))
            .count()
    };
    election.handle_timeout(at(0), &alive(true));
    assert_eq!(requests(&mut election), 1);
    election.handle_timeout(at(5001), &alive(false));
    election.handle_timeout(at(5100), &alive(true));
    assert_eq!(
        requests(&mut election),
        1,
        "though the votes of the first try could still come"
    );
}

#[test]
fn who_may_not_stand_learns_why() {
    let timing = Timing::redis(T);
    let down = |millis| PrimaryLink::Down {
        since: at(millis).instant,
    };
    let refusal = |now, facts: ElectionFacts| {
        let mut election = Election::new(timing, 1);
        election.primary_failed(at(now), &facts);
        assert_eq!(election.poll_action(), None);
        election.last_refusal().unwrap()
    };
    let facts = election_facts;
    assert_eq!(
        refusal(
            0,
            ElectionFacts {
                primary: None,
                ..facts()
            }
        ),
        ElectionRefusal::NotAReplica
    );
    assert_eq!(
        refusal(
            0,
            ElectionFacts {
                primary_failed: false,
                ..facts()
            }
        ),
        ElectionRefusal::PrimaryAlive
    );
    assert_eq!(
        refusal(
            0,
            ElectionFacts {
                no_failover: true,
                ..facts()
            }
        ),
        ElectionRefusal::NoFailover
    );
    let empty = ElectionFacts {
        primary_has_slots: false,
        ..facts()
    };
    assert_eq!(refusal(0, empty), ElectionRefusal::PrimaryWithoutSlots);
    assert_eq!(
        refusal(
            0,
            ElectionFacts {
                link: PrimaryLink::Never,
                ..facts()
            }
        ),
        ElectionRefusal::NeverSynced
    );
    let (age, max) = (Duration::from_secs(31), Duration::from_secs(30));
    let old = ElectionFacts {
        link: down(0),
        ..facts()
    };
    assert_eq!(
        refusal(33_000, old.clone()),
        ElectionRefusal::DataTooOld { age, max }
    );
    // A second earlier it stands.
    let mut election = Election::new(timing, 1);
    election.primary_failed(at(32_000), &old);
    assert_eq!(election.poll_action(), Some(ElectionAction::AnnounceOffset));
}

#[test]
fn a_better_rival_shifts_the_time_and_silence_costs_the_early_start() {
    let mut election = Election::new(Timing::shoal(T), 1);
    let sibling = |offset, heard| Sibling {
        id: id('s'),
        offset: ReplOffset(offset),
        heard,
        failed: false,
        no_failover: false,
    };
    let with = |sibling| ElectionFacts {
        siblings: vec![sibling],
        failed_since: Some(at(1000).instant),
        ..election_facts()
    };
    election.primary_failed(at(1000), &with(sibling(90, Some(at(900).instant))));
    let full = election.poll_timeout().unwrap();
    assert!(
        full >= at(1500).instant,
        "its offset is from before the failure"
    );
    election.handle_timeout(at(1001), &with(sibling(90, Some(at(1001).instant))));
    assert_eq!(
        election.poll_timeout(),
        Some(at(1010).instant),
        "it has spoken, and is behind"
    );
    election.handle_timeout(at(1002), &with(sibling(200, Some(at(1002).instant))));
    assert_eq!(
        election.poll_timeout(),
        Some(full + Duration::from_secs(1)),
        "it has spoken, and is ahead"
    );
    let failed = Sibling {
        failed: true,
        ..sibling(200, None)
    };
    election.handle_timeout(at(1003), &with(failed));
    assert_eq!(
        election.poll_timeout(),
        Some(at(1010).instant),
        "it has failed, too"
    );
    let equal = sibling(100, Some(at(1004).instant));
    assert_eq!(with(equal).rank(), 0, "r goes before s");
    assert_eq!(
        ElectionFacts {
            myself: id('t'),
            ..with(equal)
        }
        .rank(),
        1,
        "and s before t"
    );
}

#[test]
fn an_attempt_that_failed_is_repeated_after_twice_its_timeout() {
    let mut election = Election::new(Timing::redis(T), 3);
    let facts = ElectionFacts {
        link: PrimaryLink::Up {
            last_io: at(0).instant,
        },
        ..election_facts()
    };
    let mut requests = Vec::new();
    for now in (0..30_000).step_by(10) {
        election.handle_timeout(
            at(now),
            &ElectionFacts {
                current_epoch: Epoch(7 + requests.len() as u64),
                ..facts.clone()
            },
        );
        while let Some(action) = election.poll_action() {
            if let ElectionAction::RequestVotes { epoch, .. } = action {
                requests.push((now, epoch));
            }
        }
        let late = requests.last().is_some_and(|(asked, _)| now - asked > 4000);
        assert!(
            !late
                || matches!(
                    election.status(at(now)),
                    ElectionStatus::Expired { .. } | ElectionStatus::Scheduled { .. }
                )
        );
    }
    let gaps: Vec<u64> = requests
        .windows(2)
        .map(|pair| pair[1].0 - pair[0].0)
        .collect();
    assert!(
        gaps.len() >= 2 && gaps.iter().all(|gap| (8500..9200).contains(gap)),
        "{requests:?}"
    );
    assert!(requests.windows(2).all(|pair| pair[0].1 < pair[1].1));
    assert_eq!(
        election.last_refusal(),
        Some(ElectionRefusal::Expired {
            votes: 0,
            needed: 2
        })
    );
}

#[test]
fn votes_are_refused_in_order_and_given_once_per_epoch() {
    let mut voter = Voter::new(Timing::redis(T), Epoch(3));
    let candidate = Candidate {
        is_replica: true,
        primary: Some(id('p')),
        primary_failed: true,
    };
    let good = VoterFacts {
        voting_primary: true,
        current_epoch: Epoch(5),
        candidate: Some(candidate),
        newer_owner: None,
    };
    let request = VoteRequest {
        from: id('r'),
        current_epoch: Epoch(5),
        config_epoch: Epoch(1),
        force: false,
    };
    let (slot, owner, epoch) = (Slot::new(9).unwrap(), id('o'), Epoch(4));
    let newer = Some((slot, owner, epoch));
    // Everything is wrong at first; with each step the first fault is mended and the next one is named.
    let alive = Candidate {
        is_replica: false,
        primary: None,
        primary_failed: false,
    };
    let mut facts = VoterFacts {
        voting_primary: false,
        current_epoch: Epoch(6),
        candidate: None,
        newer_owner: newer,
    };
    let mut ask = |facts: &VoterFacts| voter.consider(at(0), &request, facts);
    assert_eq!(ask(&facts), Err(VoteRefusal::NotVoting));
    facts.voting_primary = true;
    assert_eq!(
        ask(&facts),
        Err(VoteRefusal::StaleEpoch {
            request: Epoch(5),
            current: Epoch(6)
        })
    );
    facts.current_epoch = Epoch(3);
    assert_eq!(ask(&facts), Err(VoteRefusal::AlreadyVoted(Epoch(3))));
    facts.current_epoch = Epoch(5);
    assert_eq!(ask(&facts), Err(VoteRefusal::UnknownCandidate));
    facts.candidate = Some(alive);
    assert_eq!(ask(&facts), Err(VoteRefusal::NotAReplica));
    facts.candidate = Some(Candidate {
        is_replica: true,
        ..alive
    });
    assert_eq!(ask(&facts), Err(VoteRefusal::UnknownPrimary));
    facts.candidate = Some(Candidate {
        primary_failed: false,
        ..candidate
    });
    assert_eq!(ask(&facts), Err(VoteRefusal::PrimaryAlive));
    facts.candidate = Some(candidate);
    assert_eq!(
        ask(&facts),
        Err(VoteRefusal::NewerOwner { slot, owner, epoch })
    );
    assert_eq!(ask(&good), Ok(()));
    assert_eq!(ask(&good), Err(VoteRefusal::AlreadyVoted(Epoch(5))));
    let again = VoterFacts {
        current_epoch: Epoch(6),
        ..good
    };
    let next = VoteRequest {
        current_epoch: Epoch(6),
        ..request
    };
    let ago = Duration::from_millis(3999);
    assert_eq!(
        voter.consider(at(3999), &next, &again),
        Err(VoteRefusal::VotedRecently { ago })
    );

    assert_eq!(
        voter.poll_action(),
        Some(VoterAction::Persist { epoch: Epoch(5) })
    );
    assert_eq!(voter.poll_action(), None, "not before it is on disk");
    voter.persisted(Epoch(4));
    assert_eq!(voter.poll_action(), None, "that was an older state");
    voter.persisted(Epoch(5));
    assert_eq!(
        voter.poll_action(),
        Some(VoterAction::SendVote {
            to: id('r'),
            epoch: Epoch(5)
        })
    );
    assert_eq!(voter.consider(at(4000), &next, &again), Ok(()));
    voter.persist_failed();
    voter.persisted(Epoch(9));
    assert_eq!(
        voter.poll_action(),
        Some(VoterAction::Persist { epoch: Epoch(6) })
    );
    assert_eq!(
        voter.poll_action(),
        None,
        "a vote that could not be saved is never sent"
    );
}

fn primary(letter: char, replicas: &[(char, bool)]) -> PrimaryFacts {
    let replicas = replicas.iter().map(|(letter, failed)| ReplicaFacts {
        id: id(*letter),
        failed: *failed,
        suspected: false,
    });
    PrimaryFacts {
        id: id(letter),
        failed: false,
        has_slots: true,
        migrate_to: true,
        replicas: replicas.collect(),
    }
}

#[test]
fn one_spare_replica_moves_to_the_orphan_after_five_seconds() {
    let mut migration = Migration::new(Timing::redis(T));
    let mut facts = MigrationFacts {
        myself: id('c'),
        primary: Some(id('p')),
        cluster_ok: true,
        allowed: true,
        barrier: 1,
        primaries: vec![
            primary('o', &[('x', true)]),
            primary('p', &[('b', true), ('c', false), ('d', false)]),
        ],
    };
    assert_eq!(migration.target(at(0), &facts), None);
    assert_eq!(migration.target(at(5000), &facts), None);
    assert_eq!(
        migration.target(at(5001), &facts),
        Some(id('o')),
        "b has failed, so c goes"
    );
    let mut check = |change: &dyn Fn(&mut MigrationFacts)| {
        let mut changed = facts.clone();
        change(&mut changed);
        migration.target(at(6000), &changed)
    };
    assert_eq!(check(&|facts| facts.myself = id('d')), None);
    assert_eq!(check(&|facts| facts.cluster_ok = false), None);
    assert_eq!(check(&|facts| facts.allowed = false), None);
    assert_eq!(check(&|facts| facts.barrier = 2), None);
    assert_eq!(
        check(&|facts| facts.primaries[1].replicas[2].suspected = true),
        None
    );
    assert_eq!(check(&|_| ()), Some(id('o')));
    // A primary that never had replicas is nobody's orphan, and the time starts again.
    facts.primaries[0].migrate_to = false;
    assert_eq!(migration.target(at(7000), &facts), None);
    facts.primaries[0].migrate_to = true;
    assert_eq!(migration.target(at(8000), &facts), None);
}
