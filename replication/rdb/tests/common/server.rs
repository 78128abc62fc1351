//! A real redis-server to compare with. Tests are skipped with a message where there is none, unless
//! SHOAL_REQUIRE_REAL=1.
#![allow(clippy::print_stderr)]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::{env, fs};

/// A server of our own, reached through a socket in its own directory, gone at the end.
pub(crate) struct Server {
    child: Child,
    dir: PathBuf,
}

impl Server {
    /// Starts a server over this file; `None` if there is none on this machine.
    pub(crate) fn over(name: &str, file: &[u8]) -> Option<Self> {
        let found = Command::new("redis-server")
            .arg("--version")
            .output()
            .is_ok_and(|out| out.status.success());
        if !found {
            assert!(
                env::var_os("SHOAL_REQUIRE_REAL").is_none(),
                "redis-server is required and not there"
            );
            eprintln!("skipped: no redis-server");
            return None;
        }
        let dir = env::temp_dir().join(format!("shoal-rdb-{name}-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join("dump.rdb"), file).unwrap();
        let child = Command::new("redis-server")
            .args([
                "--port",
                "0",
                "--unixsocket",
                "socket",
                "--save",
                "",
                "--enable-debug-command",
                "yes",
                "--sanitize-dump-payload",
                "yes",
                "--logfile",
                "log",
                "--dir",
            ])
            .arg(&dir)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut server = Self { child, dir };
        while server.cli(&["PING"], b"") != b"PONG\n" {
            let died = server.child.try_wait().unwrap();
            assert!(
                died.is_none(),
                "{}",
                fs::read_to_string(server.dir.join("log")).unwrap_or_default()
            );
        }
        Some(server)
    }

    /// What redis-cli prints for a command; `last` is its last argument, if not empty.
    pub(crate) fn cli(&self, words: &[&str], last: &[u8]) -> Vec<u8> {
        let mut command = Command::new("redis-cli");
        command.arg("-s").arg(self.dir.join("socket"));
        if !last.is_empty() {
            command.arg("-x");
        }
        let command = command
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(last).unwrap();
        child.wait_with_output().unwrap().stdout
    }

    pub(crate) fn text(&self, words: &[&str]) -> String {
        String::from_utf8(self.cli(words, b""))
            .unwrap()
            .trim_end()
            .to_owned()
    }

    /// The file that it saves.
    pub(crate) fn saved(&self) -> Vec<u8> {
        assert_eq!(self.text(&["SAVE"]), "OK");
        fs::read(self.dir.join("dump.rdb")).unwrap()
    }

    /// What DUMP says.
    pub(crate) fn dump(&self, key: &str) -> Vec<u8> {
        let mut payload = self.cli(&["DUMP", key], b"");
        assert_eq!(payload.pop(), Some(b'\n'), "redis-cli ends with a line end");
        payload
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.dir);
    }
}
