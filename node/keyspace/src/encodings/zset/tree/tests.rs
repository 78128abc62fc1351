//! A large sorted set beside two plain maps.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

#[derive(Debug, Default)]
struct Model {
    scores: BTreeMap<Vec<u8>, f64>,
}

impl Model {
    fn sorted(&self) -> Vec<(&[u8], f64)> {
        let mut all: Vec<_> = self.scores.iter().map(|(m, &s)| (&m[..], s)).collect();
        // Stable: members of one score stay in the order of their texts.
        all.sort_by(|a, b| a.1.partial_cmp(&b.1).unwrap());
        all
    }
}

fn score() -> impl Strategy<Value = f64> {
    prop_oneof![
        (-5i32..5).prop_map(f64::from),
        -1e3..1e3,
        Just(-0.0),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
    ]
}

fn member() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        (0u32..600).prop_map(|n| n.to_string().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..3),
        (0u8..4).prop_map(|n| vec![n; 300]),
    ]
}

fn check(tree: &ZsetTree, model: &Model, hasher: &KeyHasher) {
    let sorted = model.sorted();
    assert_eq!(tree.len(), sorted.len());
    assert!(tree.walk(0, false).eq(sorted.iter().copied()));
    let last = sorted.len().wrapping_sub(1);
    assert!(tree.walk(last, true).eq(sorted.iter().rev().copied()));
    for (rank, &(member, score)) in sorted.iter().enumerate() {
        assert_eq!(tree.rank(member, hasher), Some((rank, score)));
    }
    let (mut seen, mut cursor) = (BTreeSet::new(), 0);
    while cursor < END {
        cursor = tree.scan(cursor, |member, score| {
            assert_eq!(model.scores.get(member), Some(&score));
            assert!(seen.insert(member.to_vec()));
        });
    }
    assert_eq!(seen.len(), sorted.len());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn a_tree_is_a_sorted_set(
        steps in prop::collection::vec((0u8..8, member(), score(), any::<u16>()), 1..1500),
    ) {
        let hasher = KeyHasher::new(7);
        let (mut tree, mut model) = (ZsetTree::default(), Model::default());
        for (kind, member, score, pick) in steps {
            match kind {
                0..5 => {
                    let old = tree.set(&member, score, &hasher);
                    prop_assert_eq!(old, Ok(model.scores.get(&member).copied()));
                    // Zero and minus zero are the same score: the first one stays.
                    if old != Ok(Some(score)) {
                        model.scores.insert(member, score);
                    }
                }
                5 => prop_assert_eq!(tree.remove(&member, &hasher), model.scores.remove(&member)),
                6 => {
                    let rank = usize::from(pick) % (model.scores.len() + 1);
                    let at = model.sorted().get(rank).map(|(member, _)| member.to_vec());
                    prop_assert_eq!(tree.at(rank).map(|(m, _)| m.to_vec()), at.clone());
                    prop_assert_eq!(tree.remove_at(rank, &hasher), at.is_some());
                    at.map(|member| model.scores.remove(&member));
                }
                _ => {
                    let before = model.sorted().iter().filter(|(_, s)| *s < score).count();
                    prop_assert_eq!(tree.seek_score(|s| s < score), before);
                }
            }
        }
        check(&tree, &model, &hasher);
        check(&tree.clone(), &model, &hasher);
        let mut rounds = 0;
        while tree.free_some(3) == 0 {
            rounds += 1;
            prop_assert!(rounds < 1000);
        }
    }
}

#[test]
fn texts_decide_among_equal_scores() {
    let hasher = KeyHasher::new(1);
    let mut tree = ZsetTree::default();
    for n in (0..1000).rev() {
        tree.set(format!("{n:04}").as_bytes(), 0.0, &hasher)
            .unwrap();
    }
    assert_eq!(tree.seek_text(|text| text < &b"0500"[..]), 500);
    assert_eq!(tree.seek_text(|text| text <= &b"0500"[..]), 501);
    assert_eq!(tree.at(123), Some((&b"0123"[..], 0.0)));
}

#[test]
fn a_member_of_sixteen_bytes_costs_less_than_sixty() {
    let hasher = KeyHasher::new(1);
    let mut tree = ZsetTree::default();
    for n in 0..200_000u32 {
        let score = f64::from(n.wrapping_mul(2_654_435_761));
        tree.set(format!("member:{n:09}").as_bytes(), score, &hasher)
            .unwrap();
    }
    let each = tree.heap_bytes() / tree.len();
    assert!(each < 60, "{each}");
}
