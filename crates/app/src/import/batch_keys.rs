//! The match keys that the current batch gives to contacts, with a lookup by key.
//!
//! Holds one list of keys in order of insertion and a hash table of positions in it. Nearly all keys are never looked
//! up, so insertion must be cheap.

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use model::{ContactId, MatchKey};
use std::hash::BuildHasher;

/// Keys with their contacts.
#[derive(Default)]
pub(crate) struct BatchKeys {
    keys: Vec<(MatchKey, ContactId)>,
    /// For each entry of `keys`, its links to the other entries with the same key.
    links: Vec<Link>,
    /// The position of the first entry of each key.
    first: HashTable<u32>,
    hasher: RandomState,
}

/// The position of the next entry with the same key. In the first entry of a key, `last` is the position of its last
/// entry and `count` their number.
struct Link {
    next: Option<u32>,
    last: u32,
    count: u32,
}

impl BatchKeys {
    /// Records that a contact has a key.
    pub fn add(&mut self, key: MatchKey, id: ContactId) {
        let place = self.keys.len() as u32;
        let hash = self.hasher.hash_one(&key);
        let known = self.first.find(hash, |at| self.keys[*at as usize].0 == key).copied();
        match known {
            Some(first) => {
                let head = &mut self.links[first as usize];
                head.count += 1;
                let last = std::mem::replace(&mut head.last, place);
                self.links[last as usize].next = Some(place);
            }
            None => {
                let rehash = |at: &u32| self.hasher.hash_one(&self.keys[*at as usize].0);
                self.first.insert_unique(hash, place, rehash);
            }
        }
        self.keys.push((key, id));
        self.links.push(Link {
            next: None,
            last: place,
            count: 1,
        });
    }

    fn first(&self, key: &MatchKey) -> Option<u32> {
        let hash = self.hasher.hash_one(key);
        self.first.find(hash, |at| self.keys[*at as usize].0 == *key).copied()
    }

    /// Returns how often a key was added.
    pub fn count(&self, key: &MatchKey) -> usize {
        self.first(key).map_or(0, |at| self.links[at as usize].count as usize)
    }

    /// Returns the contacts with a key, in the order in which they were added.
    pub fn contacts(&self, key: &MatchKey) -> impl Iterator<Item = ContactId> {
        let places = std::iter::successors(self.first(key), |at| self.links[*at as usize].next);
        places.map(|at| self.keys[at as usize].1)
    }

    /// Returns all keys with their contacts, in the order in which they were added.
    pub fn all(&self) -> &[(MatchKey, ContactId)] {
        &self.keys
    }

    /// Removes and returns all keys with their contacts.
    pub fn take(&mut self) -> Vec<(MatchKey, ContactId)> {
        self.links.clear();
        self.first.clear();
        // The next batch is about as large.
        let room = Vec::with_capacity(self.keys.len());
        std::mem::replace(&mut self.keys, room)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn contacts_are_found_by_their_keys_in_order(noted in proptest::collection::vec((0..20_u8, 0..9_u128), 0..300)) {
            let key = |n: u8| MatchKey::from_stored(&format!("e{n}"));
            let mut keys = BatchKeys::default();
            for (n, id) in &noted {
                keys.add(key(*n), ContactId::from_u128(*id));
            }
            for n in 0..21 {
                let expected: Vec<ContactId> =
                    noted.iter().filter(|(of, _)| *of == n).map(|(_, id)| ContactId::from_u128(*id)).collect();
                prop_assert_eq!(keys.count(&key(n)), expected.len());
                prop_assert_eq!(keys.contacts(&key(n)).collect::<Vec<_>>(), expected);
            }
            prop_assert_eq!(keys.take().len(), noted.len());
            prop_assert_eq!((keys.count(&key(0)), keys.all().len()), (0, 0));
        }
    }
}
