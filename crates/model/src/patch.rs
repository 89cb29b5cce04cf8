//! The values that a row brings, and how they change a contact.

use crate::birthday::Birthday;
use crate::contact::{Address, Contact, LabeledEmail, LabeledPhone, Website};
use crate::email::Email;
use crate::label::Label;
use crate::phone::Phone;
use crate::slot::{AddressPart, TextField};
use crate::text::{Text, fold};
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

/// The values of the mapped columns of one row. Empty cells of mapped columns are in it too, as empty values, because
/// they may mean *clear this*. A number beside a label is the value's place among those of its label, from 0.
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
}

/// What an empty cell means when a contact is updated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Blanks {
    /// The contact keeps its value.
    #[default]
    Keep,
    /// The contact's value goes.
    Clear,
}

/// How a row's values meet those of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// The row's value wins.
    Update(Blanks),
    /// The row's value is taken only where the contact has none.
    Blanks,
}

impl Patch {
    /// The contact that the row describes.
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
        contact.normalise();
        contact
    }

    /// Brings the row's values into an existing contact.
    pub fn apply(&self, contact: &mut Contact, fill: Fill) {
        for (field, text) in &self.texts {
            if fill == Fill::Blanks && self.is_in_name(contact, *field, text) {
                continue;
            }
            merge_text(contact.text_mut(*field), text, fill);
        }
        self.apply_lists(contact, fill);
        for (label, part, text) in &self.addresses {
            merge_text(
                address_of(&mut contact.addresses, label.clone()).part_mut(*part),
                text,
                fill,
            );
        }
        match (self.birthday, fill) {
            (Some(Some(day)), Fill::Update(_)) => contact.birthday = Some(day),
            (Some(None), Fill::Update(Blanks::Clear)) => contact.birthday = None,
            (Some(day), Fill::Blanks) => contact.birthday = contact.birthday.or(day),
            _ => {}
        }
        if let Some(tags) = &self.tags {
            let take = match fill {
                Fill::Update(Blanks::Clear) => true,
                Fill::Update(Blanks::Keep) => !tags.is_empty(),
                Fill::Blanks => contact.tags.is_empty(),
            };
            if take {
                contact.tags.clone_from(tags);
            }
        }
        for (name, text) in &self.custom {
            let mut value = contact.custom.remove(name).unwrap_or_default();
            merge_text(&mut value, text, fill);
            contact.custom.insert(name.clone(), value);
        }
        contact.normalise();
    }

    /// Whether a contact has a part of the row's name in the place of another part: a contact with the first name `Ivers`
    /// and no last name is not to become `Ivers Ivers` by the row `Ann Ivers`.
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

    fn apply_lists(&self, contact: &mut Contact, fill: Fill) {
        let emails = contact.emails.drain(..).map(|e| (e.label, e.value)).collect();
        contact.emails = merge_list(emails, &self.emails, fill, Email::key)
            .into_iter()
            .map(|(label, value)| LabeledEmail { label, value })
            .collect();
        let phones = contact.phones.drain(..).map(|p| (p.label, p.phone)).collect();
        contact.phones = merge_list(phones, &self.phones, fill, |p| p.as_str().to_owned())
            .into_iter()
            .map(|(label, phone)| LabeledPhone { label, phone })
            .collect();
        let websites = contact.websites.drain(..).map(|w| (w.label, w.value)).collect();
        contact.websites = merge_list(websites, &self.websites, fill, Text::clone)
            .into_iter()
            .map(|(label, value)| Website { label, value })
            .collect();
    }
}

fn address_of(addresses: &mut Vec<Address>, label: Label) -> &mut Address {
    let at = addresses.iter().position(|a| a.label == label).unwrap_or_else(|| {
        addresses.push(Address {
            label,
            ..Address::default()
        });
        addresses.len() - 1
    });
    &mut addresses[at]
}

fn merge_text(value: &mut Text, cell: &Text, fill: Fill) {
    let take = match fill {
        Fill::Update(Blanks::Keep) => !cell.is_empty(),
        Fill::Update(Blanks::Clear) => true,
        Fill::Blanks => value.is_empty(),
    };
    if take {
        value.clone_from(cell);
    }
}

