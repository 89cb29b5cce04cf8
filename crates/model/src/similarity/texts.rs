//! The displayed texts of a contact, in one allocation.

use crate::contact::Contact;

/// The position of a text in [`Texts`], in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    start: usize,
    end: usize,
}

/// Texts in one allocation.
#[derive(Debug)]
pub(super) struct Texts(String);

impl Texts {
    /// Reserves space for all displayed texts of a contact.
    pub fn for_contact(contact: &Contact, display_name: &str) -> Self {
        let emails = contact.emails.iter().map(|email| email.value.as_str().len());
        let addresses = contact.addresses.iter();
        let addresses = addresses.map(|address| address.address.as_str().len() + address.city.as_str().len());
        let lists: usize = emails.chain(addresses).sum();
        Self(String::with_capacity(display_name.len() + lists))
    }

    pub fn add(&mut self, text: &str) -> Span {
        let start = self.0.len();
        self.0.push_str(text);
        Span {
            start,
            end: self.0.len(),
        }
    }

    pub fn get(&self, span: Span) -> &str {
        self.0.get(span.start..span.end).unwrap_or_default()
    }
}
