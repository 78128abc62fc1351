//! The best candidates seen so far, over many evictions.
//!
//! A handful of samples tells little about which keys are the oldest; remembering the best of earlier samples
//! makes the approximation a good one. As in the reference server there are sixteen of them.

/// How many candidates are remembered.
const SIZE: usize = 16;

/// A key that may be evicted.
#[derive(Debug)]
pub(super) struct Candidate {
    /// The higher, the better to evict.
    pub(super) score: u64,
    pub(super) db: usize,
    pub(super) table: usize,
    pub(super) hash: u64,
    pub(super) key: Vec<u8>,
}

/// Candidates in the order of their scores, the best last.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    candidates: Vec<Candidate>,
}

impl Pool {
    /// Whether a candidate of this score would be remembered.
    pub(super) fn wants(&self, score: u64) -> bool {
        self.candidates.len() < SIZE
            || self
                .candidates
                .first()
                .is_some_and(|worst| worst.score < score)
    }

    /// Remembers a candidate, and forgets the worst if there are too many. One that is known gets its new score.
    pub(super) fn add(&mut self, candidate: Candidate) {
        self.candidates.retain(|known| {
            known.hash != candidate.hash || known.db != candidate.db || known.key != candidate.key
        });
        if self.candidates.len() >= SIZE {
            self.candidates.remove(0);
        }
        let at = self
            .candidates
            .partition_point(|known| known.score <= candidate.score);
        self.candidates.insert(at, candidate);
    }

    /// Takes the best candidate out.
    pub(super) fn take_best(&mut self) -> Option<Candidate> {
        self.candidates.pop()
    }

    /// Forgets everything: scores of another policy mean nothing.
    pub(crate) fn clear(&mut self) {
        self.candidates.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(n: u64, score: u64) -> Candidate {
        Candidate {
            score,
            db: 0,
            table: 0,
            hash: n,
            key: n.to_le_bytes().to_vec(),
        }
    }

    #[test]
    fn the_best_sixteen_stay_in_order() {
        let mut pool = Pool::default();
        for n in 0..100u64 {
            let score = n * 37 % 101;
            if pool.wants(score) {
                pool.add(candidate(n, score));
            }
        }
        let mut expected: Vec<u64> = (0..100).map(|n| n * 37 % 101).collect();
        expected.sort_unstable();
        for _ in 0..SIZE {
            assert_eq!(pool.take_best().map(|best| best.score), expected.pop());
        }
        assert!(pool.take_best().is_none());
    }

    #[test]
    fn a_key_is_remembered_once() {
        let mut pool = Pool::default();
        pool.add(candidate(1, 5));
        pool.add(candidate(2, 9));
        pool.add(candidate(1, 20));
        assert_eq!(
            pool.take_best().map(|best| (best.hash, best.score)),
            Some((1, 20))
        );
        assert_eq!(pool.take_best().map(|best| best.hash), Some(2));
        assert!(pool.take_best().is_none());
    }
}
