//! A contact, prepared for being compared with many others.
//!
//! Holds the forms of its values that comparisons need, computed once, so that comparing two contacts allocates
//! nothing and most pairs are decided by numbers; and the texts that are displayed if two contacts are alike. It holds
//! nothing else of a contact.

use super::identity::Identity;
use super::numbers::numbers_of;
use super::places::{Mailbox, Number, Place};
use super::sketch::Sketch;
use super::texts::{Span, Texts};
use crate::contact::Contact;
use crate::key::MatchKey;

/// A contact, prepared for comparisons.
pub struct Compared {
    pub(super) identity: Identity,
    pub(super) mailboxes: Vec<Mailbox>,
    pub(super) phones: Vec<Number>,
    pub(super) places: Vec<Place>,
    /// The custom fields with identifying numbers, with their values without blanks.
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

    /// Prepares a contact for comparisons with contacts with which it shares no match key.
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

    /// The match keys.
    pub fn keys(&self) -> &[MatchKey] {
        &self.keys
    }

    /// The name that is displayed.
    pub fn display_name(&self) -> &str {
        self.shown(self.display_name)
    }

    /// The sketch, which rules out most other contacts.
    pub fn sketch(&self) -> Sketch {
        self.sketch
    }

    pub(super) fn shown(&self, span: Span) -> &str {
        self.texts.get(span)
    }
}
