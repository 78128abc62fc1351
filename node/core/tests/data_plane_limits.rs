//! What strangers may not do: the rows of the list of bad input that concern the server's side of RESP.

mod support;

use shoal_core::PeerInfo;
use support::{Rig, encode};

const LOCKED: &str = "requirepass secret";

#[test]
fn row_13_large_headers_are_refused_before_auth() {
    for (bytes, error) in [
        (
            &b"*11\r\n"[..],
            "-ERR Protocol error: unauthenticated multibulk length\r\n",
        ),
        (
            b"*1\r\n$16385\r\n",
            "-ERR Protocol error: unauthenticated bulk length\r\n",
        ),
    ] {
        let mut rig = Rig::standalone(LOCKED);
        let client = rig.client();
        assert_eq!(rig.send(client, bytes), error);
        assert!(rig.closed.contains(&client));

        let friend = rig.client();
        assert_eq!(rig.ask(friend, "AUTH secret"), "+OK\r\n");
        assert_eq!(
            rig.send(friend, bytes),
            "",
            "after AUTH it is only the beginning of a request"
        );
        assert!(!rig.closed.contains(&friend));
    }
}

#[test]
fn row_13_a_megabyte_is_the_most_before_auth() {
    let mut rig = Rig::standalone(LOCKED);
    let client = rig.client();
    rig.send(client, b"*10\r\n$4\r\nECHO\r\n");
    // Ten arguments of 16384 bytes do not reach the limit; what a pipeline leaves pending might.
    rig.ask(client, "AUTH wrong");
    let junk = vec![b'x'; 64 * 1024];
    for _ in 0..40 {
        rig.send(client, &junk);
    }
    assert!(rig.closed.contains(&client));
}

#[test]
fn auth_in_the_middle_of_a_pipeline_lifts_the_limits() {
    let mut rig = Rig::standalone(LOCKED);
    let client = rig.client();
    let words = ["x"; 20].join(" ");
    let pipeline = [encode("AUTH secret"), encode(&format!("DEL {words}"))].concat();
    assert_eq!(rig.send(client, &pipeline), "+OK\r\n:0\r\n");
}

#[test]
fn row_15_a_locked_out_client_cannot_pile_up_output() {
    let mut rig = Rig::standalone(LOCKED);
    let client = rig.client();
    let pipeline = b"GET x\r\n".repeat(1000);
    // Nothing is read in between: refusals alone must not fill the memory.
    rig.plane.handle_input(rig.now, client, &pipeline);
    rig.drain();
    assert!(rig.closed.contains(&client));
    assert_eq!(rig.read(client), "");
    assert!(rig.logged("closed for overcoming of output buffer limits"));
}

#[test]
fn row_15_one_pipeline_cannot_pass_the_output_limit_by_far() {
    let mut rig = Rig::standalone("client-output-buffer-limit normal 100000 0 0");
    let client = rig.client();
    assert_eq!(
        rig.ask(client, &format!("SET big {}", "x".repeat(10_000))),
        "+OK\r\n"
    );
    let get = b"*2\r\n$3\r\nGET\r\n$3\r\nbig\r\n";
    rig.plane.handle_input(rig.now, client, &get.repeat(10_000));
    rig.drain();
    assert!(rig.closed.contains(&client));
    assert!(rig.logged("closed for overcoming of output buffer limits"));
    // The first batch of requests is answered, and no other.
    assert!(rig.plane.keyspace().stats().hits < 100);
}

#[test]
fn a_reply_without_end_ends_at_the_output_limit() {
    for (add, draw) in [
        ("SADD c a b c", "SRANDMEMBER c -9000000000000000000"),
        ("HSET c f v", "HRANDFIELD c -4000000000000000000 WITHVALUES"),
    ] {
        let mut rig = Rig::standalone("client-output-buffer-limit normal 100000 0 0");
        let client = rig.client();
        rig.ask(client, add);
        rig.plane.handle_input(rig.now, client, &encode(draw));
        rig.drain();
        assert!(rig.closed.contains(&client), "{draw}");
        assert!(rig.logged("closed for overcoming of output buffer limits"));
    }
}

#[test]
fn refusals_before_auth_name_the_reason() {
    let mut rig = Rig::standalone(LOCKED);
    let client = rig.client();
    for (command, answer) in [
        ("GET x", "-NOAUTH Authentication required.\r\n"),
        (
            "NOSUCH",
            "-ERR unknown command 'NOSUCH', with args beginning with: \r\n",
        ),
        (
            "AUTH wrong",
            "-WRONGPASS invalid username-password pair or user is disabled.\r\n",
        ),
        (
            "AUTH bob secret",
            "-WRONGPASS invalid username-password pair or user is disabled.\r\n",
        ),
        (
            "HELLO 3",
            "-NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time\r\n",
        ),
        ("AUTH default secret", "+OK\r\n"),
        ("GET x", "$-1\r\n"),
        ("RESET", "+RESET\r\n"),
        ("GET x", "-NOAUTH Authentication required.\r\n"),
    ] {
        assert_eq!(rig.ask(client, command), answer, "{command}");
    }
    let info = {
        rig.ask(client, "AUTH secret");
        rig.ask(client, "INFO errorstats stats")
    };
    assert!(
        info.contains("errorstat_NOAUTH:count=3\r\n")
            && info.contains("acl_access_denied_auth:2\r\n"),
        "{info}"
    );
}

