//! DUMP and RESTORE: values as RDB writes them.

use shoal_rdb::{Limits, dump as payload};

use crate::commands::{Outcome, is_word};
use crate::ctx::Ctx;
use crate::entry::Entry;
use crate::events::EventClass;
use crate::numbers::parse_int;
use crate::refusal::Refusal;
use crate::times::{TimeForm, is_past};

/// Redis 7.0 reads this version too. What it lacks are other forms of sets and when consumers were active.
const VERSION: u16 = 10;

/// DUMP key
pub(crate) fn dump(ctx: &mut Ctx<'_>) {
    let (access, key) = (ctx.access(), ctx.arg(1));
    match ctx.keyspace.read(access, key, ctx.effects) {
        Some(entry) => ctx.reply.bulk(&crate::stored::dump(entry, VERSION)),
        None => ctx.reply.null(),
    }
}

/// RESTORE (and RESTORE-ASKING) key ttl serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency]
pub(crate) fn restore(ctx: &mut Ctx<'_>) {
    let outcome = try_restore(ctx);
    ctx.conclude(outcome);
}

#[derive(Clone, Copy, Debug, Default)]
struct Options {
    replace: bool,
    absolute: bool,
    idle_secs: Option<u64>,
    freq: Option<u8>,
}

impl Options {
    fn parse(ctx: &Ctx<'_>) -> Result<Self, Refusal> {
        let mut options = Self::default();
        let mut args = ctx.args.iter().skip(4);
        while let Some(word) = args.next() {
            let followed = args.len() > 0;
            if is_word(word, "REPLACE") {
                options.replace = true;
            } else if is_word(word, "ABSTTL") {
                options.absolute = true;
            } else if is_word(word, "IDLETIME") && followed && options.freq.is_none() {
                let secs = parse_int(args.next().unwrap_or_default()).ok_or(Refusal::NotInteger)?;
                let refusal = Refusal::Text("ERR Invalid IDLETIME value, must be >= 0");
                options.idle_secs = Some(u64::try_from(secs).map_err(|_| refusal)?);
            } else if is_word(word, "FREQ") && followed && options.idle_secs.is_none() {
                let freq = parse_int(args.next().unwrap_or_default()).ok_or(Refusal::NotInteger)?;
                let refusal = Refusal::Text("ERR Invalid FREQ value, must be >= 0 and <= 255");
                options.freq = Some(u8::try_from(freq).map_err(|_| refusal)?);
            } else {
                return Err(Refusal::Syntax);
            }
        }
        Ok(options)
    }
}

fn try_restore(ctx: &mut Ctx<'_>) -> Outcome {
    let (access, key) = (ctx.access(), ctx.arg(1));
    let options = Options::parse(ctx)?;
    let place = ctx.keyspace.find_for_write(access, key, ctx.effects);
    if place.exists() && !options.replace {
        return Err(Refusal::Text("BUSYKEY Target key name already exists."));
    }
    let ttl = ctx.int_arg(2)?;
    if ttl < 0 {
        return Err(Refusal::Text("ERR Invalid TTL value, must be >= 0"));
    }
    let when = expiry(ctx, ttl, options);
    // The payload is looked at before anything is deleted for it.
    let entry = entry(ctx, when)?;
    let replaced = ctx.keyspace.delete(place);
    if when.is_some_and(|when| is_past(when, ctx)) {
        if replaced {
            ctx.effects.changed(1);
            ctx.effects.instead(&[b"DEL", key]);
            ctx.notify(EventClass::GENERIC, "del", key);
        }
        ctx.reply.ok();
        return Ok(());
    }
    ctx.keyspace
        .age_entry(&entry, access.now, options.idle_secs, options.freq);
    let place = ctx.keyspace.locate(access, key);
    ctx.keyspace.insert_aged(place, entry);
    ctx.notify(EventClass::NEW, "new", key);
    ctx.effects.changed(1);
    propagate(ctx, when, options);
    ctx.notify(EventClass::GENERIC, "restore", key);
    ctx.reply.ok();
    Ok(())
}

/// When the key will expire, if it will.
fn expiry(ctx: &Ctx<'_>, ttl: i64, options: Options) -> Option<i64> {
    let form = if options.absolute {
        TimeForm::UNIX_MILLIS
    } else {
        TimeForm::MILLIS
    };
    (ttl != 0).then(|| form.resolve(ttl, ctx.now).unwrap_or(i64::MAX))
}

/// The entry that the payload makes.
fn entry(ctx: &Ctx<'_>, when: Option<i64>) -> Result<Entry, Refusal> {
    let limits = Limits {
        string_len_max: ctx.keyspace.options.string_len_max as u64,
        ..Limits::default()
    };
    let value = payload::read(ctx.arg(3), &limits)
        .map_err(|error| Refusal::Quoting(format!("ERR {error}").into_bytes()))?;
    let entry = ctx.keyspace.entry_of(ctx.arg(1), value, when);
    entry.ok_or(Refusal::Text("ERR Bad data format"))
}

/// A relative time becomes an absolute one.
fn propagate(ctx: &mut Ctx<'_>, when: Option<i64>, options: Options) {
    let Some(when) = when.filter(|_| !options.absolute) else {
        return;
    };
    let mut digits = itoa::Buffer::new();
    let mut command: Vec<&[u8]> = ctx.args.iter().collect();
    if let Some(ttl) = command.get_mut(2) {
        *ttl = digits.format(when).as_bytes();
    }
    command.push(b"ABSTTL");
    ctx.effects.instead(&command);
}
