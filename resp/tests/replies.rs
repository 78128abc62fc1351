//! Replies of both versions: the specification's examples, real servers' bytes, and hostile ones, each cut at every
//! byte.

#![allow(clippy::unwrap_used)]

use bytes::{Bytes, BytesMut};
use proptest::prelude::*;
use shoal_resp::{
    Attributed, BigNumber, DecodeError, Decoder, Frame, Items, Limits, Pairs, SimpleStr, Version,
    encode,
};

type Decoded = (Vec<Frame>, Option<DecodeError>);

/// Decodes `input` in reads that end at each of `ends`.
fn decode(limits: Limits, input: &[u8], ends: impl IntoIterator<Item = usize>) -> Decoded {
    let (mut decoder, mut buffer, mut found) = (Decoder::new(limits), BytesMut::new(), Vec::new());
    let mut read = 0;
    for end in ends.into_iter().chain([input.len()]) {
        buffer.extend_from_slice(&input[read..end]);
        read = end;
        loop {
            match decoder.decode(&mut buffer) {
                Ok(Some(frame)) => found.push(frame),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(decoder.decode(&mut buffer), Err(error), "an error stays");
                    return (found, Some(error));
                }
            }
        }
    }
    (found, None)
}

/// Decodes `input` whole, byte by byte, and cut in two at every byte; all must agree.
fn decode_all_ways(input: &[u8]) -> Decoded {
    let whole = decode(Limits::default(), input, []);
    assert_eq!(
        whole,
        decode(Limits::default(), input, 0..input.len()),
        "{}",
        input.escape_ascii()
    );
    for cut in 0..input.len().min(200) {
        assert_eq!(
            whole,
            decode(Limits::default(), input, [cut]),
            "cut at {cut}: {}",
            input.escape_ascii()
        );
    }
    whole
}

fn one(input: &[u8]) -> Frame {
    let (mut found, error) = decode_all_ways(input);
    assert_eq!((found.len(), error), (1, None), "{}", input.escape_ascii());
    found.remove(0)
}

fn assert_error(input: &[u8], error: DecodeError) {
    assert_eq!(
        decode_all_ways(input).1,
        Some(error),
        "{}",
        input.escape_ascii()
    );
}

fn written(frame: &Frame, version: Version) -> Vec<u8> {
    let mut out = Vec::new();
    encode(frame, version, &mut out);
    out
}

fn simple(text: &'static str) -> Frame {
    Frame::Simple(SimpleStr::new(text).unwrap())
}

fn bulk(text: &'static str) -> Frame {
    Frame::bulk(text)
}

fn map(pairs: impl IntoIterator<Item = (Frame, Frame)>) -> Frame {
    Frame::Map(pairs.into_iter().collect())
}

