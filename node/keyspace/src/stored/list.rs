//! Lists: nodes that are listpacks, or one long element.

use shoal_rdb::listpack::{ListpackRef, framed};
use shoal_rdb::{ListNode, Value as Stored, ValueWriter};

use super::Storable;
use crate::encodings::list::{Limits, List, ListRef};
use crate::encodings::tools::Tools;

impl Storable for List {
    fn add(&mut self, part: Stored, tools: Tools<'_>) -> bool {
        let Stored::List(nodes) = part else {
            return false;
        };
        let limits = Limits::of(tools.options);
        for node in nodes {
            match node {
                ListNode::Plain(text) => self.append_plain(&text, &limits),
                ListNode::Listpack(bytes) => match ListpackRef::parse(&bytes) {
                    Ok(list) => self.append_row(list.row(), list.len(), &limits),
                    Err(_) => return false,
                },
            }
        }
        self.settle(&limits);
        true
    }

    fn save(view: ListRef<'_>, out: ValueWriter<'_>) {
        match view {
            ListRef::Pack(pack) => out.list(1).listpack(&pack.to_listpack()),
            ListRef::Listpack(node) => out.list(1).listpack(&framed(node.row(), node.len())),
            ListRef::Quicklist(list) => {
                let nodes = list.nodes();
                let mut row = out.list(nodes.len());
                for node in nodes {
                    if node.is_plain() {
                        row.plain(node.row());
                    } else {
                        row.listpack(&framed(node.row(), node.len()));
                    }
                }
            }
        }
    }
}
