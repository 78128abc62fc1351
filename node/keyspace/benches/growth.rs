//! How long single inserts take while one slot grows to ten million keys, beside what the machine does to a loop that
//! does nothing; and how long dropping that slot takes.
//!
//! `cargo bench -p shoal-keyspace --bench growth` measures; anything else (a test run) only tries it. `SHOAL_KEYS`
//! says how many keys there are.
#![allow(clippy::print_stdout, reason = "a report for whoever asked for it")]
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "what is measured here is time"
)]

use std::hint::{black_box, spin_loop};
use std::time::{Duration, Instant};

use shoal_keyspace::command::{Handler, KeyspaceHandler, lookup};
use shoal_keyspace::{Blocking, Ctx, Effects, Keyspace, KeyspaceConfig};
use shoal_resp::{Args, ReplyWriter, Version};
use shoal_slots::{Slot, UnixMillis};

const NOW: UnixMillis = UnixMillis(1_700_000_000_000);

fn main() {
    let measure = std::env::args().any(|arg| arg == "--bench");
    let keys = std::env::var("SHOAL_KEYS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(if measure { 10_000_000 } else { 10_000 });
    let Some(Handler::Keyspace(set)) = lookup(b"SET").map(|spec| spec.handler) else {
        return;
    };
    let mut keyspace = Keyspace::new(KeyspaceConfig::cluster(), 1);
    let (mut inserts, mut nothing) = (Times::new(keys), Times::new(keys));
    for n in 0..keys {
        inserts.note(insert(&mut keyspace, set, n));
        nothing.note(wait(inserts.typical));
    }
    println!("{keys} keys into one slot");
    inserts.report("insert");
    nothing.report("nothing");
    println!(
        "bytes per key: {:.1}",
        keyspace.memory_used() as f64 / keys as f64
    );
    let start = Instant::now();
    let dropped = keyspace.drop_slots([slot()]);
    println!("dropping {dropped} keys: {:?}", start.elapsed());
    let start = Instant::now();
    drop(keyspace.graveyard_mut().take());
    println!("freeing them elsewhere: {:?}", start.elapsed());
}

fn slot() -> Slot {
    Slot::of_key(b"tag")
}

/// One SET of a new key, as a server executes it.
fn insert(keyspace: &mut Keyspace, set: KeyspaceHandler, n: u64) -> Duration {
    let key = format!("{{tag}}:{n:010}");
    let mut out = [0; 64].to_vec();
    out.clear();
    let mut effects = Effects::new(false);
    let args: [&[u8]; 3] = [b"SET", key.as_bytes(), b"0123456789abcdeX"];
    let start = Instant::now();
    set(&mut Ctx {
        keyspace,
        args: Args::from_slices(&args),
        reply: ReplyWriter::new(&mut out, Version::Resp2),
        db: 0,
        slot: Some(slot()),
        hash: None,
        now: NOW,
        from_primary: false,
        blocking: Blocking::Forbidden,
        effects: &mut effects,
    });
    let time = start.elapsed();
    black_box(&out);
    time
}

/// Nothing, for as long as an insert takes: whatever takes longer is the machine's doing.
fn wait(time: Duration) -> Duration {
    let start = Instant::now();
    loop {
        spin_loop();
        let elapsed = start.elapsed();
        if elapsed >= time {
            return elapsed;
        }
    }
}

/// How long something took, each time.
struct Times {
    nanos: Vec<u32>,
    /// About the median.
    typical: Duration,
}

impl Times {
    fn new(count: u64) -> Self {
        Self {
            nanos: Vec::with_capacity(usize::try_from(count).unwrap_or_default()),
            typical: Duration::from_nanos(300),
        }
    }

    fn note(&mut self, time: Duration) {
        let nanos = u32::try_from(time.as_nanos()).unwrap_or(u32::MAX);
        self.nanos.push(nanos);
        let typical = self.typical.as_nanos() as u64;
        // One step towards each time: that ends at the median.
        let next = if u64::from(nanos) > typical {
            typical + 1
        } else {
            typical.saturating_sub(1)
        };
        self.typical = Duration::from_nanos(next);
    }

    fn report(&mut self, name: &str) {
        self.nanos.sort_unstable();
        let at = |share: f64| {
            let index = (self.nanos.len() as f64 * share) as usize;
            let nanos = self
                .nanos
                .get(index.min(self.nanos.len().saturating_sub(1)));
            f64::from(nanos.copied().unwrap_or_default()) / 1000.0
        };
        println!(
            "{name:8} p50 {:8.2} µs  p99 {:8.2} µs  p99.9 {:8.2} µs  p99.99 {:8.2} µs  max {:8.2} µs",
            at(0.5),
            at(0.99),
            at(0.999),
            at(0.9999),
            at(1.0)
        );
    }
}
