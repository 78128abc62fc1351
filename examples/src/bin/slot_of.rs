//! In which slot is a key? And may these keys be used in one command?
//!
//! ```sh
//! cargo run -p shoal-examples --bin slot_of -- user:1 '{user:1}:cart' '{user:1}:orders'
//! ```
//!
//! Keys with the same text in braces are in the same slot. A command of a cluster, a transaction or a script may only
//! use keys of one slot.
#![allow(clippy::print_stdout, reason = "a program that prints")]

use std::collections::BTreeSet;

use shoal_slots::{Slot, hash_tag};

fn main() {
    let keys: Vec<String> = std::env::args().skip(1).collect();
    let mut slots = BTreeSet::new();
    for key in &keys {
        let slot = Slot::of_key(key.as_bytes());
        let hashed = String::from_utf8_lossy(hash_tag(key.as_bytes()));
        println!("{slot:>5}  {key}  (hashed: {hashed})");
        slots.insert(slot);
    }
    match (keys.len(), slots.len()) {
        (0, _) => println!("usage: slot_of <key>..."),
        (1, _) => {}
        (_, 1) => println!("one slot: one command may use all of them"),
        (_, n) => println!("{n} slots: one command with all of them is refused (CROSSSLOT)"),
    }
}
