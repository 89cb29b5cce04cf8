//! The values of a row, and how they change a contact.

use crate::birthday::Birthday;
use crate::contact::{Contact, LabeledEmail, LabeledPhone, Website};
use crate::email::Email;
use crate::label::Label;
use crate::patch_lists::{Blanks, Lists, add_addresses, add_tags, add_values, address_of, replace_values};
use crate::phone::Phone;
use crate::slot::{AddressPart, TextField};
use crate::text::{Text, fold};
use crate::vcard_line::{VcardLine, add_lines};
use std::hash::Hash;

/// The values of the mapped columns of one row. Empty cells of mapped columns are included as empty values, because
/// they may mean *clear this*. The number after a label is the position of the value among the values with that label,
/// counted from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "named after the slots they fill")]
pub struct Patch {
    pub texts: Vec<(TextField, Text)>,
    pub emails: Vec<(Label, usize, Option<Email>)>,
    pub phones: Vec<(Label, usize, Option<Phone>)>,
    pub addresses: Vec<(Label, AddressPart, Text)>,
    pub websites: Vec<(Label, usize, Option<Text>)>,
    pub birthday: Option<Option<Birthday>>,
    pub tags: Option<Vec<Text>>,
    pub custom: Vec<(String, Text)>,
    pub vcard_lines: Option<Vec<VcardLine>>,
}

/// How the values of a row are combined with those of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// The row's value replaces the contact's.
    Update(Blanks, Lists),
    /// The row's value is taken only if the contact has none; values are added to lists.
    Blanks,
}

impl Fill {
    /// How lists are combined.
    fn lists(self) -> Lists {
        match self {
            Self::Update(_, lists) => lists,
            Self::Blanks => Lists::Add,
        }
    }

    /// The meaning of an empty cell, for a field with one value and for a list to which values are added.
    fn blanks(self) -> Blanks {
        match self {
            Self::Update(blanks, _) => blanks,
            Self::Blanks => Blanks::Keep,
        }
    }
}

impl Patch {
    /// Creates the contact that the row describes.
    pub fn into_contact(self) -> Contact {
        let mut contact = Contact::default();
        for (field, text) in self.texts {
            if !text.is_empty() {
                *contact.text_mut(field) = text;
            }
        }
        let filled = |(label, _, value)| -> Option<(Label, _)> { Some((label, value?)) };
        contact.emails = self
            .emails
            .into_iter()
            .filter_map(|(l, _, v)| Some(LabeledEmail { label: l, value: v? }))
            .collect();
        contact.phones = self
            .phones
            .into_iter()
            .filter_map(|(l, _, v)| Some(LabeledPhone { label: l, phone: v? }))
            .collect();
        contact.websites = self
            .websites
            .into_iter()
            .filter_map(filled)
            .map(|(label, value)| Website { label, value })
            .collect();
        for (label, part, text) in self.addresses {
            if !text.is_empty() {
                *address_of(&mut contact.addresses, label).part_mut(part) = text;
            }
        }
        contact.birthday = self.birthday.flatten();
        contact.tags = self.tags.unwrap_or_default();
        contact.custom = self.custom.into_iter().collect();
        contact.vcard_lines = self.vcard_lines.unwrap_or_default();
        contact.normalise();
        contact
    }

    /// Merges the row's values into an existing contact.
    pub fn apply(&self, contact: &mut Contact, fill: Fill) {
        for (field, text) in &self.texts {
            if fill == Fill::Blanks && self.is_in_name(contact, *field, text) {
                continue;
            }
            merge_text(contact.text_mut(*field), text, fill);
        }
        self.apply_values(contact, fill);
        match fill.lists() {
            Lists::Add => self.add_addresses_and_tags(contact, fill.blanks()),
            Lists::Replace(blanks) => self.replace_addresses_and_tags(contact, blanks),
        }
        self.apply_vcard_lines(contact, fill);
        match (self.birthday, fill) {
            (Some(Some(day)), Fill::Update(..)) => contact.birthday = Some(day),
            (Some(None), Fill::Update(Blanks::Clear, _)) => contact.birthday = None,
            (Some(day), Fill::Blanks) => contact.birthday = contact.birthday.or(day),
            _ => {}
        }
        for (name, text) in &self.custom {
            let mut value = contact.custom.remove(name).unwrap_or_default();
            merge_text(&mut value, text, fill);
            contact.custom.insert(name.clone(), value);
        }
        contact.normalise();
    }

