//! Keyspace notifications: events of keys as messages on channels of their own.

use shoal_config::Config;
use shoal_keyspace::{EventClass, KeyEvent};

use super::Topic;
use crate::data_plane::DataPlane;

/// What `notify-keyspace-events` asks for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Notifications {
    /// `K`: channels named after keys, with the event as the message.
    by_key: bool,
    /// `E`: channels named after events, with the key as the message.
    by_event: bool,
    classes: EventClass,
}

impl Notifications {
    pub(crate) fn of(config: &Config) -> Self {
        let wanted = config.notify_keyspace_events();
        let has = |letter: u8| wanted.contains(&letter);
        let letters = [
            (b'g', EventClass::GENERIC),
            (b'$', EventClass::STRING),
            (b'l', EventClass::LIST),
            (b's', EventClass::SET),
            (b'h', EventClass::HASH),
            (b'z', EventClass::ZSET),
            (b'x', EventClass::EXPIRED),
            (b'e', EventClass::EVICTED),
            (b't', EventClass::STREAM),
            (b'm', EventClass::KEY_MISS),
            (b'n', EventClass::NEW),
        ];
        let classes = letters.into_iter().filter(|(letter, _)| has(*letter));
        Self {
            by_key: has(b'K'),
            by_event: has(b'E'),
            classes: classes.map(|(_, class)| class).collect(),
        }
    }

    /// The classes that somebody can hear of.
    pub(crate) const fn classes(self) -> EventClass {
        if self.by_key || self.by_event {
            self.classes
        } else {
            EventClass::empty()
        }
    }
}

impl DataPlane {
    /// Publishes what the last command's effects say happened to keys. Only here: other nodes have their own keys.
    #[cold]
    pub(crate) fn publish_events(&mut self) {
        let events = core::mem::take(&mut self.effects.events);
        for event in &events {
            self.publish_event(event);
        }
    }

    pub(crate) fn publish_event(&mut self, event: &KeyEvent) {
        let KeyEvent { name, db, key, .. } = event;
        let notifications = self.settings.notifications;
        if notifications.by_key {
            let mut channel = format!("__keyspace@{db}__:").into_bytes();
            channel.extend_from_slice(key);
            self.deliver(Topic::Channel, &channel, name.as_bytes());
        }
        if notifications.by_event {
            let channel = format!("__keyevent@{db}__:{name}");
            self.deliver(Topic::Channel, channel.as_bytes(), key);
        }
    }
}
