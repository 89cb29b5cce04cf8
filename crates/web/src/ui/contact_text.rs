//! A contact as text: its values one by one, for comparing, and whether a form can hold them all.

use crate::ui::truncate::PAGE;
use model::{Address, AddressPart, Contact, Label, Slot, TextField};

pub fn lines(address: &Address) -> String {
    let line = |parts: &[AddressPart]| {
        let parts = parts.iter().map(|part| address.part(*part).as_str());
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    };
    let lines = [
        line(&[AddressPart::Street]),
        line(&[AddressPart::ZipCode, AddressPart::City]),
        line(&[AddressPart::State]),
        line(&[AddressPart::Country]),
    ];
    lines
        .into_iter()
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

/// What a field of the name `first_name` is called on every page.
pub fn title(name: &str) -> String {
    if let Ok(slot) = name.parse::<Slot>() {
        return slot.title();
    }
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// Whether contacts hold more than a form can: they can be changed with a file alone.
pub fn too_large_for_a_form<'c>(contacts: impl Iterator<Item = &'c Contact>) -> bool {
    let size = |contact| {
        facts(contact)
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum::<usize>()
    };
    contacts.map(size).sum::<usize>() > PAGE
}

/// Every value of a contact on a line, for comparing.
pub fn facts(contact: &Contact) -> Vec<(String, String)> {
    let labelled = |name: &str, label: &Label| match label.is_none() {
        true => name.to_owned(),
        false => format!("{name} ({})", label.as_str()),
    };
    let mut facts: Vec<(String, String)> = TextField::ALL
        .into_iter()
        .map(|field| (title(field.name()), contact.text(field).to_string()))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    facts.extend(
        contact
            .emails
            .iter()
            .map(|e| (labelled("Email", &e.label), e.value.as_str().to_owned())),
    );
    facts.extend(
        contact
            .phones
            .iter()
            .map(|p| (labelled("Phone", &p.label), p.phone.international())),
    );
    facts.extend(
        contact
            .addresses
            .iter()
            .map(|a| (labelled("Address", &a.label), lines(a).replace('\n', ", "))),
    );
    facts.extend(
        contact
            .websites
            .iter()
            .map(|w| (labelled("Website", &w.label), w.value.to_string())),
    );
    facts.extend(contact.birthday.map(|day| ("Birthday".to_owned(), day.to_string())));
    facts.extend(contact.tags.iter().map(|tag| ("Tag".to_owned(), tag.to_string())));
    facts.extend(
        contact
            .custom
            .iter()
            .map(|(name, value)| (name.clone(), value.to_string())),
    );
    facts.extend(
        contact
            .vcard_lines
            .iter()
            .map(|line| ("From the vCard".to_owned(), line.to_string())),
    );
    facts
}
