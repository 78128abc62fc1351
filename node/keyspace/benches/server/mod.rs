//! A keyspace that executes commands, for the benches beside this directory.

use shoal_keyspace::command::{Handler, lookup};
use shoal_keyspace::{Blocking, Ctx, Effects, Keyspace, KeyspaceConfig};
use shoal_resp::{Args, ReplyWriter, Version};
use shoal_slots::UnixMillis;

const NOW: UnixMillis = UnixMillis(1_700_000_000_000);

pub(crate) struct Server {
    keyspace: Keyspace,
    effects: Effects,
    /// The reply of the last command.
    pub(crate) out: Vec<u8>,
}

impl Server {
    pub(crate) fn new() -> Self {
        Self {
            keyspace: Keyspace::new(KeyspaceConfig::standalone(1), 1),
            effects: Effects::new(false),
            out: Vec::with_capacity(1 << 16),
        }
    }

    #[inline]
    pub(crate) fn run(&mut self, args: &[&[u8]]) {
        self.out.clear();
        let Some(Handler::Keyspace(handler)) = lookup(args[0]).map(|spec| spec.handler) else {
            return;
        };
        self.effects.clear();
        handler(&mut Ctx {
            keyspace: &mut self.keyspace,
            args: Args::from_slices(args),
            reply: ReplyWriter::new(&mut self.out, Version::Resp2),
            db: 0,
            slot: None,
            hash: None,
            now: NOW,
            from_primary: false,
            blocking: Blocking::Forbidden,
            effects: &mut self.effects,
        });
    }
}
