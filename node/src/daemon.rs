//! `daemonize yes`: the node starts itself again in the background and this process ends.
//!
//! A process with threads cannot fork safely, so the child is a fresh one. It finds a variable in its
//! environment that tells it not to do the same again.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};

use crate::log;

/// Set in the child's environment.
const MARK: &str = "SHOAL_IN_BACKGROUND";

/// Whether this is the child.
pub(crate) fn is_background() -> bool {
    std::env::var_os(MARK).is_some()
}

/// Starts the child; `stdin` is what we read from standard input, for the child to read again.
pub(crate) fn start(directory: &std::path::Path, stdin: &[u8]) -> ExitCode {
    let started = std::env::current_exe().and_then(|program| {
        let mut child = Command::new(program)
            .args(std::env::args_os().skip(1))
            .env(MARK, "1")
            .current_dir(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        match child.stdin.take() {
            Some(mut pipe) => pipe.write_all(stdin),
            None => Ok(()),
        }
    });
    match started {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::warning(&format!("Cannot start in the background: {error}"));
            ExitCode::FAILURE
        }
    }
}
