//! Listpacks: what is accepted reads the same in both directions and in other forms, and an edited one does what a
//! list of texts does. The first byte chooses: foreign bytes, or edits.
#![no_main]

use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use shoal_rdb::listpack::{Listpack, ListpackRef, bare, first_element, framed, last_element};

fuzz_target!(|data: &[u8]| {
    match data.split_first() {
        Some((0, bytes)) => foreign(bytes),
        Some((1, elements)) => {
            // Right sizes, so that only the elements are in question.
            let size = u32::try_from(elements.len() + 7).unwrap().to_le_bytes();
            foreign(&[&size, &[0xff, 0xff][..], elements, &[0xff]].concat());
        }
        Some((_, edits)) => drop(edited(&mut Unstructured::new(edits))),
        None => {}
    }
});

fn foreign(bytes: &[u8]) {
    let Ok(list) = ListpackRef::parse(bytes) else {
        return;
    };
    let texts: Vec<Vec<u8>> = list.iter().map(|element| element.to_vec()).collect();
    assert_eq!(texts.len(), list.len());
    assert!(
        bytes.len() >= 7 + 2 * texts.len(),
        "two bytes are the least"
    );
    let (mut row, mut forth, mut back) = (list.row(), Vec::new(), Vec::new());
    while let Some((element, size)) = first_element(row) {
        forth.push(element.to_vec());
        row = &row[size..];
    }
    let mut row = list.row();
    while let Some((element, start)) = last_element(row) {
        back.push(element.to_vec());
        row = &row[..start];
    }
    back.reverse();
    assert_eq!((&forth, &back), (&texts, &texts));
    // Written anew: as small as it can be, and stable.
    let packed = bare::to_listpack(&bare::from_listpack(list));
    assert!(packed.len() <= bytes.len());
    let again = ListpackRef::parse(&packed).unwrap();
    assert!(
        again
            .iter()
            .map(|element| element.to_vec())
            .eq(texts.iter().cloned())
    );
    assert_eq!(framed(again.row(), again.len()), packed);
}

fn edited(input: &mut Unstructured<'_>) -> Result<()> {
    let (mut list, mut model) = (Listpack::new(), Vec::<Vec<u8>>::new());
    while !input.is_empty() {
        let len = input.arbitrary::<u8>()? as usize % (input.len() + 1);
        let text = input.bytes(len)?;
        let text = text.repeat(if input.ratio(1, 9)? { 300 } else { 1 });
        let place = input.choose_index(model.len() + 1)?;
        let mut elements = list.iter();
        elements.by_ref().take(place).for_each(drop);
        let position = elements.position();
        match input.int_in_range(0..=2)? {
            0 => {
                list.push(&text).unwrap();
                model.push(text);
            }
            1 => {
                list.replace(position, &text).unwrap();
                if let Some(old) = model.get_mut(place) {
                    *old = text;
                }
            }
            _ => {
                let count = input.int_in_range(0..=3)?;
                list.remove(position, count);
                model.drain(place..(place + count).min(model.len()));
            }
        }
        let checked = ListpackRef::parse(list.as_bytes()).unwrap();
        assert_eq!((list.len(), checked.len()), (model.len(), model.len()));
        assert!(
            checked
                .iter()
                .map(|element| element.to_vec())
                .eq(model.iter().cloned())
        );
    }
    Ok(())
}
