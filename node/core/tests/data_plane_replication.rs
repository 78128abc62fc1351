//! Data planes that replicate to each other through pipes in memory: full and partial synchronisation,
//! chains, promotion, `WAIT`, and what clients see of it.

mod support;

use shoal_core::ClientId;
use support::Rig;
use support::net::Net;

const FAST: &str = "repl-diskless-sync-delay 0\n";

/// Rig 0 is a primary; the others are empty and on their own. One client each.
fn servers(count: u64, text: &str) -> (Net, Vec<ClientId>) {
    let rigs = (0..count)
        .map(|n| Rig::seeded(&format!("{FAST}port {}\n{text}", 7000 + n), n + 1))
        .collect();
    let mut net = Net::new(rigs);
    let clients = net.rigs.iter_mut().map(Rig::client).collect();
    (net, clients)
}

fn field(net: &mut Net, n: usize, client: ClientId, name: &str) -> String {
    let info = net.ask(n, client, "INFO replication");
    let line = info
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{name}:")));
    line.expect(name).to_owned()
}

fn offset(net: &mut Net, n: usize, client: ClientId) -> u64 {
    field(net, n, client, "master_repl_offset")
        .parse()
        .expect("a number")
}

#[test]
fn a_replica_copies_everything_and_follows() {
    for (piece, diskless) in [(1, "yes"), (7, "no"), (100_000, "yes"), (100_000, "no")] {
        let (mut net, clients) = servers(2, &format!("repl-diskless-sync {diskless}"));
        net.piece = piece;
        net.ask(0, clients[0], "SET before sync");
        net.ask(0, clients[0], "HSET hash field value");
        net.ask(0, clients[0], "SET expiring x PX 100000");
        net.ask(1, clients[1], "SET own x");
        assert_eq!(
            net.ask(1, clients[1], "REPLICAOF 127.0.0.1 7000"),
            "+OK\r\n"
        );
        net.advance_ms(1500);
        assert_eq!(net.ask(1, clients[1], "GET before"), "$4\r\nsync\r\n");
        assert_eq!(net.ask(1, clients[1], "HGET hash field"), "$5\r\nvalue\r\n");
        assert_eq!(net.ask(1, clients[1], "GET own"), "$-1\r\n");
        net.ask(0, clients[0], "SET after sync");
        net.ask(0, clients[0], "INCR counter");
        assert_eq!(net.ask(1, clients[1], "GET after"), "$4\r\nsync\r\n");
        assert_eq!(net.ask(1, clients[1], "GET counter"), "$1\r\n1\r\n");
        assert_eq!(
            offset(&mut net, 0, clients[0]),
            offset(&mut net, 1, clients[1])
        );
        assert!(net.rigs[1].logged("Full resync from master: "));
        assert!(net.rigs[1].logged("MASTER <-> REPLICA sync: Finished with success"));
        let denied = "-READONLY You can't write against a read only replica.\r\n";
        assert_eq!(net.ask(1, clients[1], "SET x y"), denied);
        assert_eq!(field(&mut net, 1, clients[1], "master_link_status"), "up");
        assert!(
            field(&mut net, 0, clients[0], "slave0")
                .starts_with("ip=127.0.0.1,port=7001,state=online,offset=")
        );
    }
}

#[test]
fn a_broken_link_is_continued_where_it_broke() {
    let (mut net, clients) = servers(2, "");
    net.ask(1, clients[1], "REPLICAOF 127.0.0.1 7000");
    net.advance_ms(1500);
    net.ask(0, clients[0], "SET a 1");
    net.unreachable.push(0);
    net.pump();
    net.ask(0, clients[0], "SET b 2");
    net.advance_ms(500);
    assert_eq!(field(&mut net, 1, clients[1], "master_link_status"), "down");
    assert!(net.rigs[1].logged("Connection with master lost."));
    assert_eq!(net.ask(1, clients[1], "GET b"), "$-1\r\n");
    net.unreachable.clear();
    net.advance_ms(3000);
    assert_eq!(net.ask(1, clients[1], "GET b"), "$1\r\n2\r\n");
    let stats = net.ask(0, clients[0], "INFO stats");
    assert!(
        stats.contains("sync_full:1\r\nsync_partial_ok:1\r\n"),
        "{stats}"
    );
    assert!(net.rigs[1].logged("Successful partial resynchronization with master."));
}

