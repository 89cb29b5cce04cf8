//! Match keys held by more than [`MAX_CANDIDATES`] contacts: the number of a switchboard, the address of an office.
//!
//! Owns finding, among all contacts that have such a key, those that a row can be, without looking at each of them for
//! each row: twenty thousand colleagues behind one number would mean two hundred million looks.

use crate::contacts::stored::read_body;
use foldhash::fast::RandomState;
use model::{Contact, ContactId, content_hash, fold};
use std::collections::{BTreeSet, HashMap};
use xxhash_rust::xxh3::xxh3_64;

/// Contacts with one key that are compared one by one, at most.
pub(crate) const MAX_CANDIDATES: usize = 64;

/// The contacts that have one key, by what tells them apart.
#[derive(Default)]
pub(crate) struct SharedKey {
    all: BTreeSet<ContactId>,
    by_name: HashMap<u64, BTreeSet<ContactId>, RandomState>,
    /// Without those that the import in hand has created: equal rows of one file stay as many contacts.
    by_content: HashMap<u128, BTreeSet<ContactId>, RandomState>,
}

impl SharedKey {
    /// Adds a contact, by its values as JSON; `is_own` says whether the import in hand has created it.
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

    /// Takes a contact out that had these values.
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

    /// The first of them, one more than are looked at one by one.
    pub fn first(&self) -> Vec<ContactId> {
        first(Some(&self.all))
    }

    /// The first of those that have exactly this name.
    pub fn namesakes(&self, name: u64) -> Vec<ContactId> {
        first(self.by_name.get(&name))
    }

    /// The first of those that have exactly these values and were there before the import.
    pub fn same(&self, content: u128) -> Vec<ContactId> {
        first(self.by_content.get(&content))
    }
}

fn first(ids: Option<&BTreeSet<ContactId>>) -> Vec<ContactId> {
    ids.into_iter().flatten().take(MAX_CANDIDATES + 1).copied().collect()
}

/// The name of a contact, folded, as a number; none if it has no name.
fn name_in(id: ContactId, body: &str) -> Result<Option<u64>, store::Error> {
    Ok(name_of(&read_body(id, body)?))
}

/// The same of a contact that was read.
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
