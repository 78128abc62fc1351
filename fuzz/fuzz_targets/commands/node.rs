//! A keyspace that executes commands as a server does.

use bytes::BytesMut;
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use shoal_keyspace::command::{Handler, resolve};
use shoal_keyspace::{Blocking, Ctx, Effects, EventClass, Keyspace, KeyspaceConfig, Propagation};
use shoal_resp::{Args, Decoder, Limits, ReplyWriter, Version};
use shoal_slots::UnixMillis;

/// Strings are no longer than this, so that an input takes neither much memory nor much time.
const STRING_LEN_MAX: usize = 1 << 16;

/// What is chosen once per input.
pub(crate) struct NodeConfig {
    pub(crate) cluster: bool,
    small: bool,
    old_encodings: bool,
    may_block: bool,
    hll_sparse_max: usize,
}

impl NodeConfig {
    pub(crate) fn choose(input: &mut Unstructured<'_>) -> Result<Self> {
        Ok(Self {
            // Sixteen thousand tables take their time.
            cluster: input.ratio(1, 16)?,
            small: input.ratio(3, 4)?,
            old_encodings: input.ratio(1, 8)?,
            may_block: input.ratio(1, 8)?,
            hll_sparse_max: *input.choose(&[3000, 100, 0])?,
        })
    }

    fn keyspace(&self, seed: u64, small: bool) -> Keyspace {
        let mut config = if self.cluster {
            KeyspaceConfig::cluster()
        } else {
            KeyspaceConfig::standalone(2)
        };
        let options = &mut config.options;
        options.string_len_max = STRING_LEN_MAX;
        // It decides about bytes that are replicated.
        options.hll_sparse_max_bytes = self.hll_sparse_max;
        options.encodings_of_7_0 = self.old_encodings;
        if self.small {
            // A range by name over members of different scores finds what the form of the set leads it to.
            options.zset_max_listpack_entries = 4;
            options.zset_max_listpack_value = 10;
        }
        if small {
            options.hash_max_listpack_entries = 4;
            options.hash_max_listpack_value = 10;
            options.list_max_listpack_size = 3;
            options.set_max_intset_entries = 3;
            options.set_max_listpack_entries = 5;
            options.set_max_listpack_value = 10;
            options.stream_node_max_bytes = 60;
            options.stream_node_max_entries = 3;
        }
        Keyspace::new(config, seed)
    }
}

/// A server with one client.
pub(crate) struct Node {
    pub(crate) keyspace: Keyspace,
    pub(crate) effects: Effects,
    pub(crate) version: Version,
    pub(crate) db: usize,
    pub(crate) now: i64,
    from_primary: bool,
    may_block: bool,
    /// The last command, to be repeated verbatim.
    last: Vec<Vec<u8>>,
}

impl Node {
    pub(crate) fn primary(config: &NodeConfig) -> Self {
        let mut effects = Effects::new(true);
        effects.wanted_events = EventClass::all();
        Self {
            keyspace: config.keyspace(1, config.small),
            effects,
            version: Version::Resp2,
            db: 0,
            now: 0,
            from_primary: false,
            may_block: config.may_block,
            last: Vec::new(),
        }
    }

    pub(crate) fn replica(config: &NodeConfig) -> Self {
        let mut keyspace = config.keyspace(2, false);
        keyspace.set_replica(true);
        Self {
            keyspace,
            effects: Effects::new(false),
            from_primary: true,
            may_block: false,
            ..Self::primary(config)
        }
    }

    /// Executes a command and checks its reply.
    pub(crate) fn execute(&mut self, args: &[Vec<u8>]) -> Vec<u8> {
        self.last = args.to_vec();
        let mut out = Vec::new();
        let slices: Vec<&[u8]> = args.iter().map(Vec::as_slice).collect();
        let blocks = self.handle(Args::from_slices(&slices), &mut out);
        if blocks {
            assert!(out.is_empty(), "a command that waits has no reply yet");
        } else {
            check_reply(&out);
        }
        out
    }

    /// Returns whether the command waits.
    fn handle(&mut self, args: Args<'_>, out: &mut Vec<u8>) -> bool {
        self.effects.clear();
        let mut reply = ReplyWriter::new(out, self.version);
        let handler = match resolve(args).map(|spec| spec.handler) {
            Ok(Handler::Keyspace(handler)) => handler,
            Ok(_) => {
                reply.error("ERR not a command of the keyspace");
                return false;
            }
            Err(error) => {
                reply.error_bytes(error.to_string().as_bytes());
                return false;
            }
        };
        let mut ctx = Ctx {
            keyspace: &mut self.keyspace,
            args,
            reply,
            db: self.db,
            slot: None,
            hash: None,
            now: UnixMillis(self.now),
            from_primary: self.from_primary,
            blocking: if self.may_block {
                Blocking::Allowed
            } else {
                Blocking::Forbidden
            },
            effects: &mut self.effects,
        };
        handler(&mut ctx);
        matches!(ctx.blocking, Blocking::Wanted(_))
    }

    /// Makes keys visible whose time has come and which nobody deleted yet.
    pub(crate) const fn see_everything(&mut self) {
        self.from_primary = true;
    }

    /// What the cron does.
    pub(crate) fn expire(&mut self, budget: usize) {
        self.effects.clear();
        self.keyspace
            .expire_cycle(UnixMillis(self.now), budget, &mut self.effects);
    }

    /// Sends the effects of the last command to a replica.
    pub(crate) fn feed(&mut self, replica: &mut Self) {
        for gone in core::mem::take(&mut self.effects.expired) {
            replica.db = gone.db;
            replica.execute(&[b"DEL".to_vec(), gone.key]);
        }
        replica.db = self.db;
        if self.effects.dirty > 0 {
            match core::mem::take(&mut self.effects.propagation) {
                Propagation::Verbatim => {
                    replica.execute(&self.last);
                }
                Propagation::Nothing => {}
                Propagation::Instead(commands) => {
                    for command in commands {
                        let reply = replica.execute(&command);
                        assert_ne!(
                            reply.first(),
                            Some(&b'-'),
                            "the replica refuses {command:?}"
                        );
                    }
                }
            }
        }
        self.effects.clear();
    }
}

/// One whole reply and nothing behind it.
fn check_reply(reply: &[u8]) {
    let mut bytes = BytesMut::from(reply);
    let frame = Decoder::new(Limits::default()).decode(&mut bytes);
    let shown = reply[..reply.len().min(200)].escape_ascii();
    assert!(
        matches!(frame, Ok(Some(_))),
        "no reply: {frame:?} from {shown}"
    );
    assert!(bytes.is_empty(), "more than one reply: {shown}");
}