    /// Whether a contact has a part of the row's name in another part: a contact with the first name `Ivers` and no
    /// last name must not become `Ivers Ivers` because of the row `Ann Ivers`.
    fn is_in_name(&self, contact: &Contact, field: TextField, text: &Text) -> bool {
        const PARTS: [TextField; 3] = [TextField::FirstName, TextField::MiddleName, TextField::LastName];
        let name = fold(text.as_str());
        if name.is_empty() || !PARTS.contains(&field) {
            return false;
        }
        let agrees = |part: TextField| {
            let mut own = self.texts.iter().filter(|(own, _)| *own == part);
            own.any(|(_, text)| fold(text.as_str()) == fold(contact.text(part).as_str()))
        };
        let other_parts = PARTS.into_iter().filter(|part| *part != field);
        let mut moved = other_parts.filter(|part| fold(contact.text(*part).as_str()) == name);
        moved.any(|part| !agrees(part))
    }

    fn apply_values(&self, contact: &mut Contact, fill: Fill) {
        let emails = contact.emails.drain(..).map(|e| (e.label, e.value)).collect();
        contact.emails = merge_values(emails, &self.emails, fill, Email::key)
            .into_iter()
            .map(|(label, value)| LabeledEmail { label, value })
            .collect();
        let phones = contact.phones.drain(..).map(|p| (p.label, p.phone)).collect();
        contact.phones = merge_values(phones, &self.phones, fill, |p| p.as_str().to_owned())
            .into_iter()
            .map(|(label, phone)| LabeledPhone { label, phone })
            .collect();
        let websites = contact.websites.drain(..).map(|w| (w.label, w.value)).collect();
        contact.websites = merge_values(websites, &self.websites, fill, Text::clone)
            .into_iter()
            .map(|(label, value)| Website { label, value })
            .collect();
    }

    fn add_addresses_and_tags(&self, contact: &mut Contact, blanks: Blanks) {
        add_addresses(&mut contact.addresses, &self.addresses, blanks);
        if let Some(tags) = &self.tags {
            if tags.is_empty() && blanks == Blanks::Clear {
                contact.tags.clear();
            }
            add_tags(&mut contact.tags, tags);
        }
    }

    fn apply_vcard_lines(&self, contact: &mut Contact, fill: Fill) {
        let Some(lines) = &self.vcard_lines else { return };
        let is_replaced = match fill.lists() {
            Lists::Add => lines.is_empty() && fill.blanks() == Blanks::Clear,
            Lists::Replace(blanks) => blanks == Blanks::Clear || !lines.is_empty(),
        };
        if is_replaced {
            contact.vcard_lines.clear();
        }
        add_lines(&mut contact.vcard_lines, lines);
    }

    fn replace_addresses_and_tags(&self, contact: &mut Contact, blanks: Blanks) {
        for (label, part, text) in &self.addresses {
            if blanks == Blanks::Clear || !text.is_empty() {
                let address = address_of(&mut contact.addresses, label.clone());
                address.part_mut(*part).clone_from(text);
            }
        }
        if let Some(tags) = &self.tags
            && (blanks == Blanks::Clear || !tags.is_empty())
        {
            contact.tags.clone_from(tags);
        }
    }
}

