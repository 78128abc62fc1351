//! Intsets: what is accepted is a sorted row of different integers, and nothing else is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shoal_rdb::intset::IntsetRef;

fuzz_target!(|data: &[u8]| {
    let Some((&width, numbers)) = data.split_first() else {
        return;
    };
    check(numbers);
    // The same with a right header, so that only the order is in question.
    let width = 2 << (width % 3);
    let numbers = &numbers[..numbers.len() / width * width];
    let count = u32::try_from(numbers.len() / width).unwrap();
    let header = [(width as u32).to_le_bytes(), count.to_le_bytes()].concat();
    check(&[&header, numbers].concat());
});

fn check(bytes: &[u8]) {
    let Ok(set) = IntsetRef::parse(bytes) else {
        return;
    };
    let members: Vec<i64> = set.iter().collect();
    assert_eq!(
        (members.len(), members.is_empty()),
        (set.len(), set.is_empty())
    );
    assert!(members.is_sorted_by(|a, b| a < b));
    let width = u32::from_le_bytes(bytes[..4].try_into().unwrap()) as usize;
    assert_eq!(bytes.len(), 8 + width * members.len());
    let again: Vec<u8> = members
        .iter()
        .flat_map(|n| n.to_le_bytes().into_iter().take(width))
        .collect();
    assert_eq!(&bytes[8..], again);
}
