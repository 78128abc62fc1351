//! Sets: an intset, a listpack, or members.

use shoal_rdb::listpack::{Element, ListpackRef};
use shoal_rdb::{Value as Stored, ValueWriter};

use super::Storable;
use crate::encodings::collection::Collection as _;
use crate::encodings::pack::Pack;
use crate::encodings::set::{Ints, Set, SetRef};
use crate::encodings::tools::Tools;

impl Storable for Set {
    fn add(&mut self, part: Stored, tools: Tools<'_>) -> bool {
        match part {
            Stored::SetIntset(bytes) if self.is_empty() => {
                let Some(ints) = Ints::from_intset(&bytes) else {
                    return false;
                };
                if ints.view().len() <= tools.options.set_max_intset_entries {
                    *self = Self::Ints(ints);
                    return true;
                }
                add_all(self, ints.view().iter().map(Element::Int), tools)
            }
            Stored::SetListpack(bytes) if self.is_empty() => {
                let Ok(list) = ListpackRef::parse(&bytes) else {
                    return false;
                };
                let options = tools.options;
                if list.len() <= options.set_max_listpack_entries && !options.encodings_of_7_0 {
                    *self = Self::Pack(Pack::from_listpack(list));
                    return true;
                }
                self.expect(list.len(), tools);
                add_all(self, list.iter(), tools)
            }
            Stored::Set(members) => {
                if self.is_empty() && members.len() > tools.options.set_max_intset_entries {
                    self.expect(members.len(), tools);
                }
                add_all(
                    self,
                    members.iter().map(|member| Element::Str(member)),
                    tools,
                )
            }
            _ => false,
        }
    }

    fn save(view: SetRef<'_>, out: ValueWriter<'_>) {
        match view {
            SetRef::Ints(ints) => out.set_intset(&ints.to_intset()),
            SetRef::Pack(pack) => out.set_listpack(&pack.to_listpack()),
            SetRef::Table(table) => {
                let mut row = out.set(table.len());
                for entry in table.table().iter() {
                    row.member(entry.key());
                }
            }
        }
    }
}

/// Adds members, none of which may be there already.
fn add_all<'m>(
    set: &mut Set,
    mut members: impl Iterator<Item = Element<'m>>,
    tools: Tools<'_>,
) -> bool {
    members.all(|member| set.add(member, tools))
}
