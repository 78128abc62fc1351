//! Elections among pure machines: shards lose their primaries, replicas stand, primaries vote, over ordered links
//! with random delays, with votes that take time to reach the disk, and with voters that restart.
//!
//! Checked on every run: no epoch has two winners, and every shard that lost its primary gets a new one.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use shoal_replication::*;
use shoal_slots::{Epoch, Instant, NodeId, Now, ReplOffset};

const NODE_TIMEOUT: Duration = Duration::from_millis(2000);

/// What a run is like.
#[derive(Clone, Copy)]
struct Setting {
    timing: Timing,
    shards: usize,
    replicas: usize,
    killed: usize,
    delay_ms_max: u64,
    /// How many of 100 requests and votes get lost.
    loss_percent: u64,
    /// Voters crash and come back with what is on their disk.
    restarts: bool,
}

#[derive(Clone, Copy, Debug)]
enum Body {
    Pong { offset: ReplOffset },
    Fail(NodeId),
    Request { config_epoch: Epoch, force: bool },
    Vote,
    Promoted { shard: usize, config_epoch: Epoch },
}

#[derive(Clone, Copy, Debug)]
struct Message {
    from: usize,
    to: usize,
    epoch: Epoch,
    body: Body,
}

enum Event {
    Arrives(Message),
    LearnsFail {
        node: usize,
        shard: usize,
    },
    Persisted {
        node: usize,
        epoch: Epoch,
        life: u32,
    },
    Restarts(usize),
    Cron,
}

struct Node {
    id: NodeId,
    shard: usize,
    alive: bool,
    epoch: Epoch,
    offset: ReplOffset,
    heard: BTreeMap<usize, (ReplOffset, Instant)>,
    failed: BTreeMap<usize, Instant>,
    /// Whom this node takes for the primary of each shard, and with which epoch.
    view: Vec<(usize, Epoch)>,
    election: Election,
    voter: Voter,
    on_disk: Epoch,
    life: u32,
}

struct Run {
    setting: Setting,
    rng: Pcg64Mcg,
    now: u64,
    sequence: u64,
    queue: BTreeMap<(u64, u64), Event>,
    nodes: Vec<Node>,
    /// Who is primary of each shard, and with which epoch.
    primaries: Vec<(usize, Epoch)>,
    victims: Vec<usize>,
    links: BTreeMap<(usize, usize), u64>,
    winners: BTreeMap<Epoch, usize>,
    /// When each shard had its primary back, in microseconds after the first FAIL.
    recovered: BTreeMap<usize, u64>,
}

impl Run {
    fn new(seed: u64, setting: Setting) -> Self {
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        let count = setting.shards * (1 + setting.replicas);
        let nodes: Vec<Node> = (0..count)
            .map(|index| Node {
                id: NodeId::random(&mut rng),
                shard: index % setting.shards,
                alive: true,
                epoch: Epoch(setting.shards as u64),
                offset: ReplOffset(1000 + rng.next_u64() % 4),
                heard: BTreeMap::new(),
                failed: BTreeMap::new(),
                view: (0..setting.shards)
                    .map(|shard| (shard, Epoch(shard as u64)))
                    .collect(),
                election: Election::new(setting.timing, seed ^ (index as u64) << 20),
                voter: Voter::new(setting.timing, Epoch(0)),
                on_disk: Epoch(0),
                life: 0,
            })
            .collect();
        let primaries = (0..setting.shards)
            .map(|shard| (shard, Epoch(shard as u64)))
            .collect();
        let mut run = Self {
            setting,
            rng,
            now: 1_000_000,
            sequence: 0,
            queue: BTreeMap::new(),
            nodes,
            primaries,
            victims: (0..setting.killed).collect(),
            links: BTreeMap::new(),
            winners: BTreeMap::new(),
            recovered: BTreeMap::new(),
        };
        run.begin();
        run
    }

    /// The primaries of the first shards die; everybody learns it within a moment, one by one.
    fn begin(&mut self) {
        for shard in 0..self.setting.killed {
            self.nodes[shard].alive = false;
            for node in 0..self.nodes.len() {
                let when = self.now + self.below(self.setting.delay_ms_max * 1000);
                self.push(when, Event::LearnsFail { node, shard });
            }
        }
        for node in self.setting.killed..self.setting.shards {
            if self.setting.restarts {
                let when = self.now + self.below(3_000_000);
                self.push(when, Event::Restarts(node));
            }
        }
        self.push(self.now, Event::Cron);
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.rng.next_u64() % bound.max(1)
    }

