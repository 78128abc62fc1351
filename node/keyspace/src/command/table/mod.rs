//! The families of commands. To add one, write its file and name it here.

mod bits;
mod client;
mod cluster;
mod cluster_session;
mod connection;
mod databases;
mod expiry;
mod generic;
mod geo;
mod hashes;
mod hyperloglog;
mod introspection;
mod lists;
mod lists_waiting;
mod memory;
mod pubsub;
mod replication;
mod server;
mod sets;
mod sorting;
mod stream_groups;
mod streams;
mod string_parts;
mod strings;
mod transactions;
mod transfer;
mod zset_ops;
mod zset_ranges;
mod zsets;

use super::spec::CommandSpec;

/// Every family, in the order of COMMAND.
pub(super) static FAMILIES: &[&[CommandSpec]] = &[
    strings::COMMANDS,
    string_parts::COMMANDS,
    bits::COMMANDS,
    hyperloglog::COMMANDS,
    hashes::COMMANDS,
    sets::COMMANDS,
    zsets::COMMANDS,
    zset_ranges::COMMANDS,
    zset_ops::COMMANDS,
    geo::COMMANDS,
    lists::COMMANDS,
    lists_waiting::COMMANDS,
    streams::COMMANDS,
    stream_groups::COMMANDS,
    generic::COMMANDS,
    sorting::COMMANDS,
    expiry::COMMANDS,
    databases::COMMANDS,
    transfer::COMMANDS,
    transactions::COMMANDS,
    connection::COMMANDS,
    client::COMMANDS,
    cluster::COMMANDS,
    cluster_session::COMMANDS,
    introspection::COMMANDS,
    memory::COMMANDS,
    server::COMMANDS,
    replication::COMMANDS,
    pubsub::COMMANDS,
];

/// Every command, without subcommands.
pub fn commands() -> impl Iterator<Item = &'static CommandSpec> {
    FAMILIES.iter().flat_map(|family| family.iter())
}
