//! A keyspace that executes commands as a server does, for the tests of this directory.
#![allow(dead_code, reason = "every test uses its own part")]

use shoal_keyspace::command::{Handler, resolve};
use shoal_keyspace::{Blocking, Ctx, Effects, Keyspace};
use shoal_resp::{Args, ReplyWriter, Version};
use shoal_slots::UnixMillis;

/// A keyspace and the state of its only client.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) keyspace: Keyspace,
    pub(crate) effects: Effects,
    pub(crate) version: Version,
    pub(crate) db: usize,
    pub(crate) from_primary: bool,
}

impl Node {
    pub(crate) fn new(keyspace: Keyspace) -> Self {
        Self {
            keyspace,
            effects: Effects::new(true),
            version: Version::Resp2,
            db: 0,
            from_primary: false,
        }
    }

    /// Executes a command and returns the bytes of the reply. What it changed stays in `effects`.
    pub(crate) fn run(&mut self, args: &[&[u8]], now: i64) -> Vec<u8> {
        let mut out = Vec::new();
        let args = Args::from_slices(args);
        self.effects.clear();
        let mut reply = ReplyWriter::new(&mut out, self.version);
        match resolve(args).map(|spec| spec.handler) {
            Err(error) => reply.error(&error.to_string()),
            Ok(Handler::Keyspace(handler)) => handler(&mut Ctx {
                keyspace: &mut self.keyspace,
                args,
                reply,
                db: self.db,
                slot: None,
                hash: None,
                now: UnixMillis(now),
                from_primary: self.from_primary,
                blocking: Blocking::Forbidden,
                effects: &mut self.effects,
            }),
            Ok(_) => reply.error("ERR not a command of the keyspace"),
        }
        out
    }

    /// As `run`, with a command in words.
    pub(crate) fn words(&mut self, command: &str, now: i64) -> String {
        let args: Vec<&[u8]> = command.split(' ').map(str::as_bytes).collect();
        String::from_utf8_lossy(&self.run(&args, now)).into_owned()
    }
}