    fn now(&self) -> Now {
        Now {
            instant: Instant::from_micros(self.now),
            unix_micros: self.now,
        }
    }

    fn push(&mut self, when: u64, event: Event) {
        self.sequence += 1;
        self.queue.insert((when, self.sequence), event);
    }

    /// Sends over an ordered link.
    fn send(&mut self, from: usize, to: usize, body: Body) {
        let lossy = matches!(body, Body::Request { .. } | Body::Vote);
        if from == to || (lossy && self.below(100) < self.setting.loss_percent) {
            return;
        }
        let arrives = self.now + self.below(self.setting.delay_ms_max * 1000);
        let last = self.links.entry((from, to)).or_default();
        *last = arrives.max(*last);
        let (when, epoch) = (*last, self.nodes[from].epoch);
        self.push(
            when,
            Event::Arrives(Message {
                from,
                to,
                epoch,
                body,
            }),
        );
    }

    fn broadcast(&mut self, from: usize, body: Body) {
        for to in 0..self.nodes.len() {
            self.send(from, to, body);
        }
    }

    fn run(mut self) -> Self {
        let end = self.now + 120_000_000;
        while self.recovered.len() < self.victims.len() {
            let Some(((when, _), event)) = self.queue.pop_first() else {
                break;
            };
            assert!(when < end, "shards {:?} never recovered", self.missing());
            self.now = when;
            self.handle(event);
        }
        self
    }

