//! A contact as text: its single values, for comparison, and whether a form can hold them all.

use crate::ui::truncate::{PAGE, Room};
use crate::ui::words::birthday;
use maud::{Markup, html};
use model::{Address, AddressPart, Birthday, Contact, Label, Slot, TextField};

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

/// The title of a field (`first_name`) on every page.
pub fn title(name: &str) -> String {
    if let Ok(slot) = name.parse::<Slot>() {
        return slot.title();
    }
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// Whether contacts are larger than a form can be; such contacts can only be changed by importing a file.
pub fn too_large_for_a_form<'c>(contacts: impl Iterator<Item = &'c Contact>) -> bool {
    let size = |contact| {
        facts(contact)
            .iter()
            .map(|(name, value)| name.len() + value.characters())
            .sum::<usize>()
    };
    contacts.map(size).sum::<usize>() > PAGE
}

/// A value of a contact, as pages compare and display it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Text(String),
    /// Shown in the reader's words.
    Birthday(Birthday),
}

impl Value {
    /// The value, cut to the available room.
    pub fn fit(&self, room: &Room) -> Markup {
        match self {
            Self::Text(text) => html! { (room.fit(text)) },
            Self::Birthday(day) => birthday(*day),
        }
    }

    /// An upper bound of the number of characters of the value.
    fn characters(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Birthday(_) => "1984-03-09".len(),
        }
    }
}

/// Joins values with `between`, as many as there is room for.
pub fn joined<'v>(values: impl Iterator<Item = &'v Value>, between: &str, room: &Room) -> Markup {
    let fitting = values.enumerate().take_while(|(at, _)| *at == 0 || !room.is_used_up());
    html! { @for (at, value) in fitting { @if at > 0 { (between) } (value.fit(room)) } }
}

/// The name of a field as pages show it, and its value.
pub type Fact = (String, Value);

/// Every value of a contact, for comparison.
pub fn facts(contact: &Contact) -> Vec<Fact> {
    let labelled = |name: &str, label: &Label| match label.is_none() {
        true => name.to_owned(),
        false => format!("{name} ({})", label.as_str()),
    };
    let fields = TextField::ALL.into_iter();
    let mut facts: Vec<Fact> = fields
        .filter(|field| !contact.text(*field).is_empty())
        .map(|field| (title(field.name()), Value::Text(contact.text(field).to_string())))
        .collect();
    let text = |name: &str, value: &dyn ToString| (name.to_owned(), Value::Text(value.to_string()));
    let lists = [
        contact
            .emails
            .iter()
            .map(|email| text(&labelled("Email", &email.label), &email.value.as_str()))
            .collect::<Vec<Fact>>(),
        contact
            .phones
            .iter()
            .map(|phone| text(&labelled("Phone", &phone.label), &phone.phone.international()))
            .collect(),
        contact
            .addresses
            .iter()
            .map(|address| {
                text(
                    &labelled("Address", &address.label),
                    &lines(address).replace('\n', ", "),
                )
            })
            .collect(),
        contact
            .websites
            .iter()
            .map(|website| text(&labelled("Website", &website.label), &website.value))
            .collect(),
        contact
            .birthday
            .iter()
            .map(|day| ("Birthday".to_owned(), Value::Birthday(*day)))
            .collect(),
        contact.tags.iter().map(|tag| text("Tag", tag)).collect(),
        contact.custom.iter().map(|(name, value)| text(name, value)).collect(),
        contact
            .vcard_lines
            .iter()
            .map(|line| text("From the vCard", line))
            .collect(),
    ];
    facts.extend(lists.into_iter().flatten());
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_values_end_where_the_room_does() {
        let values = vec![Value::Text("four".to_owned()); 1_000];
        let shown = |characters| joined(values.iter(), ", ", &Room::with_characters(characters)).into_string();
        assert_eq!(shown(10), "four, four, fo…");
        assert_eq!(shown(0), "…");
    }
}
