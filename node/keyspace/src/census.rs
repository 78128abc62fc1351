//! How many keys a database has, and how many of them have an expiry, summed up over neighbouring tables.
//!
//! Sixteen thousand tables cannot be asked one by one when a random key is wanted, or the next table with keys.
//! Two levels of sums answer both within a handful of cache lines, and cost two additions per inserted key.

/// Tables per group, the lower level.
pub(crate) const GROUP: usize = 8;
/// Tables per block, the upper level.
pub(crate) const BLOCK: usize = 128;

/// Which keys are meant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Among {
    /// All of them.
    All,
    /// Those with an expiry.
    Expiring,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    keys: u32,
    expiring: u32,
}

impl Count {
    const fn of(self, among: Among) -> usize {
        match among {
            Among::All => self.keys as usize,
            Among::Expiring => self.expiring as usize,
        }
    }

    const fn change(&mut self, keys: i32, expiring: i32) {
        self.keys = self.keys.saturating_add_signed(keys);
        self.expiring = self.expiring.saturating_add_signed(expiring);
    }
}

/// The sums.
#[derive(Debug)]
pub(crate) struct Census {
    blocks: Box<[Count]>,
    groups: Box<[Count]>,
    total: Count,
}

impl Census {
    pub(crate) fn new(tables: usize) -> Self {
        Self {
            blocks: vec![Count::default(); tables.div_ceil(BLOCK)].into(),
            groups: vec![Count::default(); tables.div_ceil(GROUP)].into(),
            total: Count::default(),
        }
    }

    /// The sum over all tables.
    pub(crate) const fn total(&self, among: Among) -> usize {
        self.total.of(among)
    }

    /// A table has so many more (or fewer) keys, and keys with an expiry.
    #[inline]
    pub(crate) fn change(&mut self, table: usize, keys: i32, expiring: i32) {
        self.total.change(keys, expiring);
        if let Some(block) = self.blocks.get_mut(table / BLOCK) {
            block.change(keys, expiring);
        }
        if let Some(group) = self.groups.get_mut(table / GROUP) {
            group.change(keys, expiring);
        }
    }

    /// The first table of the first group from `table` on that may have such keys; `table` itself if that is in
    /// such a group.
    pub(crate) fn skip_empty(&self, table: usize, among: Among) -> Option<usize> {
        let mut table = table;
        loop {
            let block = self.blocks.get(table / BLOCK)?;
            if block.of(among) == 0 {
                table = (table / BLOCK + 1) * BLOCK;
                continue;
            }
            let group = self.groups.get(table / GROUP)?;
            if group.of(among) > 0 {
                return Some(table);
            }
            table = (table / GROUP + 1) * GROUP;
        }
    }

    /// The first table of the group that holds the `nth` such key, and how many of that group's go before it.
    pub(crate) fn group_of_nth(&self, nth: usize, among: Among) -> Option<(usize, usize)> {
        let (block, left) = walk(&self.blocks, nth, among)?;
        let first = block * (BLOCK / GROUP);
        let (group, left) = walk(self.groups.get(first..)?, left, among)?;
        Some(((first + group) * GROUP, left))
    }
}

/// Which of these counts the `nth` key falls in, and how many of it go before the key.
fn walk(counts: &[Count], nth: usize, among: Among) -> Option<(usize, usize)> {
    let mut left = nth;
    for (at, count) in counts.iter().enumerate() {
        let here = count.of(among);
        if left < here {
            return Some((at, left));
        }
        left -= here;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_found_in_its_group() {
        let keys = [
            (3, 2, 1),
            (7, 1, 0),
            (8, 4, 4),
            (127, 1, 0),
            (128, 2, 1),
            (16383, 3, 2),
        ];
        let mut census = Census::new(16384);
        for (table, keys, expiring) in keys {
            census.change(table, keys, expiring);
        }
        for among in [Among::All, Among::Expiring] {
            let mut nth = 0;
            for (table, keys, expiring) in keys {
                let here = if among == Among::All { keys } else { expiring };
                for _ in 0..here {
                    let (group, _) = census.group_of_nth(nth, among).unwrap();
                    assert_eq!(group, table / GROUP * GROUP, "key {nth} of {among:?}");
                    nth += 1;
                }
            }
            assert_eq!(census.total(among), nth);
            assert_eq!(census.group_of_nth(nth, among), None);
        }
    }

    #[test]
    fn empty_groups_are_skipped() {
        let mut census = Census::new(16384);
        census.change(300, 1, 0);
        assert_eq!(census.skip_empty(0, Among::All), Some(296));
        assert_eq!(census.skip_empty(301, Among::All), Some(301));
        assert_eq!(census.skip_empty(304, Among::All), None);
        assert_eq!(census.skip_empty(0, Among::Expiring), None);
        census.change(300, -1, 0);
        assert_eq!(census.skip_empty(0, Among::All), None);
    }
}
