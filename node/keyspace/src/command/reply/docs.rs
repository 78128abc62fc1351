//! COMMAND DOCS: what the commands are for, and what arguments they take.

use shoal_resp::{Args, ReplyWriter};

use super::write_names;
use crate::command::docs::{ArgKind, ArgSpec};
use crate::command::resolve::find_by_full_name;
use crate::command::spec::CommandSpec;
use crate::command::table::commands;

/// COMMAND DOCS: documents the named commands, or all. What is no command is left out.
pub fn docs(args: Args<'_>, reply: &mut ReplyWriter<'_>) {
    let names = args.slice(2..);
    if names.is_empty() {
        reply.map(commands().count());
        return commands().for_each(|spec| write_entry(spec, reply));
    }
    let known = || names.iter().filter_map(find_by_full_name);
    reply.map(known().count());
    known().for_each(|spec| write_entry(spec, reply));
}

/// Subcommands have no subcommands, so this calls itself once at most.
fn write_entry(spec: &CommandSpec, reply: &mut ReplyWriter<'_>) {
    reply.bulk(spec.name.as_bytes());
    let texts = [
        ("summary", spec.summary),
        ("since", spec.since),
        ("group", spec.group.as_str()),
    ];
    let optional = [
        !spec.complexity.is_empty(),
        spec.internal || spec.deprecated.is_some(),
        !spec.history.is_empty(),
        !spec.arguments.is_empty(),
        !spec.subcommands.is_empty(),
    ];
    let fields = optional.iter().filter(|there| **there).count();
    reply.map(texts.len() + fields + if spec.deprecated.is_some() { 2 } else { 0 });
    texts
        .iter()
        .for_each(|(name, text)| write_text(name, text, reply));
    if !spec.complexity.is_empty() {
        write_text("complexity", spec.complexity, reply);
    }
    write_doc_flags(spec, reply);
    if !spec.history.is_empty() {
        reply.bulk(b"history");
        reply.set(spec.history.len());
        for (version, change) in spec.history {
            reply.array(2);
            reply.bulk(version.as_bytes());
            reply.bulk(change.as_bytes());
        }
    }
    if !spec.arguments.is_empty() {
        write_arguments(spec.arguments, reply);
    }
    if !spec.subcommands.is_empty() {
        reply.bulk(b"subcommands");
        reply.map(spec.subcommands.len());
        spec.subcommands
            .iter()
            .for_each(|sub| write_entry(sub, reply));
    }
}

fn write_doc_flags(spec: &CommandSpec, reply: &mut ReplyWriter<'_>) {
    let flags = [
        (spec.deprecated.is_some(), "deprecated"),
        (spec.internal, "syscmd"),
    ];
    let names = flags
        .into_iter()
        .filter(|(set, _)| *set)
        .map(|(_, name)| name);
    if names.clone().next().is_some() {
        reply.bulk(b"doc_flags");
        write_names(names, reply);
    }
    if let Some((since, instead)) = spec.deprecated {
        write_text("deprecated_since", since, reply);
        write_text("replaced_by", instead, reply);
    }
}

/// Arguments nest as deep as the table nests them.
fn write_arguments(arguments: &[ArgSpec], reply: &mut ReplyWriter<'_>) {
    reply.bulk(b"arguments");
    reply.array(arguments.len());
    arguments
        .iter()
        .for_each(|argument| write_argument(argument, reply));
}

fn write_argument(argument: &ArgSpec, reply: &mut ReplyWriter<'_>) {
    // A choice or a group has no text of its own to display.
    let displayed = !matches!(argument.kind, ArgKind::OneOf | ArgKind::Block);
    let optional = [
        displayed,
        argument.key_spec.is_some(),
        argument.token.is_some(),
        argument.since.is_some(),
        argument.deprecated_since.is_some(),
        !argument.flags.is_empty(),
        !argument.arguments.is_empty(),
    ];
    reply.map(2 + optional.iter().filter(|there| **there).count());
    write_text("name", argument.name, reply);
    write_text("type", argument.kind.as_str(), reply);
    if displayed {
        write_text(
            "display_text",
            argument.display.unwrap_or(argument.name),
            reply,
        );
    }
    if let Some(rule) = argument.key_spec {
        reply.bulk(b"key_spec_index");
        reply.integer(i64::from(rule));
    }
    let texts = [
        ("token", argument.token),
        ("since", argument.since),
        ("deprecated_since", argument.deprecated_since),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            write_text(name, text, reply);
        }
    }
    if !argument.flags.is_empty() {
        reply.bulk(b"flags");
        write_names(argument.flags.names(), reply);
    }
    if !argument.arguments.is_empty() {
        write_arguments(argument.arguments, reply);
    }
}

fn write_text(name: &str, text: &str, reply: &mut ReplyWriter<'_>) {
    reply.bulk(name.as_bytes());
    reply.bulk(text.as_bytes());
}
