//! COMMAND and CONFIG with their subcommands.

use crate::command::docs::{ArgKind as Kind, ArgSpec as Arg, Group};
use crate::command::flags::{AclCategories as A, CommandFlags as F};
use crate::command::handler::{CommandCommand, ConfigCommand, Handler, NodeCommand as Node};
use crate::command::spec::CommandSpec as Spec;

pub(crate) static COMMANDS: &[Spec] = &[
    Spec::new(
        "command",
        -1,
        Group::Server,
        "2.8.13",
        Handler::Node(Node::Command(CommandCommand::All)),
    )
    .flags(F::LOADING.union(F::STALE))
    .acl(A::CONNECTION)
    .doc(
        "Describes all commands.",
        "O(N) where N is the number of commands",
    )
    .tips(&["nondeterministic_output_order"])
    .subcommands(&[
        Spec::new(
            "command|count",
            2,
            Group::Server,
            "2.8.13",
            Handler::Node(Node::Command(CommandCommand::Count)),
        )
        .flags(F::LOADING.union(F::STALE))
        .acl(A::CONNECTION)
        .doc("Counts the commands.", "O(1)"),
        Spec::new(
            "command|docs",
            -2,
            Group::Server,
            "7.0.0",
            Handler::Node(Node::Command(CommandCommand::Docs)),
        )
        .flags(F::LOADING.union(F::STALE))
        .acl(A::CONNECTION)
        .doc(
            "Returns the documentation of commands.",
            "O(N) where N is the number of commands",
        )
        .tips(&["nondeterministic_output_order"])
        .arguments(&[Arg::new("command-name", Kind::String).optional().multiple()]),
        Spec::new(
            "command|getkeys",
            -3,
            Group::Server,
            "2.8.13",
            Handler::Node(Node::Command(CommandCommand::Getkeys)),
        )
        .flags(F::LOADING.union(F::STALE))
        .acl(A::CONNECTION)
        .doc(
            "Returns the keys of a request.",
            "O(N) where N is the number of arguments",
        ),
        Spec::new(
            "command|getkeysandflags",
            -3,
            Group::Server,
            "7.0.0",
            Handler::Node(Node::Command(CommandCommand::Getkeysandflags)),
        )
        .flags(F::LOADING.union(F::STALE))
        .acl(A::CONNECTION)
        .doc(
            "Returns the keys of a request and what is done to them.",
            "O(N) where N is the number of arguments",
        ),
        Spec::new(
            "command|help",
            2,
            Group::Server,
            "5.0.0",
            Handler::Node(Node::Command(CommandCommand::Help)),
        )
        .flags(F::LOADING.union(F::STALE))
        .acl(A::CONNECTION)
        .doc("Lists the subcommands.", "O(1)"),
        Spec::new(
            "command|info",
            -2,
            Group::Server,
            "2.8.13",
            Handler::Node(Node::Command(CommandCommand::Info)),
        )
        .flags(F::LOADING.union(F::STALE))
        .acl(A::CONNECTION)
        .doc(
            "Describes commands.",
            "O(N) where N is the number of commands",
        )
        .tips(&["nondeterministic_output_order"])
        .history(&[("7.0.0", "Without names it describes all commands.")])
        .arguments(&[Arg::new("command-name", Kind::String).optional().multiple()]),
        Spec::new(
            "command|list",
            -2,
            Group::Server,
            "7.0.0",
            Handler::Node(Node::Command(CommandCommand::List)),
        )
        .flags(F::LOADING.union(F::STALE))
        .acl(A::CONNECTION)
        .doc(
            "Lists the names of commands.",
            "O(N) where N is the number of commands",
        )
        .tips(&["nondeterministic_output_order"])
        .arguments(&[Arg::one_of(
            "filterby",
            &[
                Arg::new("module-name", Kind::String).token("MODULE"),
                Arg::new("category", Kind::String).token("ACLCAT"),
                Arg::new("pattern", Kind::Pattern).token("PATTERN"),
            ],
        )
        .token("FILTERBY")
        .optional()]),
    ]),
    Spec::container(
        "config",
        Group::Server,
        "2.0.0",
        &[
            Spec::new(
                "config|get",
                -3,
                Group::Server,
                "2.0.0",
                Handler::Node(Node::Config(ConfigCommand::Get)),
            )
            .flags(
                F::ADMIN
                    .union(F::NOSCRIPT)
                    .union(F::LOADING)
                    .union(F::STALE),
            )
            .doc(
                "Returns options and their values.",
                "O(N) where N is the number of options",
            )
            .history(&[("7.0.0", "Takes several patterns.")])
            .arguments(&[Arg::block(
                "parameter",
                &[Arg::new("parameter", Kind::String)],
            )
            .multiple()]),
            Spec::new(
                "config|help",
                2,
                Group::Server,
                "5.0.0",
                Handler::Node(Node::Config(ConfigCommand::Help)),
            )
            .flags(F::LOADING.union(F::STALE))
            .doc("Lists the subcommands.", "O(1)"),
            Spec::new(
                "config|resetstat",
                2,
                Group::Server,
                "2.0.0",
                Handler::Node(Node::Config(ConfigCommand::Resetstat)),
            )
            .flags(
                F::ADMIN
                    .union(F::NOSCRIPT)
                    .union(F::LOADING)
                    .union(F::STALE),
            )
            .doc("Sets the counters of INFO to zero.", "O(1)")
            .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
            Spec::new(
                "config|rewrite",
                2,
                Group::Server,
                "2.8.0",
                Handler::Node(Node::Config(ConfigCommand::Rewrite)),
            )
            .flags(
                F::ADMIN
                    .union(F::NOSCRIPT)
                    .union(F::LOADING)
                    .union(F::STALE),
            )
            .doc("Writes the configuration in force into its file.", "O(1)")
            .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
            Spec::new(
                "config|set",
                -4,
                Group::Server,
                "2.0.0",
                Handler::Node(Node::Config(ConfigCommand::Set)),
            )
            .flags(
                F::ADMIN
                    .union(F::NOSCRIPT)
                    .union(F::LOADING)
                    .union(F::STALE),
            )
            .doc("Changes options.", "O(N) where N is the number of options")
            .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"])
            .history(&[("7.0.0", "Takes several options.")])
            .arguments(&[Arg::block(
                "parameter_value",
                &[
                    Arg::new("parameter", Kind::String),
                    Arg::new("value", Kind::String),
                ],
            )
            .multiple()]),
        ],
    )
    .doc(
        "Reads and changes the configuration.",
        "That of the subcommand",
    ),
];
