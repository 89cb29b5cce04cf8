//! The vCard of one contact: as a file, and small enough for a QR code.

use crate::View;
use crate::error::Error;
use exchange::export::Exported;
use exchange::export::vcard::{VcardVersion, card_of, small_card_of};
use model::ContactId;

/// A contact as a vCard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactCard {
    /// The name of the contact.
    pub name: String,
    /// The complete vCard, in version 3.0.
    pub whole: String,
    /// The values that a phone shows, small enough for a QR code.
    pub small: String,
}

impl View<'_, '_> {
    /// The vCard of a contact.
    ///
    /// # Errors
    /// [`Error::NoContact`] if the member may not see it; database errors.
    pub fn contact_card(&mut self, id: ContactId) -> Result<ContactCard, Error> {
        let stored = self.contact(id)?;
        let exported = Exported {
            id: stored.id,
            version: stored.version,
            contact: stored.contact,
        };
        Ok(ContactCard {
            name: exported.contact.display_name(),
            whole: card_of(&exported, VcardVersion::V3),
            small: small_card_of(&exported.contact),
        })
    }
}
