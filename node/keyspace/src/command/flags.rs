//! The three flag words of a command, each in the order in which COMMAND lists it.

use bitflags::bitflags;

bitflags! {
    /// What a command does and when it may run.
    #[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
    pub struct CommandFlags: u32 {
        /// May change data.
        const WRITE = 1;
        /// Only reads data.
        const READONLY = 1 << 1;
        /// Refused when memory is used up.
        const DENYOOM = 1 << 2;
        /// For operators.
        const ADMIN = 1 << 3;
        /// Publish and subscribe.
        const PUBSUB = 1 << 4;
        /// Not from scripts.
        const NOSCRIPT = 1 << 5;
        /// May wait.
        const BLOCKING = 1 << 6;
        /// Also while the data is being loaded.
        const LOADING = 1 << 7;
        /// Also on a replica without its primary.
        const STALE = 1 << 8;
        /// Not shown by MONITOR.
        const SKIP_MONITOR = 1 << 9;
        /// Not kept by SLOWLOG.
        const SKIP_SLOWLOG = 1 << 10;
        /// Implies ASKING.
        const ASKING = 1 << 11;
        /// Constant time, or nearly.
        const FAST = 1 << 12;
        /// Before authentication.
        const NO_AUTH = 1 << 13;
        /// May be called without keys although it can have some.
        const NO_MANDATORY_KEYS = 1 << 14;
        /// Not while data is being loaded beside the old data.
        const NO_ASYNC_LOADING = 1 << 15;
        /// Not in a transaction.
        const NO_MULTI = 1 << 16;
        /// Its keys are not where first, last and step say.
        const MOVABLEKEYS = 1 << 17;
        /// Also while a script runs for too long.
        const ALLOW_BUSY = 1 << 18;
        /// May enter the replication stream although it writes nothing. Redis hides this one.
        const MAY_REPLICATE = 1 << 19;
    }
}

bitflags! {
    /// The categories that ACL rules speak of.
    #[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
    pub struct AclCategories: u32 {
        /// Keys as such, whatever they hold.
        const KEYSPACE = 1;
        /// Reads data.
        const READ = 1 << 1;
        /// Writes data.
        const WRITE = 1 << 2;
        /// Sets.
        const SET = 1 << 3;
        /// Sorted sets.
        const SORTEDSET = 1 << 4;
        /// Lists.
        const LIST = 1 << 5;
        /// Hashes.
        const HASH = 1 << 6;
        /// Strings.
        const STRING = 1 << 7;
        /// Bitmaps.
        const BITMAP = 1 << 8;
        /// Cardinality estimates.
        const HYPERLOGLOG = 1 << 9;
        /// Places.
        const GEO = 1 << 10;
        /// Streams.
        const STREAM = 1 << 11;
        /// Publish and subscribe.
        const PUBSUB = 1 << 12;
        /// For operators.
        const ADMIN = 1 << 13;
        /// Constant time, or nearly.
        const FAST = 1 << 14;
        /// Not fast.
        const SLOW = 1 << 15;
        /// May wait.
        const BLOCKING = 1 << 16;
        /// Not for applications.
        const DANGEROUS = 1 << 17;
        /// The connection itself.
        const CONNECTION = 1 << 18;
        /// Transactions.
        const TRANSACTION = 1 << 19;
        /// Scripts.
        const SCRIPTING = 1 << 20;
    }
}

bitflags! {
    /// What a command does to a key.
    #[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
    pub struct KeyFlags: u16 {
        /// Reads the value.
        const RO = 1;
        /// Reads and changes the value.
        const RW = 1 << 1;
        /// Overwrites the value.
        const OW = 1 << 2;
        /// Removes the key.
        const RM = 1 << 3;
        /// The reply depends on the value.
        const ACCESS = 1 << 4;
        /// Changes what is there.
        const UPDATE = 1 << 5;
        /// Adds to what is there.
        const INSERT = 1 << 6;
        /// Removes from what is there.
        const DELETE = 1 << 7;
        /// Looks like a key, but only for routing.
        const NOT_KEY = 1 << 8;
        /// Not all keys are found by this rule.
        const INCOMPLETE = 1 << 9;
        /// What is done depends on the arguments.
        const VARIABLE_FLAGS = 1 << 10;
    }
}

/// The names that COMMAND uses for flags.
macro_rules! names {
    ($flags:ty, $prefix:literal, [$($flag:ident => $name:literal),+ $(,)?]) => {
        impl $flags {
            const NAMES: &'static [(Self, &'static str)] = &[$((Self::$flag, concat!($prefix, $name))),+];

            /// The names of the set flags, in the order of COMMAND.
            pub fn names(self) -> impl Iterator<Item = &'static str> + Clone {
                Self::NAMES.iter().filter(move |(flag, _)| self.contains(*flag)).map(|(_, name)| *name)
            }
        }
    };
}

names!(CommandFlags, "", [
    WRITE => "write",
    READONLY => "readonly",
    DENYOOM => "denyoom",
    ADMIN => "admin",
    PUBSUB => "pubsub",
    NOSCRIPT => "noscript",
    BLOCKING => "blocking",
    LOADING => "loading",
    STALE => "stale",
    SKIP_MONITOR => "skip_monitor",
    SKIP_SLOWLOG => "skip_slowlog",
    ASKING => "asking",
    FAST => "fast",
    NO_AUTH => "no_auth",
    NO_MANDATORY_KEYS => "no_mandatory_keys",
    NO_ASYNC_LOADING => "no_async_loading",
    NO_MULTI => "no_multi",
    MOVABLEKEYS => "movablekeys",
    ALLOW_BUSY => "allow_busy",
]);

names!(AclCategories, "@", [
    KEYSPACE => "keyspace",
    READ => "read",
    WRITE => "write",
    SET => "set",
    SORTEDSET => "sortedset",
    LIST => "list",
    HASH => "hash",
    STRING => "string",
    BITMAP => "bitmap",
    HYPERLOGLOG => "hyperloglog",
    GEO => "geo",
    STREAM => "stream",
    PUBSUB => "pubsub",
    ADMIN => "admin",
    FAST => "fast",
    SLOW => "slow",
    BLOCKING => "blocking",
    DANGEROUS => "dangerous",
    CONNECTION => "connection",
    TRANSACTION => "transaction",
    SCRIPTING => "scripting",
]);

names!(KeyFlags, "", [
    RO => "RO",
    RW => "RW",
    OW => "OW",
    RM => "RM",
    ACCESS => "access",
    UPDATE => "update",
    INSERT => "insert",
    DELETE => "delete",
    NOT_KEY => "not_key",
    INCOMPLETE => "incomplete",
    VARIABLE_FLAGS => "variable_flags",
]);

impl AclCategories {
    /// The category of this name, without its `@`.
    #[must_use]
    pub fn from_text(name: &[u8]) -> Option<Self> {
        let same = |known: &str| {
            known
                .as_bytes()
                .get(1..)
                .is_some_and(|known| known.eq_ignore_ascii_case(name))
        };
        Self::NAMES
            .iter()
            .find(|(_, known)| same(known))
            .map(|(category, _)| *category)
    }
}