    fn missing(&self) -> BTreeSet<usize> {
        self.victims
            .iter()
            .copied()
            .filter(|shard| !self.recovered.contains_key(shard))
            .collect()
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Arrives(message) if self.nodes[message.to].alive => self.receive(message),
            Event::Arrives(_) => {}
            Event::LearnsFail { node, shard } => self.learn_fail(node, shard),
            Event::Persisted { node, epoch, life } if self.nodes[node].life == life => {
                self.nodes[node].on_disk = self.nodes[node].on_disk.max(epoch);
                self.nodes[node].voter.persisted(epoch);
                self.serve_voter(node);
            }
            Event::Persisted { .. } => {}
            Event::Restarts(node) => {
                let timing = self.setting.timing;
                let it = &mut self.nodes[node];
                it.voter = Voter::new(timing, it.on_disk);
                it.life += 1;
            }
            Event::Cron => {
                for node in 0..self.nodes.len() {
                    self.stand(node);
                }
                self.push(self.now + 5_000, Event::Cron);
            }
        }
    }

    fn learn_fail(&mut self, node: usize, shard: usize) {
        // A shard that already has a new primary has nobody to mark.
        if self.nodes[node].view[shard].0 == shard {
            let now = self.now().instant;
            self.nodes[node].failed.entry(shard).or_insert(now);
            self.stand(node);
        }
    }

    fn receive(&mut self, message: Message) {
        let Message {
            from,
            to,
            epoch,
            body,
        } = message;
        let now = self.now();
        self.nodes[to].epoch = self.nodes[to].epoch.max(epoch);
        match body {
            Body::Pong { offset } => {
                self.nodes[to].heard.insert(from, (offset, now.instant));
                self.stand(to);
            }
            Body::Fail(id) => {
                let shard = (0..self.setting.shards)
                    .find(|shard| self.nodes[*shard].id == id)
                    .unwrap();
                self.learn_fail(to, shard);
            }
            Body::Request {
                config_epoch,
                force,
            } => self.vote(from, to, epoch, config_epoch, force),
            Body::Vote => {
                let facts = self.facts(to);
                let voting = self.is_primary(from);
                let id = self.nodes[from].id;
                self.nodes[to]
                    .election
                    .vote_received(now, id, voting, epoch, &facts);
                self.serve_election(to);
            }
            Body::Promoted {
                shard,
                config_epoch,
            } => {
                if config_epoch > self.nodes[to].view[shard].1 {
                    self.nodes[to].view[shard] = (from, config_epoch);
                    self.nodes[to].failed.remove(&shard);
                    if self.nodes[to].shard == shard && !self.is_primary(to) {
                        self.nodes[to].election.reset();
                    }
                }
            }
        }
    }

    /// Whether the node takes itself for a primary.
    fn is_primary(&self, node: usize) -> bool {
        self.nodes[node]
            .view
            .iter()
            .any(|(primary, _)| *primary == node)
    }

    fn vote(&mut self, from: usize, to: usize, epoch: Epoch, config_epoch: Epoch, force: bool) {
        let shard = self.nodes[from].shard;
        let (primary, owner_epoch) = self.nodes[to].view[shard];
        let newer = (owner_epoch > config_epoch).then(|| {
            (
                shoal_slots::Slot::new(0).unwrap(),
                self.nodes[primary].id,
                owner_epoch,
            )
        });
        let facts = VoterFacts {
            voting_primary: self.is_primary(to),
            current_epoch: self.nodes[to].epoch,
            candidate: Some(Candidate {
                is_replica: primary != from,
                primary: Some(self.nodes[primary].id),
                primary_failed: self.nodes[to].failed.contains_key(&shard),
            }),
            newer_owner: newer,
        };
        let request = VoteRequest {
            from: self.nodes[from].id,
            current_epoch: epoch,
            config_epoch,
            force,
        };
        let now = self.now();
        let _ = self.nodes[to].voter.consider(now, &request, &facts);
        self.serve_voter(to);
    }

    fn serve_voter(&mut self, node: usize) {
        while let Some(action) = self.nodes[node].voter.poll_action() {
            match action {
                VoterAction::Persist { epoch } => {
                    let when = self.now + self.below(5_000);
                    let life = self.nodes[node].life;
                    self.push(when, Event::Persisted { node, epoch, life });
                }
                VoterAction::SendVote { to, epoch } => {
                    assert!(
                        epoch <= self.nodes[node].on_disk,
                        "a vote was sent before it was on disk"
                    );
                    let to = self.nodes.iter().position(|it| it.id == to).unwrap();
                    self.send(node, to, Body::Vote);
                }
            }
        }
    }

    fn facts(&self, node: usize) -> ElectionFacts {
        let it = &self.nodes[node];
        let (primary, _) = it.view[it.shard];
        let siblings = (0..self.nodes.len())
            .filter(|other| {
                *other != node && *other != primary && self.nodes[*other].shard == it.shard
            })
            .filter(|other| *other >= self.setting.shards)
            .map(|other| Sibling {
                id: self.nodes[other].id,
                offset: it
                    .heard
                    .get(&other)
                    .map_or(ReplOffset(0), |(offset, _)| *offset),
                heard: it.heard.get(&other).map(|(_, heard)| *heard),
                failed: false,
                no_failover: false,
            })
            .collect();
        ElectionFacts {
            myself: it.id,
            primary: (!self.is_primary(node)).then(|| self.nodes[primary].id),
            failed_since: it.failed.get(&it.shard).copied(),
            primary_failed: it.failed.contains_key(&it.shard),
            primary_has_slots: true,
            no_failover: false,
            manual: false,
            current_epoch: it.epoch,
            quorum: self.setting.shards / 2 + 1,
            offset: it.offset,
            link: PrimaryLink::Down {
                since: Instant::from_micros(900_000),
            },
            siblings,
            failed_primaries: it
                .failed
                .keys()
                .map(|shard| self.nodes[*shard].id)
                .collect(),
        }
    }

    fn stand(&mut self, node: usize) {
        if node >= self.setting.shards
            && self.nodes[node]
                .failed
                .contains_key(&self.nodes[node].shard)
        {
            let (now, facts) = (self.now(), self.facts(node));
            self.nodes[node].election.handle_timeout(now, &facts);
            self.serve_election(node);
        }
    }

    fn serve_election(&mut self, node: usize) {
        while let Some(action) = self.nodes[node].election.poll_action() {
            let shard = self.nodes[node].shard;
            match action {
                ElectionAction::AnnounceOffset => {
                    let offset = self.nodes[node].offset;
                    for to in self.setting.shards..self.nodes.len() {
                        if self.nodes[to].shard == shard {
                            self.send(node, to, Body::Pong { offset });
                        }
                    }
                }
                ElectionAction::AnnounceFailure { primary } => {
                    self.broadcast(node, Body::Fail(primary))
                }
                ElectionAction::RequestVotes { epoch, force } => {
                    assert!(epoch > self.nodes[node].epoch);
                    self.nodes[node].epoch = epoch;
                    let config_epoch = self.nodes[node].view[shard].1;
                    self.broadcast(
                        node,
                        Body::Request {
                            config_epoch,
                            force,
                        },
                    );
                }
                ElectionAction::Won { epoch } => self.win(node, epoch),
                other => panic!("{other:?}"),
            }
        }
    }

    fn win(&mut self, node: usize, epoch: Epoch) {
        let before = self.winners.insert(epoch, node);
        assert_eq!(before, None, "two winners in epoch {epoch}");
        let shard = self.nodes[node].shard;
        assert!(epoch > self.primaries[shard].1, "an old epoch won");
        self.primaries[shard] = (node, epoch);
        self.nodes[node].view[shard] = (node, epoch);
        self.recovered.entry(shard).or_insert(self.now - 1_000_000);
        self.nodes[node].failed.remove(&shard);
        self.broadcast(
            node,
            Body::Promoted {
                shard,
                config_epoch: epoch,
            },
        );
    }
}

