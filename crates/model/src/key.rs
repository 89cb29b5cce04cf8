//! Match keys and the name order.

use crate::contact::Contact;
use crate::email::Email;
use crate::phone::Phone;
use crate::text::fold;
use xxhash_rust::xxh3::xxh3_128;

/// A value by which two records are held to be the same contact. Its first letter tells the kind: `e` an email, `p` a
/// phone, `c` the whole content of a contact that has neither.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MatchKey(String);

impl MatchKey {
    /// The key of an address.
    pub fn email(email: &Email) -> Self {
        Self(format!("e{}", email.key()))
    }

    /// The key of a number: E.164 with its extension, if it has one.
    pub fn phone(phone: &Phone) -> Self {
        Self(format!("p{}", phone.as_str()))
    }

    /// The key of a contact that has neither email nor phone: a hash of all its values.
    pub fn content(contact: &Contact) -> Self {
        Self::content_of(content_hash(&contact.to_json()))
    }

    /// The same, of the hash of all its values.
    pub fn content_of(hash: u128) -> Self {
        Self(format!("c{hash:032x}"))
    }

    /// The keys of a contact: every email, every phone that is no fax; without any, its content.
    pub fn of(contact: &Contact) -> Vec<Self> {
        let emails = contact.emails.iter().map(|e| Self::email(&e.value));
        let phones = contact
            .phones
            .iter()
            .filter(|p| !p.label.is_fax())
            .map(|p| Self::phone(&p.phone));
        let mut keys: Vec<Self> = emails.chain(phones).collect();
        if keys.is_empty() {
            keys.push(Self::content(contact));
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// A key as the store gives it back.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The key's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the key of an email address.
    pub fn is_email(&self) -> bool {
        self.0.starts_with('e')
    }

    /// Whether this is the key of a phone.
    pub fn is_phone(&self) -> bool {
        self.0.starts_with('p')
    }

    /// Whether this is the content of a contact without email and phone.
    pub fn is_content(&self) -> bool {
        self.0.starts_with('c')
    }
}

/// A hash of all values of a contact, of its JSON as [`Contact::to_json`] writes it.
pub fn content_hash(json: &str) -> u128 {
    xxh3_128(json.as_bytes())
}

/// Where a contact stands in a list by name: family name, given name; else company, nickname, email or phone. Folded,
/// at most 64 characters.
pub fn name_order(contact: &Contact) -> String {
    let order = fold(&format!(
        "{} {} {}",
        contact.last_name, contact.first_name, contact.middle_name
    ));
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
        assert!(MatchKey::of(&contact)[0].is_content());
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
        let keys: Vec<_> = MatchKey::of(&contact).iter().map(|k| k.as_str().to_owned()).collect();
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
