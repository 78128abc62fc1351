//! CLIENT and its subcommands.

use crate::command::docs::{ArgKind as Kind, ArgSpec as Arg, Group};
use crate::command::flags::{AclCategories as A, CommandFlags as F};
use crate::command::handler::{ClientCommand, Handler, NodeCommand as Node};
use crate::command::spec::CommandSpec as Spec;

pub(crate) static COMMANDS: &[Spec] = &[Spec::container(
    "client",
    Group::Connection,
    "2.4.0",
    &[
        Spec::new(
            "client|getname",
            2,
            Group::Connection,
            "2.6.9",
            Handler::Node(Node::Client(ClientCommand::Getname)),
        )
        .flags(F::NOSCRIPT.union(F::LOADING).union(F::STALE))
        .acl(A::CONNECTION)
        .doc("Returns the name of the connection.", "O(1)"),
        Spec::new(
            "client|getredir",
            2,
            Group::Connection,
            "6.0.0",
            Handler::Node(Node::Client(ClientCommand::Getredir)),
        )
        .flags(F::NOSCRIPT.union(F::LOADING).union(F::STALE))
        .acl(A::CONNECTION)
        .doc("Returns the client that tracking messages go to.", "O(1)"),
        Spec::new(
            "client|help",
            2,
            Group::Connection,
            "5.0.0",
            Handler::Node(Node::Client(ClientCommand::Help)),
        )
        .flags(F::LOADING.union(F::STALE))
        .acl(A::CONNECTION)
        .doc("Lists the subcommands.", "O(1)"),
        Spec::new(
            "client|id",
            2,
            Group::Connection,
            "5.0.0",
            Handler::Node(Node::Client(ClientCommand::Id)),
        )
        .flags(F::NOSCRIPT.union(F::LOADING).union(F::STALE))
        .acl(A::CONNECTION)
        .doc("Returns the id of the connection.", "O(1)"),
        Spec::new(
            "client|info",
            2,
            Group::Connection,
            "6.2.0",
            Handler::Node(Node::Client(ClientCommand::Info)),
        )
        .flags(F::NOSCRIPT.union(F::LOADING).union(F::STALE))
        .acl(A::CONNECTION)
        .doc("Describes the connection.", "O(1)")
        .tips(&["nondeterministic_output"]),
        Spec::new(
            "client|kill",
            -3,
            Group::Connection,
            "2.4.0",
            Handler::Node(Node::Client(ClientCommand::Kill)),
        )
        .flags(
            F::ADMIN
                .union(F::NOSCRIPT)
                .union(F::LOADING)
                .union(F::STALE),
        )
        .acl(A::CONNECTION)
        .doc(
            "Closes connections.",
            "O(N) where N is the number of connections",
        )
        .history(&[
            ("2.8.12", "Takes filters."),
            ("2.8.12", "Takes `ID`."),
            ("3.2.0", "Takes `TYPE master`."),
            ("5.0.0", "Takes `TYPE replica`; `slave` still works."),
            ("6.2.0", "Takes `LADDR`."),
        ])
        .arguments(&[Arg::one_of(
            "filter",
            &[
                Arg::new("ip:port", Kind::String).deprecated("2.8.12"),
                Arg::one_of(
                    "new-format",
                    &[
                        Arg::new("client-id", Kind::Integer)
                            .token("ID")
                            .optional()
                            .since("2.8.12"),
                        Arg::one_of(
                            "normal_master_slave_pubsub",
                            &[
                                Arg::word("normal", "NORMAL"),
                                Arg::word("master", "MASTER").since("3.2.0"),
                                Arg::word("slave", "SLAVE"),
                                Arg::word("replica", "REPLICA").since("5.0.0"),
                                Arg::word("pubsub", "PUBSUB"),
                            ],
                        )
                        .token("TYPE")
                        .optional()
                        .since("2.8.12"),
                        Arg::new("username", Kind::String).token("USER").optional(),
                        Arg::new("ip:port", Kind::String).token("ADDR").optional(),
                        Arg::new("ip:port", Kind::String)
                            .token("LADDR")
                            .optional()
                            .since("6.2.0"),
                        Arg::new("yes/no", Kind::String).token("SKIPME").optional(),
                    ],
                )
                .multiple(),
            ],
        )]),
        Spec::new(
            "client|list",
            -2,
            Group::Connection,
            "2.4.0",
            Handler::Node(Node::Client(ClientCommand::List)),
        )
        .flags(
            F::ADMIN
                .union(F::NOSCRIPT)
                .union(F::LOADING)
                .union(F::STALE),
        )
        .acl(A::CONNECTION)
        .doc(
            "Lists the connections.",
            "O(N) where N is the number of connections",
        )
        .tips(&["nondeterministic_output"])
        .history(&[
            ("2.8.12", "Tells the `id`."),
            ("5.0.0", "Takes `TYPE`."),
            ("6.0.0", "Tells the `user`."),
            (
                "6.2.0",
                "Tells `argv-mem`, `tot-mem`, `laddr` and `redir`, and takes `ID`.",
            ),
            ("7.0.0", "Tells `resp`, `multi-mem`, `rbs` and `rbp`."),
            ("7.0.3", "Tells `ssub`."),
        ])
        .arguments(&[
            Arg::one_of(
                "normal_master_replica_pubsub",
                &[
                    Arg::word("normal", "NORMAL"),
                    Arg::word("master", "MASTER"),
                    Arg::word("replica", "REPLICA"),
                    Arg::word("pubsub", "PUBSUB"),
                ],
            )
            .token("TYPE")
            .optional()
            .since("5.0.0"),
            Arg::block("id", &[Arg::new("client-id", Kind::Integer).multiple()])
                .token("ID")
                .optional()
                .since("6.2.0"),
        ]),
        Spec::new(
            "client|no-evict",
            3,
            Group::Connection,
            "7.0.0",
            Handler::Node(Node::Client(ClientCommand::NoEvict)),
        )
        .flags(
            F::ADMIN
                .union(F::NOSCRIPT)
                .union(F::LOADING)
                .union(F::STALE),
        )
        .acl(A::CONNECTION)
        .doc("Exempts the connection from eviction.", "O(1)")
        .arguments(&[Arg::one_of(
            "enabled",
            &[Arg::word("on", "ON"), Arg::word("off", "OFF")],
        )]),
        Spec::new(
            "client|no-touch",
            3,
            Group::Connection,
            "7.2.0",
            Handler::Node(Node::Client(ClientCommand::NoTouch)),
        )
        .flags(F::NOSCRIPT.union(F::LOADING).union(F::STALE))
        .acl(A::CONNECTION)
        .doc("Keeps the connection from marking keys as used.", "O(1)")
        .arguments(&[Arg::one_of(
            "enabled",
            &[Arg::word("on", "ON"), Arg::word("off", "OFF")],
        )]),
        Spec::new(
            "client|pause",
            -3,
            Group::Connection,
            "2.9.50",
            Handler::Node(Node::Client(ClientCommand::Pause)),
        )
        .flags(
            F::ADMIN
                .union(F::NOSCRIPT)
                .union(F::LOADING)
                .union(F::STALE),
        )
        .acl(A::CONNECTION)
        .doc("Suspends commands of clients.", "O(1)")
        .history(&[("6.2.0", "Takes `WRITE` and `ALL`.")])
        .arguments(&[
            Arg::new("timeout", Kind::Integer),
            Arg::one_of(
                "mode",
                &[Arg::word("write", "WRITE"), Arg::word("all", "ALL")],
            )
            .optional()
            .since("6.2.0"),
        ]),
        Spec::new(
            "client|reply",
            3,
            Group::Connection,
            "3.2.0",
            Handler::Node(Node::Client(ClientCommand::Reply)),
        )
        .flags(F::NOSCRIPT.union(F::LOADING).union(F::STALE))
        .acl(A::CONNECTION)
        .doc("Turns replies on or off.", "O(1)")
        .arguments(&[Arg::one_of(
            "on_off_skip",
            &[
                Arg::word("on", "ON"),
                Arg::word("off", "OFF"),
                Arg::word("skip", "SKIP"),
            ],
        )]),
        Spec::new(
            "client|setinfo",
            4,
            Group::Connection,
            "7.2.0",
            Handler::Node(Node::Client(ClientCommand::Setinfo)),
        )
        .flags(F::NOSCRIPT.union(F::LOADING).union(F::STALE))
        .acl(A::CONNECTION)
        .doc("Sets attributes of the client library.", "O(1)")
        .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"])
        .arguments(&[Arg::one_of(
            "attr",
            &[
                Arg::new("libname", Kind::String).token("LIB-NAME"),
                Arg::new("libver", Kind::String).token("LIB-VER"),
            ],
        )]),
        Spec::new(
            "client|setname",
            3,
            Group::Connection,
            "2.6.9",
            Handler::Node(Node::Client(ClientCommand::Setname)),
        )
        .flags(F::NOSCRIPT.union(F::LOADING).union(F::STALE))
        .acl(A::CONNECTION)
        .doc("Names the connection.", "O(1)")
        .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"])
        .arguments(&[Arg::new("connection-name", Kind::String)]),
        Spec::new(
            "client|trackinginfo",
            2,
            Group::Connection,
            "6.2.0",
            Handler::Node(Node::Client(ClientCommand::Trackinginfo)),
        )
        .flags(F::NOSCRIPT.union(F::LOADING).union(F::STALE))
        .acl(A::CONNECTION)
        .doc("Describes the tracking of the connection.", "O(1)"),
        Spec::new(
            "client|unblock",
            -3,
            Group::Connection,
            "5.0.0",
            Handler::Node(Node::Client(ClientCommand::Unblock)),
        )
        .flags(
            F::ADMIN
                .union(F::NOSCRIPT)
                .union(F::LOADING)
                .union(F::STALE),
        )
        .acl(A::CONNECTION)
        .doc(
            "Wakes a client that waits.",
            "O(log N) where N is the number of connections",
        )
        .arguments(&[
            Arg::new("client-id", Kind::Integer),
            Arg::one_of(
                "timeout_error",
                &[Arg::word("timeout", "TIMEOUT"), Arg::word("error", "ERROR")],
            )
            .optional(),
        ]),
        Spec::new(
            "client|unpause",
            2,
            Group::Connection,
            "6.2.0",
            Handler::Node(Node::Client(ClientCommand::Unpause)),
        )
        .flags(
            F::ADMIN
                .union(F::NOSCRIPT)
                .union(F::LOADING)
                .union(F::STALE),
        )
        .acl(A::CONNECTION)
        .doc(
            "Lets suspended clients go on.",
            "O(N) where N is the number of suspended clients",
        ),
    ],
)
.doc("Manages client connections.", "That of the subcommand")];
