//! A server's view of a pipeline: requests are parsed where they lie, however the network cuts them.
//!
//! ```sh
//! cargo run -p shoal-examples --bin parse_pipeline
//! ```
//!
//! The parser keeps its place between reads, so no byte is looked at twice, and the arguments are ranges of the
//! read buffer, so nothing is copied. A buffer may only grow at its end until a request is complete.
#![allow(clippy::print_stdout, reason = "a program that prints")]

use shoal_resp::{Limits, Progress, RequestError, RequestParser};

/// Two requests as clients send them, an empty line, and one as a person types it.
const PIPELINE: &[u8] = b"*3\r\n$3\r\nSET\r\n$8\r\ngreeting\r\n$5\r\nhello\r\n\
    *2\r\n$3\r\nGET\r\n$8\r\ngreeting\r\n\
    \r\n\
    ECHO \"two words\"\r\n";

fn main() {
    // Seven bytes at a time: a bad network.
    let mut parser = RequestParser::new(Limits::default());
    let mut buffer = Vec::new();
    for piece in PIPELINE.chunks(7) {
        buffer.extend_from_slice(piece);
        if let Err(error) = take_requests(&mut parser, &mut buffer) {
            println!("-ERR {error}");
            return;
        }
    }
    println!("{} bytes left over", buffer.len());

    // What is not RESP is refused with the reference server's own words; the connection is closed then.
    let mut parser = RequestParser::new(Limits::default());
    if let Err(error) = parser.parse(b"*1\r\n!boom\r\n") {
        println!("-ERR {error}");
    }
}

/// Prints every request that is complete, and removes it from the buffer.
fn take_requests(parser: &mut RequestParser, buffer: &mut Vec<u8>) -> Result<(), RequestError> {
    loop {
        match parser.parse(buffer)? {
            Progress::Incomplete => return Ok(()),
            Progress::Skipped { consumed } => {
                println!("(nothing asked)");
                buffer.drain(..consumed);
            }
            Progress::Request { consumed } => {
                let words = parser.args(buffer).iter().map(String::from_utf8_lossy);
                println!("{}", words.collect::<Vec<_>>().join(" | "));
                buffer.drain(..consumed);
            }
        }
    }
}
