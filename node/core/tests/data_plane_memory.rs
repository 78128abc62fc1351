//! `maxmemory`: what counts as used, who is refused, what is evicted and what replicas are told of it.

mod support;

use core::time::Duration;

use shoal_core::{AllocatorAnswer, AllocatorRequest, DataEvent, MemoryFacts};
use support::{Rig, encode};

const REFUSED: &str = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";

fn field(rig: &mut Rig, client: shoal_core::ClientId, name: &str) -> u64 {
    let info = rig.ask(client, "INFO everything");
    let line = info.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|value| value.strip_prefix(':'))
        .and_then(|value| value.trim().parse().ok())
        .unwrap_or_default()
}

fn allocated(bytes: u64) -> MemoryFacts {
    MemoryFacts {
        rss: bytes * 2,
        allocated: bytes,
        active: bytes,
        resident: bytes,
    }
}

#[test]
fn used_memory_is_the_last_answer_of_the_allocator_and_what_came_since() {
    let mut rig = Rig::standalone("");
    let client = rig.client();
    rig.plane.set_memory_facts(allocated(10_000_000));
    assert_eq!(field(&mut rig, client, "used_memory"), 10_000_000);
    rig.ask(client, &format!("SET key {}", "v".repeat(5000)));
    let used = field(&mut rig, client, "used_memory");
    assert!((10_005_000..10_006_000).contains(&used), "{used}");
    rig.ask(client, "DEL key");
    let used = field(&mut rig, client, "used_memory");
    assert!((10_000_000..10_000_100).contains(&used), "{used}");
    let peak = field(&mut rig, client, "used_memory_peak");
    rig.plane.set_memory_facts(allocated(4_000_000));
    assert_eq!(field(&mut rig, client, "used_memory"), 4_000_000);
    assert!(field(&mut rig, client, "used_memory_peak") >= peak.min(10_000_000));
    let startup = field(&mut rig, client, "used_memory_startup");
    assert_eq!(startup, 4_000_000, "never more than is used now");
}

#[test]
fn without_a_policy_commands_that_need_memory_are_refused() {
    let mut rig = Rig::standalone("maxmemory 10mb");
    let client = rig.client();
    rig.plane.set_memory_facts(allocated(10 << 20));
    assert_eq!(rig.ask(client, "SET a 1"), "+OK\r\n");
    rig.plane.set_memory_facts(allocated((10 << 20) + 1));
    assert_eq!(rig.ask(client, "SET a 2"), REFUSED);
    assert_eq!(rig.ask(client, "GET a"), "$1\r\n1\r\n");
    assert_eq!(rig.ask(client, "MULTI"), "+OK\r\n");
    assert_eq!(
        rig.ask(client, "GET a"),
        REFUSED,
        "queueing takes memory, too"
    );
    assert_eq!(
        rig.ask(client, "EXEC"),
        "-EXECABORT Transaction discarded because of previous errors.\r\n"
    );
    assert_eq!(rig.ask(client, "DEL a"), ":1\r\n");
    assert_eq!(rig.ask(client, "CONFIG SET maxmemory 20mb"), "+OK\r\n");
    assert_eq!(rig.ask(client, "SET a 2"), "+OK\r\n");
}

#[test]
fn keys_are_evicted_before_the_command_that_finds_too_little_memory() {
    let mut rig = Rig::standalone("maxmemory-policy allkeys-lru\nmaxmemory-samples 10");
    let client = rig.client();
    for n in 0..100 {
        rig.ask(client, &format!("SET key:{n} {}", "v".repeat(900)));
        rig.advance(Duration::from_secs(2));
    }
    let used = field(&mut rig, client, "used_memory");
    rig.ask(client, &format!("CONFIG SET maxmemory {}", used - 20_000));
    assert_eq!(rig.ask(client, "SET new 1"), "+OK\r\n");
    let evicted = field(&mut rig, client, "evicted_keys");
    assert!((15..40).contains(&evicted), "{evicted}");
    assert_eq!(rig.ask(client, "EXISTS new key:99"), ":2\r\n");
    assert!(field(&mut rig, client, "used_memory") <= used - 20_000);
}

