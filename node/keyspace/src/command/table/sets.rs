//! Commands on sets.

use crate::command::docs::{ArgKind as Kind, ArgSpec as Arg, Group};
use crate::command::flags::{AclCategories as A, CommandFlags as F, KeyFlags as K};
use crate::command::handler::Handler;
use crate::command::key_spec::KeySpec;
use crate::command::spec::CommandSpec as Spec;
use crate::commands::sets;

pub(crate) static COMMANDS: &[Spec] = &[
    Spec::new(
        "sadd",
        -3,
        Group::Set,
        "1.0.0",
        Handler::Keyspace(sets::sadd),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::FAST))
    .acl(A::SET)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::INSERT))])
    .doc(
        "Adds members to a set, creating it if needed.",
        "O(N) where N is the number of members",
    )
    .history(&[("2.4.0", "Takes several members.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("member", Kind::String).multiple(),
    ]),
    Spec::new(
        "scard",
        2,
        Group::Set,
        "1.0.0",
        Handler::Keyspace(sets::scard),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::SET)
    .keys_at(&[KeySpec::one(1, K::RO)])
    .doc("Returns how many members a set has.", "O(1)")
    .arguments(&[Arg::key("key", 0)]),
    Spec::new(
        "sdiff",
        -2,
        Group::Set,
        "1.0.0",
        Handler::Keyspace(sets::sdiff),
    )
    .flags(F::READONLY)
    .acl(A::SET)
    .keys_at(&[KeySpec::range(1, -1, 1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the members of the first set that are in none of the others.",
        "O(N) where N is the number of members of all sets",
    )
    .tips(&["nondeterministic_output_order"])
    .arguments(&[Arg::key("key", 0).multiple()]),
    Spec::new(
        "sdiffstore",
        -3,
        Group::Set,
        "1.0.0",
        Handler::Keyspace(sets::sdiffstore),
    )
    .flags(F::WRITE.union(F::DENYOOM))
    .acl(A::SET)
    .keys_at(&[
        KeySpec::one(1, K::OW.union(K::UPDATE)),
        KeySpec::range(2, -1, 1, K::RO.union(K::ACCESS)),
    ])
    .doc(
        "Stores the members of the first set that are in none of the others.",
        "O(N) where N is the number of members of all sets",
    )
    .arguments(&[Arg::key("destination", 0), Arg::key("key", 1).multiple()]),
    Spec::new(
        "sinter",
        -2,
        Group::Set,
        "1.0.0",
        Handler::Keyspace(sets::sinter),
    )
    .flags(F::READONLY)
    .acl(A::SET)
    .keys_at(&[KeySpec::range(1, -1, 1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the members that are in all sets.",
        "O(N*M) where N is the size of the smallest set and M the number of sets",
    )
    .tips(&["nondeterministic_output_order"])
    .arguments(&[Arg::key("key", 0).multiple()]),
    Spec::new(
        "sintercard",
        -3,
        Group::Set,
        "7.0.0",
        Handler::Keyspace(sets::sintercard),
    )
    .flags(F::READONLY.union(F::MOVABLEKEYS))
    .acl(A::SET)
    .keys_at(&[KeySpec::counted(1, K::RO.union(K::ACCESS))])
    .doc(
        "Counts the members that are in all sets.",
        "O(N*M) where N is the size of the smallest set and M the number of sets",
    )
    .arguments(&[
        Arg::new("numkeys", Kind::Integer),
        Arg::key("key", 0).multiple(),
        Arg::new("limit", Kind::Integer).token("LIMIT").optional(),
    ]),
    Spec::new(
        "sinterstore",
        -3,
        Group::Set,
        "1.0.0",
        Handler::Keyspace(sets::sinterstore),
    )
    .flags(F::WRITE.union(F::DENYOOM))
    .acl(A::SET)
    .keys_at(&[
        KeySpec::one(1, K::RW.union(K::UPDATE)),
        KeySpec::range(2, -1, 1, K::RO.union(K::ACCESS)),
    ])
    .doc(
        "Stores the members that are in all sets.",
        "O(N*M) where N is the size of the smallest set and M the number of sets",
    )
    .arguments(&[Arg::key("destination", 0), Arg::key("key", 1).multiple()]),
    Spec::new(
        "sismember",
        3,
        Group::Set,
        "1.0.0",
        Handler::Keyspace(sets::sismember),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::SET)
    .keys_at(&[KeySpec::one(1, K::RO)])
    .doc("Tells whether a set has a member.", "O(1)")
    .arguments(&[Arg::key("key", 0), Arg::new("member", Kind::String)]),
    Spec::new(
        "smembers",
        2,
        Group::Set,
        "1.0.0",
        Handler::Keyspace(sets::smembers),
    )
    .flags(F::READONLY)
    .acl(A::SET)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns all members of a set.",
        "O(N) where N is the size of the set",
    )
    .tips(&["nondeterministic_output_order"])
    .arguments(&[Arg::key("key", 0)]),
    Spec::new(
        "smismember",
        -3,
        Group::Set,
        "6.2.0",
        Handler::Keyspace(sets::smismember),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::SET)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Tells of several members whether a set has them.",
        "O(N) where N is the number of members asked for",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("member", Kind::String).multiple(),
    ]),
    Spec::new(
        "smove",
        4,
        Group::Set,
        "1.0.0",
        Handler::Keyspace(sets::smove),
    )
    .flags(F::WRITE.union(F::FAST))
    .acl(A::SET)
    .keys_at(&[
        KeySpec::one(1, K::RW.union(K::ACCESS).union(K::DELETE)),
        KeySpec::one(2, K::RW.union(K::INSERT)),
    ])
    .doc("Moves a member from one set to another.", "O(1)")
    .arguments(&[
        Arg::key("source", 0),
        Arg::key("destination", 1),
        Arg::new("member", Kind::String),
    ]),
    Spec::new(
        "spop",
        -2,
        Group::Set,
        "1.0.0",
        Handler::Keyspace(sets::spop),
    )
    .flags(F::WRITE.union(F::FAST))
    .acl(A::SET)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::ACCESS).union(K::DELETE))])
    .doc(
        "Removes random members from a set and returns them.",
        "O(N) where N is the number of members returned",
    )
    .tips(&["nondeterministic_output"])
    .history(&[("3.2.0", "Takes a count.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("count", Kind::Integer).since("3.2.0").optional(),
    ]),
    Spec::new(
        "srandmember",
        -2,
        Group::Set,
        "1.0.0",
        Handler::Keyspace(sets::srandmember),
    )
    .flags(F::READONLY)
    .acl(A::SET)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns random members of a set.",
        "O(N) where N is the number of members returned",
    )
    .tips(&["nondeterministic_output"])
    .history(&[("2.6.0", "Takes a count.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("count", Kind::Integer).since("2.6.0").optional(),
    ]),
    Spec::new(
        "srem",
        -3,
        Group::Set,
        "1.0.0",
        Handler::Keyspace(sets::srem),
    )
    .flags(F::WRITE.union(F::FAST))
    .acl(A::SET)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::DELETE))])
    .doc(
        "Removes members from a set, and the set with its last member.",
        "O(N) where N is the number of members",
    )
    .history(&[("2.4.0", "Takes several members.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("member", Kind::String).multiple(),
    ]),
    Spec::new(
        "sscan",
        -3,
        Group::Set,
        "2.8.0",
        Handler::Keyspace(sets::sscan),
    )
    .flags(F::READONLY)
    .acl(A::SET)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Iterates over the members of a set in steps.",
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
        "sunion",
        -2,
        Group::Set,
        "1.0.0",
        Handler::Keyspace(sets::sunion),
    )
    .flags(F::READONLY)
    .acl(A::SET)
    .keys_at(&[KeySpec::range(1, -1, 1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the members of all sets.",
        "O(N) where N is the number of members of all sets",
    )
    .tips(&["nondeterministic_output_order"])
    .arguments(&[Arg::key("key", 0).multiple()]),
    Spec::new(
        "sunionstore",
        -3,
        Group::Set,
        "1.0.0",
        Handler::Keyspace(sets::sunionstore),
    )
    .flags(F::WRITE.union(F::DENYOOM))
    .acl(A::SET)
    .keys_at(&[
        KeySpec::one(1, K::OW.union(K::UPDATE)),
        KeySpec::range(2, -1, 1, K::RO.union(K::ACCESS)),
    ])
    .doc(
        "Stores the members of all sets.",
        "O(N) where N is the number of members of all sets",
    )
    .arguments(&[Arg::key("destination", 0), Arg::key("key", 1).multiple()]),
];
