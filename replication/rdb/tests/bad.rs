//! Damaged and hostile streams and payloads, named after the rows of the project's list of bad input.
#![allow(clippy::unwrap_used, clippy::panic)]

use shoal_rdb::listpack::{Listpack, ListpackError, ListpackRef};
use shoal_rdb::lzf::LzfError;
use shoal_rdb::{
    Attributes, Checksum, Item, Limits, RdbError, RdbErrorKind, Reader, Value, Writer,
    WriterConfig, ZiplistError, ZipmapError, dump,
};

fn items(stream: &[u8]) -> Result<Vec<Item>, RdbError> {
    let mut reader = Reader::new(Limits::default());
    reader.feed(stream);
    let mut items = Vec::new();
    while let Some(item) = reader.next()? {
        items.push(item);
    }
    reader.finish().map(|()| items)
}

fn kind(stream: &[u8]) -> RdbErrorKind {
    items(stream).unwrap_err().kind
}

/// A stream of version 10 with this body and no end.
fn with_body(body: &[u8]) -> Vec<u8> {
    [b"REDIS0010", body].concat()
}

fn sample() -> Vec<u8> {
    let mut writer = Writer::new(WriterConfig::default());
    writer.aux(b"redis-ver", b"7.2.4");
    writer.select_db(3);
    writer.resize_db(4, 1);
    let attributes = Attributes {
        expire_at: Some(1 << 42),
        idle_secs: Some(70_000),
        freq: None,
    };
    writer.string(&attributes, b"number", b"-70000");
    writer.string(&Attributes::default(), b"long", &[b'x'; 300]);
    writer.hash(
        &Attributes::default(),
        b"hash",
        [(&b"f"[..], &b"v"[..]), (b"g", b"12")],
    );
    let mut list = Listpack::new();
    list.push(b"f").unwrap();
    list.push(&[b'y'; 100]).unwrap();
    writer.hash_listpack(
        &Attributes {
            freq: Some(9),
            ..Attributes::default()
        },
        b"small",
        list.as_bytes(),
    );
    writer.finish()
}

#[test]
fn row_27_truncated_at_every_byte() {
    let stream = sample();
    assert_eq!(items(&stream).unwrap().len(), 8);
    for len in 0..stream.len() {
        let error = items(&stream[..len]).unwrap_err();
        assert_eq!(
            error,
            RdbError {
                kind: RdbErrorKind::UnexpectedEnd,
                offset: len as u64
            },
            "{len}"
        );
    }
}

#[test]
fn row_27_every_flipped_bit_is_noticed() {
    let stream = sample();
    for bit in 0..stream.len() * 8 {
        let mut damaged = stream.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        // The version says less than it did, or the checksum disagrees, or the damage showed before.
        let fine =
            items(&damaged).is_ok_and(|items| items.last() == Some(&Item::Eof(Checksum::Verified)));
        assert!(!fine, "bit {bit}");
    }
}

