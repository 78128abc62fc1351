//! The structure against a model with one byte per register, and against bytes of a real server.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn add_all(elements: &[&str]) -> Vec<u8> {
    let mut text = HllMut::empty_text();
    let mut hll = HllMut::new(&mut text, 3000).unwrap();
    for element in elements {
        hll.add(element.as_bytes()).unwrap();
    }
    text
}

fn registers(text: &[u8]) -> Vec<u8> {
    let mut registers = Registers::new();
    Hll::new(text).unwrap().merge_into(&mut registers).unwrap();
    registers.0.to_vec()
}

fn runs_in_words(text: &[u8]) -> String {
    let runs = Hll::new(text).unwrap().runs().unwrap();
    let words: Vec<String> = runs
        .map(|run| format!("{}*{}", run.value, run.len))
        .collect();
    words.join(" ")
}

#[test]
fn an_empty_value_is_one_run() {
    let text = HllMut::empty_text();
    assert_eq!(text, b"HYLL\x01\0\0\0\0\0\0\0\0\0\0\0\x7f\xff");
    assert_eq!(Hll::new(&text).unwrap().cached(), Some(0));
    assert_eq!(Hll::new(&text).unwrap().count(), Ok(0));
}

/// PFADD a b c d e f g on redis-server 7.0.15, as PFDEBUG DECODE tells it.
#[test]
fn elements_go_where_the_reference_server_puts_them() {
    let text = add_all(&["a", "b", "c", "d", "e", "f", "g"]);
    assert_eq!(
        runs_in_words(&text),
        "0*1646 1*1 0*5645 1*1 0*1085 2*1 0*57 1*1 0*4274 2*1 0*2445 1*1 0*622 1*1 0*603"
    );
    let hll = Hll::new(&text).unwrap();
    assert_eq!((hll.cached(), hll.count()), (None, Ok(7)));
}

#[test]
fn a_cached_cardinality_is_kept_until_something_is_added() {
    let mut text = add_all(&["a", "b"]);
    text[AT_CARDINALITY..HEADER].copy_from_slice(&2u64.to_le_bytes());
    assert_eq!(Hll::new(&text).unwrap().cached(), Some(2));
    let mut hll = HllMut::new(&mut text, 3000).unwrap();
    assert_eq!((hll.add(b"a"), hll.add(b"c")), (Ok(false), Ok(true)));
    assert_eq!(Hll::new(&text).unwrap().cached(), None);
}

#[test]
fn registers_above_32_need_the_dense_form() {
    let mut text = HllMut::empty_text();
    let mut hll = HllMut::new(&mut text, 3000).unwrap();
    assert_eq!((hll.raise(7, 32), hll.raise(8, 33)), (Ok(true), Ok(true)));
    let hll = Hll::new(&text).unwrap();
    assert_eq!(hll.encoding(), Encoding::Dense);
    assert_eq!(&registers(&text)[6..10], [0, 32, 33, 0]);
}

#[test]
fn strings_of_the_wrong_shape_are_none() {
    let empty = HllMut::empty_text();
    assert!(Hll::new(&empty[..15]).is_none());
    assert!(Hll::new(b"").is_none());
    for (at, byte) in [(0, b'h'), (3, b'X'), (4, 2), (4, 0), (4, 255)] {
        let mut text = empty.clone();
        text[at] = byte;
        assert!(Hll::new(&text).is_none(), "{byte} at {at}");
    }
}

/// CVE-2025-32023: runs that go beyond the last register, or do not reach it.
#[test]
fn runs_that_do_not_add_up_are_corrupt() {
    let header = &HllMut::empty_text()[..HEADER];
    let bodies: [&[u8]; 7] = [
        b"",
        b"\x00",
        b"\x7f\xfe",
        b"\x7f\xff\x80",
        b"\x7f\xff\x00",
        b"\x7f\xff\x7f\xff\x7f\xff",
        b"\x7f",
    ];
    for body in bodies {
        let mut text = [header, body].concat();
        let hll = Hll::new(&text).unwrap();
        assert_eq!(hll.count(), Err(Corrupt), "{body:x?}");
        assert_eq!(hll.merge_into(&mut Registers::new()), Err(Corrupt));
        let mut hll = HllMut::new(&mut text, 3000).unwrap();
        assert_eq!(hll.make_dense(), Err(Corrupt));
    }
    let many = [header, &[0x7f, 0xff].repeat(100_000)].concat();
    assert_eq!(Hll::new(&many).unwrap().count(), Err(Corrupt));
}

