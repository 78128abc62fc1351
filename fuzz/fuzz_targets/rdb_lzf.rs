//! LZF: what is expanded has exactly the promised length or is refused, and what is compressed comes back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shoal_rdb::lzf::{compress, decompress};

fuzz_target!(|data: &[u8]| {
    let Some((len, input)) = data.split_first_chunk::<2>() else {
        return;
    };
    let len = usize::from(u16::from_le_bytes(*len));
    if let Ok(output) = decompress(input, len) {
        assert_eq!(output.len(), len);
        assert!(len <= input.len() * 88);
    }
    // Twice the same gives something to refer to.
    for text in [input, &input.repeat(2)] {
        for most in [len, text.len()] {
            let Some(packed) = compress(text, most) else {
                continue;
            };
            assert!(packed.len() < most);
            assert_eq!(decompress(&packed, text.len()).as_deref(), Ok(text));
        }
    }
});
