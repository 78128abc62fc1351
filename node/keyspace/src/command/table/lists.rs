//! Commands on lists that answer at once.

use crate::command::docs::{ArgKind as Kind, ArgSpec as Arg, Group};
use crate::command::flags::{AclCategories as A, CommandFlags as F, KeyFlags as K};
use crate::command::handler::Handler;
use crate::command::key_spec::KeySpec;
use crate::command::spec::CommandSpec as Spec;
use crate::commands::lists;

const FAST_PUSH: F = F::WRITE.union(F::DENYOOM).union(F::FAST);
pub(super) const POPPED: K = K::RW.union(K::ACCESS).union(K::DELETE);

/// LEFT or RIGHT.
pub(super) const fn side(name: &'static str) -> Arg {
    Arg::one_of(name, SIDES)
}

const SIDES: &[Arg] = &[Arg::word("left", "LEFT"), Arg::word("right", "RIGHT")];

/// From one key to another one.
pub(super) const MOVED: &[KeySpec] = &[
    KeySpec::one(1, POPPED),
    KeySpec::one(2, K::RW.union(K::INSERT)),
];

pub(crate) static COMMANDS: &[Spec] = &[
    Spec::new(
        "lindex",
        3,
        Group::List,
        "1.0.0",
        Handler::Keyspace(lists::lindex),
    )
    .flags(F::READONLY)
    .acl(A::LIST)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the element with an index.",
        "O(N) where N is the distance to the nearer end",
    )
    .arguments(&[Arg::key("key", 0), Arg::new("index", Kind::Integer)]),
    Spec::new(
        "linsert",
        5,
        Group::List,
        "2.2.0",
        Handler::Keyspace(lists::linsert),
    )
    .flags(F::WRITE.union(F::DENYOOM))
    .acl(A::LIST)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::INSERT))])
    .doc(
        "Inserts an element before or after another one.",
        "O(N) where N is the number of elements before it",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::one_of(
            "where",
            &[Arg::word("before", "BEFORE"), Arg::word("after", "AFTER")],
        ),
        Arg::new("pivot", Kind::String),
        Arg::new("element", Kind::String),
    ]),
    Spec::new(
        "llen",
        2,
        Group::List,
        "1.0.0",
        Handler::Keyspace(lists::llen),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::LIST)
    .keys_at(&[KeySpec::one(1, K::RO)])
    .doc("Returns how many elements a list has.", "O(1)")
    .arguments(&[Arg::key("key", 0)]),
    Spec::new(
        "lmove",
        5,
        Group::List,
        "6.2.0",
        Handler::Keyspace(lists::lmove),
    )
    .flags(F::WRITE.union(F::DENYOOM))
    .acl(A::LIST)
    .keys_at(MOVED)
    .doc(
        "Moves an element from one list to another, and returns it.",
        "O(1)",
    )
    .arguments(&[
        Arg::key("source", 0),
        Arg::key("destination", 1),
        side("wherefrom"),
        side("whereto"),
    ]),
    Spec::new(
        "lmpop",
        -4,
        Group::List,
        "7.0.0",
        Handler::Keyspace(lists::lmpop),
    )
    .flags(F::WRITE.union(F::MOVABLEKEYS))
    .acl(A::LIST)
    .keys_at(&[KeySpec::counted(1, POPPED)])
    .doc(
        "Removes and returns elements of the first list that exists.",
        "O(N+M) where N is the number of keys and M that of elements",
    )
    .arguments(&[
        Arg::new("numkeys", Kind::Integer),
        Arg::key("key", 0).multiple(),
        side("where"),
        Arg::new("count", Kind::Integer).token("COUNT").optional(),
    ]),
    Spec::new(
        "lpop",
        -2,
        Group::List,
        "1.0.0",
        Handler::Keyspace(lists::lpop),
    )
    .flags(F::WRITE.union(F::FAST))
    .acl(A::LIST)
    .keys_at(&[KeySpec::one(1, POPPED)])
    .doc(
        "Removes and returns the first elements of a list.",
        "O(N) where N is the number of elements returned",
    )
    .history(&[("6.2.0", "Takes a `count`.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("count", Kind::Integer).since("6.2.0").optional(),
    ]),
    Spec::new(
        "lpos",
        -3,
        Group::List,
        "6.0.6",
        Handler::Keyspace(lists::lpos),
    )
    .flags(F::READONLY)
    .acl(A::LIST)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the indices of elements that are equal to a text.",
        "O(N) where N is the number of elements looked at",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("element", Kind::String),
        Arg::new("rank", Kind::Integer).token("RANK").optional(),
        Arg::new("num-matches", Kind::Integer)
            .token("COUNT")
            .optional(),
        Arg::new("len", Kind::Integer).token("MAXLEN").optional(),
    ]),
    Spec::new(
        "lpush",
        -3,
        Group::List,
        "1.0.0",
        Handler::Keyspace(lists::lpush),
    )
    .flags(FAST_PUSH)
    .acl(A::LIST)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::INSERT))])
    .doc(
        "Prepends elements to a list, creating it if needed.",
        "O(N) where N is the number of elements added",
    )
    .history(&[("2.4.0", "Takes several elements.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("element", Kind::String).multiple(),
    ]),
    Spec::new(
        "lpushx",
        -3,
        Group::List,
        "2.2.0",
        Handler::Keyspace(lists::lpushx),
    )
    .flags(FAST_PUSH)
    .acl(A::LIST)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::INSERT))])
    .doc(
        "Prepends elements to a list that exists.",
        "O(N) where N is the number of elements added",
    )
    .history(&[("4.0.0", "Takes several elements.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("element", Kind::String).multiple(),
    ]),
    Spec::new(
        "lrange",
        4,
        Group::List,
        "1.0.0",
        Handler::Keyspace(lists::lrange),
    )
    .flags(F::READONLY)
    .acl(A::LIST)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the elements between two indices.",
        "O(S+N) where S is the distance to the nearer end and N the count",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("start", Kind::Integer),
        Arg::new("stop", Kind::Integer),
    ]),
    Spec::new(
        "lrem",
        4,
        Group::List,
        "1.0.0",
        Handler::Keyspace(lists::lrem),
    )
    .flags(F::WRITE)
    .acl(A::LIST)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::DELETE))])
    .doc(
        "Removes elements that are equal to a text.",
        "O(N+M) where N is the length and M the number of removed ones",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("count", Kind::Integer),
        Arg::new("element", Kind::String),
    ]),
    Spec::new(
        "lset",
        4,
        Group::List,
        "1.0.0",
        Handler::Keyspace(lists::lset),
    )
    .flags(F::WRITE.union(F::DENYOOM))
    .acl(A::LIST)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::UPDATE))])
    .doc(
        "Replaces the element with an index.",
        "O(N) where N is the distance to the nearer end",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("index", Kind::Integer),
        Arg::new("element", Kind::String),
    ]),
    Spec::new(
        "ltrim",
        4,
        Group::List,
        "1.0.0",
        Handler::Keyspace(lists::ltrim),
    )
    .flags(F::WRITE)
    .acl(A::LIST)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::DELETE))])
    .doc(
        "Removes all elements that are not between two indices.",
        "O(N) where N is the number of elements removed",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("start", Kind::Integer),
        Arg::new("stop", Kind::Integer),
    ]),
    Spec::new(
        "rpop",
        -2,
        Group::List,
        "1.0.0",
        Handler::Keyspace(lists::rpop),
    )
    .flags(F::WRITE.union(F::FAST))
    .acl(A::LIST)
    .keys_at(&[KeySpec::one(1, POPPED)])
    .doc(
        "Removes and returns the last elements of a list.",
        "O(N) where N is the number of elements returned",
    )
    .history(&[("6.2.0", "Takes a `count`.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("count", Kind::Integer).since("6.2.0").optional(),
    ]),
    Spec::new(
        "rpoplpush",
        3,
        Group::List,
        "1.2.0",
        Handler::Keyspace(lists::rpoplpush),
    )
    .flags(F::WRITE.union(F::DENYOOM))
    .acl(A::LIST)
    .keys_at(MOVED)
    .doc(
        "Moves the last element of a list to the front of another.",
        "O(1)",
    )
    .deprecated("6.2.0", "`LMOVE` with the `RIGHT` and `LEFT` arguments")
    .arguments(&[Arg::key("source", 0), Arg::key("destination", 1)]),
    Spec::new(
        "rpush",
        -3,
        Group::List,
        "1.0.0",
        Handler::Keyspace(lists::rpush),
    )
    .flags(FAST_PUSH)
    .acl(A::LIST)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::INSERT))])
    .doc(
        "Appends elements to a list, creating it if needed.",
        "O(N) where N is the number of elements added",
    )
    .history(&[("2.4.0", "Takes several elements.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("element", Kind::String).multiple(),
    ]),
    Spec::new(
        "rpushx",
        -3,
        Group::List,
        "2.2.0",
        Handler::Keyspace(lists::rpushx),
    )
    .flags(FAST_PUSH)
    .acl(A::LIST)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::INSERT))])
    .doc(
        "Appends elements to a list that exists.",
        "O(N) where N is the number of elements added",
    )
    .history(&[("4.0.0", "Takes several elements.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("element", Kind::String).multiple(),
    ]),
];
