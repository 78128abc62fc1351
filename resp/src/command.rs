//! Writing a request: what clients send, and what a primary feeds to its replicas.

use alloc::vec::Vec;

use crate::Args;
use crate::reply::{push_bulk, push_header};

/// Writes `args` as an array of bulk strings.
pub fn write_command(out: &mut Vec<u8>, args: &[&[u8]]) {
    write_args(out, Args::from_slices(args));
}

/// As [`write_command`], for arguments that lie in somebody's buffer.
pub fn write_args(out: &mut Vec<u8>, args: Args<'_>) {
    push_header(out, b'*', args.len());
    for argument in args {
        push_bulk(out, argument);
    }
}
