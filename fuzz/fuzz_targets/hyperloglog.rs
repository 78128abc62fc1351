//! HyperLogLogs of arbitrary bytes: whatever somebody has SET, commands answer or refuse, and they agree with each
//! other about what the bytes mean.
//!
//! The first byte chooses the form and how many elements are added, the rest is registers or runs.
#![no_main]

#[path = "commands/node.rs"]
#[allow(dead_code, reason = "the commands target uses the rest")]
mod node;

use libfuzzer_sys::arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;
use node::{Node, NodeConfig};

const CORRUPT: &[u8] = b"-INVALIDOBJ Corrupted HLL object detected\r\n";
const NO_HLL: &[u8] = b"-WRONGTYPE Key is not a valid HyperLogLog string value.\r\n";
const DENSE_LEN: usize = 16 + 12288;

fuzz_target!(|data: &[u8]| {
    let Some((&choice, body)) = data.split_first() else {
        return;
    };
    // The cached cardinality is marked stale, so that everybody looks at the registers.
    let text = match choice & 3 {
        0 => body.to_vec(),
        1 => {
            let mut text = [b"HYLL\0\0\0\0\0\0\0\0\0\0\0\x80", body].concat();
            text.resize(DENSE_LEN, 0);
            text
        }
        _ => [b"HYLL\x01\0\0\0\0\0\0\0\0\0\0\x80", body].concat(),
    };
    let config = NodeConfig::choose(&mut Unstructured::new(&[choice; 8])).expect("enough bytes");
    agree(&mut Node::primary(&config), &text, choice >> 2);
});

/// Executes a command of words, in which `$` stands for the text.
fn ask(node: &mut Node, words: &str, text: &[u8]) -> Vec<u8> {
    let args: Vec<Vec<u8>> = words
        .split(' ')
        .map(|word| if word == "$" { text } else { word.as_bytes() }.to_vec())
        .collect();
    node.execute(&args)
}

fn agree(node: &mut Node, text: &[u8], elements: u8) {
    for key in ["a", "b", "d"] {
        ask(node, &format!("SET {key} $"), text);
    }
    let count = ask(node, "PFCOUNT a", text);
    if count == NO_HLL {
        assert_eq!(ask(node, "PFADD b x", text), NO_HLL);
        return;
    }
    let valid = count != CORRUPT;
    assert_eq!(
        ask(node, "PFCOUNT a", text),
        count,
        "a cached count is the count"
    );
    let dense = ask(node, "PFDEBUG TODENSE d", text);
    let merged = ask(node, "PFMERGE m a", text);
    let union = ask(node, "PFCOUNT a b", text);
    // What is in the cache of a text that nobody marked as stale is taken on trust.
    if text.get(15).is_some_and(|byte| byte & 0x80 != 0) {
        assert_eq!(
            valid,
            dense != CORRUPT,
            "forms disagree about what is valid"
        );
        assert_eq!(valid, merged != CORRUPT);
        assert_eq!(union, count);
        if valid {
            assert_eq!(
                ask(node, "PFCOUNT d", text),
                count,
                "the dense form counts the same"
            );
            assert_eq!(ask(node, "PFCOUNT m", text), count, "so does a copy");
        }
    }
    for element in 0..elements {
        let added = ask(node, &format!("PFADD b e{element}"), text);
        if added == b":1\r\n" {
            assert_eq!(ask(node, &format!("PFADD b e{element}"), text), b":0\r\n");
        }
    }
    ask(node, "PFCOUNT b", text);
    ask(node, "PFDEBUG DECODE b", text);
    node.keyspace.audit().expect("the books agree");
}
