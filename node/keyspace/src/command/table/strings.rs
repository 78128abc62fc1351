//! Commands on strings.

use crate::command::docs::{ArgKind, ArgSpec, Group};
use crate::command::flags::{AclCategories, CommandFlags, KeyFlags};
use crate::command::handler::Handler;
use crate::command::key_spec::KeySpec;
use crate::command::spec::CommandSpec;
use crate::commands::strings;

pub(crate) static COMMANDS: &[CommandSpec] = &[CommandSpec::new(
    "get",
    2,
    Group::String,
    "1.0.0",
    Handler::Keyspace(strings::get),
)
.flags(CommandFlags::READONLY.union(CommandFlags::FAST))
.acl(AclCategories::STRING)
.keys_at(&[KeySpec::one(1, KeyFlags::RO.union(KeyFlags::ACCESS))])
.doc("Returns the string value of a key.", "O(1)")
.arguments(&[ArgSpec::new("key", ArgKind::Key)])];
