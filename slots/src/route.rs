//! Where a command runs: here, elsewhere, or nowhere now.
//!
//! [`route`] is a pure function of a [`ClusterView`], what kind of command it is, its keys and which of them
//! exist here. The order of its questions is observable (a request may be wrong in several ways at once),
//! and follows the reference servers step by step. The texts are compared byte for byte with captured ones.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;

use crate::node::{EndpointType, Role, ViewNode};
use crate::slot::Slot;
use crate::view::{ClusterState, ClusterView};

/// What a command does to its keys, as far as routing cares.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum CommandKind {
    /// Does not carry the write flag. EVAL belongs here: what its script writes is judged call by call.
    #[default]
    Read,
    /// Carries the write flag; for EXEC: any of the queued commands does.
    Write,
    /// SSUBSCRIBE, SUNSUBSCRIBE, SPUBLISH: the keys are channels, which never exist or miss.
    ShardPubSub,
}

/// A command to be routed, apart from its keys.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct RouteRequest {
    /// What it does to its keys.
    pub kind: CommandKind,
    /// The client said READONLY.
    pub readonly_client: bool,
    /// The client said ASKING just before, or the command implies it (RESTORE-ASKING).
    pub asking: bool,
    /// It is MIGRATE, which may always work on a slot on the move.
    pub is_migrate: bool,
}

impl RouteRequest {
    /// A request of this kind by a client without READONLY and ASKING.
    #[must_use]
    pub const fn of(kind: CommandKind) -> Self {
        Self {
            kind,
            readonly_client: false,
            asking: false,
            is_migrate: false,
        }
    }
}

/// Why nobody can serve a request now.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
pub enum DownReason {
    /// Nobody owns the slot.
    #[error("CLUSTERDOWN Hash slot not served")]
    SlotUnbound,
    /// The cluster is down.
    #[error("CLUSTERDOWN The cluster is down")]
    Cluster,
    /// The cluster is down, and this node is configured to go on with reads; this is not one.
    #[error("CLUSTERDOWN The cluster is down and only accepts read commands")]
    ReadOnly,
}

/// The decision about one request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Route<'v> {
    /// Run it here.
    Local,
    /// The slot belongs to another node, for good.
    Moved {
        /// The slot of the request.
        slot: Slot,
        /// Its owner.
        node: &'v ViewNode,
    },
    /// The slot is on its way to another node, which must be asked for this one request.
    Ask {
        /// The slot of the request.
        slot: Slot,
        /// Where the slot is moving.
        node: &'v ViewNode,
    },
    /// Some keys are here and some already moved: nobody can serve them together now.
    TryAgain,
    /// The keys live in different slots.
    CrossSlot,
    /// Nobody can serve it.
    Down(DownReason),
}

const TRY_AGAIN: &str = "TRYAGAIN Multiple keys request during rehashing of slot";
const CROSS_SLOT: &str = "CROSSSLOT Keys in request don't hash to the same slot";

impl Route<'_> {
    /// The error to answer, without the leading dash; `None` if the request runs here. `tls` says whether
    /// the client's connection is encrypted, which decides the port it is told.
    #[must_use]
    pub fn error_text(&self, endpoint: EndpointType, tls: bool) -> Option<String> {
        match self {
            Self::Local => None,
            Self::Moved { slot, node } => Some(redirection("MOVED", *slot, node, endpoint, tls)),
            Self::Ask { slot, node } => Some(redirection("ASK", *slot, node, endpoint, tls)),
            Self::TryAgain => Some(TRY_AGAIN.to_owned()),
            Self::CrossSlot => Some(CROSS_SLOT.to_owned()),
            Self::Down(reason) => Some(format!("{reason}")),
        }
    }

    /// What a script is told instead when a command inside it is not for this node. Scripts do not follow
    /// redirections, so the texts name no node.
    #[must_use]
    pub const fn script_error_text(&self) -> Option<&'static str> {
        match self {
            Self::Local => None,
            Self::Down(DownReason::Cluster) => {
                Some("Script attempted to execute a command while the cluster is down")
            }
            Self::Down(DownReason::ReadOnly) => Some(
                "Script attempted to execute a write command while the cluster is down and readonly",
            ),
            _ => Some("Script attempted to access a non local key in a cluster node"),
        }
    }
}

fn redirection(
    word: &str,
    slot: Slot,
    node: &ViewNode,
    endpoint: EndpointType,
    tls: bool,
) -> String {
    format!(
        "{word} {slot} {}:{}",
        node.client_host(endpoint),
        node.client_port(tls)
    )
}

/// The slot in which all keys live, if it is the same for all and this node simply serves it: the fast way
/// around [`route`], without allocation and without asking which keys exist. `None` means "ask `route`".
#[inline]
#[must_use]
pub fn plain_slot<'k>(
    view: &ClusterView,
    mut keys: impl Iterator<Item = &'k [u8]>,
) -> Option<Slot> {
    let slot = Slot::of_key(keys.next()?);
    let plain = view.serves_plainly(slot) && keys.all(|key| Slot::of_key(key) == slot);
    if plain { Some(slot) } else { None }
}

