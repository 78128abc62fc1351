//! Commands on whole databases, and on keys as they come.

use crate::command::docs::{ArgKind as Kind, ArgSpec as Arg, Group};
use crate::command::flags::{AclCategories as A, CommandFlags as F};
use crate::command::handler::Handler;
use crate::command::spec::CommandSpec as Spec;
use crate::commands::generic;

pub(crate) static COMMANDS: &[Spec] = &[
    Spec::new(
        "dbsize",
        1,
        Group::Server,
        "1.0.0",
        Handler::Keyspace(generic::dbsize),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::KEYSPACE)
    .doc("Counts the keys of the database.", "O(1)")
    .tips(&["request_policy:all_shards", "response_policy:agg_sum"]),
    Spec::new(
        "flushall",
        -1,
        Group::Server,
        "1.0.0",
        Handler::Keyspace(generic::flushall),
    )
    .flags(F::WRITE)
    .acl(A::KEYSPACE.union(A::DANGEROUS))
    .doc(
        "Deletes all keys of all databases.",
        "O(N) where N is the number of keys in all databases",
    )
    .tips(&["request_policy:all_shards", "response_policy:all_succeeded"])
    .history(&[("4.0.0", "Takes `ASYNC`."), ("6.2.0", "Takes `SYNC`.")])
    .arguments(&[Arg::one_of(
        "async",
        &[
            Arg::word("async", "ASYNC").since("4.0.0"),
            Arg::word("sync", "SYNC").since("6.2.0"),
        ],
    )
    .optional()]),
    Spec::new(
        "flushdb",
        -1,
        Group::Server,
        "1.0.0",
        Handler::Keyspace(generic::flushdb),
    )
    .flags(F::WRITE)
    .acl(A::KEYSPACE.union(A::DANGEROUS))
    .doc(
        "Deletes all keys of the database.",
        "O(N) where N is the number of keys in the database",
    )
    .tips(&["request_policy:all_shards", "response_policy:all_succeeded"])
    .history(&[("4.0.0", "Takes `ASYNC`."), ("6.2.0", "Takes `SYNC`.")])
    .arguments(&[Arg::one_of(
        "async",
        &[
            Arg::word("async", "ASYNC").since("4.0.0"),
            Arg::word("sync", "SYNC").since("6.2.0"),
        ],
    )
    .optional()]),
    Spec::new(
        "keys",
        2,
        Group::Generic,
        "1.0.0",
        Handler::Keyspace(generic::keys),
    )
    .flags(F::READONLY)
    .acl(A::KEYSPACE.union(A::DANGEROUS))
    .doc(
        "Returns all keys that match a pattern.",
        "O(N) where N is the number of keys in the database",
    )
    .tips(&["request_policy:all_shards", "nondeterministic_output_order"])
    .arguments(&[Arg::new("pattern", Kind::Pattern)]),
    Spec::new(
        "randomkey",
        1,
        Group::Generic,
        "1.0.0",
        Handler::Keyspace(generic::randomkey),
    )
    .flags(F::READONLY)
    .acl(A::KEYSPACE)
    .doc("Returns a random key.", "O(1)")
    .tips(&[
        "request_policy:all_shards",
        "response_policy:special",
        "nondeterministic_output",
    ]),
    Spec::new(
        "scan",
        -2,
        Group::Generic,
        "2.8.0",
        Handler::Keyspace(generic::scan),
    )
    .flags(F::READONLY)
    .acl(A::KEYSPACE)
    .doc(
        "Iterates over the keys in steps.",
        "O(1) per call, O(N) for all N keys",
    )
    .tips(&[
        "nondeterministic_output",
        "request_policy:special",
        "response_policy:special",
    ])
    .history(&[("6.0.0", "Takes `TYPE`.")])
    .arguments(&[
        Arg::new("cursor", Kind::Integer),
        Arg::new("pattern", Kind::Pattern).token("MATCH").optional(),
        Arg::new("count", Kind::Integer).token("COUNT").optional(),
        Arg::new("type", Kind::String)
            .token("TYPE")
            .optional()
            .since("6.0.0"),
    ]),
    Spec::new(
        "swapdb",
        3,
        Group::Server,
        "4.0.0",
        Handler::Keyspace(generic::swapdb),
    )
    .flags(F::WRITE.union(F::FAST))
    .acl(A::KEYSPACE.union(A::DANGEROUS))
    .doc(
        "Exchanges two databases.",
        "O(N) where N is the number of clients that watch keys",
    )
    .arguments(&[
        Arg::new("index1", Kind::Integer),
        Arg::new("index2", Kind::Integer),
    ]),
];
