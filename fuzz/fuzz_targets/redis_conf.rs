//! redis.conf from anybody: reading it ends, and what CONFIG REWRITE makes of it reads back as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shoal_config::{Config, FatalError, Host};

/// Every included file is the input again, so that cycles and multiplying includes are common.
struct Mirror<'a>(&'a [u8]);

impl Host for Mirror<'_> {
    fn read(&mut self, _path: &[u8]) -> Result<Vec<u8>, String> {
        Ok(self.0.to_vec())
    }

    fn change_dir(&mut self, path: &[u8]) -> Result<Vec<u8>, String> {
        Ok(path.to_vec())
    }
}

fuzz_target!(|data: &[u8]| {
    // Long inputs that include themselves only cost time.
    if data.len() > 1024 {
        return;
    }
    let mut config = Config::new();
    let read = config.load(None, data, &mut Mirror(data));
    if let Err(FatalError::AtLine { line, .. }) = &read {
        assert!(*line > 0);
    }
    // Whatever is in force, also after half a file, can be written down and read again.
    let text = config.rewrite(b"", None);
    let mut again = Config::new();
    let outcome = again.load(None, &text, &mut Mirror(b""));
    if read.is_ok() {
        assert_eq!(outcome.map(drop), Ok(()), "{}", String::from_utf8_lossy(&text));
        assert_eq!(again.rewrite(b"", None), text);
    }
    // And the file itself can be rewritten, twice with the same result.
    let once = config.rewrite(data, None);
    assert_eq!(config.rewrite(once.strip_suffix(b"\n").unwrap_or(&once), None), once);
});
