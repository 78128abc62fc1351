//! Commands on HyperLogLogs.

use crate::command::docs::{ArgKind as Kind, ArgSpec as Arg, Group};
use crate::command::flags::{AclCategories as A, CommandFlags as F, KeyFlags as K};
use crate::command::handler::Handler;
use crate::command::key_spec::KeySpec;
use crate::command::spec::CommandSpec as Spec;
use crate::commands::hyperloglog;

pub(crate) static COMMANDS: &[Spec] = &[
    Spec::new(
        "pfadd",
        -2,
        Group::HyperLogLog,
        "2.8.9",
        Handler::Keyspace(hyperloglog::pfadd),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::FAST))
    .acl(A::HYPERLOGLOG)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::INSERT))])
    .doc(
        "Adds elements to a HyperLogLog, creating the key if needed.",
        "O(1) to add every element.",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("element", Kind::String).optional().multiple(),
    ]),
    Spec::new(
        "pfcount",
        -2,
        Group::HyperLogLog,
        "2.8.9",
        Handler::Keyspace(hyperloglog::pfcount),
    )
    .flags(F::READONLY.union(F::MAY_REPLICATE))
    .acl(A::HYPERLOGLOG)
    .keys_at(&[
        KeySpec::range(1, -1, 1, K::RW.union(K::ACCESS)).noting(
            "RW because it may change the internal representation of the key, and propagate to replicas",
        ),
    ])
    .doc(
        "Estimates how many different elements one or several HyperLogLogs saw.",
        "O(1) for a single key, whose estimate is kept; O(N) with a large constant for N keys.",
    )
    .arguments(&[Arg::key("key", 0).multiple()]),
    Spec::new(
        "pfdebug",
        3,
        Group::HyperLogLog,
        "2.8.9",
        Handler::Keyspace(hyperloglog::pfdebug),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::ADMIN))
    .acl(A::HYPERLOGLOG)
    .keys_at(&[KeySpec::one(2, K::RW.union(K::ACCESS))])
    .doc("Shows what a HyperLogLog looks like inside.", "N/A")
    .internal()
    .arguments(&[Arg::new("subcommand", Kind::String), Arg::key("key", 0)]),
    Spec::new(
        "pfmerge",
        -2,
        Group::HyperLogLog,
        "2.8.9",
        Handler::Keyspace(hyperloglog::pfmerge),
    )
    .flags(F::WRITE.union(F::DENYOOM))
    .acl(A::HYPERLOGLOG)
    .keys_at(&[
        KeySpec::one(1, K::RW.union(K::ACCESS).union(K::INSERT)),
        KeySpec::range(2, -1, 1, K::RO.union(K::ACCESS)),
    ])
    .doc(
        "Merges HyperLogLogs into one.",
        "O(N) to merge N HyperLogLogs, but with high constant times.",
    )
    .arguments(&[
        Arg::key("destkey", 0),
        Arg::key("sourcekey", 1).optional().multiple(),
    ]),
    Spec::new(
        "pfselftest",
        1,
        Group::HyperLogLog,
        "2.8.9",
        Handler::Keyspace(hyperloglog::pfselftest),
    )
    .flags(F::ADMIN)
    .acl(A::HYPERLOGLOG)
    .doc("Tests the HyperLogLog implementation.", "N/A")
    .internal(),
];
