//! Bytes in, replies out: pipelines, pieces, order, and the commands about the connection itself.

mod support;

use support::{Rig, encode, whole_cluster};

#[test]
fn a_pipeline_is_executed_whole_and_answered_in_order() {
    let mut rig = Rig::standalone("");
    let client = rig.client();
    let pipeline = [
        encode("SET k 1"),
        encode("INCR k"),
        encode("GET k"),
        encode("PING"),
    ]
    .concat();
    assert_eq!(
        rig.send(client, &pipeline),
        "+OK\r\n:2\r\n$1\r\n2\r\n+PONG\r\n"
    );
}

#[test]
fn input_may_be_cut_anywhere() {
    let pipeline = [
        encode("SET key value"),
        b"PING\r\n".to_vec(),
        encode("GET key"),
        b"\r\n*0\r\n".to_vec(),
    ]
    .concat();
    let expected = "+OK\r\n+PONG\r\n$5\r\nvalue\r\n";
    for size in 1..pipeline.len() {
        let mut rig = Rig::cluster(whole_cluster(), "");
        let client = rig.client();
        let answer: String = pipeline
            .chunks(size)
            .map(|piece| rig.send(client, piece))
            .collect();
        assert_eq!(answer, expected, "in pieces of {size}");
    }
}

#[test]
fn row_14_empty_requests_between_others() {
    let mut rig = Rig::standalone("");
    let client = rig.client();
    let mixed = b"*0\r\n\r\n*-1\r\n*1\r\n$4\r\nPING\r\n\r\n   \r\n*0\r\nPING\r\n*-1\r\n*2\r\n$4\r\nECHO\r\n$1\r\nx\r\n";
    assert_eq!(rig.send(client, mixed), "+PONG\r\n+PONG\r\n$1\r\nx\r\n");
    for size in 1..mixed.len() {
        let answer: String = mixed
            .chunks(size)
            .map(|piece| rig.send(client, piece))
            .collect();
        assert_eq!(
            answer, "+PONG\r\n+PONG\r\n$1\r\nx\r\n",
            "in pieces of {size}"
        );
    }
}

#[test]
fn unknown_commands_and_wrong_counts_say_so() {
    let mut rig = Rig::standalone("");
    let client = rig.client();
    for (command, answer) in [
        (
            "NOSUCH a b",
            "-ERR unknown command 'NOSUCH', with args beginning with: 'a' 'b' \r\n",
        ),
        (
            "GET",
            "-ERR wrong number of arguments for 'get' command\r\n",
        ),
        (
            "PING a b",
            "-ERR wrong number of arguments for 'ping' command\r\n",
        ),
        (
            "CLUSTER NOSUCH",
            "-ERR unknown subcommand 'NOSUCH'. Try CLUSTER HELP.\r\n",
        ),
        (
            "CLUSTER NODES x",
            "-ERR wrong number of arguments for 'cluster|nodes' command\r\n",
        ),
        (
            "CLUSTER",
            "-ERR wrong number of arguments for 'cluster' command\r\n",
        ),
        (
            "CLUSTER INFO",
            "-ERR This instance has cluster support disabled\r\n",
        ),
        (
            "READONLY",
            "-ERR This instance has cluster support disabled\r\n",
        ),
        (
            "ASKING",
            "-ERR This instance has cluster support disabled\r\n",
        ),
        ("SELECT 16", "-ERR DB index is out of range\r\n"),
        (
            "SELECT x",
            "-ERR value is not an integer or out of range\r\n",
        ),
        ("HELLO 4", "-NOPROTO unsupported protocol version\r\n"),
        (
            "HELLO x",
            "-ERR Protocol version is not an integer or out of range\r\n",
        ),
        ("HELLO 3 FOO", "-ERR Syntax error in HELLO option 'FOO'\r\n"),
        ("DEBUG SLEEP 0", "-ERR DEBUG command not allowed."),
    ] {
        let got = rig.ask(client, command);
        assert!(got.starts_with(answer), "{command}: {got}");
    }
    assert!(rig.closed.is_empty());
}

#[test]
fn hello_answers_a_map_of_seven_in_either_version() {
    let mut rig = Rig::cluster(whole_cluster(), "");
    let client = rig.client();
    let body = |proto: u8| {
        format!(
            "$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n7.2.4\r\n$5\r\nproto\r\n:{proto}\r\n$2\r\nid\r\n:1\r\n\
             $4\r\nmode\r\n$7\r\ncluster\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*0\r\n"
        )
    };
    assert_eq!(rig.ask(client, "HELLO"), format!("*14\r\n{}", body(2)));
    assert_eq!(
        rig.ask(client, "HELLO 3 SETNAME me"),
        format!("%7\r\n{}", body(3))
    );
    assert_eq!(rig.ask(client, "CLIENT GETNAME"), "$2\r\nme\r\n");
    assert_eq!(rig.ask(client, "GET missing"), "_\r\n");
    assert_eq!(rig.ask(client, "RESET"), "+RESET\r\n");
    assert_eq!(rig.ask(client, "GET missing"), "$-1\r\n");
}

#[test]
fn quit_is_answered_and_closes_and_nothing_behind_it_runs() {
    let mut rig = Rig::standalone("");
    let client = rig.client();
    assert_eq!(rig.send(client, b"QUIT\r\nSET k 1\r\n"), "+OK\r\n");
    assert!(rig.closed.contains(&client));
    rig.plane.handle_closed(rig.now, client);
    let other = rig.client();
    assert_eq!(rig.ask(other, "EXISTS k"), ":0\r\n");
    assert_eq!(
        rig.send(client, b"PING\r\n"),
        "",
        "an old id reaches nobody"
    );
}

