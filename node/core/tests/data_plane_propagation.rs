//! What clients do and what replicas are sent for it, as captured from redis-server 7.2.6 (`data/propagation-7.2.6.json`):
//! every entry whose commands exist here is replayed in order, and the stream must be the same command by
//! command. Points in time that depend on the clock are compared as such.

mod support;

use serde_json::Value;
use shoal_core::ClientId;
use shoal_keyspace::command::{CommandFlags, lookup};
use shoal_resp::{Limits, Progress, RequestParser};
use support::Rig;

/// A server with a replica that has got its (empty) snapshot.
fn server() -> (Rig, ClientId, ClientId) {
    let mut rig = Rig::standalone("repl-diskless-sync no");
    let (client, replica) = (rig.client(), rig.client());
    rig.ask(replica, "REPLCONF capa psync2");
    let answer = rig.ask(replica, "PSYNC ? -1");
    assert!(answer.starts_with("+FULLRESYNC "), "{answer}");
    (rig, client, replica)
}

fn commands(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut parser = RequestParser::new(Limits::default());
    let (mut at, mut found) = (0, Vec::new());
    while let Ok(Progress::Request { consumed }) = parser.parse(&bytes[at..]) {
        let args = parser.args(&bytes[at..]);
        found.push(
            args.iter()
                .map(|arg| arg.iter().map(|byte| char::from(*byte)).collect())
                .collect(),
        );
        at += consumed;
    }
    assert_eq!(at, bytes.len(), "whole commands only");
    found
}

/// The captures write bytes above 127 as latin-1 characters.
fn latin1(word: &str) -> Vec<u8> {
    word.chars().map(|c| c as u8).collect()
}

/// Times to come differ with the clock; the far one of the captures does not.
fn without_clock(mut command: Vec<String>) -> Vec<String> {
    for word in &mut command {
        // The time of an entry of a stream is the first half of its id.
        let (time, rest) = word.split_at(word.find('-').unwrap_or(word.len()));
        let is_time = time.len() == 13 && time.parse::<u64>().is_ok();
        if is_time && !time.starts_with("4102444800") {
            *word = format!("<time>{rest}");
        }
    }
    command
}

fn words(list: &Value) -> Vec<Vec<String>> {
    let text = |word: &Value| word.as_str().expect("text").to_owned();
    let command = |command: &Value| {
        command
            .as_array()
            .expect("words")
            .iter()
            .map(text)
            .collect()
    };
    list.as_array()
        .expect("commands")
        .iter()
        .map(command)
        .collect()
}

/// What chance decides is another choice here.
fn without_chance(asked: &[Vec<String>], mut command: Vec<String>) -> Vec<String> {
    if asked.iter().any(|asked| asked[0] == "SPOP") && command[0] == "SREM" {
        command
            .iter_mut()
            .skip(2)
            .for_each(|member| *member = "<member>".into());
    }
    command
}

/// Whether a command may wait for data, while another client goes on.
fn waits(command: &[String]) -> bool {
    let spec = lookup(command[0].as_bytes());
    spec.is_some_and(|spec| spec.flags.contains(CommandFlags::BLOCKING))
}

/// Entries about what does not happen in this test: time passing, eviction.
fn is_about_time(client: &[Vec<String>]) -> bool {
    client.iter().any(|command| {
        command
            .iter()
            .any(|word| word == "ex" || word == "maxmemory")
    })
}

#[test]
fn the_stream_is_the_captured_one() {
    let (mut rig, client, replica) = server();
    let captures: Value =
        serde_json::from_str(include_str!("data/propagation-7.2.6.json")).expect("json");
    let (mut replayed, mut skipped) = (0, false);
    let mut in_transaction = false;
    for entry in captures.as_array().expect("a list") {
        let asked = words(&entry["client"]);
        let known = |command: &Vec<String>| lookup(command[0].as_bytes()).is_some();
        if !asked.iter().all(known) || is_about_time(&asked) {
            skipped = true;
            continue;
        }
        if asked[0][0] == "XREADGROUP" && asked[0].contains(&"gg".to_owned()) {
            // It was made without being captured.
            rig.ask(client, "XGROUP CREATE sg gg $ MKSTREAM");
            rig.read_bytes(replica);
        }
        for command in &asked {
            let args: Vec<Vec<u8>> = command.iter().map(|word| latin1(word)).collect();
            let args: Vec<&[u8]> = args.iter().map(Vec::as_slice).collect();
            let mut request = Vec::new();
            shoal_resp::write_command(&mut request, &args);
            let asker = match waits(command) && !in_transaction {
                true => rig.client(),
                false => client,
            };
            match command[0].as_str() {
                "MULTI" => in_transaction = true,
                "EXEC" | "DISCARD" => in_transaction = false,
                _ => {}
            }
            rig.send(asker, &request);
            if command[0] == "WAIT" {
                // The captured replica did not answer either.
                rig.advance_ms(60);
            }
        }
        let stream: Vec<_> = commands(&rig.read_bytes(replica))
            .into_iter()
            .map(|command| without_chance(&asked, without_clock(command)))
            .collect();
        let expected = words(&entry["stream"])
            .into_iter()
            .map(|command| without_chance(&asked, without_clock(command)));
        // Redis does not tell of every new consumer, we do. `gone` was stored with a time in the past, and went when the captured server's clock ticked; `bl` was
        // tidied away between two entries. And what was left out here may have been the first in another database there.
        let matters = |command: &Vec<String>| {
            command != &["DEL", "gone"]
                && command != &["DEL", "bl"]
                && !command.contains(&"CREATECONSUMER".to_owned())
                && !(skipped && command[0] == "SELECT")
        };
        let expected: Vec<_> = expected.filter(matters).collect();
        let stream: Vec<_> = stream.into_iter().filter(matters).collect();
        assert_eq!(stream, expected, "after {asked:?}");
        skipped = false;
        replayed += 1;
    }
    assert!(replayed >= 50, "only {replayed} entries were replayed");
}

