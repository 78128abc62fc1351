//! Replays captured dialogues with real servers in forty situations: whatever they answered about routing
//! must come out of `route`, byte for byte. Every situation of the files must be known here.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;

use serde_json::Value;
use shoal_slots::{
    ClusterState, ClusterView, CommandKind, NodeId, NodeIndex, Role, Route, RouteOptions,
    RouteRequest, Slot, SlotSet, ViewNode, route, route_blocked,
};

const REDIS_70: &str = include_str!("data/redirects/redis-7.0.15.json");
const REDIS_72: &str = include_str!("data/redirects/redis-7.2.6.json");
const VALKEY_80: &str = include_str!("data/redirects/valkey-8.0.1.json");

/// The captured cluster: primaries A, B, C on the first three ports, D copies A.
#[derive(Clone, Copy)]
enum Node {
    A,
    B,
    D,
}

/// What is known before a dialogue starts.
struct Scene {
    me: Node,
    owner_of_slot_0: Option<usize>,
    /// The keys that exist here.
    keys: &'static [&'static str],
    migrating: bool,
    importing: bool,
    state: ClusterState,
    options: RouteOptions,
    unassigned: Option<&'static str>,
}

fn scene(me: Node) -> Scene {
    Scene {
        me,
        owner_of_slot_0: None,
        keys: &["{06S}0", "{06S}1", "{06S}2", "{06S}3", "{06S}5"],
        migrating: false,
        importing: false,
        state: ClusterState::Ok,
        options: RouteOptions::default(),
        unassigned: None,
    }
}

fn scene_of(situation: &str, is_valkey: bool) -> Scene {
    let down = |options| Scene {
        state: ClusterState::Fail,
        options,
        ..scene(Node::A)
    };
    let reads = RouteOptions {
        allow_reads_when_down: true,
        ..RouteOptions::default()
    };
    let no_pubsub = RouteOptions {
        allow_pubsubshard_when_down: false,
        ..RouteOptions::default()
    };
    match situation {
        "slot of another master"
        | "keys in different slots"
        | "no key"
        | "script with keys"
        | "transaction touching a foreign slot"
        | "transaction in one local slot"
        | "transaction, keys of two slots of this node"
        | "WATCH of a foreign key"
        | "pubsub"
        | "full coverage not required, failed master's slot" => scene(Node::A),
        "replica, no READONLY"
        | "replica, READONLY"
        | "replica, READONLY, transaction with a write"
        | "sharded pubsub on the replica" => scene(Node::D),
        // Only Valkey tells replicas of marks.
        "replica of the migrating source, READONLY" => Scene {
            migrating: is_valkey,
            ..scene(Node::D)
        },
        "SSUBSCRIBE while migrating" | "MIGRATE errors" | "MIGRATE ok" => Scene {
            migrating: true,
            ..scene(Node::A)
        },
        "SETSLOT NODE on the target" => Scene {
            owner_of_slot_0: Some(1),
            ..scene(Node::B)
        },
        "SETSLOT NODE on the source" | "SETSLOT NODE on the source after the keys moved" => Scene {
            owner_of_slot_0: Some(1),
            ..scene(Node::A)
        },
        "cluster down (require-full-coverage yes)" => down(RouteOptions::default()),
        "cluster down, cluster-allow-reads-when-down yes"
        | "cluster down, reads allowed, script" => down(reads),
        "cluster down, cluster-allow-pubsubshard-when-down no" => down(no_pubsub),
        "full coverage not required, unassigned slot" => Scene {
            unassigned: Some("foo"),
            ..scene(Node::A)
        },
        "importing target: ASKING with several keys" | "importing target: ASKING before MULTI" => {
            Scene {
                importing: true,
                keys: &["{06S}4"],
                ..scene(Node::B)
            }
        }
        other if other.starts_with("migrating source: ") => Scene {
            migrating: true,
            ..scene(Node::A)
        },
        other if other.starts_with("importing target: ") => Scene {
            importing: true,
            keys: &[],
            ..scene(Node::B)
        },
        other => panic!("unknown situation {other}"),
    }
}

