//! What the data plane knows of the cluster: an immutable picture that the control plane builds and swaps
//! whole, so that every command sees one consistent state without a lock.
//!
//! The hot question ("is this slot simply mine?") is answered by one bit, computed when the view is built;
//! everything that needs thought ([`route`](crate::route)) is asked only when that bit is not set.

use alloc::string::String;
use alloc::vec::Vec;

use crate::ids::NodeId;
use crate::set::SlotSet;
use crate::slot::Slot;
use crate::table::{NodeIndex, SlotTable};

/// What a node is in its shard.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Role {
    /// Owns slots and takes writes (`master` on the wire).
    Primary,
    /// Copies a primary (`slave` or `replica` on the wire).
    Replica,
}

/// Whether this node believes that the cluster can serve (`cluster_state`).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum ClusterState {
    /// Enough slots and primaries are there.
    Ok,
    /// Slots are uncovered or the majority is out of reach. A new node starts here.
    #[default]
    Fail,
}

/// What clients are told to connect to (`cluster-preferred-endpoint-type`).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum EndpointType {
    /// The address.
    #[default]
    Ip,
    /// The announced host name; `?` for a node that has none.
    Hostname,
    /// Nothing: the client uses the host that it is connected to.
    Unknown,
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

/// A node as clients are told of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ViewNode {
    /// Its name.
    pub id: NodeId,
    /// Its address as text; empty while unknown.
    pub ip: String,
    /// The port for plain connections; 0 if there is none.
    pub port: u16,
    /// The port for TLS connections; 0 if there is none.
    pub tls_port: u16,
    /// The port of the cluster bus.
    pub bus_port: u16,
    /// Its announced host name; empty if it has none.
    pub hostname: String,
    /// What it is in its shard.
    pub role: Role,
    /// The primary it copies, if it is a replica and that primary is known.
    pub primary: Option<NodeIndex>,
    /// The majority says that it is down (FAIL).
    pub failing: bool,
    /// This node alone doubts it (PFAIL).
    pub suspected: bool,
}

impl ViewNode {
    /// A primary about which nothing but the name and the address is known.
    #[must_use]
    pub fn new(id: NodeId, ip: impl Into<String>, port: u16) -> Self {
        Self {
            id,
            ip: ip.into(),
            port,
            tls_port: 0,
            bus_port: port.saturating_add(10_000),
            hostname: String::new(),
            role: Role::Primary,
            primary: None,
            failing: false,
            suspected: false,
        }
    }

    /// The port for a client: of its own kind, or the other one where the node has only that.
    #[must_use]
    pub const fn client_port(&self, tls: bool) -> u16 {
        let (wanted, other) = if tls {
            (self.tls_port, self.port)
        } else {
            (self.port, self.tls_port)
        };
        if wanted == 0 { other } else { wanted }
    }

    /// The host for a client, as a redirection writes it.
    #[must_use]
    pub fn client_host(&self, endpoint: EndpointType) -> &str {
        match endpoint {
            EndpointType::Ip => &self.ip,
            EndpointType::Hostname if self.hostname.is_empty() => "?",
            EndpointType::Hostname => &self.hostname,
            EndpointType::Unknown => "",
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
    me: ViewNode,
    myself: NodeIndex,
    nodes: Vec<ViewNode>,
    table: SlotTable,
    state: ClusterState,
    options: RouteOptions,
    /// Slots whose commands run here without further questions.
    plain: SlotSet,
    /// Slots whose reads run here without further questions, if the client said READONLY.
    plain_reads: SlotSet,
}

impl ClusterView {
    /// Starts a view with this node in it, at [`ViewBuilder::myself`].
    #[must_use]
    pub fn builder(me: ViewNode) -> ViewBuilder {
        ViewBuilder {
            nodes: Vec::from([me]),
            table: SlotTable::new(),
            state: ClusterState::default(),
            options: RouteOptions::default(),
        }
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

/// Collects the parts of a [`ClusterView`].
#[derive(Clone, Debug)]
pub struct ViewBuilder {
    nodes: Vec<ViewNode>,
    table: SlotTable,
    state: ClusterState,
    options: RouteOptions,
}

impl ViewBuilder {
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

/// The builder puts this node first.
const MYSELF: NodeIndex = NodeIndex::FIRST;
