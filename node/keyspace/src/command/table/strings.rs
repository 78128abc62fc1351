//! Commands that read and write strings.

use crate::command::docs::{ArgKind as Kind, ArgSpec as Arg, Group};
use crate::command::flags::{AclCategories as A, CommandFlags as F, KeyFlags as K};
use crate::command::handler::Handler;
use crate::command::key_spec::KeySpec;
use crate::command::spec::CommandSpec as Spec;
use crate::commands::strings;

pub(crate) static COMMANDS: &[Spec] = &[
    Spec::new(
        "get",
        2,
        Group::String,
        "1.0.0",
        Handler::Keyspace(strings::get),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::STRING)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc("Returns the string of a key.", "O(1)")
    .arguments(&[Arg::key("key", 0)]),
    Spec::new(
        "getdel",
        2,
        Group::String,
        "6.2.0",
        Handler::Keyspace(strings::getdel),
    )
    .flags(F::WRITE.union(F::FAST))
    .acl(A::STRING)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::ACCESS).union(K::DELETE))])
    .doc("Returns the string of a key and deletes the key.", "O(1)")
    .arguments(&[Arg::key("key", 0)]),
    Spec::new(
        "getex",
        -2,
        Group::String,
        "6.2.0",
        Handler::Keyspace(strings::getex),
    )
    .flags(F::WRITE.union(F::FAST))
    .acl(A::STRING)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::ACCESS).union(K::UPDATE))
        .noting("RW and UPDATE because it changes the TTL")])
    .doc(
        "Returns the string of a key and sets or removes its expiry.",
        "O(1)",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::one_of(
            "expiration",
            &[
                Arg::new("seconds", Kind::Integer).token("EX"),
                Arg::new("milliseconds", Kind::Integer).token("PX"),
                Arg::new("unix-time-seconds", Kind::UnixTime).token("EXAT"),
                Arg::new("unix-time-milliseconds", Kind::UnixTime).token("PXAT"),
                Arg::word("persist", "PERSIST"),
            ],
        )
        .optional(),
    ]),
    Spec::new(
        "getset",
        3,
        Group::String,
        "1.0.0",
        Handler::Keyspace(strings::getset),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::FAST))
    .acl(A::STRING)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::ACCESS).union(K::UPDATE))])
    .doc(
        "Replaces the string of a key and returns the old one.",
        "O(1)",
    )
    .deprecated("6.2.0", "`SET` with the `GET` argument")
    .arguments(&[Arg::key("key", 0), Arg::new("value", Kind::String)]),
    Spec::new(
        "mget",
        -2,
        Group::String,
        "1.0.0",
        Handler::Keyspace(strings::mget),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::STRING)
    .keys_at(&[KeySpec::range(1, -1, 1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the strings of several keys.",
        "O(N) where N is the number of keys",
    )
    .tips(&["request_policy:multi_shard"])
    .arguments(&[Arg::key("key", 0).multiple()]),
    Spec::new(
        "mset",
        -3,
        Group::String,
        "1.0.1",
        Handler::Keyspace(strings::mset),
    )
    .flags(F::WRITE.union(F::DENYOOM))
    .acl(A::STRING)
    .keys_at(&[KeySpec::range(1, -1, 2, K::OW.union(K::UPDATE))])
    .doc(
        "Sets several keys at once.",
        "O(N) where N is the number of keys",
    )
    .tips(&[
        "request_policy:multi_shard",
        "response_policy:all_succeeded",
    ])
    .arguments(&[Arg::block(
        "key_value",
        &[Arg::key("key", 0), Arg::new("value", Kind::String)],
    )
    .multiple()]),
    Spec::new(
        "msetnx",
        -3,
        Group::String,
        "1.0.1",
        Handler::Keyspace(strings::msetnx),
    )
    .flags(F::WRITE.union(F::DENYOOM))
    .acl(A::STRING)
    .keys_at(&[KeySpec::range(1, -1, 2, K::OW.union(K::INSERT))])
    .doc(
        "Sets several keys at once if none of them exists.",
        "O(N) where N is the number of keys",
    )
    .arguments(&[Arg::block(
        "key_value",
        &[Arg::key("key", 0), Arg::new("value", Kind::String)],
    )
    .multiple()]),
    Spec::new(
        "psetex",
        4,
        Group::String,
        "2.6.0",
        Handler::Keyspace(strings::psetex),
    )
    .flags(F::WRITE.union(F::DENYOOM))
    .acl(A::STRING)
    .keys_at(&[KeySpec::one(1, K::OW.union(K::UPDATE))])
    .doc("Sets a key that expires after some milliseconds.", "O(1)")
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("milliseconds", Kind::Integer),
        Arg::new("value", Kind::String),
    ]),
    Spec::new(
        "set",
        -3,
        Group::String,
        "1.0.0",
        Handler::Keyspace(strings::set),
    )
    .flags(F::WRITE.union(F::DENYOOM))
    .acl(A::STRING)
    .keys_at(&[KeySpec::one(
        1,
        K::RW
            .union(K::ACCESS)
            .union(K::UPDATE)
            .union(K::VARIABLE_FLAGS),
    )
    .noting("RW and ACCESS due to the optional `GET` argument")])
    .doc("Sets a key to a string, whatever it held before.", "O(1)")
    .history(&[
        ("2.6.12", "Takes `EX`, `PX`, `NX` and `XX`."),
        ("6.0.0", "Takes `KEEPTTL`."),
        ("6.2.0", "Takes `GET`, `EXAT` and `PXAT`."),
        ("7.0.0", "Takes `NX` and `GET` together."),
    ])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("value", Kind::String),
        Arg::one_of("condition", &[Arg::word("nx", "NX"), Arg::word("xx", "XX")])
            .optional()
            .since("2.6.12"),
        Arg::word("get", "GET").optional().since("6.2.0"),
        Arg::one_of(
            "expiration",
            &[
                Arg::new("seconds", Kind::Integer)
                    .token("EX")
                    .since("2.6.12"),
                Arg::new("milliseconds", Kind::Integer)
                    .token("PX")
                    .since("2.6.12"),
                Arg::new("unix-time-seconds", Kind::UnixTime)
                    .token("EXAT")
                    .since("6.2.0"),
                Arg::new("unix-time-milliseconds", Kind::UnixTime)
                    .token("PXAT")
                    .since("6.2.0"),
                Arg::word("keepttl", "KEEPTTL").since("6.0.0"),
            ],
        )
        .optional(),
    ]),
    Spec::new(
        "setex",
        4,
        Group::String,
        "2.0.0",
        Handler::Keyspace(strings::setex),
    )
    .flags(F::WRITE.union(F::DENYOOM))
    .acl(A::STRING)
    .keys_at(&[KeySpec::one(1, K::OW.union(K::UPDATE))])
    .doc("Sets a key that expires after some seconds.", "O(1)")
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("seconds", Kind::Integer),
        Arg::new("value", Kind::String),
    ]),
    Spec::new(
        "setnx",
        3,
        Group::String,
        "1.0.0",
        Handler::Keyspace(strings::setnx),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::FAST))
    .acl(A::STRING)
    .keys_at(&[KeySpec::one(1, K::OW.union(K::INSERT))])
    .doc("Sets a key if it does not exist.", "O(1)")
    .arguments(&[Arg::key("key", 0), Arg::new("value", Kind::String)]),
];
