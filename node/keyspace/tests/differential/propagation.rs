//! What is propagated of random commands on streams: the append-only file of redis-server beside our effects.
//!
//! Other families are propagated as they come, with few exceptions that have tests of their own.

use bytes::BytesMut;
use rand_core::SeedableRng;
use rand_pcg::Pcg64Mcg;
use shoal_keyspace::Propagation;
use shoal_resp::{Decoder, Limits};

use crate::common::Node;
use crate::compare::{Family, commands, node, random_command, seed, show, unix_millis};
use crate::server::{Redis, is_of_7_0};
use crate::streams;

type Command = Vec<Vec<u8>>;

#[test]
fn streams_are_propagated_as_by_redis() {
    let directory = format!("shoal-propagation-{}", std::process::id());
    let family = streams::family();
    let own: &[(&str, &str)] = &[
        ("appendonly", "yes"),
        ("appendfsync", "no"),
        ("appenddirname", &directory),
    ];
    let options = [family.options, own].concat();
    let Some(mut redis) = Redis::start(&options) else {
        return;
    };
    let (mut node, mut rng) = (node(family), Pcg64Mcg::seed_from_u64(seed()));
    let old = is_of_7_0();
    let (mut sent, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..commands() {
        let args = comparable_command(&mut rng, family, old);
        let args: Vec<&[u8]> = args.iter().map(Vec::as_slice).collect();
        redis.call(&args);
        node.run(&args, unix_millis());
        let propagated = propagated(&node, &args);
        sent.extend(core::iter::repeat_n(show(&args), propagated.len()));
        ours.extend(propagated);
    }
    let path = std::env::temp_dir().join(&directory);
    let file = std::fs::read(path.join("appendonly.aof.1.incr.aof")).unwrap();
    std::fs::remove_dir_all(path).unwrap();
    let theirs = commands_of(&file);
    for (nth, (theirs, ours)) in theirs.iter().zip(&ours).enumerate() {
        let shown =
            |command: &Command| show(&command.iter().map(|arg| &arg[..]).collect::<Vec<_>>());
        assert_eq!(shown(theirs), shown(ours), "{}, seed {}", sent[nth], seed());
    }
    assert_eq!(theirs.len(), ours.len());
    assert!(ours.len() > commands() / 10, "only {}", ours.len());
}

/// A command that means the same to the server: 7.0 makes consumers at another time.
fn comparable_command(rng: &mut Pcg64Mcg, family: Family, old: bool) -> Command {
    const OF_CONSUMERS: [&[u8]; 3] = [b"NOACK", b"CREATECONSUMER", b"DELCONSUMER"];
    let differs = |arg: &Vec<u8>| old && OF_CONSUMERS.contains(&arg.as_slice());
    loop {
        let command = random_command(rng, family);
        if !command.iter().any(differs) {
            return command;
        }
    }
}

/// What we would send to replicas.
fn propagated(node: &Node, args: &[&[u8]]) -> Vec<Command> {
    let effects = &node.effects;
    let commands = match &effects.propagation {
        _ if effects.dirty == 0 => Vec::new(),
        Propagation::Nothing => Vec::new(),
        Propagation::Verbatim => vec![args.iter().map(|arg| arg.to_vec()).collect()],
        Propagation::Instead(commands) => commands.clone(),
    };
    let commands = commands
        .into_iter()
        .filter(|command| !makes_consumer(command));
    commands.map(without_times).collect()
}

/// The commands in a file, without the frames around them.
fn commands_of(file: &[u8]) -> Vec<Command> {
    let (mut bytes, mut decoder) = (BytesMut::from(file), Decoder::new(Limits::default()));
    let mut commands = Vec::new();
    while let Some(frame) = decoder.decode(&mut bytes).unwrap() {
        let items = frame.as_items().unwrap();
        let command: Command = items
            .iter()
            .map(|item| item.as_bytes().unwrap().to_vec())
            .collect();
        if !matches!(&command[0][..], b"SELECT" | b"MULTI" | b"EXEC") && !makes_consumer(&command) {
            commands.push(without_times(command));
        }
    }
    commands
}

/// Redis does not tell of every consumer, and its replicas differ; ours do not.
fn makes_consumer(command: &Command) -> bool {
    let word = command.get(1);
    word.is_some_and(|word| word.eq_ignore_ascii_case(b"CREATECONSUMER"))
}

/// A command without the time of its call.
fn without_times(mut command: Command) -> Command {
    for at in 1..command.len() {
        let recent = command[at].len() == 13 && command[at].starts_with(b"1");
        if recent && command[at - 1] == b"TIME" {
            command[at] = b"now".to_vec();
        }
    }
    command
}
