//! What the data plane asks of the shell, and what it does with the answers.

mod support;

use core::time::Duration;

use shoal_core::{DataEvent, MemoryFacts, ProcessFacts};
use support::{Rig, encode};

fn facts() -> ProcessFacts {
    ProcessFacts {
        pid: 42,
        config_file: "/etc/shoal.conf".into(),
        ..ProcessFacts::default()
    }
}

#[test]
fn process_facts_are_shown() {
    let mut rig = Rig::standalone("");
    rig.plane.set_process_facts(facts());
    rig.plane.set_memory_facts(MemoryFacts {
        rss: 3 << 20,
        ..MemoryFacts::default()
    });
    let client = rig.client();
    let info = rig.ask(client, "INFO");
    for line in [
        "process_id:42\r\n",
        "config_file:/etc/shoal.conf\r\n",
        "used_memory_rss:3145728\r\n",
        "used_memory_rss_human:3.00M\r\n",
    ] {
        assert!(info.contains(line), "{line}");
    }
}

#[test]
fn config_rewrite_waits_for_the_shell() {
    let mut rig = Rig::standalone("");
    let client = rig.client();
    assert_eq!(
        rig.ask(client, "CONFIG REWRITE"),
        "-ERR The server is running without a config file\r\n"
    );
    rig.plane.set_process_facts(facts());
    for (result, answer) in [
        (Ok(()), "+OK\r\n+PONG\r\n"),
        (
            Err("disk full".to_owned()),
            "-ERR Rewriting config file: disk full\r\n+PONG\r\n",
        ),
    ] {
        assert_eq!(
            rig.send(client, &[encode("CONFIG REWRITE"), encode("PING")].concat()),
            ""
        );
        let ticket = rig.events.iter().rev().find_map(|event| match event {
            DataEvent::RewriteConfig { ticket } => Some(*ticket),
            _ => None,
        });
        rig.plane
            .config_rewritten(rig.now, ticket.expect("asked"), result);
        rig.drain();
        assert_eq!(rig.read(client), answer);
    }
    rig.ask(client, "CONFIG SET maxclients 77");
    assert!(
        rig.plane
            .rewritten_config(b"# mine\n")
            .starts_with(b"# mine\n")
    );
    assert!(rig.events.iter().any(|event| matches!(event, DataEvent::OptionChanged { name: "maxclients", value } if value == "77")));
}

#[test]
fn a_shutdown_that_fails_is_answered() {
    let mut rig = Rig::standalone("");
    let (client, other) = (rig.client(), rig.client());
    assert_eq!(
        rig.ask(client, "SHUTDOWN NOSAVE SAVE"),
        "-ERR syntax error\r\n"
    );
    assert_eq!(
        rig.ask(client, "SHUTDOWN ABORT"),
        "-ERR No shutdown in progress.\r\n"
    );
    assert_eq!(rig.ask(client, "SHUTDOWN NOSAVE NOW"), "");
    let request = rig.events.iter().find_map(|event| match event {
        DataEvent::Shutdown(request) => Some(*request),
        _ => None,
    });
    let request = request.expect("asked");
    assert_eq!(
        (request.save, request.now, request.force),
        (Some(false), true, false)
    );
    rig.plane.shutdown_failed(rig.now);
    rig.drain();
    assert_eq!(
        rig.read(client),
        "-ERR Errors trying to SHUTDOWN. Check logs.\r\n"
    );
    assert_eq!(rig.ask(client, "SHUTDOWN"), "");
    assert_eq!(rig.ask(other, "SHUTDOWN ABORT"), "+OK\r\n");
    assert!(
        rig.events
            .iter()
            .any(|event| matches!(event, DataEvent::AbortShutdown))
    );
}

#[test]
fn debug_sleep_stalls_the_shell_and_the_rest_comes_after_it() {
    let mut rig = Rig::standalone("enable-debug-command yes");
    let client = rig.client();
    let answer = rig.send(
        client,
        &[encode("DEBUG SLEEP 0.25"), encode("PING")].concat(),
    );
    assert_eq!(answer, "+OK\r\n+PONG\r\n");
    assert!(
        matches!(rig.events.first(), Some(DataEvent::Stall(time)) if *time == Duration::from_millis(250))
    );
    assert!(
        rig.ask(client, "DEBUG NOSUCH")
            .starts_with("-ERR unknown subcommand")
    );
}

#[test]
fn blocked_clients_can_be_released_by_others() {
    let mut rig = Rig::standalone("");
    let (blocked, boss) = (rig.client(), rig.client());
    for (word, answer) in [
        ("", ":0\r\n"),
        (
            " ERROR",
            "-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n",
        ),
    ] {
        assert_eq!(rig.ask(blocked, "WAIT 1 0"), "");
        assert!(
            rig.ask(boss, "INFO clients")
                .contains("blocked_clients:1\r\n")
        );
        assert!(rig.ask(boss, "CLIENT LIST").contains("flags=b"));
        assert_eq!(rig.ask(boss, &format!("CLIENT UNBLOCK 1{word}")), ":1\r\n");
        assert_eq!(rig.read(blocked), answer);
    }
    assert_eq!(rig.ask(boss, "CLIENT UNBLOCK 1"), ":0\r\n");
}

#[test]
fn a_blocked_client_that_leaves_is_forgotten() {
    let mut rig = Rig::standalone("");
    let blocked = rig.client();
    rig.ask(blocked, "WAIT 1 100");
    rig.plane.handle_closed(rig.now, blocked);
    rig.advance_ms(500);
    let next = rig.client();
    assert_eq!(rig.ask(next, "PING"), "+PONG\r\n");
}

#[test]
fn commands_describe_themselves() {
    let mut rig = Rig::standalone("");
    let client = rig.client();
    assert!(rig.ask(client, "COMMAND COUNT").starts_with(':'));
    assert_eq!(
        rig.ask(client, "COMMAND GETKEYS SET k v"),
        "*1\r\n$1\r\nk\r\n"
    );
    assert!(
        rig.ask(client, "COMMAND INFO get")
            .starts_with("*1\r\n*10\r\n$3\r\nget\r\n:2\r\n")
    );
}