fn view_of(scene: &Scene) -> ClusterView {
    let node = |letter: u8| {
        let port = 21300 + u16::from(letter - b'a');
        ViewNode::new(NodeId::parse(&[letter; 40]).unwrap(), "127.0.0.1", port)
    };
    let order: &[u8] = match scene.me {
        Node::A => b"abcd",
        Node::B => b"bacd",
        Node::D => b"dabc",
    };
    let mut builder = ClusterView::builder(node(order[0]));
    for &letter in &order[1..] {
        builder.add(node(letter));
    }
    let place =
        |letter: u8| NodeIndex::new(order.iter().position(|&l| l == letter).unwrap()).unwrap();
    let replica = builder.node_mut(place(b'd')).unwrap();
    (replica.role, replica.primary) = (Role::Replica, Some(place(b'a')));
    let table = builder.table_mut();
    for (slots, letter) in [
        ("0-5460", b'a'),
        ("5461-10921", b'b'),
        ("10922-16383", b'c'),
    ] {
        table.assign(&slots.parse::<SlotSet>().unwrap(), place(letter));
    }
    let zero = Slot::new(0).unwrap();
    if let Some(owner) = scene.owner_of_slot_0 {
        table.set_owner(zero, Some(place(b'a' + u8::try_from(owner).unwrap())));
    }
    if let Some(key) = scene.unassigned {
        table.set_owner(Slot::of_key(key.as_bytes()), None);
    }
    table.set_migrating(zero, scene.migrating.then(|| place(b'b')));
    table.set_importing(zero, scene.importing.then(|| place(b'a')));
    builder.state(scene.state).options(scene.options);
    builder.build()
}

/// A command as routing sees it.
#[derive(Clone, Debug, Default)]
struct Command {
    kind: CommandKind,
    keys: Vec<String>,
    is_migrate: bool,
    implies_asking: bool,
}

fn command_of(words: &[&str]) -> Command {
    use CommandKind::{Read, ShardPubSub, Write};
    let (kind, keys): (_, Vec<&str>) = match words[0] {
        "GET" | "MGET" | "EXISTS" | "WATCH" => (Read, words[1..].to_vec()),
        "SET" | "BLPOP" | "RESTORE-ASKING" => (Write, vec![words[1]]),
        "DEL" | "SUNIONSTORE" => (Write, words[1..].to_vec()),
        "MSET" => (Write, words[1..].iter().step_by(2).copied().collect()),
        "SPUBLISH" => (ShardPubSub, vec![words[1]]),
        "SSUBSCRIBE" => (ShardPubSub, words[1..].to_vec()),
        "EVAL" | "EVAL_RO" => (Read, eval_keys(words)),
        "MIGRATE" if words[3].is_empty() => (Write, words[7..].to_vec()),
        "MIGRATE" if words.contains(&"KEYS") => (Write, vec![]),
        "MIGRATE" => (Write, vec![words[3]]),
        _ => (Read, vec![]),
    };
    Command {
        kind,
        keys: keys.into_iter().map(str::to_owned).collect(),
        is_migrate: words[0] == "MIGRATE",
        implies_asking: words[0] == "RESTORE-ASKING",
    }
}

/// The captured scripts contain blanks, so the number of keys is the last word that is followed by exactly
/// that many words.
fn eval_keys<'a>(words: &[&'a str]) -> Vec<&'a str> {
    for count in 0..3 {
        let place = words.len() - count - 1;
        if words[place] == count.to_string() {
            return words[place + 1..].to_vec();
        }
    }
    panic!("no number of keys in {words:?}")
}

/// The state of one captured connection, as a server would keep it.
struct Connection {
    view: ClusterView,
    keys: BTreeSet<String>,
    readonly: bool,
    asking: bool,
    queue: Option<Vec<Command>>,
    aborted: bool,
}

impl Connection {
    fn new(scene: &Scene) -> Self {
        Self {
            view: view_of(scene),
            keys: scene.keys.iter().map(|key| (*key).to_owned()).collect(),
            readonly: false,
            asking: false,
            queue: None,
            aborted: false,
        }
    }

    /// What routing says about a line: the error to answer, if any.
    fn say(&mut self, line: &str, reply: &str) -> Option<String> {
        let words: Vec<&str> = line.split(' ').collect();
        match words[0] {
            "READONLY" => self.readonly = true,
            "READWRITE" => self.readonly = false,
            "ASKING" if self.queue.is_none() => self.asking = true,
            "MULTI" => self.queue = Some(Vec::new()),
            "EXEC" => return self.exec(),
            _ => return self.run(&words, reply),
        }
        None
    }

