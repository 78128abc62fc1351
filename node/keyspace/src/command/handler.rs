//! Who executes a command.

use crate::ctx::Ctx;

/// A function that executes a command on the keyspace.
pub type KeyspaceHandler = fn(&mut Ctx<'_>);

/// Who executes a command.
#[derive(Clone, Copy, Debug)]
pub enum Handler {
    /// The keyspace, by this function.
    Keyspace(KeyspaceHandler),
    /// The node: the command is about connections, the cluster or the server itself.
    Node(NodeCommand),
    /// Nobody: one of its subcommands has to be named.
    Container,
}

/// Commands that the node executes.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum NodeCommand {
    /// ASKING
    Asking,
    /// AUTH
    Auth,
    /// CLIENT …
    Client(ClientCommand),
    /// CLUSTER …
    Cluster(ClusterCommand),
    /// COMMAND …
    Command(CommandCommand),
    /// CONFIG …
    Config(ConfigCommand),
    /// DEBUG
    Debug,
    /// DISCARD
    Discard,
    /// ECHO
    Echo,
    /// EXEC
    Exec,
    /// HELLO
    Hello,
    /// INFO
    Info,
    /// LOLWUT
    Lolwut,
    /// MEMORY …
    Memory(MemoryCommand),
    /// MULTI
    Multi,
    /// PING
    Ping,
    /// PSUBSCRIBE
    Psubscribe,
    /// PSYNC
    Psync,
    /// PUBLISH
    Publish,
    /// PUBSUB …
    Pubsub(PubsubCommand),
    /// PUNSUBSCRIBE
    Punsubscribe,
    /// QUIT
    Quit,
    /// READONLY
    Readonly,
    /// READWRITE
    Readwrite,
    /// REPLCONF
    Replconf,
    /// REPLICAOF and its old name SLAVEOF
    Replicaof,
    /// RESET
    Reset,
    /// ROLE
    Role,
    /// SELECT
    Select,
    /// SHUTDOWN
    Shutdown,
    /// SPUBLISH
    Spublish,
    /// SSUBSCRIBE
    Ssubscribe,
    /// SUBSCRIBE
    Subscribe,
    /// SUNSUBSCRIBE
    Sunsubscribe,
    /// SYNC
    Sync,
    /// TIME
    Time,
    /// UNWATCH
    Unwatch,
    /// UNSUBSCRIBE
    Unsubscribe,
    /// WAIT
    Wait,
    /// WATCH
    Watch,
}

/// CLIENT and its subcommands.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(missing_docs, reason = "named as their subcommands")]
pub enum ClientCommand {
    Getname,
    Getredir,
    Help,
    Id,
    Info,
    Kill,
    List,
    NoEvict,
    NoTouch,
    Pause,
    Reply,
    Setinfo,
    Setname,
    Trackinginfo,
    Unblock,
    Unpause,
}

/// CLUSTER and its subcommands.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(missing_docs, reason = "named as their subcommands")]
pub enum ClusterCommand {
    Addslots,
    Addslotsrange,
    Bumpepoch,
    CountFailureReports,
    Countkeysinslot,
    Delslots,
    Delslotsrange,
    Failover,
    Flushslots,
    Forget,
    Getkeysinslot,
    Help,
    Info,
    Keyslot,
    Links,
    Meet,
    Myid,
    Myshardid,
    Nodes,
    Replicas,
    Replicate,
    Reset,
    Saveconfig,
    SetConfigEpoch,
    Setslot,
    Shards,
    /// The old name of [`Replicas`](Self::Replicas).
    Slaves,
    Slots,
}

/// COMMAND and its subcommands.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(missing_docs, reason = "named as their subcommands")]
pub enum CommandCommand {
    /// COMMAND without a subcommand.
    All,
    Count,
    Docs,
    Getkeys,
    Getkeysandflags,
    Help,
    Info,
    List,
}

/// MEMORY and its subcommands, but for MEMORY USAGE.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(missing_docs, reason = "named as their subcommands")]
pub enum MemoryCommand {
    Doctor,
    Help,
    MallocStats,
    Purge,
    Stats,
}

/// CONFIG and its subcommands.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(missing_docs, reason = "named as their subcommands")]
pub enum ConfigCommand {
    Get,
    Help,
    Resetstat,
    Rewrite,
    Set,
}

/// PUBSUB and its subcommands.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(missing_docs, reason = "named as their subcommands")]
pub enum PubsubCommand {
    Channels,
    Help,
    Numpat,
    Numsub,
    Shardchannels,
    Shardnumsub,
}
