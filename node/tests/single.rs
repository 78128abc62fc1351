//! One node: it starts, serves, and ends as redis-server does.

mod harness;

use std::io::Read;
use std::os::unix::net::UnixStream;

use harness::{Client, Server, free_port, redis_cli, run, shoal, text_of, wait_for};

#[test]
fn redis_cli_sets_and_gets_on_a_node_with_all_slots() {
    let server = Server::start_node(&[]);
    let mut client = server.client();
    assert_eq!(
        client.text(&["SET", "k", "v"]),
        "-CLUSTERDOWN Hash slot not served"
    );
    assert_eq!(
        client.text(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]),
        "OK"
    );
    client.wait_until(&["CLUSTER", "INFO"], |info| {
        info.contains("cluster_state:ok")
    });
    for (words, expected) in [
        (&["-c", "SET", "user:1", "Alice"][..], "OK"),
        (&["-c", "GET", "user:1"], "Alice"),
    ] {
        if let Some(answer) = redis_cli(server.port, words) {
            assert_eq!(answer, expected);
        }
    }
}

#[test]
fn a_standalone_server_serves_its_databases() {
    let server = Server::start(&["--databases", "4"]);
    let mut client = server.client();
    assert_eq!(client.text(&["SELECT", "3"]), "OK");
    assert_eq!(
        client.text(&["SELECT", "4"]),
        "-ERR DB index is out of range"
    );
    assert_eq!(client.text(&["SET", "k", "v"]), "OK");
    assert_eq!(client.text(&["GET", "k"]), "v");
    assert!(
        client
            .text(&["INFO", "server"])
            .contains(&format!("process_id:{}", server.pid()))
    );
    assert!(client.text(&["INFO"]).contains("redis_version:7.2"));
}

#[test]
fn the_log_says_what_test_suites_wait_for() {
    let server = Server::start(&["--always-show-logo", "yes"]);
    let log = server.log();
    assert!(log.contains(&format!(" PID: {}", server.pid())), "{log}");
    let after = log
        .split_once(&format!(" PID: {}", server.pid()))
        .unwrap()
        .1;
    assert!(after.contains("Server initialized"), "{log}");
    assert!(after.contains("Ready to accept connections tcp"), "{log}");
    let stamped = log
        .lines()
        .find(|line| line.contains("Ready to accept"))
        .unwrap();
    assert!(
        stamped.starts_with(&format!("{}:M ", server.pid())),
        "{stamped}"
    );
}

#[test]
fn inline_commands_and_empty_lines_are_answered() {
    let server = Server::start(&[]);
    let mut client = server.client();
    client.send(b"PING\r\n\r\n");
    assert_eq!(text_of(&client.receive()), "PONG");
}

#[test]
fn a_pipeline_larger_than_any_buffer_is_answered_in_order() {
    let server = Server::start(&[]);
    let mut client = server.client();
    let big = "x".repeat(300_000);
    let mut sent = Vec::new();
    for number in 0..200 {
        let key = format!("k{number}");
        shoal_resp::write_command(&mut sent, &[b"SET", key.as_bytes(), big.as_bytes()]);
        shoal_resp::write_command(&mut sent, &[b"STRLEN", key.as_bytes()]);
        shoal_resp::write_command(&mut sent, &[b"ECHO", key.as_bytes()]);
    }
    client.send(&sent);
    for number in 0..200 {
        assert_eq!(text_of(&client.receive()), "OK");
        assert_eq!(text_of(&client.receive()), "300000");
        assert_eq!(text_of(&client.receive()), format!("k{number}"));
    }
}

#[test]
fn a_client_that_does_not_read_does_not_stop_the_others() {
    let server = Server::start(&["--client-output-buffer-limit", "normal", "4mb", "0", "0"]);
    let mut client = server.client();
    assert_eq!(client.text(&["SET", "big", &"x".repeat(1_000_000)]), "OK");
    let mut deaf = server.client();
    deaf.send(&b"*2\r\n$3\r\nGET\r\n$3\r\nbig\r\n".repeat(50));
    assert_eq!(client.text(&["PING"]), "PONG");
    wait_for("the limit to close it", || {
        let list = client.text(&["CLIENT", "LIST"]);
        (list.lines().count() == 1).then_some(())
    });
}

#[test]
fn a_protocol_error_is_answered_and_ends_the_connection() {
    let server = Server::start(&[]);
    let mut client = server.client();
    client.send(b"*1\r\nfoo\r\n");
    assert_eq!(
        text_of(&client.receive()),
        "-ERR Protocol error: expected '$', got 'f'"
    );
    assert!(client.try_receive().is_none());
}

