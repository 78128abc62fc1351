//! Commands on keys, whatever they hold.

use crate::command::docs::{ArgKind as Kind, ArgSpec as Arg, Group};
use crate::command::flags::{AclCategories as A, CommandFlags as F, KeyFlags as K};
use crate::command::handler::Handler;
use crate::command::key_spec::KeySpec;
use crate::command::spec::CommandSpec as Spec;
use crate::commands::generic;

pub(crate) static COMMANDS: &[Spec] = &[
    Spec::new(
        "copy",
        -3,
        Group::Generic,
        "6.2.0",
        Handler::Keyspace(generic::copy),
    )
    .flags(F::WRITE.union(F::DENYOOM))
    .acl(A::KEYSPACE)
    .keys_at(&[
        KeySpec::one(1, K::RO.union(K::ACCESS)),
        KeySpec::one(2, K::OW.union(K::UPDATE)),
    ])
    .doc(
        "Copies the value of a key to another key.",
        "O(N) where N is the number of elements",
    )
    .arguments(&[
        Arg::key("source", 0),
        Arg::key("destination", 1),
        Arg::new("destination-db", Kind::Integer)
            .token("DB")
            .optional(),
        Arg::word("replace", "REPLACE").optional(),
    ]),
    Spec::new(
        "del",
        -2,
        Group::Generic,
        "1.0.0",
        Handler::Keyspace(generic::del),
    )
    .flags(F::WRITE)
    .acl(A::KEYSPACE)
    .keys_at(&[KeySpec::range(1, -1, 1, K::RM.union(K::DELETE))])
    .doc(
        "Deletes keys.",
        "O(N) where N is the number of keys and of the elements in them",
    )
    .tips(&["request_policy:multi_shard", "response_policy:agg_sum"])
    .arguments(&[Arg::key("key", 0).multiple()]),
    Spec::new(
        "exists",
        -2,
        Group::Generic,
        "1.0.0",
        Handler::Keyspace(generic::exists),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::KEYSPACE)
    .keys_at(&[KeySpec::range(1, -1, 1, K::RO)])
    .doc(
        "Counts how many of the keys exist.",
        "O(N) where N is the number of keys",
    )
    .tips(&["request_policy:multi_shard", "response_policy:agg_sum"])
    .history(&[("3.0.3", "Takes several keys.")])
    .arguments(&[Arg::key("key", 0).multiple()]),
    Spec::new(
        "move",
        3,
        Group::Generic,
        "1.0.0",
        Handler::Keyspace(generic::r#move),
    )
    .flags(F::WRITE.union(F::FAST))
    .acl(A::KEYSPACE)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::ACCESS).union(K::UPDATE))])
    .doc("Moves a key to another database.", "O(1)")
    .arguments(&[Arg::key("key", 0), Arg::new("db", Kind::Integer)]),
    Spec::container(
        "object",
        Group::Generic,
        "2.2.3",
        &[
            Spec::new(
                "object|encoding",
                3,
                Group::Generic,
                "2.2.3",
                Handler::Keyspace(generic::object_encoding),
            )
            .flags(F::READONLY)
            .acl(A::KEYSPACE)
            .keys_at(&[KeySpec::one(2, K::RO)])
            .doc("Returns how the value of a key is stored.", "O(1)")
            .tips(&["nondeterministic_output"])
            .arguments(&[Arg::key("key", 0)]),
            Spec::new(
                "object|freq",
                3,
                Group::Generic,
                "4.0.0",
                Handler::Keyspace(generic::object_freq),
            )
            .flags(F::READONLY)
            .acl(A::KEYSPACE)
            .keys_at(&[KeySpec::one(2, K::RO)])
            .doc(
                "Returns how frequently a key is used, on a logarithmic scale.",
                "O(1)",
            )
            .tips(&["nondeterministic_output"])
            .arguments(&[Arg::key("key", 0)]),
            Spec::new(
                "object|help",
                2,
                Group::Generic,
                "6.2.0",
                Handler::Keyspace(generic::object_help),
            )
            .flags(F::LOADING.union(F::STALE))
            .acl(A::KEYSPACE)
            .doc("Lists the subcommands.", "O(1)"),
            Spec::new(
                "object|idletime",
                3,
                Group::Generic,
                "2.2.3",
                Handler::Keyspace(generic::object_idletime),
            )
            .flags(F::READONLY)
            .acl(A::KEYSPACE)
            .keys_at(&[KeySpec::one(2, K::RO)])
            .doc(
                "Returns for how many seconds a key has not been used.",
                "O(1)",
            )
            .tips(&["nondeterministic_output"])
            .arguments(&[Arg::key("key", 0)]),
            Spec::new(
                "object|refcount",
                3,
                Group::Generic,
                "2.2.3",
                Handler::Keyspace(generic::object_refcount),
            )
            .flags(F::READONLY)
            .acl(A::KEYSPACE)
            .keys_at(&[KeySpec::one(2, K::RO)])
            .doc(
                "Returns how often the value of a key is referred to.",
                "O(1)",
            )
            .tips(&["nondeterministic_output"])
            .arguments(&[Arg::key("key", 0)]),
        ],
    )
    .doc("Looks inside values.", "That of the subcommand"),
    Spec::new(
        "rename",
        3,
        Group::Generic,
        "1.0.0",
        Handler::Keyspace(generic::rename),
    )
    .flags(F::WRITE)
    .acl(A::KEYSPACE)
    .keys_at(&[
        KeySpec::one(1, K::RW.union(K::ACCESS).union(K::DELETE)),
        KeySpec::one(2, K::OW.union(K::UPDATE)),
    ])
    .doc("Renames a key, replacing what has the new name.", "O(1)")
    .arguments(&[Arg::key("key", 0), Arg::key("newkey", 1)]),
    Spec::new(
        "renamenx",
        3,
        Group::Generic,
        "1.0.0",
        Handler::Keyspace(generic::renamenx),
    )
    .flags(F::WRITE.union(F::FAST))
    .acl(A::KEYSPACE)
    .keys_at(&[
        KeySpec::one(1, K::RW.union(K::ACCESS).union(K::DELETE)),
        KeySpec::one(2, K::OW.union(K::INSERT)),
    ])
    .doc("Renames a key if nothing has the new name.", "O(1)")
    .history(&[("3.2.0", "Equal names are no error any more.")])
    .arguments(&[Arg::key("key", 0), Arg::key("newkey", 1)]),
    Spec::new(
        "touch",
        -2,
        Group::Generic,
        "3.2.1",
        Handler::Keyspace(generic::touch),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::KEYSPACE)
    .keys_at(&[KeySpec::range(1, -1, 1, K::RO)])
    .doc(
        "Counts the keys that exist and marks them as used.",
        "O(N) where N is the number of keys",
    )
    .tips(&["request_policy:multi_shard", "response_policy:agg_sum"])
    .arguments(&[Arg::key("key", 0).multiple()]),
    Spec::new(
        "type",
        2,
        Group::Generic,
        "1.0.0",
        Handler::Keyspace(generic::r#type),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::KEYSPACE)
    .keys_at(&[KeySpec::one(1, K::RO)])
    .doc("Returns the type of the value of a key.", "O(1)")
    .arguments(&[Arg::key("key", 0)]),
    Spec::new(
        "unlink",
        -2,
        Group::Generic,
        "4.0.0",
        Handler::Keyspace(generic::unlink),
    )
    .flags(F::WRITE.union(F::FAST))
    .acl(A::KEYSPACE)
    .keys_at(&[KeySpec::range(1, -1, 1, K::RM.union(K::DELETE))])
    .doc(
        "Deletes keys and frees their memory in the background.",
        "O(N) where N is the number of keys; elements are freed in the background",
    )
    .tips(&["request_policy:multi_shard", "response_policy:agg_sum"])
    .arguments(&[Arg::key("key", 0).multiple()]),
];
