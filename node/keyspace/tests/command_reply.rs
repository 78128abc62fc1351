//! COMMAND and its subcommands, compared with what Redis 7.2.6 answers.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use serde_json::Value;
use shoal_keyspace::command::{CommandCommand, commands, find_by_full_name, reply, resolve};
use shoal_resp::{Args, ReplyWriter, Version};

/// The COMMAND reply of Redis 7.2.6, decoded.
fn captured() -> Vec<Value> {
    serde_json::from_str(include_str!("data/command-redis-7.2.6.json")).unwrap()
}

/// What we answer to a COMMAND request.
fn answer(words: &[&str], version: Version) -> Vec<u8> {
    let words: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
    let which = match words
        .get(1)
        .map(|word| word.to_ascii_lowercase())
        .unwrap_or_default()
        .as_slice()
    {
        b"" => CommandCommand::All,
        b"count" => CommandCommand::Count,
        b"docs" => CommandCommand::Docs,
        b"getkeys" => CommandCommand::Getkeys,
        b"getkeysandflags" => CommandCommand::Getkeysandflags,
        b"help" => CommandCommand::Help,
        b"info" => CommandCommand::Info,
        b"list" => CommandCommand::List,
        other => panic!("no such subcommand: {}", other.escape_ascii()),
    };
    let mut out = Vec::new();
    reply::command(
        which,
        Args::from_slices(&words),
        &mut ReplyWriter::new(&mut out, version),
    );
    out
}

fn text(words: &str) -> String {
    let words: Vec<&str> = words.split(' ').collect();
    String::from_utf8(answer(&words, Version::Resp2))
        .unwrap()
        .replace("\r\n", " ")
        .trim_end()
        .to_string()
}

/// Writes captured values the way Redis does, to be compared byte by byte.
struct Encoder {
    out: Vec<u8>,
    version: Version,
}

impl Encoder {
    fn head(&mut self, kind: char, len: usize) {
        let (kind, len) = match (self.version, kind) {
            (Version::Resp2, '%') => ('*', 2 * len),
            (Version::Resp2, '~') => ('*', len),
            _ => (kind, len),
        };
        self.out.extend(format!("{kind}{len}\r\n").bytes());
    }

    fn bulk(&mut self, text: &str) {
        self.out
            .extend(format!("${}\r\n{text}\r\n", text.len()).bytes());
    }

    fn integer(&mut self, value: &Value) {
        self.out
            .extend(format!(":{}\r\n", value.as_i64().unwrap()).bytes());
    }

    fn words(&mut self, value: &Value) {
        let words = value.as_array().unwrap();
        self.head('~', words.len());
        for word in words {
            self.out
                .extend(format!("+{}\r\n", word.as_str().unwrap()).bytes());
        }
    }

    fn command(&mut self, command: &Value) {
        self.head('*', 10);
        self.bulk(command["name"].as_str().unwrap());
        self.integer(&command["arity"]);
        self.words(&command["flags"]);
        for range in ["first_key", "last_key", "step"] {
            self.integer(&command[range]);
        }
        self.words(&command["acl_categories"]);
        let tips = command["tips"].as_array().unwrap();
        self.head('~', tips.len());
        tips.iter().for_each(|tip| self.bulk(tip.as_str().unwrap()));
        let rules = command["key_specs"].as_array().unwrap();
        self.head('~', rules.len());
        rules.iter().for_each(|rule| self.key_spec(rule));
        // Redis lists subcommands in the order of its hash table; ours is the alphabet.
        let mut subcommands = command["subcommands"].as_array().unwrap().clone();
        subcommands.retain(|sub| !NOT_BUILT.contains(&sub["name"].as_str().unwrap()));
        subcommands.sort_by_key(|sub| sub["name"].as_str().unwrap().to_string());
        self.head('~', subcommands.len());
        subcommands.iter().for_each(|sub| self.command(sub));
    }