/// Bytes, the frame they are, and what RESP2 makes of it.
fn vectors() -> Vec<(&'static str, Frame, &'static str)> {
    let verbatim = Frame::Verbatim {
        format: *b"txt",
        text: Bytes::from("Some string"),
    };
    let set = Items::from(vec![bulk("a"), Frame::Integer(2)]);
    let big = "-3492890328409238509324850943850943825024385";
    vec![
        ("+OK\r\n", simple("OK"), "+OK\r\n"),
        ("+\r\n", simple(""), "+\r\n"),
        ("-ERR x\r\n", Frame::error("ERR x"), "-ERR x\r\n"),
        (":1000\r\n", Frame::Integer(1000), ":1000\r\n"),
        (
            ":-9223372036854775808\r\n",
            Frame::Integer(i64::MIN),
            ":-9223372036854775808\r\n",
        ),
        ("$5\r\nhello\r\n", bulk("hello"), "$5\r\nhello\r\n"),
        ("$0\r\n\r\n", bulk(""), "$0\r\n\r\n"),
        ("$2\r\n\r\n\r\n", bulk("\r\n"), "$2\r\n\r\n\r\n"),
        ("*0\r\n", Frame::array([]), "*0\r\n"),
        (
            "*2\r\n*1\r\n:1\r\n$1\r\na\r\n",
            Frame::array([Frame::array([Frame::Integer(1)]), bulk("a")]),
            "*2\r\n*1\r\n:1\r\n$1\r\na\r\n",
        ),
        ("_\r\n", Frame::Null, "$-1\r\n"),
        ("#t\r\n", Frame::Boolean(true), ":1\r\n"),
        ("#f\r\n", Frame::Boolean(false), ":0\r\n"),
        (",1.23\r\n", Frame::Double(1.23), "$4\r\n1.23\r\n"),
        (",10\r\n", Frame::Double(10.0), "$2\r\n10\r\n"),
        (",inf\r\n", Frame::Double(f64::INFINITY), "$3\r\ninf\r\n"),
        (
            ",-inf\r\n",
            Frame::Double(f64::NEG_INFINITY),
            "$4\r\n-inf\r\n",
        ),
        (",nan\r\n", Frame::Double(f64::NAN), "$3\r\nnan\r\n"),
        (
            "(-3492890328409238509324850943850943825024385\r\n",
            Frame::BigNumber(BigNumber::new(big).unwrap()),
            "$44\r\n-3492890328409238509324850943850943825024385\r\n",
        ),
        (
            "!9\r\nERR a\r\nb!\r\n",
            Frame::BulkError(Bytes::from("ERR a\r\nb!")),
            "-ERR a  b!\r\n",
        ),
        (
            "=15\r\ntxt:Some string\r\n",
            verbatim,
            "$11\r\nSome string\r\n",
        ),
        (
            "%2\r\n+a\r\n:1\r\n+b\r\n*0\r\n",
            map([
                (simple("a"), Frame::Integer(1)),
                (simple("b"), Frame::array([])),
            ]),
            "*4\r\n+a\r\n:1\r\n+b\r\n*0\r\n",
        ),
        ("%0\r\n", map([]), "*0\r\n"),
        (
            "~2\r\n$1\r\na\r\n:2\r\n",
            Frame::Set(set),
            "*2\r\n$1\r\na\r\n:2\r\n",
        ),
        (
            ">2\r\n+message\r\n$2\r\nhi\r\n",
            Frame::Push([simple("message"), bulk("hi")].into_iter().collect()),
            "*2\r\n+message\r\n$2\r\nhi\r\n",
        ),
        (
            "|1\r\n+ttl\r\n:3600\r\n*1\r\n|0\r\n:1\r\n",
            Frame::Attributed(Attributed::new(
                Pairs::from_iter([(simple("ttl"), Frame::Integer(3600))]),
                Frame::array([Frame::Attributed(Attributed::new(
                    Pairs::default(),
                    Frame::Integer(1),
                ))]),
            )),
            "*1\r\n:1\r\n",
        ),
    ]
}

#[test]
fn every_type_in_both_versions() {
    for (resp3, frame, resp2) in vectors() {
        assert_eq!(one(resp3.as_bytes()), frame, "{resp3:?}");
        assert_eq!(
            written(&frame, Version::Resp3),
            resp3.as_bytes(),
            "{frame:?}"
        );
        assert_eq!(
            written(&frame, Version::Resp2),
            resp2.as_bytes(),
            "{frame:?}"
        );
        assert_eq!(frame.clone(), frame);
    }
    assert_eq!(one(b"$-1\r\n"), Frame::Null);
    assert_eq!(one(b"*-1\r\n"), Frame::NullArray);
    assert_eq!(written(&Frame::NullArray, Version::Resp2), b"*-1\r\n");
    assert_eq!(written(&Frame::NullArray, Version::Resp3), b"_\r\n");
}

#[test]
fn all_types_in_one_stream() {
    let stream: String = vectors().into_iter().map(|(resp3, _, _)| resp3).collect();
    let frames: Vec<Frame> = vectors().into_iter().map(|(_, frame, _)| frame).collect();
    assert_eq!(decode_all_ways(stream.as_bytes()), (frames, None));
}

