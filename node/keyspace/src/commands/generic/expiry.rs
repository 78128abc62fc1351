//! When keys expire.

use crate::commands::{Outcome, is_word};
use crate::ctx::Ctx;
use crate::events::EventClass;
use crate::refusal::Refusal;
use crate::times::{TimeForm, is_past};

/// EXPIRE key seconds [NX | XX | GT | LT]
pub(crate) fn expire(ctx: &mut Ctx<'_>) {
    let outcome = set_expiry(ctx, TimeForm::SECONDS, "expire");
    ctx.conclude(outcome);
}

/// PEXPIRE key milliseconds [NX | XX | GT | LT]
pub(crate) fn pexpire(ctx: &mut Ctx<'_>) {
    let outcome = set_expiry(ctx, TimeForm::MILLIS, "pexpire");
    ctx.conclude(outcome);
}

/// EXPIREAT key unix-time-seconds [NX | XX | GT | LT]
pub(crate) fn expireat(ctx: &mut Ctx<'_>) {
    let outcome = set_expiry(ctx, TimeForm::UNIX_SECONDS, "expireat");
    ctx.conclude(outcome);
}

/// PEXPIREAT key unix-time-milliseconds [NX | XX | GT | LT]
pub(crate) fn pexpireat(ctx: &mut Ctx<'_>) {
    let outcome = set_expiry(ctx, TimeForm::UNIX_MILLIS, "pexpireat");
    ctx.conclude(outcome);
}

/// Under which conditions an expiry is set.
#[derive(Clone, Copy, Debug, Default)]
struct Conditions {
    without: bool,
    with: bool,
    greater: bool,
    less: bool,
}

impl Conditions {
    fn parse(ctx: &Ctx<'_>) -> Result<Self, Refusal> {
        let mut conditions = Self::default();
        for word in ctx.args.iter().skip(3) {
            let flags = [
                ("NX", &mut conditions.without),
                ("XX", &mut conditions.with),
                ("GT", &mut conditions.greater),
                ("LT", &mut conditions.less),
            ];
            let flag = flags.into_iter().find(|(name, _)| is_word(word, name));
            let Some((_, flag)) = flag else {
                // The reference server prints a C string, which ends at a zero byte.
                let shown = word.split(|&byte| byte == 0).next().unwrap_or_default();
                return Err(Refusal::Quoting(
                    [b"ERR Unsupported option ", shown].concat(),
                ));
            };
            *flag = true;
        }
        if conditions.without && (conditions.with || conditions.greater || conditions.less) {
            let text = "ERR NX and XX, GT or LT options at the same time are not compatible";
            return Err(Refusal::Text(text));
        }
        if conditions.greater && conditions.less {
            return Err(Refusal::Text(
                "ERR GT and LT options at the same time are not compatible",
            ));
        }
        Ok(conditions)
    }

    /// A key without expiry counts as one that lives forever.
    fn allow(self, current: Option<i64>, new: i64) -> bool {
        !(self.without && current.is_some()
            || self.with && current.is_none()
            || self.greater && current.is_none_or(|current| new <= current)
            || self.less && current.is_some_and(|current| new >= current))
    }
}

fn set_expiry(ctx: &mut Ctx<'_>, form: TimeForm, command: &'static str) -> Outcome {
    let key = ctx.arg(1);
    let conditions = Conditions::parse(ctx)?;
    let when = form
        .resolve(ctx.int_arg(2)?, ctx.now)
        .ok_or(Refusal::ExpireTime(command))?;
    let place = ctx.keyspace.find_for_write(ctx.access(), key, ctx.effects);
    let allowed = ctx
        .keyspace
        .entry(place)
        .is_some_and(|entry| conditions.allow(entry.expiry(), when));
    if !allowed {
        ctx.reply.integer(0);
        return Ok(());
    }
    if is_past(when, ctx) {
        ctx.keyspace.delete(place);
        ctx.effects.instead(&[b"DEL", key]);
        ctx.notify(EventClass::GENERIC, "del", key);
    } else {
        ctx.keyspace
            .edit(place, |entry| entry.set_expiry(Some(when)));
        propagate(ctx, key, when);
        ctx.notify(EventClass::GENERIC, "expire", key);
    }
    ctx.effects.changed(1);
    ctx.reply.integer(1);
    Ok(())
}

fn propagate(ctx: &mut Ctx<'_>, key: &[u8], when: i64) {
    let mut digits = itoa::Buffer::new();
    let mut command: Vec<&[u8]> = vec![b"PEXPIREAT", key, digits.format(when).as_bytes()];
    command.extend(ctx.args.iter().skip(3));
    ctx.effects.instead(&command);
}

/// PERSIST key
pub(crate) fn persist(ctx: &mut Ctx<'_>) {
    let place = ctx
        .keyspace
        .find_for_write(ctx.access(), ctx.arg(1), ctx.effects);
    let expires = ctx
        .keyspace
        .entry(place)
        .is_some_and(crate::entry::Entry::has_expiry);
    if expires {
        ctx.keyspace.edit(place, |entry| entry.set_expiry(None));
        ctx.effects.changed(1);
        ctx.notify(EventClass::GENERIC, "persist", ctx.arg(1));
    }
    ctx.reply.integer(expires.into());
}

/// TTL key
pub(crate) fn ttl(ctx: &mut Ctx<'_>) {
    reply_time(ctx, |when, now| {
        (when.saturating_sub(now).max(0) + 500) / 1000
    });
}

/// PTTL key
pub(crate) fn pttl(ctx: &mut Ctx<'_>) {
    reply_time(ctx, |when, now| when.saturating_sub(now).max(0));
}

/// EXPIRETIME key
pub(crate) fn expiretime(ctx: &mut Ctx<'_>) {
    reply_time(ctx, |when, _| when.saturating_add(500) / 1000);
}

/// PEXPIRETIME key
pub(crate) fn pexpiretime(ctx: &mut Ctx<'_>) {
    reply_time(ctx, |when, _| when);
}

/// Replies -2 if there is no key, -1 if it lives forever.
fn reply_time(ctx: &mut Ctx<'_>, form: fn(i64, i64) -> i64) {
    let (access, key) = (ctx.access(), ctx.arg(1));
    let reply = match ctx.keyspace.peek(access, key, ctx.effects) {
        None => -2,
        Some(entry) => entry.expiry().map_or(-1, |when| form(when, access.now.0)),
    };
    ctx.reply.integer(reply);
}
