//! Commands on replication.

use crate::command::docs::{ArgKind as Kind, ArgSpec as Arg, Group};
use crate::command::flags::{AclCategories as A, CommandFlags as F};
use crate::command::handler::{Handler, NodeCommand as Node};
use crate::command::spec::CommandSpec as Spec;

pub(crate) static COMMANDS: &[Spec] = &[
    Spec::new(
        "psync",
        -3,
        Group::Server,
        "2.8.0",
        Handler::Node(Node::Psync),
    )
    .flags(
        F::ADMIN
            .union(F::NOSCRIPT)
            .union(F::NO_ASYNC_LOADING)
            .union(F::NO_MULTI),
    )
    .doc("Begins or continues replication.", "")
    .arguments(&[
        Arg::new("replicationid", Kind::String),
        Arg::new("offset", Kind::Integer),
    ]),
    Spec::new(
        "replconf",
        -1,
        Group::Server,
        "3.0.0",
        Handler::Node(Node::Replconf),
    )
    .flags(
        F::ADMIN
            .union(F::NOSCRIPT)
            .union(F::LOADING)
            .union(F::STALE)
            .union(F::ALLOW_BUSY),
    )
    .doc("Talks between a replica and its primary.", "O(1)")
    .internal(),
    Spec::new(
        "replicaof",
        3,
        Group::Server,
        "5.0.0",
        Handler::Node(Node::Replicaof),
    )
    .flags(
        F::ADMIN
            .union(F::NOSCRIPT)
            .union(F::STALE)
            .union(F::NO_ASYNC_LOADING),
    )
    .doc(
        "Makes the server a replica of another, or a primary.",
        "O(1)",
    )
    .arguments(&[Arg::one_of(
        "args",
        &[
            Arg::block(
                "host-port",
                &[
                    Arg::new("host", Kind::String),
                    Arg::new("port", Kind::Integer),
                ],
            ),
            Arg::block("no-one", &[Arg::word("no", "NO"), Arg::word("one", "ONE")]),
        ],
    )]),
    Spec::new(
        "role",
        1,
        Group::Server,
        "2.8.12",
        Handler::Node(Node::Role),
    )
    .flags(F::NOSCRIPT.union(F::LOADING).union(F::STALE).union(F::FAST))
    .acl(A::ADMIN.union(A::DANGEROUS))
    .doc(
        "Returns the part that the server plays in replication.",
        "O(1)",
    ),
    Spec::new(
        "slaveof",
        3,
        Group::Server,
        "1.0.0",
        Handler::Node(Node::Replicaof),
    )
    .flags(
        F::ADMIN
            .union(F::NOSCRIPT)
            .union(F::STALE)
            .union(F::NO_ASYNC_LOADING),
    )
    .doc(
        "Makes the server a replica of another, or a primary.",
        "O(1)",
    )
    .deprecated("5.0.0", "`REPLICAOF`")
    .arguments(&[Arg::one_of(
        "args",
        &[
            Arg::block(
                "host-port",
                &[
                    Arg::new("host", Kind::String),
                    Arg::new("port", Kind::Integer),
                ],
            ),
            Arg::block("no-one", &[Arg::word("no", "NO"), Arg::word("one", "ONE")]),
        ],
    )]),
    Spec::new("sync", 1, Group::Server, "1.0.0", Handler::Node(Node::Sync))
        .flags(
            F::ADMIN
                .union(F::NOSCRIPT)
                .union(F::NO_ASYNC_LOADING)
                .union(F::NO_MULTI),
        )
        .doc("Begins replication, in the old way.", ""),
    Spec::new(
        "wait",
        3,
        Group::Generic,
        "3.0.0",
        Handler::Node(Node::Wait),
    )
    .acl(A::CONNECTION)
    .doc(
        "Waits until replicas have acknowledged the writes of this connection.",
        "O(1)",
    )
    .tips(&["request_policy:all_shards", "response_policy:agg_min"])
    .arguments(&[
        Arg::new("numreplicas", Kind::Integer),
        Arg::new("timeout", Kind::Integer),
    ]),
];
