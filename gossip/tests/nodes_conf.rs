//! nodes.conf files of live clusters come back as the same bytes, and damaged ones are refused.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use shoal_gossip::nodes_conf::{
    LineForm, NodesConf, NodesConfErrorKind as Kind, SlotMark, parse_nodes,
};
use shoal_gossip::wire::{Dialect, Name, NodeFlags};
use shoal_slots::Epoch;

const A: &str = "96e23388bba3ffbf5e34c64479003bfc1f900772";
const B: &str = "3c231b2c3b48e5ea425fbe4a002266dd89f6af3d";
const VARS: &str = "vars currentEpoch 7 lastVoteEpoch 6\n";

/// Every captured file with this ending: its path, its dialect, its text.
fn captures(ending: &str) -> Vec<(PathBuf, Dialect, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/nodes.conf");
    let folders = [
        ("redis-7.0.15", Dialect::Redis70),
        ("redis-7.2.6", Dialect::Redis72),
        ("valkey-8.0.1", Dialect::Valkey8),
    ];
    let mut all = Vec::new();
    for (folder, dialect) in folders {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.to_string_lossy().ends_with(ending) {
                let text = fs::read_to_string(&path).unwrap();
                all.push((path, dialect, text));
            }
        }
    }
    assert!(all.len() > 30, "only {} captures found", all.len());
    all
}

fn error_of(text: &str) -> (usize, Option<usize>, Kind) {
    let error = NodesConf::parse(text).expect_err(text);
    (error.line, error.column, error.kind)
}

#[test]
fn every_file_is_written_back_as_the_same_bytes() {
    for (path, dialect, text) in captures(".conf") {
        let conf =
            NodesConf::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(conf.to_text(dialect), text, "{}", path.display());
        assert_eq!(conf.to_string(), text, "{}", path.display());
    }
}

