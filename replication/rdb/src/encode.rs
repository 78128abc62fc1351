//! Writing the primitive encodings.

use alloc::vec::Vec;

use crate::listpack::canonical_integer;
use crate::lzf;

/// Strings up to this length are not worth compressing.
const COMPRESS_MIN: usize = 20;
/// Compression must save this much to be used.
const SAVING_MIN: usize = 4;
/// The longest decimal text of a 32-bit integer.
const INTEGER_TEXT_MAX: usize = 11;

/// A length or number, in the shortest form.
pub(crate) fn number(value: u64, out: &mut Vec<u8>) {
    let bytes = value.to_be_bytes();
    match value {
        0..=0x3f => out.extend(bytes.iter().skip(7)),
        0x40..=0x3fff => {
            let [.., high, low] = bytes;
            out.extend_from_slice(&[0x40 | high, low]);
        }
        0x4000..=0xffff_ffff => {
            out.push(0x80);
            out.extend(bytes.iter().skip(4));
        }
        _ => {
            out.push(0x81);
            out.extend_from_slice(&bytes);
        }
    }
}

/// A string, as an integer or compressed where that is shorter.
pub(crate) fn string(text: &[u8], compress: bool, out: &mut Vec<u8>) {
    if let Some(value) = small_integer(text) {
        return integer(value, out);
    }
    if compress
        && text.len() > COMPRESS_MIN
        && let Some(packed) = lzf::compress(text, text.len() - SAVING_MIN + 1)
    {
        out.push(0xc3);
        number(packed.len() as u64, out);
        number(text.len() as u64, out);
        out.extend_from_slice(&packed);
        return;
    }
    number(text.len() as u64, out);
    out.extend_from_slice(text);
}

fn small_integer(text: &[u8]) -> Option<i32> {
    if text.len() > INTEGER_TEXT_MAX {
        return None;
    }
    canonical_integer(text).and_then(|value| i32::try_from(value).ok())
}

fn integer(value: i32, out: &mut Vec<u8>) {
    let (code, width) = match value {
        -0x80..=0x7f => (0xc0, 1),
        -0x8000..=0x7fff => (0xc1, 2),
        _ => (0xc2, 4),
    };
    out.push(code);
    out.extend(value.to_le_bytes().iter().take(width));
}
