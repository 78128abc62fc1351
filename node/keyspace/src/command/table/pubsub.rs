//! Publish and subscribe.

use crate::command::docs::{ArgKind as Kind, ArgSpec as Arg, Group};
use crate::command::flags::{CommandFlags as F, KeyFlags as K};
use crate::command::handler::{Handler, NodeCommand as Node, PubsubCommand};
use crate::command::key_spec::KeySpec;
use crate::command::spec::CommandSpec as Spec;

const LISTENING: F = F::PUBSUB
    .union(F::NOSCRIPT)
    .union(F::LOADING)
    .union(F::STALE);
const SENDING: F = F::PUBSUB
    .union(F::LOADING)
    .union(F::STALE)
    .union(F::FAST)
    .union(F::MAY_REPLICATE);
const ASKING: F = F::PUBSUB.union(F::LOADING).union(F::STALE);

pub(crate) static COMMANDS: &[Spec] = &[
    Spec::new(
        "psubscribe",
        -2,
        Group::PubSub,
        "2.0.0",
        Handler::Node(Node::Psubscribe),
    )
    .flags(LISTENING)
    .doc(
        "Listens to channels whose names fit patterns.",
        "O(N) where N is the number of patterns to subscribe to.",
    )
    .arguments(&[Arg::new("pattern", Kind::Pattern).multiple()]),
    Spec::new(
        "publish",
        3,
        Group::PubSub,
        "2.0.0",
        Handler::Node(Node::Publish),
    )
    .flags(SENDING)
    .doc(
        "Sends a message to a channel.",
        "O(N+M) where N is the number of clients subscribed to the receiving channel and M is the total number of \
         subscribed patterns (by any client).",
    )
    .arguments(&[
        Arg::new("channel", Kind::String),
        Arg::new("message", Kind::String),
    ]),
    Spec::container("pubsub", Group::PubSub, "2.8.0", SUBCOMMANDS)
        .doc("Describes publishers and subscribers.", "That of the subcommand"),
    Spec::new(
        "punsubscribe",
        -1,
        Group::PubSub,
        "2.0.0",
        Handler::Node(Node::Punsubscribe),
    )
    .flags(LISTENING)
    .doc(
        "Stops listening to channels whose names fit patterns.",
        "O(N) where N is the number of patterns to unsubscribe.",
    )
    .arguments(&[Arg::new("pattern", Kind::Pattern).optional().multiple()]),
    Spec::new(
        "spublish",
        3,
        Group::PubSub,
        "7.0.0",
        Handler::Node(Node::Spublish),
    )
    .flags(SENDING)
    .keys_at(&[KeySpec::one(1, K::NOT_KEY)])
    .doc(
        "Sends a message to a channel of a slot.",
        "O(N) where N is the number of clients subscribed to the receiving shard channel.",
    )
    .arguments(&[
        Arg::new("shardchannel", Kind::String),
        Arg::new("message", Kind::String),
    ]),
    Spec::new(
        "ssubscribe",
        -2,
        Group::PubSub,
        "7.0.0",
        Handler::Node(Node::Ssubscribe),
    )
    .flags(LISTENING)
    .keys_at(&[KeySpec::range(1, -1, 1, K::NOT_KEY)])
    .doc(
        "Listens to channels of a slot.",
        "O(N) where N is the number of shard channels to subscribe to.",
    )
    .arguments(&[Arg::new("shardchannel", Kind::String).multiple()]),
    Spec::new(
        "subscribe",
        -2,
        Group::PubSub,
        "2.0.0",
        Handler::Node(Node::Subscribe),
    )
    .flags(LISTENING)
    .doc(
        "Listens to channels.",
        "O(N) where N is the number of channels to subscribe to.",
    )
    .arguments(&[Arg::new("channel", Kind::String).multiple()]),
    Spec::new(
        "sunsubscribe",
        -1,
        Group::PubSub,
        "7.0.0",
        Handler::Node(Node::Sunsubscribe),
    )
    .flags(LISTENING)
    .keys_at(&[KeySpec::range(1, -1, 1, K::NOT_KEY)])
    .doc(
        "Stops listening to channels of a slot.",
        "O(N) where N is the number of shard channels to unsubscribe.",
    )
    .arguments(&[Arg::new("shardchannel", Kind::String)
        .optional()
        .multiple()]),
    Spec::new(
        "unsubscribe",
        -1,
        Group::PubSub,
        "2.0.0",
        Handler::Node(Node::Unsubscribe),
    )
    .flags(LISTENING)
    .doc(
        "Stops listening to channels.",
        "O(N) where N is the number of channels to unsubscribe.",
    )
    .arguments(&[Arg::new("channel", Kind::String).optional().multiple()]),
];

static SUBCOMMANDS: &[Spec] = &[
    Spec::new(
        "pubsub|channels",
        -2,
        Group::PubSub,
        "2.8.0",
        Handler::Node(Node::Pubsub(PubsubCommand::Channels)),
    )
    .flags(ASKING)
    .doc(
        "Returns the channels that somebody listens to.",
        "O(N) where N is the number of active channels, and assuming constant time pattern matching (relatively short \
         channels and patterns)",
    )
    .arguments(&[Arg::new("pattern", Kind::Pattern).optional()]),
    Spec::new(
        "pubsub|help",
        2,
        Group::PubSub,
        "6.2.0",
        Handler::Node(Node::Pubsub(PubsubCommand::Help)),
    )
    .flags(F::LOADING.union(F::STALE))
    .doc("Returns a text about the subcommands.", "O(1)"),
    Spec::new(
        "pubsub|numpat",
        2,
        Group::PubSub,
        "2.8.0",
        Handler::Node(Node::Pubsub(PubsubCommand::Numpat)),
    )
    .flags(ASKING)
    .doc("Returns how many patterns somebody listens to.", "O(1)"),
    Spec::new(
        "pubsub|numsub",
        -2,
        Group::PubSub,
        "2.8.0",
        Handler::Node(Node::Pubsub(PubsubCommand::Numsub)),
    )
    .flags(ASKING)
    .doc(
        "Returns how many listen to channels.",
        "O(N) for the NUMSUB subcommand, where N is the number of requested channels",
    )
    .arguments(&[Arg::new("channel", Kind::String).optional().multiple()]),
    Spec::new(
        "pubsub|shardchannels",
        -2,
        Group::PubSub,
        "7.0.0",
        Handler::Node(Node::Pubsub(PubsubCommand::Shardchannels)),
    )
    .flags(ASKING)
    .doc(
        "Returns the channels of slots that somebody listens to.",
        "O(N) where N is the number of active shard channels, and assuming constant time pattern matching (relatively \
         short shard channels).",
    )
    .arguments(&[Arg::new("pattern", Kind::Pattern).optional()]),
    Spec::new(
        "pubsub|shardnumsub",
        -2,
        Group::PubSub,
        "7.0.0",
        Handler::Node(Node::Pubsub(PubsubCommand::Shardnumsub)),
    )
    .flags(ASKING)
    .doc(
        "Returns how many listen to channels of slots.",
        "O(N) for the SHARDNUMSUB subcommand, where N is the number of requested shard channels",
    )
    .arguments(&[Arg::new("shardchannel", Kind::String)
        .optional()
        .multiple()]),
];
