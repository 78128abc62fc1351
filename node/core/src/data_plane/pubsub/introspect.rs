//! `PUBSUB`: what is subscribed to at the moment.

use shoal_keyspace::command::PubsubCommand;
use shoal_keyspace::glob_matches;

use super::Topic;
use crate::data_plane::DataPlane;
use crate::data_plane::call::{Call, Flow};
use crate::data_plane::commands::help;

/// Executes a subcommand of `PUBSUB`.
pub(crate) fn run(plane: &mut DataPlane, call: &Call<'_>, command: PubsubCommand) -> Flow {
    match command {
        PubsubCommand::Channels => channels(plane, call, Topic::Channel),
        PubsubCommand::Help => help::pubsub(plane, call),
        PubsubCommand::Numpat => numpat(plane, call),
        PubsubCommand::Numsub => numsub(plane, call, Topic::Channel),
        PubsubCommand::Shardchannels => channels(plane, call, Topic::Shard),
        PubsubCommand::Shardnumsub => numsub(plane, call, Topic::Shard),
    }
}

/// `PUBSUB CHANNELS [pattern]`.
fn channels(plane: &mut DataPlane, call: &Call<'_>, topic: Topic) -> Flow {
    if call.args.len() > 3 {
        return plane.wrong_arity(call);
    }
    let pattern = call.arg(2);
    let names = plane.pubsub.listeners(topic).keys();
    let fitting = names.filter(|name| pattern.is_none_or(|pattern| glob_matches(pattern, name)));
    let names: Vec<Vec<u8>> = fitting.cloned().collect();
    let mut reply = plane.reply(call.client);
    reply.array(names.len());
    for name in names {
        reply.bulk(&name);
    }
    Flow::Next
}

/// `PUBSUB NUMSUB [channel …]`.
fn numsub(plane: &mut DataPlane, call: &Call<'_>, topic: Topic) -> Flow {
    let listeners = plane.pubsub.listeners(topic);
    let count = |name: &[u8]| listeners.get(name).map_or(0, |all| all.len() as i64);
    let counts: Vec<i64> = call.args.iter().skip(2).map(count).collect();
    let mut reply = plane.reply(call.client);
    reply.array(counts.len() * 2);
    for (name, count) in call.args.iter().skip(2).zip(counts) {
        reply.bulk(name);
        reply.integer(count);
    }
    Flow::Next
}

/// `PUBSUB NUMPAT`.
fn numpat(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let count = plane.pubsub.listeners(Topic::Pattern).len() as i64;
    plane.reply(call.client).integer(count);
    Flow::Next
}
