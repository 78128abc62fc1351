//! Messages on their way to subscribers.

use shoal_keyspace::glob_matches;

use super::Topic;
use crate::data_plane::{ClientId, DataPlane};

impl DataPlane {
    /// Gives a message to everybody here who wants it, and returns how many that were.
    pub(crate) fn deliver(&mut self, topic: Topic, channel: &[u8], message: &[u8]) -> i64 {
        let mut receivers = 0;
        let word: &[u8] = if topic == Topic::Shard {
            b"smessage"
        } else {
            b"message"
        };
        for client in self.listeners_of(topic, channel) {
            self.push_message(client, &[word, channel, message]);
            receivers += 1;
        }
        if topic == Topic::Channel {
            for (pattern, client) in self.pattern_listeners_of(channel) {
                self.push_message(client, &[b"pmessage", &pattern, channel, message]);
                receivers += 1;
            }
        }
        receivers
    }

    fn listeners_of(&self, topic: Topic, channel: &[u8]) -> Vec<ClientId> {
        let listeners = self.pubsub.listeners(topic).get(channel);
        listeners.map_or_else(Vec::new, |all| all.values().copied().collect())
    }

    fn pattern_listeners_of(&self, channel: &[u8]) -> Vec<(Vec<u8>, ClientId)> {
        let patterns = self.pubsub.listeners(Topic::Pattern).iter();
        let fitting = patterns.filter(|(pattern, _)| glob_matches(pattern, channel));
        let pairs = fitting.flat_map(|(pattern, clients)| {
            clients.values().map(|&client| (pattern.clone(), client))
        });
        pairs.collect()
    }

    fn push_message(&mut self, client: ClientId, parts: &[&[u8]]) {
        let session = self.sessions.get(client);
        if session.is_none_or(|session| session.is_closing() || session.flags.is_mute()) {
            return;
        }
        let mut reply = self.reply(client);
        reply.push(parts.len());
        for part in parts {
            reply.bulk(part);
        }
        if !self.enforce_output_limit(client) {
            self.announce(client);
        }
    }
}
