//! The differences between two states of a contact, by slot.

use crate::import::draft::ValueChange;
use model::{AddressPart, Contact, Slot, TextField};
use std::collections::BTreeMap;

/// Returns the differences between two states of a contact. Several values of one slot are listed together.
pub(crate) fn changes_between(before: &Contact, after: &Contact) -> Vec<ValueChange> {
    let (before, after) = (values(before), values(after));
    let slots: std::collections::BTreeSet<&Slot> = before.keys().chain(after.keys()).collect();
    let text = |values: &BTreeMap<Slot, Vec<String>>, slot: &Slot| {
        values.get(slot).map(|values| values.join("; ")).unwrap_or_default()
    };
    slots
        .into_iter()
        .map(|slot| ValueChange {
            slot: slot.to_string(),
            old: text(&before, slot),
            new: text(&after, slot),
        })
        .filter(|change| change.old != change.new)
        .collect()
}

fn values(contact: &Contact) -> BTreeMap<Slot, Vec<String>> {
    let mut values: BTreeMap<Slot, Vec<String>> = BTreeMap::new();
    let mut add = |slot: Slot, value: String| {
        if !value.is_empty() {
            values.entry(slot).or_default().push(value);
        }
    };
    for field in TextField::ALL {
        add(Slot::Text(field), contact.text(field).to_string());
    }
    for email in &contact.emails {
        add(Slot::Email(email.label.clone()), email.value.to_string());
    }
    for phone in &contact.phones {
        add(Slot::Phone(phone.label.clone()), phone.phone.to_string());
    }
    for website in &contact.websites {
        add(Slot::Website(website.label.clone()), website.value.to_string());
    }
    for address in &contact.addresses {
        for part in AddressPart::ALL {
            add(
                Slot::Address(address.label.clone(), part),
                address.part(part).to_string(),
            );
        }
    }
    if let Some(day) = contact.birthday {
        add(Slot::Birthday, day.to_string());
    }
    for tag in &contact.tags {
        add(Slot::Tags, tag.to_string());
    }
    for line in &contact.vcard_lines {
        add(Slot::VcardLines, line.to_string());
    }
    for (name, value) in &contact.custom {
        add(Slot::Custom(name.clone()), value.to_string());
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_listed_by_slot() {
        let contact = |json: &str| Contact::from_json(json).unwrap();
        let before = contact(r#"{"first_name":"Ann","emails":[{"value":"a@x.example"}],"tags":["a"]}"#);
        let after = contact(
            r#"{"first_name":"Anna","emails":[{"value":"a@x.example"},{"value":"b@x.example"}],"custom":{"Shoe":"42"}}"#,
        );
        let listed: Vec<(String, String, String)> = changes_between(&before, &after)
            .into_iter()
            .map(|c| (c.slot, c.old, c.new))
            .collect();
        let change = |slot: &str, old: &str, new: &str| (slot.to_owned(), old.to_owned(), new.to_owned());
        assert_eq!(
            listed,
            [
                change("first_name", "Ann", "Anna"),
                change("email", "a@x.example", "a@x.example; b@x.example"),
                change("tags", "a", ""),
                change("custom:Shoe", "", "42"),
            ]
        );
        assert_eq!(changes_between(&before, &before), []);
    }
}