    fn key_spec(&mut self, rule: &Value) {
        self.head('%', rule.as_object().unwrap().len());
        if let Some(notes) = rule.get("notes") {
            self.bulk("notes");
            self.bulk(notes.as_str().unwrap());
        }
        self.bulk("flags");
        self.words(&rule["flags"]);
        for search in ["begin_search", "find_keys"] {
            let kind = rule[search]["type"].as_str().unwrap();
            let fields: &[&str] = match kind {
                "index" => &["index"],
                "keyword" => &["keyword", "startfrom"],
                "range" => &["lastkey", "keystep", "limit"],
                "keynum" => &["keynumidx", "firstkey", "keystep"],
                _ => &[],
            };
            self.bulk(search);
            self.head('%', 2);
            self.bulk("type");
            self.bulk(kind);
            self.bulk("spec");
            self.head('%', fields.len());
            for field in fields {
                self.bulk(field);
                match &rule[search]["spec"][field] {
                    Value::String(text) => self.bulk(text),
                    number => self.integer(number),
                }
            }
        }
    }
}

/// Subcommands of built commands that nothing executes yet: COMMAND must not promise them.
const NOT_BUILT: [&str; 2] = ["client|caching", "client|tracking"];

#[test]
fn what_nobody_executes_is_not_listed() {
    for name in NOT_BUILT {
        assert!(find_by_full_name(name.as_bytes()).is_none(), "{name}");
        assert_eq!(text(&format!("COMMAND INFO {name}")), "*1 $-1");
    }
}

#[test]
fn every_command_is_described_as_redis_does() {
    let mut compared = 0;
    for command in captured() {
        let name = command["name"].as_str().unwrap();
        if find_by_full_name(name.as_bytes()).is_none() {
            continue;
        }
        for version in [Version::Resp2, Version::Resp3] {
            let mut expected = Encoder {
                out: b"*1\r\n".to_vec(),
                version,
            };
            expected.command(&command);
            let ours = answer(&["COMMAND", "INFO", name], version);
            assert_eq!(
                ours.escape_ascii().to_string(),
                expected.out.escape_ascii().to_string(),
                "{name}"
            );
        }
        compared += 1;
    }
    assert_eq!(
        compared,
        commands().count(),
        "a command that Redis does not have"
    );
}

#[test]
fn command_describes_all_and_counts_them() {
    let count = commands().count();
    let all = answer(&["COMMAND"], Version::Resp3);
    assert_eq!(all, answer(&["COMMAND", "INFO"], Version::Resp3));
    assert!(all.starts_with(format!("*{count}\r\n").as_bytes()));
    let one_by_one: usize = commands()
        .map(|spec| answer(&["COMMAND", "INFO", spec.name], Version::Resp3).len() - 4)
        .sum();
    assert_eq!(all.len(), one_by_one + format!("*{count}\r\n").len());
    assert_eq!(text("COMMAND COUNT"), format!(":{count}"));
}

#[test]
fn what_is_no_command_is_null() {
    assert_eq!(
        text("COMMAND INFO nosuch get|x config| object|help2 |"),
        "*5 $-1 $-1 $-1 $-1 $-1"
    );
    assert_eq!(
        answer(&["COMMAND", "INFO", "nosuch"], Version::Resp3),
        b"*1\r\n_\r\n"
    );
    let sub = text("COMMAND INFO OBJECT|Help");
    assert_eq!(
        sub,
        "*1 *10 $11 object|help :2 *2 +loading +stale :0 :0 :0 *2 +@keyspace +@slow *0 *0 *0"
    );
}

#[test]
fn keys_of_requests() {
    let cases = [
        ("COMMAND GETKEYS GET k", "*1 $1 k"),
        ("COMMAND GETKEYS mset a b c", "*2 $1 a $1 c"),
        ("COMMAND GETKEYS del a b c", "*3 $1 a $1 b $1 c"),
        ("COMMAND GETKEYS object encoding k", "*1 $1 k"),
        (
            "COMMAND GETKEYS object foo",
            "-ERR Invalid command specified",
        ),
        ("COMMAND GETKEYS nosuch a", "-ERR Invalid command specified"),
        (
            "COMMAND GETKEYS config|get a b",
            "-ERR Invalid command specified",
        ),
        (
            "COMMAND GETKEYS get a b",
            "-ERR Invalid number of arguments specified for command",
        ),
        (
            "COMMAND GETKEYS config get a",
            "-ERR The command has no key arguments",
        ),
        (
            "COMMAND GETKEYS ping x",
            "-ERR The command has no key arguments",
        ),
        (
            "COMMAND GETKEYSANDFLAGS set k v",
            "*1 *2 $1 k *2 +OW +update",
        ),
        (
            "COMMAND GETKEYSANDFLAGS set k v gEt",
            "*1 *2 $1 k *3 +RW +access +update",
        ),
        (
            "COMMAND GETKEYSANDFLAGS set get get",
            "*1 *2 $3 get *2 +OW +update",
        ),
        (
            "COMMAND GETKEYSANDFLAGS getex k",
            "*1 *2 $1 k *3 +RW +access +update",
        ),
        (
            "COMMAND GETKEYSANDFLAGS copy a b",
            "*2 *2 $1 a *2 +RO +access *2 $1 b *2 +OW +update",
        ),
        (
            "COMMAND GETKEYSANDFLAGS mset a b c d",
            "*2 *2 $1 a *2 +OW +update *2 $1 c *2 +OW +update",
        ),
    ];
    for (request, expected) in cases {
        assert_eq!(text(request), expected, "{request}");
    }
    let resp3 = answer(
        &["COMMAND", "GETKEYSANDFLAGS", "set", "k", "v"],
        Version::Resp3,
    );
    assert_eq!(resp3, b"*1\r\n*2\r\n$1\r\nk\r\n~2\r\n+OW\r\n+update\r\n");
}