    fn run(&mut self, words: &[&str], reply: &str) -> Option<String> {
        let command = command_of(words);
        let error = self.route(&command);
        match &mut self.queue {
            Some(_) if error.is_some() => self.aborted = true,
            Some(queue) => queue.push(command),
            None => {
                self.asking = false;
                self.apply(words, reply, command);
            }
        }
        error
    }

    /// Follows the captured reply, so that later commands see the keys it left.
    fn apply(&mut self, words: &[&str], reply: &str, command: Command) {
        if reply != "+OK\r\n" {
            return;
        }
        match words[0] {
            "SET" => self.keys.extend(command.keys),
            "MIGRATE" => self.keys.retain(|key| !command.keys.contains(key)),
            _ => {}
        }
    }

    fn exec(&mut self) -> Option<String> {
        let queue = self.queue.take().unwrap_or_default();
        if std::mem::take(&mut self.aborted) {
            return Some("EXECABORT Transaction discarded because of previous errors.".to_owned());
        }
        let mut all = Command::default();
        for command in queue {
            if command.kind == CommandKind::Write {
                all.kind = CommandKind::Write;
            }
            all.keys.extend(command.keys);
        }
        let error = self.route(&all);
        self.asking = false;
        error
    }

    fn route(&self, command: &Command) -> Option<String> {
        let request = RouteRequest {
            kind: command.kind,
            readonly_client: self.readonly,
            asking: self.asking || command.implies_asking,
            is_migrate: command.is_migrate,
        };
        let keys = command.keys.iter().map(String::as_bytes);
        let present = |key: &[u8]| self.keys.iter().any(|known| known.as_bytes() == key);
        let decision = route(&self.view, &request, keys, present);
        decision.error_text(self.view.options().endpoint, false)
    }
}

fn replay(file: &str, is_valkey: bool) {
    let situations: Value = serde_json::from_str(file).unwrap();
    let situations = situations.as_array().unwrap();
    assert_eq!(situations.len(), 40);
    for entry in situations {
        let situation = entry["situation"].as_str().unwrap();
        if situation.starts_with("client blocked in BLPOP") {
            continue; // Not a command's routing: see `a_blocked_client_is_sent_after_its_slot`.
        }
        let mut connection = Connection::new(&scene_of(situation, is_valkey));
        for exchange in entry["dialogue"].as_array().unwrap() {
            let (line, reply) = (exchange[0].as_str().unwrap(), exchange[1].as_str().unwrap());
            let said = connection
                .say(line, reply)
                .map(|text| format!("-{text}\r\n"));
            let about_routing = [
                "-MOVED",
                "-ASK",
                "-TRYAGAIN",
                "-CROSSSLOT",
                "-CLUSTERDOWN",
                "-EXECABORT",
            ];
            let expected = about_routing
                .iter()
                .any(|code| reply.starts_with(code))
                .then(|| reply.to_owned());
            assert_eq!(said, expected, "{situation}: {line}");
        }
    }
}

#[test]
fn redis_7_0_dialogues() {
    replay(REDIS_70, false);
}

#[test]
fn redis_7_2_dialogues() {
    replay(REDIS_72, false);
}

#[test]
fn valkey_8_0_dialogues() {
    replay(VALKEY_80, true);
}

#[test]
fn a_blocked_client_is_sent_after_its_slot() {
    let slot = Slot::of_key(b"{t2}list");
    let request = RouteRequest::of(CommandKind::Write);
    let stays = view_of(&scene(Node::A));
    assert_eq!(route_blocked(&stays, &request, slot), None);

    let moved = ViewNode::new(NodeId::parse(&[b'b'; 40]).unwrap(), "127.0.0.1", 21301);
    let mut builder = ClusterView::builder(stays.me().clone());
    let other = builder.add(moved).unwrap();
    builder.table_mut().set_owner(slot, Some(other));
    builder.state(ClusterState::Ok);
    let view = builder.build();
    let told = route_blocked(&view, &request, slot)
        .and_then(|r| r.error_text(view.options().endpoint, false));
    assert_eq!(told.as_deref(), Some("MOVED 4748 127.0.0.1:21301"));

    let down = view_of(&Scene {
        state: ClusterState::Fail,
        ..scene(Node::A)
    });
    let told = route_blocked(&down, &request, slot)
        .and_then(|r| r.error_text(view.options().endpoint, false));
    assert_eq!(told.as_deref(), Some("CLUSTERDOWN The cluster is down"));
    assert!(matches!(
        route(&down, &request, std::iter::empty(), |_| true),
        Route::Local
    ));
}