#[test]
fn replies_can_be_switched_off_and_skipped() {
    let mut rig = Rig::standalone("");
    let client = rig.client();
    let commands = [
        "CLIENT REPLY SKIP",
        "SET k 1",
        "GET k",
        "CLIENT REPLY OFF",
        "GET k",
        "NOSUCH",
        "CLIENT REPLY ON",
        "PING",
    ];
    let pipeline: Vec<u8> = commands
        .iter()
        .flat_map(|command| encode(command))
        .collect();
    assert_eq!(rig.send(client, &pipeline), "$1\r\n1\r\n+OK\r\n+PONG\r\n");
}

#[test]
fn clients_are_listed_and_killed() {
    let mut rig = Rig::standalone("");
    let (first, second) = (
        rig.client_from("127.0.0.1:1001"),
        rig.client_from("127.0.0.1:1002"),
    );
    assert_eq!(rig.ask(first, "CLIENT SETNAME one"), "+OK\r\n");
    let list = rig.ask(first, "CLIENT LIST");
    assert!(
        list.contains(
            "id=1 addr=127.0.0.1:1001 laddr=127.0.0.1:6379 fd=8 name=one age=0 idle=0 flags=N db=0"
        ),
        "{list}"
    );
    assert!(
        list.contains("cmd=client|list user=default redir=-1 resp=2 lib-name= lib-ver=\n"),
        "{list}"
    );
    assert_eq!(rig.ask(first, "CLIENT LIST ID 2").matches("id=").count(), 1);
    assert_eq!(rig.ask(first, "CLIENT KILL ID 2"), ":1\r\n");
    assert!(rig.closed.contains(&second));
    assert_eq!(
        rig.ask(first, "CLIENT KILL 127.0.0.1:9"),
        "-ERR No such client\r\n"
    );
    assert_eq!(
        rig.ask(first, "CLIENT KILL TYPE normal SKIPME no"),
        ":1\r\n"
    );
    assert!(rig.closed.contains(&first));
}

#[test]
fn an_idle_connection_keeps_no_large_buffer() {
    let mut rig = Rig::standalone("");
    let client = rig.client();
    let big = vec![b'x'; 1 << 20];
    let mut request = Vec::new();
    shoal_resp::write_command(&mut request, &[b"SET", b"big", &big]);
    for piece in request.chunks(16 * 1024) {
        rig.send(client, piece);
    }
    assert_eq!(rig.ask(client, "GET big").len(), (1 << 20) + 12);
    let other = rig.client();
    let line = rig.ask(other, "CLIENT LIST ID 1");
    assert!(
        line.contains("qbuf=0 qbuf-free=0") && line.contains("rbs=0"),
        "{line}"
    );
}

#[test]
fn time_lolwut_and_info_answer() {
    let mut rig = Rig::standalone("");
    let client = rig.client();
    assert_eq!(
        rig.ask(client, "TIME"),
        "*2\r\n$10\r\n1767225600\r\n$1\r\n0\r\n"
    );
    assert!(rig.ask(client, "LOLWUT").contains("Redis ver. 7.2.4\n"));
    rig.ask(client, "SET k v");
    let info = rig.ask(client, "INFO");
    for field in [
        "redis_version:7.2.4\r\n",
        "server_name:shoal\r\n",
        "redis_mode:standalone\r\n",
        "connected_clients:1\r\n",
        "used_memory:",
        "instantaneous_ops_per_sec:",
        "total_connections_received:1\r\n",
        "master_repl_offset:0\r\n",
        "keyspace_hits:0\r\n",
        "uptime_in_seconds:0\r\n",
        "role:master\r\n",
        "cluster_enabled:0\r\n",
        "db0:keys=1,expires=0,avg_ttl=0\r\n",
    ] {
        assert!(info.contains(field), "{field} is missing in {info}");
    }
    assert!(!info.contains("cmdstat_"));
    assert!(
        rig.ask(client, "INFO commandstats")
            .contains("cmdstat_set:calls=1,")
    );
    assert_eq!(rig.ask(client, "INFO nosuch"), "$0\r\n\r\n");
}

#[test]
fn config_is_read_and_set() {
    let mut rig = Rig::standalone("");
    let client = rig.client();
    assert_eq!(
        rig.ask(client, "CONFIG GET maxclients"),
        "*2\r\n$10\r\nmaxclients\r\n$5\r\n10000\r\n"
    );
    assert_eq!(rig.ask(client, "CONFIG SET timeout 1"), "+OK\r\n");
    assert_eq!(
        rig.ask(client, "CONFIG SET timeout"),
        "-ERR wrong number of arguments for 'config|set' command\r\n"
    );
    rig.advance_ms(3000);
    assert!(
        rig.closed.contains(&client),
        "idle for longer than the new timeout"
    );
}

#[test]
fn errors_are_counted_once_by_either_way() {
    let mut rig = Rig::standalone("");
    let client = rig.client();
    rig.ask(client, "SET k text");
    rig.ask(client, "INCR k");
    // A pause of writes sends even reads the careful way.
    rig.ask(client, "CLIENT PAUSE 1000 WRITE");
    rig.ask(client, "HGET k f");
    rig.ask(client, "CLIENT UNPAUSE");
    let info = rig.ask(client, "INFO errorstats stats");
    assert!(
        info.contains("errorstat_ERR:count=1\r\n")
            && info.contains("errorstat_WRONGTYPE:count=1\r\n"),
        "{info}"
    );
    assert!(
        info.contains("total_error_replies:2\r\n")
            && info.contains("total_commands_processed:5\r\n"),
        "{info}"
    );
}
