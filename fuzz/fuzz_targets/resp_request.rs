//! Requests: however the bytes are cut into reads, the same requests and the same error come out; looking ahead
//! finds the first of them and nothing else; and a request that was parsed, written again and parsed again has the
//! same arguments.
//!
//! The first byte chooses the limits and the size of the reads.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shoal_resp::{Limits, Progress, RequestBatch, RequestError, RequestParser, write_args};

/// What a server would see.
#[derive(Debug, Default, Eq, PartialEq)]
struct Seen {
    requests: Vec<Vec<Vec<u8>>>,
    skipped: usize,
    error: Option<RequestError>,
    unconsumed: usize,
}

/// Parses `input` as it arrives in reads of `read` bytes.
fn serve(limits: Limits, input: &[u8], read: usize) -> Seen {
    let mut parser = RequestParser::new(limits);
    let (mut seen, mut start, mut end) = (Seen::default(), 0, 0);
    loop {
        match parser.parse(&input[start..end]) {
            Ok(Progress::Request { consumed }) => {
                let args = parser.args(&input[start..end]);
                assert_eq!(args.len(), args.iter().count(), "every range lies in its buffer");
                assert!(!args.is_empty());
                seen.requests.push(args.iter().map(<[u8]>::to_vec).collect());
                start += consumed;
            }
            Ok(Progress::Skipped { consumed }) => {
                seen.skipped += 1;
                start += consumed;
            }
            Ok(Progress::Incomplete) if end == input.len() => break,
            Ok(Progress::Incomplete) => end = input.len().min(end + read),
            Err(error) => {
                seen.error = Some(error);
                break;
            }
        }
    }
    seen.unconsumed = input.len() - start;
    seen
}

fuzz_target!(|data: &[u8]| {
    let Some((&choice, input)) = data.split_first() else { return };
    let mut limits = if choice & 1 == 0 { Limits::default() } else { Limits::unauthenticated() };
    limits.check_line_ends = choice & 2 == 0;
    if choice & 4 != 0 {
        // Small ceilings are reached by small inputs.
        (limits.inline_len_max, limits.bulk_len_max, limits.multibulk_len_max) = (24, 100, 5);
    }
    let whole = serve(limits, input, input.len().max(1));
    assert_eq!(whole, serve(limits, input, 1));
    assert_eq!(whole, serve(limits, input, usize::from(choice >> 3) + 2));

    let mut batch = RequestBatch::default();
    RequestParser::new(limits).parse_ahead(input, &mut batch);
    for (ahead, request) in batch.iter(input).zip(&whole.requests) {
        assert!(ahead.args.iter().eq(request.iter().map(Vec::as_slice)));
    }
    assert!(batch.len() <= whole.requests.len());

    let mut written = Vec::new();
    for request in &whole.requests {
        let slices: Vec<&[u8]> = request.iter().map(Vec::as_slice).collect();
        write_args(&mut written, shoal_resp::Args::from_slices(&slices));
    }
    let again = serve(Limits::default(), &written, usize::MAX / 2);
    assert_eq!((again.requests, again.error, again.unconsumed), (whole.requests, None, 0));
});
