//! All sessions, in a slab: finding one by its id is an index and a comparison.
//!
//! A [`ClientId`] carries the generation of its place, so that an id kept by the shell or in a queue after
//! the connection ended finds nobody instead of a stranger. Places are reused lowest first, and iteration
//! is by place, so behaviour does not depend on addresses or hashing.

use super::session::Session;

/// Names one client connection. Never reused.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ClientId {
    index: u32,
    generation: u32,
}

impl ClientId {
    /// A dense number below the greatest number of connections that ever existed at once: an index for the
    /// shell's own tables. Reused after the connection ended.
    #[must_use]
    pub const fn index(self) -> usize {
        self.index as usize
    }

    /// Both parts in one number, for machines that keep names of their own.
    pub(crate) const fn to_u64(self) -> u64 {
        (self.generation as u64) << 32 | self.index as u64
    }

    pub(crate) const fn from_u64(name: u64) -> Self {
        Self {
            index: (name & 0xffff_ffff) as u32,
            generation: (name >> 32) as u32,
        }
    }
}

#[derive(Debug, Default)]
struct Place {
    generation: u32,
    session: Option<Box<Session>>,
}

/// The slab.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    places: Vec<Place>,
    free: Vec<u32>,
    len: usize,
}

impl Sessions {
    /// Makes a session with the id it will have.
    pub(crate) fn insert(&mut self, make: impl FnOnce(ClientId) -> Session) -> ClientId {
        let index = self.free.pop().unwrap_or_else(|| {
            self.places.push(Place::default());
            u32::try_from(self.places.len() - 1).unwrap_or(u32::MAX)
        });
        let place = &mut self.places[index as usize];
        let id = ClientId {
            index,
            generation: place.generation,
        };
        place.session = Some(Box::new(make(id)));
        self.len += 1;
        id
    }

    #[inline]
    pub(crate) fn get(&self, id: ClientId) -> Option<&Session> {
        let place = self.places.get(id.index())?;
        if place.generation == id.generation {
            place.session.as_deref()
        } else {
            None
        }
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, id: ClientId) -> Option<&mut Session> {
        let place = self.places.get_mut(id.index())?;
        if place.generation == id.generation {
            place.session.as_deref_mut()
        } else {
            None
        }
    }

    pub(crate) fn remove(&mut self, id: ClientId) -> Option<Box<Session>> {
        let place = self.places.get_mut(id.index())?;
        if place.generation != id.generation {
            return None;
        }
        let session = place.session.take()?;
        place.generation = place.generation.wrapping_add(1);
        self.free.push(id.index);
        self.len -= 1;
        Some(session)
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Session> {
        self.places
            .iter()
            .filter_map(|place| place.session.as_deref())
    }

    /// The ids of everybody, for walks that change sessions on the way.
    pub(crate) fn ids(&self) -> Vec<ClientId> {
        self.iter().map(|session| session.id).collect()
    }

    /// How many places exist: the bound of a walk by [`Self::at`].
    pub(crate) const fn places(&self) -> usize {
        self.places.len()
    }

    /// Who sits at a place, for walks that go on in a later call.
    pub(crate) fn at(&self, place: usize) -> Option<&Session> {
        self.places.get(place)?.session.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_plane::event::PeerInfo;
    use shoal_slots::Now;

    #[test]
    fn an_old_id_finds_nobody() {
        let mut sessions = Sessions::default();
        let make = |id| Session::new(id, 1, PeerInfo::default(), Now::default());
        let first = sessions.insert(make);
        assert!(sessions.remove(first).is_some());
        let second = sessions.insert(make);
        assert_eq!(first.index(), second.index());
        assert!(sessions.get(first).is_none() && sessions.get_mut(first).is_none());
        assert!(sessions.remove(first).is_none());
        assert_eq!((sessions.len(), sessions.iter().count()), (1, 1));
    }
}
