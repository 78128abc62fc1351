//! Commands on lists that may wait.

use super::lists::{MOVED, POPPED, side};
use crate::command::docs::{ArgKind as Kind, ArgSpec as Arg, Group};
use crate::command::flags::{AclCategories as A, CommandFlags as F};
use crate::command::handler::Handler;
use crate::command::key_spec::KeySpec;
use crate::command::spec::CommandSpec as Spec;
use crate::commands::lists;

pub(crate) static COMMANDS: &[Spec] = &[
    Spec::new(
        "blmove",
        6,
        Group::List,
        "6.2.0",
        Handler::Keyspace(lists::blmove),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::BLOCKING))
    .acl(A::LIST)
    .keys_at(MOVED)
    .doc(
        "Does as `LMOVE`, and waits while there is nothing to move.",
        "O(1)",
    )
    .arguments(&[
        Arg::key("source", 0),
        Arg::key("destination", 1),
        side("wherefrom"),
        side("whereto"),
        Arg::new("timeout", Kind::Double),
    ]),
    Spec::new(
        "blmpop",
        -5,
        Group::List,
        "7.0.0",
        Handler::Keyspace(lists::blmpop),
    )
    .flags(F::WRITE.union(F::BLOCKING).union(F::MOVABLEKEYS))
    .acl(A::LIST)
    .keys_at(&[KeySpec::counted(2, POPPED)])
    .doc(
        "Does as `LMPOP`, and waits while there is nothing to return.",
        "O(N+M) where N is the number of keys and M that of elements",
    )
    .arguments(&[
        Arg::new("timeout", Kind::Double),
        Arg::new("numkeys", Kind::Integer),
        Arg::key("key", 0).multiple(),
        side("where"),
        Arg::new("count", Kind::Integer).token("COUNT").optional(),
    ]),
    Spec::new(
        "blpop",
        -3,
        Group::List,
        "2.0.0",
        Handler::Keyspace(lists::blpop),
    )
    .flags(F::WRITE.union(F::BLOCKING))
    .acl(A::LIST)
    .keys_at(&[KeySpec::range(1, -2, 1, POPPED)])
    .doc(
        "Removes and returns the first element of a list, or waits for one.",
        "O(N) where N is the number of keys",
    )
    .history(&[("6.0.0", "`timeout` may have a fraction.")])
    .arguments(&[
        Arg::key("key", 0).multiple(),
        Arg::new("timeout", Kind::Double),
    ]),
    Spec::new(
        "brpop",
        -3,
        Group::List,
        "2.0.0",
        Handler::Keyspace(lists::brpop),
    )
    .flags(F::WRITE.union(F::BLOCKING))
    .acl(A::LIST)
    .keys_at(&[KeySpec::range(1, -2, 1, POPPED)])
    .doc(
        "Removes and returns the last element of a list, or waits for one.",
        "O(N) where N is the number of keys",
    )
    .history(&[("6.0.0", "`timeout` may have a fraction.")])
    .arguments(&[
        Arg::key("key", 0).multiple(),
        Arg::new("timeout", Kind::Double),
    ]),
    Spec::new(
        "brpoplpush",
        4,
        Group::List,
        "2.2.0",
        Handler::Keyspace(lists::brpoplpush),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::BLOCKING))
    .acl(A::LIST)
    .keys_at(MOVED)
    .doc(
        "Does as `RPOPLPUSH`, and waits while there is nothing to move.",
        "O(1)",
    )
    .history(&[("6.0.0", "`timeout` may have a fraction.")])
    .deprecated("6.2.0", "`BLMOVE` with the `RIGHT` and `LEFT` arguments")
    .arguments(&[
        Arg::key("source", 0),
        Arg::key("destination", 1),
        Arg::new("timeout", Kind::Double),
    ]),
];