#[test]
fn lists_of_names() {
    let all: usize = commands().map(|spec| 1 + spec.subcommands.len()).sum();
    assert!(text("COMMAND LIST").starts_with(&format!("*{all} ")));
    assert!(text("COMMAND LIST FILTERBY ACLCAT HASH").starts_with("*16 "));
    assert_eq!(text("COMMAND LIST FILTERBY ACLCAT @hash"), "*0");
    assert_eq!(text("COMMAND LIST FILTERBY ACLCAT foo"), "*0");
    assert_eq!(text("COMMAND LIST FILTERBY MODULE foo"), "*0");
    assert_eq!(text("COMMAND LIST FILTERBY PATTERN CONFIG"), "*1 $6 config");
    let matching = "*8 $24 cluster|set-config-epoch $6 config $10 config|get $11 config|help \
                    $16 config|resetstat $14 config|rewrite $10 config|set $18 cluster|saveconfig";
    let mut ours: Vec<String> = text("COMMAND LIST FILTERBY PATTERN *onfi*")
        .split(' ')
        .map(String::from)
        .collect();
    let mut theirs: Vec<String> = matching.split_whitespace().map(String::from).collect();
    ours.sort();
    theirs.sort();
    assert_eq!(ours, theirs);
    for wrong in [
        "foo",
        "FILTERBY",
        "FILTERBY ACLCAT",
        "FILTERBY FOO bar",
        "FILTERBY ACLCAT a b",
    ] {
        assert_eq!(text(&format!("COMMAND LIST {wrong}")), "-ERR syntax error");
    }
}

#[test]
fn documentation() {
    let get = "*2 $3 get *10 $7 summary $28 Returns the string of a key. $5 since $5 1.0.0 $5 group $6 string \
               $10 complexity $4 O(1) $9 arguments *1 *8 $4 name $3 key $4 type $3 key $12 display_text $3 key \
               $14 key_spec_index :0";
    assert_eq!(text("COMMAND DOCS nosuch get"), get);
    let old = text("COMMAND DOCS SLAVEOF");
    assert!(old.contains(
        "$9 doc_flags *1 +deprecated $16 deprecated_since $5 5.0.0 $11 replaced_by $11 `REPLICAOF`"
    ));
    assert!(text("COMMAND DOCS replconf").contains("doc_flags *1 +syscmd"));
    assert!(text("COMMAND DOCS config").contains("$11 subcommands *10 $10 config|get *12 "));
    assert_eq!(text("COMMAND DOCS nosuch"), "*0");
}

/// How many values the reply at `at` has, and where it ends: the lengths in it must add up.
fn skip_value(bytes: &[u8], mut at: usize) -> usize {
    let mut open = 1usize;
    while open > 0 {
        let line_end = at
            + bytes[at..]
                .windows(2)
                .position(|pair| pair == b"\r\n")
                .unwrap();
        let number = || {
            std::str::from_utf8(&bytes[at + 1..line_end])
                .unwrap()
                .parse::<usize>()
                .unwrap()
        };
        let (more, next) = match bytes[at] {
            b'*' | b'~' => (number(), line_end + 2),
            b'%' => (2 * number(), line_end + 2),
            b'$' => (0, line_end + 2 + number() + 2),
            b':' | b'+' => (0, line_end + 2),
            other => panic!("unexpected type {other}"),
        };
        open = open - 1 + more;
        at = next;
    }
    at
}