#[test]
fn the_unix_socket_serves_too() {
    let server = Server::start(&["--unixsocket", "s.sock", "--unixsocketperm", "700"]);
    let path = server.home.path().join("s.sock");
    let mut stream = UnixStream::connect(&path).unwrap();
    std::io::Write::write_all(&mut stream, b"PING\r\n").unwrap();
    let mut answer = [0; 7];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"+PONG\r\n");
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn sigterm_ends_it_even_after_it_was_stopped() {
    let mut server = Server::start(&["--pidfile", "p.pid"]);
    let pidfile = server.home.path().join("p.pid");
    assert_eq!(
        std::fs::read_to_string(&pidfile).unwrap().trim(),
        server.pid().to_string()
    );
    server.signal("STOP");
    server.signal("CONT");
    server.signal("TERM");
    assert!(server.wait_for_end().success());
    assert!(server.log().contains("bye bye"), "{}", server.log());
    assert!(!pidfile.exists());
}

#[test]
fn shutdown_ends_it() {
    let mut server = Server::start(&[]);
    server.client().send(b"SHUTDOWN NOSAVE\r\n");
    assert!(server.wait_for_end().success());
}

#[test]
fn a_busy_port_is_said_and_ends_it() {
    let first = Server::start(&[]);
    let output = run(
        &shoal(),
        &["--port", &first.port.to_string(), "--bind", "127.0.0.1"],
    );
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        said.contains(&format!("Failed listening on port {}", first.port)),
        "{said}"
    );
    assert!(said.contains("Address already in use"), "{said}");
}

#[test]
fn two_nodes_cannot_share_a_nodes_conf() {
    let server = Server::start_node(&[]);
    server.client().text(&["CLUSTER", "SAVECONFIG"]);
    let directory = server.home.path().to_str().unwrap();
    let port = free_port().to_string();
    let output = run(
        &shoal(),
        &[
            "--dir",
            directory,
            "--port",
            &port,
            "--cluster-enabled",
            "yes",
        ],
    );
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        said.contains("Sorry, the cluster configuration file nodes.conf is already used by a different Redis Cluster node."),
        "{said}"
    );
}

#[test]
fn a_corrupt_nodes_conf_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("nodes.conf"), "this is no node\n").unwrap();
    let port = free_port().to_string();
    let home = directory.path().to_str().unwrap();
    let output = run(
        &shoal(),
        &["--dir", home, "--port", &port, "--cluster-enabled", "yes"],
    );
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        said.contains("Unrecoverable error: corrupted cluster config file"),
        "{said}"
    );
}

#[test]
fn a_node_keeps_its_identity_over_restarts() {
    let mut server = Server::start_node(&[]);
    let id = server.client().text(&["CLUSTER", "MYID"]);
    server
        .client()
        .text(&["CLUSTER", "ADDSLOTSRANGE", "0", "5"]);
    server.kill();
    server.restart();
    let mut client = server.client();
    assert_eq!(client.text(&["CLUSTER", "MYID"]), id);
    assert!(client.text(&["CLUSTER", "NODES"]).contains("connected 0-5"));
}

#[test]
fn config_set_port_moves_the_listener() {
    let server = Server::start(&[]);
    let mut client = server.client();
    let port = free_port();
    assert_eq!(
        client.text(&["CONFIG", "SET", "port", &port.to_string()]),
        "OK"
    );
    let mut moved = wait_for("the new port", || Client::try_connect(port));
    assert_eq!(moved.text(&["PING"]), "PONG");
    assert_eq!(client.text(&["PING"]), "PONG");
}

#[test]
fn the_background_is_a_place_to_run() {
    let directory = tempfile::tempdir().unwrap();
    let port = free_port();
    let home = directory.path().to_str().unwrap();
    let words = [
        "--daemonize",
        "yes",
        "--dir",
        home,
        "--pidfile",
        "p.pid",
        "--logfile",
        "log.txt",
        "--port",
    ];
    let port_text = port.to_string();
    let output = run(&shoal(), &[&words[..], &[port_text.as_str()]].concat());
    assert!(output.status.success());
    let mut client = wait_for("the background process", || Client::try_connect(port));
    assert_eq!(client.text(&["PING"]), "PONG");
    client.send(b"SHUTDOWN NOSAVE\r\n");
    wait_for("its end", || {
        (!directory.path().join("p.pid").exists()).then_some(())
    });
}