#[test]
fn eviction_goes_on_between_commands_where_one_turn_is_not_enough() {
    let mut rig = Rig::standalone("maxmemory-policy allkeys-random\nmaxmemory-eviction-tenacity 1");
    let client = rig.client();
    for n in 0..2000 {
        rig.ask(client, &format!("SET key:{n} v"));
    }
    rig.ask(client, "CONFIG SET maxmemory 1");
    let left = |rig: &mut Rig| field(rig, client, "evicted_keys");
    let first = left(&mut rig);
    assert!(first < 2000, "{first}");
    rig.advance(Duration::from_secs(1));
    assert_eq!(rig.ask(client, "DBSIZE"), ":0\r\n");
    assert_eq!(rig.ask(client, "SET a 1"), REFUSED, "there is nothing left");
}

#[test]
fn watched_keys_that_are_evicted_were_touched() {
    let mut rig = Rig::standalone("maxmemory-policy allkeys-random");
    let client = rig.client();
    rig.ask(client, "SET key 1");
    rig.ask(client, "WATCH key");
    rig.ask(client, "CONFIG SET maxmemory 1");
    rig.advance(Duration::from_millis(200));
    rig.ask(client, "CONFIG SET maxmemory 0");
    rig.ask(client, "MULTI");
    rig.ask(client, "PING");
    assert_eq!(rig.ask(client, "EXEC"), "*-1\r\n");
}

#[test]
fn what_is_deleted_leaves_as_garbage() {
    let mut rig = Rig::standalone("");
    let client = rig.client();
    for n in 0..1000 {
        rig.ask(client, &format!("HSET hash field:{n} value"));
    }
    rig.ask(client, "UNLINK hash");
    let freed = rig
        .events
        .iter()
        .any(|event| matches!(event, DataEvent::Free(_)));
    assert!(freed);
    assert_eq!(field(&mut rig, client, "lazyfree_pending_objects"), 1);
    rig.events.clear();
    assert_eq!(field(&mut rig, client, "lazyfree_pending_objects"), 0);
    assert_eq!(field(&mut rig, client, "lazyfreed_objects"), 1);
    rig.ask(client, "CONFIG RESETSTAT");
    assert_eq!(field(&mut rig, client, "lazyfreed_objects"), 0);
}

#[test]
fn the_allocator_is_asked_through_the_shell() {
    let mut rig = Rig::standalone("");
    let client = rig.client();
    let both = [encode("MEMORY PURGE"), encode("PING")].concat();
    assert_eq!(rig.send(client, &both), "");
    let ticket = rig.events.iter().find_map(|event| match event {
        DataEvent::Allocator { ticket, request } if *request == AllocatorRequest::Purge => {
            Some(*ticket)
        }
        _ => None,
    });
    rig.plane
        .allocator_answered(rig.now, ticket.expect("asked"), Ok(AllocatorAnswer::Done));
    assert_eq!(rig.read(client), "+OK\r\n+PONG\r\n");
}

#[test]
fn many_stale_keys_go_in_short_pieces() {
    let mut rig = Rig::standalone("");
    let client = rig.client();
    for n in 0..20_000 {
        rig.ask(client, &format!("SET key:{n} v PX 1000"));
    }
    rig.ask(client, "SET forever v");
    rig.advance(Duration::from_millis(1500));
    assert_eq!(rig.ask(client, "DBSIZE"), ":1\r\n");
    assert_eq!(field(&mut rig, client, "expired_keys"), 20_000);
    assert!(
        rig.ask(client, "INFO keyspace")
            .contains("db0:keys=1,expires=0,avg_ttl=0")
    );
}
