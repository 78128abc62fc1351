//! What an operator does with a world: form a cluster, look whether all agree.

use core::time::Duration;

use shoal_simnet::HostId;
use shoal_slots::{ClusterState, SLOT_COUNT, Slot};

use crate::world::{Stuck, World};

/// How long a cluster may take to form. Virtual time is cheap.
const PATIENCE: Duration = Duration::from_secs(120);

impl World {
    /// Forms a cluster of that many shards; the other nodes become replicas, in turn. Done when every node knows
    /// all others, holds the cluster for able to serve, and every replica has its data.
    ///
    /// # Errors
    /// [`Stuck`].
    pub fn form_cluster(&mut self, shards: u16) -> Result<(), Stuck> {
        let hosts = self.hosts();
        let (primaries, replicas) = hosts.split_at(usize::from(shards).min(hosts.len()));
        for (number, primary) in (0u32..).zip(primaries) {
            let bound = |shard: u32| shard * u32::from(SLOT_COUNT) / u32::from(shards);
            let (first, last) = (
                bound(number).to_string(),
                (bound(number + 1) - 1).to_string(),
            );
            self.must(*primary, &["CLUSTER", "ADDSLOTSRANGE", &first, &last])?;
        }
        for (number, host) in (1u32..).zip(&hosts) {
            self.must(*host, &["CLUSTER", "SET-CONFIG-EPOCH", &number.to_string()])?;
        }
        self.introduce(&hosts)?;
        for (number, replica) in replicas.iter().enumerate() {
            let primary = primaries
                .get(number % primaries.len().max(1))
                .and_then(|host| self.id_of(*host));
            let primary = primary.map(|id| id.to_string()).unwrap_or_default();
            self.must(*replica, &["CLUSTER", "REPLICATE", &primary])?;
        }
        self.run_until(PATIENCE, |world| {
            world.is_healthy() && world.replicas_are_in_sync()
        })
    }

    /// Everybody meets everybody, starting from the first.
    fn introduce(&mut self, hosts: &[HostId]) -> Result<(), Stuck> {
        let Some((first, others)) = hosts.split_first() else {
            return Ok(());
        };
        let ip = first.to_string();
        let all_known = |world: &Self| {
            hosts
                .iter()
                .filter_map(|host| world.gossip(*host))
                .all(|gossip| {
                    gossip.nodes().len() == hosts.len()
                        && gossip.nodes().all(|node| !node.handshake)
                })
        };
        // A packet of the handshake may get lost, and a handshake is given up after a while: ask again, as an
        // operator would.
        for _ in 0..20 {
            for host in others {
                let missing = self
                    .gossip(*host)
                    .is_none_or(|gossip| gossip.nodes().len() < hosts.len());
                if missing {
                    self.must(*host, &["CLUSTER", "MEET", &ip, "7000"])?;
                }
            }
            match self.run_until(PATIENCE / 20, all_known) {
                Err(Stuck::TimedOut) => {}
                other => return other,
            }
        }
        Err(Stuck::TimedOut)
    }

    /// A command that has to be answered with OK.
    fn must(&mut self, host: HostId, words: &[&str]) -> Result<(), Stuck> {
        match self.command(host, words) {
            Some(reply) if reply == b"+OK\r\n" => Ok(()),
            reply => {
                let reply = reply.map_or_else(
                    || "no process".into(),
                    |reply| String::from_utf8_lossy(&reply).into_owned(),
                );
                Err(Stuck::Refused(format!(
                    "{} at {host}: {reply}",
                    words.join(" ")
                )))
            }
        }
    }

    /// Whether all running nodes hold the cluster for able to serve and agree about every slot.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        let hosts = self.hosts();
        let mut nodes = hosts.iter().filter_map(|host| self.gossip(*host));
        let Some(first) = nodes.next() else {
            return true;
        };
        let ok = |gossip: &shoal_gossip::Gossip| gossip.state() == ClusterState::Ok;
        ok(first)
            && nodes.all(|gossip| {
                ok(gossip)
                    && Slot::all().all(|slot| gossip.slot_owner(slot) == first.slot_owner(slot))
            })
    }

    fn replicas_are_in_sync(&self) -> bool {
        let hosts = self.hosts();
        hosts.iter().all(|host| self.is_in_sync(*host))
    }
}
