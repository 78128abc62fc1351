//! The client's side: captured topology replies, and a map that follows redirections.
#![cfg(feature = "client")]
#![allow(clippy::unwrap_used, clippy::panic)]

use shoal_slots::topology::{Health, TopologyError, parse_nodes};
use shoal_slots::{Address, Host, Patch, Role, Slot, SlotMap};

fn slot(number: u16) -> Slot {
    Slot::new(number).unwrap()
}

/// What the map says, as `from-to port` lines.
fn lines(map: &SlotMap) -> Vec<String> {
    map.ranges()
        .map(|(range, at)| format!("{}-{} {}", range.start(), range.end(), at.port))
        .collect()
}

mod nodes {
    use super::*;

    macro_rules! each_server {
        ($state:literal) => {
            [
                include_str!(concat!("data/nodes/redis-7.0.15-", $state, ".txt")),
                include_str!(concat!("data/nodes/redis-7.2.6-", $state, ".txt")),
                include_str!(concat!("data/nodes/valkey-8.0.1-", $state, ".txt")),
            ]
        };
    }

    #[test]
    fn three_primaries() {
        for text in each_server!("02-three-masters") {
            let map = SlotMap::from_topology(&parse_nodes(text).unwrap(), "127.0.0.1", false);
            assert_eq!(
                lines(&map),
                ["0-5460 21100", "5461-10921 21101", "10922-16383 21102"]
            );
            assert_eq!(map.covered(), 16384);
        }
    }

    #[test]
    fn marks_of_slots_on_the_move_change_nothing() {
        for text in each_server!("05-migrating-source") {
            let map = SlotMap::from_topology(&parse_nodes(text).unwrap(), "127.0.0.1", false);
            let expected = [
                "0-49 21100",
                "50-50 21101",
                "51-5460 21100",
                "5461-10921 21101",
                "10922-16383 21102",
            ];
            assert_eq!(lines(&map), expected);
            assert_eq!(map.replicas(slot(0)), [Address::new("127.0.0.1", 21103)]);
            assert_eq!(map.replicas(slot(50)), [Address::new("127.0.0.1", 21104)]);
        }
    }

    #[test]
    fn host_names_and_flags() {
        for text in each_server!("07-hostnames-and-nofailover") {
            let topology = parse_nodes(text).unwrap();
            let names: Vec<_> = topology
                .shards
                .iter()
                .flat_map(|s| &s.replicas)
                .map(|n| &n.hostname)
                .collect();
            assert_eq!(
                names
                    .iter()
                    .filter(|n| n.as_deref() == Some("node-d.example"))
                    .count(),
                1
            );
            assert!(
                topology
                    .shards
                    .iter()
                    .all(|s| s.primary.as_ref().unwrap().role == Role::Primary)
            );
            assert_eq!(
                topology
                    .shards
                    .iter()
                    .map(|s| s.replicas.len())
                    .sum::<usize>(),
                3
            );
        }
    }

    #[test]
    fn failing_nodes_say_so() {
        let health_of = |text: &str, port: u16| {
            let topology = parse_nodes(text).unwrap();
            let mut nodes = topology
                .shards
                .iter()
                .flat_map(|s| s.primary.iter().chain(&s.replicas));
            nodes.find(|n| n.port == Some(port)).map(|n| n.health)
        };
        for text in each_server!("08-just-after-crash") {
            assert_eq!(health_of(text, 21102), Some(Health::Suspected));
            assert_eq!(health_of(text, 21100), Some(Health::Online));
        }
        for text in each_server!("09-after-failover-fail-flag") {
            assert_eq!(health_of(text, 21102), Some(Health::Failed));
        }
        for text in each_server!("11-noaddr") {
            assert_eq!(
                health_of(text, 0),
                None,
                "a node without an address is left out"
            );
        }
    }

    #[test]
    fn a_lone_node_has_no_address_of_its_own() {
        let line = "c51bc6de584804cd2c30381504acf5a425815f8c :21200@31200 myself,master - 0 0 0 connected 7\n";
        let topology = parse_nodes(line).unwrap();
        assert_eq!(
            topology.shards[0].primary.as_ref().unwrap().host,
            Host::Same
        );
        let map = SlotMap::from_topology(&topology, "10.0.0.9", false);
        assert_eq!(map.primary(slot(7)), Some(&Address::new("10.0.0.9", 21200)));
    }