#[test]
fn the_lengths_in_the_documentation_add_up() {
    for version in [Version::Resp2, Version::Resp3] {
        for request in [
            &["COMMAND", "DOCS"][..],
            &["COMMAND"],
            &["COMMAND", "HELP"],
            &["COMMAND", "LIST"],
        ] {
            let bytes = answer(request, version);
            assert_eq!(skip_value(&bytes, 0), bytes.len(), "{request:?}");
        }
    }
}

#[test]
fn every_command_says_what_it_does() {
    for spec in commands().flat_map(|spec| std::iter::once(spec).chain(spec.subcommands)) {
        assert!(
            spec.summary.ends_with('.') && spec.summary.len() < 80,
            "{}",
            spec.name
        );
        assert!(spec.since.split('.').count() == 3, "{}", spec.name);
    }
}

/// The error reply to a request that cannot be executed.
fn refusal(words: &[&[u8]]) -> String {
    let error = resolve(Args::from_slices(words)).expect_err("it can be executed");
    let mut out = Vec::new();
    error.write(&mut ReplyWriter::new(&mut out, Version::Resp2));
    out.escape_ascii().to_string()
}

#[test]
fn refusals_are_worded_as_in_redis() {
    let unknown = |rest: &str| format!("-ERR unknown command {rest}\\r\\n");
    let of =
        |words: &[&str]| refusal(&words.iter().map(|word| word.as_bytes()).collect::<Vec<_>>());
    assert_eq!(
        of(&["foo", "bar", "baz"]),
        unknown("\\'foo\\', with args beginning with: \\'bar\\' \\'baz\\' ")
    );
    assert_eq!(of(&[""]), unknown("\\'\\', with args beginning with: "));
    assert_eq!(
        of(&["config|get", "a"]),
        unknown("\\'config|get\\', with args beginning with: \\'a\\' ")
    );
    let (a, x) = ("a".repeat(124), "x".repeat(200));
    let shown = format!("\\'foo\\', with args beginning with: \\'{a}\\' \\'b\\' ");
    assert_eq!(of(&["foo", &a, "bcdef"]), unknown(&shown));
    let shown = format!(
        "\\'{}\\', with args beginning with: \\'{}\\' ",
        &x[..128],
        &x[..128]
    );
    assert_eq!(of(&[&x, &x, "b"]), unknown(&shown));
    assert_eq!(
        refusal(&[b"foo", b"\xff\0z"]),
        unknown("\\'foo\\', with args beginning with: \\'\\xff\\' ")
    );
    assert_eq!(
        refusal(&[b"get\r\nx", b"a"]),
        unknown("\\'get  x\\', with args beginning with: \\'a\\' ")
    );
    for (words, name) in [
        (&["get"][..], "get"),
        (&["GET", "a", "b"], "get"),
        (&["config"], "config"),
        (&["config", "get"], "config|get"),
        (&["OBJECT", "Encoding"], "object|encoding"),
        (&["cluster"], "cluster"),
        (&["CLUSTER", "NODES", "x"], "cluster|nodes"),
        (&["cluster", "meet", "1"], "cluster|meet"),
        (&["command", "count", "x"], "command|count"),
    ] {
        let expected = format!("-ERR wrong number of arguments for \\'{name}\\' command\\r\\n");
        assert_eq!(of(words), expected);
    }
    let expected = "-ERR unknown subcommand \\'NOSUCH\\'. Try CLUSTER HELP.\\r\\n";
    assert_eq!(of(&["cluster", "NOSUCH"]), expected);
    assert_eq!(
        of(&["command", "foo"]),
        "-ERR unknown subcommand \\'foo\\'. Try COMMAND HELP.\\r\\n"
    );
    assert_eq!(
        refusal(&[b"object", b"\xff\r\nz"]),
        "-ERR unknown subcommand \\'\\xff  z\\'. Try OBJECT HELP.\\r\\n"
    );
    assert_eq!(
        resolve(Args::from_slices(&[b"COMMAND"])).unwrap().name,
        "command"
    );
    assert_eq!(
        resolve(Args::from_slices(&[b"Cluster", b"INFO"]))
            .unwrap()
            .name,
        "cluster|info"
    );
}