#[test]
fn the_estimate_is_near_the_truth() {
    let mut text = HllMut::empty_text();
    let mut hll = HllMut::new(&mut text, 3000).unwrap();
    for element in 0u32..200_000 {
        hll.add(&element.to_le_bytes()).unwrap();
    }
    let estimate = Hll::new(&text).unwrap().count().unwrap();
    // Six times the standard error, 1.04 / sqrt(16384).
    assert!(estimate.abs_diff(200_000) < 200_000 * 49 / 1000);
    let mut union = Registers::new();
    Hll::new(&text).unwrap().merge_into(&mut union).unwrap();
    assert_eq!(union.count(), estimate);
}

#[test]
fn saturated_registers_give_a_number_too() {
    for value in 1..64 {
        let registers = Registers(Box::new([value; REGISTERS]));
        let expected_max = if value < 46 { 1 << 62 } else { u64::MAX };
        assert!(registers.count() <= expected_max);
    }
    let registers = Registers(Box::new([63; REGISTERS]));
    assert_eq!(registers.count() as i64, i64::MIN);
}

/// Mostly neighbours with few values, so that runs are split and joined.
fn changes() -> impl Strategy<Value = Vec<(usize, u8)>> {
    let index = prop_oneof![0..40usize, 16340..REGISTERS, 0..REGISTERS];
    vec((index, prop_oneof![1..4u8, 1..33u8, 1..64u8]), 0..300)
}

proptest! {
    #[test]
    fn raising_registers_is_as_in_a_table(changes in changes(), sparse_max in 0..600usize) {
        let mut text = HllMut::empty_text();
        let mut model = vec![0; REGISTERS];
        for (index, value) in changes {
            let raised = HllMut::new(&mut text, sparse_max).unwrap().raise(index, value);
            prop_assert_eq!(raised, Ok(model[index] < value));
            model[index] = value.max(model[index]);
            if Hll::new(&text).unwrap().encoding() == Encoding::Sparse {
                prop_assert!(text.len() <= sparse_max.max(HEADER + 3));
            }
        }
        prop_assert_eq!(&registers(&text), &model);
        let counted = Hll::new(&text).unwrap().count().unwrap();
        HllMut::new(&mut text, sparse_max).unwrap().make_dense().unwrap();
        prop_assert_eq!(&registers(&text), &model);
        prop_assert_eq!(Hll::new(&text).unwrap().count().unwrap(), counted);
    }

    #[test]
    fn a_union_has_the_greater_registers(
        (ours, theirs) in (changes(), changes()),
        sparse_max in 0..3000usize,
    ) {
        let mut union = Registers::new();
        let mut texts = [ours, theirs].map(|changes| {
            let mut text = HllMut::empty_text();
            for (index, value) in changes {
                HllMut::new(&mut text, sparse_max).unwrap().raise(index, value).unwrap();
            }
            Hll::new(&text).unwrap().merge_into(&mut union).unwrap();
            text
        });
        let [a, b] = texts.each_ref().map(|text| registers(text));
        HllMut::new(&mut texts[0], sparse_max).unwrap().raise_all(&union).unwrap();
        let greater: Vec<u8> = a.iter().zip(&b).map(|(a, b)| *a.max(b)).collect();
        prop_assert_eq!(registers(&texts[0]), greater);
    }

    #[test]
    fn arbitrary_bytes_are_refused_or_count(
        body in vec(any::<u8>(), 0..200),
        dense in any::<bool>(),
        elements in vec(any::<u8>(), 0..20),
    ) {
        let mut text = HllMut::empty_text();
        text.truncate(HEADER);
        text[AT_ENCODING] = u8::from(!dense);
        text.extend(body.iter().cycle().take(if dense { dense::LEN } else { body.len() }));
        let Some(mut hll) = HllMut::new(&mut text, 3000) else { return Ok(()) };
        for element in elements {
            let _ = hll.add(&[element]);
        }
        let _ = hll.make_dense();
        let _ = Hll::new(&text).unwrap().count();
    }
}
