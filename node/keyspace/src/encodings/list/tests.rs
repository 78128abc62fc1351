//! Lists against the plainest model: a deque of texts.

use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;
use crate::options::Options;

type Model = VecDeque<Vec<u8>>;

#[derive(Clone, Debug)]
enum Edit {
    Push(bool, Vec<Vec<u8>>),
    Pop(bool),
    Set(prop::sample::Index, Vec<u8>),
    Insert(prop::sample::Index, bool, Vec<u8>),
    Rotate(bool, bool),
    Remove(prop::sample::Index, usize),
    RemoveEqual(prop::sample::Index, usize, bool),
    Resize(i64, usize),
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => (0i64..50).prop_map(|n| n.to_string().into_bytes()),
        1 => any::<i64>().prop_map(|n| n.to_string().into_bytes()),
        4 => proptest::collection::vec(any::<u8>(), 0..40),
        1 => (0usize..600).prop_map(|len| vec![b'x'; len]),
        1 => (0usize..9000).prop_map(|len| vec![b'y'; len]),
    ]
}

fn edit() -> impl Strategy<Value = Edit> {
    let place = any::<prop::sample::Index>;
    prop_oneof![
        8 => (any::<bool>(), proptest::collection::vec(text(), 1..12)).prop_map(|(left, texts)| Edit::Push(left, texts)),
        4 => any::<bool>().prop_map(Edit::Pop),
        2 => (place(), text()).prop_map(|(at, text)| Edit::Set(at, text)),
        4 => (place(), any::<bool>(), text()).prop_map(|(at, left, text)| Edit::Insert(at, left, text)),
        1 => (any::<bool>(), any::<bool>()).prop_map(|(from, to)| Edit::Rotate(from, to)),
        1 => (place(), 0usize..30).prop_map(|(at, count)| Edit::Remove(at, count)),
        1 => (place(), 0usize..4, any::<bool>()).prop_map(|(at, max, forth)| Edit::RemoveEqual(at, max, forth)),
        1 => (prop_oneof![-6i64..0, 0i64..20], prop_oneof![Just(1usize << 30), 1usize..100])
            .prop_map(|(size, plain)| Edit::Resize(size, plain)),
    ]
}

const fn end(left: bool) -> End {
    if left { End::Left } else { End::Right }
}

fn apply(list: &mut List, model: &mut Model, limits: &mut Limits, edit: Edit) {
    match edit {
        Edit::Push(left, texts) => {
            list.push_all(end(left), texts.iter().map(Vec::as_slice), limits);
            for text in texts {
                push(model, left, text);
            }
        }
        Edit::Pop(left) if !model.is_empty() => {
            let popped = list
                .as_ref()
                .outermost(end(left))
                .map(|found| found.to_vec());
            list.drop_outermost(end(left), limits);
            assert_eq!(popped, Some(pop(model, left)));
        }
        Edit::Set(at, text) if !model.is_empty() => {
            let at = at.index(model.len());
            list.set(at, &text, limits);
            model[at] = text;
        }
        Edit::Insert(at, left, text) if !model.is_empty() => {
            let at = at.index(model.len());
            list.insert(at, end(left), &text, limits);
            model.insert(at + usize::from(!left), text);
        }
        Edit::Rotate(from, to) if !model.is_empty() => {
            let text = pop(model, from);
            list.rotate(end(from), end(to), &text, limits);
            push(model, to, text);
        }
        Edit::Remove(at, count) if !model.is_empty() => {
            let at = at.index(model.len());
            list.remove(at, count, limits);
            model.drain(at..(at + count).min(model.len()));
        }
        Edit::RemoveEqual(at, max, forth) if !model.is_empty() => {
            let text = model[at.index(model.len())].clone();
            let max = if max == 0 { usize::MAX } else { max };
            let direction = if forth {
                Direction::Forth
            } else {
                Direction::Back
            };
            let removed = list.remove_equal(&text, max, direction, limits);
            assert_eq!(removed, remove_equal(model, &text, max, forth));
        }
        Edit::Resize(size, plain) => {
            *limits = Limits::of(&Options {
                list_max_listpack_size: size,
                list_packed_threshold: plain,
                ..Options::default()
            });
        }
        _ => {}
    }
}

fn push(model: &mut Model, left: bool, text: Vec<u8>) {
    if left {
        model.push_front(text);
    } else {
        model.push_back(text);
    }
}

fn pop(model: &mut Model, left: bool) -> Vec<u8> {
    let popped = if left {
        model.pop_front()
    } else {
        model.pop_back()
    };
    popped.unwrap_or_default()
}

fn remove_equal(model: &mut Model, text: &[u8], max: usize, forth: bool) -> usize {
    let mut places: Vec<usize> = (0..model.len()).filter(|&at| model[at] == text).collect();
    if !forth {
        places.reverse();
    }
    places.truncate(max);
    places.sort_unstable();
    for &at in places.iter().rev() {
        model.remove(at);
    }
    places.len()
}

