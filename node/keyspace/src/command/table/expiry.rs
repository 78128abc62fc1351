//! Commands on the time to live of keys.

use crate::command::docs::{ArgKind as Kind, ArgSpec as Arg, Group};
use crate::command::flags::{AclCategories as A, CommandFlags as F, KeyFlags as K};
use crate::command::handler::Handler;
use crate::command::key_spec::KeySpec;
use crate::command::spec::CommandSpec as Spec;
use crate::commands::generic;

pub(crate) static COMMANDS: &[Spec] = &[
    Spec::new(
        "expire",
        -3,
        Group::Generic,
        "1.0.0",
        Handler::Keyspace(generic::expire),
    )
    .flags(F::WRITE.union(F::FAST))
    .acl(A::KEYSPACE)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::UPDATE))])
    .doc("Sets the time to live of a key in seconds.", "O(1)")
    .history(&[("7.0.0", "Takes `NX`, `XX`, `GT` and `LT`.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("seconds", Kind::Integer),
        Arg::one_of(
            "condition",
            &[
                Arg::word("nx", "NX"),
                Arg::word("xx", "XX"),
                Arg::word("gt", "GT"),
                Arg::word("lt", "LT"),
            ],
        )
        .optional()
        .since("7.0.0"),
    ]),
    Spec::new(
        "expireat",
        -3,
        Group::Generic,
        "1.2.0",
        Handler::Keyspace(generic::expireat),
    )
    .flags(F::WRITE.union(F::FAST))
    .acl(A::KEYSPACE)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::UPDATE))])
    .doc(
        "Sets the moment of expiry of a key in Unix seconds.",
        "O(1)",
    )
    .history(&[("7.0.0", "Takes `NX`, `XX`, `GT` and `LT`.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("unix-time-seconds", Kind::UnixTime),
        Arg::one_of(
            "condition",
            &[
                Arg::word("nx", "NX"),
                Arg::word("xx", "XX"),
                Arg::word("gt", "GT"),
                Arg::word("lt", "LT"),
            ],
        )
        .optional()
        .since("7.0.0"),
    ]),
    Spec::new(
        "expiretime",
        2,
        Group::Generic,
        "7.0.0",
        Handler::Keyspace(generic::expiretime),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::KEYSPACE)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the moment of expiry of a key in Unix seconds.",
        "O(1)",
    )
    .arguments(&[Arg::key("key", 0)]),
    Spec::new(
        "persist",
        2,
        Group::Generic,
        "2.2.0",
        Handler::Keyspace(generic::persist),
    )
    .flags(F::WRITE.union(F::FAST))
    .acl(A::KEYSPACE)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::UPDATE))])
    .doc("Removes the expiry of a key.", "O(1)")
    .arguments(&[Arg::key("key", 0)]),
    Spec::new(
        "pexpire",
        -3,
        Group::Generic,
        "2.6.0",
        Handler::Keyspace(generic::pexpire),
    )
    .flags(F::WRITE.union(F::FAST))
    .acl(A::KEYSPACE)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::UPDATE))])
    .doc("Sets the time to live of a key in milliseconds.", "O(1)")
    .history(&[("7.0.0", "Takes `NX`, `XX`, `GT` and `LT`.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("milliseconds", Kind::Integer),
        Arg::one_of(
            "condition",
            &[
                Arg::word("nx", "NX"),
                Arg::word("xx", "XX"),
                Arg::word("gt", "GT"),
                Arg::word("lt", "LT"),
            ],
        )
        .optional()
        .since("7.0.0"),
    ]),
    Spec::new(
        "pexpireat",
        -3,
        Group::Generic,
        "2.6.0",
        Handler::Keyspace(generic::pexpireat),
    )
    .flags(F::WRITE.union(F::FAST))
    .acl(A::KEYSPACE)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::UPDATE))])
    .doc(
        "Sets the moment of expiry of a key in Unix milliseconds.",
        "O(1)",
    )
    .history(&[("7.0.0", "Takes `NX`, `XX`, `GT` and `LT`.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("unix-time-milliseconds", Kind::UnixTime),
        Arg::one_of(
            "condition",
            &[
                Arg::word("nx", "NX"),
                Arg::word("xx", "XX"),
                Arg::word("gt", "GT"),
                Arg::word("lt", "LT"),
            ],
        )
        .optional()
        .since("7.0.0"),
    ]),
    Spec::new(
        "pexpiretime",
        2,
        Group::Generic,
        "7.0.0",
        Handler::Keyspace(generic::pexpiretime),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::KEYSPACE)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the moment of expiry of a key in Unix milliseconds.",
        "O(1)",
    )
    .arguments(&[Arg::key("key", 0)]),
    Spec::new(
        "pttl",
        2,
        Group::Generic,
        "2.6.0",
        Handler::Keyspace(generic::pttl),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::KEYSPACE)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc("Returns the time to live of a key in milliseconds.", "O(1)")
    .tips(&["nondeterministic_output"])
    .history(&[("2.8.0", "Replies -2 for a key that does not exist.")])
    .arguments(&[Arg::key("key", 0)]),
    Spec::new(
        "ttl",
        2,
        Group::Generic,
        "1.0.0",
        Handler::Keyspace(generic::ttl),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::KEYSPACE)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc("Returns the time to live of a key in seconds.", "O(1)")
    .tips(&["nondeterministic_output"])
    .history(&[("2.8.0", "Replies -2 for a key that does not exist.")])
    .arguments(&[Arg::key("key", 0)]),
];
