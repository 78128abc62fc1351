//! Every duration of failover, in one place. The reference servers have them as constants; operators of
//! fast networks asked for years to have them as options.

use core::time::Duration;

/// The durations that elections, votes, manual failovers and replica migration obey.
///
/// [`Timing::redis`] is what the reference servers do; [`Timing::shoal`] is the same with
/// [`EarlyStart`] on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Timing {
    /// `cluster-node-timeout`.
    pub node_timeout: Duration,
    /// Fixed part of the delay between FAIL and the vote request: lets the FAIL message reach the voters
    /// and the replicas learn each other's offsets.
    pub election_delay: Duration,
    /// Random part of that delay (exclusive upper bound): keeps equal replicas apart.
    pub election_jitter: Duration,
    /// Additional delay per rank, so that the replica with the most data goes first.
    pub rank_step: Duration,
    /// Additional delay per failed primary with a smaller id, so that shards that failed together do not
    /// compete for the same epoch. Zero (as in Redis): off.
    pub shard_step: Duration,
    /// Lower bound of [`Timing::election_timeout`].
    pub election_timeout_min: Duration,
    /// `cluster-replica-validity-factor`: 0 = data is never too old.
    pub validity_factor: u32,
    /// `repl-ping-replica-period`, which enters the age check.
    pub ping_period: Duration,
    /// How long a manual failover may take.
    pub manual_timeout: Duration,
    /// How long a primary in a manual failover holds back writes at most.
    pub manual_pause: Duration,
    /// How often a paused primary pings the replica that asked.
    pub manual_ping_period: Duration,
    /// How long a primary must be orphaned before a replica moves to it.
    pub migration_delay: Duration,
    /// Start before the fixed delay is over when that is known to be safe.
    pub early_start: Option<EarlyStart>,
}

/// When a candidate may leave out the fixed and the random part of the election delay.
///
/// The fixed part serves two purposes, and both can be had without waiting:
///
/// * *The voters must know the FAIL.* The candidate broadcasts FAIL once more directly before its request
///   ([`crate::ElectionAction::AnnounceFailure`]), on the same links. Links are ordered and receivers of FAIL
///   count no quorum, so every voter that reads the request has read the FAIL.
/// * *Replicas must learn each other's offsets.* The candidate starts early only when every live rival has
///   reported its offset since the failure and none is ahead (ties go to the smaller id). Replicas tell each
///   other their offset when they schedule an election, so this takes a round trip. A rival that says
///   nothing costs the full delay, as before.
///
/// The random part separates equals; the tie-break by id does that already. Nothing else changes:
/// epochs, votes and quorum are what make an election safe, never its delay.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct EarlyStart {
    /// Delay that remains.
    pub delay: Duration,
}

impl Timing {
    /// The constants of Redis 7.
    #[must_use]
    pub const fn redis(node_timeout: Duration) -> Self {
        Self {
            node_timeout,
            election_delay: Duration::from_millis(500),
            election_jitter: Duration::from_millis(500),
            rank_step: Duration::from_millis(1000),
            shard_step: Duration::ZERO,
            election_timeout_min: Duration::from_millis(2000),
            validity_factor: 10,
            ping_period: Duration::from_secs(10),
            manual_timeout: Duration::from_millis(5000),
            manual_pause: Duration::from_millis(10_000),
            manual_ping_period: Duration::from_millis(100),
            migration_delay: Duration::from_millis(5000),
            early_start: None,
        }
    }

    /// What a Shoal node uses: Redis' constants, early starts, and shards that failed together spread out.
    #[must_use]
    pub const fn shoal(node_timeout: Duration) -> Self {
        let mut timing = Self::redis(node_timeout);
        timing.shard_step = Duration::from_millis(50);
        timing.early_start = Some(EarlyStart {
            delay: Duration::from_millis(10),
        });
        timing
    }

    /// How long a candidate collects votes.
    #[must_use]
    pub fn election_timeout(&self) -> Duration {
        (self.node_timeout * 2).max(self.election_timeout_min)
    }

    /// How long after one attempt's scheduled time the next one is scheduled.
    #[must_use]
    pub fn retry_after(&self) -> Duration {
        self.election_timeout() * 2
    }

    /// How long a voter that voted in a shard votes for nobody else there.
    #[must_use]
    pub fn vote_pause(&self) -> Duration {
        self.node_timeout * 2
    }

    /// The oldest data a candidate may have, if there is a limit.
    #[must_use]
    pub fn data_age_max(&self) -> Option<Duration> {
        (self.validity_factor != 0).then(|| {
            self.ping_period
                .saturating_add(self.node_timeout.saturating_mul(self.validity_factor))
        })
    }
}