/// What has to hold between any two commands.
fn check(list: &List, model: &Model) {
    let view = list.as_ref();
    assert_eq!(
        (view.len(), list.is_empty()),
        (model.len(), model.is_empty())
    );
    assert_eq!(
        seen(list, 0, Direction::Forth),
        Vec::from_iter(model.iter().cloned())
    );
    if let List::Quicklist(list) = list {
        assert!(list.nodes().all(|node| !node.is_empty()));
        assert_eq!(list.len(), list.nodes().map(Node::len).sum::<usize>());
        let bytes: usize = list.nodes().map(Node::heap_bytes).sum();
        assert!(list.heap_bytes() >= bytes && list.heap_bytes() < bytes + 64 * 64 + bytes * 4);
    }
}

fn seen(list: &List, from: usize, direction: Direction) -> Vec<Vec<u8>> {
    let mut seen = Vec::new();
    list.as_ref()
        .visit_range(from, usize::MAX, direction, |element| {
            seen.push(element.to_vec())
        });
    seen
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_list_is_a_deque_of_texts(edits in proptest::collection::vec(edit(), 0..60)) {
        let (mut list, mut model) = (List::default(), Model::new());
        let mut limits = Limits::of(&Options::default());
        for edit in edits {
            apply(&mut list, &mut model, &mut limits, edit);
            check(&list, &model);
        }
        for (from, expected) in model.iter().enumerate() {
            let found = list.as_ref().get(from).map(|found| found.to_vec());
            prop_assert_eq!(found.as_ref(), Some(expected));
        }
        let from = model.len() / 2;
        if from > 0 {
            let back: Vec<_> = model.iter().take(from + 1).rev().cloned().collect();
            prop_assert_eq!(seen(&list, from, Direction::Back), back);
        }
        prop_assert_eq!(list.as_ref().get(model.len()), None);
    }
}

/// A list of the numbers from zero, under these limits.
fn numbers(count: usize, limits: &Limits) -> List {
    let mut list = List::default();
    for number in 0..count {
        list.push(End::Right, format!("element {number}").as_bytes(), limits);
    }
    list
}

#[test]
fn a_list_becomes_a_quicklist_beyond_its_limit_and_a_listpack_at_half_of_it() {
    let options = Options {
        list_max_listpack_size: 4,
        ..Options::default()
    };
    let limits = Limits::of(&options);
    let mut list = numbers(4, &limits);
    assert_eq!(list.as_ref().encoding(&options), "listpack");
    list.push(End::Left, b"x", &limits);
    assert_eq!(list.as_ref().encoding(&options), "quicklist");
    list.drop_outermost(End::Right, &limits);
    list.drop_outermost(End::Left, &limits);
    assert_eq!(list.as_ref().encoding(&options), "quicklist");
    list.drop_outermost(End::Left, &limits);
    assert_eq!(list.as_ref().encoding(&options), "listpack");
    let old = Options {
        encodings_of_7_0: true,
        ..options
    };
    assert_eq!(list.as_ref().encoding(&old), "quicklist");
}

#[test]
fn what_is_almost_empty_gives_its_memory_back() {
    let limits = Limits::of(&Options::default());
    let mut list = numbers(100_000, &limits);
    let full = list.heap_bytes();
    assert!(full < 100_000 * 20, "{full}");
    for i in 0..99_000 {
        let end = end(i % 3 == 0);
        list.drop_outermost(end, &limits);
    }
    assert!(
        list.heap_bytes() < full / 20,
        "{} of {full}",
        list.heap_bytes()
    );
    // Every second element is equal to another one: nodes that lose half of theirs are joined.
    let mut list = List::default();
    for number in 0..100_000 {
        let text = if number % 8 == 0 { "kept" } else { "gone" };
        list.push(End::Right, text.as_bytes(), &limits);
    }
    let full = list.heap_bytes();
    assert_eq!(
        list.remove_equal(b"gone", usize::MAX, Direction::Forth, &limits),
        87_500
    );
    assert!(
        list.heap_bytes() < full / 3,
        "{} of {full}",
        list.heap_bytes()
    );
}

#[test]
fn inserting_at_one_place_keeps_nodes_filled() {
    let limits = Limits::of(&Options::default());
    let mut list = numbers(2000, &limits);
    for number in 0..20_000 {
        let text = format!("between {number}");
        list.insert(1000, End::Left, text.as_bytes(), &limits);
    }
    let List::Quicklist(list) = &list else {
        panic!("22000 elements are a quicklist");
    };
    let bytes: usize = list.nodes().map(|node| node.row().len()).sum();
    assert!(
        list.nodes().len() < bytes / 3500,
        "{} nodes for {bytes} bytes",
        list.nodes().len()
    );
}
