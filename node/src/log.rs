//! The log, in Redis' format: `PID:ROLE 20 Nov 2026 09:00:00.123 * text`.
//!
//! Test suites and operators' tools search for these lines. The file is opened for every line, as Redis does,
//! so that rotating it needs no signal.

use std::fs::OpenOptions;
use std::io::Write;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError};

use shoal_config::LogLevel;

use crate::clock;

/// Where lines go; empty: standard output.
static FILE: Mutex<String> = Mutex::new(String::new());
static LEVEL: AtomicU8 = AtomicU8::new(LogLevel::Notice as u8);
/// Who we are: `C` while starting, `M` as a primary, `S` as a replica.
static ROLE: AtomicU8 = AtomicU8::new(b'C');

/// Sends lines to a file (`None`: standard output).
pub(crate) fn set_file(path: Option<String>) {
    *FILE.lock().unwrap_or_else(PoisonError::into_inner) = path.unwrap_or_default();
}

/// Sets what is logged from now on.
pub(crate) fn set_level(level: LogLevel) {
    LEVEL.store(level as u8, Ordering::Relaxed);
}

/// Sets the letter behind the process id.
pub(crate) fn set_role(role: u8) {
    ROLE.store(role, Ordering::Relaxed);
}

/// Logs a line if its level is on.
pub(crate) fn log(level: LogLevel, text: &str) {
    if (level as u8) < LEVEL.load(Ordering::Relaxed) {
        return;
    }
    let mark = match level {
        LogLevel::Debug => '.',
        LogLevel::Verbose => '-',
        LogLevel::Notice => '*',
        LogLevel::Warning | LogLevel::Nothing => '#',
    };
    let role = char::from(ROLE.load(Ordering::Relaxed));
    raw(&format!(
        "{}:{role} {} {mark} {text}\n",
        std::process::id(),
        timestamp()
    ));
}

/// Logs what an operator must see.
pub(crate) fn warning(text: &str) {
    log(LogLevel::Warning, text);
}

/// Logs what an operator wants to see.
pub(crate) fn notice(text: &str) {
    log(LogLevel::Notice, text);
}

/// Appends text as it is.
pub(crate) fn raw(text: &str) {
    let path = FILE.lock().unwrap_or_else(PoisonError::into_inner);
    // A log that cannot be written must not stop the node; there is nowhere left to complain.
    let _ = if path.is_empty() {
        std::io::stdout().write_all(text.as_bytes())
    } else {
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(path.as_str());
        file.and_then(|mut file| file.write_all(text.as_bytes()))
    };
}

/// `20 Nov 2026 09:00:00.123`, local time.
fn timestamp() -> String {
    let micros = i64::try_from(clock::unix_micros()).unwrap_or(i64::MAX);
    let Ok(instant) = jiff::Timestamp::from_microsecond(micros) else {
        return String::new();
    };
    let local = instant.to_zoned(jiff::tz::TimeZone::system());
    format!(
        "{}.{:03}",
        local.strftime("%d %b %Y %H:%M:%S"),
        local.millisecond()
    )
}
