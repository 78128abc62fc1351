//! Channels of slots that go elsewhere: their subscribers are told that they are no subscribers any more.

use shoal_slots::Slot;

use super::Topic;
use super::commands::confirm;
use crate::data_plane::DataPlane;

impl DataPlane {
    fn serves_shard_of(&self, channel: &[u8]) -> bool {
        let slot = Slot::of_key(channel);
        self.view.is_mine(slot) || self.view.is_my_primarys(slot)
    }

    /// Ends the subscriptions to channels whose slot this node's shard does not serve any more.
    pub(crate) fn end_lost_shard_subscriptions(&mut self) {
        let listeners = self.pubsub.listeners(Topic::Shard);
        let lost = listeners
            .iter()
            .filter(|(channel, _)| !self.serves_shard_of(channel));
        let pairs = lost.flat_map(|(channel, clients)| {
            clients.values().map(|&client| (channel.clone(), client))
        });
        for (channel, client) in pairs.collect::<Vec<_>>() {
            self.drop_subscription(client, Topic::Shard, &channel);
            let count = self.subscription_count(client, Topic::Shard);
            let mut reply = self.reply(client);
            confirm(
                &mut reply,
                Topic::Shard.unsubscribed(),
                Some(&channel),
                count,
            );
            self.announce(client);
        }
    }
}
