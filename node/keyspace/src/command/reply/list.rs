//! COMMAND LIST: names of commands and subcommands, all of them or those that pass a filter.

use shoal_resp::{Args, ReplyWriter};

use crate::command::flags::AclCategories;
use crate::command::spec::CommandSpec;
use crate::command::table::commands;
use crate::glob::Glob;

/// Which names are wanted.
enum Filter {
    All,
    /// Those of a module; there are none.
    Module,
    /// Those of a category; none if there is no such category.
    Category(Option<AclCategories>),
    /// Those that match, in any case.
    Pattern(Vec<u8>),
}

/// COMMAND LIST, given the whole request.
pub fn list(args: Args<'_>, reply: &mut ReplyWriter<'_>) {
    let Some(filter) = parse(args) else {
        return reply.error("ERR syntax error");
    };
    let listed = || every_name().filter(|spec| filter.passes(spec));
    reply.array(listed().count());
    listed().for_each(|spec| reply.bulk(spec.name.as_bytes()));
}

/// Commands, each followed by its subcommands.
fn every_name() -> impl Iterator<Item = &'static CommandSpec> {
    commands().flat_map(|spec| core::iter::once(spec).chain(spec.subcommands))
}

fn parse(args: Args<'_>) -> Option<Filter> {
    if args.len() == 2 {
        return Some(Filter::All);
    }
    let (word, kind, value) = (args.get(2)?, args.get(3)?, args.get(4)?);
    if args.len() != 5 || !word.eq_ignore_ascii_case(b"filterby") {
        return None;
    }
    match kind.to_ascii_lowercase().as_slice() {
        b"module" => Some(Filter::Module),
        b"aclcat" => Some(Filter::Category(AclCategories::from_text(value))),
        b"pattern" => Some(Filter::Pattern(value.to_ascii_lowercase())),
        _ => None,
    }
}

impl Filter {
    fn passes(&self, spec: &CommandSpec) -> bool {
        match self {
            Self::All => true,
            Self::Module => false,
            Self::Category(category) => {
                category.is_some_and(|category| spec.categories().contains(category))
            }
            Self::Pattern(pattern) => Glob::new(pattern).matches(spec.name.as_bytes()),
        }
    }
}
