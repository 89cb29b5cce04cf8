//! A Bloom filter of the match keys in the directory and the file: it has no false negatives and few false positives.
//!
//! The filter spares an import of millions of rows most lookups in the directory, in memory that does not grow with the
//! file. Small imports query the directory directly, because filling the filter means reading all keys of the
//! directory. If the directory has no keys, an import begins with a small filter at once.

use fastbloom::BloomFilter;
use xxhash_rust::xxh3::xxh3_64;

/// The number of keys that are looked up directly before filling a filter pays off.
const ASK_DIRECTLY: usize = 40_000;
/// The filter's size in bits: 16 MiB. With the twenty million keys of ten million rows, one in fifteen unknown keys is
/// a false positive and is looked up in vain.
const BITS: usize = 16 * 1024 * 1024 * 8;
/// The size in bits of a filter that begins without keys: 256 KiB.
const FIRST_BITS: usize = 256 * 1024 * 8;
/// The capacity of the small filter: with more keys, over one in a hundred unknown keys would be a false positive.
const FIRST_KEYS: usize = 100_000;
/// Bits set for each key. With four bits and twenty million keys, one in twenty-five unknown keys would be a false
/// positive, but every lookup would cost twice as much.
const HASHES: u32 = 2;

/// A filter of the match keys in the directory and the file.
pub(crate) struct KeyFilter {
    filter: Option<BloomFilter>,
    asked: usize,
    /// How many more keys the filter takes before a larger one must be filled.
    room: usize,
}

impl KeyFilter {
    /// Creates a filter that is not filled yet and therefore excludes nothing.
    pub fn new() -> Self {
        Self {
            filter: None,
            asked: 0,
            room: 0,
        }
    }

    /// Whether the filter was filled and takes more keys.
    pub fn is_filled(&self) -> bool {
        self.filter.is_some() && self.room > 0
    }

    /// Whether no key was looked up yet.
    pub fn is_unasked(&self) -> bool {
        self.asked == 0
    }

    /// Whether so many keys were looked up that filling the filter pays off.
    pub fn pays(&self) -> bool {
        self.asked >= ASK_DIRECTLY
    }

    /// Begins a new, empty filter, a small one if no key was looked up yet. The caller must then add every known key.
    pub fn begin(&mut self) {
        let (bits, room) = match self.is_unasked() {
            true => (FIRST_BITS, FIRST_KEYS),
            false => (BITS, usize::MAX),
        };
        self.filter = Some(BloomFilter::with_num_bits(bits).seed(&0).hashes(HASHES));
        self.room = room;
    }

    /// Adds a key.
    pub fn add(&mut self, key: &str) {
        self.add_hash(hash(key.as_bytes()));
    }

    /// Adds a key by its hash.
    pub fn add_hash(&mut self, hash: u64) {
        if let Some(filter) = &mut self.filter {
            filter.insert_hash(hash);
            self.room = self.room.saturating_sub(1);
        }
    }

    /// Whether the key is certainly unknown. Never true for a key that was added.
    pub fn excludes(&self, key: &str) -> bool {
        self.filter
            .as_ref()
            .is_some_and(|filter| !filter.contains_hash(hash(key.as_bytes())))
    }

    /// Whether the key may be known and therefore must be looked up. Adds the key if `is_noted`.
    pub fn may_know(&mut self, key: &str, is_noted: bool) -> bool {
        self.asked += 1;
        let Some(filter) = &mut self.filter else {
            return true;
        };
        match is_noted {
            true => {
                self.room = self.room.saturating_sub(1);
                filter.insert_hash(hash(key.as_bytes()))
            }
            false => filter.contains_hash(hash(key.as_bytes())),
        }
    }
}

/// Returns the hash of a key in filters.
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

    #[test]
    fn a_filter_that_began_with_no_key_is_filled_again_once_it_holds_many() {
        let mut filter = KeyFilter::new();
        filter.begin();
        for n in 0..FIRST_KEYS {
            assert!(filter.is_filled());
            filter.may_know(&format!("e{n}@example.com"), true);
        }
        let wrong = (0..100_000)
            .filter(|n| filter.may_know(&format!("p{n}"), false))
            .count();
        assert!((1..1_500).contains(&wrong), "{wrong}");
        assert!(!filter.is_filled() && filter.pays(), "it still excludes keys");
        filter.begin();
        filter.add("e1@example.com");
        assert!(filter.is_filled() && filter.may_know("e1@example.com", false));
    }
}
