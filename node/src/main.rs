//! The binary `shoal`: a Redis Cluster node with redis-server's command line, and `shoal local`.
//!
//! The shell moves bytes and decides nothing: sockets, files, clocks, signals and threads are here, and every
//! decision is made by the two planes of `shoal-core`. Clients, the link to the primary and the data plane live
//! on the main thread; the cluster bus and the control plane on another; two queues connect them.

mod allocator;
mod bus;
mod clients;
mod clock;
mod control;
mod daemon;
mod data;
mod disk;
mod facts;
mod feed;
mod host;
mod lazyfree;
mod listen;
mod local;
mod log;
mod logo;
mod outbox;
mod server;
mod shutdown;
mod startup;
mod turn;

use std::os::unix::ffi::OsStringExt;
use std::process::ExitCode;

#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let words: Vec<Vec<u8>> = std::env::args_os()
        .skip(1)
        .map(OsStringExt::into_vec)
        .collect();
    match words.first().map(Vec::as_slice) {
        Some(b"local") => local::main(),
        Some(b"-v" | b"--version") => startup::print_version(),
        Some(b"-h" | b"--help") => startup::print_usage(),
        _ => startup::main(&words),
    }
}