fn setting(timing: Timing) -> Setting {
    Setting {
        timing,
        shards: 3,
        replicas: 2,
        killed: 1,
        delay_ms_max: 5,
        loss_percent: 0,
        restarts: false,
    }
}

/// The time until all were recovered, for each seed, sorted.
fn times(seeds: u64, setting: Setting) -> Vec<Duration> {
    let last = |run: Run| Duration::from_micros(run.recovered.values().copied().max().unwrap());
    let mut times: Vec<Duration> = (0..seeds)
        .map(|seed| last(Run::new(seed, setting).run()))
        .collect();
    times.sort();
    times
}

#[test]
fn never_two_winners_whatever_gets_lost() {
    for timing in [Timing::redis(NODE_TIMEOUT), Timing::shoal(NODE_TIMEOUT)] {
        for seed in 0..150 {
            let mut setting = setting(timing);
            setting.shards = 3 + (seed as usize % 4);
            setting.replicas = 1 + (seed as usize % 3);
            setting.killed = 1 + (seed as usize % 2).min(setting.shards.div_ceil(2) - 2);
            setting.loss_percent = seed % 20;
            setting.delay_ms_max = 1 + seed % 100;
            setting.restarts = seed % 2 == 0;
            // So many lost votes take time; data that is too old is another matter.
            setting.timing.validity_factor = 0;
            Run::new(seed, setting).run();
        }
    }
}

#[test]
fn early_starts_save_the_fixed_delay() {
    let redis = times(200, setting(Timing::redis(NODE_TIMEOUT)));
    let shoal = times(200, setting(Timing::shoal(NODE_TIMEOUT)));
    let median = |times: &[Duration]| times[times.len() / 2];
    assert!(
        (500..1000).contains(&median(&redis).as_millis()),
        "{:?}",
        median(&redis)
    );
    assert!(
        median(&shoal) < Duration::from_millis(60),
        "{:?}",
        median(&shoal)
    );
    assert!(
        shoal[shoal.len() * 99 / 100] < Duration::from_millis(1100),
        "{:?}",
        shoal.last()
    );
}

#[test]
fn the_replica_with_the_most_data_wins() {
    for timing in [Timing::redis(NODE_TIMEOUT), Timing::shoal(NODE_TIMEOUT)] {
        for seed in 0..300 {
            let mut setting = setting(timing);
            setting.replicas = 4;
            let run = Run::new(seed, setting).run();
            let winner = run.primaries[0].0;
            let best = run
                .nodes
                .iter()
                .skip(setting.shards)
                .filter(|node| node.shard == 0)
                .map(|node| node.offset)
                .max();
            assert_eq!(Some(run.nodes[winner].offset), best, "seed {seed}");
        }
    }
}

#[test]
fn sixty_three_of_128_shards_recover() {
    let mut setting = setting(Timing::shoal(Duration::from_secs(5)));
    (setting.shards, setting.replicas, setting.killed) = (128, 1, 63);
    for seed in 0..5 {
        let run = Run::new(seed, setting).run();
        let last = run.recovered.values().max().unwrap();
        assert!(*last < 8_000_000, "took {last} µs");
        assert_eq!(run.winners.len(), 63);
    }
}

#[test]
fn the_same_seed_replays_the_same_run() {
    let run = || {
        let run = Run::new(
            9,
            Setting {
                loss_percent: 10,
                restarts: true,
                ..setting(Timing::shoal(NODE_TIMEOUT))
            },
        )
        .run();
        (run.now, run.sequence, run.winners)
    };
    assert_eq!(run(), run());
}
