//! Commands on the members of one sorted set.

use crate::command::docs::{ArgKind as Kind, ArgSpec as Arg, Group};
use crate::command::flags::{AclCategories as A, CommandFlags as F, KeyFlags as K};
use crate::command::handler::Handler;
use crate::command::key_spec::KeySpec;
use crate::command::spec::CommandSpec as Spec;
use crate::commands::zsets;

pub(crate) static COMMANDS: &[Spec] = &[
    Spec::new(
        "bzmpop",
        -5,
        Group::SortedSet,
        "7.0.0",
        Handler::Keyspace(zsets::bzmpop),
    )
    .flags(F::WRITE.union(F::BLOCKING).union(F::MOVABLEKEYS))
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::counted(2, K::RW.union(K::ACCESS).union(K::DELETE))])
    .doc(
        "Pops members of the first sorted set that exists, or waits for one.",
        "O(K)+O(M*log(N)) for K keys, N members, and M of them popped",
    )
    .arguments(&[
        Arg::new("timeout", Kind::Double),
        Arg::new("numkeys", Kind::Integer),
        Arg::key("key", 0).multiple(),
        Arg::one_of("where", &[Arg::word("min", "MIN"), Arg::word("max", "MAX")]),
        Arg::new("count", Kind::Integer).token("COUNT").optional(),
    ]),
    Spec::new(
        "bzpopmax",
        -3,
        Group::SortedSet,
        "5.0.0",
        Handler::Keyspace(zsets::bzpopmax),
    )
    .flags(F::WRITE.union(F::FAST).union(F::BLOCKING))
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::range(
        1,
        -2,
        1,
        K::RW.union(K::ACCESS).union(K::DELETE),
    )])
    .doc(
        "Pops the highest member of the first sorted set that exists, or waits for one.",
        "O(log(N)) where N is the number of members",
    )
    .history(&[("6.0.0", "The timeout is a number, no longer an integer.")])
    .arguments(&[
        Arg::key("key", 0).multiple(),
        Arg::new("timeout", Kind::Double),
    ]),
    Spec::new(
        "bzpopmin",
        -3,
        Group::SortedSet,
        "5.0.0",
        Handler::Keyspace(zsets::bzpopmin),
    )
    .flags(F::WRITE.union(F::FAST).union(F::BLOCKING))
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::range(
        1,
        -2,
        1,
        K::RW.union(K::ACCESS).union(K::DELETE),
    )])
    .doc(
        "Pops the lowest member of the first sorted set that exists, or waits for one.",
        "O(log(N)) where N is the number of members",
    )
    .history(&[("6.0.0", "The timeout is a number, no longer an integer.")])
    .arguments(&[
        Arg::key("key", 0).multiple(),
        Arg::new("timeout", Kind::Double),
    ]),
    Spec::new(
        "zadd",
        -4,
        Group::SortedSet,
        "1.2.0",
        Handler::Keyspace(zsets::zadd),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::FAST))
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::UPDATE))])
    .doc(
        "Adds members to a sorted set or changes their scores, creating it if needed.",
        "O(log(N)) for each member, where N is the number of members",
    )
    .history(&[
        ("2.4.0", "Takes several members."),
        ("3.0.2", "Added `XX`, `NX`, `CH` and `INCR`."),
        ("6.2.0", "Added `GT` and `LT`."),
    ])
    .arguments(&[
        Arg::key("key", 0),
        Arg::one_of("condition", &[Arg::word("nx", "NX"), Arg::word("xx", "XX")])
            .since("3.0.2")
            .optional(),
        Arg::one_of(
            "comparison",
            &[Arg::word("gt", "GT"), Arg::word("lt", "LT")],
        )
        .since("6.2.0")
        .optional(),
        Arg::word("change", "CH").since("3.0.2").optional(),
        Arg::word("increment", "INCR").since("3.0.2").optional(),
        Arg::block(
            "data",
            &[
                Arg::new("score", Kind::Double),
                Arg::new("member", Kind::String),
            ],
        )
        .multiple(),
    ]),
    Spec::new(
        "zcard",
        2,
        Group::SortedSet,
        "1.2.0",
        Handler::Keyspace(zsets::zcard),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::one(1, K::RO)])
    .doc("Returns how many members a sorted set has.", "O(1)")
    .arguments(&[Arg::key("key", 0)]),
    Spec::new(
        "zincrby",
        4,
        Group::SortedSet,
        "1.2.0",
        Handler::Keyspace(zsets::zincrby),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::FAST))
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::ACCESS).union(K::UPDATE))])
    .doc(
        "Adds a number to the score of a member.",
        "O(log(N)) where N is the number of members",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("increment", Kind::Integer),
        Arg::new("member", Kind::String),
    ]),
    Spec::new(
        "zmpop",
        -4,
        Group::SortedSet,
        "7.0.0",
        Handler::Keyspace(zsets::zmpop),
    )
    .flags(F::WRITE.union(F::MOVABLEKEYS))
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::counted(1, K::RW.union(K::ACCESS).union(K::DELETE))])
    .doc(
        "Pops members of the first of several sorted sets that exists.",
        "O(K)+O(M*log(N)) for K keys, N members, and M of them popped",
    )
    .arguments(&[
        Arg::new("numkeys", Kind::Integer),
        Arg::key("key", 0).multiple(),
        Arg::one_of("where", &[Arg::word("min", "MIN"), Arg::word("max", "MAX")]),
        Arg::new("count", Kind::Integer).token("COUNT").optional(),
    ]),
    Spec::new(
        "zmscore",
        -3,
        Group::SortedSet,
        "6.2.0",
        Handler::Keyspace(zsets::zmscore),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the scores of several members.",
        "O(N) where N is the number of members asked for",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("member", Kind::String).multiple(),
    ]),
    Spec::new(
        "zpopmax",
        -2,
        Group::SortedSet,
        "5.0.0",
        Handler::Keyspace(zsets::zpopmax),
    )
    .flags(F::WRITE.union(F::FAST))
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::ACCESS).union(K::DELETE))])
    .doc(
        "Removes and returns the members with the highest scores.",
        "O(M*log(N)) for N members, and M of them popped",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("count", Kind::Integer).optional(),
    ]),
    Spec::new(
        "zpopmin",
        -2,
        Group::SortedSet,
        "5.0.0",
        Handler::Keyspace(zsets::zpopmin),
    )
    .flags(F::WRITE.union(F::FAST))
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::ACCESS).union(K::DELETE))])
    .doc(
        "Removes and returns the members with the lowest scores.",
        "O(M*log(N)) for N members, and M of them popped",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("count", Kind::Integer).optional(),
    ]),
    Spec::new(
        "zrandmember",
        -2,
        Group::SortedSet,
        "6.2.0",
        Handler::Keyspace(zsets::zrandmember),
    )
    .flags(F::READONLY)
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns random members of a sorted set.",
        "O(N) where N is the number of members returned",
    )
    .tips(&["nondeterministic_output"])
    .arguments(&[
        Arg::key("key", 0),
        Arg::block(
            "options",
            &[
                Arg::new("count", Kind::Integer),
                Arg::word("withscores", "WITHSCORES").optional(),
            ],
        )
        .optional(),
    ]),
    Spec::new(
        "zrank",
        -3,
        Group::SortedSet,
        "2.0.0",
        Handler::Keyspace(zsets::zrank),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the rank of a member, counted from the lowest score.",
        "O(log(N)) where N is the number of members",
    )
    .history(&[("7.2.0", "Added `WITHSCORE`.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("member", Kind::String),
        Arg::word("withscore", "WITHSCORE").optional(),
    ]),
    Spec::new(
        "zrem",
        -3,
        Group::SortedSet,
        "1.2.0",
        Handler::Keyspace(zsets::zrem),
    )
    .flags(F::WRITE.union(F::FAST))
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::DELETE))])
    .doc(
        "Removes members of a sorted set, and the sorted set with its last member.",
        "O(M*log(N)) for N members, and M of them removed",
    )
    .history(&[("2.4.0", "Takes several members.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("member", Kind::String).multiple(),
    ]),
    Spec::new(
        "zrevrank",
        -3,
        Group::SortedSet,
        "2.0.0",
        Handler::Keyspace(zsets::zrevrank),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the rank of a member, counted from the highest score.",
        "O(log(N)) where N is the number of members",
    )
    .history(&[("7.2.0", "Added `WITHSCORE`.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("member", Kind::String),
        Arg::word("withscore", "WITHSCORE").optional(),
    ]),
    Spec::new(
        "zscan",
        -3,
        Group::SortedSet,
        "2.8.0",
        Handler::Keyspace(zsets::zscan),
    )
    .flags(F::READONLY)
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Iterates over the members of a sorted set in steps.",
        "O(1) per call, O(N) for all N members",
    )
    .tips(&["nondeterministic_output"])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("cursor", Kind::Integer),
        Arg::new("pattern", Kind::Pattern).token("MATCH").optional(),
        Arg::new("count", Kind::Integer).token("COUNT").optional(),
    ]),
    Spec::new(
        "zscore",
        3,
        Group::SortedSet,
        "1.2.0",
        Handler::Keyspace(zsets::zscore),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::SORTEDSET)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc("Returns the score of a member.", "O(1)")
    .arguments(&[Arg::key("key", 0), Arg::new("member", Kind::String)]),
];
