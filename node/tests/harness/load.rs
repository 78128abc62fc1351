//! A client that writes without pause, follows redirections, and remembers everything it was told.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use shoal_resp::Frame;
use shoal_slots::Slot;

use super::netns::Place;
use super::{Client, text_of};

/// How long a reply may take before the client gives the connection up.
const REPLY_MAX: Duration = Duration::from_secs(2);
/// The same where nobody dies: a primary may hold writes back for as long as a manual failover takes.
const PAUSE_MAX: Duration = Duration::from_secs(15);
/// How many redirections one command may meet.
const REDIRECTIONS_MAX: usize = 5;
/// Pause after a refusal: a client that retries at once would only measure itself.
const RETRY: Duration = Duration::from_millis(5);

/// What became of a command.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Answered, and by whom.
    Answer(Frame, String),
    /// An error reply that is not a redirection.
    Refused(String),
    /// The connection failed; the command may have been executed.
    Lost,
}

/// A client of the whole cluster.
pub(crate) struct ClusterClient {
    seeds: Vec<String>,
    reply_max: Duration,
    next_seed: usize,
    owners: BTreeMap<Slot, String>,
    connections: BTreeMap<String, Client>,
    /// Who failed last, and is not asked for the way again.
    silent: Option<String>,
}

impl ClusterClient {
    /// Knows these nodes; learns the rest from redirections.
    pub(crate) fn new(seeds: Vec<String>) -> Self {
        Self {
            seeds,
            reply_max: REPLY_MAX,
            next_seed: 0,
            owners: BTreeMap::new(),
            connections: BTreeMap::new(),
            silent: None,
        }
    }

    /// Sends a command about one key to wherever the key lives.
    pub(crate) fn ask(&mut self, key: &str, words: &[&str]) -> Outcome {
        let slot = Slot::of_key(key.as_bytes());
        let mut asking = None;
        for _ in 0..REDIRECTIONS_MAX {
            let address = match asking.clone().or_else(|| self.owners.get(&slot).cloned()) {
                Some(address) => address,
                None => self.some_seed(),
            };
            let Some(answer) = self.exchange(&address, asking.is_some(), words) else {
                self.give_up(address);
                return Outcome::Lost;
            };
            asking = None;
            let text = text_of(&answer);
            if let Some(target) = text.strip_prefix("-MOVED ") {
                self.owners.insert(slot, address_in(target));
            } else if let Some(target) = text.strip_prefix("-ASK ") {
                asking = Some(address_in(target));
            } else if answer.as_error().is_some() {
                // Somebody else may know better.
                self.owners.remove(&slot);
                return Outcome::Refused(text);
            } else {
                self.owners.insert(slot, address.clone());
                return Outcome::Answer(answer, address);
            }
        }
        Outcome::Refused("-too many redirections".into())
    }

    /// What this node owned may be somebody else's now.
    fn give_up(&mut self, address: String) {
        self.connections.remove(&address);
        self.owners.retain(|_, owner| *owner != address);
        self.silent = Some(address);
    }

    fn some_seed(&mut self) -> String {
        self.next_seed = (self.next_seed + 1) % self.seeds.len();
        if self.silent.as_ref() == Some(&self.seeds[self.next_seed]) {
            self.next_seed = (self.next_seed + 1) % self.seeds.len();
        }
        self.seeds[self.next_seed].clone()
    }

    fn exchange(&mut self, address: &str, asking: bool, words: &[&str]) -> Option<Frame> {
        if !self.connections.contains_key(address) {
            let client = Place::here().connect(address)?;
            client.stream.set_read_timeout(Some(self.reply_max)).ok()?;
            self.connections.insert(address.to_owned(), client);
        }
        let client = self.connections.get_mut(address)?;
        if asking {
            client.try_ask(&["ASKING"])?;
        }
        client.try_ask(words)
    }
}

/// `<slot> <address>` as in a redirection.
fn address_in(target: &str) -> String {
    target.split(' ').next_back().unwrap_or_default().to_owned()
}

/// What the load has seen so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// The number last acknowledged for each key, and the last one that was sent.
    pub(crate) keys: BTreeMap<String, Written>,
    /// Acknowledged writes by the node that acknowledged them.
    pub(crate) acknowledged: BTreeMap<String, u64>,
    /// Error replies that are neither redirections nor the cluster's being down.
    pub(crate) strange: Vec<String>,
    /// Reads that gave what nobody wrote.
    pub(crate) wrong: Vec<String>,
    /// Refusals with CLUSTERDOWN, and connections lost.
    pub(crate) refused: u64,
    pub(crate) lost: u64,
}

