//! `CLUSTER SLOTS` and `CLUSTER SHARDS`: what clients build their maps from.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use shoal_gossip::Peer;
use shoal_resp::ReplyWriter;
use shoal_slots::{EndpointType, NodeId, ReplOffset, ShardId, Slot};

use super::{Answer, ControlPlane};
use crate::control_plane::options;
use crate::messages::AdminRequest;

/// How addresses are shown to the client that asks.
#[derive(Clone, Copy)]
struct Shown {
    endpoint: EndpointType,
    /// The client came through TLS.
    tls: bool,
    /// The ports in the table are TLS ports.
    tls_cluster: bool,
}

impl ControlPlane {
    pub(super) fn show_slots(&self, request: &AdminRequest, out: &mut ReplyWriter<'_>) -> Answer {
        let shown = self.shown(request);
        let ranges = self.owned_ranges();
        out.array(ranges.len());
        for (range, owner) in ranges {
            let replicas: Vec<&Peer> = self
                .replicas(owner)
                .filter(|replica| is_listed(replica))
                .collect();
            out.array(3 + replicas.len());
            out.integer(i64::from(range.start().get()));
            out.integer(i64::from(range.end().get()));
            for node in std::iter::once(owner).chain(replicas) {
                write_slots_node(out, node, shown);
            }
        }
        Ok(())
    }

    pub(super) fn show_shards(&self, request: &AdminRequest, out: &mut ReplyWriter<'_>) -> Answer {
        let shown = self.shown(request);
        let mut shards: BTreeMap<ShardId, Vec<&Peer>> = BTreeMap::new();
        for node in self.gossip.nodes().filter(|node| !node.handshake) {
            shards.entry(node.shard).or_default().push(node);
        }
        out.array(shards.len());
        for nodes in shards.values_mut() {
            nodes.sort_by_key(|node| (node.is_replica(), node.id));
            out.map(2);
            out.bulk(b"slots");
            self.write_shard_slots(out, nodes);
            out.bulk(b"nodes");
            out.array(nodes.len());
            for node in nodes {
                write_shards_node(out, node, shown);
            }
        }
        Ok(())
    }

    fn shown(&self, request: &AdminRequest) -> Shown {
        Shown {
            endpoint: options::endpoint(&self.config),
            tls: request.tls,
            tls_cluster: self.gossip.config().tls_cluster,
        }
    }

    /// Adjacent slots of one owner, ascending.
    fn owned_ranges(&self) -> Vec<(RangeInclusive<Slot>, &Peer)> {
        let owners = self
            .gossip
            .nodes()
            .filter(|node| self.gossip.slot_count_of(&node.id) > 0);
        let mut ranges: Vec<_> = owners
            .flat_map(|node| {
                self.gossip
                    .slots_of(&node.id)
                    .ranges()
                    .map(move |range| (range, node))
            })
            .collect();
        ranges.sort_by_key(|(range, _)| *range.start());
        ranges
    }

    /// In the order in which they were learnt.
    fn replicas(&self, primary: &Peer) -> impl Iterator<Item = &Peer> {
        let ids: Vec<NodeId> = primary.replicas.clone();
        ids.into_iter().filter_map(|id| self.gossip.node(&id))
    }

    /// First and last slots, flat.
    fn write_shard_slots(&self, out: &mut ReplyWriter<'_>, nodes: &[&Peer]) {
        let ranges: Vec<_> = nodes
            .iter()
            .flat_map(|node| self.gossip.slots_of(&node.id).ranges())
            .collect();
        out.array(ranges.len() * 2);
        for range in ranges {
            out.integer(i64::from(range.start().get()));
            out.integer(i64::from(range.end().get()));
        }
    }
}

/// Clients are not sent to replicas that are down, or have nothing yet.
fn is_listed(replica: &Peer) -> bool {
    !replica.is_failed() && replica.repl_offset > ReplOffset(0)
}

fn client_port(node: &Peer, shown: Shown) -> u16 {
    let (plain, tls) = (
        node.plain_port(shown.tls_cluster),
        node.tls_port(shown.tls_cluster),
    );
    match shown.tls {
        true if tls != 0 => tls,
        _ => plain,
    }
}

/// Endpoint, port, id, and the other endpoints as a map.
fn write_slots_node(out: &mut ReplyWriter<'_>, node: &Peer, shown: Shown) {
    let (ip, hostname) = (node.address.ip.as_bytes(), node.hostname.as_bytes());
    out.array(4);
    match shown.endpoint {
        EndpointType::Ip => out.bulk(ip),
        EndpointType::Hostname if hostname.is_empty() => out.bulk(b"?"),
        EndpointType::Hostname => out.bulk(hostname),
        EndpointType::Unknown => out.null(),
    }
    out.integer(i64::from(client_port(node, shown)));
    out.bulk(node.id.as_bytes());
    let with_ip = shown.endpoint != EndpointType::Ip;
    let with_hostname = shown.endpoint != EndpointType::Hostname && !hostname.is_empty();
    out.map(usize::from(with_ip) + usize::from(with_hostname));
    if with_ip {
        out.bulk(b"ip");
        out.bulk(ip);
    }
    if with_hostname {
        out.bulk(b"hostname");
        out.bulk(hostname);
    }
}

fn write_shards_node(out: &mut ReplyWriter<'_>, node: &Peer, shown: Shown) {
    let ports = [
        ("port", node.plain_port(shown.tls_cluster)),
        ("tls-port", node.tls_port(shown.tls_cluster)),
    ];
    let ports = ports.iter().filter(|(_, port)| *port != 0);
    let hostname = Some(node.hostname.as_str()).filter(|hostname| !hostname.is_empty());
    out.map(6 + ports.clone().count() + usize::from(hostname.is_some()));
    let text = |out: &mut ReplyWriter<'_>, name: &str, value: &[u8]| {
        out.bulk(name.as_bytes());
        out.bulk(value);
    };
    text(out, "id", node.id.as_bytes());
    for (name, port) in ports {
        out.bulk(name.as_bytes());
        out.integer(i64::from(*port));
    }
    text(out, "ip", node.address.ip.as_bytes());
    let endpoint = match shown.endpoint {
        EndpointType::Ip => node.address.ip.as_str(),
        EndpointType::Hostname => hostname.unwrap_or("?"),
        EndpointType::Unknown => "",
    };
    text(out, "endpoint", endpoint.as_bytes());
    if let Some(hostname) = hostname {
        text(out, "hostname", hostname.as_bytes());
    }
    text(
        out,
        "role",
        if node.is_replica() {
            b"replica"
        } else {
            b"master"
        },
    );
    out.bulk(b"replication-offset");
    out.integer(i64::try_from(node.repl_offset.0).unwrap_or(i64::MAX));
    text(out, "health", health(node).as_bytes());
}

fn health(node: &Peer) -> &'static str {
    match node {
        node if node.is_failed() => "fail",
        node if node.is_replica() && node.repl_offset == ReplOffset(0) => "loading",
        _ => "online",
    }
}
