//! Commands after their own documentation: their words where they belong, keys that are likely to hold the right type,
//! and values that are likely to hurt.

use std::sync::LazyLock;

use libfuzzer_sys::arbitrary::{Result, Unstructured};
use shoal_keyspace::command::{ArgFlags, ArgKind, ArgSpec, CommandSpec, Group, Handler, commands};

use super::words;

/// Every command that the keyspace executes, and its name in words.
static COMMANDS: LazyLock<Vec<(&CommandSpec, Vec<Vec<u8>>)>> = LazyLock::new(|| {
    let all = commands().flat_map(|spec| core::iter::once(spec).chain(spec.subcommands));
    // PFSELFTEST takes as long as a thousand others and has nothing to do with data.
    let ours = all
        .filter(|spec| matches!(spec.handler, Handler::Keyspace(_)))
        .filter(|spec| spec.name != "pfselftest");
    ours.map(|spec| {
        let words = spec.name.split('|');
        (spec, words.map(|word| word.as_bytes().to_vec()).collect())
    })
    .collect()
});

const ARGS_MAX: usize = 40;
const REPEATS_MAX: usize = 5;

/// Makes commands, and remembers what helps to make better ones.
pub(crate) struct Maker {
    cluster: bool,
    /// Payloads of DUMP.
    dumps: Vec<Vec<u8>>,
}

/// One command being made.
struct Draft<'m> {
    maker: &'m Maker,
    group: Group,
    args: Vec<Vec<u8>>,
    /// Where the number of the keys that follow stands.
    numkeys_at: Option<usize>,
    /// How often the last repeated argument came: what goes with it comes as often.
    repeats: Option<usize>,
}

impl Maker {
    pub(crate) fn new(cluster: bool) -> Self {
        Self {
            cluster,
            dumps: Vec::new(),
        }
    }

    /// Keeps what a reply offers for later commands.
    pub(crate) fn learn(&mut self, args: &[Vec<u8>], reply: &[u8]) {
        let is_dump = args[0].eq_ignore_ascii_case(b"DUMP");
        if !is_dump || !reply.starts_with(b"$") || self.dumps.len() >= 8 {
            return;
        }
        if let Some(end) = reply.iter().position(|&byte| byte == b'\n') {
            let payload = reply[end + 1..].strip_suffix(b"\r\n");
            self.dumps.extend(payload.map(<[u8]>::to_vec));
        }
    }

    /// A command, more or less well-formed.
    pub(crate) fn command(&self, input: &mut Unstructured<'_>) -> Result<Vec<Vec<u8>>> {
        let (spec, name) = input.choose(&COMMANDS)?;
        let mut draft = Draft {
            maker: self,
            group: spec.group,
            args: name.clone(),
            numkeys_at: None,
            repeats: None,
        };
        if input.ratio(1, 16)? {
            draft.anything(input)?;
        } else {
            draft.follow(spec.arguments, input)?;
        }
        let mut args = draft.args;
        if input.ratio(1, 16)? {
            spoil(&mut args, name.len(), input)?;
        }
        Ok(args)
    }
}

/// Leaves an argument out, repeats one, or exchanges two.
fn spoil(args: &mut Vec<Vec<u8>>, from: usize, input: &mut Unstructured<'_>) -> Result<()> {
    let count = args.len();
    if count <= from {
        return Ok(());
    }
    let (a, b) = (
        input.int_in_range(from..=count - 1)?,
        input.int_in_range(from..=count - 1)?,
    );
    match input.int_in_range(0..=3u8)? {
        0 => drop(args.remove(a)),
        1 => args.insert(a, args[b].clone()),
        2 => args.swap(a, b),
        _ => args[a] = words::anything(input)?,
    }
    Ok(())
}

impl Draft<'_> {
    fn anything(&mut self, input: &mut Unstructured<'_>) -> Result<()> {
        for _ in 0..input.int_in_range(0..=6u8)? {
            let word = if input.ratio(1, 3)? {
                self.key(input)?
            } else {
                words::anything(input)?
            };
            self.args.push(word);
        }
        Ok(())
    }

    fn follow(&mut self, specs: &[ArgSpec], input: &mut Unstructured<'_>) -> Result<()> {
        for spec in specs {
            if spec.flags.contains(ArgFlags::OPTIONAL) && input.ratio(1, 2)? {
                continue;
            }
            let times = self.times(spec, input)?;
            for turn in 0..times {
                if self.args.len() >= ARGS_MAX {
                    return Ok(());
                }
                self.one(spec, turn == 0, input)?;
            }
            if let (ArgKind::Key, Some(at)) = (spec.kind, self.numkeys_at) {
                self.args[at] = times.to_string().into();
                self.numkeys_at = None;
            }
        }
        Ok(())
    }

    fn times(&mut self, spec: &ArgSpec, input: &mut Unstructured<'_>) -> Result<usize> {
        if !spec.flags.contains(ArgFlags::MULTIPLE) {
            return Ok(1);
        }
        match self.repeats {
            Some(times) if input.ratio(3, 4)? => Ok(times),
            _ => {
                let times = input.int_in_range(1..=REPEATS_MAX)?;
                self.repeats = Some(times);
                Ok(times)
            }
        }
    }

    fn one(&mut self, spec: &ArgSpec, first: bool, input: &mut Unstructured<'_>) -> Result<()> {
        if let Some(token) = spec.token
            && (first || spec.flags.contains(ArgFlags::MULTIPLE_TOKEN))
        {
            self.args.push(token.as_bytes().to_vec());
        }
        let word = match spec.kind {
            ArgKind::PureToken => return Ok(()),
            ArgKind::Block => return self.follow(spec.arguments, input),
            ArgKind::OneOf => {
                let chosen = input.choose(spec.arguments)?;
                return self.follow(core::slice::from_ref(chosen), input);
            }
            ArgKind::Key => self.key(input)?,
            ArgKind::Integer if spec.name == "numkeys" => {
                self.numkeys_at = Some(self.args.len());
                b"1".to_vec()
            }
            ArgKind::String if spec.name == "serialized-value" => {
                let dumps = &self.maker.dumps;
                if dumps.is_empty() {
                    words::anything(input)?
                } else {
                    input.choose(dumps)?.clone()
                }
            }
            kind => words::of(kind, spec.name, input)?,
        };
        self.args.push(word);
        Ok(())
    }

    /// A key of the command's own group, so that most commands meet their type.
    fn key(&self, input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
        const GROUPS: [&str; 8] = [
            "string", "hash", "list", "set", "sorted", "stream", "bitmap", "hyper",
        ];
        let own = self.group.as_str();
        let group = match own {
            _ if input.ratio(1, 12)? => *input.choose(&GROUPS)?,
            "geo" => "sorted",
            own => GROUPS
                .into_iter()
                .find(|group| own.starts_with(group))
                .map_or_else(|| input.choose(&GROUPS).copied(), Ok)?,
        };
        let number = input.int_in_range(0..=2u8)?;
        // All keys of a command are in one slot.
        let tag = if self.maker.cluster { "{t}" } else { "" };
        Ok(format!("{tag}{group}{number}").into_bytes())
    }
}
