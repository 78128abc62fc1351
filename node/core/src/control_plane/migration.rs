//! Replica migration: does this replica move to a primary that has lost all of its own?

use shoal_replication::{MigrationFacts, PrimaryFacts, ReplicaFacts};
use shoal_slots::{ClusterState, Role};

use super::ControlPlane;

impl ControlPlane {
    pub(super) fn tick_migration(&mut self) {
        if self.gossip.my_role() == Role::Primary {
            return;
        }
        let facts = self.migration_facts();
        if let Some(target) = self.migration.target(self.now, &facts) {
            self.notice(format!("Migrating to orphaned master {target}"));
            self.gossip.become_replica_of(self.now, target);
        }
    }

    fn migration_facts(&self) -> MigrationFacts {
        let gossip = &self.gossip;
        let primaries = gossip
            .nodes()
            .filter(|node| node.is_primary() && !node.handshake);
        MigrationFacts {
            myself: gossip.my_id(),
            primary: gossip.my_primary().map(|primary| primary.id),
            cluster_ok: gossip.state() == ClusterState::Ok,
            allowed: self.config.cluster_allow_replica_migration(),
            barrier: self.config.cluster_migration_barrier() as usize,
            primaries: primaries
                .map(|primary| PrimaryFacts {
                    id: primary.id,
                    failed: primary.is_failed(),
                    has_slots: gossip.slot_count_of(&primary.id) > 0,
                    migrate_to: primary.migrate_to,
                    replicas: primary
                        .replicas
                        .iter()
                        .filter_map(|id| gossip.node(id))
                        .map(|replica| ReplicaFacts {
                            id: replica.id,
                            failed: replica.is_failed(),
                            suspected: replica.is_suspected(),
                        })
                        .collect(),
                })
                .collect(),
        }
    }
}
