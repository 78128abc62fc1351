//! CLUSTER SHARDS (Redis 7): an array of maps with `slots` and `nodes`. The primary stands anywhere among
//! the nodes, and fields may be added by later servers.

use shoal_resp::Frame;

use super::reply::{integer, items, non_empty, text};
use super::{Health, Shard, Topology, TopologyError, TopologyNode, port, range};
use crate::address::Host;
use crate::ids::NodeId;
use crate::node::Role;

/// Reads the reply of CLUSTER SHARDS.
///
/// # Errors
/// [`TopologyError`] if the reply has another shape.
pub fn parse_shards(reply: &Frame) -> Result<Topology, TopologyError> {
    let shards = items(Some(reply), "reply")?
        .iter()
        .map(parse_shard)
        .collect::<Result<_, _>>()?;
    Ok(Topology { shards })
}

fn parse_shard(frame: &Frame) -> Result<Shard, TopologyError> {
    let mut shard = Shard::default();
    let mut has_nodes = false;
    for (name, value) in frame.as_pairs().ok_or(TopologyError::Shape("shard"))? {
        match name.as_bytes() {
            Some(b"slots") => {
                let numbers = items(Some(value), "slots")?;
                if numbers.len() % 2 != 0 {
                    return Err(TopologyError::BadSlots);
                }
                for pair in numbers.chunks_exact(2) {
                    let (first, last) = (pair.first(), pair.get(1));
                    shard.slots.push(range(
                        integer(first, "first slot")?,
                        integer(last, "last slot")?,
                    )?);
                }
            }
            Some(b"nodes") => {
                has_nodes = true;
                for node in items(Some(value), "nodes")? {
                    shard.add(parse_node(node)?);
                }
            }
            _ => {}
        }
    }
    if has_nodes {
        Ok(shard)
    } else {
        Err(TopologyError::Shape("nodes"))
    }
}

fn parse_node(frame: &Frame) -> Result<TopologyNode, TopologyError> {
    let mut node = TopologyNode {
        id: None,
        host: Host::Same,
        port: None,
        tls_port: None,
        ip: None,
        hostname: None,
        role: Role::Replica,
        health: Health::Online,
    };
    for (name, value) in frame.as_pairs().ok_or(TopologyError::Shape("node"))? {
        read_field(&mut node, name.as_bytes().unwrap_or_default(), value)?;
    }
    node.id
        .is_some()
        .then_some(node)
        .ok_or(TopologyError::Shape("id"))
}

fn read_field(node: &mut TopologyNode, name: &[u8], value: &Frame) -> Result<(), TopologyError> {
    let value = Some(value);
    match name {
        b"id" => {
            let id = NodeId::parse(text(value, "id")?.as_bytes());
            node.id = Some(id.map_err(|_| TopologyError::BadId)?);
        }
        b"port" => node.port = Some(port(integer(value, "port")?)?),
        b"tls-port" => node.tls_port = Some(port(integer(value, "tls-port")?)?),
        b"ip" => node.ip = non_empty(text(value, "ip")?),
        b"endpoint" => node.host = Host::parse(&text(value, "endpoint")?),
        b"hostname" => node.hostname = non_empty(text(value, "hostname")?),
        b"role" => match text(value, "role")?.as_str() {
            "master" | "primary" => node.role = Role::Primary,
            _ => node.role = Role::Replica,
        },
        b"health" => match text(value, "health")?.as_str() {
            "fail" | "failed" => node.health = Health::Failed,
            "loading" => node.health = Health::Loading,
            _ => node.health = Health::Online,
        },
        _ => {}
    }
    Ok(())
}
