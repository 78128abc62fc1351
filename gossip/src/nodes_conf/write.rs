//! The text forms: nodes.conf of each dialect, and the lines of CLUSTER NODES.

use alloc::string::{String, ToString};
use core::fmt::{self, Display, Write};

use super::{AuxFields, NodeLine, NodesConf, SlotMark};
use crate::wire::{Dialect, Name};

/// Which text form of a line is wanted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LineForm {
    /// As CLUSTER NODES answers: without named fields.
    ClusterNodes,
    /// As in the nodes.conf of this dialect.
    File(Dialect),
}

/// A line that writes itself, made by [`NodeLine::display`]. Has no line end.
#[derive(Clone, Copy, Debug)]
pub struct NodeLineText<'a> {
    node: &'a NodeLine,
    form: LineForm,
}

impl NodesConf {
    /// The file as this dialect writes it.
    #[must_use]
    pub fn to_text(&self, dialect: Dialect) -> String {
        let mut text = String::with_capacity(self.nodes.len() * 200 + 64);
        // Writing into a string does not fail.
        let _ = self.write(LineForm::File(dialect), &mut text);
        text
    }

    fn write(&self, form: LineForm, out: &mut dyn Write) -> fmt::Result {
        for node in &self.nodes {
            writeln!(out, "{}", node.display(form))?;
        }
        writeln!(
            out,
            "vars currentEpoch {} lastVoteEpoch {}",
            self.current_epoch, self.last_vote_epoch
        )
    }
}

impl Display for NodesConf {
    /// The file with every field that there is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(LineForm::File(Dialect::Valkey8), f)
    }
}

impl NodeLine {
    /// The line in one of its forms.
    #[must_use]
    pub const fn display(&self, form: LineForm) -> NodeLineText<'_> {
        NodeLineText { node: self, form }
    }
}

impl Display for NodeLineText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let node = self.node;
        write!(f, "{} {}:{}@{}", node.id, node.ip, node.port, node.cport)?;
        write_names(node, self.form, f)?;
        f.write_char(' ')?;
        write_flags(node, f)?;
        match node.primary {
            Some(primary) => write!(f, " {primary}")?,
            None => f.write_str(" -")?,
        }
        let link = if node.connected {
            "connected"
        } else {
            "disconnected"
        };
        write!(
            f,
            " {} {} {} {link}",
            node.ping_sent.0, node.pong_received.0, node.config_epoch
        )?;
        for range in node.slots.ranges() {
            match (range.start().get(), range.end().get()) {
                (first, last) if first == last => write!(f, " {first}")?,
                (first, last) => write!(f, " {first}-{last}")?,
            }
        }
        for mark in &node.marks {
            match mark {
                SlotMark::Migrating { slot, to } => write!(f, " [{slot}->-{to}]")?,
                SlotMark::Importing { slot, from } => write!(f, " [{slot}-<-{from}]")?,
            }
        }
        Ok(())
    }
}

/// Host name and named fields. With named fields the host name has its place even if it is empty.
fn write_names(node: &NodeLine, form: LineForm, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let hostname = node.hostname.as_ref().map_or("", Name::as_str);
    let fields = match form {
        LineForm::File(dialect) if dialect.writes_aux_fields() => fields_of(&node.aux, dialect),
        _ => Default::default(),
    };
    if hostname.is_empty() && fields.iter().all(|(_, value)| value.is_none()) {
        return Ok(());
    }
    write!(f, ",{hostname}")?;
    for (name, value) in fields {
        if let Some(value) = value {
            write!(f, ",{name}={value}")?;
        }
    }
    Ok(())
}

/// The named fields in the order of the file. A name for humans that could not be read back is left out:
/// its owner tells it again in the next heartbeat.
fn fields_of(aux: &AuxFields, dialect: Dialect) -> [(&'static str, Option<String>); 6] {
    let clients = dialect == Dialect::Valkey8;
    let client = |name: &Option<Name>| name.as_ref().filter(|_| clients).map(Name::to_string);
    let readable = |name: &&Name| !name.as_str().is_empty() && fits_the_file(name.as_str());
    [
        ("client-ipv6", client(&aux.client_ipv6)),
        ("client-ipv4", client(&aux.client_ipv4)),
        ("tls-port", aux.tls_port.map(|port| port.to_string())),
        ("tcp-port", aux.tcp_port.map(|port| port.to_string())),
        (
            "nodename",
            aux.nodename.as_ref().filter(readable).map(Name::to_string),
        ),
        ("shard-id", aux.shard_id.map(|shard| shard.to_string())),
    ]
}

fn write_flags(node: &NodeLine, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut names = node.flags.names();
    f.write_str(names.next().unwrap_or("noflags"))?;
    names.try_for_each(|name| write!(f, ",{name}"))
}

/// Whether a named field may have this value: nothing that separates fields or is reserved by the format.
pub(super) fn fits_the_file(value: &str) -> bool {
    !value.bytes().any(|b| {
        b.is_ascii_whitespace() || b.is_ascii_control() || b"!#$%&()*+;<>?@[]^{|}~,\"'".contains(&b)
    })
}
