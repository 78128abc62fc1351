//! The order beside a plain vector.

use proptest::prelude::*;

use super::*;

fn item(n: u32) -> Item {
    Item {
        score: f64::from(n),
        handle: Handle(n),
    }
}

/// Every branch knows its children, none of which is empty.
fn check(node: &Node, depth: usize, leaves_at: &mut Option<usize>, found: &mut (usize, usize)) {
    match node {
        Node::Leaf(_) => {
            assert_eq!(*leaves_at.get_or_insert(depth), depth);
            found.0 += 1;
        }
        Node::Branch(branch) => {
            found.1 += 1;
            branch.check(&mut |child| check(child, depth + 1, leaves_at, found));
        }
    }
}

fn check_all(order: &Order) {
    let mut found = (0, 0);
    check(&order.root, 0, &mut None, &mut found);
    assert_eq!(found, (order.leaves + 1, order.branches));
    assert_eq!(order.len, order.root.count());
}

fn all(order: &Order) -> Vec<u32> {
    order.walk(0, false).map(|item| item.handle.0).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn an_order_is_a_sequence(
        runs in prop::collection::vec((any::<u16>(), 0u8..6, 1usize..400), 1..40),
    ) {
        let mut order = Order::default();
        let mut model: Vec<Item> = Vec::new();
        let mut next = 0;
        for (seed, kind, count) in runs {
            let mut place = usize::from(seed);
            for _ in 0..count {
                place = place.wrapping_mul(31).wrapping_add(17) % 65_521;
                let rank = match kind {
                    0 => model.len(),
                    1 => 0,
                    _ => place % (model.len() + 1),
                };
                if kind < 4 {
                    order.insert(rank, item(next));
                    model.insert(rank, item(next));
                    next += 1;
                } else if let Some(removed) = order.remove(rank) {
                    prop_assert_eq!(removed, model.remove(rank));
                } else {
                    prop_assert_eq!(rank, model.len());
                }
            }
            check_all(&order);
        }
        prop_assert!(order.walk(0, false).eq(model.iter().copied()));
        let last = model.len().wrapping_sub(1);
        prop_assert!(order.walk(last, true).eq(model.iter().rev().copied()));
        for rank in (0..model.len()).step_by(7) {
            prop_assert_eq!(order.at(rank), Some(model[rank]));
        }
    }

    #[test]
    fn a_place_is_found_by_what_lies_before_it(count in 0u32..5000, place in 0u32..10_001) {
        let mut order = Order::default();
        for n in 0..count {
            order.insert(order.len(), item(n * 2));
        }
        let rank = order.seek(|item| item.handle.0 < place);
        prop_assert_eq!(rank, place.div_ceil(2).min(count) as usize);
    }
}

#[test]
fn what_comes_in_order_fills_the_leaves() {
    for rising in [true, false] {
        let mut order = Order::default();
        for n in 0..100_000 {
            order.insert(if rising { order.len() } else { 0 }, item(n));
        }
        check_all(&order);
        assert!(order.leaves * leaf::CAPACITY < 101_000, "{}", order.leaves);
    }
}

#[test]
fn what_comes_in_any_order_leaves_little_room() {
    let mut order = Order::default();
    for n in 0..200_000u32 {
        let score = f64::from(n.wrapping_mul(2_654_435_761));
        let rank = order.seek(|item| item.score < score);
        order.insert(
            rank,
            Item {
                score,
                handle: Handle(n),
            },
        );
    }
    check_all(&order);
    let fill = 200_000.0 / (order.leaves * leaf::CAPACITY) as f64;
    assert!(fill > 0.78, "{fill}");
}

#[test]
fn a_score_changes_in_place_only_between_its_neighbours() {
    let mut order = Order::default();
    for n in 0..1000 {
        order.insert(order.len(), item(n));
    }
    assert!(order.rescore(500, 500.5));
    assert_eq!(order.at(500).map(|item| item.score), Some(500.5));
    for score in [499.0, 501.0, 7.0, f64::INFINITY] {
        assert!(!order.rescore(500, score));
    }
    assert!(!order.rescore(0, -1.0), "its branch would have to know");
    assert!(!order.rescore(1000, 1.0));
}

#[test]
fn leaves_are_freed_one_by_one() {
    let mut order = Order::default();
    for n in 0..10_000 {
        order.insert(order.len(), item(n));
    }
    let mut steps = 0;
    while order.free_leaf() {
        steps += 1;
    }
    assert!(steps >= 10_000 / leaf::CAPACITY);
    assert_eq!(all(&order), []);
}
