//! Clients that wait for lists, against the simplest model of them: a line per key, a list per key.

mod support;

use std::collections::{BTreeMap, VecDeque};

use proptest::prelude::*;
use support::Rig;

const CLIENTS: usize = 6;
const KEYS: [&str; 3] = ["a", "b", "c"];

#[derive(Clone, Debug)]
enum Step {
    /// A client wants to pop from the first of these keys that holds anything.
    Pop { client: usize, keys: Vec<usize> },
    /// A client wants to move from one key to another.
    Move {
        client: usize,
        from: usize,
        to: usize,
    },
    /// Somebody pushes as many elements.
    Push { key: usize, count: usize },
    /// Somebody deletes a key.
    Delete { key: usize },
    /// A client goes, and comes back.
    Leave { client: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let (client, key) = (0..CLIENTS, 0..KEYS.len());
    prop_oneof![
        4 => (client.clone(), prop::collection::vec(key.clone(), 1..4))
            .prop_map(|(client, keys)| Step::Pop { client, keys }),
        2 => (client.clone(), key.clone(), key.clone())
            .prop_map(|(client, from, to)| Step::Move { client, from, to }),
        4 => (key.clone(), 1..4usize).prop_map(|(key, count)| Step::Push { key, count }),
        1 => key.prop_map(|key| Step::Delete { key }),
        1 => client.prop_map(|client| Step::Leave { client }),
    ]
}

/// What a client waits for.
#[derive(Clone, Debug)]
enum Wish {
    Pop(Vec<usize>),
    Move(usize, usize),
}

impl Wish {
    fn sources(&self) -> Vec<usize> {
        match self {
            Self::Pop(keys) => keys.clone(),
            Self::Move(from, _) => vec![*from],
        }
    }
}

#[derive(Default)]
struct Model {
    lists: BTreeMap<usize, VecDeque<usize>>,
    /// Who waits, by when they came.
    waiting: Vec<(usize, Wish)>,
    /// Answers that were not fetched.
    answers: BTreeMap<usize, String>,
    next: usize,
}

impl Model {
    /// Tries a wish. Returns the key that came into being by it.
    fn attempt(&mut self, client: usize, wish: &Wish) -> Option<Option<usize>> {
        let holds = |key: &usize| self.lists.get(key).is_some_and(|list| !list.is_empty());
        let from = wish.sources().into_iter().find(holds)?;
        let value = self.lists.get_mut(&from)?.pop_front()?;
        let (text, made) = match wish {
            Wish::Pop(_) => {
                let text = format!("*2\r\n$1\r\n{}\r\n{}", KEYS[from], bulk(value));
                (text, None)
            }
            Wish::Move(_, to) => {
                let list = self.lists.entry(*to).or_default();
                list.push_back(value);
                (bulk(value), (list.len() == 1).then_some(*to))
            }
        };
        self.answers.entry(client).or_default().push_str(&text);
        Some(made)
    }

    /// A key came into being: those who wait for it are tried in their order, and so on.
    fn serve(&mut self, key: usize) {
        let mut ready = VecDeque::from([key]);
        while let Some(key) = ready.pop_front() {
            let line: Vec<usize> = self
                .waiting
                .iter()
                .filter(|(_, wish)| wish.sources().contains(&key))
                .map(|(client, _)| *client)
                .collect();
            for client in line {
                if self.lists.get(&key).is_none_or(VecDeque::is_empty) {
                    break;
                }
                let Some(at) = self.waiting.iter().position(|(who, _)| *who == client) else {
                    continue;
                };
                let (_, wish) = self.waiting.remove(at);
                match self.attempt(client, &wish) {
                    Some(made) => ready.extend(made.filter(|made| !ready.contains(made))),
                    None => self.waiting.push((client, wish)),
                }
            }
        }
    }

    fn wish(&mut self, client: usize, wish: Wish) {
        match self.attempt(client, &wish) {
            Some(Some(made)) => self.serve(made),
            Some(None) => {}
            None => self.waiting.push((client, wish)),
        }
    }

    fn push(&mut self, key: usize, count: usize) -> Vec<usize> {
        let values: Vec<usize> = (self.next..self.next + count).collect();
        self.next += count;
        let list = self.lists.entry(key).or_default();
        let made = list.is_empty();
        list.extend(&values);
        if made {
            self.serve(key);
        }
        values
    }

    fn is_waiting(&self, client: usize) -> bool {
        self.waiting.iter().any(|(who, _)| *who == client)
    }
}

fn bulk(value: usize) -> String {
    let text = value.to_string();
    format!("${}\r\n{text}\r\n", text.len())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn clients_are_served_as_by_the_model(steps in prop::collection::vec(step(), 1..120)) {
        let mut rig = Rig::standalone("");
        let mut clients: Vec<_> = (0..CLIENTS).map(|_| rig.client()).collect();
        let other = rig.client();
        let mut model = Model::default();
        for step in steps {
            match step {
                Step::Pop { client, keys } if !model.is_waiting(client) => {
                    let names: Vec<&str> = keys.iter().map(|key| KEYS[*key]).collect();
                    let command = format!("BLPOP {} 0", names.join(" "));
                    rig.plane.handle_input(rig.now, clients[client], &support::encode(&command));
                    model.wish(client, Wish::Pop(keys));
                }
                Step::Move { client, from, to } if !model.is_waiting(client) => {
                    let command = format!("BLMOVE {} {} LEFT RIGHT 0", KEYS[from], KEYS[to]);
                    rig.plane.handle_input(rig.now, clients[client], &support::encode(&command));
                    model.wish(client, Wish::Move(from, to));
                }
                Step::Push { key, count } => {
                    let values: Vec<String> =
                        model.push(key, count).iter().map(usize::to_string).collect();
                    rig.ask(other, &format!("RPUSH {} {}", KEYS[key], values.join(" ")));
                }
                Step::Delete { key } => {
                    model.lists.remove(&key);
                    rig.ask(other, &format!("DEL {}", KEYS[key]));
                }
                Step::Leave { client } => {
                    model.waiting.retain(|(who, _)| *who != client);
                    rig.plane.handle_closed(rig.now, clients[client]);
                    clients[client] = rig.client();
                }
                Step::Pop { .. } | Step::Move { .. } => {}
            }
            rig.drain();
            for (client, id) in clients.iter().enumerate() {
                let expected = model.answers.remove(&client).unwrap_or_default();
                prop_assert_eq!(rig.read(*id), expected, "client {}", client);
            }
        }
        for (key, name) in KEYS.iter().enumerate() {
            let len = model.lists.get(&key).map_or(0, VecDeque::len);
            prop_assert_eq!(rig.ask(other, &format!("LLEN {name}")), format!(":{len}\r\n"));
        }
        let info = rig.ask(other, "INFO clients");
        let blocked = format!("blocked_clients:{}\r\n", model.waiting.len());
        prop_assert!(info.contains(&blocked), "{}", info);
    }
}
