//! Commands that carry keys between servers.

use crate::command::docs::{ArgKind as Kind, ArgSpec as Arg, Group};
use crate::command::flags::{AclCategories as A, CommandFlags as F, KeyFlags as K};
use crate::command::handler::Handler;
use crate::command::key_spec::KeySpec;
use crate::command::spec::CommandSpec as Spec;
use crate::commands::generic;

pub(crate) static COMMANDS: &[Spec] = &[
    Spec::new(
        "dump",
        2,
        Group::Generic,
        "2.6.0",
        Handler::Keyspace(generic::dump),
    )
    .flags(F::READONLY)
    .acl(A::KEYSPACE)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the value of a key in serialized form.",
        "O(N) where N is the size of the value",
    )
    .tips(&["nondeterministic_output"])
    .arguments(&[Arg::key("key", 0)]),
    Spec::new(
        "restore",
        -4,
        Group::Generic,
        "2.6.0",
        Handler::Keyspace(generic::restore),
    )
    .flags(F::WRITE.union(F::DENYOOM))
    .acl(A::KEYSPACE.union(A::DANGEROUS))
    .keys_at(&[KeySpec::one(1, K::OW.union(K::UPDATE))])
    .doc(
        "Creates a key from its serialized form.",
        "O(N) where N is the size of the value",
    )
    .history(&[
        ("3.0.0", "Takes `REPLACE`."),
        ("5.0.0", "Takes `ABSTTL`."),
        ("5.0.0", "Takes `IDLETIME` and `FREQ`."),
    ])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("ttl", Kind::Integer),
        Arg::new("serialized-value", Kind::String),
        Arg::word("replace", "REPLACE").optional().since("3.0.0"),
        Arg::word("absttl", "ABSTTL").optional().since("5.0.0"),
        Arg::new("seconds", Kind::Integer)
            .token("IDLETIME")
            .optional()
            .since("5.0.0"),
        Arg::new("frequency", Kind::Integer)
            .token("FREQ")
            .optional()
            .since("5.0.0"),
    ]),
    Spec::new(
        "restore-asking",
        -4,
        Group::Server,
        "3.0.0",
        Handler::Keyspace(generic::restore),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::ASKING))
    .acl(A::KEYSPACE.union(A::DANGEROUS))
    .keys_at(&[KeySpec::one(1, K::OW.union(K::UPDATE))])
    .doc(
        "Creates a key from its serialized form in a slot that is being imported.",
        "O(N) where N is the size of the value",
    )
    .history(&[
        ("3.0.0", "Takes `REPLACE`."),
        ("5.0.0", "Takes `ABSTTL`."),
        ("5.0.0", "Takes `IDLETIME` and `FREQ`."),
    ])
    .internal()
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("ttl", Kind::Integer),
        Arg::new("serialized-value", Kind::String),
        Arg::word("replace", "REPLACE").optional().since("3.0.0"),
        Arg::word("absttl", "ABSTTL").optional().since("5.0.0"),
        Arg::new("seconds", Kind::Integer)
            .token("IDLETIME")
            .optional()
            .since("5.0.0"),
        Arg::new("frequency", Kind::Integer)
            .token("FREQ")
            .optional()
            .since("5.0.0"),
    ]),
];
