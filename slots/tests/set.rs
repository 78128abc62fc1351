//! `SlotSet` against a plain `BTreeSet`: whatever is done to both, they agree.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;

use proptest::prelude::*;
use shoal_slots::{ParseSlotsError, SLOT_COUNT, Slot, SlotSet, parse_range};

#[derive(Clone, Debug)]
enum Step {
    Insert(u16),
    Remove(u16),
    InsertRange(u16, u16),
    Subtract(u16, u16),
}

fn number() -> impl Strategy<Value = u16> {
    // Around word and byte borders, at the ends, and anywhere.
    prop_oneof![
        0..SLOT_COUNT,
        (0..SLOT_COUNT / 64, 0u16..3)
            .prop_map(|(word, offset)| (word * 64 + offset).saturating_sub(1)),
        Just(0),
        Just(SLOT_COUNT - 1),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        number().prop_map(Step::Insert),
        number().prop_map(Step::Remove),
        (number(), 0u16..300).prop_map(|(a, n)| Step::InsertRange(a, (a + n).min(SLOT_COUNT - 1))),
        (number(), 0u16..300).prop_map(|(a, n)| Step::Subtract(a, (a + n).min(SLOT_COUNT - 1))),
    ]
}

fn slot(number: u16) -> Slot {
    Slot::new(number).unwrap()
}

fn apply(steps: &[Step]) -> (SlotSet, BTreeSet<Slot>) {
    let (mut set, mut model) = (SlotSet::new(), BTreeSet::new());
    for step in steps {
        match *step {
            Step::Insert(n) => assert_eq!(set.insert(slot(n)), model.insert(slot(n))),
            Step::Remove(n) => assert_eq!(set.remove(slot(n)), model.remove(&slot(n))),
            Step::InsertRange(a, b) => {
                set.insert_range(slot(a)..=slot(b));
                model.extend((a..=b).map(slot));
            }
            Step::Subtract(a, b) => {
                set.subtract(&std::iter::once(slot(a)..=slot(b)).collect());
                model.retain(|s| !(a..=b).contains(&s.get()));
            }
        }
    }
    (set, model)
}

/// Ranges the slow way, from the model.
fn ranges_of(model: &BTreeSet<Slot>) -> Vec<(u16, u16)> {
    let mut ranges: Vec<(u16, u16)> = Vec::new();
    for slot in model {
        match ranges.last_mut() {
            Some((_, end)) if *end + 1 == slot.get() => *end = slot.get(),
            _ => ranges.push((slot.get(), slot.get())),
        }
    }
    ranges
}

proptest! {
    #[test]
    fn a_set_is_what_was_put_in(steps in prop::collection::vec(step(), 0..60)) {
        let (set, model) = apply(&steps);
        prop_assert_eq!(set.len(), model.len());
        prop_assert_eq!(set.is_empty(), model.is_empty());
        prop_assert!(set.iter().eq(model.iter().copied()));
        prop_assert_eq!(set.first(), model.first().copied());
        prop_assert!(Slot::all().all(|slot| set.contains(slot) == model.contains(&slot)));
        let ranges: Vec<_> = set.ranges().map(|r| (r.start().get(), r.end().get())).collect();
        prop_assert_eq!(ranges, ranges_of(&model));
    }

    #[test]
    fn text_and_bytes_bring_it_back(steps in prop::collection::vec(step(), 0..60)) {
        let (set, _) = apply(&steps);
        prop_assert_eq!(&set.to_string().parse::<SlotSet>().unwrap(), &set);
        prop_assert_eq!(&SlotSet::from_bytes(*set.as_bytes()), &set);
        prop_assert_eq!(&set.ranges().collect::<SlotSet>(), &set);
        prop_assert_eq!(&set.iter().collect::<SlotSet>(), &set);
    }

    #[test]
    fn operations_are_those_of_sets(
        one in prop::collection::vec(step(), 0..30),
        two in prop::collection::vec(step(), 0..30),
    ) {
        let ((a, ma), (b, mb)) = (apply(&one), apply(&two));
        let same = |set: &SlotSet, model: BTreeSet<Slot>| set.iter().eq(model);
        prop_assert!(same(&a.union(&b), &ma | &mb));
        prop_assert!(same(&a.difference(&b), &ma - &mb));
        prop_assert!(same(&a.intersection(&b), &ma & &mb));
        prop_assert_eq!(a.intersects(&b), !ma.is_disjoint(&mb));
        prop_assert_eq!(a.is_subset(&b), ma.is_subset(&mb));
        prop_assert!(a.is_subset(&a.union(&b)));
    }

    #[test]
    fn any_text_is_slots_or_an_error(text in "[0-9 ,+x-]{0,24}") {
        if let Ok(set) = text.parse::<SlotSet>() {
            prop_assert_eq!(set.to_string().parse::<SlotSet>().unwrap(), set);
        }
    }
}

#[test]
fn bits_stand_in_the_order_of_the_bus() {
    let mut set = SlotSet::new();
    set.insert(slot(0));
    set.insert(slot(10));
    set.insert(slot(16383));
    assert_eq!(
        (set.as_bytes()[0], set.as_bytes()[1], set.as_bytes()[2047]),
        (1, 4, 0x80)
    );
}

#[test]
fn full_and_empty() {
    assert_eq!(
        (SlotSet::full().len(), SlotSet::full().to_string()),
        (16384, "0-16383".to_owned())
    );
    assert!(SlotSet::full().is_full() && !SlotSet::new().is_full());
    assert_eq!(SlotSet::new().to_string(), "");
    assert_eq!("".parse::<SlotSet>(), Ok(SlotSet::new()));
    assert_eq!(Slot::all().collect::<SlotSet>(), SlotSet::full());
}

#[test]
fn bad_texts_say_why() {
    use ParseSlotsError::{Backwards, NotANumber, OutOfRange};
    for (text, error) in [
        ("x", NotANumber),
        ("-", NotANumber),
        ("1-", NotANumber),
        ("-1", NotANumber),
        ("+1", NotANumber),
        ("1-2-3", NotANumber),
        ("16384", OutOfRange),
        ("0-16384", OutOfRange),
        ("99999999999999999999", OutOfRange),
        ("9-3", Backwards),
    ] {
        assert_eq!(parse_range(text), Err(error), "{text}");
    }
}
