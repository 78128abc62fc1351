//! Bad days, drawn from a seed: a cluster forms, then the network and the machines fail for a while, then
//! everything is repaired, and the cluster has to find itself again.

use core::time::Duration;

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use shoal_simnet::{Faults, HostId};

use crate::disk::Loss;
use crate::log::EventLog;
use crate::world::{Options, Sabotage, Stuck, World};

/// A day, as a value. [`Scenario::from_seed`] draws one.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Where it comes from.
    pub seed: u64,
    /// The world.
    pub options: Options,
    /// How many shards.
    pub shards: u16,
    /// How often something fails or is repaired.
    pub incidents: u32,
    /// How bad the network is while things fail.
    pub weather: Faults,
}

/// How a day went.
#[derive(Debug)]
pub struct Outcome {
    /// Whether all held, and the cluster found itself again.
    pub result: Result<(), Stuck>,
    /// What happened.
    pub log: EventLog,
    /// How long it was, in virtual time.
    pub elapsed: Duration,
}

/// How long after the last repair everything must be well again.
const RECOVERY: Duration = Duration::from_secs(180);

impl Scenario {
    /// Three to thirty nodes, up to a fifth of the packets lost, some incidents.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        let mut rng = Pcg64Mcg::seed_from_u64(seed ^ 0x5C3A_A710);
        let mut below = |n: u32| rng.next_u32() % n;
        // Small clusters are where majorities are tight, so they are drawn more often.
        let nodes = match below(4) {
            0 => 3 + below(28),
            _ => 3 + below(8),
        };
        let shards = 3 + below(nodes.div_ceil(2).saturating_sub(2).max(1));
        Self {
            seed,
            options: Options {
                nodes,
                node_timeout: Duration::from_millis(1000),
                ..Options::default()
            },
            shards: u16::try_from(shards).unwrap_or(3),
            incidents: 4 + below(8),
            weather: Faults {
                delay_max: Duration::from_millis(u64::from(1 + below(50))),
                loss_percent: u8::try_from(below(20)).unwrap_or(0),
                reorder_percent: u8::try_from(below(20)).unwrap_or(0),
                ..Faults::default()
            },
        }
    }

    /// The same day with a rule broken on purpose.
    #[must_use]
    pub fn sabotaged(mut self, sabotage: Sabotage) -> Self {
        self.options.sabotage = sabotage;
        self
    }

    /// Lives through it.
    #[must_use]
    pub fn run(&self) -> Outcome {
        let mut world = World::new(self.seed, self.options);
        let result = self.live(&mut world);
        Outcome {
            result,
            log: world.log().clone(),
            elapsed: world.elapsed(),
        }
    }

    fn live(&self, world: &mut World) -> Result<(), Stuck> {
        world.form_cluster(self.shards)?;
        let mut rng = Pcg64Mcg::seed_from_u64(self.seed ^ 0x1C1D_E275);
        *world.network_mut().faults_mut() = self.weather;
        for _ in 0..self.incidents {
            incident(world, &mut rng)?;
            let pause = Duration::from_millis(u64::from(rng.next_u32() % 4000));
            world.run_for(pause)?;
        }
        *world.network_mut().faults_mut() = Faults::default();
        world.network_mut().heal();
        for host in world.hosts() {
            world.restart(host)?;
        }
        world.run_until(RECOVERY, |world| world.is_healthy() && all_in_sync(world))
    }
}

fn all_in_sync(world: &World) -> bool {
    world.hosts().into_iter().all(|host| world.is_in_sync(host))
}

/// Something fails, or is repaired.
fn incident(world: &mut World, rng: &mut Pcg64Mcg) -> Result<(), Stuck> {
    let hosts = world.hosts();
    let Some(victim) = pick(&hosts, rng) else {
        return Ok(());
    };
    match rng.next_u32() % 8 {
        0..3 => {
            let loss = if rng.next_u32().is_multiple_of(2) {
                Loss::Nothing
            } else {
                Loss::Unsynced
            };
            world.crash(victim, loss);
        }
        3..5 => {
            return hosts
                .iter()
                .filter(|_| rng.next_u32().is_multiple_of(2))
                .try_for_each(|host| world.restart(*host));
        }
        5 => world.network_mut().isolate(victim, hosts),
        6 => {
            let (one, other): (Vec<HostId>, Vec<HostId>) = hosts
                .into_iter()
                .partition(|_| rng.next_u32().is_multiple_of(2));
            world.network_mut().partition(&[&one, &other]);
        }
        _ => world.network_mut().heal(),
    }
    Ok(())
}

fn pick(hosts: &[HostId], rng: &mut Pcg64Mcg) -> Option<HostId> {
    let count = u32::try_from(hosts.len()).ok()?;
    hosts
        .get(rng.next_u32().checked_rem(count)? as usize)
        .copied()
}
