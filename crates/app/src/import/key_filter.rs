//! Which match keys may be known: a compact filter that never misses a key and seldom names one that is not there.
//!
//! It keeps an import of millions of rows from asking the directory about every key, in memory that does not grow with
//! the file. Small imports ask directly, because filling the filter means reading all keys of the directory.

use fastbloom::BloomFilter;
use xxhash_rust::xxh3::xxh3_64;

/// Keys that are asked for directly before a filter pays.
const ASK_DIRECTLY: usize = 40_000;
/// The filter's size in bits: 16 MiB. With the twenty million keys of ten million rows one in fifteen is named wrongly and
/// looked up in vain.
const BITS: usize = 16 * 1024 * 1024 * 8;
/// Bits set for each key. With four, one in twenty-five of twenty million would be named wrongly, but every look would cost
/// twice as much.
const HASHES: u32 = 2;

/// What is known of the keys of directory and file.
pub(crate) struct KeyFilter {
    filter: Option<BloomFilter>,
    asked: usize,
}

impl KeyFilter {
    /// A filter that knows nothing yet and so excludes nothing.
    pub fn new() -> Self {
        Self { filter: None, asked: 0 }
    }

    /// Whether it was filled.
    pub fn is_filled(&self) -> bool {
        self.filter.is_some()
    }

    /// Whether nothing was asked yet.
    pub fn is_unasked(&self) -> bool {
        self.asked == 0
    }

    /// Whether so many keys were asked for that filling it pays.
    pub fn pays(&self) -> bool {
        self.asked >= ASK_DIRECTLY
    }

    /// Begins to fill the filter; every known key must be added now.
    pub fn begin(&mut self) {
        self.filter = Some(BloomFilter::with_num_bits(BITS).seed(&0).hashes(HASHES));
    }

    /// Notes a key.
    pub fn add(&mut self, key: &str) {
        self.add_hash(hash(key.as_bytes()));
    }

    /// Notes a key by its hash.
    pub fn add_hash(&mut self, hash: u64) {
        if let Some(filter) = &mut self.filter {
            filter.insert_hash(hash);
        }
    }

    /// Whether the key is surely not known. Never true for a key that was noted.
    pub fn excludes(&self, key: &str) -> bool {
        self.filter
            .as_ref()
            .is_some_and(|filter| !filter.contains_hash(hash(key.as_bytes())))
    }

    /// Whether the key may be known and so must be asked for. From now on it is known, if it is to be noted.
    pub fn may_know(&mut self, key: &str, is_noted: bool) -> bool {
        self.asked += 1;
        let Some(filter) = &mut self.filter else {
            return true;
        };
        match is_noted {
            true => filter.insert_hash(hash(key.as_bytes())),
            false => filter.contains_hash(hash(key.as_bytes())),
        }
    }
}

/// The hash by which filters know a key.
pub(crate) fn hash(key: &[u8]) -> u64 {
    xxh3_64(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_keys_are_never_missed_and_unknown_ones_seldom_named() {
        let mut filter = KeyFilter::new();
        assert!(filter.may_know("anything", true));
        filter.begin();
        for n in 0..100_000 {
            filter.add(&format!("e{n}@example.com"));
        }
        assert!((0..100_000).all(|n| filter.may_know(&format!("e{n}@example.com"), false)));
        let wrong = (0..100_000)
            .filter(|n| filter.may_know(&format!("p{n}"), false))
            .count();
        assert!(wrong < 1000, "{wrong}");
    }

    #[test]
    fn a_noted_key_is_known_from_then_on() {
        let mut filter = KeyFilter::new();
        filter.begin();
        assert!(!filter.may_know("c1", false) && !filter.may_know("c1", false));
        assert!(!filter.may_know("e1", true) && filter.may_know("e1", true));
    }
}
