//! `INFO`: which sections, in which order. What stands in them is in the files beside this one.
//!
//! The field names are the reference server's, because tools look for them. What does not exist here
//! (forks, defragmentation) is shown as the idle value where a tool is known to read it.

mod memory;
mod replication;
mod server;
mod stats;

use crate::data_plane::DataPlane;
use crate::data_plane::call::{Call, Flow, is_word};

/// Lines of one section.
pub(crate) type Lines = Vec<(&'static str, String)>;

struct Section {
    name: &'static str,
    title: &'static str,
    /// Shown without being asked for.
    default: bool,
    write: fn(&DataPlane, &mut String),
}

static SECTIONS: &[Section] = &[
    Section {
        name: "server",
        title: "Server",
        default: true,
        write: server::server,
    },
    Section {
        name: "clients",
        title: "Clients",
        default: true,
        write: server::clients,
    },
    Section {
        name: "memory",
        title: "Memory",
        default: true,
        write: memory::memory,
    },
    Section {
        name: "persistence",
        title: "Persistence",
        default: true,
        write: server::persistence,
    },
    Section {
        name: "stats",
        title: "Stats",
        default: true,
        write: stats::stats,
    },
    Section {
        name: "replication",
        title: "Replication",
        default: true,
        write: replication::replication,
    },
    Section {
        name: "cpu",
        title: "CPU",
        default: true,
        write: server::cpu,
    },
    Section {
        name: "modules",
        title: "Modules",
        default: true,
        write: |_, _| {},
    },
    Section {
        name: "commandstats",
        title: "Commandstats",
        default: false,
        write: stats::commandstats,
    },
    Section {
        name: "errorstats",
        title: "Errorstats",
        default: true,
        write: stats::errorstats,
    },
    Section {
        name: "latencystats",
        title: "Latencystats",
        default: false,
        write: |_, _| {},
    },
    Section {
        name: "cluster",
        title: "Cluster",
        default: true,
        write: server::cluster,
    },
    Section {
        name: "keyspace",
        title: "Keyspace",
        default: true,
        write: server::keyspace,
    },
];

/// `INFO [section ...]`.
pub(crate) fn info(plane: &mut DataPlane, call: &Call<'_>) -> Flow {
    let asked: Vec<&[u8]> = call.args.slice(1..).iter().collect();
    let mut text = String::with_capacity(4096);
    for section in SECTIONS
        .iter()
        .filter(|section| section.is_asked_for(&asked))
    {
        if !text.is_empty() {
            text.push_str("\r\n");
        }
        text.push_str("# ");
        text.push_str(section.title);
        text.push_str("\r\n");
        (section.write)(plane, &mut text);
    }
    plane.reply(call.client).verbatim(b"txt", text.as_bytes());
    Flow::Next
}

impl Section {
    fn is_asked_for(&self, asked: &[&[u8]]) -> bool {
        if asked.is_empty() {
            return self.default;
        }
        asked.iter().any(|word| {
            is_word(word, self.name)
                || is_word(word, "all")
                || is_word(word, "everything")
                || (self.default && is_word(word, "default"))
        })
    }
}

/// Writes `name:value` lines.
pub(crate) fn put(text: &mut String, lines: Lines) {
    for (name, value) in lines {
        text.push_str(name);
        text.push(':');
        text.push_str(&value);
        text.push_str("\r\n");
    }
}

/// A number, a word, anything that can be shown, as a line's value.
macro_rules! lines {
    ($($name:literal: $value:expr),* $(,)?) => { vec![$(($name, $value.to_string())),*] };
}
pub(crate) use lines;

/// Bytes with a unit, as `used_memory_human` shows them: `1.50M`.
pub(crate) fn human(bytes: u64) -> String {
    let mut value = bytes as f64;
    if bytes < 1024 {
        return format!("{bytes}B");
    }
    for unit in ["K", "M", "G", "T"] {
        value /= 1024.0;
        if value < 1024.0 {
            return format!("{value:.2}{unit}");
        }
    }
    format!("{:.2}P", value / 1024.0)
}
