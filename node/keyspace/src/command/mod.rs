//! The static table of commands: what every command is called, how it is called, which keys it touches and
//! who executes it. Routing, arity errors, ACL rules, replication and COMMAND are all read from here, and
//! nothing of it is written twice.
//!
//! A family of commands is one file in `table/` and one line in `table/mod.rs`. Only commands that can be
//! executed are in the table: what is not there is unknown to clients as well.

mod docs;
mod error;
mod flags;
mod handler;
mod key_spec;
mod keys;
mod lookup;
pub mod reply;
mod resolve;
mod spec;
mod table;

pub use docs::{ArgFlags, ArgKind, ArgSpec, Group};
pub use error::CommandError;
pub use flags::{AclCategories, CommandFlags, KeyFlags};
pub use handler::{
    ClientCommand, ClusterCommand, CommandCommand, ConfigCommand, Handler, KeyspaceHandler,
    MemoryCommand, NodeCommand, PubsubCommand,
};
pub use key_spec::{BeginSearch, FindKeys, KeySpec};
pub use keys::{KeyPosition, Keys};
pub use lookup::lookup;
pub use resolve::{find, find_by_full_name, resolve};
pub use spec::CommandSpec;
pub use table::commands;
