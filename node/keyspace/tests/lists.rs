//! Lists and SORT where the reference servers differ from each other, or cannot be asked.

mod common;

use common::Node;
use shoal_keyspace::{Keyspace, KeyspaceConfig};

const NOW: i64 = 1_000_000;

fn standalone() -> Node {
    Node::new(Keyspace::new(KeyspaceConfig::standalone(16), 1))
}

fn check(node: &mut Node, expectations: &[(&str, &str)]) {
    for (command, expected) in expectations {
        assert_eq!(node.words(command, NOW), *expected, "{command}");
    }
}

#[test]
fn ranks_and_indices_at_the_edges_of_numbers() {
    check(
        &mut standalone(),
        &[
            ("RPUSH l a b a", ":3\r\n"),
            // Version 7.0 takes this rank.
            (
                "LPOS l a RANK -9223372036854775808",
                "-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807\r\n",
            ),
            ("LPOS l a RANK -9223372036854775807", "$-1\r\n"),
            // Version 7.2 takes the index without its upper half.
            ("LSET l 4294967296 c", "-ERR index out of range\r\n"),
            ("LSET l -4294967297 c", "-ERR index out of range\r\n"),
            ("LINDEX l -9223372036854775808", "$-1\r\n"),
            ("LREM l -9223372036854775808 a", ":2\r\n"),
            (
                "LRANGE l -9223372036854775808 9223372036854775807",
                "*1\r\n$1\r\nb\r\n",
            ),
            ("LMPOP 9223372036854775807 l LEFT", "-ERR syntax error\r\n"),
            ("LPOP l 9223372036854775807", "*1\r\n$1\r\nb\r\n"),
        ],
    );
}

#[test]
fn who_may_not_wait_is_told_that_there_is_nothing() {
    check(
        &mut standalone(),
        &[
            ("BLPOP a b 0", "*-1\r\n"),
            ("BRPOP a 1.5", "*-1\r\n"),
            ("BLMPOP 0 2 a b LEFT COUNT 5", "*-1\r\n"),
            ("BLMOVE a b LEFT RIGHT 0", "$-1\r\n"),
            ("BRPOPLPUSH a b 0", "$-1\r\n"),
            ("BLPOP a 1e300", "-ERR timeout is out of range\r\n"),
            ("SET s 1", "+OK\r\n"),
            // The first key that holds anything decides.
            (
                "BLPOP a s 0",
                "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n",
            ),
            // Where nothing is to be moved, it does not matter where to.
            ("BLMOVE a s LEFT RIGHT 0", "$-1\r\n"),
        ],
    );
}

#[test]
fn in_a_cluster_sort_looks_at_no_other_keys() {
    let mut node = Node::new(Keyspace::new(KeyspaceConfig::cluster(), 1));
    check(
        &mut node,
        &[
            ("RPUSH l 3 1 2", ":3\r\n"),
            ("SORT l", "*3\r\n$1\r\n1\r\n$1\r\n2\r\n$1\r\n3\r\n"),
            ("SORT l BY nosort LIMIT 0 1", "*1\r\n$1\r\n3\r\n"),
            (
                "SORT l BY w_*",
                "-ERR BY option of SORT denied in Cluster mode.\r\n",
            ),
            (
                "SORT l GET #",
                "-ERR GET option of SORT denied in Cluster mode.\r\n",
            ),
            (
                "SORT_RO l GET x",
                "-ERR GET option of SORT denied in Cluster mode.\r\n",
            ),
            ("SORT l STORE m", ":3\r\n"),
            ("SORT_RO l STORE m", "-ERR syntax error\r\n"),
        ],
    );
}

#[test]
fn a_common_subsequence_costs_no_more_than_the_longest_string() {
    let mut config = KeyspaceConfig::standalone(1);
    config.options.string_len_max = 4 * 101 * 101;
    let mut node = Node::new(Keyspace::new(config, 1));
    let text = vec![b'x'; 100];
    node.run(&[b"SET", b"a", &text], NOW);
    check(
        &mut node,
        &[("LCS a a LEN", ":100\r\n"), ("APPEND a y", ":101\r\n")],
    );
    check(
        &mut node,
        &[(
            "LCS a a LEN",
            "-ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len\r\n",
        )],
    );
}

#[test]
fn a_long_list_is_deleted_step_by_step() {
    let mut node = standalone();
    let text = vec![b'x'; 4000];
    for _ in 0..1000 {
        node.run(&[b"RPUSH", b"l", &text], NOW);
    }
    let full = node.keyspace.memory_used();
    assert_eq!(node.words("DEL l", NOW), ":1\r\n");
    assert!(node.keyspace.memory_used() < full / 1000);
    let mut steps = 1;
    while node.keyspace.free_some(10) {
        steps += 1;
    }
    assert!(steps > 40, "{steps}");
}
