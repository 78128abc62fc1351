//! Sorted sets of both forms beside a plain map.

use std::collections::BTreeMap;

use proptest::prelude::*;
use shoal_rdb::listpack::Element;

use super::*;
use crate::options::Options;

fn sorted(model: &BTreeMap<Vec<u8>, f64>) -> Vec<(Vec<u8>, f64)> {
    let mut all: Vec<_> = model.iter().map(|(m, &s)| (m.clone(), s)).collect();
    all.sort_by(|a, b| a.1.partial_cmp(&b.1).unwrap());
    all
}

fn listed<'a>(walk: impl Iterator<Item = (Element<'a>, f64)>) -> Vec<(Vec<u8>, f64)> {
    walk.map(|(member, score)| (member.to_vec(), score))
        .collect()
}

fn range() -> impl Strategy<Value = (String, String)> {
    let limit = || ("\\(?", -3i32..8).prop_map(|(open, n)| format!("{open}{n}"));
    (limit(), limit())
}

proptest! {
    #[test]
    fn both_forms_are_sorted_sets(
        steps in prop::collection::vec((0u8..6, 0u32..40, -2i32..7), 1..150),
        limit in 0usize..40,
        (min, max) in range(),
        (first, last) in (-45i64..45, -45i64..45),
        down: bool,
    ) {
        let options = Options { zset_max_listpack_entries: limit, ..Options::default() };
        let hasher = KeyHasher::new(3);
        let tools = Tools { hasher: &hasher, options: &options };
        let (mut zset, mut model) = (Zset::default(), BTreeMap::new());
        for (kind, member, score) in steps {
            let (member, score) = (member.to_string().into_bytes(), f64::from(score) + 0.5);
            if kind < 4 {
                prop_assert_eq!(zset.set(&member, score, tools), Ok(model.get(&member).copied()));
                model.insert(member, score);
            } else {
                prop_assert_eq!(zset.remove(&member, &hasher), model.remove(&member));
            }
        }
        let (view, all) = (zset.as_ref(), sorted(&model));
        prop_assert_eq!((view.len(), zset.is_empty()), (all.len(), all.is_empty()));
        prop_assert_eq!(listed(view.iter()), all.clone());
        for (rank, (member, score)) in all.iter().enumerate() {
            prop_assert_eq!(view.rank(member, &hasher), Some((rank, *score)));
            prop_assert_eq!(view.score(member, &hasher), Some(*score));
        }
        let scores = ScoreRange::parse(min.as_bytes(), max.as_bytes()).unwrap();
        let inside = |score: f64| !scores.is_below(score) && scores.is_not_above(score);
        let mut expected: Vec<_> = all.iter().filter(|(_, s)| inside(*s)).cloned().collect();
        if down {
            expected.reverse();
        }
        let ranks = view.ranks(&Range::Scores(scores));
        prop_assert_eq!(listed(view.walk(ranks, down)), expected);
        let ranks = view.ranks(&Range::Ranks(first, last));
        let rest: Vec<_> = all[..ranks.start].iter().chain(&all[ranks.end..]).cloned().collect();
        prop_assert_eq!(zset.remove_ranks(ranks.clone(), &hasher), ranks.len());
        prop_assert_eq!(listed(zset.as_ref().iter()), rest);
    }

    #[test]
    fn texts_are_ranged_over_in_both_forms(
        texts in prop::collection::btree_set("[ab]{0,3}", 0..20),
        (min, max) in ("[(\\[][ab]{0,2}|-|\\+", "[(\\[][ab]{0,2}|-|\\+"),
        limit in 0usize..20,
    ) {
        let options = Options { zset_max_listpack_entries: limit, ..Options::default() };
        let hasher = KeyHasher::new(3);
        let mut zset = Zset::default();
        for text in &texts {
            zset.set(text.as_bytes(), 0.0, Tools { hasher: &hasher, options: &options }).unwrap();
        }
        let range = LexRange::parse(min.as_bytes(), max.as_bytes()).unwrap();
        let inside = |text: &&String| !range.is_below(text.as_bytes()) && range.is_not_above(text.as_bytes());
        let expected: Vec<_> = texts.iter().filter(inside).map(|text| text.clone().into_bytes()).collect();
        let ranks = zset.as_ref().ranks(&Range::Texts(range));
        let found: Vec<_> = zset.as_ref().walk(ranks, false).map(|(text, _)| text.to_vec()).collect();
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn packs_from_elsewhere_are_checked() {
    let (hasher, options) = (KeyHasher::new(1), Options::default());
    let tools = Tools {
        hasher: &hasher,
        options: &options,
    };
    let load = |texts: &[&str]| {
        let mut pack = Pack::default();
        texts.iter().for_each(|text| pack.push(text.as_bytes()));
        Zset::from_pack(pack, tools).map(|zset| listed(zset.as_ref().iter()))
    };
    let expected = Some(vec![(b"a".to_vec(), 1.0), (b"b".to_vec(), 2.5)]);
    assert_eq!(load(&["a", "1", "b", "2.5"]), expected);
    assert_eq!(load(&["b", "2.5", "a", "1"]), expected, "put in order");
    for wrong in [
        &["a", "1", "a", "2"][..],
        &["a", "2", "b", "1", "a", "3"],
        &["a", "nan"],
        &["a", "x"],
        &["a"],
    ] {
        assert_eq!(load(wrong), None, "{wrong:?}");
    }
}

#[test]
fn the_form_follows_the_limits() {
    let hasher = KeyHasher::new(1);
    let is_tree = |options: &Options, texts: &[&[u8]]| {
        let tools = Tools {
            hasher: &hasher,
            options,
        };
        let mut zset = Zset::default();
        zset.expect(texts.len(), texts[0].len(), tools);
        for text in texts {
            zset.set(text, 0.0, tools).unwrap();
        }
        matches!(zset, Zset::Tree(_))
    };
    let new = Options {
        zset_max_listpack_entries: 2,
        ..Options::default()
    };
    let old = Options {
        encodings_of_7_0: true,
        ..new.clone()
    };
    for (texts, expected_new, expected_old) in [
        (&[&b"a"[..], b"b"][..], false, false),
        (&[b"a", b"b", b"c"], true, true),
        (&[b"a", b"a", b"a"], true, false),
        (&[&[b'x'; 64]], false, false),
        (&[&[b'x'; 65]], true, true),
        (&[b"a", &[b'x'; 65]], true, true),
    ] {
        assert_eq!(
            (is_tree(&new, texts), is_tree(&old, texts)),
            (expected_new, expected_old)
        );
    }
}
