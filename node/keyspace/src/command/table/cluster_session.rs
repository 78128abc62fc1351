//! Commands that tell a connection how to behave in a cluster.

use crate::command::docs::Group;
use crate::command::flags::{AclCategories as A, CommandFlags as F};
use crate::command::handler::{Handler, NodeCommand as Node};
use crate::command::spec::CommandSpec as Spec;

pub(crate) static COMMANDS: &[Spec] = &[
    Spec::new(
        "asking",
        1,
        Group::Cluster,
        "3.0.0",
        Handler::Node(Node::Asking),
    )
    .flags(F::FAST)
    .acl(A::CONNECTION)
    .doc(
        "Lets the next command into a slot that is being imported.",
        "O(1)",
    ),
    Spec::new(
        "readonly",
        1,
        Group::Cluster,
        "3.0.0",
        Handler::Node(Node::Readonly),
    )
    .flags(F::LOADING.union(F::STALE).union(F::FAST))
    .acl(A::CONNECTION)
    .doc("Lets the connection read from a replica.", "O(1)"),
    Spec::new(
        "readwrite",
        1,
        Group::Cluster,
        "3.0.0",
        Handler::Node(Node::Readwrite),
    )
    .flags(F::LOADING.union(F::STALE).union(F::FAST))
    .acl(A::CONNECTION)
    .doc("Stops the connection from reading from a replica.", "O(1)"),
];