#[test]
fn row_27_payloads_with_every_byte_changed() {
    let mut list = Listpack::new();
    for text in [&b"field"[..], b"1", b"2", b"-4097", b"x", &[b'z'; 70]] {
        list.push(text).unwrap();
    }
    let body = dump::open(&dump::hash_listpack(list.as_bytes(), 11, false))
        .unwrap()
        .to_vec();
    let mut refused = 0;
    for place in 0..body.len() {
        for change in 1..=255 {
            let mut damaged = body.clone();
            damaged[place] ^= change;
            // Right checksums, so that only the checks of the content stand between this and us.
            match dump::read(&dump::seal(damaged, 11), &Limits::default()) {
                Ok(value) => assert!(value.hash_pairs().is_none_or(|pairs| !pairs.is_empty())),
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > body.len() * 50, "{refused}");
}

#[test]
fn row_27_listpack_sizes_counts_and_back_lengths() {
    let mut good = Listpack::new();
    good.push(b"ab").unwrap();
    good.push(b"7").unwrap();
    let good = good.into_bytes();
    assert_eq!(ListpackRef::parse(&good).unwrap().len(), 2);
    let with = |place: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[place] = byte;
        bytes
    };
    let end = good.len() - 1;
    for (bytes, error) in [
        (Vec::new(), ListpackError::WrongSize),
        (good[..6].to_vec(), ListpackError::WrongSize),
        (with(0, 12), ListpackError::WrongSize),
        (with(3, 0x80), ListpackError::WrongSize),
        (with(4, 3), ListpackError::WrongCount),
        (with(4, 1), ListpackError::WrongCount),
        (with(end, 0), ListpackError::NoEnd),
        (with(6, 0x84), ListpackError::BadBackLength(6)),
        (with(6, 0xbf), ListpackError::BadElement(6)),
        (with(6, 0xff), ListpackError::BadElement(6)),
        (with(9, 2), ListpackError::BadBackLength(6)),
    ] {
        assert_eq!(ListpackRef::parse(&bytes), Err(error), "{bytes:02x?}");
    }
    // A count of 65535 says nothing.
    let mut uncounted = good.clone();
    uncounted[4..6].copy_from_slice(&[0xff, 0xff]);
    assert_eq!(ListpackRef::parse(&uncounted).unwrap().len(), 2);
}

#[test]
fn row_27_ziplist_tail_and_previous_lengths() {
    // Two entries, "f" and the integer 5.
    let good = [16, 0, 0, 0, 13, 0, 0, 0, 2, 0, 0, 1, b'f', 3, 0xf6, 0xff];
    let read = |bytes: &[u8]| {
        let mut body = vec![13, u8::try_from(bytes.len()).unwrap()];
        body.extend_from_slice(bytes);
        dump::read(&dump::seal(body, 10), &Limits::default())
    };
    assert_eq!(read(&good), Ok(Value::Hash(vec![("f".into(), "5".into())])));
    let cases = [
        (0, 17, ZiplistError::WrongSize),
        (4, 12, ZiplistError::BadTail),
        (7, 0xff, ZiplistError::BadTail),
        (8, 3, ZiplistError::WrongCount),
        (10, 1, ZiplistError::BadPreviousLength(10)),
        (11, 0x3f, ZiplistError::BadEntry(10)),
        (11, 0x90, ZiplistError::BadEntry(10)),
        (13, 4, ZiplistError::BadPreviousLength(13)),
        (13, 0xff, ZiplistError::BadEntry(13)),
        (14, 0xff, ZiplistError::BadEntry(13)),
        (15, 0, ZiplistError::NoEnd),
    ];
    for (place, byte, error) in cases {
        let mut bytes = good;
        bytes[place] = byte;
        let expected = dump::DumpError::BadFormat(RdbErrorKind::Ziplist(error));
        assert_eq!(read(&bytes), Err(expected), "byte {place} = {byte:#x}");
    }
}

#[test]
fn row_27_zipmap_lengths() {
    let good = b"\x01\x01f\x02\x01vw.\xff";
    let read = |bytes: &[u8]| {
        let mut body = vec![9, u8::try_from(bytes.len()).unwrap()];
        body.extend_from_slice(bytes);
        dump::read(&dump::seal(body, 10), &Limits::default())
    };
    assert_eq!(read(good), Ok(Value::Hash(vec![("f".into(), "vw".into())])));
    let cases = [
        (0, 2, ZipmapError::WrongCount),
        (1, 0x50, ZipmapError::BadEntry(1)),
        (3, 0x50, ZipmapError::BadEntry(1)),
        (3, 0xfe, ZipmapError::BadEntry(1)),
        (4, 0x50, ZipmapError::BadEntry(1)),
        (8, 0, ZipmapError::BadEntry(8)),
        (1, 0xff, ZipmapError::WrongSize),
    ];
    for (place, byte, error) in cases {
        let mut bytes = *good;
        bytes[place] = byte;
        let expected = dump::DumpError::BadFormat(RdbErrorKind::Zipmap(error));
        assert_eq!(read(&bytes), Err(expected), "byte {place} = {byte:#x}");
    }
    assert!(read(&good[..8]).is_err());
}

#[test]
fn row_28_duplicate_fields_in_every_compact_form() {
    let listpack = |texts: &[&[u8]]| {
        let mut list = Listpack::new();
        texts.iter().for_each(|text| list.push(text).unwrap());
        dump::read(
            &dump::hash_listpack(list.as_bytes(), 10, true),
            &Limits::default(),
        )
    };
    let duplicate = Err(dump::DumpError::BadFormat(RdbErrorKind::DuplicateField));
    assert!(listpack(&[b"a", b"1", b"b", b"1"]).is_ok());
    assert_eq!(listpack(&[b"a", b"1", b"a", b"2"]), duplicate);
    assert_eq!(listpack(&[b"7", b"1", b"7", b"2"]), duplicate);
    assert_eq!(
        listpack(&[b"a", b"1", b"b"]),
        Err(dump::DumpError::BadFormat(RdbErrorKind::OddHash))
    );
    // The same digits once as a string, once as an integer.
    let mixed = [16, 14, 14, 0, 0, 0, 4, 0, 7, 1, 1, 1, 0x81, b'7', 2, 1];
    let mut body = mixed.to_vec();
    body.extend_from_slice(&[1, 0xff]);
    body[1] = u8::try_from(body.len() - 2).unwrap();
    body[2] = body[1];
    assert_eq!(
        dump::read(&dump::seal(body, 10), &Limits::default()),
        duplicate
    );

    let pair: (&[u8], &[u8]) = (b"a", b"1");
    assert_eq!(
        dump::read(&dump::hash([pair, pair], 10, true), &Limits::default()),
        duplicate
    );
    let ziplist = b"\x0d\x15\x15\0\0\0\x12\0\0\0\x04\0\0\x01f\x03\xf1\x02\x01f\x03\xf1\xff";
    assert_eq!(
        dump::read(&dump::seal(ziplist.to_vec(), 10), &Limits::default()),
        duplicate
    );
    let zipmap = b"\x09\x0c\x02\x01f\x01\0v\x01f\x01\0v\xff";
    assert_eq!(
        dump::read(&dump::seal(zipmap.to_vec(), 10), &Limits::default()),
        duplicate
    );
}

#[test]
fn row_32_length_encodings() {
    let string = |head: &[u8]| with_body(&[&[0, 1, b'k'], head].concat());
    let limit = 512 << 20;
    // Lengths within the limit wait for their bytes and reserve nothing.
    for head in [
        &b"\x3f"[..],
        b"\x7f\xff",
        b"\x80\x1f\xff\xff\xff",
        b"\x81\0\0\0\0\x1f\xff\xff\xff",
    ] {
        assert_eq!(kind(&string(head)), RdbErrorKind::UnexpectedEnd);
    }
    for (head, len) in [
        (&b"\x80\xff\xff\xff\xff"[..], 0xffff_ffff),
        (
            b"\x81\x7f\xff\xff\xff\xff\xff\xff\xff",
            i64::MAX.cast_unsigned(),
        ),
        (b"\x81\xff\xff\xff\xff\xff\xff\xff\xff", u64::MAX),
        (b"\x80\x20\0\0\x01", limit + 1),
    ] {
        assert_eq!(
            kind(&string(head)),
            RdbErrorKind::StringTooLong { len, max: limit }
        );
    }
    for byte in [0x82, 0x90, 0xbf] {
        assert_eq!(kind(&string(&[byte])), RdbErrorKind::BadLength(byte));
    }
    for code in 4..0x40 {
        assert_eq!(
            kind(&string(&[0xc0 | code])),
            RdbErrorKind::BadStringEncoding(code)
        );
    }
    // A string where a number must stand.
    assert_eq!(
        kind(&with_body(b"\xfe\xc0\x01")),
        RdbErrorKind::BadLength(0xc0)
    );
    assert_eq!(
        kind(&with_body(b"\xfe\x80\xff\xff\xff\xff")),
        RdbErrorKind::BadDatabase(0xffff_ffff)
    );
}

#[test]
fn row_32_lzf_lies() {
    let lzf = |tail: &[u8]| kind(&with_body(&[&b"\0\x01k\xc3"[..], tail].concat()));
    assert_eq!(
        lzf(b"\x02\x7f\xff\0a"),
        RdbErrorKind::Lzf(LzfError::WrongLength)
    );
    assert_eq!(
        lzf(b"\x02\x80\x1f\xff\xff\xff\0a"),
        RdbErrorKind::Lzf(LzfError::WrongLength)
    );
    assert_eq!(
        lzf(b"\x02\x00\0a"),
        RdbErrorKind::Lzf(LzfError::WrongLength)
    );
    assert_eq!(
        lzf(b"\x02\x03\x20\x00"),
        RdbErrorKind::Lzf(LzfError::BadReference)
    );
    assert_eq!(
        lzf(b"\x02\x04\x03a"),
        RdbErrorKind::Lzf(LzfError::Truncated)
    );
    let too_long = RdbErrorKind::StringTooLong {
        len: u64::MAX,
        max: 512 << 20,
    };
    assert_eq!(lzf(b"\x02\x81\xff\xff\xff\xff\xff\xff\xff\xff"), too_long);
    assert_eq!(lzf(b"\x81\xff\xff\xff\xff\xff\xff\xff\xff\x01"), too_long);
    assert_eq!(lzf(b"\xc0\x01"), RdbErrorKind::BadLength(0xc0));
}

#[test]
fn row_32_checksum() {
    let mut stream = sample();
    let last = stream.len() - 1;
    let right = stream[last - 7..].to_vec();
    stream[last] ^= 0xff;
    let error = items(&stream).unwrap_err();
    assert!(
        matches!(error.kind, RdbErrorKind::WrongChecksum { computed, .. } if computed.to_le_bytes() == right[..])
    );
    assert_eq!(error.offset, last as u64 - 7);
    // Zero is "not written".
    stream[last - 7..].fill(0);
    assert_eq!(
        items(&stream).unwrap().last(),
        Some(&Item::Eof(Checksum::NotChecked))
    );
    // And whoever does not want to know is not told.
    stream[last] = 1;
    let mut reader = Reader::new(Limits {
        verify_checksum: false,
        ..Limits::default()
    });
    reader.feed(&stream);
    let mut last = None;
    while let Some(item) = reader.next().unwrap() {
        last = Some(item);
    }
    assert_eq!(last, Some(Item::Eof(Checksum::NotChecked)));
}

#[test]
fn row_32_signature_and_version() {
    for (head, error) in [
        (&b"REDIS0000"[..], RdbErrorKind::BadVersion(0)),
        (b"REDIS0012", RdbErrorKind::BadVersion(12)),
        (b"REDIS9999", RdbErrorKind::BadVersion(9999)),
        (b"REDISX011", RdbErrorKind::BadSignature),
        (b"REDIS-001", RdbErrorKind::BadSignature),
        (b"REDIX0011", RdbErrorKind::BadSignature),
        (b"*", RdbErrorKind::BadSignature),
        (b"", RdbErrorKind::UnexpectedEnd),
    ] {
        assert_eq!(kind(head), error);
    }
    for version in [0, 12, 65535] {
        let payload = dump::string(b"v", version, true);
        assert_eq!(
            dump::read(&payload, &Limits::default()),
            Err(dump::DumpError::VersionOrChecksum)
        );
    }
    for version in 1..=11 {
        assert!(dump::read(&dump::string(b"v", version, true), &Limits::default()).is_ok());
    }
}

#[test]
fn row_32_unknown_opcode_aux_and_module() {
    for code in (26..=0xf3).chain([0xf4]) {
        assert_eq!(kind(&with_body(&[code])), RdbErrorKind::UnknownOpcode(code));
    }
    assert_eq!(kind(&with_body(&[8])), RdbErrorKind::UnknownOpcode(8));
    assert_eq!(kind(&with_body(&[0xf6])), RdbErrorKind::OldFunction);
    // Unknown AUX names are items like others; it is the reader's user who ignores them.
    let aux = with_body(b"\xfa\x04what\x02is\xff\0\0\0\0\0\0\0\0");
    assert_eq!(
        items(&aux).unwrap()[0],
        Item::Aux {
            name: "what".into(),
            value: "is".into()
        }
    );
    // The id of "ReJSON-RL" version 3, as an AUX of the module and as a value of it.
    let id = b"ReJSON-RL".iter().fold(0_u64, |id, &c| {
        let place = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            _ => 62,
        };
        (id << 6) | u64::from(place)
    });
    let id = ((id << 10) | 3).to_be_bytes();
    for body in [
        [&b"\xf7\x81"[..], &id].concat(),
        [&b"\x07\x01k\x81"[..], &id].concat(),
    ] {
        let error = items(&with_body(&body)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "at offset 9: data of module ReJSON-RL, which is not loaded"
        );
    }
}

