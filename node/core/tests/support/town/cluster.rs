//! The cluster of the captures, and larger ones of its kind.

use core::time::Duration;

use super::Town;

pub const NODE_TIMEOUT: Duration = Duration::from_secs(2);

/// Ids of the town's nodes: A, B, … as captured.
pub const IDS: [&str; 7] = [
    "803e233873a5123f4288341de5c94e4d81d0fc29",
    "78e9c3e073440e1218a563fcb0520faaadc6446e",
    "b7c95ca79b47c99d28c746908bd840cf6f82a984",
    "ce44245be0d66b765a01860111e81cc5457cdb30",
    "d000000000000000000000000000000000000004",
    "d000000000000000000000000000000000000005",
    "d000000000000000000000000000000000000006",
];

const SLOTS: [&str; 3] = ["0-5460", "5461-10921", "10922-16383"];

/// The shard of the captured node A; the others' are made up.
fn shard(primary: usize) -> String {
    match primary {
        0 => "0ba5cdaa0ea6bc5c6f9af116daf82b2e2e404718".into(),
        n => format!("{n:040x}"),
    }
}

/// The nodes.conf files of three primaries and replicas of the given ones.
pub fn files(replicas_of: &[usize]) -> Vec<Option<String>> {
    let count = 3 + replicas_of.len();
    (0..count)
        .map(|me| {
            let mut text = String::new();
            for (n, id) in IDS.iter().enumerate().take(count) {
                let primary = n.checked_sub(3).map(|k| replicas_of[k]);
                let flags = format!(
                    "{}{}",
                    if n == me { "myself," } else { "" },
                    if primary.is_some() { "slave" } else { "master" }
                );
                let of = primary.map_or("-", |primary| IDS[primary]);
                let head = primary.unwrap_or(n);
                let slots = SLOTS.get(n).map_or(String::new(), |slots| format!(" {slots}"));
                let hostname = if n == 0 { "node-a.example" } else { "" };
                text.push_str(&format!(
                    "{id} 127.0.0.1:{}@{},{hostname},tls-port=0,shard-id={} {flags} {of} 0 0 {} connected{slots}\n",
                    21200 + n, 31200 + n, shard(head), head + 1
                ));
            }
            text.push_str("vars currentEpoch 4 lastVoteEpoch 0\n");
            Some(text)
        })
        .collect()
}

/// A cluster that is up and whose replicas are in sync.
pub fn town(replicas_of: &[usize]) -> Town {
    town_with(replicas_of, "")
}

pub fn town_with(replicas_of: &[usize], more: &str) -> Town {
    let mut town = Town::new(&files(replicas_of), more);
    town.advance_ms(5000);
    for n in 0..town.members.len() {
        let info = town.command(n, "CLUSTER INFO");
        assert!(
            info.contains("cluster_state:ok"),
            "node {n}: {info} {:?}",
            town.members[n].log
        );
        town.members[n].forget_steps();
    }
    town
}

/// The redis.conf of node `n`.
pub fn lines(n: usize) -> String {
    let hostname = if n == 0 {
        "cluster-announce-hostname node-a.example\n"
    } else {
        ""
    };
    format!(
        "{hostname}port {}\ncluster-port {}\ncluster-enabled yes\ncluster-node-timeout {}\nrepl-diskless-sync-delay 0\n",
        21200 + n,
        31200 + n,
        NODE_TIMEOUT.as_millis()
    )
}
