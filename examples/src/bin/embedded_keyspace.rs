//! A Redis keyspace without a server: commands in, replies out, time and randomness from the caller.
//!
//! ```sh
//! cargo run -p shoal-examples --bin embedded_keyspace
//! ```
//!
//! What a command changed is told in `Effects`, the way replicas have to hear it: relative times become
//! absolute, and a command that changed nothing is not told at all.
#![allow(clippy::print_stdout, reason = "a program that prints")]

use std::error::Error;

use bytes::BytesMut;
use shoal_keyspace::command::{Handler, resolve};
use shoal_keyspace::{Blocking, Ctx, Effects, Keyspace, KeyspaceConfig, Propagation};
use shoal_resp::{Args, Decoder, Frame, Limits, ReplyWriter, Version};
use shoal_slots::UnixMillis;

fn main() -> Result<(), Box<dyn Error>> {
    let mut store = Store {
        keyspace: Keyspace::new(KeyspaceConfig::standalone(1), 42),
        now: UnixMillis(1_700_000_000_000),
    };
    store.run(&["SET", "greeting", "hello", "EX", "10"])?;
    store.run(&["APPEND", "greeting", " world"])?;
    store.run(&["HSET", "user:1", "name", "Alice", "visits", "1"])?;
    store.run(&["HINCRBY", "user:1", "visits", "41"])?;
    store.run(&["HGETALL", "user:1"])?;
    store.run(&["INCR", "greeting"])?;
    println!("(eleven seconds pass)");
    store.now = UnixMillis(store.now.0 + 11_000);
    store.run(&["GET", "greeting"])?;
    store.run(&["NOSUCH"])?;
    Ok(())
}

/// A keyspace and its clock.
struct Store {
    keyspace: Keyspace,
    now: UnixMillis,
}

impl Store {
    /// Runs a command and prints what came of it.
    fn run(&mut self, words: &[&str]) -> Result<(), Box<dyn Error>> {
        println!("> {}", words.join(" "));
        let words: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
        let args = Args::from_slices(&words);
        let mut effects = Effects::new(true);
        let mut output = Vec::new();
        let mut reply = ReplyWriter::new(&mut output, Version::Resp3);
        match resolve(args).map(|spec| spec.handler) {
            Ok(Handler::Keyspace(handler)) => handler(&mut Ctx {
                keyspace: &mut self.keyspace,
                args,
                reply,
                db: 0,
                slot: None,
                hash: None,
                now: self.now,
                from_primary: false,
                blocking: Blocking::Forbidden,
                effects: &mut effects,
            }),
            Ok(_) => reply.error("ERR that is a server's command"),
            Err(error) => error.write(&mut reply),
        }
        let mut output = BytesMut::from(&output[..]);
        while let Some(reply) = Decoder::new(Limits::default()).decode(&mut output)? {
            println!("  {}", text(&reply));
        }
        if effects.dirty > 0 {
            println!("  replicas hear {}", propagated(&effects.propagation));
        }
        Ok(())
    }
}

fn propagated(propagation: &Propagation) -> String {
    let line = |command: &Vec<Vec<u8>>| {
        let words = command.iter().map(|word| String::from_utf8_lossy(word));
        words.collect::<Vec<_>>().join(" ")
    };
    match propagation {
        Propagation::Verbatim => "the same".to_owned(),
        Propagation::Nothing => "nothing".to_owned(),
        Propagation::Instead(commands) => {
            let lines: Vec<String> = commands.iter().map(line).collect();
            lines.join(", ")
        }
    }
}

/// A reply in one line.
fn text(reply: &Frame) -> String {
    let lossy = |bytes| String::from_utf8_lossy(bytes).into_owned();
    match reply {
        Frame::Bulk(bytes) => lossy(bytes),
        Frame::Simple(line) => lossy(line.as_bytes()),
        Frame::Error(line) => format!("error: {}", lossy(line.as_bytes())),
        Frame::Integer(number) => number.to_string(),
        Frame::Null | Frame::NullArray => "nothing".to_owned(),
        other => format!("{other:?}"),
    }
}
