//! Commands on groups of consumers of a stream, and those that read streams on their behalf or like them.

use crate::command::docs::{ArgKind as Kind, ArgSpec as Arg, Group};
use crate::command::flags::{AclCategories as A, CommandFlags as F, KeyFlags as K};
use crate::command::handler::Handler;
use crate::command::key_spec::{BeginSearch, FindKeys, KeySpec};
use crate::command::spec::CommandSpec as Spec;
use crate::commands::streams;

pub(crate) static COMMANDS: &[Spec] = &[
    Spec::new(
        "xack",
        -4,
        Group::Stream,
        "5.0.0",
        Handler::Keyspace(streams::xack),
    )
    .flags(F::WRITE.union(F::FAST))
    .acl(A::STREAM)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::UPDATE))])
    .doc(
        "Acknowledges entries that were delivered to a group.",
        "O(1) for each id",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("group", Kind::String),
        Arg::new("ID", Kind::String).multiple(),
    ]),
    Spec::new(
        "xautoclaim",
        -6,
        Group::Stream,
        "6.2.0",
        Handler::Keyspace(streams::xautoclaim),
    )
    .flags(F::WRITE.union(F::FAST))
    .acl(A::STREAM)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::DELETE))])
    .doc(
        "Claims pending entries that nobody acknowledged for some time.",
        "O(1) if COUNT is small",
    )
    .tips(&["nondeterministic_output"])
    .history(&[(
        "7.0.0",
        "The reply lists the deleted entries that are pending no more.",
    )])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("group", Kind::String),
        Arg::new("consumer", Kind::String),
        Arg::new("min-idle-time", Kind::String),
        Arg::new("start", Kind::String),
        Arg::new("count", Kind::Integer).token("COUNT").optional(),
        Arg::word("justid", "JUSTID").optional(),
    ]),
    Spec::new(
        "xclaim",
        -6,
        Group::Stream,
        "5.0.0",
        Handler::Keyspace(streams::xclaim),
    )
    .flags(F::WRITE.union(F::FAST))
    .acl(A::STREAM)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::UPDATE))])
    .doc(
        "Makes pending entries those of another consumer.",
        "O(log N) where N is the number of pending entries of the group",
    )
    .tips(&["nondeterministic_output"])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("group", Kind::String),
        Arg::new("consumer", Kind::String),
        Arg::new("min-idle-time", Kind::String),
        Arg::new("ID", Kind::String).multiple(),
        Arg::new("ms", Kind::Integer).token("IDLE").optional(),
        Arg::new("unix-time-milliseconds", Kind::UnixTime)
            .token("TIME")
            .optional(),
        Arg::new("count", Kind::Integer)
            .token("RETRYCOUNT")
            .optional(),
        Arg::word("force", "FORCE").optional(),
        Arg::word("justid", "JUSTID").optional(),
        Arg::new("lastid", Kind::String).token("LASTID").optional(),
    ]),
    Spec::container(
        "xgroup",
        Group::Stream,
        "5.0.0",
        &[
            Spec::new(
                "xgroup|create",
                -5,
                Group::Stream,
                "5.0.0",
                Handler::Keyspace(streams::xgroup_create),
            )
            .flags(F::WRITE.union(F::DENYOOM))
            .acl(A::STREAM)
            .keys_at(&[KeySpec::one(2, K::RW.union(K::INSERT))])
            .doc("Makes a group.", "O(1)")
            .history(&[("7.0.0", "`ENTRIESREAD`.")])
            .arguments(&[
                Arg::key("key", 0),
                Arg::new("group", Kind::String),
                Arg::one_of(
                    "id-selector",
                    &[Arg::new("id", Kind::String), Arg::word("new-id", "$")],
                ),
                Arg::word("mkstream", "MKSTREAM").optional(),
                Arg::new("entries-read", Kind::Integer)
                    .token("ENTRIESREAD")
                    .optional(),
            ]),
            Spec::new(
                "xgroup|createconsumer",
                5,
                Group::Stream,
                "6.2.0",
                Handler::Keyspace(streams::xgroup_createconsumer),
            )
            .flags(F::WRITE.union(F::DENYOOM))
            .acl(A::STREAM)
            .keys_at(&[KeySpec::one(2, K::RW.union(K::INSERT))])
            .doc("Makes a consumer of a group.", "O(1)")
            .arguments(&[
                Arg::key("key", 0),
                Arg::new("group", Kind::String),
                Arg::new("consumer", Kind::String),
            ]),
            Spec::new(
                "xgroup|delconsumer",
                5,
                Group::Stream,
                "5.0.0",
                Handler::Keyspace(streams::xgroup_delconsumer),
            )
            .flags(F::WRITE)
            .acl(A::STREAM)
            .keys_at(&[KeySpec::one(2, K::RW.union(K::DELETE))])
            .doc("Deletes a consumer of a group.", "O(1)")
            .arguments(&[
                Arg::key("key", 0),
                Arg::new("group", Kind::String),
                Arg::new("consumer", Kind::String),
            ]),
            Spec::new(
                "xgroup|destroy",
                4,
                Group::Stream,
                "5.0.0",
                Handler::Keyspace(streams::xgroup_destroy),
            )
            .flags(F::WRITE)
            .acl(A::STREAM)
            .keys_at(&[KeySpec::one(2, K::RW.union(K::DELETE))])
            .doc(
                "Deletes a group.",
                "O(N) where N is the number of pending entries of the group",
            )
            .arguments(&[Arg::key("key", 0), Arg::new("group", Kind::String)]),
            Spec::new(
                "xgroup|help",
                2,
                Group::Stream,
                "5.0.0",
                Handler::Keyspace(streams::xgroup_help),
            )
            .flags(F::LOADING.union(F::STALE))
            .acl(A::STREAM)
            .doc("Returns a summary of the subcommands.", "O(1)"),
            Spec::new(
                "xgroup|setid",
                -5,
                Group::Stream,
                "5.0.0",
                Handler::Keyspace(streams::xgroup_setid),
            )
            .flags(F::WRITE)
            .acl(A::STREAM)
            .keys_at(&[KeySpec::one(2, K::RW.union(K::UPDATE))])
            .doc("Sets the last id that a group has delivered.", "O(1)")
            .history(&[("7.0.0", "`ENTRIESREAD`.")])
            .arguments(&[
                Arg::key("key", 0),
                Arg::new("group", Kind::String),
                Arg::one_of(
                    "id-selector",
                    &[Arg::new("id", Kind::String), Arg::word("new-id", "$")],
                ),
                Arg::new("entriesread", Kind::Integer)
                    .token("ENTRIESREAD")
                    .optional(),
            ]),
        ],
    )
    .doc(
        "Changes the groups of a stream.",
        "Depends on the subcommand",
    ),
    Spec::container(
        "xinfo",
        Group::Stream,
        "5.0.0",
        &[
            Spec::new(
                "xinfo|consumers",
                4,
                Group::Stream,
                "5.0.0",
                Handler::Keyspace(streams::xinfo_consumers),
            )
            .flags(F::READONLY)
            .acl(A::STREAM)
            .keys_at(&[KeySpec::one(2, K::RO.union(K::ACCESS))])
            .doc("Describes the consumers of a group.", "O(1)")
            .tips(&["nondeterministic_output"])
            .history(&[("7.2.0", "`inactive`.")])
            .arguments(&[Arg::key("key", 0), Arg::new("group", Kind::String)]),
            Spec::new(
                "xinfo|groups",
                3,
                Group::Stream,
                "5.0.0",
                Handler::Keyspace(streams::xinfo_groups),
            )
            .flags(F::READONLY)
            .acl(A::STREAM)
            .keys_at(&[KeySpec::one(2, K::RO.union(K::ACCESS))])
            .doc("Describes the groups of a stream.", "O(1)")
            .history(&[("7.0.0", "`entries-read` and `lag`.")])
            .arguments(&[Arg::key("key", 0)]),
            Spec::new(
                "xinfo|help",
                2,
                Group::Stream,
                "5.0.0",
                Handler::Keyspace(streams::xinfo_help),
            )
            .flags(F::LOADING.union(F::STALE))
            .acl(A::STREAM)
            .doc("Returns a summary of the subcommands.", "O(1)"),
            Spec::new(
                "xinfo|stream",
                -3,
                Group::Stream,
                "5.0.0",
                Handler::Keyspace(streams::xinfo_stream),
            )
            .flags(F::READONLY)
            .acl(A::STREAM)
            .keys_at(&[KeySpec::one(2, K::RO.union(K::ACCESS))])
            .doc("Describes a stream.", "O(1)")
            .history(&[
                ("6.0.0", "`FULL`."),
                (
                    "7.0.0",
                    "`max-deleted-entry-id`, `entries-added`, `recorded-first-entry-id`, \
         `entries-read` and `lag`.",
                ),
                (
                    "7.2.0",
                    "`active-time`; `seen-time` is that of the last attempt.",
                ),
            ])
            .arguments(&[
                Arg::key("key", 0),
                Arg::block(
                    "full-block",
                    &[
                        Arg::word("full", "FULL"),
                        Arg::new("count", Kind::Integer).token("COUNT").optional(),
                    ],
                )
                .optional(),
            ]),
        ],
    )
    .doc("Describes streams.", "Depends on the subcommand"),
    Spec::new(
        "xpending",
        -3,
        Group::Stream,
        "5.0.0",
        Handler::Keyspace(streams::xpending),
    )
    .flags(F::READONLY)
    .acl(A::STREAM)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns what was delivered to a group and not acknowledged.",
        "O(N) where N is the number of entries returned; with IDLE, of entries \
         looked at; without a range, of consumers",
    )
    .tips(&["nondeterministic_output"])
    .history(&[("6.2.0", "`IDLE`, and ids that are not part of the range.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("group", Kind::String),
        Arg::block(
            "filters",
            &[
                Arg::new("min-idle-time", Kind::Integer)
                    .token("IDLE")
                    .since("6.2.0")
                    .optional(),
                Arg::new("start", Kind::String),
                Arg::new("end", Kind::String),
                Arg::new("count", Kind::Integer),
                Arg::new("consumer", Kind::String).optional(),
            ],
        )
        .optional(),
    ]),
    Spec::new(
        "xread",
        -4,
        Group::Stream,
        "5.0.0",
        Handler::Keyspace(streams::xread),
    )
    .flags(F::BLOCKING.union(F::READONLY).union(F::MOVABLEKEYS))
    .acl(A::STREAM)
    .keys_at(&[streams_after(1)])
    .doc(
        "Returns entries of streams beyond given ids, and may wait for some.",
        "",
    )
    .arguments(&[
        Arg::new("count", Kind::Integer).token("COUNT").optional(),
        Arg::new("milliseconds", Kind::Integer)
            .token("BLOCK")
            .optional(),
        Arg::block(
            "streams",
            &[
                Arg::key("key", 0).multiple(),
                Arg::new("ID", Kind::String).multiple(),
            ],
        )
        .token("STREAMS"),
    ]),
    Spec::new(
        "xreadgroup",
        -7,
        Group::Stream,
        "5.0.0",
        Handler::Keyspace(streams::xreadgroup),
    )
    .flags(F::BLOCKING.union(F::WRITE).union(F::MOVABLEKEYS))
    .acl(A::STREAM)
    .keys_at(&[streams_after(4)])
    .doc(
        "Returns new or pending entries of streams to a consumer, and may wait.",
        "O(N) for each stream, where N is the number of entries returned; XADD \
         pays O(N) for N clients that wait",
    )
    .arguments(&[
        Arg::block(
            "group-block",
            &[
                Arg::new("group", Kind::String),
                Arg::new("consumer", Kind::String),
            ],
        )
        .token("GROUP"),
        Arg::new("count", Kind::Integer).token("COUNT").optional(),
        Arg::new("milliseconds", Kind::Integer)
            .token("BLOCK")
            .optional(),
        Arg::word("noack", "NOACK").optional(),
        Arg::block(
            "streams",
            &[
                Arg::key("key", 0).multiple(),
                Arg::new("ID", Kind::String).multiple(),
            ],
        )
        .token("STREAMS"),
    ]),
];

/// The first half of what follows `STREAMS`, which is not looked for before `start_from`.
const fn streams_after(start_from: i16) -> KeySpec {
    KeySpec {
        notes: None,
        flags: K::RO.union(K::ACCESS),
        begin: BeginSearch::Keyword {
            word: "STREAMS",
            start_from,
        },
        find: FindKeys::Range {
            last: -1,
            step: 1,
            limit: 2,
        },
    }
}
