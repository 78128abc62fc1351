//! What all collections have in common: where their commands find them, and what happens to the key when they
//! come into being, change, or become empty.

use super::tools::Tools;
use crate::ctx::Ctx;
use crate::entry::Entry;
use crate::events::EventClass;
use crate::keyspace::{Access, Keyspace, Place};
use crate::refusal::Refusal;
use crate::value::Value;

/// A type of value with elements.
pub(crate) trait Collection: Default {
    /// How it is read, wherever it is kept: in a box, or inside its entry.
    type View<'a>;

    /// The collection in an entry; `None` if the value is of another type.
    fn view(entry: &Entry) -> Option<Self::View<'_>>;

    /// The collection in a value; `None` if it is of another type.
    fn of(value: &mut Value) -> Option<&mut Self>;

    /// Itself as a value.
    fn into_value(self) -> Value;

    /// Whether its key is to be removed.
    fn is_empty(&self) -> bool;
}

/// What `update` did.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Updated<R> {
    /// What the change returned.
    pub(crate) result: R,
    /// The key did not exist before, and does now.
    pub(crate) created: bool,
    /// The key existed before, and does not any more.
    pub(crate) emptied: bool,
}

impl Keyspace {
    /// Changes the collection at a place, which is where `key` is or would be and holds no other type.
    ///
    /// A key that does not exist is made, unless the collection stays empty; one whose collection becomes empty
    /// is deleted. The place is stale afterwards.
    pub(crate) fn update<C: Collection, R: Default>(
        &mut self,
        access: Access,
        key: &[u8],
        place: Place,
        change: impl FnOnce(&mut C, Tools<'_>) -> R,
    ) -> Updated<R> {
        let tools = Tools {
            hasher: &self.hasher,
            options: &self.options,
        };
        let Some(position) = place.position else {
            return self.create(access, key, place, change);
        };
        let (database, signals) = (self.databases.get_mut(place.db), &mut self.signals);
        let changed = database.and_then(|db| {
            db.edit(place.table, position, |entry| {
                if !signals.is_idle() {
                    signals.handled(place.hash, place.db, entry.key());
                }
                entry.update_value(&mut self.scratch, |value| {
                    let collection = C::of(value)?;
                    let result = change(collection, tools);
                    Some((result, collection.is_empty()))
                })
            })
        });
        // Nothing happens to a value of another type: the caller has looked.
        let (result, emptied) = changed.flatten().flatten().unwrap_or_default();
        if emptied {
            self.delete(place);
        }
        Updated {
            result,
            created: false,
            emptied,
        }
    }

    fn create<C: Collection, R>(
        &mut self,
        access: Access,
        key: &[u8],
        place: Place,
        change: impl FnOnce(&mut C, Tools<'_>) -> R,
    ) -> Updated<R> {
        let tools = Tools {
            hasher: &self.hasher,
            options: &self.options,
        };
        let mut collection = C::default();
        let result = change(&mut collection, tools);
        let created = !collection.is_empty();
        if created {
            let entry = Entry::of_value(key, collection.into_value(), None);
            self.insert(place, access, entry);
        }
        Updated {
            result,
            created,
            emptied: false,
        }
    }
}

impl Ctx<'_> {
    /// The collection at a key, for a command that reads it: hits and misses are counted, the use is noted.
    #[inline]
    pub(crate) fn read_as<C: Collection>(
        &mut self,
        key: &[u8],
    ) -> Result<Option<C::View<'_>>, Refusal> {
        let access = self.access();
        match self.keyspace.read(access, key, self.effects) {
            Some(entry) => C::view(entry).map(Some).ok_or(Refusal::WrongType),
            None => Ok(None),
        }
    }

    /// Where the collection of a writing command is. It need not exist.
    #[inline]
    pub(crate) fn place_of<C: Collection>(&mut self, key: &[u8]) -> Result<Place, Refusal> {
        let access = self.access();
        let place = self.keyspace.find_for_write(access, key, self.effects);
        if let Some(entry) = self.keyspace.entry(place) {
            C::view(entry).ok_or(Refusal::WrongType)?;
            self.keyspace.use_entry(place, access.now);
        }
        Ok(place)
    }

    /// The collection at a place, as it is.
    #[inline]
    pub(crate) fn view_at<C: Collection>(&self, place: Place) -> Option<C::View<'_>> {
        self.keyspace.entry(place).and_then(C::view)
    }

    /// Changes the collection at a place: see [`Keyspace::update`].
    #[inline]
    pub(crate) fn update<C: Collection, R: Default>(
        &mut self,
        key: &[u8],
        place: Place,
        change: impl FnOnce(&mut C, Tools<'_>) -> R,
    ) -> Updated<R> {
        let access = self.access();
        let updated = self.keyspace.update(access, key, place, change);
        if updated.created {
            self.notify(EventClass::NEW, "new", key);
        }
        updated
    }

    /// Puts a collection at a key, whatever is there now; if it is empty, the key is gone afterwards. Returns
    /// whether something was there.
    pub(crate) fn store<C: Collection>(&mut self, key: &[u8], collection: C) -> bool {
        let access = self.access();
        let old = self.keyspace.find_for_write(access, key, self.effects);
        let existed = self.keyspace.delete(old);
        if !collection.is_empty() {
            let place = self.keyspace.locate(access, key);
            let entry = Entry::of_value(key, collection.into_value(), None);
            self.keyspace.insert(place, access, entry);
            if !existed {
                self.notify(EventClass::NEW, "new", key);
            }
        }
        existed
    }
}
