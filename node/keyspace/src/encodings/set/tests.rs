//! Sets against `BTreeSet`, and when they change their form.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rand_core::SeedableRng;
use rand_pcg::Pcg64Mcg;

use super::*;

/// Limits low enough to be crossed.
fn options(encodings_of_7_0: bool) -> Options {
    Options {
        set_max_intset_entries: 6,
        set_max_listpack_entries: 8,
        set_max_listpack_value: 10,
        encodings_of_7_0,
        ..Options::default()
    }
}

fn form(set: &Set) -> &'static str {
    match set {
        Set::Ints(_) => "ints",
        Set::Pack(_) => "pack",
        Set::Table(_) => "table",
    }
}

fn members(set: &Set) -> BTreeSet<Vec<u8>> {
    let listed: Vec<_> = set.as_ref().iter().map(|member| member.to_vec()).collect();
    assert_eq!(listed.len(), set.len());
    listed.into_iter().collect()
}

fn member() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        (0..20_i64).prop_map(|n| n.to_string().into_bytes()),
        any::<i64>().prop_map(|n| n.to_string().into_bytes()),
        "[a-c]{1,2}".prop_map(String::into_bytes),
        "[0-9x]{9,12}".prop_map(String::into_bytes),
    ]
}

proptest! {
    #[test]
    fn a_set_is_a_set(
        of_7_0 in any::<bool>(),
        steps in proptest::collection::vec((0..3_u8, member()), 0..40),
    ) {
        let (hasher, options) = (KeyHasher::new(1), options(of_7_0));
        let tools = Tools { hasher: &hasher, options: &options };
        let (mut set, mut model) = (Set::default(), BTreeSet::new());
        for (what, member) in steps {
            let element = Element::Str(&member);
            if what > 0 {
                prop_assert_eq!(set.add(element, tools), model.insert(member.clone()));
            } else {
                prop_assert_eq!(set.remove(element, &hasher), model.remove(&member));
            }
            prop_assert_eq!(set.as_ref().contains(element, &hasher), model.contains(&member));
            prop_assert_eq!(members(&set), model.clone());
            prop_assert!(!of_7_0 || form(&set) != "pack");
        }
    }

    #[test]
    fn what_is_popped_is_gone(seed in any::<u64>(), of_7_0 in any::<bool>(),
        all in proptest::collection::btree_set(member(), 1..60), share in 0..100_usize) {
        let (hasher, options) = (KeyHasher::new(1), options(of_7_0));
        let tools = Tools { hasher: &hasher, options: &options };
        let mut set = Set::default();
        for member in &all {
            set.add(Element::Str(member), tools);
        }
        let count = all.len() * share / 100;
        let (mut rng, mut popped) = (Pcg64Mcg::seed_from_u64(seed), BTreeSet::new());
        set.pop_some(count, &mut rng, tools, |member| {
            assert!(popped.insert(member.to_vec()));
        });
        prop_assert_eq!(popped.len(), count);
        let left = members(&set);
        prop_assert_eq!(&(&left | &popped), &all);
        prop_assert_eq!(left.len(), all.len() - count);
        let one = set.pop(&mut rng, |member| member.to_vec()).unwrap();
        prop_assert_eq!(&left - &BTreeSet::from([one]), members(&set));
    }

    #[test]
    fn combinations_are_those_of_the_model(
        sets in proptest::collection::vec(proptest::collection::btree_set(member(), 0..14), 1..5),
    ) {
        let (hasher, options) = (KeyHasher::new(1), options(false));
        let tools = Tools { hasher: &hasher, options: &options };
        let made: Vec<Set> = sets.iter().map(|members| {
            let mut set = Set::default();
            for member in members {
                set.add(Element::Str(member), tools);
            }
            set
        }).collect();
        let views: Vec<_> = made.iter().map(|set| Some(set.as_ref()).filter(|_| set.len() > 0)).collect();
        let all = sets.iter().skip(1);
        let rest = all.clone().fold(BTreeSet::new(), |sum, set| &sum | set);
        prop_assert_eq!(members(&union(&views, tools)), &rest | &sets[0]);
        prop_assert_eq!(members(&difference(&views, tools)), &sets[0] - &rest);
        let common = all.fold(sets[0].clone(), |common, set| &common & set);
        let found = smallest_first(views.into_iter()).map_or_else(Set::default, |sets| intersection(&sets, tools));
        prop_assert_eq!(members(&found), common);
    }
}

