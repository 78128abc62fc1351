//! COMMAND GETKEYS and GETKEYSANDFLAGS: which arguments of a request are keys.

use shoal_resp::{Args, ReplyWriter};

use super::write_names;
use crate::command::flags::{CommandFlags, KeyFlags};
use crate::command::key_spec::KeySpec;
use crate::command::keys::Keys;
use crate::command::resolve::find;
use crate::command::spec::CommandSpec;

/// COMMAND GETKEYS: the keys of a request.
pub fn get_keys(args: Args<'_>, reply: &mut ReplyWriter<'_>) {
    let Some((_, keys)) = keys_of(args.slice(2..), reply) else {
        return;
    };
    reply.array(keys.clone().count());
    keys.for_each(|found| reply.bulk(found.key));
}

/// COMMAND GETKEYSANDFLAGS: the keys of a request and what is done to them.
pub fn get_keys_and_flags(args: Args<'_>, reply: &mut ReplyWriter<'_>) {
    let request = args.slice(2..);
    let Some((spec, keys)) = keys_of(request, reply) else {
        return;
    };
    reply.array(keys.clone().count());
    for found in keys {
        reply.array(2);
        reply.bulk(found.key);
        write_names(spec.flags_of(&found, request).names(), reply);
    }
}

/// The keys of a request; if there is nothing to iterate over, why that is has been written.
fn keys_of<'a>(
    request: Args<'a>,
    reply: &mut ReplyWriter<'_>,
) -> Option<(&'static CommandSpec, Keys<'a>)> {
    let refuse = |text: &str, reply: &mut ReplyWriter<'_>| {
        reply.error(text);
        None
    };
    let Some(spec) = find(request) else {
        return refuse("ERR Invalid command specified", reply);
    };
    // What looks like a key for the sake of routing only is none.
    let is_key = |rule: &KeySpec| !rule.flags.contains(KeyFlags::NOT_KEY);
    if !spec.key_specs.iter().any(is_key) {
        return refuse("ERR The command has no key arguments", reply);
    }
    if !spec.takes(request.len()) {
        return refuse(
            "ERR Invalid number of arguments specified for command",
            reply,
        );
    }
    let keys = spec.keys(request);
    let may_be_without = spec.flags.contains(CommandFlags::NO_MANDATORY_KEYS);
    if keys.clone().next().is_none() && !may_be_without {
        return refuse("ERR Invalid arguments specified for command", reply);
    }
    Some((spec, keys))
}
