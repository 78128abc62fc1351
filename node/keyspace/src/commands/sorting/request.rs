//! The options of SORT.

use super::Pattern;
use crate::commands::is_word;
use crate::ctx::Ctx;
use crate::numbers::parse_int;
use crate::refusal::Refusal;

/// What SORT is asked for.
#[derive(Clone, Debug)]
pub(super) struct Request<'a> {
    /// Sort by the values that this leads to, instead of the elements.
    pub(super) by: Option<Pattern<'a>>,
    /// Leave the elements in the order they are in.
    pub(super) unsorted: bool,
    pub(super) descending: bool,
    /// Compare texts, not numbers.
    pub(super) alpha: bool,
    /// How many to leave out, and how many to take after that; negative: all.
    pub(super) limit: (i64, i64),
    /// What to reply with for each element.
    pub(super) gets: Vec<Pattern<'a>>,
    pub(super) store: Option<&'a [u8]>,
}

impl<'a> Request<'a> {
    pub(super) fn parse(ctx: &Ctx<'a>, may_store: bool) -> Result<Self, Refusal> {
        let mut request = Self {
            by: None,
            unsorted: false,
            descending: false,
            alpha: false,
            limit: (0, -1),
            gets: Vec::new(),
            store: None,
        };
        let cluster = ctx.keyspace.is_cluster();
        let mut args = ctx.args.slice(2..).iter();
        while let Some(word) = args.next() {
            let mut value = || args.next().ok_or(Refusal::Syntax);
            match word {
                _ if is_word(word, "ASC") => request.descending = false,
                _ if is_word(word, "DESC") => request.descending = true,
                _ if is_word(word, "ALPHA") => request.alpha = true,
                _ if is_word(word, "LIMIT") => {
                    let (offset, count) = (value()?, value()?);
                    request.set_limit(offset, count)?;
                }
                _ if is_word(word, "STORE") && may_store => request.store = Some(value()?),
                _ if is_word(word, "BY") => request.set_by(value()?, cluster)?,
                _ if is_word(word, "GET") => request.add_get(value()?, cluster)?,
                _ => return Err(Refusal::Syntax),
            }
        }
        Ok(request)
    }

    fn set_limit(&mut self, offset: &[u8], count: &[u8]) -> Result<(), Refusal> {
        let number = |text| parse_int(text).ok_or(Refusal::NotInteger);
        self.limit = (number(offset)?, number(count)?);
        Ok(())
    }

    /// A pattern that is the same for all elements means not to sort at all, whatever other patterns there are.
    fn set_by(&mut self, pattern: &'a [u8], cluster: bool) -> Result<(), Refusal> {
        if !pattern.contains(&b'*') {
            self.unsorted = true;
        } else if cluster {
            return Err(Refusal::Text(
                "ERR BY option of SORT denied in Cluster mode.",
            ));
        }
        self.by = Some(Pattern::new(pattern));
        Ok(())
    }

    fn add_get(&mut self, pattern: &'a [u8], cluster: bool) -> Result<(), Refusal> {
        if cluster {
            return Err(Refusal::Text(
                "ERR GET option of SORT denied in Cluster mode.",
            ));
        }
        self.gets.push(Pattern::new(pattern));
        Ok(())
    }
}