/// A set that got these members one by one, as SADD with one member each.
fn built(texts: &[&str], options: &Options) -> Set {
    let hasher = KeyHasher::new(1);
    let tools = Tools {
        hasher: &hasher,
        options,
    };
    let mut set = Set::for_members(Element::Str(texts[0].as_bytes()), 1, options);
    for text in texts {
        set.expect(1, tools);
        set.add(Element::Str(text.as_bytes()), tools);
    }
    set
}

#[test]
fn forms_change_as_in_the_reference() {
    let numbers = ["1", "2", "3", "4", "5", "6", "7"];
    let letters = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    let mixed = ["1", "2", "3", "4", "5", "6", "x"];
    let long = "12345678901";
    for (texts, now, in_7_0) in [
        (&numbers[..6], "ints", "ints"),
        (&numbers[..], "table", "table"),
        (&letters[..1], "pack", "table"),
        (&letters[..8], "pack", "table"),
        (&letters[..9], "table", "table"),
        (&mixed[..], "pack", "table"),
        (&["1", "x", "2"], "pack", "table"),
        (&["1", "elevenchars"], "table", "table"),
        (&["a", "elevenchars"], "table", "table"),
        (&[long], "ints", "ints"),
        // The numbers that are there may be too long for a pack, too.
        (&[long, "a"], "table", "table"),
        (&["-1234567890", "a"], "table", "table"),
    ] {
        assert_eq!(form(&built(texts, &options(false))), now, "{texts:?}");
        assert_eq!(form(&built(texts, &options(true))), in_7_0, "{texts:?}");
    }
}

#[test]
fn many_members_at_once_count_before_they_are_looked_at() {
    let (hasher, options) = (KeyHasher::new(1), options(false));
    let tools = Tools {
        hasher: &hasher,
        options: &options,
    };
    let new = |first: &str, count| {
        form(&Set::for_members(
            Element::Str(first.as_bytes()),
            count,
            &options,
        ))
    };
    assert_eq!(
        (new("1", 6), new("1", 7), new("1", 9)),
        ("ints", "pack", "table")
    );
    assert_eq!((new("a", 8), new("a", 9)), ("pack", "table"));
    for (texts, count, after) in [
        (["1"], 6, "ints"),
        (["1"], 7, "table"),
        (["a"], 8, "pack"),
        (["a"], 9, "table"),
    ] {
        let mut set = built(&texts, &options);
        set.expect(count, tools);
        assert_eq!(form(&set), after, "{texts:?} {count}");
    }
}

#[test]
fn a_difference_has_the_form_of_the_way_it_was_found() {
    let options = options(false);
    let hasher = KeyHasher::new(1);
    let tools = Tools {
        hasher: &hasher,
        options: &options,
    };
    let first = built(&["1", "2", "x"], &options);
    let x = built(&["x"], &options);
    let view = |set: &'static Set| Some(set.as_ref());
    let (first, x): (&'static Set, &'static Set) =
        (Box::leak(Box::new(first)), Box::leak(Box::new(x)));
    // Looking three members up in one set is less work than copying: only numbers were ever added.
    assert_eq!(form(&difference(&[view(first), view(x)], tools)), "ints");
    // With many small sets it is more: the text was in the copy once.
    let many: Vec<_> = [view(first)]
        .into_iter()
        .chain((0..9).map(|_| view(x)))
        .collect();
    assert_eq!(form(&difference(&many, tools)), "pack");
}

#[test]
fn intersections_of_numbers_are_ints_again() {
    let options = options(false);
    let hasher = KeyHasher::new(1);
    let tools = Tools {
        hasher: &hasher,
        options: &options,
    };
    let (a, b) = (
        built(&["1", "2", "x"], &options),
        built(&["2", "1", "y"], &options),
    );
    let set = intersection(&[a.as_ref(), b.as_ref()], tools);
    assert_eq!((form(&set), members(&set).len()), ("ints", 2));
}
