//! Looking ahead in a pipeline: the requests of one read are found together, and the memory that they will
//! need is sent for before the first of them runs (`shoal_keyspace`'s `ahead` says why).
//!
//! What is found out here depends only on the bytes of the requests. Whether a client may do what it asks for is
//! decided when the request's turn comes, because the requests before it may change that.

use shoal_keyspace::KnownKey;
use shoal_keyspace::command::{
    BeginSearch, CommandFlags, CommandSpec, FindKeys, Handler, KeyspaceHandler, lookup,
};
use shoal_resp::{Args, RequestBatch, RequestParser, WholeRequest};

use super::{ClientId, ClientInput, DataPlane};

/// A command on the keyspace that a request is about.
#[derive(Clone, Copy)]
pub(crate) struct Foreseen {
    pub(crate) spec: &'static CommandSpec,
    pub(crate) run: KeyspaceHandler,
    /// Its only key, if the command has exactly one.
    pub(crate) key: Option<KnownKey>,
}

/// Requests found together, and what was foreseen of each. Kept by the plane and used again.
#[derive(Default)]
pub(crate) struct Batch {
    requests: RequestBatch,
    foreseen: Vec<Option<Foreseen>>,
    /// Keys on their way, each with its database.
    keys: Vec<(usize, KnownKey)>,
}

/// An input longer than this is a pipeline, which is looked at when its turn comes, or holds a large value.
const SINGLE_LEN_MAX: usize = 256;

impl Batch {
    /// The requests and what was foreseen of them; `input` is what [`DataPlane::look_ahead`] was given.
    #[inline]
    pub(crate) fn iter<'a>(
        &'a self,
        input: &'a [u8],
    ) -> impl Iterator<Item = (WholeRequest<'a>, Option<Foreseen>)> {
        self.requests.iter(input).zip(self.foreseen.iter().copied())
    }

    /// Whether more requests may follow that can be found in the same way.
    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.requests.is_full()
    }
}

impl DataPlane {
    /// Finds the whole requests at the front of `input`.
    #[inline]
    pub(crate) fn look_ahead(
        &self,
        client: ClientId,
        parser: &RequestParser,
        input: &[u8],
        batch: &mut Batch,
    ) {
        parser.parse_ahead(input, &mut batch.requests);
        batch.foreseen.clear();
        let requests = batch.requests.iter(input);
        let foreseen = requests.map(|request| self.foresee(request.args));
        batch.foreseen.extend(foreseen);
        // A single request waits for the same memory either way.
        if batch.foreseen.len() > 1 {
            let db = self.sessions.get(client).map_or(0, |session| session.db);
            let keys = batch.foreseen.iter().flatten().filter_map(|it| it.key);
            batch.keys.clear();
            batch.keys.extend(keys.map(|key| (db, key)));
            self.prefetch(&batch.keys);
        }
    }

    /// Looks at what several clients said, each one perhaps a single request.
    pub(crate) fn prefetch_inputs(&mut self, buffer: &[u8], inputs: &[ClientInput]) {
        let short = |input: &&ClientInput| input.range.len() <= SINGLE_LEN_MAX;
        if inputs.len() < 2 {
            return;
        }
        let mut batch = core::mem::take(&mut self.batch);
        batch.keys.clear();
        for input in inputs.iter().filter(short) {
            let bytes = buffer.get(input.range.clone()).unwrap_or_default();
            let session = self.sessions.get(input.client);
            // Behind half a request these bytes are its other half.
            let Some(session) = session.filter(|session| session.pending.is_none()) else {
                continue;
            };
            self.parser.parse_ahead(bytes, &mut batch.requests);
            let first = batch.requests.iter(bytes).next();
            let key = first.and_then(|first| self.foresee(first.args)?.key);
            batch.keys.extend(key.map(|key| (session.db, key)));
        }
        self.prefetch(&batch.keys);
        self.batch = batch;
    }

    /// What a request is about, if it is a command on the keyspace.
    #[inline]
    pub(crate) fn foresee(&self, args: Args<'_>) -> Option<Foreseen> {
        let spec = lookup(args.first()?)?;
        let Handler::Keyspace(run) = spec.handler else {
            return None;
        };
        if spec.flags.contains(CommandFlags::BLOCKING) {
            return None;
        }
        let key = only_key(spec).and_then(|index| args.get(index));
        Some(Foreseen {
            spec,
            run,
            key: key.map(|key| self.keyspace.know(key)),
        })
    }

    /// Sends for the memory of all keys, round by round.
    fn prefetch(&self, keys: &[(usize, KnownKey)]) {
        let keyspace = &self.keyspace;
        keys.iter()
            .for_each(|&(db, key)| keyspace.prefetch_table(db, key));
        keys.iter()
            .for_each(|&(db, key)| keyspace.prefetch_cells(db, key));
        keys.iter()
            .for_each(|&(db, key)| keyspace.prefetch_entry(db, key));
    }
}

/// The position of a command's only key, if its rule is that simple.
#[inline]
fn only_key(spec: &CommandSpec) -> Option<usize> {
    match spec.key_specs {
        [rule] => match (rule.begin, rule.find) {
            (BeginSearch::Index(at), FindKeys::Range { last: 0, .. }) => Some(usize::from(at)),
            _ => None,
        },
        _ => None,
    }
}
