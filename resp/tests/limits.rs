//! Memory is taken for bytes that arrived, never for what a header claims. Measured with an allocator that counts.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::BytesMut;
use shoal_resp::{Decoder, Limits, Progress, RequestParser};

/// The system's allocator, with the sum of all that it was asked for.
struct Counting;

static ASKED: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on unchanged to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ASKED.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How many bytes were asked for while `work` ran.
fn asked(work: impl FnOnce()) -> usize {
    let before = ASKED.load(Ordering::Relaxed);
    work();
    ASKED.load(Ordering::Relaxed) - before
}

/// One test, so that no other thread allocates meanwhile.
#[test]
fn rows_13_16_and_23_nothing_is_reserved_for_claims() {
    // Row 13: a thousand connections, each with the largest header that is allowed to it.
    for limits in [Limits::unauthenticated(), Limits::default()] {
        let header: &[u8] = if limits.unauthenticated {
            b"*10\r\n$16384\r\n"
        } else {
            b"*2147483647\r\n$536870912\r\n"
        };
        let bytes = asked(|| {
            for _ in 0..1000 {
                let mut parser = RequestParser::new(limits);
                assert_eq!(parser.parse(header), Ok(Progress::Incomplete));
            }
        });
        assert_eq!(bytes, 0);
    }

    // Row 16: the list of arguments stays in proportion to the bytes that named them.
    let many = [&b"*100000\r\n"[..], &b"$0\r\n\r\n".repeat(100_000)].concat();
    let mut parser = RequestParser::new(Limits::default());
    let bytes = asked(|| assert!(matches!(parser.parse(&many), Ok(Progress::Request { .. }))));
    assert!(bytes < 12 * many.len(), "{bytes} for {}", many.len());

    // Row 23: replies that claim billions of elements, alone and nested.
    let nested = "*2000000000\r\n".repeat(1000);
    let maps = "%4294967\r\n:1\r\n".repeat(1000);
    let padded = format!("*2000000000\r\n*2000000000\r\n{}", "_\r\n".repeat(10_000));
    for input in [
        "*2147483647\r\n",
        "%2147483647\r\n",
        "~2147483647\r\n",
        "|2147483647\r\n",
        "$536870912\r\n",
    ]
    .into_iter()
    .chain([&nested[..], &maps, &padded])
    {
        let mut buffer = BytesMut::from(input.as_bytes());
        let mut decoder = Decoder::new(Limits::default());
        let bytes = asked(|| assert_eq!(decoder.decode(&mut buffer), Ok(None)));
        assert!(
            bytes < 256 + 64 * input.len(),
            "{bytes} for {} of {}",
            input.len(),
            &input[..12]
        );
    }
}
