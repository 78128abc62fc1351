//! DEBUG RELOAD: everything is written as a snapshot and read back, piece by piece, and what was read takes the
//! place of what was there. So each test that does it in its middle tests saving and loading of all it made.

use shoal_rdb::{Item, Limits, RdbError, Reader, VERSION_MAX, Writer, WriterConfig};
use shoal_slots::UnixMillis;

use crate::keyspace::{Keyspace, KeyspaceConfig};
use crate::snapshot::SnapshotWalk;
use crate::stored::Loaded;

/// How many keys are written before they are read.
const KEYS_AT_ONCE: usize = 1000;

/// Why a snapshot of our own could not be read. Nothing was changed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ReloadError {
    /// It is damaged.
    #[error("{0}")]
    Damaged(#[from] RdbError),
    /// It has a key twice, or a value that is refused.
    #[error("key '{}' of database {db} cannot be loaded", .key.escape_ascii())]
    Key {
        /// Where it is.
        db: usize,
        /// What it is called.
        key: Vec<u8>,
    },
}

impl Keyspace {
    /// Writes all data as a snapshot and reads it back in its own place. Keys that are past their time do not
    /// come back, unless we are a replica.
    ///
    /// # Errors
    /// [`ReloadError`], which is a bug of ours.
    pub fn reload(&mut self, now: UnixMillis) -> Result<(), ReloadError> {
        let mut fresh = self.empty_twin();
        let mut reader = Reader::new(Limits {
            string_len_max: u64::MAX,
            ..Limits::default()
        });
        let mut writer = Writer::new(WriterConfig {
            version: VERSION_MAX,
            ..WriterConfig::default()
        });
        let mut walk = SnapshotWalk::new(true);
        let mut db = 0;
        while walk.advance(self, now, KEYS_AT_ONCE, &mut writer) {
            reader.feed(&writer.take());
            fresh.take_items(&mut reader, &mut db, now)?;
        }
        reader.feed(&writer.finish());
        fresh.take_items(&mut reader, &mut db, now)?;
        reader.finish()?;
        self.flush(None);
        self.databases = fresh.databases;
        Ok(())
    }

    /// A keyspace without data that has all else in common with this one.
    fn empty_twin(&self) -> Self {
        let config = KeyspaceConfig {
            cluster: self.cluster,
            databases: u16::try_from(self.databases.len()).unwrap_or(u16::MAX),
            options: self.options.clone(),
        };
        let mut twin = Self::new(config, 0);
        twin.hasher = self.hasher.clone();
        twin.replica = self.replica;
        twin
    }

    /// Takes what a reader has.
    fn take_items(
        &mut self,
        reader: &mut Reader,
        db: &mut usize,
        now: UnixMillis,
    ) -> Result<(), ReloadError> {
        while let Some(item) = reader.next()? {
            let (key, loaded) = match item {
                Item::SelectDb(number) => {
                    *db = number as usize;
                    continue;
                }
                Item::Entry {
                    key,
                    value,
                    attributes,
                } => {
                    let loaded = self.insert_loaded(*db, &key, value, &attributes, now);
                    (key, loaded)
                }
                Item::More { key, value } => {
                    let loaded = self.extend_loaded(*db, &key, value, now);
                    (key, loaded)
                }
                _ => continue,
            };
            if matches!(loaded, Loaded::Duplicate | Loaded::Refused) {
                let key = key.to_vec();
                return Err(ReloadError::Key { db: *db, key });
            }
        }
        Ok(())
    }
}