    #[test]
    fn malformed_lines_are_named() {
        let good = "c51bc6de584804cd2c30381504acf5a425815f8c h:1@2 master - 0 0 0 connected";
        for bad in [
            "short h:1@2 master - 0 0 0 connected".to_owned(),
            good.replace("h:1@2", "h"),
            good.replace("h:1@2", "h:x"),
            good.replace("h:1@2", "h:65536"),
            good.replace(" connected", ""),
            good.replace(" - ", " x "),
            format!("{good} 16384"),
            format!("{good} 5-4"),
            format!("{good} x"),
        ] {
            let error = parse_nodes(&format!("{good}\n{bad}\n"));
            assert_eq!(error, Err(TopologyError::BadLine { line: 2 }), "{bad}");
        }
        assert_eq!(parse_nodes("").unwrap().shards.len(), 0);
    }
}

mod map {
    use super::*;

    fn two_shards() -> SlotMap {
        let text = "\
            aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa h:1@1 master - 0 0 1 connected 0-99\n\
            bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb h:2@2 master - 0 0 2 connected 100-199\n\
            cccccccccccccccccccccccccccccccccccccccc h:3@3 slave \
            aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 0 0 1 connected\n";
        SlotMap::from_topology(&parse_nodes(text).unwrap(), "h", false)
    }

    #[test]
    fn a_moved_to_a_replica_moves_the_whole_shard() {
        let mut map = two_shards();
        assert_eq!(map.patch(slot(5), Address::new("h", 3)), Patch::Promoted);
        assert_eq!(lines(&map), ["0-99 3", "100-199 2"]);
        assert_eq!(map.replicas(slot(99)), [Address::new("h", 1)]);
        assert_eq!(map.patch(slot(6), Address::new("h", 3)), Patch::Unchanged);
    }

    #[test]
    fn a_moved_to_another_primary_moves_one_slot() {
        let mut map = two_shards();
        assert_eq!(map.patch(slot(5), Address::new("h", 2)), Patch::SlotMoved);
        assert_eq!(lines(&map), ["0-4 1", "5-5 2", "6-99 1", "100-199 2"]);
    }

    #[test]
    fn a_moved_to_a_stranger_asks_for_a_refresh() {
        let mut map = two_shards();
        assert_eq!(map.patch(slot(5), Address::new("h", 9)), Patch::NewNode);
        assert_eq!(map.patch(slot(300), Address::new("h", 9)), Patch::SlotMoved);
        assert_eq!(
            lines(&map),
            ["0-4 1", "5-5 9", "6-99 1", "100-199 2", "300-300 9"]
        );
        map.forget(slot(300));
        assert_eq!(map.primary(slot(300)), None);
        assert_eq!(map.covered(), 200);
    }

    #[test]
    fn a_liar_cannot_grow_the_map() {
        let mut map = two_shards();
        for port in 1000..60_000 {
            map.patch(slot(5), Address::new("liar", port));
        }
        assert_eq!(map.primaries().count(), 3);
        assert!(format!("{map:?}").len() < 1000);
    }
}

mod replies {
    use super::*;

    use serde_json::Value;
    use shoal_resp::{Decoder, Frame, Limits};
    use shoal_slots::topology::{Topology, parse_shards, parse_slots};

    /// The captured replies, texts holding one character per byte.
    fn captured(command: &str) -> Vec<(String, Frame)> {
        let entries: Value = serde_json::from_str(include_str!("data/topology.json")).unwrap();
        let mut replies = Vec::new();
        for entry in entries.as_array().unwrap() {
            if entry["command"] != command {
                continue;
            }
            for version in ["resp2", "resp3"] {
                let label = format!("{} {} {version}", entry["server"], entry["note"]);
                let bytes: Vec<u8> = entry[version]
                    .as_str()
                    .unwrap()
                    .chars()
                    .map(|c| c as u8)
                    .collect();
                replies.push((label, decode(&bytes)));
            }
        }
        assert!(
            replies.len() >= 18,
            "every server, every state, both protocols"
        );
        replies
    }

    fn decode(bytes: &[u8]) -> Frame {
        let mut input = bytes::BytesMut::from(bytes);
        Decoder::new(Limits::default())
            .decode(&mut input)
            .unwrap()
            .unwrap()
    }

