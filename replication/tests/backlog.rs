//! The backlog against the simplest thing that could be right: a vector of everything.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use proptest::prelude::*;
use shoal_replication::{BACKLOG_SIZE_MIN, Backlog};
use shoal_slots::ReplOffset;

#[derive(Clone, Debug)]
enum Step {
    Append(usize),
    /// Trim with a reader this far behind the end.
    Trim(Option<u64>),
    Resize(u64),
    /// Read this far behind the end.
    Read(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => prop_oneof![0usize..200, 16_000usize..17_000, 0usize..100_000].prop_map(Step::Append),
        2 => prop::option::of(0u64..300_000).prop_map(Step::Trim),
        1 => (0u64..200_000).prop_map(Step::Resize),
        3 => (0u64..400_000).prop_map(Step::Read),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn reads_what_a_vector_would(start in prop_oneof![Just(0u64), 0..u64::from(u32::MAX)], steps in prop::collection::vec(step(), 1..60)) {
        let mut backlog = Backlog::new(64 * 1024, ReplOffset(start));
        let mut all: Vec<u8> = Vec::new();
        for step in steps {
            match step {
                Step::Append(len) => {
                    let bytes: Vec<u8> = (0..len).map(|i| (all.len() + i) as u8 ^ (i >> 8) as u8).collect();
                    all.extend_from_slice(&bytes);
                    backlog.append(&bytes);
                }
                Step::Trim(behind) => {
                    let reader = behind.map(|behind| backlog.end().0.saturating_sub(behind).max(backlog.start().0));
                    let before = backlog.start();
                    backlog.trim(reader.map(ReplOffset));
                    prop_assert!(reader.is_none_or(|reader| backlog.start().0 <= reader));
                    prop_assert!(backlog.start() >= before);
                    let wanted = backlog.size().min(backlog.end().0 - before.0);
                    prop_assert!(backlog.len() >= wanted, "never less than asked for");
                    if reader.is_none() {
                        prop_assert!(backlog.len() < backlog.size() + 2 * BACKLOG_SIZE_MIN, "and hardly more");
                    }
                }
                Step::Resize(size) => {
                    backlog.resize(size);
                    prop_assert!(backlog.size() >= BACKLOG_SIZE_MIN);
                }
                Step::Read(behind) => {
                    let offset = (start + all.len() as u64).saturating_sub(behind);
                    match backlog.read(ReplOffset(offset)) {
                        None => prop_assert!(offset < backlog.start().0),
                        Some(bytes) => {
                            let from = (offset - start) as usize;
                            prop_assert_eq!(bytes, &all[from..from + bytes.len()]);
                            prop_assert_eq!(bytes.is_empty(), from == all.len());
                        }
                    }
                }
            }
            prop_assert_eq!(backlog.end().0, start + all.len() as u64);
            prop_assert!(backlog.memory() as u64 <= backlog.len() + 2 * BACKLOG_SIZE_MIN);
        }
        prop_assert_eq!(backlog.read(ReplOffset(backlog.end().0 + 1)), None);
        let mut at = backlog.start();
        let mut copy = Vec::new();
        while let Some(bytes) = backlog.read(at).filter(|bytes| !bytes.is_empty()) {
            copy.extend_from_slice(bytes);
            at = at.advance(bytes.len() as u64);
        }
        prop_assert_eq!(&copy[..], &all[all.len() - backlog.len() as usize..]);
    }
}