#[test]
fn inline_commands_are_propagated_as_arrays() {
    let (mut rig, client, replica) = server();
    rig.send(client, b"set  key 'a b'\r\n");
    let stream = rig.read_bytes(replica);
    assert_eq!(
        commands(&stream),
        [vec!["SELECT", "0"], vec!["set", "key", "a b"]]
    );
    assert!(stream.starts_with(b"*2\r\n"));
}

#[test]
fn a_key_found_expired_is_deleted_in_the_stream_before_the_command() {
    let (mut rig, client, replica) = server();
    rig.ask(client, "SET k 1 PX 10");
    rig.ask(client, "DEBUG SET-ACTIVE-EXPIRE 0");
    rig.read_bytes(replica);
    // Time passes without a cron turn.
    rig.now.instant += core::time::Duration::from_millis(50);
    rig.now.unix_micros += 50_000;
    rig.ask(client, "APPEND k x");
    assert_eq!(
        commands(&rig.read_bytes(replica)),
        [
            vec!["MULTI"],
            vec!["DEL", "k"],
            vec!["APPEND", "k", "x"],
            vec!["EXEC"]
        ]
    );
    // Whoever goes through all keys finds each for itself.
    rig.ask(client, "MSET a 1 b 2");
    for key in ["a", "b"] {
        rig.ask(client, &format!("PEXPIRE {key} 10"));
    }
    rig.read_bytes(replica);
    rig.now.instant += core::time::Duration::from_millis(50);
    rig.now.unix_micros += 50_000;
    rig.ask(client, "SCAN 0");
    let mut stream = commands(&rig.read_bytes(replica));
    stream.sort();
    assert_eq!(stream, [vec!["DEL", "a"], vec!["DEL", "b"]]);
}

#[test]
fn a_transaction_is_framed_if_it_is_more_than_one_command() {
    let (mut rig, client, replica) = server();
    let mut stream = |asked: &[&str]| {
        for command in asked {
            rig.ask(client, command);
        }
        commands(&rig.read_bytes(replica))
    };
    let set = |key, value| vec!["SET", key, value];
    assert_eq!(
        stream(&["MULTI", "SET a 1", "GET a", "SELECT 3", "SET b 2", "EXEC"]),
        [
            vec!["MULTI"],
            vec!["SELECT", "0"],
            set("a", "1"),
            vec!["SELECT", "3"],
            set("b", "2"),
            vec!["EXEC"]
        ]
    );
    assert_eq!(
        stream(&["MULTI", "SET a 1", "GET a", "EXEC"]),
        [set("a", "1")]
    );
    let nothing: [Vec<&str>; 0] = [];
    assert_eq!(stream(&["MULTI", "GET a", "INCR x y", "EXEC"]), nothing);
    assert_eq!(stream(&["MULTI", "SET a 2", "DISCARD"]), nothing);
    assert_eq!(
        stream(&["MULTI", "HSET a f v", "INCRBYFLOAT c 0.5", "DEL a", "EXEC"]),
        [
            vec!["MULTI"],
            vec!["SET", "c", "0.5", "KEEPTTL"],
            vec!["DEL", "a"],
            vec!["EXEC"]
        ]
    );
}

#[test]
fn lost_slots_are_deleted_on_replicas_key_by_key() {
    let mut rig = Rig::cluster(support::whole_cluster(), "repl-diskless-sync no");
    let (client, replica) = (rig.client(), rig.client());
    rig.ask(client, "SET {foo}1 x");
    rig.ask(replica, "PSYNC ? -1");
    let slots = [shoal_slots::Slot::of_key(b"foo")].into_iter().collect();
    rig.control(shoal_core::ToData::DropSlots(slots));
    assert_eq!(
        commands(&rig.read_bytes(replica)),
        [vec!["SELECT", "0"], vec!["DEL", "{foo}1"]]
    );
}

#[test]
fn nothing_is_recorded_while_nobody_listens() {
    let mut rig = Rig::standalone("");
    let client = rig.client();
    for _ in 0..10 {
        rig.ask(client, "INCR n");
    }
    assert!(
        rig.ask(client, "INFO replication")
            .contains("master_repl_offset:0\r\n")
    );
}
