//! DEBUG DIGEST: a number that two servers with the same data have in common, whatever the order of their tables.
//!
//! A digest starts as twenty zeros. Where order does not matter, the SHA-1 of a thing is combined with it by
//! exclusive or; where it does, the SHA-1 of the result takes its place after each thing.

use sha1::{Digest as _, Sha1};
use shoal_rdb::listpack::Element;
use shoal_resp::push_shortest_double;
use shoal_slots::UnixMillis;

use crate::double;
use crate::encodings::collection::Collection;
use crate::encodings::hash::Hash;
use crate::encodings::list::{Direction, List};
use crate::encodings::set::Set;
use crate::encodings::stream::{Stream, id};
use crate::encodings::zset::Zset;
use crate::entry::Entry;
use crate::keyspace::{Access, Keyspace};
use crate::options::Options;
use crate::value::Kind;

/// What is mixed in for a key that expires; when it does is not.
const EXPIRES: &[u8] = b"!!expire!!";

/// A digest that is being made.
#[derive(Clone, Copy, Debug, Default)]
struct Digest([u8; 20]);

impl Digest {
    /// Adds something whose place does not matter.
    fn xor(&mut self, bytes: &[u8]) {
        let sum: [u8; 20] = Sha1::digest(bytes).into();
        for (byte, other) in self.0.iter_mut().zip(sum) {
            *byte ^= other;
        }
    }

    /// Adds something whose place matters.
    fn mix(&mut self, bytes: &[u8]) {
        self.xor(bytes);
        self.0 = Sha1::digest(self.0).into();
    }

    fn mix_element(&mut self, element: Element<'_>) {
        self.mix(element.text(&mut itoa::Buffer::new()));
    }

    /// Adds a pair; the order of pairs does not matter.
    fn xor_pair(&mut self, first: Element<'_>, mix_second: impl FnOnce(&mut Self)) {
        let mut pair = Self::default();
        pair.mix_element(first);
        mix_second(&mut pair);
        self.xor(&pair.0);
    }
}

impl Keyspace {
    /// The digest of all databases (DEBUG DIGEST): all zeros if they are empty.
    #[must_use]
    pub fn digest(&self) -> [u8; 20] {
        let mut whole = Digest::default();
        for (number, database) in self.databases.iter().enumerate() {
            let Some(mut next) = database.next_occupied(0) else {
                continue;
            };
            whole.mix(&(number as u32).to_be_bytes());
            loop {
                for entry in database
                    .table(next)
                    .into_iter()
                    .flat_map(|table| table.iter())
                {
                    let mut digest = Digest::default();
                    digest.mix(entry.key());
                    self.mix_value(entry, &mut digest);
                    whole.xor(&digest.0);
                }
                match database.next_occupied(next + 1) {
                    Some(table) => next = table,
                    None => break,
                }
            }
        }
        whole.0
    }

    /// The digest of the value of a key, expired or not (DEBUG DIGEST-VALUE): all zeros if there is none.
    #[must_use]
    pub fn digest_value(&self, db: usize, key: &[u8]) -> [u8; 20] {
        let access = Access {
            db,
            slot: None,
            hash: None,
            now: UnixMillis(0),
            from_primary: true,
        };
        let mut digest = Digest::default();
        if let Some(entry) = self.entry(self.locate(access, key)) {
            self.mix_value(entry, &mut digest);
        }
        digest.0
    }

    fn mix_value(&self, entry: &Entry, digest: &mut Digest) {
        let kind = entry.kind();
        digest.mix(&type_number(kind).to_be_bytes());
        match kind {
            Kind::String => {
                let mut digits = itoa::Buffer::new();
                digest.mix(entry.string(&mut digits).unwrap_or_default());
            }
            Kind::Hash => mix_hash(entry, digest),
            Kind::List => mix_list(entry, digest),
            Kind::Set => mix_set(entry, digest),
            Kind::Zset => mix_zset(entry, &self.options, digest),
            Kind::Stream => mix_stream(entry, digest),
        }
        if entry.has_expiry() {
            digest.xor(EXPIRES);
        }
    }
}

/// The numbers of the types inside the reference servers.
const fn type_number(kind: Kind) -> u32 {
    match kind {
        Kind::String => 0,
        Kind::List => 1,
        Kind::Set => 2,
        Kind::Zset => 3,
        Kind::Hash => 4,
        Kind::Stream => 6,
    }
}

fn mix_hash(entry: &Entry, digest: &mut Digest) {
    if let Some(hash) = Hash::view(entry) {
        hash.for_each(|field, value| digest.xor_pair(field, |pair| pair.mix_element(value)));
    }
}

fn mix_list(entry: &Entry, digest: &mut Digest) {
    if let Some(list) = List::view(entry) {
        list.visit_range(0, list.len(), Direction::Forth, |element| {
            digest.mix_element(element);
        });
    }
}

fn mix_set(entry: &Entry, digest: &mut Digest) {
    for member in Set::view(entry).into_iter().flat_map(|set| set.iter()) {
        digest.xor(member.text(&mut itoa::Buffer::new()));
    }
}

/// Groups are not looked at.
fn mix_stream(entry: &Entry, digest: &mut Digest) {
    let entries = Stream::view(entry).map(|stream| stream.entries().range(id::MIN, id::MAX));
    for entry in entries.into_iter().flatten() {
        digest.mix(format!("{}.{}", entry.id.ms, entry.id.seq).as_bytes());
        for (field, value) in entry.fields {
            digest.mix_element(field);
            digest.mix_element(value);
        }
    }
}

fn mix_zset(entry: &Entry, options: &Options, digest: &mut Digest) {
    for (member, score) in Zset::view(entry).into_iter().flat_map(|zset| zset.iter()) {
        let text = score_text(score, options);
        digest.xor_pair(member, |pair| pair.mix(&text));
    }
}

/// The text of a score, which versions print differently.
fn score_text(score: f64, options: &Options) -> Vec<u8> {
    if options.encodings_of_7_0 && score.is_finite() {
        return double::seventeen_digits(score);
    }
    let mut text = Vec::with_capacity(24);
    push_shortest_double(&mut text, score);
    text
}
