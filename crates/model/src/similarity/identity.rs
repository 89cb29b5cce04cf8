//! The values of a contact that are compared in addition to a match key.

use super::names::Name;
use super::places::Company;
use crate::birthday::Birthday;
use crate::contact::Contact;

/// The values that are compared in addition to a match key.
pub(super) struct Identity {
    pub name: Name,
    pub company: Company,
    pub birthday: Option<Birthday>,
}

impl Identity {
    pub fn from_contact(contact: &Contact) -> Self {
        Self {
            name: Name::from_contact(contact),
            company: Company::new(contact.company.as_str()),
            birthday: contact.birthday,
        }
    }
}

/// Whether all compared values are identical: then nothing indicates that the two are different.
pub(super) fn is_equal(a: &Contact, b: &Contact) -> bool {
    a.last_name == b.last_name
        && a.first_name == b.first_name
        && a.company == b.company
        && a.middle_name == b.middle_name
        && a.nickname == b.nickname
        && a.prefix == b.prefix
        && a.suffix == b.suffix
        && a.birthday == b.birthday
}
