//! Throughput beside the two codecs that Rust programs use today, over the same bytes in the same run:
//! `redis-protocol` (all three of its RESP2 decoders) and the parser of `redis`.
//!
//! `cargo bench -p shoal-resp` measures, `cargo bench -p shoal-resp -- --test` only runs everything once.

#![allow(missing_docs)]

use std::hint::black_box;

use bytes::{Bytes, BytesMut};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use shoal_resp::{
    Decoder, Frame, Limits, Progress, ReplyWriter, RequestParser, Version, encode, write_command,
};

/// `commands` small commands as clients pipeline them: two SET, then a GET, of keys of a few bytes.
fn pipeline(commands: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for index in 0..commands {
        let key = format!("key:{index:08}");
        match index % 3 {
            2 => write_command(&mut out, &[b"GET", key.as_bytes()]),
            _ => write_command(&mut out, &[b"SET", key.as_bytes(), b"xxxxxxxxxxxxxxxx"]),
        }
    }
    out
}

/// Parses every request of `input` in place.
fn parse_all(parser: &mut RequestParser, mut input: &[u8]) {
    while let Ok(Progress::Request { consumed }) = parser.parse(input) {
        black_box(&parser.args(input));
        input = &input[consumed..];
    }
    assert!(input.is_empty());
}

/// Decodes every frame of `input`.
fn decode_all(input: &Bytes) -> usize {
    let mut decoder = Decoder::new(Limits::default());
    let mut buffer = BytesMut::from(&input[..]);
    let mut frames = 0;
    while let Ok(Some(frame)) = decoder.decode(&mut buffer) {
        black_box(&frame);
        frames += 1;
    }
    assert!(buffer.is_empty());
    frames
}

fn requests(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("requests");
    for commands in [1, 16, 256] {
        let input = Bytes::from(pipeline(commands));
        group.throughput(Throughput::Bytes(input.len() as u64));
        group.bench_with_input(
            BenchmarkId::new("shoal RequestParser", commands),
            &input,
            |b, input| {
                let mut parser = RequestParser::new(Limits::default());
                b.iter(|| parse_all(&mut parser, black_box(input)));
            },
        );
        group.bench_with_input(
            BenchmarkId::new("shoal Decoder", commands),
            &input,
            |b, input| {
                b.iter(|| decode_all(black_box(input)));
            },
        );
        peers(&mut group, commands, &input);
    }
    group.finish();
}

/// The same bytes through the other crates.
fn peers(
    group: &mut criterion::BenchmarkGroup<'_, criterion::measurement::WallTime>,
    commands: usize,
    input: &Bytes,
) {
    use redis_protocol::resp2::decode;
    group.bench_with_input(
        BenchmarkId::new("redis-protocol decode_range", commands),
        input,
        |b, input| {
            b.iter(|| {
                let mut rest = black_box(&input[..]);
                while let Ok(Some((frame, taken))) = decode::decode_range(rest) {
                    black_box(&frame);
                    rest = &rest[taken..];
                }
            });
        },
    );
    group.bench_with_input(
        BenchmarkId::new("redis-protocol decode", commands),
        input,
        |b, input| {
            b.iter(|| {
                let mut rest = black_box(&input[..]);
                while let Ok(Some((frame, taken))) = decode::decode(rest) {
                    black_box(&frame);
                    rest = &rest[taken..];
                }
            });
        },
    );
    group.bench_with_input(
        BenchmarkId::new("redis-protocol decode_bytes_mut", commands),
        input,
        |b, input| {
            b.iter(|| {
                let mut buffer = BytesMut::from(black_box(&input[..]));
                while let Ok(Some((frame, _, _))) = decode::decode_bytes_mut(&mut buffer) {
                    black_box(&frame);
                }
            });
        },
    );
    group.bench_with_input(
        BenchmarkId::new("redis Parser", commands),
        input,
        |b, input| {
            b.iter(|| {
                let mut rest = black_box(&input[..]);
                let mut parser = redis::Parser::new();
                // The parser reads ahead, so that only the number of commands tells when all is parsed.
                for _ in 0..commands {
                    black_box(&parser.parse_value(&mut rest).expect("a value"));
                }
            });
        },
    );
}

/// One bulk string of a megabyte that arrives in reads of 16 KiB.
fn big_bulk(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("big bulk in 16 KiB reads");
    let mut input = Vec::new();
    write_command(&mut input, &[b"SET", b"key", &vec![b'x'; 1 << 20]]);
    group.throughput(Throughput::Bytes(input.len() as u64));
    group.bench_function("shoal RequestParser", |b| {
        let mut parser = RequestParser::new(Limits::default());
        b.iter(|| {
            let reads =
                (1..=input.len().div_ceil(16 * 1024)).map(|n| (n * 16 * 1024).min(input.len()));
            reads
                .map(|end| parser.parse(black_box(&input[..end])))
                .last()
        });
    });
    group.bench_function("shoal Decoder", |b| {
        b.iter(|| {
            let (mut decoder, mut buffer) = (Decoder::new(Limits::default()), BytesMut::new());
            let mut found = None;
            for read in input.chunks(16 * 1024) {
                buffer.extend_from_slice(black_box(read));
                found = decoder.decode(&mut buffer).expect("valid");
            }
            found.expect("a frame")
        });
    });
    group.finish();
}

/// Replies: arrays within arrays, and what one GET costs to answer.
fn replies(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("replies");
    let mut frame = Frame::bulk(&b"leaf"[..]);
    for _ in 0..200 {
        frame = Frame::array([frame, Frame::Integer(1)]);
    }
    let mut encoded = Vec::new();
    encode(&frame, Version::Resp3, &mut encoded);
    let deep = Bytes::from(encoded);
    group.throughput(Throughput::Bytes(deep.len() as u64));
    group.bench_function("deep array decode", |b| {
        b.iter(|| decode_all(black_box(&deep)))
    });
    group.bench_function("deep array encode", |b| {
        let mut out = Vec::new();
        b.iter(|| {
            out.clear();
            encode(black_box(&frame), Version::Resp3, &mut out);
        });
    });
    group.throughput(Throughput::Elements(256));
    group.bench_function("256 small bulk replies", |b| {
        let mut out = Vec::new();
        b.iter(|| {
            out.clear();
            let mut writer = ReplyWriter::new(&mut out, Version::Resp2);
            for _ in 0..256 {
                writer.bulk(black_box(b"xxxxxxxxxxxxxxxx"));
            }
        });
    });
    group.bench_function("256 integer replies", |b| {
        let mut out = Vec::new();
        b.iter(|| {
            out.clear();
            let mut writer = ReplyWriter::new(&mut out, Version::Resp2);
            for value in 0..256 {
                writer.integer(black_box(value * 1000));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, requests, big_bulk, replies);
criterion_main!(benches);
