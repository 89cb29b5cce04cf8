//! Match keys held by more than [`MAX_CANDIDATES`] contacts: the number of a switchboard, the address of an office.
//!
//! Finds the contacts with such a key that a row can match, by name or content, without comparing each contact with
//! each row: twenty thousand colleagues with one number would mean two hundred million comparisons.

use crate::contacts::stored::read_body;
use foldhash::fast::RandomState;
use model::{Contact, ContactId, content_hash, fold};
use std::collections::{BTreeSet, HashMap};
use xxhash_rust::xxh3::xxh3_64;

/// The maximum number of contacts with one key that are compared one by one.
pub(crate) const MAX_CANDIDATES: usize = 64;

/// The contacts that have one key, by name and by content.
#[derive(Default)]
pub(crate) struct SharedKey {
    all: BTreeSet<ContactId>,
    by_name: HashMap<u64, BTreeSet<ContactId>, RandomState>,
    /// Without contacts that the current import has created: equal rows of one file stay separate contacts.
    by_content: HashMap<u128, BTreeSet<ContactId>, RandomState>,
}

impl SharedKey {
    /// Adds a contact with this JSON. `is_own`: whether the current import has created it.
    ///
    /// # Errors
    /// When the values cannot be read.
    pub fn add(&mut self, id: ContactId, body: &str, is_own: bool) -> Result<(), store::Error> {
        self.all.insert(id);
        if let Some(name) = name_in(id, body)? {
            self.by_name.entry(name).or_default().insert(id);
        }
        if !is_own {
            self.by_content.entry(content_hash(body)).or_default().insert(id);
        }
        Ok(())
    }

    /// Removes a contact. `body` is the JSON with which it was added.
    ///
    /// # Errors
    /// When the values cannot be read.
    pub fn remove(&mut self, id: ContactId, body: &str) -> Result<(), store::Error> {
        self.all.remove(&id);
        if let Some(named) = name_in(id, body)?.and_then(|name| self.by_name.get_mut(&name)) {
            named.remove(&id);
        }
        if let Some(same) = self.by_content.get_mut(&content_hash(body)) {
            same.remove(&id);
        }
        Ok(())
    }

    /// Returns the first contacts, one more than are compared one by one.
    pub fn first(&self) -> Vec<ContactId> {
        first(Some(&self.all))
    }

    /// Returns the first contacts with exactly this name.
    pub fn namesakes(&self, name: u64) -> Vec<ContactId> {
        first(self.by_name.get(&name))
    }

    /// Returns the first contacts that have exactly these values and existed before the import.
    pub fn same(&self, content: u128) -> Vec<ContactId> {
        first(self.by_content.get(&content))
    }
}

fn first(ids: Option<&BTreeSet<ContactId>>) -> Vec<ContactId> {
    ids.into_iter().flatten().take(MAX_CANDIDATES + 1).copied().collect()
}

/// Returns the hash of the folded name in a contact's JSON; `None` if it has no name.
fn name_in(id: ContactId, body: &str) -> Result<Option<u64>, store::Error> {
    Ok(name_of(&read_body(id, body)?))
}

/// Returns the hash of a contact's folded name; `None` if it has no name.
pub(crate) fn name_of(contact: &Contact) -> Option<u64> {
    let parts = [&contact.first_name, &contact.middle_name, &contact.last_name];
    let name = fold(&parts.map(|part| part.as_str()).join(" "));
    let name = name.trim();
    (!name.is_empty()).then(|| xxh3_64(name.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(first: &str, company: &str) -> String {
        Contact {
            first_name: first.into(),
            company: company.into(),
            ..Contact::default()
        }
        .to_json()
    }

    #[test]
    fn a_contact_is_found_by_its_name_and_by_all_its_values() {
        let mut shared = SharedKey::default();
        let (zoe, bo, nobody) = (body("Zoë", "A"), body("Bo", "A"), body("", "A"));
        for (id, body) in (1..).map(ContactId::from_u128).zip([&zoe, &bo, &nobody]) {
            shared.add(id, body, false).unwrap();
        }
        let hash = |body: &str| name_in(ContactId::nil(), body).unwrap();
        let named = |shared: &SharedKey, body: &str| shared.namesakes(hash(body).unwrap());
        assert_eq!(named(&shared, &body("ZOE", "B")), [ContactId::from_u128(1)]);
        assert_eq!(hash(&nobody), None);
        assert_eq!(shared.same(content_hash(&nobody)), [ContactId::from_u128(3)]);
        shared.remove(ContactId::from_u128(1), &zoe).unwrap();
        assert!(named(&shared, &zoe).is_empty() && shared.same(content_hash(&zoe)).is_empty());
        assert_eq!(shared.first(), [2, 3].map(ContactId::from_u128));
    }

    #[test]
    fn equal_rows_of_the_file_itself_are_not_found_by_their_values() {
        let mut shared = SharedKey::default();
        let ada = body("Ada", "A");
        for id in 1..=1_000 {
            shared.add(ContactId::from_u128(id), &ada, true).unwrap();
        }
        shared.add(ContactId::from_u128(1_001), &ada, false).unwrap();
        assert_eq!(shared.same(content_hash(&ada)), [ContactId::from_u128(1_001)]);
        assert_eq!(shared.first().len(), MAX_CANDIDATES + 1);
    }

    #[test]
    fn a_contact_that_cannot_be_read_is_an_error() {
        assert!(SharedKey::default().add(ContactId::nil(), "{", false).is_err());
    }
}
