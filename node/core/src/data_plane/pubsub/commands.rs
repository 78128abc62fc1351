//! The commands of publishers and subscribers.

use bytes::Bytes;
use shoal_resp::ReplyWriter;

use super::Topic;
use crate::data_plane::call::{Call, Flow};
use crate::data_plane::session::Flags;
use crate::data_plane::{ClientId, DataPlane};
use crate::messages::ToControl;

/// `SUBSCRIBE channel [channel …]`.
pub(crate) fn subscribe(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    subscribe_to(plane, call, Topic::Channel)
}

/// `PSUBSCRIBE pattern [pattern …]`.
pub(crate) fn psubscribe(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    subscribe_to(plane, call, Topic::Pattern)
}

/// `SSUBSCRIBE shardchannel [shardchannel …]`. Routing has made sure that they belong here.
pub(crate) fn ssubscribe(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    subscribe_to(plane, call, Topic::Shard)
}

/// `UNSUBSCRIBE [channel …]`.
pub(crate) fn unsubscribe(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    unsubscribe_from(plane, call, Topic::Channel)
}

/// `PUNSUBSCRIBE [pattern …]`.
pub(crate) fn punsubscribe(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    unsubscribe_from(plane, call, Topic::Pattern)
}

/// `SUNSUBSCRIBE [shardchannel …]`.
pub(crate) fn sunsubscribe(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    unsubscribe_from(plane, call, Topic::Shard)
}

/// `PUBLISH channel message`.
pub(crate) fn publish(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    send(plane, call, Topic::Channel)
}

/// `SPUBLISH shardchannel message`.
pub(crate) fn spublish(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    send(plane, call, Topic::Shard)
}

fn send(plane: &mut DataPlane, call: &Call<'_>, topic: Topic) -> Flow {
    let (channel, message) = (
        call.arg(1).unwrap_or_default(),
        call.arg(2).unwrap_or_default(),
    );
    let receivers = plane.deliver(topic, channel, message);
    if plane.settings.cluster_enabled {
        plane.to_control.push_back(ToControl::Publish {
            channel: Bytes::copy_from_slice(channel),
            message: Bytes::copy_from_slice(message),
            shard: topic == Topic::Shard,
        });
    } else {
        // The bus does this in a cluster.
        let name: &[u8] = if topic == Topic::Shard {
            b"SPUBLISH"
        } else {
            b"PUBLISH"
        };
        plane.propagate_plain(0, &[name, channel, message]);
    }
    plane.reply(call.client).integer(receivers);
    Flow::Next
}

fn subscribe_to(plane: &mut DataPlane, call: &Call<'_>, topic: Topic) -> Flow {
    for name in call.args.iter().skip(1) {
        let count = plane.add_subscription(call.client, topic, name);
        let mut reply = plane.reply(call.client);
        confirm(&mut reply, topic.subscribed(), Some(name), count);
    }
    Flow::Next
}

fn unsubscribe_from(plane: &mut DataPlane, call: &Call<'_>, topic: Topic) -> Flow {
    if call.args.len() > 1 {
        for name in call.args.iter().skip(1) {
            plane.end_subscription(call.client, topic, name);
        }
        return Flow::Next;
    }
    let names = plane.subscribed_names(call.client, topic);
    if names.is_empty() {
        let count = plane.subscription_count(call.client, topic);
        let mut reply = plane.reply(call.client);
        confirm(&mut reply, topic.unsubscribed(), None, count);
    }
    for name in names {
        plane.end_subscription(call.client, topic, &name);
    }
    Flow::Next
}

/// What a subscriber is told of each name: what happened, and how many are left.
pub(super) fn confirm(reply: &mut ReplyWriter<'_>, what: &[u8], name: Option<&[u8]>, count: usize) {
    reply.push(3);
    reply.bulk(what);
    match name {
        Some(name) => reply.bulk(name),
        None => reply.null(),
    }
    reply.integer(i64::try_from(count).unwrap_or(i64::MAX));
}

impl DataPlane {
    /// Subscribes a session, if it is not yet. Returns how many subscriptions it has.
    fn add_subscription(&mut self, client: ClientId, topic: Topic, name: &[u8]) -> usize {
        let Some(session) = self.sessions.get_mut(client) else {
            return 0;
        };
        let subscriptions = session.subscriptions.get_or_insert_default();
        if !subscriptions.of(topic).contains_key(name) {
            let number = self.pubsub.add(topic, name, client);
            subscriptions.of_mut(topic).insert(name.to_vec(), number);
        }
        session.flags.insert(Flags::SUBSCRIBED);
        subscriptions.count_for(topic)
    }

    /// Ends a subscription, if there is one, and tells the subscriber.
    fn end_subscription(&mut self, client: ClientId, topic: Topic, name: &[u8]) {
        self.drop_subscription(client, topic, name);
        let count = self.subscription_count(client, topic);
        let mut reply = self.reply(client);
        confirm(&mut reply, topic.unsubscribed(), Some(name), count);
    }

    /// Ends a subscription without a word.
    pub(super) fn drop_subscription(&mut self, client: ClientId, topic: Topic, name: &[u8]) {
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        let Some(subscriptions) = &mut session.subscriptions else {
            return;
        };
        if let Some(number) = subscriptions.of_mut(topic).remove(name) {
            self.pubsub.remove(topic, name, number);
        }
        if subscriptions.is_empty() {
            session.subscriptions = None;
            session.flags.remove(Flags::SUBSCRIBED);
        }
    }

    /// Ends all subscriptions of a session that is closed or reset.
    pub(crate) fn drop_subscriptions(&mut self, client: ClientId) {
        for topic in [Topic::Channel, Topic::Pattern, Topic::Shard] {
            for name in self.subscribed_names(client, topic) {
                self.drop_subscription(client, topic, &name);
            }
        }
    }

    fn subscribed_names(&self, client: ClientId, topic: Topic) -> Vec<Vec<u8>> {
        let session = self.sessions.get(client);
        let subscriptions = session.and_then(|session| session.subscriptions.as_ref());
        subscriptions.map_or_else(Vec::new, |all| all.of(topic).keys().cloned().collect())
    }

    pub(super) fn subscription_count(&self, client: ClientId, topic: Topic) -> usize {
        let session = self.sessions.get(client);
        let subscriptions = session.and_then(|session| session.subscriptions.as_ref());
        subscriptions.map_or(0, |all| all.count_for(topic))
    }
}
