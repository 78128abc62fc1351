//! Commands on streams.

use crate::command::docs::{ArgKind as Kind, ArgSpec as Arg, Group};
use crate::command::flags::{AclCategories as A, CommandFlags as F, KeyFlags as K};
use crate::command::handler::Handler;
use crate::command::key_spec::KeySpec;
use crate::command::spec::CommandSpec as Spec;
use crate::commands::streams;

pub(crate) static COMMANDS: &[Spec] = &[
    Spec::new(
        "xadd",
        -5,
        Group::Stream,
        "5.0.0",
        Handler::Keyspace(streams::xadd),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::FAST))
    .acl(A::STREAM)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::UPDATE))
        .noting("UPDATE instead of INSERT because of the optional trimming feature")])
    .doc(
        "Appends an entry to a stream, which is made if there is none.",
        "O(1), and O(N) for N entries that are trimmed",
    )
    .tips(&["nondeterministic_output"])
    .history(&[
        ("6.2.0", "`NOMKSTREAM`, `MINID` and `LIMIT`."),
        ("7.0.0", "Ids of the form `<ms>-*`."),
    ])
    .arguments(&[
        Arg::key("key", 0),
        Arg::word("nomkstream", "NOMKSTREAM")
            .since("6.2.0")
            .optional(),
        Arg::block(
            "trim",
            &[
                Arg::one_of(
                    "strategy",
                    &[
                        Arg::word("maxlen", "MAXLEN"),
                        Arg::word("minid", "MINID").since("6.2.0"),
                    ],
                ),
                Arg::one_of(
                    "operator",
                    &[Arg::word("equal", "="), Arg::word("approximately", "~")],
                )
                .optional(),
                Arg::new("threshold", Kind::String),
                Arg::new("count", Kind::Integer)
                    .token("LIMIT")
                    .since("6.2.0")
                    .optional(),
            ],
        )
        .optional(),
        Arg::one_of(
            "id-selector",
            &[Arg::word("auto-id", "*"), Arg::new("id", Kind::String)],
        ),
        Arg::block(
            "data",
            &[
                Arg::new("field", Kind::String),
                Arg::new("value", Kind::String),
            ],
        )
        .multiple(),
    ]),
    Spec::new(
        "xdel",
        -3,
        Group::Stream,
        "5.0.0",
        Handler::Keyspace(streams::xdel),
    )
    .flags(F::WRITE.union(F::FAST))
    .acl(A::STREAM)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::DELETE))])
    .doc(
        "Deletes entries of a stream.",
        "O(1) for each id, however long the stream is",
    )
    .arguments(&[Arg::key("key", 0), Arg::new("ID", Kind::String).multiple()]),
    Spec::new(
        "xlen",
        2,
        Group::Stream,
        "5.0.0",
        Handler::Keyspace(streams::xlen),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::STREAM)
    .keys_at(&[KeySpec::one(1, K::RO)])
    .doc("Returns the number of entries.", "O(1)")
    .arguments(&[Arg::key("key", 0)]),
    Spec::new(
        "xrange",
        -4,
        Group::Stream,
        "5.0.0",
        Handler::Keyspace(streams::xrange),
    )
    .flags(F::READONLY)
    .acl(A::STREAM)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the entries between two ids.",
        "O(N) where N is the number of entries returned",
    )
    .history(&[("6.2.0", "Ids that are not part of the range.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("start", Kind::String),
        Arg::new("end", Kind::String),
        Arg::new("count", Kind::Integer).token("COUNT").optional(),
    ]),
    Spec::new(
        "xrevrange",
        -4,
        Group::Stream,
        "5.0.0",
        Handler::Keyspace(streams::xrevrange),
    )
    .flags(F::READONLY)
    .acl(A::STREAM)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the entries between two ids, the last one first.",
        "O(N) where N is the number of entries returned",
    )
    .history(&[("6.2.0", "Ids that are not part of the range.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("end", Kind::String),
        Arg::new("start", Kind::String),
        Arg::new("count", Kind::Integer).token("COUNT").optional(),
    ]),
    Spec::new(
        "xsetid",
        -3,
        Group::Stream,
        "5.0.0",
        Handler::Keyspace(streams::xsetid),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::FAST))
    .acl(A::STREAM)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::UPDATE))])
    .doc("Sets the last id of a stream, for replication.", "O(1)")
    .history(&[("7.0.0", "`ENTRIESADDED` and `MAXDELETEDID`.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("last-id", Kind::String),
        Arg::new("entries-added", Kind::Integer)
            .token("ENTRIESADDED")
            .since("7.0.0")
            .optional(),
        Arg::new("max-deleted-id", Kind::String)
            .token("MAXDELETEDID")
            .since("7.0.0")
            .optional(),
    ]),
    Spec::new(
        "xtrim",
        -4,
        Group::Stream,
        "5.0.0",
        Handler::Keyspace(streams::xtrim),
    )
    .flags(F::WRITE)
    .acl(A::STREAM)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::DELETE))])
    .doc(
        "Deletes the oldest entries of a stream.",
        "O(N) where N is the number of deleted entries, most of them by the dozen",
    )
    .tips(&["nondeterministic_output"])
    .history(&[("6.2.0", "`MINID` and `LIMIT`.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::block(
            "trim",
            &[
                Arg::one_of(
                    "strategy",
                    &[
                        Arg::word("maxlen", "MAXLEN"),
                        Arg::word("minid", "MINID").since("6.2.0"),
                    ],
                ),
                Arg::one_of(
                    "operator",
                    &[Arg::word("equal", "="), Arg::word("approximately", "~")],
                )
                .optional(),
                Arg::new("threshold", Kind::String),
                Arg::new("count", Kind::Integer)
                    .token("LIMIT")
                    .since("6.2.0")
                    .optional(),
            ],
        ),
    ]),
];
