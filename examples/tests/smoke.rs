//! Runs the programs that need no server, and looks at what they print.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::thread;

/// What a program prints; it must end well.
fn output(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output().expect("it runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn parse_pipeline_shows_every_request() {
    let text = output(env!("CARGO_BIN_EXE_parse_pipeline"), &[]);
    assert!(
        text.contains("SET | greeting | hello\nGET | greeting\n"),
        "{text}"
    );
    assert!(
        text.contains("ECHO | two words\n0 bytes left over\n"),
        "{text}"
    );
    assert!(
        text.contains("-ERR Protocol error: expected '$', got '!'"),
        "{text}"
    );
}

#[test]
fn slot_of_knows_slots_and_hash_tags() {
    let program = env!("CARGO_BIN_EXE_slot_of");
    let text = output(program, &["foo", "{foo}bar"]);
    assert_eq!(text.matches("12182").count(), 2, "{text}");
    assert!(text.contains("one slot"), "{text}");
    assert!(output(program, &["foo", "bar"]).contains("2 slots"));
}

#[test]
fn bus_observer_shows_captured_packets() {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../gossip/tests/data/bus/redis-7.2.6"
    );
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("captures") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "bin") {
            files.push(path.to_string_lossy().into_owned());
        }
    }
    files.sort();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let text = output(env!("CARGO_BIN_EXE_bus_observer"), &files);
    for kind in [
        "meet", "ping", "pong", "fail", "update", "auth-req", "mfstart",
    ] {
        assert!(
            text.contains(&format!("\n{kind} ")) || text.starts_with(kind),
            "no {kind} in {text}"
        );
    }
    assert!(!text.contains("skipped"), "{text}");
}

#[test]
fn failover_in_a_box_is_over_soon_and_the_same_every_time() {
    let program = env!("CARGO_BIN_EXE_failover_in_a_box");
    let text = output(program, &["3"]);
    assert!(text.contains("Failover election won"), "{text}");
    assert!(text.contains("had a new primary after"), "{text}");
    assert_eq!(text, output(program, &["3"]));
}

#[test]
fn embedded_keyspace_answers_and_forgets() {
    let text = output(env!("CARGO_BIN_EXE_embedded_keyspace"), &[]);
    assert!(text.contains("> APPEND greeting  world\n  11\n"), "{text}");
    assert!(text.contains("> GET greeting\n  nothing\n"), "{text}");
}

#[test]
fn programs_that_need_a_server_say_how_they_are_used() {
    for program in [
        env!("CARGO_BIN_EXE_cluster_client"),
        env!("CARGO_BIN_EXE_change_capture"),
    ] {
        assert!(output(program, &[]).starts_with("usage: "));
    }
}

/// A node of a pretended cluster: for each request that it reads, what it answers.
fn pretend(listener: TcpListener, dialogue: Vec<(&'static str, String)>) {
    let (mut stream, _) = listener.accept().expect("a client");
    for (request, reply) in dialogue {
        let mut words = Vec::new();
        for word in request.split(' ') {
            words.push(word.as_bytes());
        }
        let mut expected = Vec::new();
        shoal_resp::write_command(&mut expected, &words);
        assert_eq!(read(&mut stream, expected.len()), expected, "{request}");
        stream.write_all(reply.as_bytes()).expect("written");
    }
}

fn read(stream: &mut TcpStream, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    stream.read_exact(&mut bytes).expect("a request");
    bytes
}

#[test]
fn cluster_client_follows_moved_and_ask() {
    let [one, other] = [0; 2].map(|_| TcpListener::bind("127.0.0.1:0").expect("a port"));
    let port = |listener: &TcpListener| listener.local_addr().expect("bound").port();
    let (first, second) = (port(&one), port(&other));
    let slots = format!("*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$9\r\n127.0.0.1\r\n:{first}\r\n");
    let one = thread::spawn(move || {
        let moved = format!("-MOVED 12182 127.0.0.1:{second}\r\n");
        let dialogue = vec![
            ("CLUSTER SLOTS", slots),
            ("GET foo", moved),
            ("ASKING", "+OK\r\n".to_owned()),
            ("GET foo", "$3\r\nbar\r\n".to_owned()),
        ];
        pretend(one, dialogue);
    });
    let other = thread::spawn(move || {
        // The host that is not named is the one that answers.
        let ask = format!("-ASK 12182 :{first}\r\n");
        pretend(other, vec![("GET foo", ask)]);
    });
    let seed = format!("127.0.0.1:{first}");
    let text = output(env!("CARGO_BIN_EXE_cluster_client"), &[&seed, "GET", "foo"]);
    one.join().expect("asked as expected");
    other.join().expect("asked as expected");
    assert!(text.ends_with("Bulk(b\"bar\")\n"), "{text}");
}
