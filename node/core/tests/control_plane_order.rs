//! In which order a control plane lets things out: what has to be on disk, or in force, before something else.

#![allow(clippy::panic, reason = "a test may fail")]

mod support;

use core::time::Duration;

use shoal_core::{ControlEvent, ControlPlane, StartError};
use shoal_slots::Role;
use support::town::{IDS, Step, Town, files, lines, town};
use support::{START, config};

const VOTE: Step = Step::Sent("auth ack");
const REQUEST: Step = Step::Sent("auth request");
const DURABLE: Step = Step::SaveAsked { fsync: true };

/// The place of the first such step at or after a place.
fn after(steps: &[Step], from: usize, step: &Step) -> usize {
    let found = steps[from..].iter().position(|other| other == step);
    from + found.unwrap_or_else(|| panic!("no {step:?} in {steps:?}"))
}

#[test]
fn a_view_is_in_force_before_its_command_is_answered() {
    let mut town = town(&[]);
    assert_eq!(town.command(0, "CLUSTER DELSLOTS 0"), "+OK\r\n");
    let steps = town.members[0].steps.clone();
    let view = after(&steps, 0, &Step::Told("view"));
    let reply = after(&steps, view, &Step::Told("reply"));
    let saved = after(&steps, 0, &Step::Saved);
    assert!(saved < view, "on disk before anybody acts on it: {steps:?}");
    assert_eq!(
        steps[reply + 1..]
            .iter()
            .filter(|step| **step == Step::Told("view"))
            .count(),
        0
    );
    assert_eq!(
        town.command(0, "GET la2"),
        "-CLUSTERDOWN Hash slot not served\r\n"
    );
}

#[test]
fn replies_and_packets_wait_for_the_disk() {
    let mut town = town(&[]);
    town.members[0].hold_disk = true;
    let client = town.client(0);
    assert_eq!(town.ask(0, client, "CLUSTER BUMPEPOCH"), "");
    town.members[0].forget_steps();
    town.advance_ms(500);
    assert_eq!(town.read(0, client), "");
    let other = town.client(0);
    assert_eq!(
        town.ask(0, other, "PING"),
        "+PONG\r\n",
        "the data plane goes on"
    );
    assert!(
        town.members[0]
            .steps
            .iter()
            .all(|step| matches!(step, Step::SaveAsked { .. })),
        "nothing leaves: {:?}",
        town.members[0].steps
    );
    town.release_disk(0);
    assert_eq!(town.read(0, client), "+BUMPED 5\r\n");
    assert!(town.members[0].sent("ping") > 0);
    town.advance_ms(1000);
    assert!(
        town.command(1, "CLUSTER NODES")
            .contains(&format!("{} 127.0.0.1:21200", IDS[0]))
    );
}

#[test]
fn a_failed_saveconfig_is_told_its_client_only() {
    let mut town = town(&[]);
    town.members[0].hold_disk = true;
    let client = town.client(0);
    assert_eq!(town.ask(0, client, "CLUSTER SAVECONFIG"), "");
    town.fail_save(0);
    assert_eq!(
        town.read(0, client),
        "-ERR error saving the cluster node config: No space left on device\r\n"
    );
    assert_eq!(town.members[0].fatal, None);
    town.members[0].hold_disk = false;
    assert_eq!(town.ask(0, client, "CLUSTER SAVECONFIG"), "+OK\r\n");
}

#[test]
fn any_other_failed_save_is_the_end() {
    let mut town = town(&[]);
    town.members[0].hold_disk = true;
    let client = town.client(0);
    town.ask(0, client, "CLUSTER BUMPEPOCH");
    town.fail_save(0);
    let fatal = town.members[0].fatal.clone().expect("a reason to end");
    assert!(fatal.contains("No space left on device"), "{fatal}");
    assert_eq!(town.read(0, client), "", "nothing was promised");
}

#[test]
fn a_saveconfig_that_shares_a_save_with_a_promise_is_no_private_matter() {
    // The shell is slow: it has not even looked at the first wish when the second comes.
    let mut plane = plane(&files(&[])[0].clone().expect("a text")).expect("starts");
    while plane.poll_event().is_some() {}
    let request = |subcommand| {
        shoal_core::ToControl::Admin(shoal_core::AdminRequest {
            ticket: shoal_core::Ticket(1),
            subcommand,
            args: Vec::new(),
            version: shoal_resp::Version::Resp2,
            tls: false,
            keys_total: 0,
            slot_keys: None,
            replication: shoal_core::ReplicationStatus {
                offset: shoal_slots::ReplOffset(0),
                role: Role::Primary,
                link: shoal_core::PrimaryLinkStatus::None,
                loading: false,
                replicas_online: 0,
            },
        })
    };
    plane.handle_data(START, request("bumpepoch"));
    plane.handle_data(START, request("saveconfig"));
    let mut last = None;
    while let Some(event) = plane.poll_event() {
        if let ControlEvent::Save { generation, .. } = event {
            last = Some(generation);
        }
    }
    plane.save_failed(START, last.expect("a save"), "broken");
    let fatal = std::iter::from_fn(|| plane.poll_event())
        .any(|event| matches!(event, ControlEvent::Fatal(_)));
    assert!(fatal, "an epoch was to be on this disk");
}