#[test]
fn empty_hashes_are_left_out_of_files_and_refused_in_payloads() {
    let stream = with_body(
        b"\x04\x01a\x00\x10\x01b\x07\x07\0\0\0\0\0\xff\0\x01c\xc0\x05\xff\0\0\0\0\0\0\0\0",
    );
    let mut reader = Reader::new(Limits::default());
    reader.feed(&stream);
    assert!(matches!(reader.next(), Ok(Some(Item::Entry { key, .. })) if key == "c"));
    assert_eq!(reader.skipped_empty(), 2);
    let refused = Err(dump::DumpError::BadFormat(RdbErrorKind::EmptyAggregate));
    assert_eq!(
        dump::read(&dump::hash([], 10, true), &Limits::default()),
        refused
    );
    assert_eq!(
        dump::read(
            &dump::hash_listpack(Listpack::new().as_bytes(), 10, true),
            &Limits::default()
        ),
        refused
    );
}

#[test]
fn what_stands_behind_a_payload_or_a_stream() {
    let mut body = dump::open(&dump::string(b"v", 10, true)).unwrap().to_vec();
    body.push(0);
    let refused = Err(dump::DumpError::BadFormat(RdbErrorKind::TrailingBytes));
    assert_eq!(
        dump::read(&dump::seal(body, 10), &Limits::default()),
        refused
    );

    let mut reader = Reader::new(Limits::default());
    reader.feed(&sample());
    reader.feed(b"*1\r\n$4\r\nPING\r\n");
    while let Some(_item) = reader.next().unwrap() {}
    assert!(reader.is_done());
    assert_eq!(reader.rest(), "*1\r\n$4\r\nPING\r\n");
    assert_eq!(reader.offset(), sample().len() as u64);
}

