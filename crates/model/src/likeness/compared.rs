//! A contact, ready to be compared with many.
//!
//! Owns the forms of its values that comparing asks for, made once, so that comparing two contacts takes no memory and
//! decides most pairs by numbers; and what is shown of it when two are alike. It holds no more of a contact than that.

use super::identity::Identity;
use super::numbers::numbers_of;
use super::places::{Mailbox, Number, Place};
use super::sketch::Sketch;
use super::texts::{Span, Texts};
use crate::contact::Contact;
use crate::key::MatchKey;

/// A contact that is compared with others.
pub struct Compared {
    pub(super) identity: Identity,
    pub(super) mailboxes: Vec<Mailbox>,
    pub(super) phones: Vec<Number>,
    pub(super) places: Vec<Place>,
    /// Its custom fields that are numbers by which others know it, with their values in one piece.
    pub(super) numbers: Vec<(String, String)>,
    pub(super) keys: Vec<MatchKey>,
    sketch: Sketch,
    texts: Texts,
    display_name: Span,
}

impl Compared {
    /// Prepares a contact for comparisons.
    pub fn new(contact: &Contact) -> Self {
        Self {
            keys: MatchKey::of_contact(contact),
            ..Self::without_keys(contact)
        }
    }

    /// Prepares a contact for comparisons with others with which it shares no match key.
    pub(super) fn without_keys(contact: &Contact) -> Self {
        let display_name = contact.display_name();
        let mut texts = Texts::for_contact(contact, &display_name);
        let identity = Identity::from_contact(contact);
        let display_name = texts.add(&display_name);
        let emails = contact.emails.iter().map(|email| &email.value);
        let mailboxes: Vec<Mailbox> = emails.map(|email| Mailbox::new(email, &mut texts)).collect();
        let phones: Vec<Number> = contact.phones.iter().map(Number::new).collect();
        let addresses = contact.addresses.iter();
        let places: Vec<Place> = addresses.map(|address| Place::new(address, &mut texts)).collect();
        let numbers = numbers_of(contact);
        Self {
            sketch: Sketch::new(&identity, &mailboxes, &phones, &places).with_numbers(!numbers.is_empty()),
            identity,
            mailboxes,
            phones,
            places,
            numbers,
            keys: Vec::new(),
            texts,
            display_name,
        }
    }

    /// Its match keys.
    pub fn keys(&self) -> &[MatchKey] {
        &self.keys
    }

    /// The name to show it by.
    pub fn display_name(&self) -> &str {
        self.shown(self.display_name)
    }

    /// What rules out that it is like most others.
    pub fn sketch(&self) -> Sketch {
        self.sketch
    }

    pub(super) fn shown(&self, span: Span) -> &str {
        self.texts.get(span)
    }
}
