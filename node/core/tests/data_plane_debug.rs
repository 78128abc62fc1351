//! `DEBUG`: closed by default, and what its subcommands answer.

mod support;

use core::time::Duration;

use shoal_core::DataEvent;
use support::{Rig, encode};

const CLOSED: &str = "-ERR DEBUG command not allowed. If the enable-debug-command option is set to \"local\", you can \
     run it from a local connection, otherwise you need to set this option in the configuration file, and then restart \
     the server.\r\n";

fn open() -> Rig {
    Rig::standalone("enable-debug-command yes")
}

#[test]
fn it_is_closed_unless_an_option_opens_it() {
    let mut rig = Rig::standalone("");
    let client = rig.client();
    assert_eq!(rig.ask(client, "DEBUG DIGEST"), CLOSED);
    let mut rig = Rig::standalone("enable-debug-command local\nprotected-mode no");
    let (near, far) = (
        rig.client_from("127.0.0.1:1"),
        rig.client_from("10.1.1.1:1"),
    );
    assert_eq!(rig.ask(far, "DEBUG LOG x"), CLOSED);
    assert_eq!(rig.ask(near, "DEBUG LOG x"), "+OK\r\n");
    assert!(rig.logged("DEBUG LOG: x"));
}

#[test]
fn unknown_subcommands_and_wrong_counts_are_refused_alike() {
    let mut rig = open();
    let client = rig.client();
    for name in ["NOPE", "JMAP", "OBJECT", "SLEEP", "LEAK"] {
        assert_eq!(
            rig.ask(client, &format!("DEBUG {name}")),
            format!(
                "-ERR unknown subcommand or wrong number of arguments for '{name}'. Try DEBUG HELP.\r\n"
            )
        );
    }
}

#[test]
fn keys_are_described() {
    let mut rig = open();
    let client = rig.client();
    assert_eq!(rig.ask(client, "DEBUG OBJECT key"), "-ERR no such key\r\n");
    rig.ask(client, "SET key abc");
    rig.advance(Duration::from_secs(10));
    let reply = rig.ask(client, "DEBUG OBJECT key");
    assert!(reply.starts_with("+Value at:0x"), "{reply}");
    for part in [
        " refcount:1 encoding:embstr serializedlength:4 lru:",
        " lru_seconds_idle:10\r\n",
    ] {
        assert!(reply.contains(part), "{reply}");
    }
    rig.ask(client, "CONFIG SET list-max-listpack-size 2");
    rig.ask(client, "RPUSH list a b c d e");
    let reply = rig.ask(client, "DEBUG OBJECT list");
    assert!(
        reply.contains(" encoding:quicklist ")
            && reply.contains(" ql_nodes:3 ql_avg_node:1.67 ql_listpack_max:2 ql_compressed:0 "),
        "{reply}"
    );
    assert_eq!(
        rig.ask(client, "DEBUG HTSTATS-KEY list"),
        "-ERR The value stored at the specified key is not represented using an hash table\r\n"
    );
    assert_eq!(
        rig.ask(client, "DEBUG LISTPACK list"),
        "-ERR Not a listpack encoded object.\r\n"
    );
}

#[test]
fn a_reload_changes_nothing() {
    let mut rig = open();
    let client = rig.client();
    for command in [
        "SET string 1",
        "HSET hash a 1",
        "RPUSH list a b",
        "SADD set 1 2",
        "ZADD zset 1 a",
        "XADD stream 1-1 a b",
        "PEXPIREAT string 99999999999999",
        "SELECT 3",
        "SET other x",
    ] {
        rig.ask(client, command);
    }
    let before = rig.ask(client, "DEBUG DIGEST");
    assert_ne!(before, format!("+{}\r\n", "0".repeat(40)));
    assert_eq!(rig.ask(client, "DEBUG RELOAD"), "+OK\r\n");
    assert_eq!(rig.ask(client, "DEBUG RELOAD MERGE NOFLUSH"), "+OK\r\n");
    assert_eq!(rig.ask(client, "DEBUG DIGEST"), before);
    assert_eq!(
        rig.ask(client, "DEBUG RELOAD NOW"),
        "-ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.\r\n"
    );
    assert_eq!(
        rig.ask(client, "DEBUG RELOAD NOSAVE"),
        "-ERR Error trying to load the RDB dump, check server logs.\r\n"
    );
    let value = rig.ask(client, "DEBUG DIGEST-VALUE other none");
    assert!(value.starts_with("*2\r\n+") && value.ends_with(&format!("+{}\r\n", "0".repeat(40))));
}

#[test]
fn populated_keys_are_padded_and_never_overwritten() {
    let mut rig = open();
    let client = rig.client();
    rig.ask(client, "SET key:1 mine");
    assert_eq!(rig.ask(client, "DEBUG POPULATE 3"), "+OK\r\n");
    assert_eq!(rig.ask(client, "DEBUG POPULATE 2 long 12"), "+OK\r\n");
    assert_eq!(rig.ask(client, "DEBUG POPULATE 2 short 3"), "+OK\r\n");
    assert_eq!(rig.ask(client, "DBSIZE"), ":7\r\n");
    assert_eq!(
        rig.ask(client, "MGET key:1 key:2 short:1"),
        "*3\r\n$4\r\nmine\r\n$7\r\nvalue:2\r\n$3\r\nval\r\n"
    );
    assert_eq!(
        rig.ask(client, "GET long:1"),
        "$12\r\nvalue:1\0\0\0\0\0\r\n"
    );
    for (arguments, error) in [
        ("x", "-ERR value is out of range, must be positive\r\n"),
        ("-1", "-ERR value is out of range, must be positive\r\n"),
    ] {
        assert_eq!(
            rig.ask(client, &format!("DEBUG POPULATE {arguments}")),
            error
        );
    }
}

