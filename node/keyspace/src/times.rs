//! Times of expiry in arguments: the options of SET and GETEX, and what is a valid time.

use shoal_resp::Args;
use shoal_slots::UnixMillis;

use crate::commands::is_word;
use crate::ctx::Ctx;
use crate::numbers::parse_int;
use crate::refusal::Refusal;

/// How a time is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct TimeForm {
    pub(crate) seconds: bool,
    /// From now on, rather than since the epoch.
    pub(crate) relative: bool,
}

impl TimeForm {
    pub(crate) const SECONDS: Self = Self {
        seconds: true,
        relative: true,
    };
    pub(crate) const MILLIS: Self = Self {
        seconds: false,
        relative: true,
    };
    pub(crate) const UNIX_SECONDS: Self = Self {
        seconds: true,
        relative: false,
    };
    pub(crate) const UNIX_MILLIS: Self = Self {
        seconds: false,
        relative: false,
    };

    /// The time in milliseconds since the epoch, if it can be expressed.
    pub(crate) fn resolve(self, amount: i64, now: UnixMillis) -> Option<i64> {
        let millis = if self.seconds {
            amount.checked_mul(1000)?
        } else {
            amount
        };
        if self.relative {
            millis.checked_add(now.0)
        } else {
            Some(millis)
        }
    }

    /// As `resolve`, for the commands that accept only times after zero.
    pub(crate) fn resolve_positive(
        self,
        arg: &[u8],
        now: UnixMillis,
        command: &'static str,
    ) -> Result<i64, Refusal> {
        let amount = parse_int(arg).ok_or(Refusal::NotInteger)?;
        let when = if amount > 0 {
            self.resolve(amount, now)
        } else {
            None
        };
        when.ok_or(Refusal::ExpireTime(command))
    }
}

/// Whether a new expiry means that the key goes at once. On a replica and in an AOF it never does: there
/// the deletion follows as a command.
pub(crate) const fn is_past(when: i64, ctx: &Ctx<'_>) -> bool {
    when <= ctx.now.0 && !ctx.from_primary && !ctx.keyspace.is_replica()
}

/// Whose options are parsed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Target {
    /// SET: all but PERSIST.
    Set,
    /// GETEX: the times and PERSIST.
    Get,
}

/// The options of SET and GETEX.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SetOptions<'a> {
    pub(crate) only_new: bool,
    pub(crate) only_existing: bool,
    pub(crate) get: bool,
    pub(crate) keep_ttl: bool,
    pub(crate) persist: bool,
    time: Option<(TimeForm, &'a [u8])>,
}

impl<'a> SetOptions<'a> {
    pub(crate) fn parse(args: Args<'a>, target: Target) -> Result<Self, Refusal> {
        let mut options = Self::default();
        let mut args = args.iter();
        while let Some(word) = args.next() {
            options
                .take(word, &mut args, target)
                .ok_or(Refusal::Syntax)?;
        }
        Ok(options)
    }

    /// Takes one option; `None` if it does not belong here or contradicts an earlier one.
    fn take(
        &mut self,
        word: &[u8],
        args: &mut impl Iterator<Item = &'a [u8]>,
        target: Target,
    ) -> Option<()> {
        let form = [
            ("EX", TimeForm::SECONDS),
            ("PX", TimeForm::MILLIS),
            ("EXAT", TimeForm::UNIX_SECONDS),
            ("PXAT", TimeForm::UNIX_MILLIS),
        ];
        if let Some((_, form)) = form.into_iter().find(|(name, _)| is_word(word, name)) {
            let fits = self.time.is_none_or(|(earlier, _)| earlier == form);
            self.time = Some((form, args.next()?));
            return (fits && !self.keep_ttl && !self.persist).then_some(());
        }
        let allowed = match target {
            Target::Set if is_word(word, "NX") => {
                self.only_new = true;
                !self.only_existing
            }
            Target::Set if is_word(word, "XX") => {
                self.only_existing = true;
                !self.only_new
            }
            Target::Set if is_word(word, "GET") => {
                self.get = true;
                true
            }
            Target::Set if is_word(word, "KEEPTTL") => {
                self.keep_ttl = true;
                self.time.is_none()
            }
            Target::Get if is_word(word, "PERSIST") => {
                self.persist = true;
                self.time.is_none()
            }
            _ => false,
        };
        allowed.then_some(())
    }

    /// The new expiry, if one is given.
    pub(crate) fn when(
        &self,
        now: UnixMillis,
        command: &'static str,
    ) -> Result<Option<i64>, Refusal> {
        self.time
            .map(|(form, arg)| form.resolve_positive(arg, now, command))
            .transpose()
    }
}