#[test]
fn a_vote_is_on_disk_before_it_is_sent_and_a_request_before_it_is_asked() {
    let mut town = town(&[0]);
    for n in 1..4 {
        town.members[n].hold_disk = true;
    }
    town.crash(0);
    // The candidate has raised its epoch, but its disk is slow: nobody is asked.
    let began = town.until(10_000, |town| {
        town.members[3].logged("Starting a failover election")
    });
    began.expect("the primary is missed");
    town.advance_ms(200);
    assert_eq!(town.members[3].sent("auth request"), 0);
    town.release_disk(3);
    assert_eq!(town.members[3].sent("auth request"), 2);
    town.advance_ms(200);
    for n in 1..3 {
        assert!(
            town.members[n].logged("Failover auth granted"),
            "{:?}",
            town.members[n].log
        );
        assert_eq!(
            town.members[n].sent("auth ack"),
            0,
            "node {n} keeps its vote back"
        );
    }
    town.release_disk(1);
    town.release_disk(2);
    for n in 1..3 {
        let steps = &town.members[n].steps;
        let vote = after(steps, 0, &VOTE);
        let saved = steps[..vote].iter().rposition(|step| *step == Step::Saved);
        assert!(saved.is_some(), "{steps:?}");
        let conf = &town.members[n].disk;
        let epoch = town.members[n].control.gossip().last_vote_epoch();
        assert!(conf.contains(&format!("lastVoteEpoch {epoch}")), "{conf}");
    }
    let steps = &town.members[3].steps;
    let request = after(steps, 0, &REQUEST);
    assert!(steps[..request].contains(&DURABLE));
    let won = town.until(30_000, |town| is_primary(town, 3));
    won.expect("elected in the end");
}

fn is_primary(town: &Town, n: usize) -> bool {
    town.members[n].control.gossip().my_role() == Role::Primary
}

#[test]
fn a_promoted_node_is_a_primary_before_writes_are_sent_to_it() {
    let mut town = town(&[0]);
    town.members[3].forget_steps();
    town.crash(0);
    let won = town.until(10_000, |town| is_primary(town, 3));
    won.unwrap_or_else(|| panic!("{:?}", town.members[3].log));
    let told = town.members[3].told();
    let primary = told.iter().position(|what| *what == "become primary");
    let primary = primary.expect("told");
    assert_eq!(told.get(primary + 1), Some(&"view"), "{told:?}");
    assert_eq!(town.command(3, "SET la2 1"), "+OK\r\n");
}

#[test]
fn a_demoted_primary_redirects_the_writes_that_it_held() {
    let mut town = town(&[0]);
    let client = town.client(0);
    town.ask(0, client, "SET la2 old");
    town.advance_ms(1000);
    town.members[0].forget_steps();
    assert_eq!(town.command(3, "CLUSTER FAILOVER"), "+OK\r\n");
    // The replica's disk is slow, so that the pause can be looked at.
    town.members[3].hold_disk = true;
    let paused = town.until(1000, |town| town.members[0].told().contains(&"pause"));
    paused.expect("the primary holds writes back");
    assert_eq!(town.ask(0, client, "SET la2 new"), "", "held");
    town.advance_ms(300);
    town.release_disk(3);
    let done = town.until(5000, |town| is_primary(town, 3) && !is_primary(town, 0));
    done.unwrap_or_else(|| panic!("{:?} {:?}", town.members[0].log, town.members[3].log));
    town.advance_ms(500);
    assert_eq!(town.read(0, client), "-MOVED 0 127.0.0.1:21203\r\n");
    assert_eq!(town.command(3, "GET la2"), "$3\r\nold\r\n");
    let told = town.members[0].told();
    let place = |what| told.iter().rposition(|told| *told == what).expect("told");
    let replica = told
        .iter()
        .position(|told| *told == "become replica")
        .expect("told");
    let view = told[..replica]
        .iter()
        .rposition(|told| *told == "view")
        .expect("told");
    assert!(
        place("pause") < view && view < replica && replica < place("resume"),
        "{told:?}"
    );
}

