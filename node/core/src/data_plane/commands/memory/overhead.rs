//! What the memory is used for: the numbers behind `INFO memory`, `MEMORY STATS` and `MEMORY DOCTOR`.

use crate::data_plane::DataPlane;

/// Memory by its use, in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Overhead {
    pub(crate) used: u64,
    pub(crate) peak: u64,
    /// Before there was any data.
    pub(crate) startup: u64,
    /// The stream as far as the backlog keeps it.
    pub(crate) backlog: u64,
    /// The stream beyond that, for slow replicas.
    pub(crate) replicas: u64,
    pub(crate) clients: u64,
    pub(crate) keys: u64,
    /// Everything that is not data.
    pub(crate) total: u64,
}

impl Overhead {
    pub(crate) fn of(plane: &DataPlane) -> Self {
        let keyspace = &plane.keyspace;
        let used = plane.used_memory();
        let replicas = plane.replica_memory();
        let stream = plane
            .primary
            .backlog()
            .map_or(0, |backlog| backlog.memory() as u64);
        let clients = plane
            .sessions
            .iter()
            .map(|session| session.memory() as u64)
            .sum();
        let startup = plane.memory.startup.unwrap_or_default().min(used);
        let tables: u64 = (0..keyspace.database_count())
            .filter(|db| keyspace.db_size(*db) > 0)
            .map(|db| keyspace.table_memory(db) as u64)
            .sum();
        let known = startup + stream + clients + tables;
        Self {
            used,
            peak: plane.memory.peak.max(used),
            startup,
            backlog: stream - replicas,
            replicas,
            clients,
            keys: keyspace.total_keys() as u64,
            total: known.min(used),
        }
    }

    /// What is data.
    pub(crate) const fn dataset(&self) -> u64 {
        self.used - self.total
    }

    /// What came after the start.
    const fn net(&self) -> u64 {
        let net = self.used - self.startup;
        if net == 0 { 1 } else { net }
    }

    pub(crate) fn dataset_percent(&self) -> f64 {
        ratio(self.dataset() * 100, self.net())
    }

    pub(crate) fn peak_percent(&self) -> f64 {
        ratio(self.used * 100, self.peak)
    }

    pub(crate) fn bytes_per_key(&self) -> u64 {
        self.net().checked_div(self.keys).unwrap_or_default()
    }
}

/// `a / b`; one if there is no `b`.
pub(crate) fn ratio(a: u64, b: u64) -> f64 {
    if b == 0 { 1.0 } else { a as f64 / b as f64 }
}
