//! Sorted sets: a listpack, or members with their scores.

use shoal_rdb::listpack::ListpackRef;
use shoal_rdb::{Value as Stored, ValueWriter};

use super::Storable;
use crate::encodings::collection::Collection as _;
use crate::encodings::pack::Pack;
use crate::encodings::tools::Tools;
use crate::encodings::zset::{Zset, ZsetRef};

impl Storable for Zset {
    fn add(&mut self, part: Stored, tools: Tools<'_>) -> bool {
        match part {
            Stored::ZsetListpack(bytes) if self.is_empty() => {
                let list = ListpackRef::parse(&bytes).ok();
                let pack = list.map(Pack::from_listpack);
                let Some(zset) = pack.and_then(|pack| Self::from_pack(pack, tools)) else {
                    return false;
                };
                *self = zset;
                true
            }
            Stored::Zset(members) => {
                if members.len() > tools.options.zset_max_listpack_entries {
                    self.expect(members.len(), 0, tools);
                }
                members
                    .iter()
                    .all(|(member, score)| self.set(member, *score, tools) == Ok(None))
            }
            _ => false,
        }
    }

    fn save(view: ZsetRef<'_>, out: ValueWriter<'_>) {
        let tree = match view {
            ZsetRef::Pack(pack) => return out.zset_listpack(&pack.to_listpack()),
            ZsetRef::Tree(tree) => tree,
        };
        let mut row = out.zset(tree.len());
        for (member, score) in tree.walk(tree.len().saturating_sub(1), true) {
            row.scored(member, score);
        }
    }
}
