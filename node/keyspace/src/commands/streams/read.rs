//! XREAD, and what XREADGROUP has in common with it: the arguments, the form of the reply, and waiting.

use core::time::Duration;

use shoal_resp::Version;

use super::args::strict_id;
use super::read_group::ReadGroup;
use super::reply::write_entries;
use super::{no_group, stream_in};
use crate::blocking::{Awaited, BlockOn};
use crate::commands::{Outcome, is_word};
use crate::ctx::Ctx;
use crate::encodings::stream::id::{self, IdText, until_nul};
use crate::encodings::stream::{Stream, StreamId};
use crate::refusal::Refusal;

/// XREAD [COUNT count] [BLOCK milliseconds] STREAMS key [key ...] id [id ...]
pub(crate) fn xread(ctx: &mut Ctx<'_>) {
    let outcome = Options::parse(ctx, false).and_then(|options| read(ctx, &options));
    ctx.conclude(outcome);
}

/// XREADGROUP GROUP group consumer [COUNT count] [BLOCK milliseconds] [NOACK] STREAMS key [key ...] id [id ...]
pub(crate) fn xreadgroup(ctx: &mut Ctx<'_>) {
    ctx.propagate_by_hand();
    let outcome = Options::parse(ctx, true).and_then(|options| read(ctx, &options));
    ctx.conclude(outcome);
}

/// What stands before the keys, and where these are.
#[derive(Debug)]
pub(super) struct Options<'a> {
    /// How many entries of each stream.
    pub(super) count: usize,
    /// If it is to wait, for how long.
    block: Option<Option<Duration>>,
    /// The group and the consumer, for XREADGROUP.
    pub(super) group: Option<(&'a [u8], &'a [u8])>,
    pub(super) no_ack: bool,
    first_key: usize,
    streams: usize,
}

/// From where on a stream is read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum From {
    /// What comes after this entry; for a group, of what was delivered to the consumer before.
    After(StreamId),
    /// What the group has not delivered to anybody.
    New,
}

fn read<'a>(ctx: &mut Ctx<'a>, options: &Options<'a>) -> Outcome {
    // Nothing is read if anything is wrong.
    let starts = (0..options.streams)
        .map(|nth| options.start_of(ctx, nth))
        .collect::<Result<Vec<_>, _>>()?;
    let (mark, mut served) = (ctx.reply.mark(), 0);
    for (nth, start) in starts.iter().enumerate() {
        served += usize::from(options.serve(ctx, nth, *start));
    }
    if served == 0 {
        return options.nothing(ctx, &starts);
    }
    match ctx.reply.version() {
        Version::Resp2 => ctx.reply.array_since(mark, served),
        Version::Resp3 => ctx.reply.map_since(mark, served),
    }
    Ok(())
}

impl<'a> Options<'a> {
    fn parse(ctx: &Ctx<'a>, grouped: bool) -> Result<Self, Refusal> {
        let mut options = Self {
            count: usize::MAX,
            block: None,
            group: None,
            no_ack: false,
            first_key: 0,
            streams: 0,
        };
        let mut at = 1;
        while at < ctx.args.len() && options.first_key == 0 {
            at += options.parse_option(ctx, at, grouped)?;
        }
        if options.first_key == 0 {
            return Err(Refusal::Syntax);
        }
        if grouped && options.group.is_none() {
            return Err(Refusal::Text("ERR Missing GROUP option for XREADGROUP"));
        }
        Ok(options)
    }

    /// Reads the option at `at` and returns how many words it takes.
    fn parse_option(&mut self, ctx: &Ctx<'a>, at: usize, grouped: bool) -> Result<usize, Refusal> {
        let (option, more) = (ctx.arg(at), ctx.args.len() - at - 1);
        if more > 0 && is_word(option, "BLOCK") {
            self.block = Some(ctx.timeout_millis_arg(at + 1)?);
            return Ok(2);
        }
        if more > 0 && is_word(option, "COUNT") {
            // Zero and less mean all.
            let count = usize::try_from(ctx.int_arg(at + 1)?).unwrap_or(0);
            self.count = if count == 0 { usize::MAX } else { count };
            return Ok(2);
        }
        if more > 0 && is_word(option, "STREAMS") {
            if !more.is_multiple_of(2) {
                return Err(unbalanced(grouped));
            }
            (self.first_key, self.streams) = (at + 1, more / 2);
            return Ok(1);
        }
        if more > 1 && is_word(option, "GROUP") {
            self.group = Some((ctx.arg(at + 1), ctx.arg(at + 2)));
            return grouped.then_some(3).ok_or(Refusal::Text(
                "ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.",
            ));
        }
        if is_word(option, "NOACK") {
            self.no_ack = true;
            return grouped.then_some(1).ok_or(Refusal::Text(
                "ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.",
            ));
        }
        Err(Refusal::Syntax)
    }