/// One key's history, as numbers that only grow.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Written {
    pub(crate) sent: u64,
    pub(crate) acknowledged: u64,
}

impl Written {
    /// Nobody may read what was never written; and where every acknowledged write is kept, nothing older.
    fn may_be_read(self, read: u64, kept: Kept) -> bool {
        let least = match kept {
            Kept::All => self.acknowledged,
            Kept::Most => 0,
        };
        (least..=self.sent).contains(&read)
    }
}

/// What becomes of acknowledged writes. Replication is asynchronous: a failover that nobody planned may take
/// the last ones back.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kept {
    All,
    Most,
}

/// A thread that reads what it wrote and writes anew, until it is stopped.
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    seen: Arc<Mutex<Seen>>,
    thread: Option<JoinHandle<()>>,
}

impl Load {
    /// Starts writing to these keys.
    pub(crate) fn start(seeds: Vec<String>, keys: Vec<String>, kept: Kept) -> Self {
        let (stop, seen) = (Arc::<AtomicBool>::default(), Arc::<Mutex<Seen>>::default());
        let (stopped, shared) = (stop.clone(), seen.clone());
        let thread = std::thread::spawn(move || {
            let mut client = ClusterClient::new(seeds);
            if kept == Kept::All {
                client.reply_max = PAUSE_MAX;
            }
            for key in keys.iter().cycle() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                read_and_write(&mut client, &shared, kept, key);
            }
        });
        Self {
            stop,
            seen,
            thread: Some(thread),
        }
    }

    /// A copy of what was seen up to now.
    pub(crate) fn seen(&self) -> Seen {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// How many writes a node has acknowledged.
    pub(crate) fn acknowledged_by(&self, address: &str) -> u64 {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.acknowledged.get(address).copied().unwrap_or(0)
    }

    /// Ends the load and returns all it saw.
    pub(crate) fn stop(mut self) -> Seen {
        self.end();
        self.seen()
    }

    fn end(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.end();
    }
}

fn read_and_write(client: &mut ClusterClient, seen: &Mutex<Seen>, kept: Kept, key: &str) {
    let lock = || seen.lock().unwrap_or_else(PoisonError::into_inner);
    match client.ask(key, &["GET", key]) {
        Outcome::Answer(answer, address) => {
            let mut seen = lock();
            let written = seen.keys.get(key).copied().unwrap_or_default();
            let read = match text_of(&answer).as_str() {
                "(nil)" => Some(0),
                text => text.parse().ok(),
            };
            if !read.is_some_and(|read| written.may_be_read(read, kept)) {
                let text = format!("GET {key} at {address}: {answer:?}, {written:?}");
                seen.wrong.push(text);
            }
        }
        other => note_failure(&mut lock(), other),
    }
    let number = {
        let mut seen = lock();
        let written = seen.keys.entry(key.to_owned()).or_default();
        written.sent += 1;
        written.sent
    };
    match client.ask(key, &["SET", key, &number.to_string()]) {
        Outcome::Answer(answer, address) => {
            let mut seen = lock();
            if text_of(&answer) != "OK" {
                seen.wrong.push(format!("SET {key}: {answer:?}"));
            }
            seen.keys.entry(key.to_owned()).or_default().acknowledged = number;
            *seen.acknowledged.entry(address).or_default() += 1;
        }
        other => note_failure(&mut lock(), other),
    }
}

fn note_failure(seen: &mut Seen, outcome: Outcome) {
    match outcome {
        Outcome::Refused(text) if text.starts_with("-CLUSTERDOWN ") => seen.refused += 1,
        Outcome::Refused(text) => seen.strange.push(text),
        Outcome::Lost => seen.lost += 1,
        Outcome::Answer(..) => {}
    }
    std::thread::sleep(RETRY);
}

/// The first keys `prefix:<n>` whose slots are in a range.
pub(crate) fn keys_in(
    prefix: &str,
    slots: std::ops::RangeInclusive<u16>,
    count: usize,
) -> Vec<String> {
    (0..)
        .map(|n: u32| format!("{prefix}:{n}"))
        .filter(|key| slots.contains(&Slot::of_key(key.as_bytes()).get()))
        .take(count)
        .collect()
}