    fn check(label: &str, topology: &Topology) {
        let map = SlotMap::from_topology(topology, "127.0.0.1", false);
        if label.contains("fresh") {
            assert_eq!(map.covered(), 0, "{label}");
            return;
        }
        // One node announces a host name; the others answer `?` and are reached at their address.
        let host = if label.contains("hostname") {
            "node-a.example"
        } else {
            "127.0.0.1"
        };
        assert_eq!(
            map.primary(slot(0)),
            Some(&Address::new(host, 21200)),
            "{label}"
        );
        assert_eq!(
            lines(&map),
            ["0-5460 21200", "5461-10921 21201", "10922-16383 21202"],
            "{label}"
        );
        assert_eq!(
            map.primary(slot(6000)),
            Some(&Address::new("127.0.0.1", 21201)),
            "{label}"
        );
    }

    #[test]
    fn cluster_slots_of_every_server() {
        for (label, reply) in captured("CLUSTER SLOTS") {
            let topology = parse_slots(&reply).unwrap();
            check(&label, &topology);
            let replicas = topology
                .shards
                .iter()
                .map(|s| s.replicas.len())
                .sum::<usize>();
            assert_eq!(
                replicas,
                usize::from(!label.contains("fresh") && !label.contains("offset still 0"))
            );
        }
    }

    #[test]
    fn cluster_shards_of_every_server() {
        for (label, reply) in captured("CLUSTER SHARDS") {
            let topology = parse_shards(&reply).unwrap();
            check(&label, &topology);
            let loading = topology
                .shards
                .iter()
                .flat_map(|s| &s.replicas)
                .filter(|n| n.health == Health::Loading);
            assert_eq!(
                loading.count(),
                usize::from(label.contains("health loading")),
                "{label}"
            );
        }
    }

    #[test]
    fn cluster_nodes_of_every_server() {
        for (label, reply) in captured("CLUSTER NODES") {
            let text = std::str::from_utf8(reply.as_bytes().unwrap()).unwrap();
            let map = SlotMap::from_topology(&parse_nodes(text).unwrap(), "127.0.0.1", false);
            assert_eq!(
                map.covered(),
                if label.contains("fresh") { 0 } else { 16384 },
                "{label}"
            );
        }
    }

    #[test]
    fn the_replies_of_a_connection_to_an_unnamed_node() {
        let reply = decode(b"*1\r\n*3\r\n:5\r\n:6\r\n*2\r\n$-1\r\n:7000\r\n");
        let map = SlotMap::from_topology(&parse_slots(&reply).unwrap(), "here", false);
        assert_eq!(map.primary(slot(6)), Some(&Address::new("here", 7000)));
    }

    #[test]
    fn a_shard_in_several_ranges_is_one_shard() {
        let node = "*3\r\n$1\r\nh\r\n:1\r\n$40\r\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n";
        let text = format!("*2\r\n*3\r\n:0\r\n:5\r\n{node}*3\r\n:8\r\n:9\r\n{node}");
        let topology = parse_slots(&decode(text.as_bytes())).unwrap();
        assert_eq!(topology.shards.len(), 1);
        assert_eq!(
            topology.shards[0].slots,
            [slot(0)..=slot(5), slot(8)..=slot(9)]
        );
    }

    #[test]
    fn other_shapes_are_errors() {
        for reply in [
            ":1\r\n",
            "*1\r\n:1\r\n",
            "*1\r\n*2\r\n:0\r\n:1\r\n",
            "*1\r\n*3\r\n:0\r\n:16384\r\n*2\r\n$1\r\nh\r\n:1\r\n",
            "*1\r\n*3\r\n:-1\r\n:1\r\n*2\r\n$1\r\nh\r\n:1\r\n",
            "*1\r\n*3\r\n:5\r\n:4\r\n*2\r\n$1\r\nh\r\n:1\r\n",
            "*1\r\n*3\r\n:0\r\n:1\r\n*2\r\n$1\r\nh\r\n:65536\r\n",
            "*1\r\n*3\r\n:0\r\n:1\r\n*3\r\n$1\r\nh\r\n:1\r\n$1\r\nx\r\n",
            "*1\r\n*3\r\n:0\r\n:1\r\n*1\r\n$1\r\nh\r\n",
        ] {
            assert!(parse_slots(&decode(reply.as_bytes())).is_err(), "{reply}");
            assert!(parse_shards(&decode(reply.as_bytes())).is_err(), "{reply}");
        }
        assert!(parse_shards(&decode(b"*1\r\n*2\r\n$5\r\nslots\r\n*1\r\n:1\r\n")).is_err());
        assert!(
            parse_shards(&decode(b"*1\r\n*2\r\n$5\r\nnodes\r\n*1\r\n*0\r\n")).is_err(),
            "a node without an id"
        );
    }
}