#[test]
fn a_promoted_replica_continues_the_history_and_the_old_primary_follows_it() {
    let (mut net, clients) = servers(3, "");
    for n in [1, 2] {
        net.ask(n, clients[n], "REPLICAOF 127.0.0.1 7000");
    }
    net.advance_ms(1500);
    net.ask(0, clients[0], "SET a 1");
    let old_id = field(&mut net, 0, clients[0], "master_replid");
    assert_eq!(field(&mut net, 1, clients[1], "master_replid"), old_id);

    assert_eq!(net.ask(1, clients[1], "REPLICAOF NO ONE"), "+OK\r\n");
    assert_eq!(field(&mut net, 1, clients[1], "role"), "master");
    assert_eq!(field(&mut net, 1, clients[1], "master_replid2"), old_id);
    assert_ne!(field(&mut net, 1, clients[1], "master_replid"), old_id);
    assert_eq!(net.ask(1, clients[1], "SET b 2"), "+OK\r\n");
    for n in [0, 2] {
        net.ask(n, clients[n], "REPLICAOF 127.0.0.1 7001");
    }
    net.advance_ms(3000);
    for n in [0, 2] {
        assert_eq!(net.ask(n, clients[n], "GET b"), "$1\r\n2\r\n", "rig {n}");
        assert_eq!(field(&mut net, n, clients[n], "role"), "slave");
        assert_eq!(field(&mut net, n, clients[n], "master_port"), "7001");
    }
    let stats = net.ask(1, clients[1], "INFO stats");
    assert!(
        stats.contains("sync_full:0\r\nsync_partial_ok:2\r\n"),
        "nobody needed a full copy: {stats}"
    );
    let offsets: Vec<u64> = (0..3).map(|n| offset(&mut net, n, clients[n])).collect();
    assert!(offsets.iter().all(|o| *o == offsets[0]), "{offsets:?}");
}

#[test]
fn a_chain_carries_the_stream_unchanged() {
    let (mut net, clients) = servers(3, "");
    net.ask(1, clients[1], "REPLICAOF 127.0.0.1 7000");
    net.advance_ms(1500);
    net.ask(2, clients[2], "REPLICAOF 127.0.0.1 7001");
    net.advance_ms(1500);
    net.ask(0, clients[0], "SET down chain");
    net.advance_ms(1500);
    assert_eq!(net.ask(2, clients[2], "GET down"), "$5\r\nchain\r\n");
    assert_eq!(
        field(&mut net, 2, clients[2], "master_replid"),
        field(&mut net, 0, clients[0], "master_replid")
    );
    assert_eq!(
        offset(&mut net, 2, clients[2]),
        offset(&mut net, 0, clients[0])
    );
}

#[test]
fn a_replica_without_its_primary_serves_no_sub_replica() {
    let (mut net, clients) = servers(3, "");
    net.unreachable.push(0);
    net.ask(1, clients[1], "REPLICAOF 127.0.0.1 7000");
    let sub = net.rigs[1].client();
    let answer = net.ask(1, sub, "PSYNC ? -1");
    assert_eq!(
        answer,
        "-NOMASTERLINK Can't SYNC while not connected with my master\r\n"
    );
    let _ = clients;
}

