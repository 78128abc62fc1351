//! Commands on parts of strings, and on strings as numbers.

use crate::command::docs::{ArgKind as Kind, ArgSpec as Arg, Group};
use crate::command::flags::{AclCategories as A, CommandFlags as F, KeyFlags as K};
use crate::command::handler::Handler;
use crate::command::key_spec::KeySpec;
use crate::command::spec::CommandSpec as Spec;
use crate::commands::strings;

pub(crate) static COMMANDS: &[Spec] = &[
    Spec::new(
        "append",
        3,
        Group::String,
        "2.0.0",
        Handler::Keyspace(strings::append),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::FAST))
    .acl(A::STRING)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::INSERT))])
    .doc(
        "Appends to the string of a key, creating it if needed.",
        "O(M) where M is the length of what is appended",
    )
    .arguments(&[Arg::key("key", 0), Arg::new("value", Kind::String)]),
    Spec::new(
        "decr",
        2,
        Group::String,
        "1.0.0",
        Handler::Keyspace(strings::decr),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::FAST))
    .acl(A::STRING)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::ACCESS).union(K::UPDATE))])
    .doc("Subtracts one from an integer.", "O(1)")
    .arguments(&[Arg::key("key", 0)]),
    Spec::new(
        "decrby",
        3,
        Group::String,
        "1.0.0",
        Handler::Keyspace(strings::decrby),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::FAST))
    .acl(A::STRING)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::ACCESS).union(K::UPDATE))])
    .doc("Subtracts a number from an integer.", "O(1)")
    .arguments(&[Arg::key("key", 0), Arg::new("decrement", Kind::Integer)]),
    Spec::new(
        "getrange",
        4,
        Group::String,
        "2.4.0",
        Handler::Keyspace(strings::getrange),
    )
    .flags(F::READONLY)
    .acl(A::STRING)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns a part of the string of a key.",
        "O(N) where N is the length of the result",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("start", Kind::Integer),
        Arg::new("end", Kind::Integer),
    ]),
    Spec::new(
        "incr",
        2,
        Group::String,
        "1.0.0",
        Handler::Keyspace(strings::incr),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::FAST))
    .acl(A::STRING)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::ACCESS).union(K::UPDATE))])
    .doc("Adds one to an integer.", "O(1)")
    .arguments(&[Arg::key("key", 0)]),
    Spec::new(
        "incrby",
        3,
        Group::String,
        "1.0.0",
        Handler::Keyspace(strings::incrby),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::FAST))
    .acl(A::STRING)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::ACCESS).union(K::UPDATE))])
    .doc("Adds a number to an integer.", "O(1)")
    .arguments(&[Arg::key("key", 0), Arg::new("increment", Kind::Integer)]),
    Spec::new(
        "incrbyfloat",
        3,
        Group::String,
        "2.6.0",
        Handler::Keyspace(strings::incrbyfloat),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::FAST))
    .acl(A::STRING)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::ACCESS).union(K::UPDATE))])
    .doc("Adds a number to a floating-point number.", "O(1)")
    .arguments(&[Arg::key("key", 0), Arg::new("increment", Kind::Double)]),
    Spec::new(
        "lcs",
        -3,
        Group::String,
        "7.0.0",
        Handler::Keyspace(strings::lcs),
    )
    .flags(F::READONLY)
    .acl(A::STRING)
    .keys_at(&[KeySpec::range(1, 1, 1, K::RO.union(K::ACCESS))])
    .doc(
        "Finds the longest common subsequence of two strings.",
        "O(N*M) where N and M are the lengths of the strings",
    )
    .arguments(&[
        Arg::key("key1", 0),
        Arg::key("key2", 0),
        Arg::word("len", "LEN").optional(),
        Arg::word("idx", "IDX").optional(),
        Arg::new("min-match-len", Kind::Integer)
            .token("MINMATCHLEN")
            .optional(),
        Arg::word("withmatchlen", "WITHMATCHLEN").optional(),
    ]),
    Spec::new(
        "setrange",
        4,
        Group::String,
        "2.2.0",
        Handler::Keyspace(strings::setrange),
    )
    .flags(F::WRITE.union(F::DENYOOM))
    .acl(A::STRING)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::UPDATE))])
    .doc(
        "Overwrites a part of the string of a key.",
        "O(M) where M is the length of the value",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("offset", Kind::Integer),
        Arg::new("value", Kind::String),
    ]),
    Spec::new(
        "strlen",
        2,
        Group::String,
        "2.2.0",
        Handler::Keyspace(strings::strlen),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::STRING)
    .keys_at(&[KeySpec::one(1, K::RO)])
    .doc("Returns the length of the string of a key.", "O(1)")
    .arguments(&[Arg::key("key", 0)]),
    Spec::new(
        "substr",
        4,
        Group::String,
        "1.0.0",
        Handler::Keyspace(strings::substr),
    )
    .flags(F::READONLY)
    .acl(A::STRING)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns a part of the string of a key.",
        "O(N) where N is the length of the result",
    )
    .deprecated("2.0.0", "`GETRANGE`")
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("start", Kind::Integer),
        Arg::new("end", Kind::Integer),
    ]),
];
