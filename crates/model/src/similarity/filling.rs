//! Tests that a row that fills a contact also matches it afterwards; otherwise an import of the same file would create
//! it a second time.

use super::{Verdict, by_key};
use crate::contact::{Contact, LabeledEmail, LabeledPhone};
use crate::email::Email;
use crate::key::MatchKey;
use crate::label::Label;
use crate::patch::{Fill, Patch};
use crate::phone::Phone;
use crate::slot::TextField;

const FIRST: [&str; 7] = ["", "Ann", "Anna", "A.", "Annie", "Bob", "Ivers"];
const LAST: [&str; 4] = ["", "Ivers", "Iversen", "Ann"];

/// Returns contacts with all spellings of a name, and an email, a phone or both.
fn contacts() -> Vec<Contact> {
    let emails = ["", "ab@example.com", "ivers@example.com"];
    let mut all = Vec::new();
    for first in FIRST {
        for last in LAST {
            for email in emails {
                for phone in ["", "+12025550101"] {
                    all.push(contact(first, last, email, phone));
                }
            }
        }
    }
    all.retain(|contact| !contact.emails.is_empty() || !contact.phones.is_empty());
    all
}

fn contact(first: &str, last: &str, email: &str, phone: &str) -> Contact {
    let emails = Email::parse(email).ok().map(|value| LabeledEmail {
        label: Label::NONE,
        value,
    });
    let phones = Phone::parse(phone, None).ok().map(|phone| LabeledPhone {
        label: Label::NONE,
        phone,
    });
    Contact {
        first_name: first.into(),
        last_name: last.into(),
        emails: emails.into_iter().collect(),
        phones: phones.into_iter().collect(),
        ..Contact::default()
    }
}

fn is_same(contact: &Contact, row: &Contact) -> bool {
    let keys = MatchKey::of_contact(contact);
    let mut shared = MatchKey::of_contact(row).into_iter().filter(|key| keys.contains(key));
    shared.any(|key| !key.is_content() && by_key(contact, row, &key) == Verdict::Same)
}

fn filled(contact: &Contact, row: &Contact) -> Contact {
    let patch = Patch {
        texts: vec![
            (TextField::FirstName, row.first_name.clone()),
            (TextField::LastName, row.last_name.clone()),
        ],
        emails: row
            .emails
            .iter()
            .map(|e| (Label::NONE, 0, Some(e.value.clone())))
            .collect(),
        phones: row
            .phones
            .iter()
            .map(|p| (Label::NONE, 0, Some(p.phone.clone())))
            .collect(),
        ..Patch::default()
    };
    let mut filled = contact.clone();
    patch.apply(&mut filled, Fill::Blanks);
    filled
}

fn shown(contact: &Contact) -> String {
    let keys = MatchKey::of_contact(contact);
    let keys: Vec<&str> = keys.iter().map(MatchKey::value).collect();
    format!(
        "{} | {} | {}",
        contact.first_name.as_str(),
        contact.last_name.as_str(),
        keys.join(" ")
    )
}

#[test]
fn a_row_matches_the_contact_that_it_has_filled() {
    let all = contacts();
    let mut wrong = Vec::new();
    for contact in &all {
        for row in all.iter().filter(|row| is_same(contact, row)) {
            let after = filled(contact, row);
            if !is_same(&after, row) {
                wrong.push(format!(
                    "{} by {} becomes {}",
                    shown(contact),
                    shown(row),
                    shown(&after)
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} such as {:#?}",
        wrong.len(),
        &wrong[..wrong.len().min(20)]
    );
}
