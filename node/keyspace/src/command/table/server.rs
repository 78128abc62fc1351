//! Commands on the server as a whole.

use crate::command::docs::{ArgKind as Kind, ArgSpec as Arg, Group};
use crate::command::flags::{AclCategories as A, CommandFlags as F};
use crate::command::handler::{Handler, NodeCommand as Node};
use crate::command::spec::CommandSpec as Spec;

pub(crate) static COMMANDS: &[Spec] = &[
    Spec::new(
        "debug",
        -2,
        Group::Server,
        "1.0.0",
        Handler::Node(Node::Debug),
    )
    .flags(
        F::ADMIN
            .union(F::NOSCRIPT)
            .union(F::LOADING)
            .union(F::STALE),
    )
    .doc("Helps those who test the server.", "That of the subcommand")
    .internal(),
    Spec::new(
        "info",
        -1,
        Group::Server,
        "1.0.0",
        Handler::Node(Node::Info),
    )
    .flags(F::LOADING.union(F::STALE))
    .acl(A::DANGEROUS)
    .doc("Describes the server and counts what it does.", "O(1)")
    .tips(&[
        "nondeterministic_output",
        "request_policy:all_shards",
        "response_policy:special",
    ])
    .history(&[("7.0.0", "Takes several sections.")])
    .arguments(&[Arg::new("section", Kind::String).optional().multiple()]),
    Spec::new(
        "lolwut",
        -1,
        Group::Server,
        "5.0.0",
        Handler::Node(Node::Lolwut),
    )
    .flags(F::READONLY.union(F::FAST))
    .doc("Draws a picture and tells the version.", "")
    .arguments(&[Arg::new("version", Kind::Integer)
        .token("VERSION")
        .optional()]),
    Spec::new(
        "shutdown",
        -1,
        Group::Server,
        "1.0.0",
        Handler::Node(Node::Shutdown),
    )
    .flags(
        F::ADMIN
            .union(F::NOSCRIPT)
            .union(F::LOADING)
            .union(F::STALE)
            .union(F::NO_MULTI)
            .union(F::ALLOW_BUSY),
    )
    .doc(
        "Ends the server.",
        "O(N) if data is saved, where N is the number of keys",
    )
    .history(&[("7.0.0", "Takes `NOW`, `FORCE` and `ABORT`.")])
    .arguments(&[
        Arg::one_of(
            "nosave_save",
            &[Arg::word("nosave", "NOSAVE"), Arg::word("save", "SAVE")],
        )
        .optional(),
        Arg::word("now", "NOW").optional().since("7.0.0"),
        Arg::word("force", "FORCE").optional().since("7.0.0"),
        Arg::word("abort", "ABORT").optional().since("7.0.0"),
    ]),
    Spec::new("time", 1, Group::Server, "2.6.0", Handler::Node(Node::Time))
        .flags(F::LOADING.union(F::STALE).union(F::FAST))
        .doc("Returns the time of the server.", "O(1)")
        .tips(&["nondeterministic_output"]),
];
