//! Of a contact what is looked at beside a match key.

use super::names::Name;
use super::places::Company;
use crate::birthday::Birthday;
use crate::contact::Contact;

/// What is looked at beside a match key.
pub(super) struct Identity {
    pub name: Name,
    pub company: Company,
    pub birthday: Option<Birthday>,
}

impl Identity {
    pub fn of(contact: &Contact) -> Self {
        Self {
            name: Name::from_contact(contact),
            company: Company::new(contact.company.as_str()),
            birthday: contact.birthday,
        }
    }
}