#[test]
fn auth_without_a_password_set_is_an_error() {
    let mut rig = Rig::standalone("");
    let client = rig.client();
    assert!(
        rig.ask(client, "AUTH x")
            .starts_with("-ERR AUTH <password> called without any password configured")
    );
}

#[test]
fn row_16_an_authenticated_client_has_a_budget_too() {
    let mut rig = Rig::standalone("client-query-buffer-limit 1mb");
    let client = rig.client();
    rig.send(client, b"*1000000\r\n");
    let argument = [b"$65536\r\n".to_vec(), vec![b'x'; 65536], b"\r\n".to_vec()].concat();
    for _ in 0..20 {
        rig.send(client, &argument);
    }
    assert!(rig.closed.contains(&client));
    assert!(rig.logged("query buffer"));
}

#[test]
fn row_18_strange_lengths_are_refused() {
    for length in [
        "9223372036854775807",
        "9223372036854775808",
        "+5",
        "-0",
        " 5",
        "05",
        "-1",
        "x",
        "",
    ] {
        let mut rig = Rig::standalone("");
        let client = rig.client();
        let answer = rig.send(client, format!("*1\r\n${length}\r\n").as_bytes());
        assert_eq!(
            answer, "-ERR Protocol error: invalid bulk length\r\n",
            "{length}"
        );
        assert!(rig.closed.contains(&client));
    }
}

#[test]
fn row_20_inline_limits_and_quotes() {
    for (bytes, answer) in [
        (
            b"SET \"k\r\n".to_vec(),
            "-ERR Protocol error: unbalanced quotes in request\r\n",
        ),
        (
            vec![b'x'; 65 * 1024],
            "-ERR Protocol error: too big inline request\r\n",
        ),
    ] {
        let mut rig = Rig::standalone("");
        let client = rig.client();
        assert_eq!(rig.send(client, &bytes), answer);
        assert!(rig.closed.contains(&client));
    }
    let mut rig = Rig::standalone("");
    let client = rig.client();
    assert_eq!(
        rig.send(client, b"ECHO \"\\x41\\x00b\"\r\n"),
        "$3\r\nA\0b\r\n"
    );
}

#[test]
fn row_20_http_is_cut_off_without_an_answer() {
    for bytes in [
        &b"POST / HTTP/1.1\r\nSET k 1\r\n"[..],
        b"GET\r\nHost: example.org\r\nSET k 1\r\n",
    ] {
        let mut rig = Rig::standalone("");
        let client = rig.client();
        rig.send(client, bytes);
        assert!(rig.closed.contains(&client));
        assert!(rig.logged("Possible SECURITY ATTACK detected."));
        let other = rig.client();
        assert_eq!(
            rig.ask(other, "EXISTS k"),
            ":0\r\n",
            "nothing behind it ran"
        );
    }
}

#[test]
fn row_21_protocol_errors_are_logged_at_most_once_per_second() {
    let mut rig = Rig::standalone("");
    for _ in 0..100 {
        let client = rig.client();
        rig.send(client, b"*x\r\n");
        assert!(rig.closed.contains(&client));
        rig.plane.handle_closed(rig.now, client);
    }
    assert_eq!(
        rig.log
            .iter()
            .filter(|line| line.contains("Protocol error"))
            .count(),
        1
    );
    assert_eq!(rig.plane.clients(), 0);
}

#[test]
fn what_one_client_broke_does_not_reach_the_next() {
    let mut rig = Rig::standalone("");
    for bytes in [
        &b"*2\r\n$3\r\nGET\r\n$x\r\n"[..],
        b"*x\r\n",
        b"*3\r\n$3\r\nSETxx",
        b"SET 'k\r\n",
    ] {
        let bad = rig.client();
        rig.send(bad, bytes);
        assert!(rig.closed.contains(&bad), "{}", bytes.escape_ascii());
        let good = rig.client();
        assert_eq!(
            rig.send(good, b"*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\nPING\r\n"),
            "$2\r\nhi\r\n+PONG\r\n"
        );
    }
}

#[test]
fn strangers_are_kept_out_by_protected_mode_and_by_the_number_of_clients() {
    let mut rig = Rig::standalone("maxclients 2");
    let stranger = PeerInfo {
        addr: "192.0.2.1:1000".into(),
        ..PeerInfo::default()
    };
    let rejected = rig.plane.connect(rig.now, stranger).expect_err("protected");
    assert!(rejected.reply.starts_with(b"-DENIED "));
    let (_first, second) = (rig.client(), rig.client());
    let third = PeerInfo {
        addr: "127.0.0.1:3".into(),
        ..PeerInfo::default()
    };
    let rejected = rig.plane.connect(rig.now, third).expect_err("full");
    assert_eq!(rejected.reply, b"-ERR max number of clients reached\r\n");
    assert!(
        rig.ask(second, "INFO stats")
            .contains("rejected_connections:2\r\n")
    );
}

#[test]
fn output_beyond_the_limit_of_its_class_closes() {
    let mut rig = Rig::standalone("client-output-buffer-limit normal 100kb 0 0");
    let client = rig.client();
    let value = "v".repeat(50 * 1024);
    rig.ask(client, &format!("SET k {value}"));
    rig.plane
        .handle_input(rig.now, client, &encode("GET k").repeat(3));
    rig.advance_ms(1100);
    assert!(rig.closed.contains(&client));
}
