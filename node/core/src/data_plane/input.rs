//! From bytes to commands: the loop over one session's input.
//!
//! Bytes are parsed where they are. Only what cannot be executed yet is copied: half a request, or
//! whatever stands behind a command that blocks. Half a request takes its parser along, which knows how far it
//! has looked, so the work per byte stays constant however the bytes are cut.

use shoal_resp::{Limits, Progress, RequestError, RequestParser};

use super::ahead::Batch;
use super::call::{Flow, printable};
use super::dispatch::Request;
use super::event::LogLevel;
use super::replicas::key_of;
use super::session::{Flags, Pending};
use super::{ClientId, DataEvent, DataPlane};

/// Where the loop over an input stands, and how many bytes it has done with since it was asked last.
#[derive(Clone, Copy)]
enum Step {
    /// There may be more to execute.
    GoOn(usize),
    /// Nothing more is executed now.
    End(usize),
}

impl Step {
    const fn taken(self) -> usize {
        match self {
            Self::GoOn(taken) | Self::End(taken) => taken,
        }
    }

    /// The same step with `before` more bytes done with.
    const fn after(self, before: usize) -> Self {
        match self {
            Self::GoOn(taken) => Self::GoOn(before + taken),
            Self::End(taken) => Self::End(before + taken),
        }
    }
}

impl DataPlane {
    /// Executes what is complete in this session's input with `bytes` at its end.
    pub(crate) fn take_input(&mut self, client: ClientId, bytes: &[u8]) {
        self.stats.net_input += bytes.len() as u64;
        self.stats.reads += 1;
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        if session.is_closing() {
            return;
        }
        session.last_input = self.now.instant;
        if session.is_replica() {
            // Even an empty line: that is what a replica sends while it loads.
            self.primary.touch(self.now, key_of(client));
        }
        if session.blocked.is_some() || session.pending.is_some() || session.keeps_command() {
            self.keep_input(client, bytes);
            self.run_pending(client);
            return;
        }
        let limits = session.limits(&self.settings.limits);
        let mut parser = core::mem::replace(&mut self.parser, fresh_parser());
        *parser.limits_mut() = limits;
        let done = self.run(client, bytes, &mut parser);
        let rest = bytes.get(done..).unwrap_or_default();
        let Some(session) = self
            .sessions
            .get_mut(client)
            .filter(|session| !session.is_closing())
        else {
            // The parser may have stopped in the middle of what it refused: it is not used again.
            return;
        };
        if rest.is_empty() {
            self.parser = parser;
        } else {
            session.pending = Some(Box::new(Pending::new(parser, rest)));
        }
    }

    /// Adds to the input that waits. Its amount is bounded whatever the session waits for.
    fn keep_input(&mut self, client: ClientId, bytes: &[u8]) {
        let query_limit = self.settings.limits.query_buffer_max;
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        let limits = session.limits(&self.settings.limits);
        let limit = limits.query_buffer_max.min(query_limit);
        let pending = session
            .pending
            .get_or_insert_with(|| Box::new(Pending::new(RequestParser::new(limits), &[])));
        pending.buffer.extend_from_slice(bytes);
        if pending.rest().len() > limit {
            self.close_for_query_limit(client);
        }
    }

    /// Executes what is complete in the input that waits, unless the session is blocked.
    pub(crate) fn run_pending(&mut self, client: ClientId) {
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        if session.blocked.is_some() || session.is_closing() || !self.run_kept(client) {
            return;
        }
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        let Some(mut pending) = session.pending.take() else {
            return;
        };
        *pending.parser.limits_mut() = session.limits(&self.settings.limits);
        let mut parser = core::mem::replace(&mut pending.parser, fresh_parser());
        let done = self.run(client, pending.rest(), &mut parser);
        pending.parser = parser;
        pending.advance(done);
        if pending.rest().is_empty() {
            return;
        }
        if let Some(session) = self
            .sessions
            .get_mut(client)
            .filter(|session| !session.is_closing())
        {
            session.pending = Some(pending);
        }
    }

    /// Executes what the session was about to execute before it looked at its input again. Returns whether it may go
    /// on with that.
    fn run_kept(&mut self, client: ClientId) -> bool {
        let Some(session) = self.sessions.get_mut(client) else {
            return false;
        };
        if let Some(waiter) = session.waiter.take() {
            self.retry(client, waiter);
        } else if session.flags.contains(Flags::EXECUTING) {
            self.resume_transaction(client);
        }
        let session = self.sessions.get(client);
        session.is_some_and(|session| session.blocked.is_none() && !session.is_closing())
    }

    /// The loop. Returns how many bytes of `input` are done with.
    fn run(&mut self, client: ClientId, input: &[u8], parser: &mut RequestParser) -> usize {
        let mut batch = core::mem::take(&mut self.batch);
        let mut done = 0;
        let mut step = Step::GoOn(0);
        while let Step::GoOn(taken) = step {
            done += taken;
            let rest = input.get(done..).unwrap_or_default();
            step = match rest.is_empty() {
                true => Step::End(0),
                false => self.run_batch(client, rest, parser, &mut batch),
            };
        }
        self.batch = batch;
        done + step.taken()
    }

