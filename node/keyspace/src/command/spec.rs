//! One command of the table.

use super::docs::{ArgSpec, Group};
use super::flags::{AclCategories, CommandFlags};
use super::handler::Handler;
use super::key_spec::KeySpec;

/// Everything there is to know about a command or subcommand.
#[derive(Clone, Copy, Debug)]
pub struct CommandSpec {
    /// Its name in small letters; a subcommand's is `container|sub`.
    pub name: &'static str,
    /// How many arguments it takes, its own name included (and a subcommand's container); negative: at least
    /// so many.
    pub arity: i8,
    /// What it does and when it may run.
    pub flags: CommandFlags,
    /// The categories that ACL rules know it by.
    pub acl: AclCategories,
    /// Where its keys are.
    pub key_specs: &'static [KeySpec],
    /// The version of Redis that brought it.
    pub since: &'static str,
    /// Its chapter.
    pub group: Group,
    /// How its cost grows; empty if nobody says.
    pub complexity: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// Hints for clients and proxies.
    pub tips: &'static [&'static str],
    /// What changed in which version.
    pub history: &'static [(&'static str, &'static str)],
    /// Since when it should not be used any more, and what to use instead.
    pub deprecated: Option<(&'static str, &'static str)>,
    /// Whether it is meant for servers rather than for clients.
    pub internal: bool,
    /// Its arguments.
    pub arguments: &'static [ArgSpec],
    /// The subcommands of a container.
    pub subcommands: &'static [Self],
    /// Who executes it.
    pub handler: Handler,
}

impl CommandSpec {
    /// A command without flags, keys and documentation.
    #[must_use]
    pub const fn new(
        name: &'static str,
        arity: i8,
        group: Group,
        since: &'static str,
        handler: Handler,
    ) -> Self {
        Self {
            name,
            arity,
            flags: CommandFlags::empty(),
            acl: AclCategories::empty(),
            key_specs: &[],
            since,
            group,
            complexity: "",
            summary: "",
            tips: &[],
            history: &[],
            deprecated: None,
            internal: false,
            arguments: &[],
            subcommands: &[],
            handler,
        }
    }

    /// A command that is nothing without a subcommand.
    #[must_use]
    pub const fn container(
        name: &'static str,
        group: Group,
        since: &'static str,
        subcommands: &'static [Self],
    ) -> Self {
        Self {
            subcommands,
            ..Self::new(name, -2, group, since, Handler::Container)
        }
    }

    /// With these flags, and the categories that follow from them.
    #[must_use]
    pub const fn flags(self, flags: CommandFlags) -> Self {
        Self { flags, ..self }
    }

    /// In these categories, beyond those that follow from its flags.
    #[must_use]
    pub const fn acl(self, acl: AclCategories) -> Self {
        Self { acl, ..self }
    }

    /// With these key rules.
    #[must_use]
    pub const fn keys_at(self, key_specs: &'static [KeySpec]) -> Self {
        Self { key_specs, ..self }
    }

    /// With this summary and complexity.
    #[must_use]
    pub const fn doc(self, summary: &'static str, complexity: &'static str) -> Self {
        Self {
            summary,
            complexity,
            ..self
        }
    }

    /// With these hints.
    #[must_use]
    pub const fn tips(self, tips: &'static [&'static str]) -> Self {
        Self { tips, ..self }
    }

    /// With this history.
    #[must_use]
    pub const fn history(self, history: &'static [(&'static str, &'static str)]) -> Self {
        Self { history, ..self }
    }

    /// Not to be used any more since a version, because there is something better.
    #[must_use]
    pub const fn deprecated(self, since: &'static str, instead: &'static str) -> Self {
        Self {
            deprecated: Some((since, instead)),
            ..self
        }
    }

    /// For servers rather than for clients.
    #[must_use]
    pub const fn internal(self) -> Self {
        Self {
            internal: true,
            ..self
        }
    }

    /// With these arguments.
    #[must_use]
    pub const fn arguments(self, arguments: &'static [ArgSpec]) -> Self {
        Self { arguments, ..self }
    }

    /// With these subcommands, although it is a command of its own too.
    #[must_use]
    pub const fn subcommands(self, subcommands: &'static [Self]) -> Self {
        Self {
            subcommands,
            ..self
        }
    }

    /// All categories: the explicit ones and those that follow from the flags.
    #[must_use]
    pub fn categories(&self) -> AclCategories {
        let implied = [
            (CommandFlags::WRITE, AclCategories::WRITE),
            (CommandFlags::READONLY, AclCategories::READ),
            (
                CommandFlags::ADMIN,
                AclCategories::ADMIN.union(AclCategories::DANGEROUS),
            ),
            (CommandFlags::PUBSUB, AclCategories::PUBSUB),
            (CommandFlags::FAST, AclCategories::FAST),
            (CommandFlags::BLOCKING, AclCategories::BLOCKING),
        ];
        let set = implied
            .into_iter()
            .filter(|(flag, _)| self.flags.contains(*flag));
        let all = set.fold(self.acl, |all, (_, category)| all | category);
        if all.contains(AclCategories::FAST) {
            all
        } else {
            all | AclCategories::SLOW
        }
    }

    /// Whether a request of `count` arguments, the name included, is long enough and not too long.
    #[inline]
    #[must_use]
    pub const fn takes(&self, count: usize) -> bool {
        let arity = self.arity.unsigned_abs() as usize;
        if self.arity < 0 {
            count >= arity
        } else {
            count == arity
        }
    }

    /// Its name without its container's.
    #[must_use]
    pub fn own_name(&self) -> &'static str {
        self.name.split_once('|').map_or(self.name, |(_, own)| own)
    }

    /// The subcommand of this name, in any case.
    #[must_use]
    pub fn subcommand(&self, name: &[u8]) -> Option<&'static Self> {
        // A subcommand's full name starts with its container's and a bar.
        let own = |sub: &&'static Self| sub.name.as_bytes().get(self.name.len() + 1..);
        self.subcommands
            .iter()
            .find(|sub| own(sub).is_some_and(|own| own.eq_ignore_ascii_case(name)))
    }
}
