//! Merges several contacts into one.
//!
//! Decides what there is to choose and the result of the choices: for a field with one value, which contact's value is
//! taken; for a list, which of all values are kept. Which contacts are merged, and what happens to the others, is
//! decided elsewhere.

use crate::contact::{Address, Contact, LabeledEmail, LabeledPhone, Website};
use crate::label::Label;
use crate::slot::{AddressPart, TextField};
use crate::text::{Text, fold};
use crate::vcard_line::{VcardLine, add_lines};
use std::collections::{BTreeMap, BTreeSet};

/// A field that holds one value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SingleField {
    Text(TextField),
    Birthday,
    /// A custom field, by its name.
    Custom(String),
}

impl SingleField {
    /// The name in forms: `first_name`, `birthday`, `custom:Shoe size`.
    pub fn name(&self) -> String {
        match self {
            Self::Text(field) => field.name().to_owned(),
            Self::Birthday => "birthday".to_owned(),
            Self::Custom(name) => format!("custom:{name}"),
        }
    }

    /// Returns the contact's value as text; empty if it has none.
    fn value_in(&self, contact: &Contact) -> String {
        match self {
            Self::Text(field) => contact.text(*field).as_str().to_owned(),
            Self::Birthday => contact.birthday.map(|day| day.to_string()).unwrap_or_default(),
            Self::Custom(name) => contact
                .custom
                .get(name)
                .map(|value| value.to_string())
                .unwrap_or_default(),
        }
    }

    fn copy(&self, from: &Contact, to: &mut Contact) {
        match self {
            Self::Text(field) => to.text_mut(*field).clone_from(from.text(*field)),
            Self::Birthday => to.birthday = from.birthday,
            Self::Custom(name) => match from.custom.get(name) {
                Some(value) => drop(to.custom.insert(name.clone(), value.clone())),
                None => drop(to.custom.remove(name)),
            },
        }
    }
}

/// A field with the values to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SingleChoice {
    pub field: SingleField,
    /// The distinct values, each with the index of the first contact that has it. The first one is proposed.
    pub values: Vec<(String, usize)>,
}

/// The list that contains a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the lists of a contact")]
pub enum ListField {
    Email,
    Phone,
    Address,
    Website,
    Tag,
    VcardLine,
}

/// A value of a list; it can be excluded from the merged contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedValue {
    pub list: ListField,
    /// Identifies the value in a form.
    pub key: String,
    /// Its label; empty if it has none.
    pub label: String,
    /// The text for users.
    pub text: String,
}

/// The choices of a merge. Where nothing was chosen, the proposal applies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MergeChoices {
    /// The index of the contact whose value a field gets, by the name of the field.
    pub whose: BTreeMap<String, usize>,
    /// Whether the notes of all contacts are kept, one below the other.
    pub all_notes: bool,
    /// The keys of values that are excluded.
    pub without: BTreeSet<String>,
}

/// Returns the fields for which any of the contacts has a value.
pub fn single_choices(contacts: &[&Contact]) -> Vec<SingleChoice> {
    let customs: BTreeSet<&String> = contacts.iter().flat_map(|contact| contact.custom.keys()).collect();
    let fields = TextField::ALL.into_iter().map(SingleField::Text);
    let fields = fields
        .chain([SingleField::Birthday])
        .chain(customs.into_iter().cloned().map(SingleField::Custom));
    fields
        .filter_map(|field| {
            let mut values: Vec<(String, usize)> = Vec::new();
            for (place, contact) in contacts.iter().enumerate() {
                let value = field.value_in(contact);
                if !value.is_empty() && values.iter().all(|(known, _)| *known != value) {
                    values.push((value, place));
                }
            }
            (!values.is_empty()).then_some(SingleChoice { field, values })
        })
        .collect()
}

/// Returns the values of all lists, without repetitions.
pub fn listed_values(contacts: &[&Contact]) -> Vec<ListedValue> {
    let united = united(contacts);
    let value = |list, key, label: &Label, text: String| ListedValue {
        list,
        key,
        label: label.to_string(),
        text,
    };
    let emails = united
        .emails
        .iter()
        .map(|e| value(ListField::Email, email_key(e), &e.label, e.value.as_str().to_owned()));
    let phones = united
        .phones
        .iter()
        .map(|p| value(ListField::Phone, phone_key(p), &p.label, p.phone.international()));
    let addresses = united
        .addresses
        .iter()
        .map(|a| value(ListField::Address, address_key(a), &a.label, in_one_line(a)));
    let websites = united
        .websites
        .iter()
        .map(|w| value(ListField::Website, website_key(w), &w.label, w.value.to_string()));
    let tags = united
        .tags
        .iter()
        .map(|tag| value(ListField::Tag, tag_key(tag), &Label::NONE, tag.to_string()));
    let vcard_lines = united
        .vcard_lines
        .iter()
        .map(|line| value(ListField::VcardLine, line_key(line), &Label::NONE, line.to_string()));
    emails
        .chain(phones)
        .chain(addresses)
        .chain(websites)
        .chain(tags)
        .chain(vcard_lines)
        .collect()
}

