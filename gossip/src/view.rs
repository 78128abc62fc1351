//! The picture for the data plane: everything that routing and redirections need, and nothing else.

use alloc::collections::BTreeMap;

use shoal_slots::{ClusterView, NodeId, NodeIndex, RouteOptions, ViewNode};

use crate::gossip::Gossip;
use crate::peer::Peer;

impl Gossip {
    /// The cluster as this node sees it now. Handshakes are left out: they have no name yet.
    #[must_use]
    pub fn view(&self) -> ClusterView {
        let me = self.peers.me();
        let mut builder = ClusterView::builder(self.view_node(me));
        let mut places: BTreeMap<NodeId, NodeIndex> = BTreeMap::new();
        places.insert(me.id, builder.myself());
        for peer in self
            .peers
            .iter()
            .filter(|peer| peer.id != me.id && !peer.handshake)
        {
            if let Some(place) = builder.add(self.view_node(peer)) {
                places.insert(peer.id, place);
            }
        }
        for peer in self.peers.iter() {
            let primary = peer
                .primary
                .and_then(|primary| places.get(&primary).copied());
            if let Some(node) = places
                .get(&peer.id)
                .and_then(|place| builder.node_mut(*place))
            {
                node.primary = primary;
            }
        }
        let table = builder.table_mut();
        for (id, _) in self.slots.owners() {
            if let Some(place) = places.get(id) {
                table.assign(self.slots.slots_of(id), *place);
            }
        }
        for (slot, target) in &self.slots.migrating {
            table.set_migrating(*slot, places.get(target).copied());
        }
        for (slot, source) in &self.slots.importing {
            table.set_importing(*slot, places.get(source).copied());
        }
        builder.state(self.state());
        builder.options(RouteOptions {
            require_full_coverage: self.config.require_full_coverage,
            ..self.config.route
        });
        builder.build()
    }

    fn view_node(&self, peer: &Peer) -> ViewNode {
        let tls = self.config.tls_cluster;
        let mut node = ViewNode::new(peer.id, peer.address.ip.as_str(), peer.plain_port(tls));
        node.tls_port = peer.tls_port(tls);
        node.bus_port = peer.address.bus_port;
        node.hostname.clone_from(&peer.hostname);
        node.role = peer.role;
        node.failing = peer.is_failed();
        node.suspected = peer.is_suspected();
        node
    }
}
