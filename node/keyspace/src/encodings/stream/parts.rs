//! Between a stream and what RDB says of it.

use shoal_rdb::StreamId;
use shoal_rdb::listpack::{Listpack, ListpackError};

use super::Stream;
use super::node::Node;

impl Stream {
    /// Adds a node whose id is greater than all before. Its entries must have been checked, and are counted in
    /// the numbers already.
    pub(crate) fn push_node(&mut self, id: StreamId, bytes: Vec<u8>) -> Result<(), ListpackError> {
        self.nodes
            .push(id, Node::from_listpack(Listpack::from_bytes(bytes)?));
        Ok(())
    }

    /// The nodes in order: their ids and their listpacks.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = (StreamId, &[u8])> {
        let nodes = self.nodes.forward(super::id::MIN);
        nodes.map(|(id, node)| (*id, node.as_bytes()))
    }
}
