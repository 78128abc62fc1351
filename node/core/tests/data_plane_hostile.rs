//! Hostile bytes, seeded: mangled requests of clients, and (row 30) a primary that lies. Nothing may panic, no
//! session may reach another, and a healthy client is served as if nothing had happened.

mod support;

use rand_core::{Rng as _, SeedableRng};
use rand_pcg::Pcg64Mcg;
use shoal_core::PrimaryLinkInput;
use support::{Rig, encode, whole_cluster};

const COMMANDS: &[&str] = &[
    "SET k v",
    "GET k",
    "MGET k l m",
    "DEL k",
    "HSET h f v",
    "HGETALL h",
    "EXPIRE k 1",
    "CLIENT LIST",
    "CLIENT KILL ID 3",
    "CLIENT REPLY SKIP",
    "CLIENT REPLY OFF",
    "CLIENT PAUSE 5 WRITE",
    "CLUSTER NODES",
    "CLUSTER GETKEYSINSLOT 1 10",
    "WAIT 1 5",
    "INFO all",
    "HELLO 3",
    "HELLO 2 AUTH default x SETNAME y",
    "RESET",
    "CONFIG GET *",
    "CONFIG SET maxclients 9000",
    "COMMAND DOCS get",
    "REPLCONF listening-port 1 capa eof",
    "REPLCONF ack 100",
    "PSYNC ? -1",
    "SYNC",
    "ASKING",
    "READONLY",
    "OBJECT ENCODING k",
    "SCAN 0",
    "DUMP k",
    "RESTORE k 0 x",
    "QUIT",
    "DEBUG SLEEP 1",
    "ROLE",
    "LOLWUT",
    "SELECT 1",
    "MSET a 1 b 2",
    "APPEND k v",
];

fn mangle(rng: &mut Pcg64Mcg, bytes: &mut Vec<u8>) {
    for _ in 0..rng.next_u32() % 4 {
        if bytes.is_empty() {
            return;
        }
        let at = rng.next_u32() as usize % bytes.len();
        match rng.next_u32() % 5 {
            0 => bytes[at] = rng.next_u32() as u8,
            1 => bytes[at] = b"0123456789$*-\r\n+:"[rng.next_u32() as usize % 17],
            2 => bytes.truncate(at),
            3 => {
                bytes.remove(at);
            }
            _ => {
                let copy = bytes.clone();
                bytes.extend_from_slice(&copy[at..]);
            }
        }
    }
}

fn request(rng: &mut Pcg64Mcg) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..1 + rng.next_u32() % 5 {
        bytes.extend(encode(COMMANDS[rng.next_u32() as usize % COMMANDS.len()]));
    }
    mangle(rng, &mut bytes);
    bytes
}

#[test]
fn mangled_requests_harm_nobody_else() {
    for seed in 0..60 {
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        let mut rig = match seed % 3 {
            0 => Rig::standalone("repl-diskless-sync-delay 0"),
            1 => Rig::standalone("requirepass secret"),
            _ => Rig::cluster(whole_cluster(), "repl-diskless-sync no"),
        };
        let mut clients = Vec::new();
        for _ in 0..150 {
            if clients.len() < 4 {
                clients.push(rig.client());
            }
            let client = clients[rng.next_u32() as usize % clients.len()];
            let bytes = request(&mut rng);
            let cut = rng.next_u32() as usize % (bytes.len() + 1);
            for piece in [&bytes[..cut], &bytes[cut..]] {
                rig.plane.handle_input(rig.now, client, piece);
                rig.drain();
            }
            if rng.next_u32() % 3 > 0 {
                rig.read_bytes(client);
            }
            rig.advance_ms(u64::from(rng.next_u32() % 20));
            let (plane, now, closed) = (&mut rig.plane, rig.now, &rig.closed);
            clients.retain(|client| {
                !closed.contains(client) || {
                    plane.handle_closed(now, *client);
                    false
                }
            });
        }
        for client in clients {
            rig.plane.handle_closed(rig.now, client);
        }
        rig.advance_ms(200);
        let healthy = rig.client();
        rig.ask(healthy, "AUTH secret");
        assert_eq!(rig.ask(healthy, "PING"), "+PONG\r\n", "seed {seed}");
        rig.ask(healthy, "SET {after}1 x");
        assert_eq!(
            rig.ask(healthy, "GET {after}1"),
            "$1\r\nx\r\n",
            "seed {seed}"
        );
        assert_eq!(rig.plane.clients(), 1);
    }
}

/// What a primary says in a full synchronisation with an empty snapshot, and some stream.
fn dialogue() -> Vec<u8> {
    let mut rdb = shoal_rdb::Writer::new(shoal_rdb::WriterConfig::default());
    rdb.select_db(0);
    rdb.string(&shoal_rdb::Attributes::default(), b"key", b"value");
    let rdb = rdb.finish();
    let mut bytes =
        b"+PONG\r\n+OK\r\n+OK\r\n+FULLRESYNC 0123456789012345678901234567890123456789 100\r\n"
            .to_vec();
    bytes.extend_from_slice(format!("${}\r\n", rdb.len()).as_bytes());
    bytes.extend_from_slice(&rdb);
    for command in [
        "SELECT 0",
        "SET a 1",
        "MULTI",
        "INCR a",
        "EXEC",
        "PING",
        "REPLCONF GETACK *",
        "SELECT 99",
        "SET b 1",
        "NOSUCH x",
    ] {
        bytes.extend(encode(command));
    }
    bytes
}

#[test]
fn row_30_a_lying_primary_costs_at_most_the_link() {
    let truth = dialogue();
    for seed in 0..600 {
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        let mut rig = Rig::standalone("replicaof 127.0.0.1 7000");
        rig.drain();
        assert!(rig.events.iter().any(|event| matches!(
            event,
            shoal_core::DataEvent::ConnectPrimary { port: 7000, .. }
        )));
        let client = rig.client();
        for _ in 0..3 {
            let mut bytes = truth.clone();
            mangle(&mut rng, &mut bytes);
            rig.plane
                .handle_primary_link(rig.now, PrimaryLinkInput::Connected);
            let size = 1 + rng.next_u32() as usize % 200;
            for piece in bytes.chunks(size) {
                rig.plane
                    .handle_primary_link(rig.now, PrimaryLinkInput::Bytes(piece));
                rig.drain();
            }
            rig.plane
                .handle_primary_link(rig.now, PrimaryLinkInput::Closed);
            rig.advance_ms(1500);
        }
        assert_eq!(rig.ask(client, "PING"), "+PONG\r\n", "seed {seed}");
        assert_eq!(rig.ask(client, "REPLICAOF NO ONE"), "+OK\r\n");
        assert_eq!(rig.ask(client, "SET x 1"), "+OK\r\n", "seed {seed}");
    }
}

#[test]
fn the_undamaged_dialogue_is_understood() {
    let mut rig = Rig::standalone("replicaof 127.0.0.1 7000");
    rig.plane
        .handle_primary_link(rig.now, PrimaryLinkInput::Connected);
    for byte in dialogue() {
        rig.plane
            .handle_primary_link(rig.now, PrimaryLinkInput::Bytes(&[byte]));
    }
    rig.drain();
    let client = rig.client();
    assert_eq!(
        rig.ask(client, "MGET key a"),
        "*2\r\n$5\r\nvalue\r\n$1\r\n2\r\n"
    );
    assert!(
        rig.ask(client, "INFO replication")
            .contains("master_link_status:up\r\n")
    );
}