/// Merges several contacts. The first one stays: where nothing was chosen, its value is taken, or else that of the
/// next contact that has one.
pub fn merge(contacts: &[&Contact], choices: &MergeChoices) -> Contact {
    let mut merged = united(contacts);
    for choice in single_choices(contacts) {
        let proposed = choice.values.first().map(|(_, place)| *place);
        let whose = choices.whose.get(&choice.field.name()).copied().or(proposed);
        if let Some(from) = whose.and_then(|place| contacts.get(place)) {
            choice.field.copy(from, &mut merged);
        }
    }
    if choices.all_notes {
        merged.notes = all_notes(contacts);
    }
    let stays = |key: String| !choices.without.contains(&key);
    merged.emails.retain(|e| stays(email_key(e)));
    merged.phones.retain(|p| stays(phone_key(p)));
    merged.addresses.retain(|a| stays(address_key(a)));
    merged.websites.retain(|w| stays(website_key(w)));
    merged.tags.retain(|tag| stays(tag_key(tag)));
    merged.vcard_lines.retain(|line| stays(line_key(line)));
    with_labels_of_their_own(&mut merged.addresses);
    merged.normalise();
    merged
}

/// Joins the notes of all contacts, without repetitions.
fn all_notes(contacts: &[&Contact]) -> Text {
    let mut notes: Vec<&str> = Vec::new();
    for contact in contacts {
        let text = contact.notes.as_str();
        if !text.is_empty() && !notes.contains(&text) {
            notes.push(text);
        }
    }
    Text::new(&notes.join("\n\n"))
}

/// Unites the lists of all contacts, without repetitions; if a value occurs several times, the first label that is not
/// empty is kept.
fn united(contacts: &[&Contact]) -> Contact {
    let mut all = Contact::default();
    for contact in contacts {
        unite(&mut all.emails, &contact.emails, email_key, |e| &mut e.label);
        unite(&mut all.phones, &contact.phones, phone_key, |p| &mut p.label);
        unite(&mut all.addresses, &contact.addresses, address_key, |a| &mut a.label);
        unite(&mut all.websites, &contact.websites, website_key, |w| &mut w.label);
        for tag in &contact.tags {
            if all.tags.iter().all(|known| tag_key(known) != tag_key(tag)) {
                all.tags.push(tag.clone());
            }
        }
        add_lines(&mut all.vcard_lines, &contact.vcard_lines);
    }
    all
}

fn unite<T: Clone>(all: &mut Vec<T>, more: &[T], key: impl Fn(&T) -> String, label: impl Fn(&mut T) -> &mut Label) {
    for value in more {
        let mut value = value.clone();
        match all.iter_mut().find(|known| key(known) == key(&value)) {
            None => all.push(value),
            Some(known) => {
                if label(known).is_none() {
                    *label(known) = std::mem::take(label(&mut value));
                }
            }
        }
    }
}

/// Makes labels unique, because there is one address for each label: a second home address gets another label.
fn with_labels_of_their_own(addresses: &mut [Address]) {
    let mut taken: Vec<Label> = Vec::new();
    for address in addresses {
        let label = free_label(&address.label, |label| taken.contains(label));
        taken.push(label.clone());
        address.label = label;
    }
}

/// Returns the label, or the first free one derived from it: `home 2`; without a label, `other`.
pub(crate) fn free_label(wanted: &Label, is_taken: impl Fn(&Label) -> bool) -> Label {
    let mut label = wanted.clone();
    let mut number = 2;
    while is_taken(&label) {
        let name = if wanted.is_none() { "other" } else { wanted.as_str() };
        label = if number == 2 && wanted.is_none() {
            Label::new(name)
        } else {
            Label::exact(&format!("{name} {number}"))
        };
        number += 1;
    }
    label
}

fn email_key(email: &LabeledEmail) -> String {
    format!("email:{}", email.value.key())
}

fn phone_key(phone: &LabeledPhone) -> String {
    format!("phone:{}", phone.phone.as_str())
}

fn address_key(address: &Address) -> String {
    format!("address:{}", fold(&in_one_line(address)))
}

fn website_key(website: &Website) -> String {
    format!("website:{}", website.value.as_str().to_lowercase())
}

fn tag_key(tag: &Text) -> String {
    format!("tag:{}", tag.as_str())
}