#[test]
fn a_reset_replica_becomes_primary_once_and_empty() {
    let mut town = town(&[0]);
    town.command(0, "SET la2 1");
    town.advance_ms(500);
    town.members[3].forget_steps();
    assert_eq!(town.command(3, "CLUSTER RESET HARD"), "+OK\r\n");
    let told = town.members[3].told();
    let count = |what| told.iter().filter(|told| **told == what).count();
    assert_eq!(
        (count("become primary"), count("flush")),
        (1, 1),
        "{told:?}"
    );
    assert_eq!(told.last(), Some(&"reply"));
    assert_eq!(town.command(3, "DBSIZE"), ":0\r\n");
}

fn plane(text: &str) -> Result<ControlPlane, StartError> {
    ControlPlane::new(config(&lines(0)), Some(text), 3, START)
}

fn saved_text(plane: &mut ControlPlane) -> String {
    let texts = std::iter::from_fn(|| plane.poll_event()).filter_map(|event| match event {
        ControlEvent::Save { text, .. } => Some(text),
        _ => None,
    });
    texts.last().expect("a save")
}

#[test]
fn a_new_node_writes_down_who_it_is_and_stays_that() {
    let mut plane = ControlPlane::new(config(&lines(0)), None, 3, START).expect("starts");
    let text = saved_text(&mut plane);
    let again = self::plane(&text).expect("its own text");
    assert_eq!(plane.my_id(), again.my_id());
    assert_eq!(plane.gossip().my_shard(), again.gossip().my_shard());
}

#[test]
fn a_restarted_node_is_who_it_was() {
    let mut town = town(&[0]);
    assert_eq!(
        town.command(
            0,
            "CLUSTER SETSLOT 7 MIGRATING 78e9c3e073440e1218a563fcb0520faaadc6446e"
        ),
        "+OK\r\n"
    );
    assert_eq!(town.command(0, "CLUSTER BUMPEPOCH"), "+BUMPED 5\r\n");
    assert_eq!(town.command(0, "CLUSTER DELSLOTS 17"), "+OK\r\n");
    town.advance(Duration::from_secs(2));
    for n in [0, 3] {
        let before = facts(&town, n);
        town.crash(n);
        town.restart(n);
        assert_eq!(facts(&town, n), before, "node {n}");
    }
}

/// What must survive.
fn facts(town: &Town, n: usize) -> String {
    let gossip = town.members[n].control.gossip();
    let mine = gossip.slots_of(&gossip.my_id());
    format!(
        "{} {} epoch {} config {} vote {} slots {mine} migrating {:?} primary {:?}",
        gossip.my_id(),
        gossip.my_shard(),
        gossip.current_epoch(),
        gossip.myself().config_epoch,
        gossip.last_vote_epoch(),
        gossip.migrating().collect::<Vec<_>>(),
        gossip.my_primary().map(|primary| primary.id),
    )
}

#[test]
fn row_35_damaged_nodes_conf_is_an_error_and_never_a_new_identity() {
    let sound = files(&[0])[0].clone().expect("a text");
    let whole = plane(&sound).expect("sound").my_id();
    for end in 1..sound.len() {
        match plane(&sound[..end]) {
            Err(_) => {}
            Ok(plane) => assert_eq!(plane.my_id(), whole, "cut at {end}"),
        }
    }
    let line = sound.lines().next().expect("a line").to_owned() + "\n";
    let damaged = [
        format!("{line}{sound}"),
        sound.replace("myself,", ""),
        sound.replace("master - 0 0 2", "myself,master - 0 0 2"),
        sound.replace("currentEpoch 4", "currentEpoch x"),
        sound.replace("currentEpoch 4", "currentEpoch -4"),
        sound.replace("5461-10921", "5460-10921"),
        sound.replace("10922-16383", "10922-16384"),
        sound.replace("0-5460", "0-5460 [5->-x]"),
        sound.replace("0-5460", "5460-0"),
        sound.replace("shard-id=", "shard-id=zz"),
        "\0".repeat(512),
        "\n".into(),
        "  \n\n".into(),
    ];
    for text in damaged {
        let error = plane(&text).err();
        let error = error.unwrap_or_else(|| panic!("accepted: {text}"));
        assert!(!error.to_string().is_empty());
    }
}

#[test]
fn an_empty_file_is_a_new_node_that_says_so() {
    // redis-server leaves one behind when it is killed at its very first start.
    let mut plane = plane("").expect("starts");
    let warned = std::iter::from_fn(|| plane.poll_event())
        .any(|event| matches!(event, ControlEvent::Log { text, .. } if text.contains("is empty")));
    assert!(warned);
}
