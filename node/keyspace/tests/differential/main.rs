//! Random commands against a real redis-server, reply by reply, in RESP2 and RESP3: one file per family.
//!
//! `SHOAL_DIFFERENTIAL=2000000` sets the number of commands per family and protocol, `SHOAL_SEED` the seed. Skipped
//! with a message if there is no redis-server, unless `SHOAL_REQUIRE_REAL=1`. `SHOAL_REDIS_SERVER` names another
//! program. If the server is of version 7.0, the keyspace is told to use the encodings of that version.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::print_stderr
)]
#![allow(clippy::unwrap_used, reason = "a test helper that fails the test")]

mod arguments;
#[path = "../common/mod.rs"]
mod common;
mod compare;
mod payloads;
mod propagation;
mod replies;
mod server;

mod bits;
mod events;
mod generic;
mod geo;
mod hashes;
mod hyperloglog;
mod lcs;
mod lists;
mod sets;
mod sorting;
mod streams;
mod strings;
mod zsets;
