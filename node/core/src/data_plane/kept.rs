//! A request that outlives the input it came in, because it is executed later: queued by a transaction, or waiting
//! for data.

use shoal_keyspace::command::CommandSpec;
use shoal_resp::{ArgRange, Args, write_args};

use super::dispatch::Request;

/// The bytes of a request, and where its arguments lie in them.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) spec: &'static CommandSpec,
    bytes: Box<[u8]>,
    args: Box<[ArgRange]>,
}

impl Kept {
    pub(crate) fn new(spec: &'static CommandSpec, args: Args<'_>) -> Self {
        let mut bytes = Vec::with_capacity(encoded_len(args));
        write_args(&mut bytes, args);
        let mut at = header_len(args.len());
        let range = |arg: &[u8]| {
            let start = at + header_len(arg.len());
            let end = start + arg.len();
            at = end + 2;
            ArgRange { start, end }
        };
        let args: Box<[ArgRange]> = args.iter().map(range).collect();
        Self {
            spec,
            bytes: bytes.into(),
            args,
        }
    }

    pub(crate) fn args(&self) -> Args<'_> {
        Args::from_ranges(&self.bytes, &self.args)
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &[u8]> + Clone {
        self.spec.keys(self.args()).map(|position| position.key)
    }

    pub(crate) fn request(&self) -> Request<'_> {
        Request {
            args: self.args(),
            raw: Some(&self.bytes),
        }
    }

    /// The memory it holds.
    pub(crate) fn memory(&self) -> usize {
        size_of::<Self>() + self.bytes.len() + size_of_val::<[ArgRange]>(&self.args)
    }
}

/// How long `*n\r\n` or `$n\r\n` is.
fn header_len(number: usize) -> usize {
    number.checked_ilog10().unwrap_or(0) as usize + 1 + 3
}

fn encoded_len(args: Args<'_>) -> usize {
    let each = |arg: &[u8]| header_len(arg.len()) + arg.len() + 2;
    header_len(args.len()) + args.iter().map(each).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shoal_keyspace::command::lookup;

    #[test]
    fn the_arguments_are_found_again() {
        let long = vec![b'x'; 1234];
        for words in [
            &[&b"set"[..], b"", b"0123456789"][..],
            &[
                b"mset",
                b"a",
                &long,
                b"b",
                b"123456789",
                b"\r\n",
                b"$1\r\n",
                b"",
                b"",
                b"",
            ],
        ] {
            let given = Args::from_slices(words);
            let kept = Kept::new(lookup(words[0]).unwrap(), given);
            let found: Vec<&[u8]> = kept.args().iter().collect();
            assert_eq!(found, words);
            assert_eq!(kept.bytes.len(), encoded_len(given));
        }
    }
}
