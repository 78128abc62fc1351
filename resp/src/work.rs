//! Row 24 of bad input, re-parsing that grows with the square of the length: both parsers count the bytes they look
//! at, and the count stays in proportion to the input however it is cut.

use std::vec::Vec;

use bytes::BytesMut;

use crate::{Decoder, Limits, Progress, RequestParser, write_command};

/// What one byte may cost, and what one read may cost besides.
const PER_BYTE: u64 = 3;
const PER_READ: u64 = 16;

/// Inputs in which a naive parser starts over with every read.
fn inputs() -> Vec<Vec<u8>> {
    let mut small = Vec::new();
    for _ in 0..500 {
        write_command(&mut small, &[b"SET", b"key", b"value"]);
    }
    let mut big = Vec::new();
    write_command(&mut big, &[b"SET", b"key", &[b'x'; 100_000]]);
    let mut many = b"*5000\r\n".to_vec();
    many.extend_from_slice(&b"$1\r\nx\r\n".repeat(5000));
    [small, big, many].into()
}

fn request_work(input: &[u8], read: usize) -> (u64, u64) {
    let mut parser = RequestParser::new(Limits::default());
    let (mut start, mut end, mut reads) = (0, 0, 0);
    loop {
        match parser.parse(&input[start..end]) {
            Ok(Progress::Request { consumed } | Progress::Skipped { consumed }) => {
                start += consumed
            }
            Ok(Progress::Incomplete) if end == input.len() => break,
            Ok(Progress::Incomplete) => {
                end = input.len().min(end + read);
                reads += 1;
            }
            Err(error) => std::panic!("{error}"),
        }
    }
    (parser.work, reads)
}

fn reply_work(input: &[u8], read: usize) -> (u64, u64) {
    let (mut decoder, mut buffer) = (Decoder::new(Limits::default()), BytesMut::new());
    for chunk in input.chunks(read) {
        buffer.extend_from_slice(chunk);
        while decoder.decode(&mut buffer).unwrap().is_some() {}
    }
    (decoder.work, input.len().div_ceil(read) as u64)
}

#[test]
fn row_24_work_is_linear_for_any_chunking() {
    let line = [&[b'a'; 60_000][..], b"\r\n"].concat();
    for read in [1, 2, 3, 7, 100, 4096, usize::MAX / 2] {
        for input in inputs().iter().chain([&line]) {
            let (work, reads) = request_work(input, read);
            let allowed = PER_BYTE * input.len() as u64 + PER_READ * reads;
            assert!(
                work <= allowed,
                "requests: {work} > {allowed} for {} in {read}",
                input.len()
            );
        }
        let simple = [b"+", &line[..]].concat();
        let nested = [&b"*2\r\n:1\r\n".repeat(1000)[..], b":1\r\n"].concat();
        let streamed = [&b"$?\r\n"[..], &b";1\r\nx\r\n".repeat(5000), b";0\r\n"].concat();
        for input in inputs().iter().chain([&simple, &nested, &streamed]) {
            let (work, reads) = reply_work(input, read);
            let allowed = PER_BYTE * input.len() as u64 + PER_READ * reads;
            assert!(
                work <= allowed,
                "replies: {work} > {allowed} for {} in {read}",
                input.len()
            );
        }
    }
}
