//! From registers to a cardinality, after Otmar Ertl, "New cardinality estimation algorithms for HyperLogLog
//! sketches", arXiv:1702.01284. The operations and their order are the reference server's, so the last digit agrees.

use super::REGISTERS;

/// The bits of a hash that count zeros.
const ZEROS_MAX: usize = 50;
/// 0.5 / ln 2.
const ALPHA: f64 = 0.721_347_520_444_481_7;

/// The estimate, from how many registers have each value.
pub(super) fn cardinality(histogram: &[u32; 64]) -> u64 {
    let m = REGISTERS as f64;
    let saturated = f64::from(histogram[ZEROS_MAX + 1]);
    let mut z = m * tau((m - saturated) / m);
    for &count in histogram[1..=ZEROS_MAX].iter().rev() {
        z = (z + f64::from(count)) * 0.5;
    }
    z += m * sigma(f64::from(histogram[0]) / m);
    round(ALPHA * m * m / z)
}

/// Rounds as the reference server's processor does: what is beyond 64 bits becomes the smallest number. Only
/// registers that no hash leads to get there.
fn round(estimate: f64) -> u64 {
    if estimate < i64::MAX as f64 {
        estimate.round() as u64
    } else {
        i64::MIN as u64
    }
}

/// The share of registers at zero.
fn sigma(mut x: f64) -> f64 {
    if x == 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z == before {
            return z;
        }
    }
}

/// The share of registers that are not at their end.
fn tau(mut x: f64) -> f64 {
    if x == 0.0 || x == 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x) * (1.0 - x) * y;
        if z == before {
            return z / 3.0;
        }
    }
}
