//! What the data plane knows of the cluster: an immutable picture that the control plane builds and swaps
//! whole, so that every command sees one consistent state without a lock.
//!
//! The hot question ("is this slot simply mine?") is answered by one bit, computed when the view is built;
//! everything that needs thought ([`route`](crate::route)) is asked only when that bit is not set.

use alloc::vec::Vec;

use crate::builder::ViewBuilder;
use crate::ids::NodeId;
use crate::node::{EndpointType, Role, ViewNode};
use crate::set::SlotSet;
use crate::slot::Slot;
use crate::table::{NodeIndex, SlotTable};

/// Whether this node believes that the cluster can serve (`cluster_state`).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum ClusterState {
    /// Enough slots and primaries are there.
    Ok,
    /// Slots are uncovered or the majority is out of reach. A new node starts here.
    #[default]
    Fail,
}

/// The options that decide how commands are routed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RouteOptions {
    /// `cluster-allow-reads-when-down`: serve reads of own slots while the cluster is down.
    pub allow_reads_when_down: bool,
    /// `cluster-allow-pubsubshard-when-down`: the same for sharded pub/sub.
    pub allow_pubsubshard_when_down: bool,
    /// `cluster-require-full-coverage`. Already part of the view's state; here for those who show it.
    pub require_full_coverage: bool,
    /// `cluster-preferred-endpoint-type`.
    pub endpoint: EndpointType,
}

impl Default for RouteOptions {
    /// The reference servers' defaults.
    fn default() -> Self {
        Self {
            allow_reads_when_down: false,
            allow_pubsubshard_when_down: true,
            require_full_coverage: true,
            endpoint: EndpointType::Ip,
        }
    }
}

/// The cluster as one node sees it at one moment. Built with [`ClusterView::builder`].
///
/// ```
/// use shoal_slots::{ClusterState, ClusterView, NodeId, Slot, SlotSet, ViewNode};
///
/// let me = ViewNode::new(NodeId::parse(&[b'a'; 40])?, "127.0.0.1", 7000);
/// let mut builder = ClusterView::builder(me);
/// let myself = builder.myself();
/// builder.table_mut().assign(&"0-8191".parse::<SlotSet>()?, myself);
/// builder.state(ClusterState::Ok);
/// let view = builder.build();
/// assert!(view.serves_plainly(Slot::of_key(b"user:2")));
/// assert!(!view.serves_plainly(Slot::of_key(b"foo")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClusterView {
    pub(crate) me: ViewNode,
    pub(crate) myself: NodeIndex,
    pub(crate) nodes: Vec<ViewNode>,
    pub(crate) table: SlotTable,
    pub(crate) state: ClusterState,
    pub(crate) options: RouteOptions,
    /// Slots whose commands run here without further questions.
    pub(crate) plain: SlotSet,
    /// Slots whose reads run here without further questions, if the client said READONLY.
    pub(crate) plain_reads: SlotSet,
}

impl ClusterView {
    /// Starts a view with this node in it, at [`ViewBuilder::myself`].
    #[must_use]
    pub fn builder(me: ViewNode) -> ViewBuilder {
        ViewBuilder::new(me)
    }

    /// Whether any command for this slot can run here as it is: the slot is mine, is not on the move, and
    /// the cluster is up.
    #[inline]
    #[must_use]
    pub const fn serves_plainly(&self, slot: Slot) -> bool {
        self.plain.contains(slot)
    }

    /// Whether a read of a READONLY client can run here as it is: like [`Self::serves_plainly`], or the same
    /// for a slot of my primary.
    #[inline]
    #[must_use]
    pub const fn serves_reads_plainly(&self, slot: Slot) -> bool {
        self.plain_reads.contains(slot)
    }

    /// This node.
    #[must_use]
    pub const fn me(&self) -> &ViewNode {
        &self.me
    }

    /// This node's place in [`Self::nodes`].
    #[must_use]
    pub const fn myself(&self) -> NodeIndex {
        self.myself
    }

    /// This node's role.
    #[must_use]
    pub const fn my_role(&self) -> Role {
        self.me.role
    }

    /// The primary this node copies, if it is a replica and knows it.
    #[must_use]
    pub fn my_primary(&self) -> Option<&ViewNode> {
        self.node(self.my_primary_index()?)
    }

    /// The place of the primary this node copies.
    #[must_use]
    pub fn my_primary_index(&self) -> Option<NodeIndex> {
        if self.me.role == Role::Replica {
            self.me.primary
        } else {
            None
        }
    }

    /// All nodes, this one included.
    #[must_use]
    pub fn nodes(&self) -> &[ViewNode] {
        &self.nodes
    }

    /// The node at a place.
    #[must_use]
    pub fn node(&self, index: NodeIndex) -> Option<&ViewNode> {
        self.nodes.get(index.get())
    }

    /// The node with this name and its place.
    #[must_use]
    pub fn find(&self, id: &NodeId) -> Option<(NodeIndex, &ViewNode)> {
        let place = self.nodes.iter().position(|node| node.id == *id)?;
        Some((NodeIndex::new(place)?, self.nodes.get(place)?))
    }

    /// The replicas of a node, in the order of [`Self::nodes`].
    pub fn replicas_of(&self, primary: NodeIndex) -> impl Iterator<Item = &ViewNode> {
        self.nodes
            .iter()
            .filter(move |node| node.role == Role::Replica && node.primary == Some(primary))
    }

    /// Owners and marks of all slots.
    #[must_use]
    pub const fn table(&self) -> &SlotTable {
        &self.table
    }

    /// Whether the cluster serves.
    #[must_use]
    pub const fn state(&self) -> ClusterState {
        self.state
    }

    /// How commands are routed.
    #[must_use]
    pub const fn options(&self) -> &RouteOptions {
        &self.options
    }

    /// Whether this node owns the slot.
    #[must_use]
    pub fn is_mine(&self, slot: Slot) -> bool {
        self.table.owner(slot) == Some(self.myself)
    }

    /// Whether the slot belongs to the primary this node copies.
    #[must_use]
    pub fn is_my_primarys(&self, slot: Slot) -> bool {
        let primary = self.my_primary_index();
        primary.is_some() && self.table.owner(slot) == primary
    }

    /// The slots of this node's shard: its own, or its primary's.
    #[must_use]
    pub fn my_slots(&self) -> SlotSet {
        self.table
            .slots_of(self.my_primary_index().unwrap_or(self.myself))
    }

    /// The owner of the slot.
    #[must_use]
    pub fn owner(&self, slot: Slot) -> Option<&ViewNode> {
        self.node(self.table.owner(slot)?)
    }

    /// Where the slot is being moved to.
    #[must_use]
    pub fn migrating(&self, slot: Slot) -> Option<&ViewNode> {
        self.node(self.table.migrating(slot)?)
    }

    /// Where the slot is being moved from.
    #[must_use]
    pub fn importing(&self, slot: Slot) -> Option<&ViewNode> {
        self.node(self.table.importing(slot)?)
    }
}
