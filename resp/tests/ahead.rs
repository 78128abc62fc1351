//! Looking ahead finds the same requests as looking at one after the other, whatever the bytes.

use proptest::prelude::*;
use shoal_resp::{Limits, Progress, RequestBatch, RequestError, RequestParser};

/// A request or an error, in the order in which a server meets them.
type Met = Result<Vec<Vec<u8>>, RequestError>;

/// One after the other.
fn one_by_one(limits: Limits, input: &[u8]) -> (Vec<Met>, usize) {
    let (mut parser, mut met, mut done) = (RequestParser::new(limits), Vec::new(), 0);
    loop {
        let rest = &input[done..];
        match parser.parse(rest) {
            Ok(Progress::Request { consumed }) => {
                met.push(Ok(parser.args(rest).iter().map(<[u8]>::to_vec).collect()));
                done += consumed;
            }
            Ok(Progress::Skipped { consumed }) => done += consumed,
            Ok(Progress::Incomplete) => return (met, done),
            Err(error) => {
                met.push(Err(error));
                return (met, done);
            }
        }
    }
}

/// Batches, and whatever ends a batch by itself.
fn in_batches(limits: Limits, input: &[u8]) -> (Vec<Met>, usize) {
    let (mut parser, mut batch) = (RequestParser::new(limits), RequestBatch::default());
    let (mut met, mut done) = (Vec::new(), 0);
    loop {
        let rest = &input[done..];
        parser.parse_ahead(rest, &mut batch);
        assert_eq!(batch.iter(rest).count(), batch.len());
        assert!(batch.len() <= RequestBatch::CAPACITY);
        for request in batch.iter(rest) {
            met.push(Ok(request.args.iter().map(<[u8]>::to_vec).collect()));
            assert!(input[done..].starts_with(request.bytes));
            done += request.bytes.len();
        }
        let rest = &input[done..];
        match parser.parse(rest) {
            Ok(Progress::Request { consumed }) => {
                met.push(Ok(parser.args(rest).iter().map(<[u8]>::to_vec).collect()));
                done += consumed;
            }
            Ok(Progress::Skipped { consumed }) => done += consumed,
            Ok(Progress::Incomplete) => return (met, done),
            Err(error) => {
                met.push(Err(error));
                return (met, done);
            }
        }
    }
}

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 1..4).prop_map(encode),
        1 => (1usize..120).prop_map(|count| encode(vec![b"x".to_vec(); count])),
        1 => Just(encode(vec![b"SET".to_vec(), vec![b'v'; 20_000]])),
        1 => Just(b"PING inline\r\n".to_vec()),
        1 => Just(b"*0\r\n".to_vec()),
        1 => Just(b"\r\n".to_vec()),
        1 => Just(b"*2\r\n$3\r\nGET\r\n$4\r\nab\r\n".to_vec()),
        1 => Just(b"*1\r\n:3\r\n".to_vec()),
    ]
}

fn encode(words: Vec<Vec<u8>>) -> Vec<u8> {
    let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    let mut out = Vec::new();
    shoal_resp::write_command(&mut out, &words);
    out
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn batches_hold_what_is_found_one_by_one(
        pieces in prop::collection::vec(pieces(), 0..150),
        cut in 0usize..30,
        locked in any::<bool>(),
        query_buffer_max in prop_oneof![Just(50usize), Just(1 << 30)],
    ) {
        let mut input = pieces.concat();
        input.truncate(input.len().saturating_sub(cut));
        let mut limits = if locked { Limits::unauthenticated() } else { Limits::default() };
        limits.query_buffer_max = query_buffer_max;
        // The last request may be cut off; what a parser says of it depends on how much it has seen before, not on
        // batches, so both see the same.
        prop_assert_eq!(in_batches(limits, &input), one_by_one(limits, &input));
    }
}

#[test]
fn in_the_middle_of_a_request_nothing_is_found() {
    let mut parser = RequestParser::new(Limits::default());
    let mut batch = RequestBatch::default();
    let request = b"*2\r\n$4\r\nECHO\r\n$1\r\nx\r\n";
    assert_eq!(parser.parse(&request[..9]), Ok(Progress::Incomplete));
    parser.parse_ahead(request, &mut batch);
    assert!(batch.is_empty());
    let consumed = request.len();
    assert_eq!(parser.parse(request), Ok(Progress::Request { consumed }));
    parser.parse_ahead(request, &mut batch);
    assert_eq!(batch.len(), 1);
}

#[test]
fn a_batch_is_bounded() {
    let parser = RequestParser::new(Limits::default());
    let mut batch = RequestBatch::default();
    let input = b"*1\r\n$4\r\nPING\r\n".repeat(RequestBatch::CAPACITY + 1);
    parser.parse_ahead(&input, &mut batch);
    assert!(batch.is_full() && batch.len() == RequestBatch::CAPACITY);
}