#[test]
fn every_answer_to_cluster_nodes_is_written_back_as_the_same_bytes() {
    for (path, _, text) in captures(".cluster-nodes.txt") {
        let nodes =
            parse_nodes(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let written: Vec<String> = nodes
            .iter()
            .map(|node| node.display(LineForm::ClusterNodes).to_string())
            .collect();
        assert_eq!(
            written.join("\n").trim_end(),
            text.trim_end(),
            "{}",
            path.display()
        );
        assert!(nodes.len() > 1);
    }
}

#[test]
fn redis_70_gets_no_named_fields() {
    for (_, _, text) in captures(".conf") {
        let conf = NodesConf::parse(&text).unwrap();
        let old = conf.to_text(Dialect::Redis70);
        assert!(!old.contains("shard-id") && !old.contains("tls-port") && !old.contains(",,"));
        assert_eq!(
            NodesConf::parse(&old).unwrap().nodes.len(),
            conf.nodes.len()
        );
    }
}

#[test]
fn the_fields_of_a_line_are_read() {
    let text = format!(
        "{A} fe80::1:6379@16379,node-a.example,shard-id={B},nodename=human,tls-port=7,client-ipv4=10.0.0.1 \
         myself,slave,nofailover {B} 5 6 7 connected 1 3-5 [8->-{B}] [9-<-{B}]\n{VARS}"
    );
    let conf = NodesConf::parse(&text).unwrap();
    assert_eq!(
        (conf.current_epoch, conf.last_vote_epoch),
        (Epoch(7), Epoch(6))
    );
    let node = conf.myself().unwrap();
    assert_eq!(
        (node.ip.as_str(), node.port, node.cport),
        ("fe80::1", 6379, 16379)
    );
    assert_eq!(
        node.hostname.as_ref().map(Name::as_str),
        Some("node-a.example")
    );
    assert_eq!(
        node.aux.shard_id.map(|shard| shard.to_string()).as_deref(),
        Some(B)
    );
    assert_eq!(node.aux.tls_port, Some(7));
    assert_eq!(
        node.flags,
        NodeFlags::MYSELF | NodeFlags::REPLICA | NodeFlags::NOFAILOVER
    );
    assert_eq!(
        node.primary.map(|primary| primary.to_string()).as_deref(),
        Some(B)
    );
    assert_eq!(
        (node.ping_sent.0, node.pong_received.0, node.config_epoch),
        (5, 6, Epoch(7))
    );
    assert_eq!(node.slots.to_string(), "1 3-5");
    assert!(matches!(
        node.marks[..],
        [SlotMark::Migrating { .. }, SlotMark::Importing { .. }]
    ));
}

#[test]
fn row_35_truncated_at_every_byte() {
    for (path, _, text) in captures(".conf")
        .into_iter()
        .filter(|(path, ..)| path.to_string_lossy().contains("/0"))
    {
        for end in 0..text.len() {
            let cut = &text[..end];
            assert!(
                NodesConf::parse(cut).is_err(),
                "{} cut at {end}",
                path.display()
            );
        }
    }
}

#[test]
fn row_35_empty_file_is_not_silently_a_new_identity() {
    assert_eq!(error_of(""), (1, None, Kind::Empty));
    assert_eq!(error_of("\n\n \r\n").2, Kind::Empty);
}

#[test]
fn row_35_selves() {
    let node = |id: &str, flags: &str| format!("{id} :0@0 {flags} - 0 0 0 connected\n");
    let none = node(A, "master") + VARS;
    assert_eq!(error_of(&none), (2, None, Kind::NoMyself));
    let two = node(A, "myself,master") + &node(B, "myself,master") + VARS;
    assert_eq!(
        error_of(&two),
        (2, Some(1), Kind::SecondMyself { first: 1 })
    );
    let twice = node(A, "myself,master") + &node(A, "master") + VARS;
    assert_eq!(
        error_of(&twice),
        (2, Some(1), Kind::SecondLine { first: 1 })
    );
}

#[test]
fn row_35_slots() {
    let with = |slots: &str| format!("{A} :0@0 myself,master - 0 0 0 connected {slots}\n{VARS}");
    let bad = [
        "16384",
        "0-16384",
        "5-3",
        "-1",
        "1-",
        "[5->-x]",
        "[5-",
        "[]",
        "[5]",
        "[5-*-x]",
        "x",
        "+5",
        "[16384->-x]",
    ];
    for slots in bad {
        assert_eq!(
            error_of(&with(slots)),
            (1, Some(79), Kind::BadSlot),
            "{slots}"
        );
    }
    assert_eq!(error_of(&with("1-5 5")).2, Kind::SlotTaken { slot: 5 });
    let other = format!("{B} :0@0 master - 0 0 0 connected 0-9\n") + &with("9-12");
    assert_eq!(error_of(&other), (2, None, Kind::SlotTaken { slot: 9 }));
    let foreign = format!("{B} :0@0 master - 0 0 0 connected [5->-{A}]\n") + &with("");
    assert_eq!(error_of(&foreign).2, Kind::ForeignMark);
}

#[test]
fn row_35_epochs() {
    let node = format!("{A} :0@0 myself,master - 0 0 0 connected\n");
    for vars in [
        "currentEpoch x",
        "currentEpoch -1",
        "currentEpoch 18446744073709551616",
        "currentEpoch +1",
    ] {
        let text = format!("{node}vars {vars} lastVoteEpoch 0\n");
        assert_eq!(error_of(&text), (2, Some(19), Kind::BadNumber), "{vars}");
    }
    assert_eq!(
        error_of(&format!("{node}vars currentEpoch\n")).2,
        Kind::VarWithoutValue
    );
    assert_eq!(
        error_of(&format!("{node}vars currentEpoch 1\n")).2,
        Kind::NoVars
    );
    assert_eq!(
        error_of(&format!("{node}{VARS}{VARS}")),
        (3, Some(1), Kind::SecondVars { first: 2 })
    );
    assert_eq!(error_of(&node), (1, None, Kind::NoVars));
    let huge = format!("{node}vars currentEpoch 18446744073709551615 lastVoteEpoch 0 someday 1\n");
    assert_eq!(
        NodesConf::parse(&huge).unwrap().current_epoch,
        Epoch(u64::MAX)
    );
}

#[test]
fn row_35_fields() {
    let line = |text: &str| error_of(&format!("{text}\n{VARS}"));
    assert_eq!(
        line("abc :0@0 myself,master - 0 0 0 connected"),
        (1, Some(1), Kind::BadId)
    );
    assert_eq!(
        line(&format!("{A} :0@0 myself")),
        (1, None, Kind::TooFewFields { got: 3 })
    );
    for address in ["6379", ":x@0", ":0@65536", "a b:0@0", "a/b:0@0", ":70000"] {
        let (number, _, _) = line(&format!("{A} {address} myself,master - 0 0 0 connected"));
        assert_eq!(number, 1, "{address}");
    }
    assert_eq!(
        line(&format!("{A} :0@0 myself,king - 0 0 0 connected")),
        (1, Some(54), Kind::BadFlag)
    );
    assert_eq!(
        line(&format!("{A} :0@0 myself,master,slave - 0 0 0 connected")).2,
        Kind::BadRole
    );
    assert_eq!(
        line(&format!("{A} :0@0 myself,slave {A} 0 0 0 connected")).2,
        Kind::BadRole
    );
    assert_eq!(
        line(&format!("{A} :0@0 myself,slave xyz 0 0 0 connected")).2,
        Kind::BadId
    );
    assert_eq!(
        line(&format!("{A} :0@0 myself,master - 0 0 0 undecided")).2,
        Kind::BadLinkState
    );
    assert_eq!(
        line(&format!("{A} :0@0 myself,master - 0 0 x connected")).2,
        Kind::BadNumber
    );
}

#[test]
fn row_35_named_fields() {
    let with = |fields: &str| format!("{A} :0@0,{fields} myself,master - 0 0 0 connected\n{VARS}");
    for fields in [
        ",shard-id=123",
        ",shard-id",
        ",tls-port=x",
        ",nodename=a(b",
        ",nodename=a\"b",
        ",=",
    ] {
        let (line, column, kind) = error_of(&with(fields));
        assert_eq!((line, column), (1, Some(48)), "{fields}");
        assert!(
            matches!(kind, Kind::BadAux | Kind::UnknownAux),
            "{fields}: {kind}"
        );
    }
    assert_eq!(error_of(&with(",color=red")).2, Kind::UnknownAux);
    assert_eq!(error_of(&with("host name")).0, 1);
    assert_eq!(error_of(&with("ho$t")).2, Kind::BadHostname);
    let any_order = with(&format!(
        ",nodename=x,shard-id={B},tls-port=1,client-ipv6=::1"
    ));
    assert!(NodesConf::parse(&any_order).is_ok());
}

#[test]
fn row_35_line_ends_of_other_systems() {
    for (_, dialect, text) in captures(".conf") {
        let conf = NodesConf::parse(&text.replace('\n', "\r\n")).unwrap();
        assert_eq!(conf.to_text(dialect), text);
    }
}

#[test]
fn row_35_a_replica_in_the_wrong_shard_is_told_apart_not_refused() {
    let text = format!(
        "{A} :0@0,,shard-id={A} myself,slave {B} 0 0 0 connected\n{B} :0@0,,shard-id={B} master - 0 0 0 connected\n{VARS}"
    );
    let conf = NodesConf::parse(&text).unwrap();
    let conflicts: Vec<_> = conf
        .shard_conflicts()
        .map(|(node, shard)| (node.to_string(), shard.to_string()))
        .collect();
    assert_eq!(conflicts, [(A.to_string(), B.to_string())]);
}

#[test]
fn a_name_that_could_not_be_read_back_is_left_out() {
    let text = format!("{A} :0@0,,nodename=x,shard-id={B} myself,master - 0 0 0 connected\n{VARS}");
    let mut conf = NodesConf::parse(&text).unwrap();
    for evil in ["two words", "a,b", "a\"b", "a[b]"] {
        conf.nodes[0].aux.nodename = Name::human(evil);
        let written = conf.to_string();
        assert!(!written.contains("nodename"), "{written}");
        assert!(NodesConf::parse(&written).is_ok());
    }
}

proptest! {
    #[test]
    fn damaged_files_never_panic(at in 0usize..2000, byte: u8, cut in 0usize..2000) {
        for (_, _, text) in captures(".conf") {
            let mut bytes = text.into_bytes();
            let at = at % bytes.len();
            bytes[at] = byte;
            bytes.truncate(bytes.len() - cut % bytes.len());
            if let Ok(text) = String::from_utf8(bytes)
                && let Ok(conf) = NodesConf::parse(&text)
            {
                prop_assert_eq!(NodesConf::parse(&conf.to_string()), Ok(conf));
            }
        }
    }
}
