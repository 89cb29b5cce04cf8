//! Keys that a crowd shares: the number of a switchboard, the address of an office.
//!
//! Owns finding, among all contacts that have such a key, those that a row can be, without looking at each of them for each
//! row: twenty thousand colleagues behind one number would mean two hundred million looks. Leaves out which contacts have a
//! key, and what it means that one is found.

use foldhash::fast::RandomState;
use model::{Contact, ContactId, content_hash, fold};
use std::collections::HashMap;
use xxhash_rust::xxh3::xxh3_64;

/// So many contacts with one key are looked at one by one; more are a crowd.
pub(crate) const CROWD: usize = 64;

/// The contacts that have one key, by what tells them apart.
#[derive(Default)]
pub(crate) struct Crowd {
    by_name: HashMap<u64, Vec<ContactId>, RandomState>,
    by_content: HashMap<u128, Vec<ContactId>, RandomState>,
}

impl Crowd {
    /// Adds a contact, by its values as JSON.
    pub fn add(&mut self, id: ContactId, body: &str) {
        if let Some(name) = name_in(body) {
            self.by_name.entry(name).or_default().push(id);
        }
        self.by_content.entry(content_hash(body)).or_default().push(id);
    }

    /// Takes a contact out that had these values.
    pub fn remove(&mut self, id: ContactId, body: &str) {
        let without = |ids: Option<&mut Vec<ContactId>>| {
            if let Some(ids) = ids {
                ids.retain(|known| *known != id);
            }
        };
        without(name_in(body).and_then(|name| self.by_name.get_mut(&name)));
        without(self.by_content.get_mut(&content_hash(body)));
    }

    /// The first of those that have exactly this name.
    pub fn namesakes(&self, name: u64) -> Vec<ContactId> {
        first(self.by_name.get(&name))
    }

    /// The first of those that have exactly these values.
    pub fn same(&self, content: u128) -> Vec<ContactId> {
        first(self.by_content.get(&content))
    }
}

fn first(ids: Option<&Vec<ContactId>>) -> Vec<ContactId> {
    ids.into_iter().flatten().take(CROWD + 1).copied().collect()
}

/// The name of a contact, folded, as a number; none if it has no name.
pub(crate) fn name_in(body: &str) -> Option<u64> {
    let contact = Contact::from_json(body).ok()?;
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
        let mut crowd = Crowd::default();
        let (zoe, bo, nobody) = (body("Zoë", "A"), body("Bo", "A"), body("", "A"));
        for (id, body) in (1..).map(ContactId::from_u128).zip([&zoe, &bo, &nobody]) {
            crowd.add(id, body);
        }
        let named = |crowd: &Crowd, body: &str| crowd.namesakes(name_in(body).unwrap());
        assert_eq!(named(&crowd, &body("ZOE", "B")), [ContactId::from_u128(1)]);
        assert_eq!(name_in(&nobody), None);
        assert_eq!(crowd.same(content_hash(&nobody)), [ContactId::from_u128(3)]);
        crowd.remove(ContactId::from_u128(1), &zoe);
        assert!(named(&crowd, &zoe).is_empty() && crowd.same(content_hash(&zoe)).is_empty());
    }
}