/// Merges cells into a list whose values have labels. Values are equal if their keys are.
fn merge_values<T: Clone, K: Eq + Hash>(
    list: Vec<(Label, T)>,
    cells: &[(Label, usize, Option<T>)],
    fill: Fill,
    key: impl Fn(&T) -> K,
) -> Vec<(Label, T)> {
    match fill.lists() {
        Lists::Add => add_values(list, cells, fill.blanks(), key),
        Lists::Replace(blanks) => replace_values(list, cells, blanks, key),
    }
}

fn merge_text(value: &mut Text, cell: &Text, fill: Fill) {
    let take = match fill {
        Fill::Update(Blanks::Keep, _) => !cell.is_empty(),
        Fill::Update(Blanks::Clear, _) => true,
        Fill::Blanks => value.is_empty(),
    };
    if take {
        value.clone_from(cell);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn email(raw: &str) -> Option<Email> {
        Some(Email::parse(raw).unwrap())
    }

    fn contact() -> Contact {
        Patch {
            texts: vec![
                (TextField::FirstName, "Ann".into()),
                (TextField::Company, "Acme".into()),
            ],
            emails: vec![
                (Label::NONE, 0, email("a@example.com")),
                (Label::NONE, 1, email("b@example.com")),
            ],
            tags: Some(vec!["vip".into()]),
            ..Patch::default()
        }
        .into_contact()
    }

    fn update(blanks: Blanks) -> Fill {
        Fill::Update(blanks, Lists::Add)
    }

    #[test]
    fn an_empty_cell_keeps_or_clears() {
        let patch = Patch {
            texts: vec![(TextField::FirstName, "Anna".into()), (TextField::Company, "".into())],
            tags: Some(vec![]),
            ..Patch::default()
        };
        let mut kept = contact();
        patch.apply(&mut kept, update(Blanks::Keep));
        assert_eq!(
            (kept.first_name.as_str(), kept.company.as_str(), kept.tags.len()),
            ("Anna", "Acme", 1)
        );
        let mut cleared = contact();
        patch.apply(&mut cleared, update(Blanks::Clear));
        assert_eq!(
            (
                cleared.first_name.as_str(),
                cleared.company.as_str(),
                cleared.tags.len()
            ),
            ("Anna", "", 0)
        );
        let mut filled = contact();
        patch.apply(&mut filled, Fill::Blanks);
        assert_eq!(filled, contact());
    }

    #[test]
    fn kept_lines_are_added_replaced_or_cleared_like_lists() {
        let line = |text: &str| VcardLine::parse(text).unwrap();
        let after = |lines: &[&str], fill: Fill| {
            let mut contact = Contact {
                vcard_lines: vec![line("X-A:1"), line("X-B:2")],
                ..contact()
            };
            let patch = Patch {
                vcard_lines: Some(lines.iter().map(|text| line(text)).collect()),
                ..Patch::default()
            };
            patch.apply(&mut contact, fill);
            contact.vcard_lines.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let replace = |blanks| Fill::Update(Blanks::Keep, Lists::Replace(blanks));
        for (lines, fill, want) in [
            (
                &["X-B:2", "X-C:3"][..],
                update(Blanks::Keep),
                &["X-A:1", "X-B:2", "X-C:3"][..],
            ),
            (&["X-C:3"], Fill::Blanks, &["X-A:1", "X-B:2", "X-C:3"]),
            (&["X-C:3"], replace(Blanks::Keep), &["X-C:3"]),
            (&[], replace(Blanks::Keep), &["X-A:1", "X-B:2"]),
            (&[], replace(Blanks::Clear), &[]),
            (&[], update(Blanks::Clear), &[]),
        ] {
            assert_eq!(after(lines, fill), want, "{lines:?} {fill:?}");
        }
    }

    #[test]
    fn applying_a_contacts_own_values_changes_nothing() {
        let patch = Patch {
            addresses: vec![(Label::NONE, AddressPart::City, "Bonn".into())],
            ..Patch::default()
        };
        let mut c = patch.clone().into_contact();
        let before = c.clone();
        patch.apply(&mut c, update(Blanks::Clear));
        assert_eq!(c, before);
    }
}
