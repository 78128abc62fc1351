//! MEMORY and its subcommands.

use crate::command::docs::{ArgKind as Kind, ArgSpec as Arg, Group};
use crate::command::flags::{CommandFlags as F, KeyFlags as K};
use crate::command::handler::{Handler, MemoryCommand, NodeCommand as Node};
use crate::command::key_spec::KeySpec;
use crate::command::spec::CommandSpec as Spec;
use crate::commands::memory;

const COLLECTED: &[&str] = &[
    "nondeterministic_output",
    "request_policy:all_shards",
    "response_policy:special",
];

pub(crate) static COMMANDS: &[Spec] = &[Spec::container(
    "memory",
    Group::Server,
    "4.0.0",
    &[
        Spec::new(
            "memory|doctor",
            2,
            Group::Server,
            "4.0.0",
            Handler::Node(Node::Memory(MemoryCommand::Doctor)),
        )
        .doc("Says what looks wrong with the memory.", "O(1)")
        .tips(COLLECTED),
        Spec::new(
            "memory|help",
            2,
            Group::Server,
            "4.0.0",
            Handler::Node(Node::Memory(MemoryCommand::Help)),
        )
        .flags(F::LOADING.union(F::STALE))
        .doc("Lists the subcommands.", "O(1)"),
        Spec::new(
            "memory|malloc-stats",
            2,
            Group::Server,
            "4.0.0",
            Handler::Node(Node::Memory(MemoryCommand::MallocStats)),
        )
        .doc(
            "Returns what the allocator says of itself.",
            "Depends on how much memory is allocated",
        )
        .tips(COLLECTED),
        Spec::new(
            "memory|purge",
            2,
            Group::Server,
            "4.0.0",
            Handler::Node(Node::Memory(MemoryCommand::Purge)),
        )
        .doc(
            "Asks the allocator to give back what is unused.",
            "Depends on how much memory is allocated",
        )
        .tips(&["request_policy:all_shards", "response_policy:all_succeeded"]),
        Spec::new(
            "memory|stats",
            2,
            Group::Server,
            "4.0.0",
            Handler::Node(Node::Memory(MemoryCommand::Stats)),
        )
        .doc("Says what the memory is used for.", "O(1)")
        .tips(COLLECTED),
        Spec::new(
            "memory|usage",
            -3,
            Group::Server,
            "4.0.0",
            Handler::Keyspace(memory::usage),
        )
        .flags(F::READONLY)
        .keys_at(&[KeySpec::one(2, K::RO)])
        .doc("Returns how much memory a key and its value take.", "O(1)")
        .arguments(&[
            Arg::key("key", 0),
            Arg::new("count", Kind::Integer).token("SAMPLES").optional(),
        ]),
    ],
)
.doc("Tells of the memory in use.", "That of the subcommand")];
