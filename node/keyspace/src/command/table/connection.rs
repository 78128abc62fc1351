//! Commands on the connection itself.

use crate::command::docs::{ArgKind as Kind, ArgSpec as Arg, Group};
use crate::command::flags::{AclCategories as A, CommandFlags as F};
use crate::command::handler::{Handler, NodeCommand as Node};
use crate::command::spec::CommandSpec as Spec;

pub(crate) static COMMANDS: &[Spec] = &[
    Spec::new(
        "auth",
        -2,
        Group::Connection,
        "1.0.0",
        Handler::Node(Node::Auth),
    )
    .flags(
        F::NOSCRIPT
            .union(F::LOADING)
            .union(F::STALE)
            .union(F::FAST)
            .union(F::NO_AUTH)
            .union(F::ALLOW_BUSY),
    )
    .acl(A::CONNECTION)
    .doc(
        "Authenticates the connection.",
        "O(N) where N is the number of passwords of the user",
    )
    .history(&[("6.0.0", "Takes a user name.")])
    .arguments(&[
        Arg::new("username", Kind::String).optional().since("6.0.0"),
        Arg::new("password", Kind::String),
    ]),
    Spec::new(
        "echo",
        2,
        Group::Connection,
        "1.0.0",
        Handler::Node(Node::Echo),
    )
    .flags(F::LOADING.union(F::STALE).union(F::FAST))
    .acl(A::CONNECTION)
    .doc("Returns its argument.", "O(1)")
    .arguments(&[Arg::new("message", Kind::String)]),
    Spec::new(
        "hello",
        -1,
        Group::Connection,
        "6.0.0",
        Handler::Node(Node::Hello),
    )
    .flags(
        F::NOSCRIPT
            .union(F::LOADING)
            .union(F::STALE)
            .union(F::FAST)
            .union(F::NO_AUTH)
            .union(F::ALLOW_BUSY),
    )
    .acl(A::CONNECTION)
    .doc(
        "Chooses the protocol version and describes the server.",
        "O(1)",
    )
    .history(&[(
        "6.2.0",
        "Without a version it only describes the connection.",
    )])
    .arguments(&[Arg::block(
        "arguments",
        &[
            Arg::new("protover", Kind::Integer),
            Arg::block(
                "username_password",
                &[
                    Arg::new("username", Kind::String),
                    Arg::new("password", Kind::String),
                ],
            )
            .token("AUTH")
            .optional(),
            Arg::new("clientname", Kind::String)
                .token("SETNAME")
                .optional(),
        ],
    )
    .optional()]),
    Spec::new(
        "ping",
        -1,
        Group::Connection,
        "1.0.0",
        Handler::Node(Node::Ping),
    )
    .flags(F::FAST)
    .acl(A::CONNECTION)
    .doc("Answers, to show that the connection works.", "O(1)")
    .tips(&["request_policy:all_shards", "response_policy:all_succeeded"])
    .arguments(&[Arg::new("message", Kind::String).optional()]),
    Spec::new(
        "quit",
        -1,
        Group::Connection,
        "1.0.0",
        Handler::Node(Node::Quit),
    )
    .flags(
        F::NOSCRIPT
            .union(F::LOADING)
            .union(F::STALE)
            .union(F::FAST)
            .union(F::NO_AUTH)
            .union(F::ALLOW_BUSY),
    )
    .acl(A::CONNECTION)
    .doc("Closes the connection.", "O(1)")
    .deprecated("7.2.0", "closing the connection"),
    Spec::new(
        "reset",
        1,
        Group::Connection,
        "6.2.0",
        Handler::Node(Node::Reset),
    )
    .flags(
        F::NOSCRIPT
            .union(F::LOADING)
            .union(F::STALE)
            .union(F::FAST)
            .union(F::NO_AUTH)
            .union(F::ALLOW_BUSY),
    )
    .acl(A::CONNECTION)
    .doc("Takes the connection back to how it began.", "O(1)"),
    Spec::new(
        "select",
        2,
        Group::Connection,
        "1.0.0",
        Handler::Node(Node::Select),
    )
    .flags(F::LOADING.union(F::STALE).union(F::FAST))
    .acl(A::CONNECTION)
    .doc("Chooses the database of the connection.", "O(1)")
    .arguments(&[Arg::new("index", Kind::Integer)]),
];
