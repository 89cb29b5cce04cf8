//! The values with which search words are compared: one definition for filters, for the search texts in the database
//! and for the contact index.

use model::{Contact, fold};
use std::borrow::Cow;

/// A kind of value with which words are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SearchKind {
    FullName,
    /// A part of the name, or a nickname.
    Name,
    Company,
    Tag,
    Email,
    /// A phone number, which is compared with the digits of a word.
    Phone,
}

/// Returns the folded values of a contact with which words are compared, each with its kind. The full name comes first;
/// empty values are left out. No value contains a line end.
pub(crate) fn searchable(contact: &Contact) -> impl Iterator<Item = (SearchKind, Cow<'_, str>)> {
    let folded = |value: &str| Cow::Owned(fold(value));
    let full = std::iter::once_with(|| (SearchKind::FullName, Cow::Owned(fold(&contact.display_name()))));
    let names = [
        (SearchKind::Name, &contact.first_name),
        (SearchKind::Name, &contact.middle_name),
        (SearchKind::Name, &contact.last_name),
        (SearchKind::Name, &contact.nickname),
        (SearchKind::Company, &contact.company),
    ];
    let names = names.into_iter().filter(|(_, name)| !name.is_empty());
    let names = names.map(move |(kind, name)| (kind, folded(name.as_str())));
    let tags = contact.tags.iter();
    let tags = tags.map(move |tag| (SearchKind::Tag, folded(tag.as_str())));
    let emails = contact.emails.iter();
    let emails = emails.map(move |email| (SearchKind::Email, folded(email.value.as_str())));
    let phones = contact.phones.iter();
    let phones = phones.map(|phone| (SearchKind::Phone, Cow::Borrowed(phone.phone.as_str())));
    full.chain(names).chain(tags).chain(emails).chain(phones)
}