/// Decides where a command with these keys runs. `present` says whether a key exists here (an expired one
/// does not); it is asked only about slots on the move. Without keys a command runs anywhere.
pub fn route<'v, 'k>(
    view: &'v ClusterView,
    request: &RouteRequest,
    keys: impl Iterator<Item = &'k [u8]> + Clone,
    present: impl FnMut(&[u8]) -> bool,
) -> Route<'v> {
    let Some(first) = keys.clone().next() else {
        return Route::Local;
    };
    let slot = Slot::of_key(first);
    let Some(owner) = view.owner(slot) else {
        return Route::Down(DownReason::SlotUnbound);
    };
    if keys.clone().any(|key| Slot::of_key(key) != slot) {
        return Route::CrossSlot;
    }
    if let Some(reason) = refused_while_down(view, request.kind) {
        return Route::Down(reason);
    }
    let on_the_move = route_on_the_move(view, request, slot, keys, present);
    on_the_move.unwrap_or_else(|| route_settled(view, request, slot, owner))
}

fn refused_while_down(view: &ClusterView, kind: CommandKind) -> Option<DownReason> {
    let options = view.options();
    match (view.state(), kind) {
        (ClusterState::Ok, _) => None,
        (_, CommandKind::ShardPubSub) if options.allow_pubsubshard_when_down => None,
        (_, CommandKind::Read) if options.allow_reads_when_down => None,
        (_, CommandKind::Write) if options.allow_reads_when_down => Some(DownReason::ReadOnly),
        _ => Some(DownReason::Cluster),
    }
}

/// Which of the request's keys exist here.
struct Presence {
    some_present: bool,
    some_missing: bool,
    /// More than one distinct key.
    several: bool,
}

impl Presence {
    fn of<'k>(
        kind: CommandKind,
        mut keys: impl Iterator<Item = &'k [u8]> + Clone,
        mut present: impl FnMut(&[u8]) -> bool,
    ) -> Self {
        let first = keys.clone().next();
        let several = keys.clone().any(|key| Some(key) != first);
        if kind == CommandKind::ShardPubSub {
            return Self {
                some_present: false,
                some_missing: false,
                several,
            };
        }
        let some_present = keys.clone().any(&mut present);
        let some_missing = !keys.all(&mut present);
        Self {
            some_present,
            some_missing,
            several,
        }
    }
}

/// The answer for a slot with a mark, where the mark decides.
fn route_on_the_move<'v, 'k>(
    view: &'v ClusterView,
    request: &RouteRequest,
    slot: Slot,
    keys: impl Iterator<Item = &'k [u8]> + Clone,
    present: impl FnMut(&[u8]) -> bool,
) -> Option<Route<'v>> {
    // A replica that learnt of its primary's migration answers ASK to those reads it would have served.
    let serves = view.is_mine(slot) || serves_as_replica(view, request, slot);
    let migrating = view.migrating(slot).filter(|_| serves);
    // An import must not make a replica take writes.
    let importing = migrating.is_none()
        && view.importing(slot).is_some()
        && (view.my_role() == Role::Primary || request.kind != CommandKind::Write);
    if migrating.is_none() && !importing {
        return None;
    }
    if request.is_migrate {
        return Some(Route::Local);
    }
    let presence = Presence::of(request.kind, keys, present);
    match migrating {
        Some(_) if presence.some_missing && presence.some_present => Some(Route::TryAgain),
        Some(node) if presence.some_missing => Some(Route::Ask { slot, node }),
        None if request.asking && presence.several && presence.some_missing => {
            Some(Route::TryAgain)
        }
        None if request.asking => Some(Route::Local),
        _ => None,
    }
}

/// The answer for a slot that stays where it is.
fn route_settled<'v>(
    view: &'v ClusterView,
    request: &RouteRequest,
    slot: Slot,
    owner: &'v ViewNode,
) -> Route<'v> {
    if view.is_mine(slot) || serves_as_replica(view, request, slot) {
        Route::Local
    } else {
        Route::Moved { slot, node: owner }
    }
}

fn serves_as_replica(view: &ClusterView, request: &RouteRequest, slot: Slot) -> bool {
    let may = match request.kind {
        CommandKind::Read => request.readonly_client,
        CommandKind::ShardPubSub => true,
        CommandKind::Write => false,
    };
    may && view.is_my_primarys(slot)
}

/// What a client that is blocked on a key of this slot must be told, because the slot or the cluster changed
/// under it; `None` while it may go on waiting.
#[must_use]
pub fn route_blocked<'v>(
    view: &'v ClusterView,
    request: &RouteRequest,
    slot: Slot,
) -> Option<Route<'v>> {
    if view.state() == ClusterState::Fail {
        return Some(Route::Down(DownReason::Cluster));
    }
    if view.is_mine(slot)
        || view.importing(slot).is_some()
        || serves_as_replica(view, request, slot)
    {
        return None;
    }
    Some(match view.owner(slot) {
        Some(node) => Route::Moved { slot, node },
        None => Route::Down(DownReason::SlotUnbound),
    })
}