#[test]
fn wait_returns_when_enough_replicas_have_it() {
    let (mut net, clients) = servers(2, "");
    assert_eq!(net.ask(0, clients[0], "WAIT 0 0"), ":0\r\n");
    net.ask(1, clients[1], "REPLICAOF 127.0.0.1 7000");
    net.advance_ms(1500);
    net.ask(0, clients[0], "SET a 1");
    assert_eq!(
        net.ask(0, clients[0], "WAIT 1 0"),
        ":1\r\n",
        "GETACK brings the answer at once"
    );
    assert_eq!(net.ask(0, clients[0], "WAIT 2 500"), "");
    // What follows in the pipeline waits too.
    assert_eq!(net.ask(0, clients[0], "PING"), "");
    net.advance_ms(600);
    assert_eq!(net.rigs[0].read(clients[0]), ":1\r\n+PONG\r\n");
    assert_eq!(
        net.ask(0, clients[0], "WAIT 1 -1"),
        "-ERR timeout is negative\r\n"
    );
}

#[test]
fn expired_keys_are_deleted_by_the_primary_only() {
    let (mut net, clients) = servers(2, "");
    net.ask(1, clients[1], "REPLICAOF 127.0.0.1 7000");
    net.advance_ms(1500);
    net.ask(0, clients[0], "SET k v PX 50");
    net.advance_ms(400);
    assert_eq!(net.ask(0, clients[0], "DBSIZE"), ":0\r\n");
    assert_eq!(net.ask(1, clients[1], "DBSIZE"), ":0\r\n");
    assert_eq!(
        offset(&mut net, 0, clients[0]),
        offset(&mut net, 1, clients[1])
    );
}

#[test]
fn databases_are_followed() {
    let (mut net, clients) = servers(2, "");
    net.ask(0, clients[0], "SELECT 3");
    net.ask(0, clients[0], "SET three 1");
    net.ask(1, clients[1], "REPLICAOF 127.0.0.1 7000");
    net.advance_ms(1500);
    net.ask(0, clients[0], "SET more 1");
    net.ask(0, clients[0], "SELECT 5");
    net.ask(0, clients[0], "SET five 1");
    for (db, size) in [("3", ":2\r\n"), ("5", ":1\r\n"), ("0", ":0\r\n")] {
        net.ask(1, clients[1], &format!("SELECT {db}"));
        assert_eq!(net.ask(1, clients[1], "DBSIZE"), size, "database {db}");
    }
}

#[test]
fn roles_are_shown_as_clients_expect_them() {
    let (mut net, clients) = servers(2, "");
    assert_eq!(
        net.ask(0, clients[0], "ROLE"),
        "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n"
    );
    net.ask(1, clients[1], "REPLICAOF 127.0.0.1 7000");
    net.advance_ms(1500);
    net.ask(0, clients[0], "SET a 1");
    net.advance_ms(1500);
    let at = offset(&mut net, 0, clients[0]).to_string();
    let primary = format!(
        "*3\r\n$6\r\nmaster\r\n:{at}\r\n*1\r\n*3\r\n$9\r\n127.0.0.1\r\n$4\r\n7001\r\n${}\r\n{at}\r\n",
        at.len()
    );
    assert_eq!(net.ask(0, clients[0], "ROLE"), primary);
    let replica =
        format!("*5\r\n$5\r\nslave\r\n$9\r\n127.0.0.1\r\n:7000\r\n$9\r\nconnected\r\n:{at}\r\n");
    assert_eq!(net.ask(1, clients[1], "ROLE"), replica);
    assert_eq!(
        net.ask(1, clients[1], "REPLICAOF 127.0.0.1 7000"),
        "+OK Already connected to specified master\r\n"
    );
    assert_eq!(
        net.ask(1, clients[1], "REPLICAOF 127.0.0.1 x"),
        "-ERR Invalid master port\r\n"
    );
}

