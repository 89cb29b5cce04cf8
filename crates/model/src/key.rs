//! Match keys, and the order of contacts by name.

use crate::contact::Contact;
use crate::email::Email;
use crate::phone::Phone;
use crate::text::{fold, fold_all};
use compact_str::{CompactString, format_compact};
use xxhash_rust::xxh3::xxh3_128;

/// The kind of value in a [`MatchKey`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    Email,
    /// E.164 with its extension.
    Phone,
    /// A hash of all values of a contact that has neither email nor phone.
    Content,
}

/// A value by which two records are considered the same contact.
///
/// Represented as it is stored, sorted and filtered: a letter for the kind, then the value. The letters are used in
/// this file only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MatchKey(CompactString);

impl MatchKey {
    pub fn email(email: &Email) -> Self {
        let mut key = CompactString::const_new("e");
        key.push_str(&email.key_text());
        Self(key)
    }

    pub fn phone(phone: &Phone) -> Self {
        let mut key = CompactString::const_new("p");
        key.push_str(phone.as_str());
        Self(key)
    }

    /// The key of contacts whose [`content_hash`] is `hash`.
    pub fn content(hash: u128) -> Self {
        Self(format_compact!("c{hash:032x}"))
    }

    /// Returns the keys of a contact, sorted: every email and every phone that is not a fax number; if there are none,
    /// its content.
    pub fn of_contact(contact: &Contact) -> Vec<Self> {
        Self::of_contact_with(contact, || content_hash(&contact.to_json()))
    }

    /// Like [`Self::of_contact`], with a function that computes the contact's [`content_hash`] if it is needed.
    pub fn of_contact_with(contact: &Contact, content: impl FnOnce() -> u128) -> Vec<Self> {
        let emails = contact.emails.iter().map(|e| Self::email(&e.value));
        let phones = contact
            .phones
            .iter()
            .filter(|p| !p.label.is_fax())
            .map(|p| Self::phone(&p.phone));
        let mut keys: Vec<Self> = emails.chain(phones).collect();
        if keys.is_empty() {
            keys.push(Self::content(content()));
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Creates a key from the text that [`as_stored`](Self::as_stored) returned.
    pub fn from_stored(text: &str) -> Self {
        Self(text.into())
    }

    /// The text for tables and filters; keys sort like these texts, byte by byte.
    pub fn as_stored(&self) -> &str {
        &self.0
    }

    pub fn kind(&self) -> KeyKind {
        match self.0.as_bytes().first() {
            Some(b'e') => KeyKind::Email,
            Some(b'p') => KeyKind::Phone,
            _ => KeyKind::Content,
        }
    }

    /// The address, the number or the hash.
    pub fn value(&self) -> &str {
        self.0.get(1..).unwrap_or_default()
    }

    pub fn is_email(&self) -> bool {
        self.kind() == KeyKind::Email
    }

    pub fn is_phone(&self) -> bool {
        self.kind() == KeyKind::Phone
    }

    pub fn is_content(&self) -> bool {
        self.kind() == KeyKind::Content
    }
}

/// Returns a hash of all values of a contact, given its JSON as [`Contact::to_json`] writes it.
pub fn content_hash(json: &str) -> u128 {
    xxh3_128(json.as_bytes())
}

/// Returns the sort key of a contact in a list by name: family name, given name; else company, nickname, email or
/// phone. Folded, at most 64 characters.
pub fn name_order(contact: &Contact) -> String {
    let order = fold_all([&contact.last_name, &contact.first_name, &contact.middle_name].map(|part| part.as_str()));
    let order = if order.is_empty() {
        let first_value = [contact.company.as_str(), contact.nickname.as_str()]
            .into_iter()
            .chain(contact.emails.iter().map(|e| e.value.as_str()))
            .chain(contact.phones.iter().map(|p| p.phone.as_str()))
            .find(|t| !t.is_empty());
        fold(first_value.unwrap_or_default())
    } else {
        order
    };
    match order.char_indices().nth(64) {
        Some((end, _)) => order[..end].to_owned(),
        None => order,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contact::{LabeledEmail, LabeledPhone};
    use crate::label::Label;

    fn named(first: &str, last: &str) -> Contact {
        Contact {
            first_name: first.into(),
            last_name: last.into(),
            ..Contact::default()
        }
    }

    #[test]
    fn every_email_and_phone_is_a_key_but_no_fax() {
        let mut contact = named("Ann", "Ivers");
        assert!(MatchKey::of_contact(&contact)[0].is_content());
        contact.emails.push(LabeledEmail {
            label: Label::NONE,
            value: Email::parse("Ann@Example.com").unwrap(),
        });
        let phone = |label: &str, raw: &str| LabeledPhone {
            label: Label::new(label),
            phone: Phone::parse(raw, None).unwrap(),
        };
        contact.phones.push(phone("work", "+1 202 555 0101 ext. 5"));
        contact.phones.push(phone("fax", "+1 202 555 0102"));
        let keys: Vec<_> = MatchKey::of_contact(&contact)
            .iter()
            .map(|k| k.as_stored().to_owned())
            .collect();
        assert_eq!(keys, ["eann@example.com", "p+12025550101;ext=5"]);
    }

    #[test]
    fn the_name_order_is_family_name_first() {
        assert_eq!(name_order(&named("Zoë", "Ångström")), "angstrom zoe");
        assert_eq!(
            name_order(&Contact {
                company: "Acme, Inc.".into(),
                ..Contact::default()
            }),
            "acme inc"
        );
    }
}
