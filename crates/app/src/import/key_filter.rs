//! Which match keys may be known: a compact filter that never misses a key and seldom names one that is not there.
//!
//! It keeps an import of millions of rows from asking the directory about every key, in memory that does not grow with
//! the file. Small imports ask directly, because filling the filter means reading all keys of the directory; into a directory
//! without keys they begin with a small filter.

use fastbloom::BloomFilter;
use xxhash_rust::xxh3::xxh3_64;

/// Keys that are asked for directly before a filter pays.
const ASK_DIRECTLY: usize = 40_000;
/// The filter's size in bits: 16 MiB. With the twenty million keys of ten million rows one in fifteen is named wrongly and
/// looked up in vain.
const BITS: usize = 16 * 1024 * 1024 * 8;
/// The size in bits of a filter that begins with no key: 256 KiB.
const FIRST_BITS: usize = 256 * 1024 * 8;
/// Keys that such a filter takes: with more it would name over one in a hundred wrongly.
const FIRST_KEYS: usize = 100_000;
/// Bits set for each key. With four, one in twenty-five of twenty million would be named wrongly, but every look would cost
/// twice as much.
const HASHES: u32 = 2;

/// What is known of the keys of directory and file.
pub(crate) struct KeyFilter {
    filter: Option<BloomFilter>,
    asked: usize,
    /// Keys that it takes before a larger one must be filled.
    room: usize,
}

impl KeyFilter {
    /// A filter that knows nothing yet and so excludes nothing.
    pub fn new() -> Self {
        Self {
            filter: None,
            asked: 0,
            room: 0,
        }
    }

    /// Whether it was filled, and takes more keys.
    pub fn is_filled(&self) -> bool {
        self.filter.is_some() && self.room > 0
    }

    /// Whether nothing was asked yet.
    pub fn is_unasked(&self) -> bool {
        self.asked == 0
    }

    /// Whether so many keys were asked for that filling it pays.
    pub fn pays(&self) -> bool {
        self.asked >= ASK_DIRECTLY
    }

    /// Begins to fill the filter, a small one if nothing was asked yet; every known key must be added now.
    pub fn begin(&mut self) {
        let (bits, room) = match self.is_unasked() {
            true => (FIRST_BITS, FIRST_KEYS),
            false => (BITS, usize::MAX),
        };
        self.filter = Some(BloomFilter::with_num_bits(bits).seed(&0).hashes(HASHES));
        self.room = room;
    }

    /// Notes a key.
    pub fn add(&mut self, key: &str) {
        self.add_hash(hash(key.as_bytes()));
    }

    /// Notes a key by its hash.
    pub fn add_hash(&mut self, hash: u64) {
        if let Some(filter) = &mut self.filter {
            filter.insert_hash(hash);
            self.room = self.room.saturating_sub(1);
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
            true => {
                self.room = self.room.saturating_sub(1);
                filter.insert_hash(hash(key.as_bytes()))
            }
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
