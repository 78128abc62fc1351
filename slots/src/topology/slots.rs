//! CLUSTER SLOTS: an array of ranges, each with its primary first and the replicas after it.
//!
//! A shard with several ranges appears once per range; here it becomes one shard again.

use alloc::collections::BTreeMap;

use shoal_resp::Frame;

use super::reply::{integer, items, non_empty, text};
use super::{Health, Shard, Topology, TopologyError, TopologyNode, port, range};
use crate::address::Host;
use crate::ids::NodeId;
use crate::node::Role;

/// Reads the reply of CLUSTER SLOTS.
///
/// # Errors
/// [`TopologyError`] if the reply has another shape.
pub fn parse_slots(reply: &Frame) -> Result<Topology, TopologyError> {
    let mut topology = Topology::default();
    let mut shard_of = BTreeMap::new();
    for entry in items(Some(reply), "reply")? {
        let entry = items(Some(entry), "range")?;
        let slots = range(
            integer(entry.first(), "first slot")?,
            integer(entry.get(1), "last slot")?,
        )?;
        let mut nodes = entry.iter().skip(2);
        let primary = parse_node(
            nodes.next().ok_or(TopologyError::Shape("primary"))?,
            Role::Primary,
        )?;
        let next = topology.shards.len();
        let place = *shard_of.entry(identity(&primary)).or_insert(next);
        if place == next {
            topology.shards.push(Shard {
                primary: Some(primary),
                ..Shard::default()
            });
        }
        let Some(shard) = topology.shards.get_mut(place) else {
            continue;
        };
        shard.slots.push(slots);
        if place == next {
            for node in nodes {
                shard.replicas.push(parse_node(node, Role::Replica)?);
            }
        }
    }
    Ok(topology)
}

/// What makes two entries name the same node: the id, or in old replies the address.
fn identity(node: &TopologyNode) -> (Option<NodeId>, Option<u16>, alloc::string::String) {
    let host = match &node.host {
        Host::Named(name) if node.id.is_none() => name.clone(),
        _ => alloc::string::String::new(),
    };
    (node.id, node.port.filter(|_| node.id.is_none()), host)
}

/// `[host, port, id, map of other endpoints]`; Redis 3 sends the first two, 4 to 6 the first three.
fn parse_node(frame: &Frame, role: Role) -> Result<TopologyNode, TopologyError> {
    let parts = items(Some(frame), "node")?;
    let host = Host::parse(&text(parts.first(), "host")?);
    let port = port(integer(parts.get(1), "port")?)?;
    let id = match parts.get(2) {
        Some(id) => Some(
            NodeId::parse(text(Some(id), "id")?.as_bytes()).map_err(|_| TopologyError::BadId)?,
        ),
        None => None,
    };
    let (mut ip, mut hostname) = (None, None);
    for (name, value) in parts.get(3).and_then(Frame::as_pairs).into_iter().flatten() {
        match name.as_bytes() {
            Some(b"ip") => ip = non_empty(text(Some(value), "ip")?),
            Some(b"hostname") => hostname = non_empty(text(Some(value), "hostname")?),
            _ => {}
        }
    }
    let health = Health::Online;
    Ok(TopologyNode {
        id,
        host,
        port: Some(port),
        tls_port: None,
        ip,
        hostname,
        role,
        health,
    })
}
