//! One line about a node.

use alloc::vec::Vec;

use shoal_slots::{NodeId, ShardId, Slot, UnixMillis, parse_range};

use super::error::{NodesConfError, NodesConfErrorKind as Kind};
use super::tokens::{Token, tokens};
use super::write::fits_the_file;
use super::{AuxFields, NodeLine, SlotMark};
use crate::wire::{IpText, Name, NodeFlags};

/// How many fields come before the slots.
const FIELDS: usize = 8;

/// The difference between the client port and the bus port where the file does not say.
const BUS_PORT_OFFSET: u16 = 10000;

impl NodeLine {
    /// Reads line number `number`, which has the form of nodes.conf or of CLUSTER NODES.
    ///
    /// # Errors
    /// [`NodesConfError`] tells where the line is wrong.
    pub fn parse(text: &str, number: usize) -> Result<Self, NodesConfError> {
        let fields: Vec<Token<'_>> = tokens(text, number).collect();
        let Some((fixed, slots)) = fields.split_first_chunk::<FIELDS>() else {
            let kind = Kind::TooFewFields { got: fields.len() };
            return Err(NodesConfError {
                line: number,
                column: None,
                kind,
            });
        };
        let [
            id,
            address,
            flags,
            primary,
            ping_sent,
            pong_received,
            epoch,
            link,
        ] = *fixed;
        let mut node = Self::new(node_id(id)?);
        parse_address(address, &mut node)?;
        node.flags = parse_flags(flags)?;
        node.primary = if primary.text == "-" {
            None
        } else {
            Some(node_id(primary)?)
        };
        if node.primary == Some(node.id) {
            return Err(primary.error(Kind::BadRole));
        }
        node.ping_sent = UnixMillis(ping_sent.number()?);
        node.pong_received = UnixMillis(pong_received.number()?);
        node.config_epoch = shoal_slots::Epoch(epoch.number()?);
        node.connected = match link.text {
            "connected" => true,
            "disconnected" => false,
            _ => return Err(link.error(Kind::BadLinkState)),
        };
        for token in slots {
            parse_slot_token(*token, &mut node)?;
        }
        Ok(node)
    }
}

fn node_id(token: Token<'_>) -> Result<NodeId, NodesConfError> {
    NodeId::parse(token.text.as_bytes()).map_err(|_| token.error(Kind::BadId))
}

/// `ip:port@cport[,hostname[,name=value]...]`
fn parse_address(token: Token<'_>, node: &mut NodeLine) -> Result<(), NodesConfError> {
    let mut parts = token.split(',');
    let endpoint = parts.next().unwrap_or(token);
    (node.ip, node.port, node.cport) =
        parse_endpoint(endpoint.text).ok_or_else(|| endpoint.error(Kind::BadAddress))?;
    if let Some(hostname) = parts.next().filter(|name| !name.text.is_empty()) {
        let name = Name::host(hostname.text).ok_or_else(|| hostname.error(Kind::BadHostname))?;
        node.hostname = Some(name);
    }
    parts.try_for_each(|field| parse_aux(field, &mut node.aux))
}

/// The port stands after the last colon, since an IPv6 address has colons of its own.
fn parse_endpoint(text: &str) -> Option<(IpText, u16, u16)> {
    let (ip, ports) = text.rsplit_once(':')?;
    let (port, cport) = match ports.split_once('@') {
        Some((port, cport)) => (port.parse().ok()?, cport.parse().ok()?),
        // Redis 3 wrote no bus port.
        None => {
            let port: u16 = ports.parse().ok()?;
            (port, port.checked_add(BUS_PORT_OFFSET)?)
        }
    };
    Some((IpText::new(ip)?, port, cport))
}

/// Fields come in any order. An empty value is as good as none.
fn parse_aux(field: Token<'_>, aux: &mut AuxFields) -> Result<(), NodesConfError> {
    let bad = || field.error(Kind::BadAux);
    let (name, value) = field.text.split_once('=').ok_or_else(bad)?;
    if !fits_the_file(value) {
        return Err(bad());
    }
    let filled = Some(value).filter(|value| !value.is_empty());
    let port = || filled.map(str::parse::<u16>).transpose().map_err(|_| bad());
    let host = || {
        filled
            .map(|value| Name::host(value).ok_or_else(bad))
            .transpose()
    };
    let human = || {
        filled
            .map(|value| Name::human(value).ok_or_else(bad))
            .transpose()
    };
    let shard = |value: &str| ShardId::parse(value.as_bytes()).map_err(|_| bad());
    match name {
        "client-ipv6" => aux.client_ipv6 = host()?,
        "client-ipv4" => aux.client_ipv4 = host()?,
        "tls-port" => aux.tls_port = port()?,
        "tcp-port" => aux.tcp_port = port()?,
        "nodename" => aux.nodename = human()?,
        "shard-id" => aux.shard_id = filled.map(shard).transpose()?,
        _ => return Err(field.error(Kind::UnknownAux)),
    }
    Ok(())
}

fn parse_flags(token: Token<'_>) -> Result<NodeFlags, NodesConfError> {
    let mut flags = NodeFlags::empty();
    for name in token.split(',') {
        flags |= NodeFlags::from_text(name.text).ok_or_else(|| name.error(Kind::BadFlag))?;
    }
    if flags.contains(NodeFlags::PRIMARY | NodeFlags::REPLICA) {
        return Err(token.error(Kind::BadRole));
    }
    Ok(flags)
}

/// `7`, `7-9`, `[7->-id]` or `[7-<-id]`.
fn parse_slot_token(token: Token<'_>, node: &mut NodeLine) -> Result<(), NodesConfError> {
    if token.text.starts_with('[') {
        let mark = parse_mark(token.text).ok_or_else(|| token.error(Kind::BadSlot))?;
        if !node.flags.contains(NodeFlags::MYSELF) {
            return Err(token.error(Kind::ForeignMark));
        }
        node.marks.push(mark);
        return Ok(());
    }
    let range = parse_range(token.text).map_err(|_| token.error(Kind::BadSlot))?;
    let (first, last) = (range.start().get(), range.end().get());
    for slot in (first..=last).filter_map(Slot::new) {
        if !node.slots.insert(slot) {
            return Err(token.error(Kind::SlotTaken { slot: slot.get() }));
        }
    }
    Ok(())
}

fn parse_mark(text: &str) -> Option<SlotMark> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    let (slot, rest) = inner.split_once('-')?;
    let slot = Slot::new(slot.parse().ok()?)?;
    let (arrow, id) = rest.split_once('-')?;
    let id = NodeId::parse(id.as_bytes()).ok()?;
    match arrow {
        ">" => Some(SlotMark::Migrating { slot, to: id }),
        "<" => Some(SlotMark::Importing { slot, from: id }),
        _ => None,
    }
}
