//! COMMAND and COMMAND INFO: flags, keys and categories.

use shoal_resp::{Args, ReplyWriter};

use super::write_names;
use crate::command::key_spec::{BeginSearch, FindKeys, KeySpec};
use crate::command::resolve::find_by_full_name;
use crate::command::spec::CommandSpec;
use crate::command::table::commands;

/// COMMAND: describes all commands.
pub fn all(reply: &mut ReplyWriter<'_>) {
    reply.array(commands().count());
    commands().for_each(|spec| write_spec(spec, reply));
}

/// COMMAND INFO: describes the named commands, or all. What is no command is null.
pub fn info(args: Args<'_>, reply: &mut ReplyWriter<'_>) {
    let names = args.slice(2..);
    if names.is_empty() {
        return all(reply);
    }
    reply.array(names.len());
    for name in names.iter() {
        match find_by_full_name(name) {
            Some(spec) => write_spec(spec, reply),
            None => reply.null(),
        }
    }
}

/// Subcommands have no subcommands, so this calls itself once at most.
fn write_spec(spec: &CommandSpec, reply: &mut ReplyWriter<'_>) {
    let (first, last, step) = legacy_range(spec.key_specs);
    reply.array(10);
    reply.bulk(spec.name.as_bytes());
    reply.integer(i64::from(spec.arity));
    write_names(spec.flags.names(), reply);
    reply.integer(first);
    reply.integer(last);
    reply.integer(step);
    write_names(spec.categories().names(), reply);
    reply.set(spec.tips.len());
    spec.tips.iter().for_each(|tip| reply.bulk(tip.as_bytes()));
    reply.set(spec.key_specs.len());
    spec.key_specs
        .iter()
        .for_each(|rule| write_key_spec(rule, reply));
    reply.set(spec.subcommands.len());
    spec.subcommands
        .iter()
        .for_each(|sub| write_spec(sub, reply));
}

fn write_key_spec(rule: &KeySpec, reply: &mut ReplyWriter<'_>) {
    reply.map(3 + usize::from(rule.notes.is_some()));
    if let Some(notes) = rule.notes {
        reply.bulk(b"notes");
        reply.bulk(notes.as_bytes());
    }
    reply.bulk(b"flags");
    write_names(rule.flags.names(), reply);
    reply.bulk(b"begin_search");
    match rule.begin {
        BeginSearch::Unknown | BeginSearch::Option { .. } => {
            write_search("unknown", &[], reply);
        }
        BeginSearch::Index(at) => write_search("index", &[("index", i64::from(at))], reply),
        BeginSearch::Keyword { word, start_from } => {
            write_search_head("keyword", 2, reply);
            reply.bulk(b"keyword");
            reply.bulk(word.as_bytes());
            write_number("startfrom", i64::from(start_from), reply);
        }
    }
    reply.bulk(b"find_keys");
    let is_told = !matches!(rule.begin, BeginSearch::Option { .. });
    match rule.find {
        _ if !is_told => write_search("unknown", &[], reply),
        FindKeys::Unknown => write_search("unknown", &[], reply),
        FindKeys::Range { last, step, limit } => {
            let numbers = [
                ("lastkey", i64::from(last)),
                ("keystep", i64::from(step)),
                ("limit", i64::from(limit)),
            ];
            write_search("range", &numbers, reply);
        }
        FindKeys::KeyNum {
            number_at,
            first,
            step,
        } => {
            let numbers = [
                ("keynumidx", i64::from(number_at)),
                ("firstkey", i64::from(first)),
                ("keystep", i64::from(step)),
            ];
            write_search("keynum", &numbers, reply);
        }
    }
}

fn write_search(kind: &str, numbers: &[(&str, i64)], reply: &mut ReplyWriter<'_>) {
    write_search_head(kind, numbers.len(), reply);
    numbers
        .iter()
        .for_each(|(name, number)| write_number(name, *number, reply));
}

fn write_search_head(kind: &str, numbers: usize, reply: &mut ReplyWriter<'_>) {
    reply.map(2);
    reply.bulk(b"type");
    reply.bulk(kind.as_bytes());
    reply.bulk(b"spec");
    reply.map(numbers);
}

fn write_number(name: &str, number: i64, reply: &mut ReplyWriter<'_>) {
    reply.bulk(name.as_bytes());
    reply.integer(number);
}

/// First key, last key and step, as clients knew them before there were rules: the range that covers the
/// rules which are a plain range. Two ranges side by side are one.
fn legacy_range(rules: &[KeySpec]) -> (i64, i64, i64) {
    let plain = |rule: &KeySpec| match (rule.begin, rule.find) {
        (BeginSearch::Index(at), FindKeys::Range { last, step, .. }) => {
            let first = i64::from(at);
            let last = if last >= 0 {
                first + i64::from(last)
            } else {
                i64::from(last)
            };
            Some((first, last, i64::from(step)))
        }
        _ => None,
    };
    if let [only] = rules {
        return plain(only).unwrap_or_default();
    }
    let mut covered: Option<(i64, i64)> = None;
    for (first, last, step) in rules.iter().filter_map(plain) {
        covered = match covered {
            None if step == 1 => Some((first, last)),
            Some((start, end)) if step == 1 && end == first - 1 => Some((start, last)),
            other => other,
        };
    }
    covered.map_or((0, 0, 0), |(first, last)| (first, last, 1))
}
