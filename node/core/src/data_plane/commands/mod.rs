//! The commands that the node executes itself: everything that is not about keys.

mod client;
mod client_control;
mod cluster;
mod config;
mod connection;
mod debug;
pub(crate) mod help;
mod info;
pub(crate) mod memory;
mod replication;
mod server;

use shoal_keyspace::command::{
    ClientCommand, ClusterCommand, CommandCommand, ConfigCommand, NodeCommand, reply,
};

use super::DataPlane;
use super::call::{Call, Flow};
use super::{pubsub, transactions};

/// Executes a command that passed every check.
pub(crate) fn run(plane: &mut DataPlane, call: &Call<'_>, command: NodeCommand) -> Flow {
    match command {
        NodeCommand::Asking => cluster::asking(plane, call),
        NodeCommand::Auth => connection::auth(plane, call),
        NodeCommand::Client(sub) => run_client(plane, call, sub),
        NodeCommand::Cluster(sub) => run_cluster(plane, call, sub),
        NodeCommand::Command(sub) => run_command(plane, call, sub),
        NodeCommand::Config(sub) => run_config(plane, call, sub),
        NodeCommand::Debug => debug::debug(plane, call),
        NodeCommand::Discard => transactions::discard(plane, call),
        NodeCommand::Exec => transactions::exec(plane, call),
        NodeCommand::Multi => transactions::multi(plane, call),
        NodeCommand::Unwatch => transactions::unwatch(plane, call),
        NodeCommand::Watch => transactions::watch(plane, call),
        NodeCommand::Echo => connection::echo(plane, call),
        NodeCommand::Hello => connection::hello(plane, call),
        NodeCommand::Info => info::info(plane, call),
        NodeCommand::Lolwut => server::lolwut(plane, call),
        NodeCommand::Memory(sub) => memory::run(plane, call, sub),
        NodeCommand::Ping => connection::ping(plane, call),
        NodeCommand::Psubscribe => pubsub::psubscribe(plane, call),
        NodeCommand::Publish => pubsub::publish(plane, call),
        NodeCommand::Pubsub(sub) => pubsub::pubsub(plane, call, sub),
        NodeCommand::Punsubscribe => pubsub::punsubscribe(plane, call),
        NodeCommand::Psync => replication::psync(plane, call),
        NodeCommand::Quit => connection::quit(plane, call),
        NodeCommand::Readonly => cluster::readonly(plane, call),
        NodeCommand::Readwrite => cluster::readwrite(plane, call),
        NodeCommand::Replconf => replication::replconf(plane, call),
        NodeCommand::Replicaof => replication::replicaof(plane, call),
        NodeCommand::Reset => connection::reset(plane, call),
        NodeCommand::Role => replication::role(plane, call),
        NodeCommand::Select => connection::select(plane, call),
        NodeCommand::Shutdown => server::shutdown(plane, call),
        NodeCommand::Spublish => pubsub::spublish(plane, call),
        NodeCommand::Ssubscribe => pubsub::ssubscribe(plane, call),
        NodeCommand::Subscribe => pubsub::subscribe(plane, call),
        NodeCommand::Sunsubscribe => pubsub::sunsubscribe(plane, call),
        NodeCommand::Sync => replication::sync(plane, call),
        NodeCommand::Time => server::time(plane, call),
        NodeCommand::Unsubscribe => pubsub::unsubscribe(plane, call),
        NodeCommand::Wait => replication::wait(plane, call),
    }
}

fn run_client(plane: &mut DataPlane, call: &Call<'_>, command: ClientCommand) -> Flow {
    match command {
        ClientCommand::Getname => client::getname(plane, call),
        ClientCommand::Getredir => client::getredir(plane, call),
        ClientCommand::Help => help::client(plane, call),
        ClientCommand::Id => client::id(plane, call),
        ClientCommand::Info => client::info(plane, call),
        ClientCommand::Kill => client_control::kill(plane, call),
        ClientCommand::List => client::list(plane, call),
        ClientCommand::NoEvict => client::no_evict(plane, call),
        ClientCommand::NoTouch => client::no_touch(plane, call),
        ClientCommand::Pause => client_control::pause(plane, call),
        ClientCommand::Reply => client::reply(plane, call),
        ClientCommand::Setinfo => client::setinfo(plane, call),
        ClientCommand::Setname => client::setname(plane, call),
        ClientCommand::Trackinginfo => client::trackinginfo(plane, call),
        ClientCommand::Unblock => client_control::unblock(plane, call),
        ClientCommand::Unpause => client_control::unpause(plane, call),
    }
}

fn run_cluster(plane: &mut DataPlane, call: &Call<'_>, command: ClusterCommand) -> Flow {
    if !plane.settings.cluster_enabled {
        return plane.error(call.client, cluster::NO_CLUSTER);
    }
    match command {
        ClusterCommand::Keyslot => cluster::keyslot(plane, call),
        ClusterCommand::Countkeysinslot => cluster::countkeysinslot(plane, call),
        ClusterCommand::Getkeysinslot => cluster::getkeysinslot(plane, call),
        _ => cluster::ask_control(plane, call),
    }
}

/// The table describes itself.
fn run_command(plane: &mut DataPlane, call: &Call<'_>, sub: CommandCommand) -> Flow {
    reply::command(sub, call.args, &mut plane.reply(call.client));
    Flow::Next
}

fn run_config(plane: &mut DataPlane, call: &Call<'_>, command: ConfigCommand) -> Flow {
    match command {
        ConfigCommand::Get => config::get(plane, call),
        ConfigCommand::Help => help::config(plane, call),
        ConfigCommand::Resetstat => config::resetstat(plane, call),
        ConfigCommand::Rewrite => config::rewrite(plane, call),
        ConfigCommand::Set => config::set(plane, call),
    }
}