fn line_key(line: &VcardLine) -> String {
    format!("vcard:{line}")
}

fn in_one_line(address: &Address) -> String {
    let parts: Vec<&str> = AddressPart::ALL
        .into_iter()
        .map(|part| address.part(part).as_str())
        .filter(|text| !text.is_empty())
        .collect();
    parts.join(", ").replace('\n', ", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Email;

    fn contact(first: &str, company: &str, emails: &[(&str, &str)]) -> Contact {
        let emails = emails.iter().map(|(label, value)| LabeledEmail {
            label: Label::new(label),
            value: Email::parse(value).unwrap(),
        });
        Contact {
            first_name: first.into(),
            company: company.into(),
            emails: emails.collect(),
            ..Contact::default()
        }
    }

    fn address(label: &str, street: &str) -> Address {
        Address {
            label: Label::new(label),
            address: street.into(),
            ..Address::default()
        }
    }

    #[test]
    fn without_a_choice_the_first_value_stays_and_lists_are_united() {
        let mut a = contact("Ann", "", &[("", "ann@example.com")]);
        let mut b = contact(
            "Anne",
            "Acme",
            &[("work", "ANN@example.com"), ("home", "a@example.org")],
        );
        a.tags = vec!["x".into()];
        b.tags = vec!["y".into(), "x".into()];
        b.custom.insert("Shoe size".to_owned(), "38".into());
        let merged = merge(&[&a, &b], &MergeChoices::default());
        assert_eq!(merged.first_name.as_str(), "Ann");
        assert_eq!(merged.company.as_str(), "Acme");
        assert_eq!(merged.custom["Shoe size"].as_str(), "38");
        assert_eq!(merged.tags, ["x".into(), "y".into()]);
        let emails: Vec<_> = merged
            .emails
            .iter()
            .map(|e| (e.label.to_string(), e.value.as_str().to_owned()))
            .collect();
        let want = [("work", "ann@example.com"), ("home", "a@example.org")];
        assert_eq!(emails, want.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }

    #[test]
    fn kept_lines_are_united_and_can_be_left_out() {
        let with = |lines: &[&str]| Contact {
            vcard_lines: lines.iter().map(|line| VcardLine::parse(line).unwrap()).collect(),
            ..contact("Ann", "", &[])
        };
        let (a, b) = (with(&["X-A:1"]), with(&["X-A:1", "X-B:2"]));
        let merged = merge(&[&a, &b], &MergeChoices::default());
        assert_eq!(merged.vcard_lines, b.vcard_lines);
        let choices = MergeChoices {
            without: ["vcard:X-A:1".to_owned()].into(),
            ..MergeChoices::default()
        };
        assert_eq!(merge(&[&a, &b], &choices).vcard_lines, b.vcard_lines[1..]);
    }

    #[test]
    fn what_is_chosen_is_what_comes_of_it() {
        let mut a = contact("Ann", "Acme", &[("", "ann@example.com")]);
        let mut b = contact("Anne", "Hart", &[("", "anne@example.com")]);
        a.notes = "One".into();
        b.notes = "Two".into();
        let choices = MergeChoices {
            whose: [("first_name".to_owned(), 1)].into(),
            all_notes: true,
            without: ["email:ann@example.com".to_owned()].into(),
        };
        let merged = merge(&[&a, &b], &choices);
        assert_eq!(merged.first_name.as_str(), "Anne");
        assert_eq!(merged.company.as_str(), "Acme");
        assert_eq!(merged.notes.as_str(), "One\n\nTwo");
        assert_eq!(merged.emails, b.emails);
    }

    #[test]
    fn every_address_keeps_a_label_of_its_own() {
        let with = |addresses: Vec<Address>| Contact {
            addresses,
            ..Contact::default()
        };
        let a = with(vec![address("home", "Fen Lane 9"), address("", "Quay Road 3")]);
        let b = with(vec![
            address("home", "fen lane, 9"),
            address("home", "Elm 1"),
            address("", "Oak 2"),
        ]);
        let merged = merge(&[&a, &b], &MergeChoices::default());
        let mut labels: Vec<_> = merged.addresses.iter().map(|a| a.label.to_string()).collect();
        labels.sort();
        assert_eq!(labels, ["", "home", "home 2", "other"]);
    }

    #[test]
    fn a_choice_has_each_value_once() {
        let (a, b, c) = (
            contact("Ann", "", &[]),
            contact("Anne", "", &[]),
            contact("Ann", "", &[]),
        );
        let choices = single_choices(&[&a, &b, &c]);
        assert_eq!(choices.len(), 1);
        assert_eq!(choices[0].values, [("Ann".to_owned(), 0), ("Anne".to_owned(), 1)]);
    }
}
