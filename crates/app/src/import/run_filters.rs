//! A Bloom filter for each run of match keys that this import has written: shows which runs may hold a key.
//!
//! Without the filters every key is looked up in every run. A run without a filter may hold any key.

use crate::import::key_filter::hash;
use fastbloom::BloomFilter;
use model::{ContactId, MatchKey};
use std::collections::HashMap;

/// Filter bits for each key: about one absent key in three hundred is looked up in vain.
const BITS_PER_KEY: usize = 12;

#[derive(Default)]
pub(crate) struct RunFilters {
    by_run: HashMap<u16, BloomFilter>,
}

impl RunFilters {
    /// Creates a filter of the keys of a batch.
    pub fn filter(keys: &[(MatchKey, ContactId)]) -> BloomFilter {
        let bits = (keys.len() * BITS_PER_KEY).max(64);
        let mut filter = BloomFilter::with_num_bits(bits).seed(&0).expected_items(keys.len());
        for (key, _) in keys {
            filter.insert_hash(hash(key.as_stored().as_bytes()));
        }
        filter
    }

    /// Records where the keys of a batch are: in a run of their own, or, with `None`, not in one, because the runs were
    /// merged. Then all filters are dropped.
    pub fn note(&mut self, run: Option<(u16, BloomFilter)>) {
        match run {
            Some((run, filter)) => drop(self.by_run.insert(run, filter)),
            None => self.by_run.clear(),
        }
    }

    /// Forgets all runs.
    pub fn clear(&mut self) {
        self.by_run.clear();
    }

    /// Whether a run may hold a key. Never false for a key that the run holds.
    pub fn may_hold(&self, run: u16, key: &MatchKey) -> bool {
        self.by_run
            .get(&run)
            .is_none_or(|filter| filter.contains_hash(hash(key.as_stored().as_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_of_a_run_are_never_missed_and_others_seldom_named() {
        let keys: Vec<_> = (0..2_000)
            .map(|n| (MatchKey::from_stored(&format!("e{n}")), ContactId::nil()))
            .collect();
        let (own, others) = keys.split_at(1_000);
        let mut filters = RunFilters::default();
        filters.note(Some((7, RunFilters::filter(own))));
        assert!(
            own.iter()
                .all(|(key, _)| filters.may_hold(7, key) && filters.may_hold(6, key))
        );
        let named = others.iter().filter(|(key, _)| filters.may_hold(7, key)).count();
        assert!(named < 50, "{named}");
        filters.note(None);
        assert!(filters.may_hold(7, &others[0].0));
    }
}