#[test]
fn every_kind_of_reply_in_both_protocols() {
    let kinds = [
        ("string", "$11\r\nHello World\r\n", "$11\r\nHello World\r\n"),
        ("double", "$5\r\n3.141\r\n", ",3.141\r\n"),
        ("null", "$-1\r\n", "_\r\n"),
        (
            "set",
            "*3\r\n:0\r\n:1\r\n:2\r\n",
            "~3\r\n:0\r\n:1\r\n:2\r\n",
        ),
        (
            "map",
            "*6\r\n:0\r\n:0\r\n:1\r\n:1\r\n:2\r\n:0\r\n",
            "%3\r\n:0\r\n#f\r\n:1\r\n#t\r\n:2\r\n#f\r\n",
        ),
        (
            "verbatim",
            "$25\r\nThis is a verbatim\nstring\r\n",
            "=29\r\ntxt:This is a verbatim\nstring\r\n",
        ),
        ("true", ":1\r\n", "#t\r\n"),
        (
            "bignum",
            "$37\r\n1234567999999999999999999999999999999\r\n",
            "(1234567999999999999999999999999999999\r\n",
        ),
        (
            "attrib",
            "$39\r\nSome real reply following the attribute\r\n",
            "|1\r\n$14\r\nkey-popularity\r\n*2\r\n$7\r\nkey:123\r\n:90\r\n$39\r\nSome real reply following the attribute\r\n",
        ),
        (
            "push",
            "-ERR RESP2 is not supported by this command\r\n",
            ">2\r\n$16\r\nserver-cpu-usage\r\n:42\r\n$40\r\nSome real reply following the push reply\r\n",
        ),
    ];
    let mut rig = open();
    let (old, new) = (rig.client(), rig.client());
    rig.ask(new, "HELLO 3");
    for (kind, resp2, resp3) in kinds {
        assert_eq!(rig.ask(old, &format!("DEBUG PROTOCOL {kind}")), resp2);
        assert_eq!(rig.ask(new, &format!("DEBUG PROTOCOL {kind}")), resp3);
    }
    assert_eq!(rig.ask(old, "DEBUG ERROR CODE"), "-CODE\r\n");
}

#[test]
fn expiry_and_the_cron_can_be_stopped() {
    let mut rig = open();
    let client = rig.client();
    assert_eq!(rig.ask(client, "DEBUG SET-ACTIVE-EXPIRE 0"), "+OK\r\n");
    rig.ask(client, "SET key v PX 100");
    rig.advance(Duration::from_secs(1));
    assert_eq!(rig.ask(client, "DBSIZE"), ":1\r\n");
    rig.ask(client, "DEBUG SET-ACTIVE-EXPIRE 1");
    rig.ask(client, "DEBUG PAUSE-CRON 1");
    rig.advance(Duration::from_secs(1));
    assert_eq!(rig.ask(client, "DBSIZE"), ":1\r\n");
    rig.ask(client, "DEBUG PAUSE-CRON 0");
    rig.advance(Duration::from_secs(1));
    assert_eq!(rig.ask(client, "DBSIZE"), ":0\r\n");
}

#[test]
fn a_crash_is_up_to_the_shell() {
    for name in ["SEGFAULT", "PANIC", "ASSERT", "OOM"] {
        let mut rig = open();
        let client = rig.client();
        let both = [encode(&format!("DEBUG {name}")), encode("SET a 1")].concat();
        assert_eq!(rig.send(client, &both), "");
        let asked = rig
            .events
            .iter()
            .any(|event| matches!(event, DataEvent::Crash { reason } if reason.contains(name)));
        assert!(asked, "{name}");
    }
}

#[test]
fn the_history_can_get_another_name() {
    let mut rig = open();
    let client = rig.client();
    let name = |rig: &mut Rig| {
        let info = rig.ask(client, "INFO replication");
        info.lines()
            .find(|line| line.starts_with("master_replid:"))
            .map(str::to_owned)
    };
    let before = name(&mut rig);
    assert_eq!(rig.ask(client, "DEBUG CHANGE-REPL-ID"), "+OK\r\n");
    assert_ne!(name(&mut rig), before);
}

#[test]
fn thresholds_are_memory_values() {
    let mut rig = open();
    let client = rig.client();
    for (value, works) in [
        ("200b", true),
        ("0", true),
        ("1", true),
        ("4gb", false),
        ("x", false),
    ] {
        let reply = rig.ask(client, &format!("DEBUG QUICKLIST-PACKED-THRESHOLD {value}"));
        assert_eq!(reply == "+OK\r\n", works, "{value}: {reply}");
    }
}
