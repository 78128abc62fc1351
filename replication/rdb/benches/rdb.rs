//! What saving and loading costs: 100 000 strings there and back, a large set, the checksum, compression, listpacks
//! and their checks.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use shoal_rdb::listpack::{Listpack, ListpackRef};
use shoal_rdb::{Attributes, Crc64, Item, Limits, Reader, Writer, WriterConfig, dump, lzf};

const KEYS: u64 = 100_000;

fn pairs() -> Vec<(Vec<u8>, Vec<u8>)> {
    (0..KEYS)
        .map(|n| {
            (
                format!("key:{n:012}").into_bytes(),
                format!("value{n:011}").into_bytes(),
            )
        })
        .collect()
}

fn write(pairs: &[(Vec<u8>, Vec<u8>)], chunk: usize) -> Vec<u8> {
    let mut writer = Writer::new(WriterConfig::default());
    let mut file = Vec::new();
    writer.select_db(0);
    for (key, value) in pairs {
        writer.string(&Attributes::default(), key, value);
        if writer.buffered() >= chunk {
            writer.drain_into(&mut file);
        }
    }
    file.extend(writer.finish());
    file
}

fn read(file: &[u8], piece: usize) -> usize {
    let mut reader = Reader::new(Limits::default());
    let mut entries = 0;
    for piece in file.chunks(piece) {
        reader.feed(piece);
        while let Some(item) = reader.next().expect("a sound file") {
            entries += usize::from(matches!(item, Item::Entry { .. } | Item::More { .. }));
        }
    }
    entries
}

fn strings(c: &mut Criterion) {
    let pairs = pairs();
    let file = write(&pairs, 1 << 16);
    let mut group = c.benchmark_group("100k strings");
    group.sample_size(20).throughput(Throughput::Elements(KEYS));
    group.bench_function("write", |b| b.iter(|| write(black_box(&pairs), 1 << 16)));
    for piece in [4096, 1 << 16] {
        group.bench_with_input(
            BenchmarkId::new("read in pieces of", piece),
            &piece,
            |b, &piece| {
                b.iter(|| assert_eq!(read(black_box(&file), piece) as u64, KEYS));
            },
        );
    }
    group.finish();
}

fn crc64(c: &mut Criterion) {
    let mut group = c.benchmark_group("crc64");
    for len in [32, 4096, 1 << 20] {
        let bytes: Vec<u8> = (0..len).map(|n| (n * 7 % 251) as u8).collect();
        group.throughput(Throughput::Bytes(len as u64));
        group.bench_with_input(BenchmarkId::from_parameter(len), &bytes, |b, bytes| {
            b.iter(|| Crc64::of(black_box(bytes)));
        });
    }
    group.finish();
}

fn compression(c: &mut Criterion) {
    let text: Vec<u8> = (0..4096_u32)
        .flat_map(|n| format!("{{\"user\":{},\"ok\":true}}", n * 7919 % 1000).into_bytes())
        .take(4096)
        .collect();
    let noise: Vec<u8> = (0..4096_u64)
        .map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33) as u8)
        .collect();
    let packed = lzf::compress(&text, text.len()).expect("it shrinks");
    let mut group = c.benchmark_group("lzf");
    group.throughput(Throughput::Bytes(4096));
    group.bench_function("compress text", |b| {
        b.iter(|| lzf::compress(black_box(&text), 4092))
    });
    group.bench_function("compress noise", |b| {
        b.iter(|| lzf::compress(black_box(&noise), 4092))
    });
    group.bench_function("decompress text", |b| {
        b.iter(|| lzf::decompress(black_box(&packed), 4096))
    });
    group.throughput(Throughput::Bytes(64));
    group.bench_function("compress 64 bytes", |b| {
        b.iter(|| lzf::compress(black_box(&text[..64]), 60))
    });
    group.finish();
}

fn listpacks(c: &mut Criterion) {
    let texts: Vec<Vec<u8>> = (0..128).map(|n| format!("field{n}").into_bytes()).collect();
    let mut list = Listpack::new();
    texts
        .iter()
        .for_each(|text| list.push(text).expect("small"));
    let mut group = c.benchmark_group("listpack of 128");
    group.throughput(Throughput::Elements(128));
    group.bench_function("parse", |b| {
        b.iter(|| ListpackRef::parse(black_box(list.as_bytes())))
    });
    group.bench_function("walk", |b| {
        b.iter(|| {
            list.iter()
                .filter(|element| element.is(black_box(b"field127")))
                .count()
        })
    });
    group.finish();
}

/// Values of many elements: a table that comes in parts, and the checks of compact forms.
fn collections(c: &mut Criterion) {
    let members: Vec<Vec<u8>> = (0..KEYS)
        .map(|n| format!("member:{n:09}").into_bytes())
        .collect();
    let mut writer = Writer::new(WriterConfig::default());
    let attributes = Attributes::default();
    let mut set = writer.entry(&attributes, b"set").set(members.len());
    members.iter().for_each(|member| set.member(member));
    let file = writer.finish();
    let mut group = c.benchmark_group("set of 100k");
    group.sample_size(20).throughput(Throughput::Elements(KEYS));
    group.bench_function("read", |b| b.iter(|| read(black_box(&file), 1 << 16)));
    group.finish();

    let mut list = Listpack::new();
    for (n, member) in members.iter().take(128).enumerate() {
        list.push(member).expect("small");
        list.push(format!("{n}.5").as_bytes()).expect("small");
    }
    let payloads = [
        ("hash", dump::hash_listpack(list.as_bytes(), 11, false)),
        (
            "sorted set",
            dump::write(11, false, |value| value.zset_listpack(list.as_bytes())),
        ),
        (
            "set",
            dump::write(11, false, |value| value.set_listpack(list.as_bytes())),
        ),
    ];
    let mut group = c.benchmark_group("check a listpack of 256");
    group.throughput(Throughput::Elements(256));
    for (name, payload) in &payloads {
        group.bench_function(*name, |b| {
            b.iter(|| dump::read(black_box(payload), &Limits::default()).is_ok());
        });
    }
    group.finish();
}

criterion_group!(benches, strings, crc64, compression, listpacks, collections);
criterion_main!(benches);