#[test]
fn real_servers_replies_come_out_as_they_went_in() {
    let captures: [(&[u8], Version); 6] = [
        (
            include_bytes!("captures/redis-7.0.15.resp2"),
            Version::Resp2,
        ),
        (
            include_bytes!("captures/redis-7.0.15.resp3"),
            Version::Resp3,
        ),
        (include_bytes!("captures/redis-7.2.6.resp2"), Version::Resp2),
        (include_bytes!("captures/redis-7.2.6.resp3"), Version::Resp3),
        (
            include_bytes!("captures/valkey-8.0.1.resp2"),
            Version::Resp2,
        ),
        (
            include_bytes!("captures/valkey-8.0.1.resp3"),
            Version::Resp3,
        ),
    ];
    for (bytes, version) in captures {
        let (frames, error) = decode(Limits::default(), bytes, []);
        assert_eq!((frames.len() > 80, error), (true, None));
        assert_eq!(
            decode(Limits::default(), bytes, 0..bytes.len()),
            (frames.clone(), None)
        );
        let again: Vec<u8> = frames
            .iter()
            .flat_map(|frame| written(frame, version))
            .collect();
        let differs = again
            .iter()
            .zip(bytes)
            .position(|(written, read)| written != read);
        assert_eq!((differs, again.len()), (None, bytes.len()));
    }
}