    /// Executes the requests that are found together at the front of `input`, and then the one that was not
    /// found with them.
    fn run_batch(
        &mut self,
        client: ClientId,
        input: &[u8],
        parser: &mut RequestParser,
        batch: &mut Batch,
    ) -> Step {
        self.look_ahead(client, parser, input, batch);
        let mut done = 0;
        for (request, foreseen) in batch.iter(input) {
            let len = request.bytes.len();
            let request = Request {
                args: request.args,
                raw: Some(request.bytes),
            };
            match self.execute_request(client, request, foreseen) {
                Flow::Next => done += len,
                Flow::Stop => return Step::End(done + len),
                Flow::Hold => return Step::End(done),
            }
            if self.follow_limits(client, parser) {
                // What follows was found under the old limits: it is to be looked at again.
                return Step::GoOn(done);
            }
        }
        if self.enforce_output_limit(client) {
            // What one batch adds is bounded by what is stored; what a whole pipeline adds is not.
            return Step::End(input.len());
        }
        if batch.is_full() || done == input.len() {
            return Step::GoOn(done);
        }
        let rest = input.get(done..).unwrap_or_default();
        self.run_next(client, rest, parser).after(done)
    }

    /// Executes whatever stands at the front of `input`.
    fn run_next(&mut self, client: ClientId, input: &[u8], parser: &mut RequestParser) -> Step {
        let step = match parser.parse(input) {
            Ok(Progress::Request { consumed }) => {
                let request = request(parser, input, consumed);
                let foreseen = self.foresee(request.args);
                match self.execute_request(client, request, foreseen) {
                    Flow::Next => Step::GoOn(consumed),
                    Flow::Stop => return Step::End(consumed),
                    Flow::Hold => return Step::End(0),
                }
            }
            Ok(Progress::Skipped { consumed }) => Step::GoOn(consumed),
            Ok(Progress::Incomplete) => return Step::End(0),
            Err(error) => {
                self.refuse_bytes(client, error);
                return Step::End(input.len());
            }
        };
        self.follow_limits(client, parser);
        step
    }

    /// After AUTH or RESET the next request may look different. Returns whether that is so.
    #[inline]
    fn follow_limits(&self, client: ClientId, parser: &mut RequestParser) -> bool {
        let locked = self.flags_of(client).contains(Flags::UNAUTHENTICATED);
        if locked == parser.limits().unauthenticated {
            return false;
        }
        if let Some(session) = self.sessions.get(client) {
            *parser.limits_mut() = session.limits(&self.settings.limits);
        }
        true
    }

    /// The bytes are not requests: say so and close. Nothing behind them is looked at.
    fn refuse_bytes(&mut self, client: ClientId, error: RequestError) {
        if error.is_silent() {
            self.close_for_query_limit(client);
            return;
        }
        let text = format!("ERR {error}");
        self.stats.count_error(text.as_bytes());
        self.reply(client).error(&text);
        let peer = self
            .sessions
            .get(client)
            .map(|session| session.about.peer.addr.clone());
        self.complain(format!(
            "{error} from client: addr={}",
            peer.unwrap_or_default()
        ));
        self.close_after_reply(client);
    }

    pub(crate) fn close_for_query_limit(&mut self, client: ClientId) {
        self.stats.query_limit_closes += 1;
        self.log(
            LogLevel::Warning,
            "Closing client that reached max query buffer length".to_owned(),
        );
        self.close_now(client);
    }

    /// Somebody speaks HTTP to us: a browser may have been tricked into it.
    pub(crate) fn refuse_cross_protocol(&mut self, client: ClientId) -> Flow {
        let peer = self
            .sessions
            .get(client)
            .map(|session| session.about.peer.addr.clone());
        self.complain(format!(
            "Possible SECURITY ATTACK detected. It looks like somebody is sending POST or Host: commands to Shoal. \
             This is likely due to an attacker attempting to use Cross Protocol Scripting to compromise your \
             instance. Connection from {} aborted.",
            peer.unwrap_or_default()
        ));
        self.close_now(client);
        Flow::Stop
    }

    /// Logs what any stranger can provoke, at most once per second.
    fn complain(&mut self, text: String) {
        let second = core::time::Duration::from_secs(1);
        if self
            .last_complaint
            .is_some_and(|last| self.now.instant.since(last) < second)
        {
            return;
        }
        self.last_complaint = Some(self.now.instant);
        self.log(LogLevel::Warning, printable(text.as_bytes()));
    }

    /// A line for the log.
    pub(crate) fn log(&mut self, level: LogLevel, text: String) {
        self.events.push_back(DataEvent::Log { level, text });
    }

    /// The flags of a session; of nobody: closing.
    #[inline]
    pub(crate) fn flags_of(&self, client: ClientId) -> Flags {
        self.sessions
            .get(client)
            .map_or(Flags::CLOSING, |session| session.flags)
    }
}

/// A parser to leave behind where one is taken out; costs nothing.
fn fresh_parser() -> RequestParser {
    RequestParser::new(Limits::default())
}

/// The request that the parser just found at the front of `input`.
#[inline]
fn request<'a>(parser: &'a RequestParser, input: &'a [u8], consumed: usize) -> Request<'a> {
    let raw = if parser.is_inline() {
        None
    } else {
        input.get(..consumed)
    };
    Request {
        args: parser.args(input),
        raw,
    }
}