    fn key(&self, ctx: &Ctx<'a>, nth: usize) -> &'a [u8] {
        ctx.arg(self.first_key + nth)
    }

    const fn id_at(&self, nth: usize) -> usize {
        self.first_key + self.streams + nth
    }

    /// From where on the nth stream is read.
    fn start_of(&self, ctx: &mut Ctx<'a>, nth: usize) -> Result<From, Refusal> {
        let (key, id) = (self.key(ctx, nth), ctx.arg(self.id_at(nth)));
        let place = ctx.stream_place(key)?;
        let stream = ctx.view_at::<Stream>(place);
        if let Some((group, _)) = self.group
            && stream.and_then(|stream| stream.group(group)).is_none()
        {
            return Err(no_group(key, group, " in XREADGROUP with GROUP option"));
        }
        match (until_nul(id), self.group) {
            (b"$", Some(_)) => Err(Refusal::Text(
                "ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this \
                 consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just \
                 return an empty result set.",
            )),
            (b"$", None) => Ok(From::After(
                stream.map_or(id::MIN, |stream| stream.numbers().last_id),
            )),
            (b">", Some(_)) => Ok(From::New),
            (b">", None) => Err(Refusal::Text(
                "ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> \
                 option.",
            )),
            (id, group) => match strict_id(id)? {
                // The reference server keeps `>` as the highest id.
                id::MAX if group.is_some() => Ok(From::New),
                id => Ok(From::After(id)),
            },
        }
    }

    /// Writes what there is of the nth stream. Returns whether there is anything.
    fn serve(&self, ctx: &mut Ctx<'a>, nth: usize, start: From) -> bool {
        let key = self.key(ctx, nth);
        match (self.group, start) {
            (Some((group, consumer)), start) => ReadGroup {
                key,
                group,
                consumer,
                count: self.count,
                no_ack: self.no_ack,
            }
            .serve(ctx, start),
            (None, From::After(after)) => self.serve_after(ctx, key, after),
            (None, From::New) => false,
        }
    }

    fn serve_after(&self, ctx: &mut Ctx<'_>, key: &[u8], after: StreamId) -> bool {
        let access = ctx.access();
        let place = ctx.keyspace.read_place(access, key, ctx.effects);
        let stream = ctx.keyspace.entry(place).and_then(stream_in);
        let (Some(stream), Some(first)) = (stream, id::next(after)) else {
            return false;
        };
        if !stream.has_beyond(after) {
            return false;
        }
        if ctx.reply.version() == Version::Resp2 {
            ctx.reply.array(2);
        }
        ctx.reply.bulk(key);
        let entries = stream.entries().range(first, id::MAX);
        write_entries(&mut ctx.reply, entries.take(self.count));
        true
    }

    /// There is nothing: waits or says so.
    fn nothing(&self, ctx: &mut Ctx<'a>, starts: &[From]) -> Outcome {
        let Some(timeout) = self.block else {
            ctx.reply.null_array();
            return Ok(());
        };
        let keys = (0..self.streams).map(|nth| self.key(ctx, nth));
        let on = BlockOn {
            even_if_deleted: self.group.is_some(),
            rewritten: self.resolved(ctx, starts),
            ..BlockOn::new(Awaited::Stream, keys, timeout)
        };
        ctx.block(on);
        Ok(())
    }

    /// The arguments with the last ids of now in the place of `$`, if that is anywhere.
    fn resolved(&self, ctx: &Ctx<'a>, starts: &[From]) -> Option<Vec<Vec<u8>>> {
        let mut command: Option<Vec<Vec<u8>>> = None;
        for (nth, start) in starts.iter().enumerate() {
            if let From::After(id) = start
                && until_nul(ctx.arg(self.id_at(nth))) == b"$"
            {
                let copy = || ctx.args.iter().map(<[u8]>::to_vec).collect();
                let place = command.get_or_insert_with(copy).get_mut(self.id_at(nth))?;
                *place = IdText::new(*id).as_bytes().to_vec();
            }
        }
        command
    }
}

/// The error that there are not as many ids as keys.
const fn unbalanced(grouped: bool) -> Refusal {
    Refusal::Text(if grouped {
        "ERR Unbalanced 'xreadgroup' list of streams: for each stream key an ID or '>' must be specified."
    } else {
        "ERR Unbalanced 'xread' list of streams: for each stream key an ID or '$' must be specified."
    })
}
