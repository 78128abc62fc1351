//! Replies: however the bytes are cut into reads, the same frames and the same error come out; and a frame that was
//! decoded, written again and decoded again is the same frame.
#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use shoal_resp::{DecodeError, Decoder, Frame, Limits, Version, encode};

/// Decodes the reads one after the other.
fn frames<'a>(reads: impl Iterator<Item = &'a [u8]>) -> (Vec<Frame>, Option<DecodeError>, bool) {
    let (mut decoder, mut buffer) = (Decoder::new(Limits::default()), BytesMut::new());
    let mut found = Vec::new();
    for read in reads {
        buffer.extend_from_slice(read);
        loop {
            match decoder.decode(&mut buffer) {
                Ok(Some(frame)) => found.push(frame),
                Ok(None) => break,
                Err(error) => return (found, Some(error), false),
            }
        }
    }
    let inside = decoder.is_inside_frame() || !buffer.is_empty();
    (found, None, inside)
}

/// Writes `frame` and reads it back.
fn again(frame: &Frame, version: Version) -> (Frame, Vec<u8>) {
    let mut written = Vec::new();
    encode(frame, version, &mut written);
    let (mut found, error, inside) = frames(std::iter::once(&written[..]));
    assert_eq!((found.len(), error, inside), (1, None, false), "{frame:?}");
    (found.remove(0), written)
}

fuzz_target!(|data: &[u8]| {
    let whole = frames(data.chunks(data.len().max(1)));
    assert_eq!(whole, frames(data.chunks(1)));
    assert_eq!(whole, frames(data.chunks(7)));
    for frame in &whole.0 {
        let (copy, written) = again(frame, Version::Resp3);
        // RESP3 has one null, RESP2 two: only there a frame may come back as another.
        if !format!("{frame:?}").contains("NullArray") {
            assert_eq!(&copy, frame);
        }
        assert_eq!(again(&copy, Version::Resp3).1, written);
        assert_eq!(&frame.clone(), frame);
        // In RESP2 types are lost, but what was written once is written the same ever after.
        let (poorer, written) = again(frame, Version::Resp2);
        assert_eq!(again(&poorer, Version::Resp2), (poorer, written));
    }
});
