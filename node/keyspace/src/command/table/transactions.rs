//! Transactions.

use crate::command::docs::{ArgSpec as Arg, Group};
use crate::command::flags::{AclCategories as A, CommandFlags as F, KeyFlags as K};
use crate::command::handler::{Handler, NodeCommand as Node};
use crate::command::key_spec::KeySpec;
use crate::command::spec::CommandSpec as Spec;

/// What all of them but EXEC have.
const FLAGS: F = F::NOSCRIPT
    .union(F::LOADING)
    .union(F::STALE)
    .union(F::FAST)
    .union(F::ALLOW_BUSY);

pub(crate) static COMMANDS: &[Spec] = &[
    Spec::new(
        "discard",
        1,
        Group::Transactions,
        "2.0.0",
        Handler::Node(Node::Discard),
    )
    .flags(FLAGS)
    .acl(A::TRANSACTION)
    .doc(
        "Forgets a transaction.",
        "O(N), when N is the number of queued commands",
    ),
    Spec::new(
        "exec",
        1,
        Group::Transactions,
        "1.2.0",
        Handler::Node(Node::Exec),
    )
    .flags(
        F::NOSCRIPT
            .union(F::LOADING)
            .union(F::STALE)
            .union(F::SKIP_SLOWLOG),
    )
    .acl(A::TRANSACTION)
    .doc(
        "Executes a transaction.",
        "Depends on commands in the transaction",
    ),
    Spec::new(
        "multi",
        1,
        Group::Transactions,
        "1.2.0",
        Handler::Node(Node::Multi),
    )
    .flags(FLAGS)
    .acl(A::TRANSACTION)
    .doc("Begins a transaction.", "O(1)"),
    Spec::new(
        "unwatch",
        1,
        Group::Transactions,
        "2.2.0",
        Handler::Node(Node::Unwatch),
    )
    .flags(FLAGS)
    .acl(A::TRANSACTION)
    .doc("Forgets which keys are watched.", "O(1)"),
    Spec::new(
        "watch",
        -2,
        Group::Transactions,
        "2.2.0",
        Handler::Node(Node::Watch),
    )
    .flags(FLAGS)
    .acl(A::TRANSACTION)
    .keys_at(&[KeySpec::range(1, -1, 1, K::RO)])
    .doc(
        "Lets the next transaction fail if one of the keys is touched before it.",
        "O(1) for every key.",
    )
    .arguments(&[Arg::key("key", 0).multiple()]),
];
