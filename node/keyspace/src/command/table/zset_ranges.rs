//! Commands on ranges of sorted sets.

use crate::command::docs::{ArgKind as Kind, ArgSpec as Arg, Group};
use crate::command::flags::{AclCategories as A, CommandFlags as F, KeyFlags as K};
use crate::command::handler::Handler;
use crate::command::key_spec::KeySpec;
use crate::command::spec::CommandSpec as Spec;
use crate::commands::zsets;

pub(crate) static COMMANDS: &[Spec] = &[
    Spec::new(
        "zcount",
        4,
        Group::SortedSet,
        "2.0.0",
        Handler::Keyspace(zsets::zcount),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Counts the members with scores in a range.",
        "O(log(N)) where N is the number of members",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("min", Kind::Double),
        Arg::new("max", Kind::Double),
    ]),
    Spec::new(
        "zlexcount",
        4,
        Group::SortedSet,
        "2.8.9",
        Handler::Keyspace(zsets::zlexcount),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Counts the members in a range of texts, all scores being the same.",
        "O(log(N)) where N is the number of members",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("min", Kind::String),
        Arg::new("max", Kind::String),
    ]),
    Spec::new(
        "zrange",
        -4,
        Group::SortedSet,
        "1.2.0",
        Handler::Keyspace(zsets::zrange),
    )
    .flags(F::READONLY)
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the members in a range of ranks, scores or texts.",
        "O(log(N)+M) where N is the number of members, M that of those in the range",
    )
    .history(&[("6.2.0", "Added `REV`, `BYSCORE`, `BYLEX` and `LIMIT`.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("start", Kind::String),
        Arg::new("stop", Kind::String),
        Arg::one_of(
            "sortby",
            &[Arg::word("byscore", "BYSCORE"), Arg::word("bylex", "BYLEX")],
        )
        .since("6.2.0")
        .optional(),
        Arg::word("rev", "REV").since("6.2.0").optional(),
        Arg::block(
            "limit",
            &[
                Arg::new("offset", Kind::Integer),
                Arg::new("count", Kind::Integer),
            ],
        )
        .token("LIMIT")
        .since("6.2.0")
        .optional(),
        Arg::word("withscores", "WITHSCORES").optional(),
    ]),
    Spec::new(
        "zrangebylex",
        -4,
        Group::SortedSet,
        "2.8.9",
        Handler::Keyspace(zsets::zrangebylex),
    )
    .flags(F::READONLY)
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the members in a range of texts, all scores being the same.",
        "O(log(N)+M) where N is the number of members, M that of those in the range",
    )
    .deprecated("6.2.0", "`ZRANGE` with the `BYLEX` argument")
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("min", Kind::String),
        Arg::new("max", Kind::String),
        Arg::block(
            "limit",
            &[
                Arg::new("offset", Kind::Integer),
                Arg::new("count", Kind::Integer),
            ],
        )
        .token("LIMIT")
        .optional(),
    ]),
    Spec::new(
        "zrangebyscore",
        -4,
        Group::SortedSet,
        "1.0.5",
        Handler::Keyspace(zsets::zrangebyscore),
    )
    .flags(F::READONLY)
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the members with scores in a range.",
        "O(log(N)+M) where N is the number of members, M that of those in the range",
    )
    .history(&[("2.0.0", "Added `WITHSCORES`.")])
    .deprecated("6.2.0", "`ZRANGE` with the `BYSCORE` argument")
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("min", Kind::Double),
        Arg::new("max", Kind::Double),
        Arg::word("withscores", "WITHSCORES")
            .since("2.0.0")
            .optional(),
        Arg::block(
            "limit",
            &[
                Arg::new("offset", Kind::Integer),
                Arg::new("count", Kind::Integer),
            ],
        )
        .token("LIMIT")
        .optional(),
    ]),
    Spec::new(
        "zrangestore",
        -5,
        Group::SortedSet,
        "6.2.0",
        Handler::Keyspace(zsets::zrangestore),
    )
    .flags(F::WRITE.union(F::DENYOOM))
    .acl(A::SORTEDSET)
    .keys_at(&[
        KeySpec::one(1, K::OW.union(K::UPDATE)),
        KeySpec::one(2, K::RO.union(K::ACCESS)),
    ])
    .doc(
        "Stores the members in a range of ranks, scores or texts.",
        "O(log(N)+M) where N is the number of members, M that of those in the range",
    )
    .arguments(&[
        Arg::key("dst", 0),
        Arg::key("src", 1),
        Arg::new("min", Kind::String),
        Arg::new("max", Kind::String),
        Arg::one_of(
            "sortby",
            &[Arg::word("byscore", "BYSCORE"), Arg::word("bylex", "BYLEX")],
        )
        .optional(),
        Arg::word("rev", "REV").optional(),
        Arg::block(
            "limit",
            &[
                Arg::new("offset", Kind::Integer),
                Arg::new("count", Kind::Integer),
            ],
        )
        .token("LIMIT")
        .optional(),
    ]),
    Spec::new(
        "zremrangebylex",
        4,
        Group::SortedSet,
        "2.8.9",
        Handler::Keyspace(zsets::zremrangebylex),
    )
    .flags(F::WRITE)
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::DELETE))])
    .doc(
        "Removes the members in a range of texts, all scores being the same.",
        "O(log(N)+M) where N is the number of members, M that of those in the range",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("min", Kind::String),
        Arg::new("max", Kind::String),
    ]),
    Spec::new(
        "zremrangebyrank",
        4,
        Group::SortedSet,
        "2.0.0",
        Handler::Keyspace(zsets::zremrangebyrank),
    )
    .flags(F::WRITE)
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::DELETE))])
    .doc(
        "Removes the members in a range of ranks.",
        "O(log(N)+M) where N is the number of members, M that of those in the range",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("start", Kind::Integer),
        Arg::new("stop", Kind::Integer),
    ]),
    Spec::new(
        "zremrangebyscore",
        4,
        Group::SortedSet,
        "1.2.0",
        Handler::Keyspace(zsets::zremrangebyscore),
    )
    .flags(F::WRITE)
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::DELETE))])
    .doc(
        "Removes the members with scores in a range.",
        "O(log(N)+M) where N is the number of members, M that of those in the range",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("min", Kind::Double),
        Arg::new("max", Kind::Double),
    ]),
    Spec::new(
        "zrevrange",
        -4,
        Group::SortedSet,
        "1.2.0",
        Handler::Keyspace(zsets::zrevrange),
    )
    .flags(F::READONLY)
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the members in a range of ranks, the highest score first.",
        "O(log(N)+M) where N is the number of members, M that of those in the range",
    )
    .deprecated("6.2.0", "`ZRANGE` with the `REV` argument")
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("start", Kind::Integer),
        Arg::new("stop", Kind::Integer),
        Arg::word("withscores", "WITHSCORES").optional(),
    ]),
    Spec::new(
        "zrevrangebylex",
        -4,
        Group::SortedSet,
        "2.8.9",
        Handler::Keyspace(zsets::zrevrangebylex),
    )
    .flags(F::READONLY)
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the members in a range of texts from the last to the first.",
        "O(log(N)+M) where N is the number of members, M that of those in the range",
    )
    .deprecated("6.2.0", "`ZRANGE` with the `REV` and `BYLEX` arguments")
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("max", Kind::String),
        Arg::new("min", Kind::String),
        Arg::block(
            "limit",
            &[
                Arg::new("offset", Kind::Integer),
                Arg::new("count", Kind::Integer),
            ],
        )
        .token("LIMIT")
        .optional(),
    ]),
    Spec::new(
        "zrevrangebyscore",
        -4,
        Group::SortedSet,
        "2.2.0",
        Handler::Keyspace(zsets::zrevrangebyscore),
    )
    .flags(F::READONLY)
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the members with scores in a range, the highest first.",
        "O(log(N)+M) where N is the number of members, M that of those in the range",
    )
    .history(&[("2.1.6", "Limits may be exclusive.")])
    .deprecated("6.2.0", "`ZRANGE` with the `REV` and `BYSCORE` arguments")
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("max", Kind::Double),
        Arg::new("min", Kind::Double),
        Arg::word("withscores", "WITHSCORES").optional(),
        Arg::block(
            "limit",
            &[
                Arg::new("offset", Kind::Integer),
                Arg::new("count", Kind::Integer),
            ],
        )
        .token("LIMIT")
        .optional(),
    ]),
];
