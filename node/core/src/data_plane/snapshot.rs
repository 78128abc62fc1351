//! Whole datasets on their way: out to a replica, in from a primary.
//!
//! For now a snapshot is written in one go when it is asked for, and handed out in chunks; the replication
//! machine shares it among all replicas that wait.

use bytes::Bytes;
use shoal_keyspace::{Keyspace, Loaded, SnapshotWalk};
use shoal_rdb::{Item, Reader, Writer, WriterConfig};
use shoal_replication::{History, SnapshotFilter, SnapshotForm};
use shoal_slots::{Now, ReplId};

use super::event::LogLevel;
use super::{DataEvent, DataPlane, REDIS_VERSION, settings};

/// How much of a snapshot is handed over at once.
const CHUNK: usize = 64 * 1024;

/// A dataset that is arriving.
#[derive(Debug)]
pub(crate) struct Incoming {
    keyspace: Keyspace,
    reader: Reader,
    /// The database that keys belong to.
    db: usize,
    announced: Option<u64>,
    received: u64,
    /// The database that the stream has selected.
    stream_db: Option<u32>,
    failure: Option<String>,
}

impl Incoming {
    /// The next bytes.
    pub(crate) fn feed(&mut self, bytes: &Bytes, now: Now) {
        self.received += bytes.len() as u64;
        if self.failure.is_some() {
            return;
        }
        self.reader.feed(bytes);
        loop {
            match self.reader.next() {
                Ok(Some(item)) => self.take(item, now),
                Ok(None) => return,
                Err(error) => {
                    self.failure = Some(error.to_string());
                    return;
                }
            }
        }
    }

    fn take(&mut self, item: Item, now: Now) {
        match item {
            Item::Aux { name, value } if name == "repl-stream-db" => {
                self.stream_db = core::str::from_utf8(&value)
                    .ok()
                    .and_then(|db| db.parse().ok());
            }
            Item::SelectDb(db) => self.db = usize::try_from(db).unwrap_or(usize::MAX),
            Item::Entry {
                key,
                value,
                attributes,
            } => {
                let loaded =
                    self.keyspace
                        .insert_loaded(self.db, &key, value, &attributes, now.unix());
                self.look_at(loaded, &key);
            }
            Item::More { key, value } => {
                let loaded = self
                    .keyspace
                    .extend_loaded(self.db, &key, value, now.unix());
                self.look_at(loaded, &key);
            }
            _ => {}
        }
    }

    fn look_at(&mut self, loaded: Loaded, key: &[u8]) {
        if loaded == Loaded::Refused {
            let key = key.escape_ascii();
            self.failure = Some(format!("key '{key}' of database {}", self.db));
        }
    }

    /// How many bytes were announced (0: unknown) and have come.
    pub(crate) fn progress(&self) -> (u64, u64) {
        (self.announced.unwrap_or(0), self.received)
    }

    /// The dataset and the database that the stream has selected, if all of it came and was sound.
    pub(crate) fn finish(self) -> Result<(Keyspace, Option<u32>), String> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        self.reader.finish().map_err(|error| error.to_string())?;
        Ok((self.keyspace, self.stream_db))
    }
}

impl DataPlane {
    pub(crate) fn new_incoming(&mut self, len: Option<u64>) -> Incoming {
        use rand_core::Rng;
        let mut keyspace =
            Keyspace::new(settings::keyspace_config(&self.config), self.rng.next_u64());
        // Keys that are past their time stay until the primary deletes them.
        keyspace.set_replica(true);
        let mut limits = shoal_rdb::Limits::default();
        limits.string_len_max = limits
            .string_len_max
            .max(keyspace.options().string_len_max as u64);
        let reader = Reader::new(limits);
        Incoming {
            keyspace,
            reader,
            db: 0,
            announced: len,
            received: 0,
            stream_db: None,
            failure: None,
        }
    }

    /// A new dataset takes the place of the old one, whose memory is freed elsewhere.
    pub(crate) fn replace_keyspace(&mut self, keyspace: Keyspace) {
        let mut old = core::mem::replace(&mut self.keyspace, keyspace);
        self.keyspace.inherit_signals(&mut old);
        self.keyspace.succeed(old);
        self.update_gates();
    }

    /// What was removed is freed outside of this plane. Called in every turn.
    pub(crate) fn hand_out_garbage(&mut self) {
        if !self.keyspace.graveyard().is_empty() {
            let garbage = self.keyspace.graveyard_mut().take();
            self.events.push_back(DataEvent::Free(garbage));
        }
    }

    /// A history that nobody else has: of data whose origin is not known.
    pub(crate) fn strange_history(&mut self) -> History {
        History {
            replid: ReplId::random(&mut self.rng),
            offset: self.primary.offset(),
        }
    }

    /// Replicas wait for a snapshot: make it, of this very moment.
    pub(crate) fn send_snapshot(&mut self) {
        if self.primary.snapshot_wanted(self.now).is_none() {
            return;
        }
        let Some(sync) = self.primary.full_sync_started(self.now) else {
            return;
        };
        self.update_gates();
        self.log(
            LogLevel::Notice,
            format!(
                "Starting snapshot for {} replicas, offset {}",
                sync.receivers, sync.history.offset
            ),
        );
        let bytes = self.snapshot_bytes(
            sync.history,
            sync.request.filter == SnapshotFilter::Everything,
        );
        if sync.request.form == SnapshotForm::Counted {
            self.primary.snapshot_length(bytes.len() as u64);
        }
        let mut rest = Bytes::from(bytes);
        while !rest.is_empty() {
            let chunk = rest.split_to(CHUNK.min(rest.len()));
            self.primary.snapshot_chunk(chunk);
        }
        self.primary.snapshot_done(self.now);
    }

    /// The whole dataset as it is now. Version 10 of the format: what is in it needs no newer one, and
    /// Redis 7.0 could not read that.
    fn snapshot_bytes(&self, history: History, with_data: bool) -> Vec<u8> {
        let mut writer = Writer::new(WriterConfig::default());
        let ctime = self.now.unix().secs().to_string();
        writer.aux(b"redis-ver", REDIS_VERSION.as_bytes());
        writer.aux(b"redis-bits", usize::BITS.to_string().as_bytes());
        writer.aux(b"ctime", ctime.as_bytes());
        writer.aux(
            b"used-mem",
            self.keyspace.memory_used().to_string().as_bytes(),
        );
        writer.aux(b"repl-stream-db", b"0");
        writer.aux(b"repl-id", history.replid.as_bytes());
        writer.aux(b"repl-offset", history.offset.to_string().as_bytes());
        writer.aux(b"aof-base", b"0");
        if with_data {
            let mut walk = SnapshotWalk::new(false);
            while walk.advance(&self.keyspace, self.now.unix(), usize::MAX, &mut writer) {}
        }
        writer.finish()
    }
}
