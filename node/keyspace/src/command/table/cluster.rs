//! CLUSTER and its subcommands.

use crate::command::docs::{ArgKind as Kind, ArgSpec as Arg, Group};
use crate::command::flags::CommandFlags as F;
use crate::command::handler::{ClusterCommand, Handler, NodeCommand as Node};
use crate::command::spec::CommandSpec as Spec;

pub(crate) static COMMANDS: &[Spec] = &[Spec::container(
    "cluster",
    Group::Cluster,
    "3.0.0",
    &[
        Spec::new(
            "cluster|addslots",
            -3,
            Group::Cluster,
            "3.0.0",
            Handler::Node(Node::Cluster(ClusterCommand::Addslots)),
        )
        .flags(F::ADMIN.union(F::STALE).union(F::NO_ASYNC_LOADING))
        .doc(
            "Assigns slots to this node.",
            "O(N) where N is the number of slots",
        )
        .arguments(&[Arg::new("slot", Kind::Integer).multiple()]),
        Spec::new(
            "cluster|addslotsrange",
            -4,
            Group::Cluster,
            "7.0.0",
            Handler::Node(Node::Cluster(ClusterCommand::Addslotsrange)),
        )
        .flags(F::ADMIN.union(F::STALE).union(F::NO_ASYNC_LOADING))
        .doc(
            "Assigns ranges of slots to this node.",
            "O(N) where N is the number of slots",
        )
        .arguments(&[Arg::block(
            "start-slot_end-slot",
            &[
                Arg::new("start-slot", Kind::Integer),
                Arg::new("end-slot", Kind::Integer),
            ],
        )
        .multiple()]),
        Spec::new(
            "cluster|bumpepoch",
            2,
            Group::Cluster,
            "3.0.0",
            Handler::Node(Node::Cluster(ClusterCommand::Bumpepoch)),
        )
        .flags(F::ADMIN.union(F::STALE).union(F::NO_ASYNC_LOADING))
        .doc("Raises the configuration epoch of this node.", "O(1)")
        .tips(&["nondeterministic_output"]),
        Spec::new(
            "cluster|count-failure-reports",
            3,
            Group::Cluster,
            "3.0.0",
            Handler::Node(Node::Cluster(ClusterCommand::CountFailureReports)),
        )
        .flags(F::ADMIN.union(F::STALE))
        .doc(
            "Counts the nodes that hold a node for failed.",
            "O(N) where N is the number of reports",
        )
        .tips(&["nondeterministic_output"])
        .arguments(&[Arg::new("node-id", Kind::String)]),
        Spec::new(
            "cluster|countkeysinslot",
            3,
            Group::Cluster,
            "3.0.0",
            Handler::Node(Node::Cluster(ClusterCommand::Countkeysinslot)),
        )
        .flags(F::STALE)
        .doc("Counts the keys of a slot on this node.", "O(1)")
        .arguments(&[Arg::new("slot", Kind::Integer)]),
        Spec::new(
            "cluster|delslots",
            -3,
            Group::Cluster,
            "3.0.0",
            Handler::Node(Node::Cluster(ClusterCommand::Delslots)),
        )
        .flags(F::ADMIN.union(F::STALE).union(F::NO_ASYNC_LOADING))
        .doc(
            "Takes slots from their owner, as far as this node knows.",
            "O(N) where N is the number of slots",
        )
        .arguments(&[Arg::new("slot", Kind::Integer).multiple()]),
        Spec::new(
            "cluster|delslotsrange",
            -4,
            Group::Cluster,
            "7.0.0",
            Handler::Node(Node::Cluster(ClusterCommand::Delslotsrange)),
        )
        .flags(F::ADMIN.union(F::STALE).union(F::NO_ASYNC_LOADING))
        .doc(
            "Takes ranges of slots from their owner, as far as this node knows.",
            "O(N) where N is the number of slots",
        )
        .arguments(&[Arg::block(
            "start-slot_end-slot",
            &[
                Arg::new("start-slot", Kind::Integer),
                Arg::new("end-slot", Kind::Integer),
            ],
        )
        .multiple()]),
        Spec::new(
            "cluster|failover",
            -2,
            Group::Cluster,
            "3.0.0",
            Handler::Node(Node::Cluster(ClusterCommand::Failover)),
        )
        .flags(F::ADMIN.union(F::STALE).union(F::NO_ASYNC_LOADING))
        .doc("Lets this replica take over from its primary.", "O(1)")
        .arguments(&[Arg::one_of(
            "options",
            &[
                Arg::word("force", "FORCE"),
                Arg::word("takeover", "TAKEOVER"),
            ],
        )
        .optional()]),
        Spec::new(
            "cluster|flushslots",
            2,
            Group::Cluster,
            "3.0.0",
            Handler::Node(Node::Cluster(ClusterCommand::Flushslots)),
        )
        .flags(F::ADMIN.union(F::STALE).union(F::NO_ASYNC_LOADING))
        .doc("Takes all slots from this node.", "O(1)"),
        Spec::new(
            "cluster|forget",
            3,
            Group::Cluster,
            "3.0.0",
            Handler::Node(Node::Cluster(ClusterCommand::Forget)),
        )
        .flags(F::ADMIN.union(F::STALE).union(F::NO_ASYNC_LOADING))
        .doc("Removes a node from the nodes that this one knows.", "O(1)")
        .arguments(&[Arg::new("node-id", Kind::String)]),
        Spec::new(
            "cluster|getkeysinslot",
            4,
            Group::Cluster,
            "3.0.0",
            Handler::Node(Node::Cluster(ClusterCommand::Getkeysinslot)),
        )
        .flags(F::STALE)
        .doc(
            "Returns keys of a slot on this node.",
            "O(N) where N is the number of keys returned",
        )
        .tips(&["nondeterministic_output"])
        .arguments(&[
            Arg::new("slot", Kind::Integer),
            Arg::new("count", Kind::Integer),
        ]),
        Spec::new(
            "cluster|help",
            2,
            Group::Cluster,
            "5.0.0",
            Handler::Node(Node::Cluster(ClusterCommand::Help)),
        )
        .flags(F::LOADING.union(F::STALE))
        .doc("Lists the subcommands.", "O(1)"),
        Spec::new(
            "cluster|info",
            2,
            Group::Cluster,
            "3.0.0",
            Handler::Node(Node::Cluster(ClusterCommand::Info)),
        )
        .flags(F::STALE)
        .doc("Describes the state of the cluster.", "O(1)")
        .tips(&["nondeterministic_output"]),
        Spec::new(
            "cluster|keyslot",
            3,
            Group::Cluster,
            "3.0.0",
            Handler::Node(Node::Cluster(ClusterCommand::Keyslot)),
        )
        .flags(F::STALE)
        .doc(
            "Returns the slot of a key.",
            "O(N) where N is the length of the key",
        )
        .arguments(&[Arg::new("key", Kind::String)]),
        Spec::new(
            "cluster|links",
            2,
            Group::Cluster,
            "7.0.0",
            Handler::Node(Node::Cluster(ClusterCommand::Links)),
        )
        .flags(F::STALE)
        .doc(
            "Lists the connections to other nodes.",
            "O(N) where N is the number of nodes",
        )
        .tips(&["nondeterministic_output"]),
        Spec::new(
            "cluster|meet",
            -4,
            Group::Cluster,
            "3.0.0",
            Handler::Node(Node::Cluster(ClusterCommand::Meet)),
        )
        .flags(F::ADMIN.union(F::STALE).union(F::NO_ASYNC_LOADING))
        .doc("Makes another node known to this one.", "O(1)")
        .history(&[("4.0.0", "Takes a bus port.")])
        .arguments(&[
            Arg::new("ip", Kind::String),
            Arg::new("port", Kind::Integer),
            Arg::new("cluster_bus_port", Kind::Integer)
                .optional()
                .since("4.0.0"),
        ]),
        Spec::new(
            "cluster|myid",
            2,
            Group::Cluster,
            "3.0.0",
            Handler::Node(Node::Cluster(ClusterCommand::Myid)),
        )
        .flags(F::STALE)
        .doc("Returns the id of this node.", "O(1)"),
        Spec::new(
            "cluster|myshardid",
            2,
            Group::Cluster,
            "7.2.0",
            Handler::Node(Node::Cluster(ClusterCommand::Myshardid)),
        )
        .flags(F::STALE)
        .doc("Returns the shard of this node.", "O(1)")
        .tips(&["nondeterministic_output"]),
        Spec::new(
            "cluster|nodes",
            2,
            Group::Cluster,
            "3.0.0",
            Handler::Node(Node::Cluster(ClusterCommand::Nodes)),
        )
        .flags(F::STALE)
        .doc(
            "Lists the nodes and their slots.",
            "O(N) where N is the number of nodes",
        )
        .tips(&["nondeterministic_output"]),
        Spec::new(
            "cluster|replicas",
            3,
            Group::Cluster,
            "5.0.0",
            Handler::Node(Node::Cluster(ClusterCommand::Replicas)),
        )
        .flags(F::ADMIN.union(F::STALE))
        .doc(
            "Lists the replicas of a primary.",
            "O(N) where N is the number of nodes",
        )
        .tips(&["nondeterministic_output"])
        .arguments(&[Arg::new("node-id", Kind::String)]),
        Spec::new(
            "cluster|replicate",
            3,
            Group::Cluster,
            "3.0.0",
            Handler::Node(Node::Cluster(ClusterCommand::Replicate)),
        )
        .flags(F::ADMIN.union(F::STALE).union(F::NO_ASYNC_LOADING))
        .doc("Makes this node a replica of another.", "O(1)")
        .arguments(&[Arg::new("node-id", Kind::String)]),
        Spec::new(
            "cluster|reset",
            -2,
            Group::Cluster,
            "3.0.0",
            Handler::Node(Node::Cluster(ClusterCommand::Reset)),
        )
        .flags(F::ADMIN.union(F::NOSCRIPT).union(F::STALE))
        .doc(
            "Makes this node forget its cluster.",
            "O(N) where N is the number of nodes",
        )
        .arguments(&[Arg::one_of(
            "hard_soft",
            &[Arg::word("hard", "HARD"), Arg::word("soft", "SOFT")],
        )
        .optional()]),
        Spec::new(
            "cluster|saveconfig",
            2,
            Group::Cluster,
            "3.0.0",
            Handler::Node(Node::Cluster(ClusterCommand::Saveconfig)),
        )
        .flags(F::ADMIN.union(F::STALE).union(F::NO_ASYNC_LOADING))
        .doc("Saves what this node knows of its cluster.", "O(1)"),
        Spec::new(
            "cluster|set-config-epoch",
            3,
            Group::Cluster,
            "3.0.0",
            Handler::Node(Node::Cluster(ClusterCommand::SetConfigEpoch)),
        )
        .flags(F::ADMIN.union(F::STALE).union(F::NO_ASYNC_LOADING))
        .doc("Sets the configuration epoch of a new node.", "O(1)")
        .arguments(&[Arg::new("config-epoch", Kind::Integer)]),
        Spec::new(
            "cluster|setslot",
            -4,
            Group::Cluster,
            "3.0.0",
            Handler::Node(Node::Cluster(ClusterCommand::Setslot)),
        )
        .flags(F::ADMIN.union(F::STALE).union(F::NO_ASYNC_LOADING))
        .doc("Moves a slot, or marks it as being moved.", "O(1)")
        .arguments(&[
            Arg::new("slot", Kind::Integer),
            Arg::one_of(
                "subcommand",
                &[
                    Arg::new("node-id", Kind::String).token("IMPORTING"),
                    Arg::new("node-id", Kind::String).token("MIGRATING"),
                    Arg::new("node-id", Kind::String).token("NODE"),
                    Arg::word("stable", "STABLE"),
                ],
            ),
        ]),
        Spec::new(
            "cluster|shards",
            2,
            Group::Cluster,
            "7.0.0",
            Handler::Node(Node::Cluster(ClusterCommand::Shards)),
        )
        .flags(F::LOADING.union(F::STALE))
        .doc(
            "Lists the shards with their slots and nodes.",
            "O(N) where N is the number of nodes",
        )
        .tips(&["nondeterministic_output"]),
        Spec::new(
            "cluster|slaves",
            3,
            Group::Cluster,
            "3.0.0",
            Handler::Node(Node::Cluster(ClusterCommand::Slaves)),
        )
        .flags(F::ADMIN.union(F::STALE))
        .doc(
            "Lists the replicas of a primary.",
            "O(N) where N is the number of nodes",
        )
        .tips(&["nondeterministic_output"])
        .deprecated("5.0.0", "`CLUSTER REPLICAS`")
        .arguments(&[Arg::new("node-id", Kind::String)]),
        Spec::new(
            "cluster|slots",
            2,
            Group::Cluster,
            "3.0.0",
            Handler::Node(Node::Cluster(ClusterCommand::Slots)),
        )
        .flags(F::LOADING.union(F::STALE))
        .doc(
            "Lists the ranges of slots and who serves them.",
            "O(N) where N is the number of nodes",
        )
        .tips(&["nondeterministic_output"])
        .history(&[
            ("4.0.0", "Tells node ids."),
            ("7.0.0", "Tells more about the addresses of a node."),
        ])
        .deprecated("7.0.0", "`CLUSTER SHARDS`"),
    ],
)
.doc(
    "Manages and describes the cluster.",
    "That of the subcommand",
)];