#[test]
fn writes_can_be_made_to_need_replicas() {
    let (mut net, clients) = servers(2, "min-replicas-to-write 1");
    assert_eq!(
        net.ask(0, clients[0], "SET a 1"),
        "-NOREPLICAS Not enough good replicas to write.\r\n"
    );
    net.ask(1, clients[1], "REPLICAOF 127.0.0.1 7000");
    net.advance_ms(2500);
    assert_eq!(net.ask(0, clients[0], "SET a 1"), "+OK\r\n");
}

#[test]
fn stale_data_can_be_hidden() {
    let (mut net, clients) = servers(2, "replica-serve-stale-data no");
    net.unreachable.push(0);
    net.ask(1, clients[1], "REPLICAOF 127.0.0.1 7000");
    let stale =
        "-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.\r\n";
    assert_eq!(net.ask(1, clients[1], "GET a"), stale);
    assert!(
        net.ask(1, clients[1], "INFO replication")
            .contains("master_link_status:down\r\n")
    );
}

#[test]
fn a_tool_takes_a_snapshot_and_leaves() {
    let (mut net, clients) = servers(1, "");
    net.ask(0, clients[0], "SET a 1");
    let tool = net.rigs[0].client();
    let rdb = net.rigs[0].send(tool, b"SYNC\r\n");
    net.advance_ms(100);
    let rdb = rdb + &net.rigs[0].read(tool);
    let rdb = rdb.trim_start_matches('\n');
    assert!(
        rdb.starts_with('$') && rdb.contains("\r\nREDIS00"),
        "{rdb:?}"
    );
}

#[test]
fn replconf_is_checked() {
    let (mut net, _) = servers(1, "");
    let client = net.rigs[0].client();
    for (command, answer) in [
        ("REPLCONF capa eof capa psync2 capa nosuch", "+OK\r\n"),
        (
            "REPLCONF nosuch 1",
            "-ERR Unrecognized REPLCONF option: nosuch\r\n",
        ),
        ("REPLCONF listening-port", "-ERR syntax error\r\n"),
        (
            "REPLCONF version 8.0.0",
            "-ERR Unrecognized REPLCONF option: version\r\n",
        ),
        (
            "REPLCONF rdb-only 2",
            "-ERR value is out of range, value must between 0 and 1\r\n",
        ),
        (
            "REPLCONF rdb-filter-only keys",
            "-ERR Unsupported rdb-filter-only option: keys\r\n",
        ),
        (
            "PSYNC ? x",
            "-ERR value is not an integer or out of range\r\n",
        ),
        (
            "PSYNC ?",
            "-ERR wrong number of arguments for 'psync' command\r\n",
        ),
        ("REPLCONF ack 0", ""),
    ] {
        assert_eq!(net.ask(0, client, command), answer, "{command}");
    }
}

#[test]
fn becoming_a_replica_ends_what_blocks() {
    let (mut net, clients) = servers(2, "");
    let boss = net.rigs[0].client();
    assert_eq!(net.ask(0, clients[0], "WAIT 1 0"), "");
    net.ask(0, boss, "REPLICAOF 127.0.0.1 7001");
    let answer = net.rigs[0].read(clients[0]);
    let expected = "-UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)\r\n";
    assert_eq!(answer, expected);
}

#[test]
fn diskless_replicas_wait_for_each_other_and_hear_newlines_meanwhile() {
    let rigs = (0..2)
        .map(|n| Rig::seeded(&format!("port {}", 7000 + n), n + 1))
        .collect();
    let mut net = Net::new(rigs);
    let clients: Vec<ClientId> = net.rigs.iter_mut().map(Rig::client).collect();
    net.ask(0, clients[0], "SET a 1");
    net.ask(1, clients[1], "REPLICAOF 127.0.0.1 7000");
    net.advance_ms(4000);
    assert!(
        net.ask(0, clients[0], "INFO replication")
            .contains("state=wait_bgsave")
    );
    net.advance_ms(2500);
    assert_eq!(net.ask(1, clients[1], "GET a"), "$1\r\n1\r\n");
}
