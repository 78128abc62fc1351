//! How fast the stream is written and read.
fn main() {}