#[test]
fn errors_are_final_and_texts_are_the_servers() {
    let mut reader = Reader::new(Limits::default());
    reader.feed(b"REDIS0012");
    let error = reader.next().unwrap_err();
    reader.feed(&sample());
    assert_eq!(reader.next(), Err(error));
    assert_eq!(
        error.to_string(),
        "at offset 5: can't handle RDB format version 12"
    );
    assert_eq!(reader.buffered(), 0, "nothing is kept any more");
    assert_eq!(
        dump::DumpError::VersionOrChecksum.to_string(),
        "DUMP payload version or checksum are wrong"
    );
    assert_eq!(
        dump::DumpError::BadFormat(RdbErrorKind::OddHash).to_string(),
        "Bad data format"
    );
}

#[test]
fn the_first_of_two_errors_is_told_whatever_the_pieces() {
    // A hash whose first value refers to before its start, and whose second has no encoding.
    let stream = with_body(b"\x04\x01h\x02\x01f\xc3\x02\x03\x20\x00\xe0");
    let expected = items(&stream).unwrap_err();
    assert_eq!(expected.kind, RdbErrorKind::Lzf(LzfError::BadReference));
    for piece in 1..stream.len() {
        let mut reader = Reader::new(Limits::default());
        let error = stream.chunks(piece).find_map(|piece| {
            reader.feed(piece);
            std::iter::from_fn(|| reader.next().transpose()).find_map(Result::err)
        });
        assert_eq!(error, Some(expected), "pieces of {piece}");
    }
}
