//! Looking ahead in pipelines, and executing several clients' input in one call, change nothing that a client can see:
//! the answers are those of requests sent one by one.

mod support;

use proptest::prelude::*;
use shoal_core::{ClientId, ClientInput};
use support::{Rig, encode, whole_cluster};

/// Requests that change what may follow, among ordinary ones, and bytes that are no request at all.
const PIECES: [&str; 44] = [
    "SET a 1",
    "SET b x",
    "SET {a}c y",
    "GET a",
    "GET b",
    "INCR a",
    "INCR b",
    "MGET a {a}c",
    "MSET a 5 {a}c 6",
    "MGET a b",
    "DEL a",
    "HSET h f v",
    "GET h",
    "RPUSH l 1 2",
    "DEL l",
    "BLPOP l 0.01",
    "MULTI",
    "EXEC",
    "GET",
    "GET a b",
    "NOSUCH x",
    "PING",
    "AUTH secret",
    "AUTH wrong",
    "HELLO 3",
    "HELLO 2",
    "HELLO 3 AUTH default secret",
    "CLIENT REPLY OFF",
    "CLIENT REPLY ON",
    "CLIENT REPLY SKIP",
    "SELECT 1",
    "SELECT 0",
    "READONLY",
    "READWRITE",
    "ASKING",
    "RESET",
    "WAIT 1 1000",
    "CONFIG SET requirepass other",
    "BLMOVE l m LEFT LEFT 0.5",
    "BLPOP m l 1.5",
    "WATCH a b",
    "UNWATCH",
    "DISCARD",
    "QUIT",
];
const RAW: [&[u8]; 6] = [
    b"PING\r\n",
    b"*0\r\n",
    b"\r\n",
    b"GET \"a\"\r\n",
    b"*11\r\n$4\r\nMGET\r\n$1\r\na\r\n$1\r\na\r\n$1\r\na\r\n$1\r\na\r\n$1\r\na\r\n$1\r\na\r\n$1\r\na\r\n$1\r\na\r\n$1\r\na\r\n$1\r\na\r\n",
    b"*1\r\n$x\r\n",
];

fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        // Mostly the ordinary ones at the front, so that pipelines live long.
        6 => (0..22usize).prop_map(|n| encode(PIECES[n])),
        3 => (22..PIECES.len()).prop_map(|n| encode(PIECES[n])),
        1 => (0..RAW.len()).prop_map(|n| RAW[n].to_vec()),
    ]
}

fn pipeline() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(piece(), 0..100)
}

/// A node, with or without a password and a cluster around it.
fn rig(locked: bool, clustered: bool) -> Rig {
    let text = if locked { "requirepass secret" } else { "" };
    match clustered {
        true => Rig::cluster(whole_cluster(), text),
        false => Rig::standalone(text),
    }
}

/// What a client got to read, and whether it was then thrown out.
fn seen(rig: &mut Rig, client: ClientId) -> (String, bool) {
    (rig.read(client), rig.closed.contains(&client))
}

/// Sends without reading what is answered in between, which counts against a client that has not authenticated.
fn say<'a>(mut rig: Rig, reads: impl IntoIterator<Item = &'a [u8]>) -> (String, bool) {
    let client = rig.client();
    for bytes in reads {
        rig.plane.handle_input(rig.now, client, bytes);
        rig.drain();
    }
    rig.advance_ms(2000);
    seen(&mut rig, client)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_pipeline_is_answered_as_its_requests_one_by_one(
        pieces in pipeline(),
        locked in any::<bool>(),
        clustered in any::<bool>(),
    ) {
        let expected = say(rig(locked, clustered), pieces.iter().map(Vec::as_slice));
        prop_assert_eq!(say(rig(locked, clustered), [&pieces.concat()[..]]), expected);
    }

    #[test]
    fn many_clients_are_answered_as_one_after_the_other(
        said in prop::collection::vec((0..5usize, prop::collection::vec(piece(), 1..4), 0..6usize), 1..90),
        locked in any::<bool>(),
        clustered in any::<bool>(),
    ) {
        let (mut together, mut apart) = (rig(locked, clustered), rig(locked, clustered));
        let clients: Vec<_> = (0..5).map(|_| (together.client(), apart.client())).collect();
        let (mut buffer, mut inputs) = (Vec::new(), Vec::new());
        for (who, pieces, cut) in said {
            // Some are cut off: then the next bytes of this client are not the start of a request.
            let mut bytes = pieces.concat();
            bytes.truncate(bytes.len().saturating_sub(cut));
            let start = buffer.len();
            buffer.extend_from_slice(&bytes);
            inputs.push(ClientInput { client: clients[who].0, range: start..buffer.len() });
            apart.plane.handle_input(apart.now, clients[who].1, &bytes);
        }
        together.plane.handle_inputs(together.now, &buffer, &inputs);
        for rig in [&mut together, &mut apart] {
            rig.drain();
            rig.advance_ms(2000);
        }
        for (here, there) in clients {
            let expected = seen(&mut apart, there);
            prop_assert_eq!(seen(&mut together, here), expected);
        }
    }
}

#[test]
fn what_follows_auth_is_looked_at_under_the_new_limits() {
    let mut rig = Rig::standalone("requirepass secret");
    let client = rig.client();
    let long = format!("MGET{}", " a".repeat(20));
    let pipeline = [encode("PING"), encode("AUTH secret"), encode(&long)].concat();
    let answer = rig.send(client, &pipeline);
    assert!(
        answer.starts_with("-NOAUTH Authentication required.\r\n+OK\r\n*20\r\n"),
        "{answer}"
    );
}

#[test]
fn what_follows_reset_is_looked_at_under_the_old_limits() {
    let mut rig = Rig::standalone("requirepass secret");
    let client = rig.client();
    rig.ask(client, "AUTH secret");
    let long = format!("MGET{}", " a".repeat(20));
    let pipeline = [encode("RESET"), encode(&long), encode("PING")].concat();
    assert_eq!(
        rig.send(client, &pipeline),
        "+RESET\r\n-ERR Protocol error: unauthenticated multibulk length\r\n"
    );
    assert!(rig.closed.contains(&client));
}

#[test]
fn an_error_in_the_middle_lets_the_front_be_answered_and_nothing_else() {
    let mut rig = Rig::cluster(whole_cluster(), "");
    let client = rig.client();
    let front = [encode("SET a 1"), encode("GET a")].concat();
    let pipeline = [front, b"*1\r\n$x\r\n".to_vec(), encode("SET a 2")].concat();
    assert_eq!(
        rig.send(client, &pipeline),
        "+OK\r\n$1\r\n1\r\n-ERR Protocol error: invalid bulk length\r\n"
    );
    let other = rig.client();
    assert_eq!(rig.ask(other, "GET a"), "$1\r\n1\r\n");
}
