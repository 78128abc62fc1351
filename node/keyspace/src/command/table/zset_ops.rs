//! Commands that combine sorted sets.

use crate::command::docs::{ArgKind as Kind, ArgSpec as Arg, Group};
use crate::command::flags::{AclCategories as A, CommandFlags as F, KeyFlags as K};
use crate::command::handler::Handler;
use crate::command::key_spec::KeySpec;
use crate::command::spec::CommandSpec as Spec;
use crate::commands::zsets;

pub(crate) static COMMANDS: &[Spec] = &[
    Spec::new(
        "zdiff",
        -3,
        Group::SortedSet,
        "6.2.0",
        Handler::Keyspace(zsets::zdiff),
    )
    .flags(F::READONLY.union(F::MOVABLEKEYS))
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::counted(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the members of the first sorted set that are in none of the others.",
        "O(N)+O(M*log(M)) for N members of all sets, and M members in the result",
    )
    .arguments(&[
        Arg::new("numkeys", Kind::Integer),
        Arg::key("key", 0).multiple(),
        Arg::word("withscores", "WITHSCORES").optional(),
    ]),
    Spec::new(
        "zdiffstore",
        -4,
        Group::SortedSet,
        "6.2.0",
        Handler::Keyspace(zsets::zdiffstore),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::MOVABLEKEYS))
    .acl(A::SORTEDSET)
    .keys_at(&[
        KeySpec::one(1, K::OW.union(K::UPDATE)),
        KeySpec::counted(2, K::RO.union(K::ACCESS)),
    ])
    .doc(
        "Stores the members of the first sorted set that are in none of the others.",
        "O(N)+O(M*log(M)) for N members of all sets, and M members in the result",
    )
    .arguments(&[
        Arg::key("destination", 0),
        Arg::new("numkeys", Kind::Integer),
        Arg::key("key", 1).multiple(),
    ]),
    Spec::new(
        "zinter",
        -3,
        Group::SortedSet,
        "6.2.0",
        Handler::Keyspace(zsets::zinter),
    )
    .flags(F::READONLY.union(F::MOVABLEKEYS))
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::counted(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the members in all of several sorted sets.",
        "O(N*K)+O(M*log(M)) for N members of the smallest of K sets, and M in the result",
    )
    .arguments(&[
        Arg::new("numkeys", Kind::Integer),
        Arg::key("key", 0).multiple(),
        Arg::new("weight", Kind::Integer)
            .token("WEIGHTS")
            .multiple()
            .optional(),
        Arg::one_of(
            "aggregate",
            &[
                Arg::word("sum", "SUM"),
                Arg::word("min", "MIN"),
                Arg::word("max", "MAX"),
            ],
        )
        .token("AGGREGATE")
        .optional(),
        Arg::word("withscores", "WITHSCORES").optional(),
    ]),
    Spec::new(
        "zintercard",
        -3,
        Group::SortedSet,
        "7.0.0",
        Handler::Keyspace(zsets::zintercard),
    )
    .flags(F::READONLY.union(F::MOVABLEKEYS))
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::counted(1, K::RO.union(K::ACCESS))])
    .doc(
        "Counts the members in all of several sorted sets.",
        "O(N*K) for N members of the smallest of K sets",
    )
    .arguments(&[
        Arg::new("numkeys", Kind::Integer),
        Arg::key("key", 0).multiple(),
        Arg::new("limit", Kind::Integer).token("LIMIT").optional(),
    ]),
    Spec::new(
        "zinterstore",
        -4,
        Group::SortedSet,
        "2.0.0",
        Handler::Keyspace(zsets::zinterstore),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::MOVABLEKEYS))
    .acl(A::SORTEDSET)
    .keys_at(&[
        KeySpec::one(1, K::OW.union(K::UPDATE)),
        KeySpec::counted(2, K::RO.union(K::ACCESS)),
    ])
    .doc(
        "Stores the members in all of several sorted sets.",
        "O(N*K)+O(M*log(M)) for N members of the smallest of K sets, and M in the result",
    )
    .arguments(&[
        Arg::key("destination", 0),
        Arg::new("numkeys", Kind::Integer),
        Arg::key("key", 1).multiple(),
        Arg::new("weight", Kind::Integer)
            .token("WEIGHTS")
            .multiple()
            .optional(),
        Arg::one_of(
            "aggregate",
            &[
                Arg::word("sum", "SUM"),
                Arg::word("min", "MIN"),
                Arg::word("max", "MAX"),
            ],
        )
        .token("AGGREGATE")
        .optional(),
    ]),
    Spec::new(
        "zunion",
        -3,
        Group::SortedSet,
        "6.2.0",
        Handler::Keyspace(zsets::zunion),
    )
    .flags(F::READONLY.union(F::MOVABLEKEYS))
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::counted(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the members in any of several sorted sets.",
        "O(N)+O(M*log(M)) for N members of all sets, and M members in the result",
    )
    .arguments(&[
        Arg::new("numkeys", Kind::Integer),
        Arg::key("key", 0).multiple(),
        Arg::new("weight", Kind::Integer)
            .token("WEIGHTS")
            .multiple()
            .optional(),
        Arg::one_of(
            "aggregate",
            &[
                Arg::word("sum", "SUM"),
                Arg::word("min", "MIN"),
                Arg::word("max", "MAX"),
            ],
        )
        .token("AGGREGATE")
        .optional(),
        Arg::word("withscores", "WITHSCORES").optional(),
    ]),
    Spec::new(
        "zunionstore",
        -4,
        Group::SortedSet,
        "2.0.0",
        Handler::Keyspace(zsets::zunionstore),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::MOVABLEKEYS))
    .acl(A::SORTEDSET)
    .keys_at(&[
        KeySpec::one(1, K::OW.union(K::UPDATE)),
        KeySpec::counted(2, K::RO.union(K::ACCESS)),
    ])
    .doc(
        "Stores the members in any of several sorted sets.",
        "O(N)+O(M*log(M)) for N members of all sets, and M members in the result",
    )
    .arguments(&[
        Arg::key("destination", 0),
        Arg::new("numkeys", Kind::Integer),
        Arg::key("key", 1).multiple(),
        Arg::new("weight", Kind::Integer)
            .token("WEIGHTS")
            .multiple()
            .optional(),
        Arg::one_of(
            "aggregate",
            &[
                Arg::word("sum", "SUM"),
                Arg::word("min", "MIN"),
                Arg::word("max", "MAX"),
            ],
        )
        .token("AGGREGATE")
        .optional(),
    ]),
];
