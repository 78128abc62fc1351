//! The results of set operations.

use shoal_rdb::listpack::Element;

use super::inputs::Input;
use crate::commands::is_word;
use crate::encodings::tools::Tools;
use crate::encodings::zset::{Full, ZsetTree};
use crate::hashing::KeyHasher;

/// How scores of the same member are combined.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Aggregate {
    #[default]
    Sum,
    Min,
    Max,
}

impl Aggregate {
    pub(super) fn parse(word: &[u8]) -> Option<Self> {
        let all = [("SUM", Self::Sum), ("MIN", Self::Min), ("MAX", Self::Max)];
        let found = all.into_iter().find(|(name, _)| is_word(word, name));
        found.map(|(_, aggregate)| aggregate)
    }

    /// The sum of two opposite infinities counts as zero.
    fn apply(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Sum => number(a + b),
            Self::Min if b < a => b,
            Self::Max if b > a => b,
            Self::Min | Self::Max => a,
        }
    }
}

/// What is no number counts as zero.
fn number(score: f64) -> f64 {
    if score.is_nan() { 0.0 } else { score }
}

/// A set and what its scores are multiplied by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'a> {
    pub(super) input: Option<Input<'a>>,
    pub(super) weight: f64,
}

impl<'a> Source<'a> {
    pub(super) fn len(&self) -> usize {
        self.input.map_or(0, Input::len)
    }

    pub(super) fn iter(self) -> impl Iterator<Item = (Element<'a>, f64)> {
        self.input.into_iter().flat_map(Input::iter)
    }

    pub(super) fn score(&self, member: Element<'_>, hasher: &KeyHasher) -> Option<f64> {
        self.input?.score(member, hasher)
    }
}

pub(super) fn union(
    sources: &[Source<'_>],
    aggregate: Aggregate,
    tools: Tools<'_>,
) -> Result<ZsetTree, Full> {
    let (mut result, mut digits) = (ZsetTree::default(), itoa::Buffer::new());
    for source in sources {
        for (member, score) in source.iter() {
            let (text, mut score) = (member.text(&mut digits), number(source.weight * score));
            if let Some(old) = result.score(text, tools.hasher) {
                score = aggregate.apply(old, score);
            }
            result.overwrite(text, score, tools.hasher)?;
        }
    }
    Ok(result)
}

pub(super) fn intersection(
    sources: &[Source<'_>],
    aggregate: Aggregate,
    tools: Tools<'_>,
) -> Result<ZsetTree, Full> {
    let (mut result, mut digits) = (ZsetTree::default(), itoa::Buffer::new());
    let Some((first, others)) = sources.split_first() else {
        return Ok(result);
    };
    for (member, score) in first.iter() {
        let start = number(first.weight * score);
        let combined = others.iter().try_fold(start, |sum, other| {
            let score = other.score(member, tools.hasher)?;
            Some(aggregate.apply(sum, score * other.weight))
        });
        if let Some(score) = combined {
            result.overwrite(member.text(&mut digits), score, tools.hasher)?;
        }
    }
    Ok(result)
}

pub(super) fn difference(sources: &[Source<'_>], tools: Tools<'_>) -> Result<ZsetTree, Full> {
    let (mut result, mut digits) = (ZsetTree::default(), itoa::Buffer::new());
    let Some((first, others)) = sources.split_first() else {
        return Ok(result);
    };
    for (member, score) in first.iter() {
        let elsewhere = |other: &Source<'_>| other.score(member, tools.hasher).is_some();
        if !others.iter().any(elsewhere) {
            result.overwrite(member.text(&mut digits), score, tools.hasher)?;
        }
    }
    Ok(result)
}
