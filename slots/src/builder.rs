//! How the control plane puts a [`ClusterView`] together. The builder always has this node first, so a view
//! without it cannot be made, and what the data plane asks on every command is computed here, once.

use alloc::vec::Vec;

use crate::ids::NodeId;
use crate::node::{Role, ViewNode};
use crate::set::SlotSet;
use crate::slot::Slot;
use crate::table::{NodeIndex, SlotTable};
use crate::view::{ClusterState, ClusterView, RouteOptions};

/// The builder puts this node first.
const MYSELF: NodeIndex = NodeIndex::FIRST;

/// Collects the parts of a [`ClusterView`].
#[derive(Clone, Debug)]
pub struct ViewBuilder {
    nodes: Vec<ViewNode>,
    table: SlotTable,
    state: ClusterState,
    options: RouteOptions,
}

impl ViewBuilder {
    pub(crate) fn new(me: ViewNode) -> Self {
        Self {
            nodes: Vec::from([me]),
            table: SlotTable::new(),
            state: ClusterState::default(),
            options: RouteOptions::default(),
        }
    }

    /// The place of this node: always the first.
    #[must_use]
    pub const fn myself(&self) -> NodeIndex {
        MYSELF
    }

    /// Adds another node; its place, or `None` when there are 65535 already.
    pub fn add(&mut self, node: ViewNode) -> Option<NodeIndex> {
        let index = NodeIndex::new(self.nodes.len())?;
        self.nodes.push(node);
        Some(index)
    }

    /// A node added before, to complete it (its `primary` may have been added after it).
    pub fn node_mut(&mut self, index: NodeIndex) -> Option<&mut ViewNode> {
        self.nodes.get_mut(index.get())
    }

    /// Owners and marks, to fill in.
    pub const fn table_mut(&mut self) -> &mut SlotTable {
        &mut self.table
    }

    /// Says whether the cluster serves; without this it does not.
    pub const fn state(&mut self, state: ClusterState) -> &mut Self {
        self.state = state;
        self
    }

    /// Says how commands are routed; without this as the reference servers do by default.
    pub const fn options(&mut self, options: RouteOptions) -> &mut Self {
        self.options = options;
        self
    }

    /// The view. Owners and marks that name no node of it count as nobody.
    #[must_use]
    pub fn build(mut self) -> ClusterView {
        self.drop_strangers();
        let me = self.nodes.first().cloned();
        // The builder starts with a node and never removes one.
        let me = me.unwrap_or_else(|| ViewNode::new(NodeId::ZERO, "", 0));
        let (plain, plain_reads) = self.plain_slots(&me);
        let Self {
            nodes,
            table,
            state,
            options,
        } = self;
        ClusterView {
            me,
            myself: MYSELF,
            nodes,
            table,
            state,
            options,
            plain,
            plain_reads,
        }
    }

    fn drop_strangers(&mut self) {
        let count = self.nodes.len();
        let strange = |node: NodeIndex| node.get() >= count;
        for slot in Slot::all() {
            if self.table.owner(slot).is_some_and(strange) {
                self.table.set_owner(slot, None);
            }
            if self.table.migrating(slot).is_some_and(strange) {
                self.table.set_migrating(slot, None);
            }
            if self.table.importing(slot).is_some_and(strange) {
                self.table.set_importing(slot, None);
            }
        }
    }

    fn plain_slots(&self, me: &ViewNode) -> (SlotSet, SlotSet) {
        if self.state == ClusterState::Fail {
            return (SlotSet::new(), SlotSet::new());
        }
        let marked: SlotSet = self
            .table
            .migrations()
            .chain(self.table.imports())
            .map(|(slot, _)| slot)
            .collect();
        let plain = self.table.slots_of(MYSELF).difference(&marked);
        let mut plain_reads = plain.clone();
        if let (Role::Replica, Some(primary)) = (me.role, me.primary) {
            plain_reads.union_with(&self.table.slots_of(primary).difference(&marked));
        }
        (plain, plain_reads)
    }
}