/// Brings cells into a labelled list. A value that the list already holds, under whatever label, stays where it is;
/// another one takes the place of the value at its position among those of its label, unless the row names that one too,
/// or is added behind them. Values are the same if their keys are.
fn merge_list<T: Clone, K: Eq + Hash>(
    list: Vec<(Label, T)>,
    cells: &[(Label, usize, Option<T>)],
    fill: Fill,
    key: impl Fn(&T) -> K,
) -> Vec<(Label, T)> {
    let mut places: Vec<(Label, Option<T>)> = Vec::with_capacity(list.len());
    // Where the values of a label are, and how often a value is there: a list may be long, and nothing is looked for
    // by going through it.
    let mut of_label: HashMap<Label, Vec<usize>> = HashMap::new();
    let mut held: HashMap<K, usize> = HashMap::new();
    for (label, value) in list {
        of_label.entry(label.clone()).or_default().push(places.len());
        *held.entry(key(&value)).or_default() += 1;
        places.push((label, Some(value)));
    }
    let labels_before: HashSet<Label> = of_label.keys().cloned().collect();
    let named: HashSet<K> = cells
        .iter()
        .filter_map(|(.., value)| value.as_ref().map(&key))
        .collect();
    let forget = |held: &mut HashMap<K, usize>, old: Option<T>| {
        if let Some(count) = old.and_then(|old| held.get_mut(&key(&old))) {
            *count -= 1;
        }
    };
    if fill == Fill::Update(Blanks::Clear) {
        for (label, place, _) in cells.iter().filter(|(_, _, value)| value.is_none()) {
            if let Some(at) = of_label.get(label).and_then(|places| places.get(*place)) {
                forget(&mut held, places[*at].1.take());
            }
        }
    }
    for (label, place, value) in cells {
        let Some(value) = value else { continue };
        if held.get(&key(value)).is_some_and(|count| *count > 0) {
            continue;
        }
        if fill == Fill::Blanks && labels_before.contains(label) {
            continue;
        }
        *held.entry(key(value)).or_default() += 1;
        let own = of_label.entry(label.clone()).or_default();
        let stays = |old: &Option<T>| old.as_ref().is_some_and(|old| named.contains(&key(old)));
        match own.get(*place) {
            Some(at) if fill != Fill::Blanks && !stays(&places[*at].1) => {
                forget(&mut held, places[*at].1.replace(value.clone()));
            }
            _ => {
                own.push(places.len());
                places.push((label.clone(), Some(value.clone())));
            }
        }
    }
    places
        .into_iter()
        .filter_map(|(label, value)| Some((label, value?)))
        .collect()
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

    fn addresses_of(c: &Contact) -> Vec<String> {
        c.emails.iter().map(|e| e.value.to_string()).collect()
    }

    #[test]
    fn an_empty_cell_keeps_or_clears() {
        let patch = Patch {
            texts: vec![(TextField::FirstName, "Anna".into()), (TextField::Company, "".into())],
            tags: Some(vec![]),
            ..Patch::default()
        };
        let mut kept = contact();
        patch.apply(&mut kept, Fill::Update(Blanks::Keep));
        assert_eq!(
            (kept.first_name.as_str(), kept.company.as_str(), kept.tags.len()),
            ("Anna", "Acme", 1)
        );
        let mut cleared = contact();
        patch.apply(&mut cleared, Fill::Update(Blanks::Clear));
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
    fn a_value_that_is_there_stays_where_it_is() {
        let mut c = contact();
        let patch = Patch {
            emails: vec![(Label::new("work"), 0, email("B@example.com"))],
            ..Patch::default()
        };
        patch.apply(&mut c, Fill::Update(Blanks::Keep));
        assert_eq!(c, contact());
    }

    #[test]
    fn a_new_value_takes_the_place_of_its_column() {
        let mut c = contact();
        let patch = Patch {
            emails: vec![(Label::NONE, 0, None), (Label::NONE, 1, email("c@example.com"))],
            ..Patch::default()
        };
        patch.apply(&mut c, Fill::Update(Blanks::Keep));
        assert_eq!(addresses_of(&c), ["a@example.com", "c@example.com"]);
        let mut c = contact();
        patch.apply(&mut c, Fill::Update(Blanks::Clear));
        assert_eq!(addresses_of(&c), ["c@example.com"]);
    }

    #[test]
    fn long_lists_are_merged_in_a_moment() {
        let emails = |from: usize| -> Vec<_> {
            let address = |n: usize| email(&format!("a{n}@example.com"));
            (0..100_000).map(|n| (Label::NONE, n, address(from + n))).collect()
        };
        let patch = |from| Patch {
            emails: emails(from),
            ..Patch::default()
        };
        let mut c = patch(0).into_contact();
        patch(50_000).apply(&mut c, Fill::Update(Blanks::Keep));
        assert_eq!(c.emails.len(), 150_000);
    }

    #[test]
    fn a_new_value_never_drives_out_another_one_of_its_row() {
        let mut c = contact();
        let patch = Patch {
            emails: vec![
                (Label::NONE, 0, email("b@example.com")),
                (Label::NONE, 1, email("c@example.com")),
            ],
            ..Patch::default()
        };
        patch.apply(&mut c, Fill::Update(Blanks::Keep));
        assert_eq!(addresses_of(&c), ["a@example.com", "b@example.com", "c@example.com"]);
    }

    #[test]
    fn filling_blanks_adds_only_labels_that_had_no_value() {
        let mut c = contact();
        let patch = Patch {
            emails: vec![
                (Label::NONE, 0, email("x@example.com")),
                (Label::new("home"), 0, email("h@example.com")),
            ],
            ..Patch::default()
        };
        patch.apply(&mut c, Fill::Blanks);
        assert_eq!(addresses_of(&c), ["a@example.com", "b@example.com", "h@example.com"]);
    }

    #[test]
    fn applying_a_contacts_own_values_changes_nothing() {
        let patch = Patch {
            addresses: vec![(Label::NONE, AddressPart::City, "Bonn".into())],
            ..Patch::default()
        };
        let mut c = patch.clone().into_contact();
        let before = c.clone();
        patch.apply(&mut c, Fill::Update(Blanks::Clear));
        assert_eq!(c, before);
    }
}
