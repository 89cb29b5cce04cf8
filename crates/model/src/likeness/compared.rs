//! A contact with the forms of its values that are compared.
//!
//! One contact is compared with many: what is computed of it alone is computed once, and only when it is needed.

use super::names::Name;
use super::numbers::numbers_of;
use super::places::{self, Mailbox, Place};
use crate::contact::Contact;
use std::borrow::Cow;
use std::cell::OnceCell;

/// A contact that is compared with others.
pub struct Compared<'a> {
    pub(super) contact: Cow<'a, Contact>,
    pub(super) name: Name,
    mailboxes: OnceCell<Vec<Mailbox>>,
    company: OnceCell<String>,
    places: OnceCell<Vec<Place>>,
    numbers: OnceCell<Vec<(String, String)>>,
}

impl<'a> Compared<'a> {
    /// Prepares a contact for comparisons.
    pub fn new(contact: Cow<'a, Contact>) -> Self {
        Self {
            name: Name::from_contact(&contact),
            contact,
            mailboxes: OnceCell::new(),
            company: OnceCell::new(),
            places: OnceCell::new(),
            numbers: OnceCell::new(),
        }
    }

    /// The contact as it was given.
    pub fn contact(&self) -> &Contact {
        &self.contact
    }

    pub(super) fn mailboxes(&self) -> &[Mailbox] {
        self.mailboxes.get_or_init(|| {
            self.contact
                .emails
                .iter()
                .map(|email| Mailbox::new(&email.value))
                .collect()
        })
    }

    /// The name of the company in the form of [`places::company`]; empty if it has none.
    pub(super) fn company(&self) -> &str {
        self.company.get_or_init(|| match self.contact.company.as_str() {
            "" => String::new(),
            company => places::company(company),
        })
    }

    pub(super) fn places(&self) -> &[Place] {
        self.places
            .get_or_init(|| self.contact.addresses.iter().map(Place::new).collect())
    }

    /// Its custom fields that are numbers by which others know it, with their values in one piece.
    pub(super) fn numbers(&self) -> &[(String, String)] {
        self.numbers.get_or_init(|| numbers_of(&self.contact))
    }
}
