//! The order of the elements.

use core::cmp::Ordering;

use super::Request;
use super::elements::{Elements, Texts};
use crate::ctx::Ctx;
use crate::double;
use crate::refusal::Refusal;

/// What elements are compared by.
enum Weights {
    /// Numbers, and the elements themselves where these are the same.
    Numbers(Vec<f64>),
    /// The elements.
    Texts,
    /// Other texts. An element without one comes first.
    Others(Vec<Option<Vec<u8>>>),
}

/// The indices of the elements in the order that is asked for.
pub(super) fn of(
    ctx: &mut Ctx<'_>,
    request: &Request<'_>,
    elements: &Elements,
) -> Result<Vec<usize>, Refusal> {
    let texts = &elements.texts;
    let mut order: Vec<usize> = (0..texts.len()).collect();
    if request.unsorted {
        return Ok(order);
    }
    let weights = weigh(ctx, request, texts)?;
    order.sort_by(|&a, &b| {
        let order = weights.compare(texts, a, b);
        if request.descending {
            order.reverse()
        } else {
            order
        }
    });
    Ok(order)
}

fn weigh(ctx: &mut Ctx<'_>, request: &Request<'_>, texts: &Texts) -> Result<Weights, Refusal> {
    let all = (0..texts.len()).map(|index| texts.get(index));
    match (request.by, request.alpha) {
        (None, true) => Ok(Weights::Texts),
        (Some(by), true) => Ok(Weights::Others(
            all.map(|text| by.value(ctx, text)).collect(),
        )),
        (None, false) => all
            .map(number)
            .collect::<Result<_, _>>()
            .map(Weights::Numbers),
        (Some(by), false) => {
            let weight = |text| by.value(ctx, text).map_or(Ok(0.0), |value| number(&value));
            all.map(weight)
                .collect::<Result<_, _>>()
                .map(Weights::Numbers)
        }
    }
}

fn number(text: &[u8]) -> Result<f64, Refusal> {
    double::parse_weight(text).ok_or(Refusal::Text(
        "ERR One or more scores can't be converted into double",
    ))
}

impl Weights {
    fn compare(&self, texts: &Texts, a: usize, b: usize) -> Ordering {
        match self {
            Self::Numbers(numbers) => {
                let order = numbers.get(a).partial_cmp(&numbers.get(b));
                order
                    .unwrap_or(Ordering::Equal)
                    .then_with(|| texts.get(a).cmp(texts.get(b)))
            }
            Self::Texts => texts.get(a).cmp(texts.get(b)),
            Self::Others(others) => others.get(a).cmp(&others.get(b)),
        }
    }
}
