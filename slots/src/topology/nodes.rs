//! CLUSTER NODES: one line of text per node.
//!
//! `<id> <ip>:<port>@<bus port>[,<hostname>[,…]] <flags> <primary|-> <ping> <pong> <epoch> <link> <slots…>`.
//! Lines come in any order, so replicas are matched with their primaries after all lines are read.

use alloc::collections::BTreeMap;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::ops::RangeInclusive;

use super::{Health, Shard, Topology, TopologyError, TopologyNode};
use crate::address::Host;
use crate::ids::NodeId;
use crate::node::Role;
use crate::set_text::parse_range;
use crate::slot::Slot;

/// Reads the reply of CLUSTER NODES. Nodes that serve nobody yet (in handshake, without an
/// address, replicas without a primary) are left out. The order is that of the primaries' lines.
///
/// # Errors
/// [`TopologyError::BadLine`] if a line has another form.
pub fn parse_nodes(text: &str) -> Result<Topology, TopologyError> {
    let mut shards = Vec::new();
    let mut shard_of = BTreeMap::new();
    let mut replicas = Vec::new();
    for (number, text) in text
        .lines()
        .enumerate()
        .filter(|(_, text)| !text.is_empty())
    {
        let line = parse_line(text).ok_or(TopologyError::BadLine { line: number + 1 })?;
        let Some(line) = line else { continue };
        match line.primary {
            Some(primary) => replicas.push((primary, line.node)),
            None => {
                shard_of.insert(line.id, shards.len());
                let primary = Some(line.node);
                shards.push(Shard {
                    slots: line.slots,
                    primary,
                    replicas: Vec::new(),
                });
            }
        }
    }
    for (primary, node) in replicas {
        // A replica of a node that is not listed serves nobody.
        if let Some(shard) = shard_of
            .get(&primary)
            .and_then(|&place| shards.get_mut(place))
        {
            shard.replicas.push(node);
        }
    }
    Ok(Topology { shards })
}

struct Line {
    id: NodeId,
    node: TopologyNode,
    primary: Option<NodeId>,
    slots: Vec<RangeInclusive<Slot>>,
}

/// `None` if malformed, `Some(None)` if the node is to be left out.
fn parse_line(text: &str) -> Option<Option<Line>> {
    let mut words = text.split(' ');
    let id = NodeId::parse(words.next()?.as_bytes()).ok()?;
    let address = words.next()?;
    let flags = words.next()?;
    let primary = match words.next()? {
        "-" => None,
        name => Some(NodeId::parse(name.as_bytes()).ok()?),
    };
    // Ping, pong, epoch and link state say nothing to a client, but must be there.
    words.nth(3)?;
    let has = |flag: &str| flags.split(',').any(|word| word == flag);
    // Marks of slots on the move are shown in brackets; clients follow ASK instead.
    let owned = words.filter(|word| !word.is_empty() && !word.starts_with('['));
    let slots = owned
        .map(|word| parse_range(word).ok())
        .collect::<Option<Vec<_>>>()?;
    let (host, port, hostname) = parse_address(address)?;
    let replica = has("slave") || has("replica");
    if has("handshake") || has("noaddr") || (replica && primary.is_none()) {
        return Some(None);
    }
    let health = match () {
        () if has("fail") => Health::Failed,
        () if has("fail?") => Health::Suspected,
        () => Health::Online,
    };
    let node = TopologyNode {
        id: Some(id),
        host: Host::parse(host),
        port: Some(port),
        tls_port: None,
        ip: Some(host)
            .filter(|ip| !ip.is_empty())
            .map(ToString::to_string),
        hostname: hostname.map(ToString::to_string),
        role: if replica {
            Role::Replica
        } else {
            Role::Primary
        },
        health,
    };
    Some(Some(Line {
        id,
        node,
        primary: primary.filter(|_| replica),
        slots,
    }))
}

/// Host, port and host name. Redis 3 writes no bus port.
fn parse_address(text: &str) -> Option<(&str, u16, Option<&str>)> {
    let mut parts = text.split(',');
    let address = parts.next()?;
    let hostname = parts.next().filter(|name| !name.is_empty());
    let address = address
        .split_once('@')
        .map_or(address, |(address, _)| address);
    let (host, port) = address.rsplit_once(':')?;
    Some((host, port.parse().ok()?, hostname))
}
