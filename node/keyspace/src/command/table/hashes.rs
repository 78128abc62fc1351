//! Commands on hashes.

use crate::command::docs::{ArgKind as Kind, ArgSpec as Arg, Group};
use crate::command::flags::{AclCategories as A, CommandFlags as F, KeyFlags as K};
use crate::command::handler::Handler;
use crate::command::key_spec::KeySpec;
use crate::command::spec::CommandSpec as Spec;
use crate::commands::hashes;

pub(crate) static COMMANDS: &[Spec] = &[
    Spec::new(
        "hdel",
        -3,
        Group::Hash,
        "2.0.0",
        Handler::Keyspace(hashes::hdel),
    )
    .flags(F::WRITE.union(F::FAST))
    .acl(A::HASH)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::DELETE))])
    .doc(
        "Deletes fields of a hash, and the hash with its last field.",
        "O(N) where N is the number of fields",
    )
    .history(&[("2.4.0", "Takes several fields.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("field", Kind::String).multiple(),
    ]),
    Spec::new(
        "hexists",
        3,
        Group::Hash,
        "2.0.0",
        Handler::Keyspace(hashes::hexists),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::HASH)
    .keys_at(&[KeySpec::one(1, K::RO)])
    .doc("Tells whether a hash has a field.", "O(1)")
    .arguments(&[Arg::key("key", 0), Arg::new("field", Kind::String)]),
    Spec::new(
        "hget",
        3,
        Group::Hash,
        "2.0.0",
        Handler::Keyspace(hashes::hget),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::HASH)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc("Returns the value of a field.", "O(1)")
    .arguments(&[Arg::key("key", 0), Arg::new("field", Kind::String)]),
    Spec::new(
        "hgetall",
        2,
        Group::Hash,
        "2.0.0",
        Handler::Keyspace(hashes::hgetall),
    )
    .flags(F::READONLY)
    .acl(A::HASH)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns all fields and values of a hash.",
        "O(N) where N is the size of the hash",
    )
    .tips(&["nondeterministic_output_order"])
    .arguments(&[Arg::key("key", 0)]),
    Spec::new(
        "hincrby",
        4,
        Group::Hash,
        "2.0.0",
        Handler::Keyspace(hashes::hincrby),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::FAST))
    .acl(A::HASH)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::ACCESS).union(K::UPDATE))])
    .doc("Adds a number to the integer in a field.", "O(1)")
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("field", Kind::String),
        Arg::new("increment", Kind::Integer),
    ]),
    Spec::new(
        "hincrbyfloat",
        4,
        Group::Hash,
        "2.6.0",
        Handler::Keyspace(hashes::hincrbyfloat),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::FAST))
    .acl(A::HASH)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::ACCESS).union(K::UPDATE))])
    .doc(
        "Adds a number to the floating-point number in a field.",
        "O(1)",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("field", Kind::String),
        Arg::new("increment", Kind::Double),
    ]),
    Spec::new(
        "hkeys",
        2,
        Group::Hash,
        "2.0.0",
        Handler::Keyspace(hashes::hkeys),
    )
    .flags(F::READONLY)
    .acl(A::HASH)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the fields of a hash.",
        "O(N) where N is the size of the hash",
    )
    .tips(&["nondeterministic_output_order"])
    .arguments(&[Arg::key("key", 0)]),
    Spec::new(
        "hlen",
        2,
        Group::Hash,
        "2.0.0",
        Handler::Keyspace(hashes::hlen),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::HASH)
    .keys_at(&[KeySpec::one(1, K::RO)])
    .doc("Returns how many fields a hash has.", "O(1)")
    .arguments(&[Arg::key("key", 0)]),
    Spec::new(
        "hmget",
        -3,
        Group::Hash,
        "2.0.0",
        Handler::Keyspace(hashes::hmget),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::HASH)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the values of several fields.",
        "O(N) where N is the number of fields",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("field", Kind::String).multiple(),
    ]),
    Spec::new(
        "hmset",
        -4,
        Group::Hash,
        "2.0.0",
        Handler::Keyspace(hashes::hmset),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::FAST))
    .acl(A::HASH)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::UPDATE))])
    .doc(
        "Sets several fields.",
        "O(N) where N is the number of fields",
    )
    .deprecated("4.0.0", "`HSET` with several fields")
    .arguments(&[
        Arg::key("key", 0),
        Arg::block(
            "field_value",
            &[
                Arg::new("field", Kind::String),
                Arg::new("value", Kind::String),
            ],
        )
        .multiple(),
    ]),
    Spec::new(
        "hrandfield",
        -2,
        Group::Hash,
        "6.2.0",
        Handler::Keyspace(hashes::hrandfield),
    )
    .flags(F::READONLY)
    .acl(A::HASH)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns random fields of a hash.",
        "O(N) where N is the number of fields returned",
    )
    .tips(&["nondeterministic_output"])
    .arguments(&[
        Arg::key("key", 0),
        Arg::block(
            "options",
            &[
                Arg::new("count", Kind::Integer),
                Arg::word("withvalues", "WITHVALUES").optional(),
            ],
        )
        .optional(),
    ]),
    Spec::new(
        "hscan",
        -3,
        Group::Hash,
        "2.8.0",
        Handler::Keyspace(hashes::hscan),
    )
    .flags(F::READONLY)
    .acl(A::HASH)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Iterates over the fields of a hash in steps.",
        "O(1) per call, O(N) for all N fields",
    )
    .tips(&["nondeterministic_output"])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("cursor", Kind::Integer),
        Arg::new("pattern", Kind::Pattern).token("MATCH").optional(),
        Arg::new("count", Kind::Integer).token("COUNT").optional(),
    ]),
    Spec::new(
        "hset",
        -4,
        Group::Hash,
        "2.0.0",
        Handler::Keyspace(hashes::hset),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::FAST))
    .acl(A::HASH)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::UPDATE))])
    .doc(
        "Sets fields of a hash, creating it if needed.",
        "O(N) where N is the number of fields",
    )
    .history(&[("4.0.0", "Takes several fields and values.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::block(
            "field_value",
            &[
                Arg::new("field", Kind::String),
                Arg::new("value", Kind::String),
            ],
        )
        .multiple(),
    ]),
    Spec::new(
        "hsetnx",
        4,
        Group::Hash,
        "2.0.0",
        Handler::Keyspace(hashes::hsetnx),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::FAST))
    .acl(A::HASH)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::INSERT))])
    .doc("Sets a field if it does not exist.", "O(1)")
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("field", Kind::String),
        Arg::new("value", Kind::String),
    ]),
    Spec::new(
        "hstrlen",
        3,
        Group::Hash,
        "3.2.0",
        Handler::Keyspace(hashes::hstrlen),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::HASH)
    .keys_at(&[KeySpec::one(1, K::RO)])
    .doc("Returns the length of the value of a field.", "O(1)")
    .arguments(&[Arg::key("key", 0), Arg::new("field", Kind::String)]),
    Spec::new(
        "hvals",
        2,
        Group::Hash,
        "2.0.0",
        Handler::Keyspace(hashes::hvals),
    )
    .flags(F::READONLY)
    .acl(A::HASH)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the values of a hash.",
        "O(N) where N is the size of the hash",
    )
    .tips(&["nondeterministic_output_order"])
    .arguments(&[Arg::key("key", 0)]),
];