#[test]
fn accessors_see_through_attributes_and_versions() {
    let resp3 = one(b"|1\r\n+a\r\n:1\r\n%1\r\n$1\r\nk\r\n:7\r\n");
    let resp2 = one(b"*2\r\n$1\r\nk\r\n:7\r\n");
    for frame in [&resp3, &resp2] {
        let pairs: Vec<_> = frame
            .as_pairs()
            .unwrap()
            .map(|(k, v)| (k.as_bytes(), v.as_integer()))
            .collect();
        assert_eq!(pairs, [(Some(&b"k"[..]), Some(7))]);
    }
    assert_eq!(resp2.as_items().map(<[Frame]>::len), Some(2));
    assert_eq!(one(b"-ERR x\r\n").as_error(), Some(&b"ERR x"[..]));
    assert!(one(b"*-1\r\n").is_null());
    assert_eq!(format!("{resp2:?}"), r#"Array[Bulk(b"k"), Integer(7)]"#);
}

#[test]
fn row_17_no_line_break_gets_into_a_line() {
    for text in ["a\r\nb", "\r", "\n", "a\n"] {
        assert!(SimpleStr::new(text).is_err(), "{text:?}");
        assert_eq!(
            SimpleStr::lossy(text.as_bytes()).as_bytes().len(),
            text.len()
        );
    }
    let injected = "ERR x\r\n+OK";
    let mut out = Vec::new();
    let mut writer = shoal_resp::ReplyWriter::new(&mut out, Version::Resp3);
    writer.error(injected);
    writer.error_bytes(injected.as_bytes());
    writer.simple(injected);
    encode(&Frame::error(injected), Version::Resp2, &mut out);
    encode(
        &Frame::BulkError(Bytes::from(injected)),
        Version::Resp2,
        &mut out,
    );
    let (frames, error) = decode(Limits::default(), &out, []);
    assert_eq!((frames.len(), error), (5, None));
    assert!(frames.iter().all(|frame| *frame != simple("OK")));
    out.clear();
    shoal_resp::ReplyWriter::new(&mut out, Version::Resp3).big_number("1\r\n+OK");
    assert_eq!(out, b"(1  +OK\r\n");
    assert!(BigNumber::new("1\r\n").is_err());
    assert_error(b"+a\nb\r\n", DecodeError::BadLineEnd);
    assert_error(b"-a\rb\r\n", DecodeError::BadLineEnd);
}

#[test]
fn row_22_depth_uses_no_stack() {
    let depth = 200_000;
    for open in ["*1\r\n", "%1\r\n:1\r\n", "|1\r\n:1\r\n:1\r\n", "*?\r\n"] {
        let mut limits = Limits::default();
        assert_eq!(limits.depth_max, 1024);
        let input = [open.repeat(1025).as_bytes(), b":1\r\n"].concat();
        let refused = decode(limits, &input, []);
        assert_eq!(
            refused,
            (vec![], Some(DecodeError::TooDeep { max: 1024 })),
            "{open:?}"
        );

        limits.depth_max = usize::MAX;
        let close = if open.contains('?') {
            ".\r\n".repeat(depth)
        } else {
            String::new()
        };
        let input = [open.repeat(depth).as_bytes(), b":1\r\n", close.as_bytes()].concat();
        let (frames, error) = decode(limits, &input, []);
        assert_eq!((frames.len(), error), (1, None), "{open:?}");
        // Encoding, cloning, comparing, printing and dropping are loops as well.
        let copy = frames.clone();
        assert!(copy == frames);
        assert!(written(&frames[0], Version::Resp3).len() > depth);
        assert!(format!("{:?}", frames[0]).len() > depth);
        // A decoder that is dropped half-way holds as much.
        let mut half = Decoder::new(limits);
        assert_eq!(
            half.decode(&mut BytesMut::from(open.repeat(depth).as_bytes())),
            Ok(None)
        );
        assert!(half.is_inside_frame());
    }
}

#[test]
fn row_26_streamed_types() {
    assert_eq!(
        one(b"$?\r\n;4\r\nHell\r\n;6\r\no worl\r\n;1\r\nd\r\n;0\r\n"),
        bulk("Hello world")
    );
    assert_eq!(one(b"$?\r\n;0\r\n"), bulk(""));
    assert_eq!(
        one(b"*?\r\n:1\r\n*?\r\n.\r\n.\r\n"),
        Frame::array([Frame::Integer(1), Frame::array([])])
    );
    assert_eq!(
        one(b"%?\r\n+a\r\n:1\r\n.\r\n"),
        map([(simple("a"), Frame::Integer(1))])
    );
    assert_eq!(
        one(b"~?\r\n+a\r\n.\r\n"),
        Frame::Set([simple("a")].into_iter().collect())
    );
    assert_error(b"%?\r\n+a\r\n.\r\n", DecodeError::OddMap);
    assert_error(b".\r\n", DecodeError::UnexpectedEnd);
    assert_error(b"*1\r\n.\r\n", DecodeError::UnexpectedEnd);
    assert_error(b"*?\r\n|1\r\n+a\r\n:1\r\n.\r\n", DecodeError::UnexpectedEnd);
    assert_error(b"$?\r\n+a\r\n", DecodeError::ExpectedChunk(b'+'));
    assert_error(b";1\r\n", DecodeError::UnknownType(b';'));
    assert_error(b"$?\r\n;-1\r\n", DecodeError::BadLength);
    assert_error(b">?\r\n", DecodeError::BadLength);

    // Without an end they reach the same limits as those of known length.
    let mut limits = Limits::default();
    (limits.multibulk_len_max, limits.bulk_len_max) = (3, 8);
    let endless = decode(limits, b"*?\r\n:1\r\n:1\r\n:1\r\n:1\r\n", []);
    assert_eq!(endless.1, Some(DecodeError::StreamTooLong));
    assert_eq!(decode(limits, b"*?\r\n:1\r\n:1\r\n:1\r\n.\r\n", []).1, None);
    let endless = decode(limits, b"$?\r\n;6\r\nabcdef\r\n;3\r\n", []);
    assert_eq!(endless.1, Some(DecodeError::BulkTooLong { got: 3, max: 8 }));
}

#[test]
fn row_26_attribute_before_push_before_reply() {
    let (frames, error) = decode_all_ways(b"|1\r\n+a\r\n:1\r\n>1\r\n+pong\r\n+OK\r\n");
    assert_eq!((frames.len(), error), (2, None));
    assert!(matches!(frames[0].value(), Frame::Push(items) if items.len() == 1));
    assert_eq!(frames[1], simple("OK"));
}

#[test]
fn row_26_malformed_scalars() {
    for (bytes, error) in [
        ("#x\r\n", DecodeError::BadBoolean),
        ("_x\r\n", DecodeError::BadNull),
        (",1,5\r\n", DecodeError::BadDouble),
        (",infinity\r\n", DecodeError::BadDouble),
        ("(1.5\r\n", DecodeError::BadBigNumber),
        ("(\r\n", DecodeError::BadBigNumber),
        (":\r\n", DecodeError::BadInteger),
        (":9223372036854775808\r\n", DecodeError::BadInteger),
        ("=3\r\ntxt\r\n", DecodeError::BadVerbatim),
        ("=5\r\ntxt-a\r\n", DecodeError::BadVerbatim),
        ("$-2\r\n", DecodeError::BadLength),
        ("%-1\r\n", DecodeError::BadLength),
        ("*01\r\n", DecodeError::BadLength),
        ("$3\r\nabcd\r\n", DecodeError::BadPayloadEnd),
        ("PONG\r\n", DecodeError::UnknownType(b'P')),
    ] {
        assert_error(bytes.as_bytes(), error);
    }
    assert_eq!(
        one(b"(+5\r\n"),
        Frame::BigNumber(BigNumber::new("+5").unwrap())
    );
    assert_eq!(one(b":+5\r\n"), Frame::Integer(5));
}

#[test]
fn row_18_and_23_lengths_beyond_the_limits() {
    for (bytes, got) in [
        ("*2147483648\r\n", 1u64 << 31),
        ("%4294967295\r\n", 4_294_967_295),
    ] {
        let max = i32::MAX as u64;
        assert_error(bytes.as_bytes(), DecodeError::TooManyElements { got, max });
    }
    let (got, max) = (i64::MAX as u64, 512 << 20);
    assert_error(
        b"$9223372036854775807\r\n",
        DecodeError::BulkTooLong { got, max },
    );
    let mut limits = Limits::default();
    limits.line_len_max = 8;
    assert_eq!(
        decode(limits, b"+12345678\r\n", []).1,
        Some(DecodeError::LineTooLong { max: 8 })
    );
    assert_eq!(decode(limits, b"+1234567\r\n", []).1, None);
}

fn any_frame() -> impl Strategy<Value = Frame> {
    let text = || prop::collection::vec(any::<u8>(), 0..40);
    let leaf = prop_oneof![
        text().prop_map(|text| Frame::Simple(SimpleStr::lossy(&text))),
        text().prop_map(|text| Frame::Error(SimpleStr::lossy(&text))),
        any::<i64>().prop_map(Frame::Integer),
        text().prop_map(Frame::bulk),
        text().prop_map(|text| Frame::BulkError(text.into())),
        (any::<[u8; 3]>(), text()).prop_map(|(format, text)| Frame::Verbatim {
            format,
            text: text.into()
        }),
        any::<bool>().prop_map(Frame::Boolean),
        any::<f64>().prop_map(Frame::Double),
        "[+-]?[0-9]{1,40}".prop_map(|digits| Frame::BigNumber(BigNumber::new(digits).unwrap())),
        Just(Frame::Null),
    ];
    leaf.prop_recursive(5, 64, 6, |inner| {
        let items = || prop::collection::vec(inner.clone(), 0..6);
        let pairs = || prop::collection::vec((inner.clone(), inner.clone()), 0..4);
        prop_oneof![
            items().prop_map(|items| Frame::Array(items.into())),
            items().prop_map(|items| Frame::Set(items.into())),
            items().prop_map(|items| Frame::Push(items.into())),
            pairs().prop_map(map),
            (pairs(), inner.clone()).prop_map(|(pairs, value)| {
                Frame::Attributed(Attributed::new(pairs.into_iter().collect(), value))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back(frames in prop::collection::vec(any_frame(), 0..4), step in 1usize..50) {
        let input: Vec<u8> = frames.iter().flat_map(|frame| written(frame, Version::Resp3)).collect();
        let decoded = decode(Limits::default(), &input, (0..input.len()).step_by(step));
        prop_assert_eq!(decoded, (frames.clone(), None));
        for frame in &frames {
            let resp2 = written(frame, Version::Resp2);
            let (poorer, error) = decode(Limits::default(), &resp2, []);
            prop_assert_eq!((poorer.len(), error), (1, None));
            prop_assert_eq!(written(&poorer[0], Version::Resp2), resp2);
            prop_assert_eq!(&frame.clone(), frame);
        }
    }
}
